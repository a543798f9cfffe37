// BPF_MAP_TYPE_HASH, per-CPU hash, and the LRU kinds of both.
//
// Elements are chained by bucket for lookup, and all together in the order of insertion, which is the order that get_next_key walks
// (Linux defines none; its hash is seeded). A deleted element's memory stays accessible, as a program may still hold a pointer to
// the value, and is used again by the next insertion, as in Linux.
import { E2BIG, EEXIST, EINVAL, ENOENT, ENOMEM, ENOTSUPP } from '../generated/errno';
import {
  BPF_EXIST,
  BPF_F_NO_COMMON_LRU,
  BPF_F_NO_PREALLOC,
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_F_ZERO_SEED,
  BPF_NOEXIST,
} from '../generated/maps';
import { cpu, cpus } from '../cpu';
import { dropTimer } from '../helpers/timers';
import { freeObject, reserve } from '../memory/arena';
import { expose } from '../memory/shadow';
import { BpfMap, copyValue, slotSize } from './map';

const FLAGS: u32 = <u32>(
  (BPF_F_NO_PREALLOC |
    BPF_F_NO_COMMON_LRU |
    BPF_F_NUMA_NODE |
    BPF_F_RDONLY |
    BPF_F_WRONLY |
    BPF_F_RDONLY_PROG |
    BPF_F_WRONLY_PROG |
    BPF_F_ZERO_SEED)
);

/** Element: next in bucket, hash, previous, next in order (u32 each), referenced (u32), 4 spare; then key and value. */
const NEXT: usize = 0;
const HASH: usize = 4;
const BEFORE: usize = 8;
const AFTER: usize = 12;
const REFERENCED: usize = 16;
const KEY: usize = 24;

/** key_size + value_size at most (KMALLOC_MAX_SIZE less an element's header) */
const MOST: u64 = (1 << 22) - 48;

/** A good mix of `size` bytes (the constants are MurmurHash3's finalizer, public domain). */
export function hashBytes(at: usize, size: u32): u32 {
  let hash: u32 = size * 0x9e3779b1;
  let i: u32 = 0;
  for (; i + 4 <= size; i += 4) {
    hash = (hash ^ load<u32>(at + i)) * 0x85ebca6b;
    hash ^= hash >> 13;
  }
  for (; i < size; i++) hash = (hash ^ (<u32>load<u8>(at + i))) * 0xc2b2ae35;
  hash ^= hash >> 16;
  hash *= 0x85ebca6b;
  hash ^= hash >> 13;
  return hash;
}

function equal(a: usize, b: usize, size: u32): bool {
  if (size == 4) return load<u32>(a) == load<u32>(b);
  if (size == 8) return load<u64>(a) == load<u64>(b);
  return memory.compare(a, b, size) == 0;
}

export class HashMap extends BpfMap {
  buckets: usize = 0;
  bucketMask: u32 = 0;
  count: u32 = 0;
  first: usize = 0;
  last: usize = 0;
  /** deleted elements, chained by AFTER */
  spare: usize = 0;
  /** elements in memory, deleted ones included */
  made: u32 = 0;
  /** bytes from an element's start to its value, and of all its value slots */
  valueAt: usize = 0;
  valueBytes: usize = 0;
  lru: bool = false;
  perCpu: bool = false;
  /** slabs that elements were cut from, for destroy */
  slabs: Array<usize> = [];
  slabAt: usize = 0;
  slabEnd: usize = 0;

  create(): i32 {
    if (this.flags & ~FLAGS) return -EINVAL;
    if (this.flags & BPF_F_NO_COMMON_LRU && !this.lru) return -EINVAL;
    if (this.lru && this.flags & BPF_F_NO_PREALLOC) return -ENOTSUPP;
    if (this.maxEntries == 0 || this.keySize == 0 || this.valueSize == 0) return -EINVAL;
    if (<u64>this.keySize + <u64>this.valueSize >= MOST) return -E2BIG;
    if (this.perCpu && slotSize(this.valueSize) > 32768) return -E2BIG;
    if (this.maxEntries > 1 << 31) return -E2BIG;
    let wanted: u32 = 1;
    // More buckets than this are made of memory that nobody waits for.
    while (wanted < this.maxEntries && wanted < 1 << 20) wanted <<= 1;
    this.bucketMask = wanted - 1;
    this.buckets = reserve((<usize>wanted) << 2);
    if (this.buckets == 0) return -ENOMEM;
    this.valueAt = KEY + <usize>slotSize(this.keySize);
    this.valueBytes = <usize>slotSize(this.valueSize) * <usize>(this.perCpu ? <u32>cpus : <u32>1);
    return 0;
  }

  destroy(): void {
    freeObject(this.buckets);
    for (let i = 0; i < this.slabs.length; i++) freeObject(this.slabs[i]);
  }

  find(key: usize): usize {
    const size = this.keySize;
    const hash = hashBytes(key, size);
    let element = <usize>load<u32>(this.buckets + ((<usize>(hash & this.bucketMask)) << 2));
    while (element != 0) {
      if (load<u32>(element, HASH) == hash && equal(element + KEY, key, size)) return element;
      element = <usize>load<u32>(element, NEXT);
    }
    return 0;
  }

  lookup(key: usize): usize {
    const element = this.find(key);
    if (element == 0) return 0;
    if (this.lru) store<u32>(element, 1, REFERENCED);
    return this.valueOf(element);
  }

  lookupOn(key: usize, on: u32): usize {
    const element = this.find(key);
    if (element == 0 || !this.perCpu || on >= cpus) return 0;
    if (this.lru) store<u32>(element, 1, REFERENCED);
    return element + this.valueAt + <usize>on * <usize>slotSize(this.valueSize);
  }

  /** This CPU's value. */
  valueOf(element: usize): usize {
    const at = element + this.valueAt;
    return this.perCpu ? at + <usize>cpu * <usize>slotSize(this.valueSize) : at;
  }

  /** Memory for one more element; 0: none. */
  make(): usize {
    if (this.spare != 0) {
      const element = this.spare;
      this.spare = <usize>load<u32>(element, AFTER);
      return element;
    }
    const size = this.valueAt + this.valueBytes;
    if (this.slabAt + size > this.slabEnd) {
      // Slabs double with the map, so that small maps stay small and big ones cost few allocations.
      const rest = this.maxEntries - min(this.maxEntries, this.made);
      const elements = max<u32>(1, min<u32>(max<u32>(8, this.made), max<u32>(rest, 1)));
      const bytes = size * <usize>elements;
      const slab = reserve(bytes);
      if (slab == 0) return 0;
      this.slabs.push(slab);
      this.slabAt = slab;
      this.slabEnd = slab + bytes;
    }
    const element = this.slabAt;
    this.slabAt += size;
    this.made++;
    expose(element + KEY, this.keySize);
    const slot = <usize>slotSize(this.valueSize);
    for (let at = element + this.valueAt; at < element + size; at += slot) expose(at, this.valueSize);
    return element;
  }

  /** Links a new element that has its key; the value is the caller's to fill. */
  insert(key: usize): usize {
    const element = this.make();
    if (element == 0) return 0;
    memory.copy(element + KEY, key, this.keySize);
    const hash = hashBytes(key, this.keySize);
    const bucket = this.buckets + ((<usize>(hash & this.bucketMask)) << 2);
    store<u32>(element, load<u32>(bucket), NEXT);
    store<u32>(bucket, <u32>element);
    store<u32>(element, hash, HASH);
    store<u32>(element, 0, REFERENCED);
    this.append(element);
    this.count++;
    return element;
  }

  append(element: usize): void {
    store<u32>(element, <u32>this.last, BEFORE);
    store<u32>(element, 0, AFTER);
    if (this.last != 0) store<u32>(this.last, <u32>element, AFTER);
    else this.first = element;
    this.last = element;
  }

  unlink(element: usize): void {
    const before = <usize>load<u32>(element, BEFORE);
    const after = <usize>load<u32>(element, AFTER);
    if (before != 0) store<u32>(before, <u32>after, AFTER);
    else this.first = after;
    if (after != 0) store<u32>(after, <u32>before, BEFORE);
    else this.last = before;
  }

  erase(element: usize): void {
    let link = this.buckets + ((<usize>(load<u32>(element, HASH) & this.bucketMask)) << 2);
    while (<usize>load<u32>(link) != element) link = <usize>load<u32>(link) + NEXT;
    store<u32>(link, load<u32>(element, NEXT));
    this.unlink(element);
    dropTimer(this, element + this.valueAt);
    store<u32>(element, <u32>this.spare, AFTER);
    this.spare = element;
    this.count--;
  }

  /** The LRU kinds make room: the oldest element that was not used since it was last passed over goes. */
  evict(): void {
    for (;;) {
      const element = this.first;
      if (load<u32>(element, REFERENCED) == 0) {
        this.erase(element);
        return;
      }
      store<u32>(element, 0, REFERENCED);
      this.unlink(element);
      this.append(element);
    }
  }

  /** The element that an update is to write to, made if there is none; a negative number is -errno. */
  elementFor(key: usize, flags: u64): isize {
    let error = this.flagsError(flags);
    if (!error) error = this.lockError(flags);
    if (error) return error;
    let element = this.find(key);
    if (element != 0) {
      if (flags & BPF_NOEXIST) return -EEXIST;
      if (this.lru) store<u32>(element, 1, REFERENCED);
      return <isize>element;
    }
    if (flags & BPF_EXIST) return -ENOENT;
    if (this.count >= this.maxEntries) {
      if (!this.lru) return -E2BIG;
      this.evict();
    }
    element = this.insert(key);
    if (element == 0) return -ENOMEM;
    memory.fill(element + this.valueAt, 0, this.valueBytes);
    return <isize>element;
  }

  update(key: usize, value: usize, flags: u64): i32 {
    const element = this.elementFor(key, flags);
    if (element < 0) return <i32>element;
    copyValue(this, this.valueOf(<usize>element), value);
    return 0;
  }

  remove(key: usize): i32 {
    const element = this.find(key);
    if (element == 0) return -ENOENT;
    this.erase(element);
    return 0;
  }

  userValueSize(): u32 {
    return this.perCpu ? slotSize(this.valueSize) * cpus : this.valueSize;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const element = this.find(key);
    if (element == 0) return -ENOENT;
    memory.copy(to, element + this.valueAt, this.userValueSize());
    return 0;
  }

  write(key: usize, value: usize, flags: u64): i32 {
    if (!this.perCpu) return this.update(key, value, flags);
    const element = this.elementFor(key, flags);
    if (element < 0) return <i32>element;
    const slot = <usize>slotSize(this.valueSize);
    const at = <usize>element + this.valueAt;
    for (let i: usize = 0; i < this.valueBytes; i += slot) memory.copy(at + i, value + i, slot);
    return 0;
  }

  take(key: usize, to: usize, flags: u64): i32 {
    const error = this.read(key, to, flags);
    return error ? error : this.remove(key);
  }

  nextKey(key: usize, next: usize): i32 {
    const element: usize = key == 0 ? 0 : this.find(key);
    // A key that is gone starts again from the beginning, as in Linux.
    const after = element == 0 ? this.first : <usize>load<u32>(element, AFTER);
    if (after == 0) return -ENOENT;
    memory.copy(next, after + KEY, this.keySize);
    return 0;
  }

  canIterate(): bool {
    return true;
  }

  nextElement(cursor: usize): usize {
    return cursor == 0 ? this.first : <usize>load<u32>(cursor, AFTER);
  }

  elementKey(cursor: usize): usize {
    return cursor + KEY;
  }

  elementValue(cursor: usize): usize {
    return this.valueOf(cursor);
  }
}
