// BPF_MAP_TYPE_DEVMAP, DEVMAP_HASH and CPUMAP: where bpf_redirect_map sends packets.
import { E2BIG, EEXIST, EINVAL, ENODEV, ENOENT, EOPNOTSUPP, EOVERFLOW } from '../generated/errno';
import { BPF_EXIST, BPF_F_NUMA_NODE, BPF_F_RDONLY, BPF_F_WRONLY, BPF_NOEXIST } from '../generated/maps';
import { cpus } from '../cpu';
import { deviceAt } from '../memory/devices';
import { programOf, wrongFile } from '../syscall/files';
import { ArrayMap } from './array';
import { HashMap } from './hash';
import { BpfMap } from './map';

const FLAGS: u32 = <u32>(BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY);

/** Can `map` be redirected to: is there something at `key`? */
export function redirectTarget(map: BpfMap, key: u32): u32 {
  store<u32>(scratch, key);
  const value =
    map.type == 25 ? changetype<DeviceHash>(map).target(scratch) : changetype<TargetArray>(map).target(scratch);
  return value == 0 ? 0 : load<u32>(value);
}

/** Number of the program that the entry at `key` carries; 0: none. */
export function redirectProgram(map: BpfMap, key: u32): u32 {
  if (map.valueSize < 8) return 0;
  store<u32>(scratch, key);
  const value =
    map.type == 25 ? changetype<DeviceHash>(map).target(scratch) : changetype<TargetArray>(map).target(scratch);
  return value == 0 ? 0 : load<u32>(value, 4);
}

const scratch: usize = memory.data(8);

/** struct bpf_devmap_val and bpf_cpumap_val: a number (interface or queue size), then a program's descriptor, read back as its number. */
function programError(value: usize, size: u32): i32 {
  if (size < 8) return 0;
  const fd = load<i32>(value, 4);
  if (fd <= 0) return 0;
  const program = programOf(fd);
  if (program == null) return wrongFile(fd);
  return program.type == 6 ? 0 : -EINVAL;
}

/** Puts the program's number where its descriptor was. */
function storeValue(at: usize, value: usize, size: u32): void {
  store<u32>(at, load<u32>(value));
  if (size < 8) return;
  const fd = load<i32>(value, 4);
  const program = fd > 0 ? programOf(fd) : null;
  store<u32>(at, program == null ? 0 : program.id, 4);
}

/** An array whose elements are empty (zero) until they are set. */
export class TargetArray extends ArrayMap {
  target(key: usize): usize {
    const element = this.element(key);
    return element == 0 || load<u32>(element) == 0 ? 0 : element;
  }

  lookup(key: usize): usize {
    return this.target(key);
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const element = this.target(key);
    if (element == 0) return -ENOENT;
    memory.copy(to, element, this.valueSize);
    return 0;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  remove(key: usize): i32 {
    const element = this.element(key);
    if (element == 0) return -EINVAL;
    store<u32>(element, 0);
    return 0;
  }

  canIterate(): bool {
    return false;
  }

  directValue(_offset: u32): usize {
    return 0;
  }
}

export class DeviceArray extends TargetArray {
  create(): i32 {
    const sized = this.valueSize == 4 || this.valueSize == 8;
    if (this.maxEntries == 0 || this.keySize != 4 || !sized || this.flags & ~FLAGS) return -EINVAL;
    return this.takeMemory(1);
  }

  write(key: usize, value: usize, flags: u64): i32 {
    if (flags > <u64>BPF_EXIST) return -EINVAL;
    const element = this.element(key);
    if (element == 0) return -E2BIG;
    if (flags == <u64>BPF_NOEXIST) return -EEXIST;
    const ifindex = load<u32>(value);
    if (ifindex == 0) {
      // Interface 0 clears the entry; a program with it makes no sense.
      if (this.valueSize == 8 && load<i32>(value, 4) > 0) return -EINVAL;
      store<u32>(element, 0);
      return 0;
    }
    if (deviceAt(ifindex) == 0) return -EINVAL;
    const error = programError(value, this.valueSize);
    if (error) return -EINVAL;
    storeValue(element, value, this.valueSize);
    return 0;
  }
}

export class DeviceHash extends HashMap {
  create(): i32 {
    const sized = this.valueSize == 4 || this.valueSize == 8;
    if (this.maxEntries == 0 || this.keySize != 4 || !sized || this.flags & ~FLAGS) return -EINVAL;
    return super.create();
  }

  target(key: usize): usize {
    const element = this.find(key);
    return element == 0 ? 0 : element + this.valueAt;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  write(key: usize, value: usize, flags: u64): i32 {
    if (flags > <u64>BPF_EXIST || load<u32>(value) == 0) return -EINVAL;
    if (flags & BPF_NOEXIST && this.find(key) != 0) return -EEXIST;
    if (deviceAt(load<u32>(value)) == 0 || programError(value, this.valueSize)) return -EINVAL;
    if (this.find(key) == 0 && this.count >= this.maxEntries) return -E2BIG;
    const element = this.elementFor(key, 0);
    if (element < 0) return <i32>element;
    storeValue(<usize>element + this.valueAt, value, this.valueSize);
    return 0;
  }

  take(_key: usize, _to: usize, _flags: u64): i32 {
    return -EOPNOTSUPP;
  }

  canIterate(): bool {
    return false;
  }
}

/** cpumap: the key is a processor, the value the length of its queue (and a program). */
export class CpuArray extends TargetArray {
  create(): i32 {
    const sized = this.valueSize == 4 || this.valueSize == 8;
    if (this.maxEntries == 0 || this.keySize != 4 || !sized || this.flags & ~(<u32>BPF_F_NUMA_NODE)) return -EINVAL;
    // NR_CPUS of a distribution's kernel
    if (this.maxEntries > 8192) return -E2BIG;
    return this.takeMemory(1);
  }

  write(key: usize, value: usize, flags: u64): i32 {
    const index = load<u32>(key);
    if (flags > <u64>BPF_EXIST) return -EINVAL;
    if (index >= this.maxEntries) return -E2BIG;
    if (flags == <u64>BPF_NOEXIST) return -EEXIST;
    const queue = load<u32>(value);
    if (queue > 16384) return -EOVERFLOW;
    // A processor that does not exist.
    if (index >= cpus) return -ENODEV;
    const element = this.element(key);
    if (queue == 0) {
      store<u32>(element, 0);
      return 0;
    }
    if (programError(value, this.valueSize)) return -EINVAL;
    storeValue(element, value, this.valueSize);
    return 0;
  }
}
