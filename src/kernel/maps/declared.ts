// Map types that are known but not simulated: cgroup_array, sockmap, xskmap, sockhash, reuseport_sockarray, struct_ops, inode_storage,
// user_ringbuf, cgrp_storage and arena. They hold sockets, cgroups, inodes or memory shared with a process, none of which a program
// on the simulated machine could reach yet. Whoever asks only for verdicts may still declare one, so that the verifier can judge
// programs that use it; for everybody else BPF_MAP_CREATE answers -ENOTSUPP. Nothing is ever stored in such a map.
import { E2BIG, EINVAL, ENOTSUPP } from '../generated/errno';
import { BPF_F_MMAPABLE } from '../generated/maps';
import { BpfMap } from './map';
import { LocalStorageMap } from './storage';

const CGROUP_ARRAY: i32 = 8;
const SOCKMAP: i32 = 15;
const XSKMAP: i32 = 17;
const SOCKHASH: i32 = 18;
const REUSEPORT_SOCKARRAY: i32 = 20;
const INODE_STORAGE: i32 = 28;
const USER_RINGBUF: i32 = 31;
const CGRP_STORAGE: i32 = 32;
const ARENA: i32 = 33;

/** MAX_BPF_STACK: the longest key of a sockhash */
const LONGEST_KEY: u32 = 512;
const PAGE: u32 = 4096;

/** A map of that type (enum bpf_map_type), not created yet. */
export function declaredMap(type: i32): BpfMap {
  return type == INODE_STORAGE || type == CGRP_STORAGE ? new LocalStorageMap() : new DeclaredMap();
}

class DeclaredMap extends BpfMap {
  /** Linux's checks of the attributes, type by type. A struct_ops map needs a kernel's BTF, which there is none of. */
  create(): i32 {
    const descriptor = this.valueSize == 4 || this.valueSize == 8;
    const plain = this.flags == 0 && this.maxEntries != 0;
    switch (this.type) {
      case CGROUP_ARRAY:
      case XSKMAP:
        return plain && this.keySize == 4 && this.valueSize == 4 ? 0 : -EINVAL;
      case SOCKMAP:
      case REUSEPORT_SOCKARRAY:
        return plain && this.keySize == 4 && descriptor ? 0 : -EINVAL;
      case SOCKHASH:
        if (!plain || this.keySize == 0 || !descriptor) return -EINVAL;
        return this.keySize > LONGEST_KEY ? -E2BIG : 0;
      case USER_RINGBUF: {
        const pages = this.maxEntries / PAGE;
        const whole = pages != 0 && this.maxEntries % PAGE == 0 && (pages & (pages - 1)) == 0;
        return whole && this.flags == 0 && this.keySize == 0 && this.valueSize == 0 ? 0 : -EINVAL;
      }
      case ARENA:
        return this.flags == BPF_F_MMAPABLE && this.keySize == 0 && this.valueSize == 0 && this.maxEntries != 0
          ? 0
          : -EINVAL;
      default:
        return -EINVAL;
    }
  }

  read(_key: usize, _to: usize, _flags: u64): i32 {
    return -ENOTSUPP;
  }

  write(_key: usize, _value: usize, _flags: u64): i32 {
    return -ENOTSUPP;
  }

  remove(_key: usize): i32 {
    return -ENOTSUPP;
  }

  take(_key: usize, _to: usize, _flags: u64): i32 {
    return -ENOTSUPP;
  }

  nextKey(_key: usize, _next: usize): i32 {
    return -ENOTSUPP;
  }
}
