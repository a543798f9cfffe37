// A checked access: the fast question first, and if the answer is no, which fault it is.
import { MEMORY_LIMIT, VIRTUAL_BASE } from './layout';
import { SHADOW_DEAD_FRAME, SHADOW_FREED, SHADOW_OUTSIDE_PACKET, accessible, shadowOf } from './shadow';
import {
  FAULT_FREED,
  FAULT_HELPER_MEMORY,
  FAULT_NULL,
  FAULT_PACKET,
  FAULT_READ,
  FAULT_STACK,
  FAULT_WRITE,
  raise,
} from '../vm/fault';

/** The first page is never mapped: a small address is a null pointer plus a field's offset. */
const NULL_PAGE: u64 = 4096;

/** Why `size` bytes at virtual `address` may not be touched: FAULT_…. */
export function reasonOf(address: u64, size: u32, write: bool): i32 {
  if (address < NULL_PAGE) return FAULT_NULL;
  const linear = address - VIRTUAL_BASE;
  if (linear < MEMORY_LIMIT) {
    let state = shadowOf(<usize>linear);
    // The first bytes are good, so it is the end that is not.
    if (state > 0 || (state < 0 && state >= -7)) state = shadowOf(<usize>linear + size - 1);
    // An object that ends inside these eight: what follows it says what there is beyond.
    if (state > 0) state = shadowOf(((<usize>linear + size - 1) | 7) + 1);
    if (state == SHADOW_FREED) return FAULT_FREED;
    if (state == SHADOW_DEAD_FRAME) return FAULT_STACK;
    if (state == SHADOW_OUTSIDE_PACKET) return FAULT_PACKET;
  }
  return write ? FAULT_WRITE : FAULT_READ;
}

/** The slow half of the interpreter's check: objects that are not aligned to eight. 0 after raising a fault. */
export function checkSlowly(address: u64, size: u32, write: bool): usize {
  const linear = address - VIRTUAL_BASE;
  if (linear < MEMORY_LIMIT && accessible(<usize>linear, size)) return <usize>linear;
  raise(reasonOf(address, size, write), address);
  return 0;
}

/**
 * Linear address of a helper's memory argument. Size 0 gives a non-zero address that must not be used. 0 after raising a fault:
 * for a verified program that cannot be.
 */
export function helperMemory(address: u64, size: u32): usize {
  if (size == 0) return 1;
  const linear = address - VIRTUAL_BASE;
  if (linear < MEMORY_LIMIT && accessible(<usize>linear, size)) return <usize>linear;
  raise(address < NULL_PAGE ? FAULT_NULL : FAULT_HELPER_MEMORY, address);
  return 0;
}
