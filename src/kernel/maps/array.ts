// BPF_MAP_TYPE_ARRAY and its per-CPU kind: every element exists from the start and cannot be deleted.
import { E2BIG, EEXIST, EINVAL, ENOENT, ENOMEM } from '../generated/errno';
import {
  BPF_F_INNER_MAP,
  BPF_F_MMAPABLE,
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_NOEXIST,
} from '../generated/maps';
import { allocateObject, freeObject, reserve } from '../memory/arena';
import { expose } from '../memory/shadow';
import { cpu, cpus } from '../cpu';
import { BpfMap, copyValue, slotSize } from './map';

const FLAGS: u32 = <u32>(
  (BPF_F_NUMA_NODE |
    BPF_F_MMAPABLE |
    BPF_F_RDONLY |
    BPF_F_WRONLY |
    BPF_F_RDONLY_PROG |
    BPF_F_WRONLY_PROG |
    BPF_F_INNER_MAP)
);

/** Linux refuses more than this many bytes of elements with -E2BIG or -ENOMEM; so does the arena, earlier. */
const MOST_BYTES: u64 = 1 << 28;

export class ArrayMap extends BpfMap {
  elements: usize = 0;
  /** bytes from one element to the next */
  stride: usize = 0;
  /** key of the element that a callback has */
  scratch: usize = 0;

  create(): i32 {
    if (this.maxEntries == 0 || this.keySize != 4 || this.valueSize == 0 || this.flags & ~FLAGS) return -EINVAL;
    if (this.valueSize > 0x7fffffff) return -E2BIG;
    return this.takeMemory(1);
  }

  /** `copies` of each value stand side by side. */
  takeMemory(copies: u32): i32 {
    this.stride = <usize>(slotSize(this.valueSize) * copies);
    const bytes = <u64>this.stride * <u64>this.maxEntries;
    if (bytes > MOST_BYTES) return -ENOMEM;
    this.elements = reserve(<usize>bytes);
    if (this.elements == 0) return -ENOMEM;
    // Slots are multiples of eight bytes: what fills one up is not the value's.
    if (this.valueSize & 7) {
      const slots = this.maxEntries * copies;
      const slot = <usize>slotSize(this.valueSize);
      for (let i: u32 = 0; i < slots; i++) expose(this.elements + <usize>i * slot, this.valueSize);
    } else expose(this.elements, <usize>bytes);
    this.scratch = allocateObject(4);
    return 0;
  }

  destroy(): void {
    freeObject(this.elements);
    freeObject(this.scratch);
  }

  /** First value slot of the element that `key` numbers; 0: none. */
  element(key: usize): usize {
    const index = load<u32>(key);
    return index < this.maxEntries ? this.elements + <usize>index * this.stride : 0;
  }

  lookup(key: usize): usize {
    return this.element(key);
  }

  updateError(key: usize, flags: u64): i32 {
    const error = this.flagsError(flags);
    if (error) return error;
    if (load<u32>(key) >= this.maxEntries) return -E2BIG;
    return flags & BPF_NOEXIST ? -EEXIST : this.lockError(flags);
  }

  update(key: usize, value: usize, flags: u64): i32 {
    const error = this.updateError(key, flags);
    if (error) return error;
    copyValue(this, this.lookup(key), value);
    return 0;
  }

  remove(_key: usize): i32 {
    return -EINVAL;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const value = this.element(key);
    if (value == 0) return -ENOENT;
    memory.copy(to, value, this.valueSize);
    return 0;
  }

  nextKey(key: usize, next: usize): i32 {
    const index = key == 0 ? u32.MAX_VALUE : load<u32>(key);
    if (index >= this.maxEntries) {
      store<u32>(next, 0);
      return 0;
    }
    if (index == this.maxEntries - 1) return -ENOENT;
    store<u32>(next, index + 1);
    return 0;
  }

  canIterate(): bool {
    return true;
  }

  /** cursor: index + 1 */
  nextElement(cursor: usize): usize {
    return cursor < <usize>this.maxEntries ? cursor + 1 : 0;
  }

  elementKey(cursor: usize): usize {
    store<u32>(this.scratch, <u32>cursor - 1);
    return this.scratch;
  }

  elementValue(cursor: usize): usize {
    store<u32>(this.scratch, <u32>cursor - 1);
    return this.lookup(this.scratch);
  }

  directValue(offset: u32): usize {
    if (this.maxEntries != 1 || offset >= this.valueSize) return 0;
    return this.elements + <usize>offset;
  }
}

/** BPF_MAP_TYPE_PERCPU_ARRAY: programs see their CPU's value, user space all of them side by side. */
export class PerCpuArrayMap extends ArrayMap {
  create(): i32 {
    if (this.maxEntries == 0 || this.keySize != 4 || this.valueSize == 0) return -EINVAL;
    if (this.flags & ~(FLAGS & ~(<u32>(BPF_F_MMAPABLE | BPF_F_INNER_MAP | BPF_F_NUMA_NODE)))) return -EINVAL;
    if (this.valueSize > 0x7fffffff) return -E2BIG;
    // PCPU_MIN_UNIT_SIZE: what one per-CPU allocation can have
    if (slotSize(this.valueSize) > 32768) return -E2BIG;
    return this.takeMemory(cpus);
  }

  lookup(key: usize): usize {
    return this.lookupOn(key, cpu);
  }

  lookupOn(key: usize, on: u32): usize {
    const first = this.element(key);
    return first == 0 || on >= cpus ? 0 : first + <usize>on * <usize>slotSize(this.valueSize);
  }

  userValueSize(): u32 {
    return slotSize(this.valueSize) * cpus;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const first = this.element(key);
    if (first == 0) return -ENOENT;
    memory.copy(to, first, <usize>this.userValueSize());
    return 0;
  }

  write(key: usize, value: usize, flags: u64): i32 {
    if (flags > 2) return -EINVAL;
    const error = this.updateError(key, flags);
    if (error) return error;
    const slot = <usize>slotSize(this.valueSize);
    const first = this.element(key);
    for (let i: usize = 0; i < <usize>cpus; i++) memory.copy(first + i * slot, value + i * slot, slot);
    return 0;
  }

  directValue(_offset: u32): usize {
    return 0;
  }
}
