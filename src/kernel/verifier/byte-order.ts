// Byte order: which bits are known moves with the bytes; the ranges come anew from the bits.
import { REG_mask, REG_value } from '../generated/verifier-records';
import { synchronizeBounds, unbound } from './bounds';
import { narrowTo } from './narrowing';
import { clearScalarId } from './scalar-id';

function reversed(value: u64, bits: i32): u64 {
  return bswap<u64>(value) >> (64 - bits);
}

/** @param bits 16, 32 or 64; @param swap false: the order is the machine's already, only the width is cut */
export function swapBytes(r: usize, bits: i32, swap: bool): void {
  // the machine's own order in full width: nothing happens
  if (!swap && bits == 64) return;
  if (swap) {
    store<u64>(r, reversed(load<u64>(r, REG_value), bits), REG_value);
    store<u64>(r, reversed(load<u64>(r, REG_mask), bits), REG_mask);
    unbound(r);
  }
  if (bits != 64) narrowTo(r, bits >> 3);
  synchronizeBounds(r);
  clearScalarId(r);
}
