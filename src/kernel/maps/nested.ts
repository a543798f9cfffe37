// BPF_MAP_TYPE_ARRAY_OF_MAPS and BPF_MAP_TYPE_HASH_OF_MAPS: values are maps. User space stores descriptors and reads map numbers;
// a program that looks one up gets the inner map itself. Inside, a value is the inner map's virtual address.
import { E2BIG, EBADF, EINVAL, ENOENT, ENOTSUPP } from '../generated/errno';
import { BPF_F_INNER_MAP } from '../generated/maps';
import { toLinear, toVirtual } from '../memory/layout';
import { mapOf, wrongFile } from '../syscall/files';
import { ArrayMap } from './array';
import { HashMap } from './hash';
import { BPF_MAP_ID, BpfMap } from './map';
import { holdMap, mapAt, releaseMap } from './registry';

/** bytes of a value as user space sees it: a descriptor or a number */
const USER_VALUE: u32 = 4;
/** bytes of a value inside */
const POINTER: u32 = 8;

const MAP_TYPE_ARRAY: i32 = 2;

/** May this map stand inside another? (Linux: bpf_map_meta_alloc) */
function templateError(map: BpfMap): i32 {
  const template = map.innerMap;
  if (template == null) return map.innerMissing ? -EBADF : -EINVAL;
  // No map of maps of maps, and none that holds what user space pins to a place.
  if (template.innerMap != null || template.type == 12 || template.type == 13) return -EINVAL;
  if (template.type == 3 || template.type == 19 || template.type == 21 || template.type == 26) return -ENOTSUPP;
  return 0;
}

/** Is `map` like the template? (Linux: bpf_map_meta_equal; arrays may differ in length when made with BPF_F_INNER_MAP) */
function alike(template: BpfMap, map: BpfMap): bool {
  const same =
    template.type == map.type &&
    template.keySize == map.keySize &&
    template.valueSize == map.valueSize &&
    template.flags == map.flags;
  if (!same) return false;
  return template.type != MAP_TYPE_ARRAY || template.flags & BPF_F_INNER_MAP || template.maxEntries == map.maxEntries
    ? true
    : false;
}

/** The map that descriptor `fd` refers to, to be stored; null: `storeError` says why. */
function accepted(template: BpfMap | null, fd: u32): BpfMap | null {
  const map = mapOf(fd);
  if (map == null) {
    storeError = wrongFile(fd);
    return null;
  }
  if (template == null || !alike(template, map)) {
    storeError = -EINVAL;
    return null;
  }
  return map;
}

let storeError: i32 = 0;

function forget(value: usize): void {
  const old = load<u64>(value);
  const map = mapAt(old);
  if (map) releaseMap(map);
}

export class ArrayOfMaps extends ArrayMap {
  create(): i32 {
    if (this.valueSize != USER_VALUE || this.maxEntries == 0 || this.keySize != 4 || this.flags & BPF_F_INNER_MAP)
      return -EINVAL;
    const error = templateError(this);
    if (error) return error;
    this.valueSize = POINTER;
    const failed = this.takeMemory(1);
    this.valueSize = USER_VALUE;
    return failed;
  }

  destroy(): void {
    for (let i: u32 = 0; i < this.maxEntries; i++) forget(this.elements + <usize>i * this.stride);
    super.destroy();
  }

  /** The inner map's address, for a program. */
  lookup(key: usize): usize {
    const element = this.element(key);
    return element == 0 || load<u64>(element) == 0 ? 0 : toLinear(load<u64>(element));
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  write(key: usize, value: usize, flags: u64): i32 {
    if (flags != 0) return -EINVAL;
    const element = this.element(key);
    if (element == 0) return -E2BIG;
    const map = accepted(this.innerMap, load<u32>(value));
    if (map == null) return storeError;
    holdMap(map);
    forget(element);
    store<u64>(element, toVirtual(map.address));
    return 0;
  }

  remove(key: usize): i32 {
    const element = this.element(key);
    if (element == 0) return -E2BIG;
    if (load<u64>(element) == 0) return -ENOENT;
    forget(element);
    store<u64>(element, 0);
    return 0;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const element = this.element(key);
    if (element == 0 || load<u64>(element) == 0) return -ENOENT;
    store<u32>(to, load<u32>(toLinear(load<u64>(element)), BPF_MAP_ID));
    return 0;
  }

  canIterate(): bool {
    return false;
  }

  directValue(_offset: u32): usize {
    return 0;
  }
}

export class HashOfMaps extends HashMap {
  create(): i32 {
    if (this.valueSize != USER_VALUE) return -EINVAL;
    const error = templateError(this);
    if (error) return error;
    this.valueSize = POINTER;
    return super.create();
  }

  destroy(): void {
    for (let element = this.first; element != 0; element = this.nextElement(element)) forget(element + this.valueAt);
    super.destroy();
  }

  lookup(key: usize): usize {
    const element = this.find(key);
    return element == 0 ? 0 : toLinear(load<u64>(element + this.valueAt));
  }

  userValueSize(): u32 {
    return USER_VALUE;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  write(key: usize, value: usize, flags: u64): i32 {
    const map = accepted(this.innerMap, load<u32>(value));
    if (map == null) return storeError;
    const element = this.elementFor(key, flags);
    if (element < 0) return <i32>element;
    holdMap(map);
    forget(<usize>element + this.valueAt);
    store<u64>(<usize>element + this.valueAt, toVirtual(map.address));
    return 0;
  }

  remove(key: usize): i32 {
    const element = this.find(key);
    if (element == 0) return -ENOENT;
    forget(element + this.valueAt);
    store<u64>(element + this.valueAt, 0);
    this.erase(element);
    return 0;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const element = this.find(key);
    if (element == 0) return -ENOENT;
    store<u32>(to, load<u32>(toLinear(load<u64>(element + this.valueAt)), BPF_MAP_ID));
    return 0;
  }

  take(_key: usize, _to: usize, _flags: u64): i32 {
    return -ENOTSUPP;
  }

  canIterate(): bool {
    return false;
  }
}
