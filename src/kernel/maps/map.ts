// What every map has, whatever its type. A map is two things: this object, which only the kernel's own code sees, and a
// struct bpf_map in the arena in 6.18's layout, which is what programs hold a pointer to.
import { EINVAL, EOPNOTSUPP } from '../generated/errno';
import { BPF_F_LOCK, BPF_EXIST } from '../generated/maps';
import { expose } from '../memory/shadow';
import { reserve } from '../memory/arena';

/** struct bpf_map of 6.18: size, and the fields that are modelled */
export const BPF_MAP_SIZE: usize = 296;
export const BPF_MAP_TYPE: usize = 64;
export const BPF_MAP_KEY_SIZE: usize = 68;
export const BPF_MAP_VALUE_SIZE: usize = 72;
export const BPF_MAP_MAX_ENTRIES: usize = 76;
export const BPF_MAP_EXTRA: usize = 80;
export const BPF_MAP_FLAGS: usize = 88;
export const BPF_MAP_ID: usize = 92;
export const BPF_MAP_NAME: usize = 136;
export const BPF_MAP_FROZEN: usize = 257;
/** behind the structure, out of programs' reach: this object's address, and a mark made from the structure's own */
export const BPF_MAP_OBJECT: usize = 296;
export const BPF_MAP_MARK: usize = 304;
export const MARK: u64 = 0x6270665f6d617000;

export class BpfMap {
  id: i32 = 0;
  name: string = '';
  type: i32 = 0;
  keySize: u32 = 0;
  valueSize: u32 = 0;
  maxEntries: u32 = 0;
  flags: u32 = 0;
  /** map_extra: what the type makes of it */
  extra: u64 = 0;
  /** BPF_MAP_FREEZE was called: user space may no longer write, and the verifier may fold constants from a read-only map */
  frozen: bool = false;
  btf: usize = 0;
  btfSize: u32 = 0;
  btfKeyTypeId: u32 = 0;
  btfValueTypeId: u32 = 0;
  innerMap: BpfMap | null = null;
  /** inner_map_fd was given, but is no map */
  innerMissing: bool = false;
  /** byte offset of a struct bpf_spin_lock, bpf_timer in the value by its BTF; -1: none */
  lockOffset: i32 = -1;
  timerOffset: i32 = -1;
  /** linear address of its struct bpf_map */
  address: usize = 0;
  /** file descriptors, programs and outer maps that hold it */
  references: i32 = 0;
  /** file descriptors among them */
  descriptors: i32 = 0;

  /** Checks the attributes and takes memory. 0 or -errno (Linux: map_alloc_check and map_alloc). */
  create(): i32 {
    return -EINVAL;
  }

  /** Gives the elements' memory back. */
  destroy(): void {}

  /** The structure that programs point at. False: no memory. */
  publish(): bool {
    const at = reserve(BPF_MAP_SIZE + 16);
    if (at == 0) return false;
    store<u32>(at, this.type, BPF_MAP_TYPE);
    store<u32>(at, this.keySize, BPF_MAP_KEY_SIZE);
    store<u32>(at, this.valueSize, BPF_MAP_VALUE_SIZE);
    store<u32>(at, this.maxEntries, BPF_MAP_MAX_ENTRIES);
    store<u64>(at, this.extra, BPF_MAP_EXTRA);
    store<u32>(at, this.flags, BPF_MAP_FLAGS);
    store<u32>(at, this.id, BPF_MAP_ID);
    for (let i = 0; i < this.name.length; i++) store<u8>(at + BPF_MAP_NAME + i, <u8>this.name.charCodeAt(i));
    store<u32>(at, <u32>changetype<usize>(this), BPF_MAP_OBJECT);
    store<u64>(at, MARK ^ (<u64>at), BPF_MAP_MARK);
    expose(at, BPF_MAP_SIZE);
    this.address = at;
    return true;
  }

  /** The last descriptor is closed (Linux: map_release_uref); a program may still hold the map. */
  forgotten(): void {}

  // Programs' side; addresses are linear.

  /** Value of a key for this CPU, 0 when there is none. */
  lookup(_key: usize): usize {
    return 0;
  }

  /** Value of a key for another CPU (bpf_map_lookup_percpu_elem), 0 when there is none. */
  lookupOn(_key: usize, _cpu: u32): usize {
    return 0;
  }

  /** 0 or -errno. */
  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EOPNOTSUPP;
  }

  remove(_key: usize): i32 {
    return -EOPNOTSUPP;
  }

  push(_value: usize, _flags: u64): i32 {
    return -EOPNOTSUPP;
  }

  /** Copies the next element out and, with `take`, removes it. */
  pop(_value: usize, _take: bool): i32 {
    return -EOPNOTSUPP;
  }

  // User space's side.

  /** Bytes of a value as the system call sees it; per-CPU maps have one slot of multiples of 8 for each CPU. */
  userValueSize(): u32 {
    return this.valueSize;
  }

  /** BPF_MAP_LOOKUP_ELEM: copies the value to `to`. */
  read(_key: usize, _to: usize, _flags: u64): i32 {
    return -EOPNOTSUPP;
  }

  /** BPF_MAP_UPDATE_ELEM */
  write(key: usize, value: usize, flags: u64): i32 {
    return this.update(key, value, flags);
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_ELEM */
  take(_key: usize, _to: usize, _flags: u64): i32 {
    return -EOPNOTSUPP;
  }

  /** BPF_MAP_GET_NEXT_KEY; `key` 0 asks for the first. */
  nextKey(_key: usize, _next: usize): i32 {
    return -EOPNOTSUPP;
  }

  /** May bpf_for_each_map_elem walk it? */
  canIterate(): bool {
    return false;
  }

  /** A cursor of the element after `cursor` (0: of the first); 0 at the end. */
  nextElement(_cursor: usize): usize {
    return 0;
  }

  /** The cursor of the element whose value contains linear address `at`; 0: none does. */
  elementOf(at: usize): usize {
    let cursor = this.nextElement(0);
    while (cursor != 0) {
      const value = this.elementValue(cursor);
      if (at >= value && at < value + <usize>this.valueSize) return cursor;
      cursor = this.nextElement(cursor);
    }
    return 0;
  }

  elementKey(_cursor: usize): usize {
    return 0;
  }

  elementValue(_cursor: usize): usize {
    return 0;
  }

  /** Linear address of the value at byte `offset` of an array's first element (Linux: map_direct_value_addr); 0: not possible. */
  directValue(_offset: u32): usize {
    return 0;
  }

  /** Are update flags in order? (Linux: each update's first lines) */
  flagsError(flags: u64): i32 {
    return (flags & ~(<u64>BPF_F_LOCK)) > <u64>BPF_EXIST ? -EINVAL : 0;
  }

  /** BPF_F_LOCK needs a lock in the value. */
  lockError(flags: u64): i32 {
    return flags & BPF_F_LOCK && this.lockOffset < 0 ? -EINVAL : 0;
  }
}

/** Bytes of a value slot, a multiple of 8. */
export function slotSize(valueSize: u32): u32 {
  return (valueSize + 7) & ~7;
}

/**
 * Copies a value as Linux does (copy_map_value): the lock and the timer inside it are the kernel's, and stay as they are.
 */
export function copyValue(map: BpfMap, to: usize, from: usize): void {
  let at: u32 = 0;
  const size = map.valueSize;
  while (at < size) {
    let next = size;
    let resume = size;
    if (map.lockOffset >= <i32>at) {
      next = <u32>map.lockOffset;
      resume = next + 4;
    }
    if (map.timerOffset >= <i32>at && <u32>map.timerOffset < next) {
      next = <u32>map.timerOffset;
      resume = next + 16;
    }
    memory.copy(to + at, from + at, next - at);
    at = resume;
  }
}
