// BPF_MAP_TYPE_STACK_TRACE: call stacks by number. bpf_get_stackid stores one, user space reads it by that number.
import { E2BIG, EEXIST, EINVAL, ENOENT, ENOMEM } from '../generated/errno';
import { BPF_F_NUMA_NODE, BPF_F_RDONLY, BPF_F_STACK_BUILD_ID, BPF_F_WRONLY } from '../generated/maps';
import { freeObject, reserve } from '../memory/arena';
import { hashBytes } from './hash';
import { BpfMap } from './map';

const FLAGS: u32 = <u32>(BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_STACK_BUILD_ID);
/** sysctl kernel.perf_event_max_stack */
const MOST_FRAMES: u32 = 127;
/** sizeof(struct bpf_stack_build_id) */
const BUILD_ID: u32 = 32;

/** flags of bpf_get_stackid above the number of frames to skip */
export const BPF_F_FAST_STACK_CMP: u64 = 1 << 9;
export const BPF_F_REUSE_STACKID: u64 = 1 << 10;

export class StackTraceMap extends BpfMap {
  /** a bucket: frames in use u32, hash u32, then the addresses */
  buckets: usize = 0;
  bucketSize: usize = 0;
  mask: u32 = 0;
  /** buckets that hold a stack */
  used: u32 = 0;

  create(): i32 {
    if (this.flags & ~FLAGS) return -EINVAL;
    if (this.maxEntries == 0 || this.keySize != 4 || this.valueSize < 8 || this.valueSize & 7) return -EINVAL;
    const frame: u32 = this.flags & BPF_F_STACK_BUILD_ID ? BUILD_ID : 8;
    if (this.valueSize % frame != 0 || this.valueSize / frame > MOST_FRAMES) return -EINVAL;
    if (this.maxEntries > 1 << 20) return -E2BIG;
    let buckets: u32 = 1;
    while (buckets < this.maxEntries) buckets <<= 1;
    this.mask = buckets - 1;
    this.bucketSize = 8 + <usize>this.valueSize;
    this.buckets = reserve(<usize>buckets * this.bucketSize);
    return this.buckets == 0 ? -ENOMEM : 0;
  }

  destroy(): void {
    freeObject(this.buckets);
  }

  /** Stores `count` addresses at `from`: their number, or -errno: another stack is there, or no bucket is free. */
  keep(from: usize, count: u32, flags: u64): i32 {
    const frames = min(count, this.valueSize / 8);
    const hash = hashBytes(from, frames * 8);
    const id = hash & this.mask;
    const bucket = this.buckets + <usize>id * this.bucketSize;
    const used = load<u32>(bucket);
    if (used != 0) {
      const sameHash = load<u32>(bucket, 4) == hash;
      if (sameHash && flags & BPF_F_FAST_STACK_CMP) return <i32>id;
      if (sameHash && used == frames && memory.compare(bucket + 8, from, frames * 8) == 0) return <i32>id;
      if (!(flags & BPF_F_REUSE_STACKID)) return -EEXIST;
    }
    // The old one is given back only when the new one stands.
    if (this.used > this.mask) return -ENOMEM;
    if (used == 0) this.used++;
    memory.fill(bucket, 0, this.bucketSize);
    store<u32>(bucket, frames);
    store<u32>(bucket, hash, 4);
    memory.copy(bucket + 8, from, frames * 8);
    return <i32>id;
  }

  bucketOf(key: usize): usize {
    const id = load<u32>(key);
    if (id > this.mask) return 0;
    const bucket = this.buckets + <usize>id * this.bucketSize;
    return load<u32>(bucket) == 0 ? 0 : bucket;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const bucket = this.bucketOf(key);
    if (bucket == 0) return -ENOENT;
    memory.copy(to, bucket + 8, this.valueSize);
    return 0;
  }

  take(key: usize, to: usize, flags: u64): i32 {
    const error = this.read(key, to, flags);
    return error ? error : this.remove(key);
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EINVAL;
  }

  remove(key: usize): i32 {
    const id = load<u32>(key);
    if (id > this.mask) return -E2BIG;
    const bucket = this.bucketOf(key);
    if (bucket == 0) return -ENOENT;
    this.used--;
    store<u32>(bucket, 0);
    return 0;
  }

  nextKey(key: usize, next: usize): i32 {
    let id: u32 = 0;
    if (key != 0) {
      id = load<u32>(key);
      id = id > this.mask || this.bucketOf(key) == 0 ? 0 : id + 1;
    }
    while (id <= this.mask && load<u32>(this.buckets + <usize>id * this.bucketSize) == 0) id++;
    if (id > this.mask) return -ENOENT;
    store<u32>(next, id);
    return 0;
  }
}
