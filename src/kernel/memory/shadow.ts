// What of linear memory a program may touch, exact to the byte: a shadow byte for each 8 bytes (the idea is AddressSanitizer's,
// turned round: what nobody exposed is out of bounds).
//
//    0        never exposed
//    1 … 8    that many first bytes of the eight are part of an object
//   -1 … -7   all but that many first bytes (an object that begins in the middle: packets)
//   below     was part of an object; the value says why it no longer is
import { MEMORY_LIMIT, SHADOW, VIRTUAL_BASE } from './layout';

export const SHADOW_UNUSED: i32 = 0;
/** before and behind an object of the arena */
export const SHADOW_REDZONE: i32 = -16;
/** freed */
export const SHADOW_FREED: i32 = -17;
/** a stack frame that was left, or not entered yet */
export const SHADOW_DEAD_FRAME: i32 = -18;
/** packet buffer outside data … data_end */
export const SHADOW_OUTSIDE_PACKET: i32 = -19;
/** memory of user space */
export const SHADOW_USER: i32 = -20;

/** The shadow byte of a linear address below MEMORY_LIMIT. */
export function shadowOf(address: usize): i32 {
  return <i32>load<i8>(SHADOW + (address >> 3));
}

/** Sets `count` shadow bytes from `granule` on. A stack frame's 64 are eight stores, which beat a call to memory.fill. */
function paint(granule: usize, value: i32, count: usize): void {
  let at = SHADOW + granule;
  if (count > 128) {
    memory.fill(at, <u8>value, count);
    return;
  }
  const end = at + count;
  const word = <u64>(<u8>value) * 0x0101010101010101;
  for (; at + 8 <= end; at += 8) store<u64>(at, word);
  for (; at < end; at++) store<u8>(at, <u8>value);
}

/** Makes `size` bytes at `address` accessible. What shares the first and last eight bytes is decided by this call alone. */
export function expose(address: usize, size: usize): void {
  if (size == 0) return;
  let granule = address >> 3;
  const end = address + size;
  const lead = address & 7;
  if (lead != 0) {
    store<i8>(SHADOW + granule, <i8>-(<i32>lead));
    granule++;
  }
  const last = end >> 3;
  if (last > granule) paint(granule, 8, last - granule);
  const rest = end & 7;
  if (rest != 0 && last >= granule) store<i8>(SHADOW + last, <i8>rest);
}

/** Takes `size` bytes, rounded outwards to eight, out of reach and says why. */
export function conceal(address: usize, size: usize, why: i32): void {
  if (size == 0) return;
  const first = address >> 3;
  paint(first, why, ((address + size + 7) >> 3) - first);
}

/** May all of `size` bytes at linear `address` be touched? */
export function accessible(address: usize, size: usize): bool {
  if (size == 0) return true;
  const end = address + size;
  if (<u64>end > MEMORY_LIMIT || end < address) return false;
  let granule = address >> 3;
  const last = (end - 1) >> 3;
  let from = <i32>(address & 7);
  while (granule <= last) {
    const to = granule == last ? <i32>((end - 1) & 7) + 1 : 8;
    const state = <i32>load<i8>(SHADOW + granule);
    if (state > 0 ? to > state : state < -7 || state == 0 || from < -state) return false;
    from = 0;
    granule++;
  }
  return true;
}

/** Linear address of `size` accessible bytes at virtual `address`, or 0. */
export function resolve(address: u64, size: u32): usize {
  const linear = address - VIRTUAL_BASE;
  if (linear >= MEMORY_LIMIT) return 0;
  return accessible(<usize>linear, <usize>size) ? <usize>linear : 0;
}

/**
 * Linear address of `size` bytes of kernel memory at virtual `address` that are mapped, whoever they belong to; 0: not mapped. This is
 * what bpf_probe_read_kernel sees: a page is there or not, objects do not matter.
 */
export function mapped(address: u64, size: u32): usize {
  const linear = address - VIRTUAL_BASE;
  if (linear >= MEMORY_LIMIT || linear + <u64>size > MEMORY_LIMIT) return 0;
  const end = <usize>linear + <usize>size;
  for (let at = (<usize>linear) & ~7; at < end; at += 8) {
    const state = shadowOf(at);
    if (state == SHADOW_UNUSED || state == SHADOW_USER) return 0;
  }
  return <usize>linear;
}
