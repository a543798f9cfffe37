// BPF_MAP_TYPE_QUEUE and BPF_MAP_TYPE_STACK: values without keys, first in first out, or last in first out.
import { E2BIG, EINVAL, ENOENT, ENOMEM } from '../generated/errno';
import {
  BPF_EXIST,
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_NOEXIST,
} from '../generated/maps';
import { freeObject, reserve } from '../memory/arena';
import { BpfMap } from './map';

const FLAGS: u32 = <u32>(BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG);
const MOST_VALUE: u32 = 1 << 22;
const MOST_BYTES: u64 = 1 << 28;

export class QueueMap extends BpfMap {
  elements: usize = 0;
  /** index of the oldest element */
  head: u32 = 0;
  count: u32 = 0;
  lastInFirstOut: bool = false;

  create(): i32 {
    if (this.maxEntries == 0 || this.keySize != 0 || this.valueSize == 0 || this.flags & ~FLAGS) return -EINVAL;
    if (this.valueSize > MOST_VALUE) return -E2BIG;
    const bytes = <u64>this.valueSize * <u64>this.maxEntries;
    if (bytes > MOST_BYTES) return -ENOMEM;
    this.elements = reserve(<usize>bytes);
    return this.elements == 0 ? -ENOMEM : 0;
  }

  destroy(): void {
    freeObject(this.elements);
  }

  at(index: u32): usize {
    return this.elements + <usize>(index % this.maxEntries) * <usize>this.valueSize;
  }

  /** With BPF_EXIST a full queue loses its oldest element; without it the push fails. */
  push(value: usize, flags: u64): i32 {
    if (flags & BPF_NOEXIST || flags > <u64>BPF_EXIST) return -EINVAL;
    if (this.count == this.maxEntries) {
      if (!(flags & BPF_EXIST)) return -E2BIG;
      this.head = (this.head + 1) % this.maxEntries;
      this.count--;
    }
    memory.copy(this.at(this.head + this.count), value, this.valueSize);
    this.count++;
    return 0;
  }

  pop(value: usize, take: bool): i32 {
    if (this.count == 0) {
      memory.fill(value, 0, this.valueSize);
      return -ENOENT;
    }
    memory.copy(value, this.at(this.lastInFirstOut ? this.head + this.count - 1 : this.head), this.valueSize);
    if (take) {
      if (!this.lastInFirstOut) this.head = (this.head + 1) % this.maxEntries;
      this.count--;
    }
    return 0;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  remove(_key: usize): i32 {
    return -EINVAL;
  }

  write(_key: usize, value: usize, flags: u64): i32 {
    return this.push(value, flags);
  }

  read(_key: usize, to: usize, _flags: u64): i32 {
    return this.pop(to, false);
  }

  take(_key: usize, to: usize, _flags: u64): i32 {
    return this.pop(to, true);
  }

  nextKey(_key: usize, _next: usize): i32 {
    return -EINVAL;
  }
}
