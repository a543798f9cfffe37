// Dynptrs at run time: struct bpf_dynptr_kern on the program's stack (address, size with marks, offset), and the helpers and kernel
// functions that work on it. One without an address is null, which every one of them takes.
import { E2BIG, EINVAL, ERANGE } from '../generated/errno';
import { programMayWritePacket } from '../generated/contexts';
import { DYNPTR_KIND_LOCAL, DYNPTR_KIND_RINGBUF, DYNPTR_KIND_SKB, DYNPTR_KIND_XDP } from '../generated/kfuncs';
import { bufferOf } from '../maps/ring-buffer';
import { helperMemory } from '../memory/access';
import { toLinear, toVirtual } from '../memory/layout';
import { skbData, skbLength } from '../syscall/skb-buffer';
import { runningType } from '../vm/run';
import { result } from './arguments';
import { ringArgument } from './ring';
import { loadBytes, storeBytes } from './skb';
import { bufferLength, loadBytes as loadXdpBytes, packetSlice, storeBytes as storeXdpBytes } from './xdp';

const DATA: usize = 0;
const SIZE: usize = 8;
const OFFSET: usize = 12;
const BYTES: u32 = 16;

/** of the size word: what may not be written; the kind */
const READ_ONLY: u32 = 1 << 31;
const KIND_SHIFT: u32 = 28;
const MOST: u32 = 0xffffff;

function init(at: usize, data: u64, kind: i32, size: u32, readOnly: bool): void {
  store<u64>(at, data, DATA);
  store<u32>(at, size | ((<u32>kind) << KIND_SHIFT) | (readOnly ? READ_ONLY : 0), SIZE);
  store<u32>(at, 0, OFFSET);
}
function initNull(at: usize, error: i32): u64 {
  store<u64>(at, 0, DATA);
  store<u64>(at, 0, SIZE);
  return result(error);
}
function dataOf(at: usize): u64 {
  return load<u64>(at, DATA);
}
function sizeOf(at: usize): u32 {
  return load<u32>(at, SIZE) & MOST;
}
function kindOf(at: usize): i32 {
  return <i32>((load<u32>(at, SIZE) >> KIND_SHIFT) & 7);
}
function isReadOnly(at: usize): bool {
  return (load<u32>(at, SIZE) & READ_ONLY) != 0;
}
function offsetOf(at: usize): u32 {
  return load<u32>(at, OFFSET);
}
/** `size` bytes at `offset` are within it. */
function covers(at: usize, offset: u32, size: u32): bool {
  const whole = sizeOf(at);
  return size <= whole && offset <= whole - size;
}

/** bpf_dynptr_from_mem(data, size, flags, dynptr) */
export function dynptrFromMemory(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const at = helperMemory(r4, BYTES);
  if (at == 0) return 0;
  if (<u32>r2 > MOST) return initNull(at, -E2BIG);
  if (r3 != 0) return initNull(at, -EINVAL);
  init(at, r1, DYNPTR_KIND_LOCAL, <u32>r2, false);
  return 0;
}

/** bpf_ringbuf_reserve_dynptr(map, size, flags, dynptr): also after an error the dynptr must be given back */
export function ringReserveDynptr(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const ring = ringArgument(r1);
  const at = helperMemory(r4, BYTES);
  if (ring == null || at == 0) return 0;
  if (r3 != 0) return initNull(at, -EINVAL);
  if (<u32>r2 > MOST) return initNull(at, -E2BIG);
  const record = ring.reserveRecord(<u64>(<u32>r2));
  if (record == 0) return initNull(at, -EINVAL);
  init(at, toVirtual(record), DYNPTR_KIND_RINGBUF, <u32>r2, false);
  return 0;
}
function finish(r1: u64, discard: bool, flags: u64): u64 {
  const at = helperMemory(r1, BYTES);
  if (at == 0 || dataOf(at) == 0) return 0;
  const ring = bufferOf(dataOf(at));
  // slices of the record may still be read, as in Linux
  if (ring != null) ring.commit(toLinear(dataOf(at)), discard, flags, false);
  return initNull(at, 0);
}
/** bpf_ringbuf_submit_dynptr(dynptr, flags) */
export function ringSubmitDynptr(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return finish(r1, false, r2);
}
/** bpf_ringbuf_discard_dynptr(dynptr, flags) */
export function ringDiscardDynptr(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return finish(r1, true, r2);
}

function read(to: u64, size: u32, at: usize, offset: u32, flags: u64): u64 {
  const target = helperMemory(to, size);
  if (target == 0) return 0;
  if (dataOf(at) == 0 || flags != 0) return result(-EINVAL);
  if (!covers(at, offset, size)) return result(-E2BIG);
  const from = offsetOf(at) + offset;
  if (kindOf(at) == DYNPTR_KIND_SKB) return loadBytes(dataOf(at), from, to, size, 0);
  if (kindOf(at) == DYNPTR_KIND_XDP) return loadXdpBytes(dataOf(at), from, to, size, 0);
  memory.copy(target, toLinear(dataOf(at)) + from, size);
  return 0;
}
/** bpf_dynptr_read(to, size, dynptr, offset, flags): 0, -EINVAL for a null dynptr or flags, -E2BIG beyond its end */
export function dynptrRead(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const at = helperMemory(r3, BYTES);
  return at == 0 ? 0 : read(r1, <u32>r2, at, <u32>r4, r5);
}

function write(at: usize, offset: u32, from: u64, size: u32, flags: u64): u64 {
  const source = helperMemory(from, size);
  if (source == 0) return 0;
  if (dataOf(at) == 0 || isReadOnly(at)) return result(-EINVAL);
  if (!covers(at, offset, size)) return result(-E2BIG);
  const to = offsetOf(at) + offset;
  if (kindOf(at) == DYNPTR_KIND_SKB) return storeBytes(dataOf(at), to, from, size, flags);
  if (flags != 0) return result(-EINVAL);
  if (kindOf(at) == DYNPTR_KIND_XDP) return storeXdpBytes(dataOf(at), to, from, size, 0);
  memory.copy(toLinear(dataOf(at)) + to, source, size);
  return 0;
}
/** bpf_dynptr_write(dynptr, offset, from, size, flags): 0, -EINVAL for one that is null or read-only or for flags, -E2BIG */
export function dynptrWrite(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  return at == 0 ? 0 : write(at, <u32>r2, r3, <u32>r4, r5);
}

/** bpf_dynptr_data(dynptr, offset, size): the address; 0 for one that is null, read-only or of a packet, and beyond its end */
export function dynptrData(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  if (at == 0 || dataOf(at) == 0 || isReadOnly(at) || !covers(at, <u32>r2, <u32>r3)) return 0;
  const kind = kindOf(at);
  return kind == DYNPTR_KIND_LOCAL || kind == DYNPTR_KIND_RINGBUF ? dataOf(at) + <u64>(offsetOf(at) + <u32>r2) : 0;
}

/** bpf_dynptr_from_skb(skb, flags, dynptr): 0 or -EINVAL; read-only where the program may not write packets */
export function dynptrFromSkb(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r3, BYTES);
  if (at == 0) return 0;
  if (r2 != 0) return initNull(at, -EINVAL);
  init(at, r1, DYNPTR_KIND_SKB, skbLength(), !programMayWritePacket(runningType));
  return 0;
}
/** bpf_dynptr_from_xdp(xdp, flags, dynptr): 0 or -EINVAL */
export function dynptrFromXdp(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r3, BYTES);
  if (at == 0) return 0;
  if (r2 != 0) return initNull(at, -EINVAL);
  init(at, r1, DYNPTR_KIND_XDP, <u32>bufferLength(r1, 0, 0, 0, 0), false);
  return 0;
}

function slice(at: usize, offset: u32, buffer: u64, size: u32): u64 {
  if (dataOf(at) == 0 || !covers(at, offset, size)) return 0;
  const from = offsetOf(at) + offset;
  if (kindOf(at) == DYNPTR_KIND_SKB) return from + size <= skbLength() ? toVirtual(skbData() + from) : 0;
  if (kindOf(at) != DYNPTR_KIND_XDP) return dataOf(at) + <u64>from;
  const there = packetSlice(dataOf(at), from, size);
  if (there != 0 || buffer == 0) return there;
  return loadXdpBytes(dataOf(at), from, buffer, size, 0) == 0 ? buffer : 0;
}
/** bpf_dynptr_slice(dynptr, offset, buffer, size): the bytes where they lie, or, in pieces, copied to the buffer; 0 beyond the end */
export function dynptrSlice(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  return at == 0 ? 0 : slice(at, <u32>r2, r3, <u32>r4);
}
/** bpf_dynptr_slice_rdwr(…): the same, to be written; 0 for a read-only one */
export function dynptrSliceWritable(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  return at == 0 || isReadOnly(at) ? 0 : slice(at, <u32>r2, r3, <u32>r4);
}

/** bpf_dynptr_adjust(dynptr, start, end): narrower from now on; 0, -EINVAL, -ERANGE beyond its end */
export function dynptrAdjust(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  if (at == 0) return 0;
  const start = <u32>r2;
  const end = <u32>r3;
  if (dataOf(at) == 0 || start > end) return result(-EINVAL);
  const size = sizeOf(at);
  if (start > size || end > size) return result(-ERANGE);
  store<u32>(at, offsetOf(at) + start, OFFSET);
  store<u32>(at, (load<u32>(at, SIZE) & ~MOST) | (end - start), SIZE);
  return 0;
}
/** bpf_dynptr_is_null(dynptr) */
export function dynptrIsNull(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  return at != 0 && dataOf(at) == 0 ? 1 : 0;
}
/** bpf_dynptr_is_rdonly(dynptr) */
export function dynptrIsReadOnly(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  return at != 0 && dataOf(at) != 0 && isReadOnly(at) ? 1 : 0;
}
/** bpf_dynptr_size(dynptr): bytes; of a null one -EINVAL, in 32 bits */
export function dynptrSize(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  if (at == 0) return 0;
  return dataOf(at) == 0 ? <u64>(<u32>-EINVAL) : <u64>sizeOf(at);
}
/** bpf_dynptr_clone(dynptr, clone): 0, -EINVAL of a null one */
export function dynptrClone(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  const clone = helperMemory(r2, BYTES);
  if (at == 0 || clone == 0) return 0;
  if (dataOf(at) == 0) return initNull(clone, -EINVAL);
  memory.copy(clone, at, BYTES);
  return 0;
}
/** bpf_dynptr_copy(to, offset, from, offset, size): 0, -EINVAL, -E2BIG */
export function dynptrCopy(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const to = helperMemory(r1, BYTES);
  const from = helperMemory(r3, BYTES);
  if (to == 0 || from == 0) return 0;
  const size = <u32>r5;
  const source = slice(from, <u32>r4, 0, size);
  const target = isReadOnly(to) ? 0 : slice(to, <u32>r2, 0, size);
  if (source != 0 && target != 0) {
    memory.copy(toLinear(target), toLinear(source), size);
    return 0;
  }
  if (source != 0) return write(to, <u32>r2, source, size, 0);
  if (target != 0) return read(target, size, from, <u32>r4, 0);
  if (!covers(to, <u32>r2, size) || !covers(from, <u32>r4, size)) return result(-E2BIG);
  return result(-EINVAL);
}
/** bpf_dynptr_memset(dynptr, offset, size, value): 0, -EINVAL, -E2BIG */
export function dynptrFill(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, BYTES);
  if (at == 0) return 0;
  if (isReadOnly(at)) return result(-EINVAL);
  if (!covers(at, <u32>r2, <u32>r3)) return result(-E2BIG);
  const there = slice(at, <u32>r2, 0, <u32>r3);
  if (there == 0) return result(-EINVAL);
  memory.fill(toLinear(there), <u8>r4, <u32>r3);
  return 0;
}
