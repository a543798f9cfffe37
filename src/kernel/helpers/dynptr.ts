// struct bpf_dynptr: 16 bytes on a program's stack that stand for memory of a length that is only known at run time.
// Layout (6.18): data u64, size u32 with type and marks in its upper byte, offset u32.
import { E2BIG, EINVAL } from '../generated/errno';
import { helperMemory } from '../memory/access';
import { toLinear, toVirtual } from '../memory/layout';
import { ringArgument } from './ring';
import { ringDiscard, ringSubmit } from './ring';
import { result } from './arguments';

const SIZE_MASK: u32 = 0xffffff;
const TYPE_SHIFT: u32 = 28;
const TYPE_LOCAL: u32 = 1;
const TYPE_RINGBUF: u32 = 2;
const READ_ONLY: u32 = 1 << 31;
const MOST: u32 = SIZE_MASK;

function clear(at: usize): void {
  memory.fill(at, 0, 16);
}

function open(at: usize, data: u64, size: u32, type: u32): void {
  store<u64>(at, data);
  store<u32>(at, size | (type << TYPE_SHIFT), 8);
  store<u32>(at, 0, 12);
}

function sizeOf(at: usize): u32 {
  return load<u32>(at, 8) & SIZE_MASK;
}

/** Is there `length` at `offset`? (Linux: bpf_dynptr_check_off_len) */
function outside(at: usize, offset: u32, length: u32): bool {
  const size = sizeOf(at);
  return length > size || offset > size - length;
}

/** bpf_dynptr_from_mem(data, size, flags, to): 0, -E2BIG, -EINVAL */
export function fromMemory(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const to = helperMemory(r4, 16);
  if (to == 0) return 0;
  clear(to);
  if (<u32>r2 > MOST) return result(-E2BIG);
  if (r3 != 0) return result(-EINVAL);
  open(to, r1, <u32>r2, TYPE_LOCAL);
  return 0;
}

/** bpf_ringbuf_reserve_dynptr(map, size, flags, to): 0, -EINVAL, -E2BIG */
export function reserveDynptr(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const ring = ringArgument(r1);
  const to = helperMemory(r4, 16);
  if (ring == null || to == 0) return 0;
  clear(to);
  if (r3 != 0) return result(-EINVAL);
  if (<u32>r2 > MOST) return result(-E2BIG);
  const record = ring.reserveRecord(<u64>(<u32>r2));
  if (record == 0) return result(-EINVAL);
  open(to, toVirtual(record), <u32>r2, TYPE_RINGBUF);
  return 0;
}

/** bpf_ringbuf_submit_dynptr(pointer, flags) */
export function submitDynptr(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, 16);
  if (at == 0 || load<u64>(at) == 0) return 0;
  ringSubmit(load<u64>(at), r2, 0, 0, 0);
  clear(at);
  return 0;
}

/** bpf_ringbuf_discard_dynptr(pointer, flags) */
export function discardDynptr(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, 16);
  if (at == 0 || load<u64>(at) == 0) return 0;
  ringDiscard(load<u64>(at), r2, 0, 0, 0);
  clear(at);
  return 0;
}

/** bpf_dynptr_read(to, length, pointer, offset, flags): 0, -EINVAL, -E2BIG */
export function readDynptr(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const to = helperMemory(r1, <u32>r2);
  const at = helperMemory(r3, 16);
  if (to == 0 || at == 0) return 0;
  if (load<u64>(at) == 0 || r5 != 0) return result(-EINVAL);
  if (outside(at, <u32>r4, <u32>r2)) return result(-E2BIG);
  memory.copy(to, toLinear(load<u64>(at)) + load<u32>(at, 12) + <u32>r4, <u32>r2);
  return 0;
}

/** bpf_dynptr_write(pointer, offset, from, length, flags): 0, -EINVAL, -E2BIG */
export function writeDynptr(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const at = helperMemory(r1, 16);
  const from = helperMemory(r3, <u32>r4);
  if (at == 0 || from == 0) return 0;
  if (load<u64>(at) == 0 || load<u32>(at, 8) & READ_ONLY || r5 != 0) return result(-EINVAL);
  if (outside(at, <u32>r2, <u32>r4)) return result(-E2BIG);
  memory.copy(toLinear(load<u64>(at)) + load<u32>(at, 12) + <u32>r2, from, <u32>r4);
  return 0;
}

/** bpf_dynptr_data(pointer, offset, length): the address, or 0 */
export function dynptrData(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const at = helperMemory(r1, 16);
  if (at == 0 || load<u64>(at) == 0 || load<u32>(at, 8) & READ_ONLY || outside(at, <u32>r2, <u32>r3)) return 0;
  return load<u64>(at) + <u64>load<u32>(at, 12) + <u64>(<u32>r2);
}
