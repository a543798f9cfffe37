// BPF_MAP_TYPE_RINGBUF: one buffer for all CPUs; records of any size, reserved, then submitted or discarded, read in order.
//
// A record is 8 bytes of header (length with two marks, position) and its data, a multiple of 8. Linux maps the data pages twice so
// that a record never wraps; here a record that begins near the end runs on into spare room behind it, and the next begins at the
// front again, which comes to the same.
import { E2BIG, EAGAIN, EINVAL, ENOMEM, ENOTSUPP } from '../generated/errno';
import { BPF_F_NUMA_NODE } from '../generated/maps';
import { freeObject, reserve } from '../memory/arena';
import { toLinear, toVirtual } from '../memory/layout';
import { SHADOW_FREED, conceal, expose, shadowOf } from '../memory/shadow';
import { BpfMap } from './map';

const PAGE: u32 = 4096;
const HEADER: u32 = 8;
/** marks in a header's length: not submitted yet, thrown away */
const BUSY: u32 = 1 << 31;
const DISCARDED: u32 = 1 << 30;
const MOST_RECORD: u64 = 0xffffffff >> 2;

/** flags of submit, discard and output */
export const BPF_RB_NO_WAKEUP: u64 = 1;
export const BPF_RB_FORCE_WAKEUP: u64 = 2;

export class RingBufferMap extends BpfMap {
  data: usize = 0;
  mask: u64 = 0;
  consumer: u64 = 0;
  producer: u64 = 0;
  /** times that a waiting reader was woken */
  wakeups: u32 = 0;

  create(): i32 {
    if (this.flags & ~(<u32>BPF_F_NUMA_NODE)) return -EINVAL;
    const size = this.maxEntries;
    if (this.keySize != 0 || this.valueSize != 0 || size == 0 || size & (size - 1) || size & (PAGE - 1)) return -EINVAL;
    if (size > 1 << 27) return -E2BIG;
    this.data = reserve(<usize>size * 2);
    if (this.data == 0) return -ENOMEM;
    this.mask = <u64>size - 1;
    buffers.push(this);
    return 0;
  }

  destroy(): void {
    buffers.splice(buffers.indexOf(this), 1);
    freeObject(this.data);
  }

  /** Linear address of the data of a new record, 0: no room. */
  reserveRecord(size: u64): usize {
    if (size > MOST_RECORD) return 0;
    const length = (size + <u64>HEADER + 7) & ~(<u64>7);
    if (length > this.mask + 1 || this.producer + length - this.consumer > this.mask) return 0;
    const position = <usize>(this.producer & this.mask);
    const header = this.data + position;
    store<u32>(header, (<u32>size) | BUSY);
    store<u32>(header, <u32>position, 4);
    this.producer += length;
    if (size > 0) expose(header + HEADER, <usize>size);
    return header + HEADER;
  }

  /** Submits or discards the record whose data is at linear `at`; `conceals`: programs may not touch it from now on. */
  commit(at: usize, discard: bool, flags: u64, conceals: bool = true): void {
    const header = at - HEADER;
    const size = load<u32>(header) & ~BUSY;
    store<u32>(header, discard ? size | DISCARDED : size);
    if (conceals) conceal(at, <usize>size, SHADOW_FREED);
    const position = <u64>load<u32>(header, 4);
    // The reader sleeps only when it has read everything before this record.
    if (flags & BPF_RB_FORCE_WAKEUP) this.wakeups++;
    else if (!(flags & BPF_RB_NO_WAKEUP) && position == (this.consumer & this.mask)) this.wakeups++;
  }

  /** Copies the next submitted record to `to`, at most `room` bytes, and goes on. Its length; -EAGAIN: nothing (yet). */
  next(to: usize, room: u32): i32 {
    while (this.consumer < this.producer) {
      const header = this.data + <usize>(this.consumer & this.mask);
      const word = load<u32>(header);
      if (word & BUSY) return -EAGAIN;
      const size = word & ~DISCARDED;
      this.consumer += (<u64>size + <u64>HEADER + 7) & ~(<u64>7);
      if (word & DISCARDED) continue;
      memory.copy(to, header + HEADER, <usize>min(size, room));
      return <i32>size;
    }
    return -EAGAIN;
  }

  /** bpf_ringbuf_query */
  query(what: u64): u64 {
    if (what == 0) return this.producer - this.consumer;
    if (what == 1) return this.mask + 1;
    if (what == 2) return this.consumer;
    return what == 3 ? this.producer : 0;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -ENOTSUPP;
  }

  read(_key: usize, _to: usize, _flags: u64): i32 {
    return -ENOTSUPP;
  }

  remove(_key: usize): i32 {
    return -ENOTSUPP;
  }

  nextKey(_key: usize, _next: usize): i32 {
    return -ENOTSUPP;
  }
}

let buffers: Array<RingBufferMap> = [];

export function resetRingBuffers(): void {
  buffers = [];
}

/** The ring buffer that the reserved record with data at virtual `address` lies in; null: it is no such record. */
export function bufferOf(address: u64): RingBufferMap | null {
  const at = toLinear(address);
  if (shadowOf(at) == 0 || toVirtual(at) != address) return null;
  for (let i = 0; i < buffers.length; i++) {
    const map = buffers[i];
    if (at >= map.data + HEADER && at < map.data + <usize>map.mask * 2 && load<u32>(at - HEADER) & BUSY) return map;
  }
  return null;
}
