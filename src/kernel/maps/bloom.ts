// BPF_MAP_TYPE_BLOOM_FILTER: values can be pushed and asked for; the answer "not there" is certain, "there" is not.
import { E2BIG, EINVAL, ENOENT, ENOMEM, EOPNOTSUPP } from '../generated/errno';
import {
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_F_ZERO_SEED,
} from '../generated/maps';
import { freeObject, reserve } from '../memory/arena';
import { BpfMap } from './map';
import { hashBytes } from './hash';

const FLAGS: u32 = <u32>(
  (BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)
);
const MOST_VALUE: u32 = 1 << 22;
const DEFAULT_HASHES: u32 = 5;

export class BloomFilterMap extends BpfMap {
  bits: usize = 0;
  mask: u32 = 0;
  hashes: u32 = 0;

  create(): i32 {
    if (this.keySize != 0 || this.valueSize == 0 || this.maxEntries == 0 || this.flags & ~FLAGS) return -EINVAL;
    // map_extra: the low four bits are the number of hash functions
    if (this.extra & ~(<u64>0xf)) return -EINVAL;
    if (this.valueSize > MOST_VALUE) return -E2BIG;
    this.hashes = this.extra != 0 ? <u32>this.extra : DEFAULT_HASHES;
    // Bits for the best ratio: entries × hashes / ln 2, as a power of two (Linux: 7/5 for 1/ln 2).
    const wanted = (<u64>this.maxEntries * <u64>this.hashes * 7) / 5;
    let bits: u64 = 64;
    while (bits < wanted && bits < 1 << 31) bits <<= 1;
    this.mask = <u32>(bits - 1);
    this.bits = reserve(<usize>(bits >> 3));
    return this.bits == 0 ? -ENOMEM : 0;
  }

  destroy(): void {
    freeObject(this.bits);
  }

  /** The i-th bit of a value: two hashes stand for all of them (Kirsch and Mitzenmacher 2006). */
  bit(value: usize, i: u32): u32 {
    const hash = hashBytes(value, this.valueSize);
    return (hash + i * ((hash >> 15) | 1)) & this.mask;
  }

  push(value: usize, flags: u64): i32 {
    if (flags != 0) return -EINVAL;
    for (let i: u32 = 0; i < this.hashes; i++) {
      const bit = this.bit(value, i);
      const at = this.bits + <usize>(bit >> 3);
      store<u8>(at, <u8>((<u32>load<u8>(at)) | (1 << (bit & 7))));
    }
    return 0;
  }

  /** peek: is the value there? */
  pop(value: usize, take: bool): i32 {
    if (take) return -EOPNOTSUPP;
    for (let i: u32 = 0; i < this.hashes; i++) {
      const bit = this.bit(value, i);
      if (!(((<u32>load<u8>(this.bits + <usize>(bit >> 3))) >> (bit & 7)) & 1)) return -ENOENT;
    }
    return 0;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  remove(_key: usize): i32 {
    return -EOPNOTSUPP;
  }

  write(_key: usize, value: usize, flags: u64): i32 {
    return this.push(value, flags);
  }

  /** The value that is asked for is what the caller's buffer holds. */
  read(_key: usize, to: usize, _flags: u64): i32 {
    return this.pop(to, false);
  }

  nextKey(_key: usize, _next: usize): i32 {
    return -EOPNOTSUPP;
  }
}
