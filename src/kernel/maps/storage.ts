// Storage that hangs on a kernel object: BPF_MAP_TYPE_TASK_STORAGE and SK_STORAGE (a value for each task or socket that a program asked
// one for), CGROUP_STORAGE and its per-CPU kind (a value for each place a program is attached to).
import { E2BIG, EBADF, EINVAL, ENOENT, ENOMEM, ENOTSUPP } from '../generated/errno';
import {
  BPF_F_CLONE,
  BPF_F_NO_PREALLOC,
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
} from '../generated/maps';
import { cpu, cpus } from '../cpu';
import { allocateObject, freeObject } from '../memory/arena';
import { BpfMap, copyValue, slotSize } from './map';

/** flag of the get helpers: make the value if there is none (BPF_LOCAL_STORAGE_GET_F_CREATE) */
export const CREATE: u64 = 1;
const MOST_VALUE: u32 = 65000;

export class LocalStorageMap extends BpfMap {
  /** objects, by their linear address, and their values */
  owners: Array<usize> = [];
  values: Array<usize> = [];

  create(): i32 {
    if (this.flags & ~(<u32>(BPF_F_NO_PREALLOC | BPF_F_CLONE)) || !(this.flags & BPF_F_NO_PREALLOC)) return -EINVAL;
    if (this.maxEntries != 0 || this.keySize != 4 || this.valueSize == 0) return -EINVAL;
    if (this.btfKeyTypeId == 0 || this.btfValueTypeId == 0) return -EINVAL;
    return this.valueSize > MOST_VALUE ? -E2BIG : 0;
  }

  destroy(): void {
    for (let i = 0; i < this.values.length; i++) freeObject(this.values[i]);
  }

  /** Value of the object at linear `owner`, made from `initial` (0: zeros) with `make`; 0: none. */
  valueFor(owner: usize, initial: usize, make: bool): usize {
    const index = this.owners.indexOf(owner);
    if (index >= 0) return this.values[index];
    if (!make) return 0;
    const value = allocateObject(this.valueSize);
    if (value == 0) return 0;
    if (initial != 0) copyValue(this, value, initial);
    this.owners.push(owner);
    this.values.push(value);
    return value;
  }

  /** 0 or -ENOENT */
  drop(owner: usize): i32 {
    const index = this.owners.indexOf(owner);
    if (index < 0) return -ENOENT;
    freeObject(this.values[index]);
    this.owners.splice(index, 1);
    this.values.splice(index, 1);
    return 0;
  }

  // User space names objects by descriptors of its own (pidfd, socket), of which the simulated process has none.

  read(_key: usize, _to: usize, _flags: u64): i32 {
    return -EBADF;
  }

  write(_key: usize, _value: usize, _flags: u64): i32 {
    return -EBADF;
  }

  remove(_key: usize): i32 {
    return -EBADF;
  }

  nextKey(_key: usize, _next: usize): i32 {
    return -ENOTSUPP;
  }
}

const CGROUP_FLAGS: u32 = <u32>(BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG);
/** sizeof(struct bpf_cgroup_storage_key), and the form without attach type */
const CGROUP_KEY: u32 = 16;
const CGROUP_KEY_SHARED: u32 = 8;
const PAGE: u32 = 4096;

export class CgroupStorageMap extends BpfMap {
  perCpu: bool = false;
  /** value slots of the program that runs */
  value: usize = 0;

  create(): i32 {
    if (this.keySize != CGROUP_KEY && this.keySize != CGROUP_KEY_SHARED) return -EINVAL;
    if (this.valueSize == 0) return -EINVAL;
    if (this.valueSize > (this.perCpu ? 32768 : PAGE)) return -E2BIG;
    if (this.flags & ~CGROUP_FLAGS || this.maxEntries != 0) return -EINVAL;
    this.value = allocateObject(<usize>slotSize(this.valueSize) * <usize>cpus);
    return this.value == 0 ? -ENOMEM : 0;
  }

  destroy(): void {
    freeObject(this.value);
  }

  /** A test run brings storage of its own, all zero. */
  renew(): void {
    memory.fill(this.value, 0, <usize>slotSize(this.valueSize) * <usize>cpus);
  }

  current(): usize {
    return this.perCpu ? this.value + <usize>cpu * <usize>slotSize(this.valueSize) : this.value;
  }

  // User space sees the storage of attachments, and a test run is none.

  userValueSize(): u32 {
    return this.perCpu ? slotSize(this.valueSize) * cpus : this.valueSize;
  }

  read(_key: usize, _to: usize, _flags: u64): i32 {
    return -ENOENT;
  }

  write(_key: usize, _value: usize, flags: u64): i32 {
    if (flags & ~(<u64>6)) return -EINVAL;
    return -ENOENT;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  remove(_key: usize): i32 {
    return -EINVAL;
  }

  nextKey(_key: usize, _next: usize): i32 {
    return -ENOENT;
  }
}
