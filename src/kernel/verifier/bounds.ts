// What is known of a scalar (or of a pointer's variable offset): four ranges (64 and 32 bits, signed and unsigned) and a tnum.
// Each says something that the others do not; here they learn from one another.
import {
  REG_mask,
  REG_s32max,
  REG_s32min,
  REG_smax,
  REG_smin,
  REG_u32max,
  REG_u32min,
  REG_umax,
  REG_umin,
  REG_value,
} from '../generated/verifier-records';
import { tnumIntersect, tnumMask, tnumRange, tnumStep, tnumValue } from './tnum';

const LOW: u64 = 0xffffffff;

export function unbound64(r: usize): void {
  store<u64>(r, 0, REG_umin);
  store<u64>(r, u64.MAX_VALUE, REG_umax);
  store<i64>(r, i64.MIN_VALUE, REG_smin);
  store<i64>(r, i64.MAX_VALUE, REG_smax);
}
export function unbound32(r: usize): void {
  store<u32>(r, 0, REG_u32min);
  store<u32>(r, u32.MAX_VALUE, REG_u32max);
  store<i32>(r, i32.MIN_VALUE, REG_s32min);
  store<i32>(r, i32.MAX_VALUE, REG_s32max);
}
export function unbound(r: usize): void {
  unbound64(r);
  unbound32(r);
}
/** All four ranges and the tnum from one known value. */
export function setKnown(r: usize, value: u64): void {
  store<u64>(r, value, REG_value);
  store<u64>(r, 0, REG_mask);
  store<u64>(r, value, REG_umin);
  store<u64>(r, value, REG_umax);
  store<u64>(r, value, REG_smin);
  store<u64>(r, value, REG_smax);
  setKnown32Bounds(r, <u32>value);
}
export function setKnown32Bounds(r: usize, value: u32): void {
  store<u32>(r, value, REG_u32min);
  store<u32>(r, value, REG_u32max);
  store<u32>(r, value, REG_s32min);
  store<u32>(r, value, REG_s32max);
}
/** The low half is known; the high half of the tnum stays as it was. */
export function setKnown32(r: usize, value: u32): void {
  store<u64>(r, (load<u64>(r, REG_value) & ~LOW) | (<u64>value), REG_value);
  store<u64>(r, load<u64>(r, REG_mask) & ~LOW, REG_mask);
  setKnown32Bounds(r, value);
}

function raiseUnsigned(r: usize, min: u64, max: u64): void {
  if (min > load<u64>(r, REG_umin)) store<u64>(r, min, REG_umin);
  if (max < load<u64>(r, REG_umax)) store<u64>(r, max, REG_umax);
}
function raiseSigned(r: usize, min: i64, max: i64): void {
  if (min > load<i64>(r, REG_smin)) store<i64>(r, min, REG_smin);
  if (max < load<i64>(r, REG_smax)) store<i64>(r, max, REG_smax);
}
function raiseUnsigned32(r: usize, min: u32, max: u32): void {
  if (min > load<u32>(r, REG_u32min)) store<u32>(r, min, REG_u32min);
  if (max < load<u32>(r, REG_u32max)) store<u32>(r, max, REG_u32max);
}
function raiseSigned32(r: usize, min: i32, max: i32): void {
  if (min > load<i32>(r, REG_s32min)) store<i32>(r, min, REG_s32min);
  if (max < load<i32>(r, REG_s32max)) store<i32>(r, max, REG_s32max);
}

/** The ranges learn from the bits. */
export function learn32FromBits(r: usize): void {
  const value = <u32>load<u64>(r, REG_value);
  const mask = <u32>load<u64>(r, REG_mask);
  raiseSigned32(r, <i32>(value | (mask & 0x80000000)), <i32>(value | (mask & 0x7fffffff)));
  raiseUnsigned32(r, value, value | mask);
}
function learn64FromBits(r: usize): void {
  const value = load<u64>(r, REG_value);
  const mask = load<u64>(r, REG_mask);
  raiseSigned(r, <i64>(value | (mask & 0x8000000000000000)), <i64>(value | (mask & 0x7fffffffffffffff)));
  raiseUnsigned(r, value, value | mask);
  learnOnlyValue(r, value, mask);
}
/** Range and bits may have one number in common: then it is known. */
function learnOnlyValue(r: usize, value: u64, mask: u64): void {
  const umin = load<u64>(r, REG_umin);
  const umax = load<u64>(r, REG_umax);
  const next = tnumStep(value, mask, umin);
  if ((umin & ~mask) == value) {
    if (next > umax) setKnown(r, umin);
  } else if (next == (value | mask)) {
    setKnown(r, next);
  } else if (next <= umax && tnumStep(value, mask, next) > umax) setKnown(r, next);
}
export function learnFromBits(r: usize): void {
  learn32FromBits(r);
  learn64FromBits(r);
}

/** The 32-bit ranges learn from the 64-bit ones, and from each other's sign. */
function deduce32(r: usize): void {
  const umin = load<u64>(r, REG_umin);
  const umax = load<u64>(r, REG_umax);
  const smin = load<i64>(r, REG_smin);
  const smax = load<i64>(r, REG_smax);
  // all values share the upper half: the lower halves are in order
  if (umin >> 32 == umax >> 32) {
    raiseUnsigned32(r, <u32>umin, <u32>umax);
    if (<i32>umin <= <i32>umax) raiseSigned32(r, <i32>umin, <i32>umax);
  }
  if (smin >> 32 == smax >> 32) {
    if (<u32>smin <= <u32>smax) raiseUnsigned32(r, <u32>smin, <u32>smax);
    if (<i32>smin <= <i32>smax) raiseSigned32(r, <i32>smin, <i32>smax);
  }
  // two neighbouring upper halves, the lower ones going from negative to positive: -1 … 1 for example
  if (<u32>(umin >> 32) + 1 == <u32>(umax >> 32) && <i32>umin < 0 && <i32>umax >= 0)
    raiseSigned32(r, <i32>umin, <i32>umax);
  if (<u32>(smin >> 32) + 1 == <u32>(smax >> 32) && <i32>smin < 0 && <i32>smax >= 0)
    raiseSigned32(r, <i32>smin, <i32>smax);
  const umin32 = load<u32>(r, REG_u32min);
  const umax32 = load<u32>(r, REG_u32max);
  if (<i32>umin32 <= <i32>umax32) raiseSigned32(r, <i32>umin32, <i32>umax32);
  const smin32 = load<i32>(r, REG_s32min);
  const smax32 = load<i32>(r, REG_s32max);
  if (<u32>smin32 <= <u32>smax32) raiseUnsigned32(r, <u32>smin32, <u32>smax32);
  else if (load<u32>(r, REG_u32max) < <u32>smin32) {
    // only the non-negative part of the signed range meets the unsigned one
    store<u32>(r, load<u32>(r, REG_u32min), REG_s32min);
    if (<u32>smax32 < load<u32>(r, REG_u32max)) store<i32>(r, smax32, REG_u32max);
  } else if (<u32>smax32 < load<u32>(r, REG_u32min)) {
    // only the negative part does
    store<u32>(r, load<u32>(r, REG_u32max), REG_s32max);
    if (<u32>smin32 > load<u32>(r, REG_u32min)) store<i32>(r, smin32, REG_u32min);
  }
}

function deduce64(r: usize): void {
  const umin = load<u64>(r, REG_umin);
  const umax = load<u64>(r, REG_umax);
  if (<i64>umin <= <i64>umax) raiseSigned(r, <i64>umin, <i64>umax);
  const smin = load<i64>(r, REG_smin);
  const smax = load<i64>(r, REG_smax);
  if (<u64>smin <= <u64>smax) {
    raiseUnsigned(r, <u64>smin, <u64>smax);
  } else if (umax < <u64>smin) {
    // the signed range has two parts seen as unsigned; only the non-negative one meets the unsigned range
    store<i64>(r, <i64>umin, REG_smin);
    if (<u64>smax < umax) store<u64>(r, <u64>smax, REG_umax);
  } else if (<u64>smax < umin) {
    // only the negative one does
    store<i64>(r, <i64>umax, REG_smax);
    if (<u64>smin > umin) store<u64>(r, <u64>smin, REG_umin);
  }
}

/** The 64-bit ranges learn from the 32-bit ones. */
function deduceMixed(r: usize): void {
  const umin32 = <u64>load<u32>(r, REG_u32min);
  const umax32 = <u64>load<u32>(r, REG_u32max);
  raiseUnsigned(r, (load<u64>(r, REG_umin) & ~LOW) | umin32, (load<u64>(r, REG_umax) & ~LOW) | umax32);
  raiseSigned(
    r,
    (load<i64>(r, REG_smin) & ~(<i64>LOW)) | (<i64>umin32),
    (load<i64>(r, REG_smax) & ~(<i64>LOW)) | (<i64>umax32),
  );
  // a value that fits 32 signed bits and whose low half is not negative: it is its low half
  const smin32 = <i64>load<i32>(r, REG_s32min);
  const smax32 = <i64>load<i32>(r, REG_s32max);
  if (smin32 >= 0 && load<i64>(r, REG_smin) >= <i64>i32.MIN_VALUE && load<i64>(r, REG_smax) <= <i64>i32.MAX_VALUE) {
    store<i64>(r, smin32, REG_smin);
    store<i64>(r, smax32, REG_smax);
    store<i64>(r, smin32, REG_umin);
    store<i64>(r, smax32, REG_umax);
    tnumRange(<u64>smin32, <u64>smax32);
    tnumIntersect(load<u64>(r, REG_value), load<u64>(r, REG_mask), tnumValue, tnumMask);
    store<u64>(r, tnumValue, REG_value);
    store<u64>(r, tnumMask, REG_mask);
  }
}
function deduce(r: usize): void {
  deduce32(r);
  deduce64(r);
  deduceMixed(r);
}

/** The bits learn from the ranges. */
function learnBits(r: usize): void {
  tnumRange(load<u64>(r, REG_umin), load<u64>(r, REG_umax));
  tnumIntersect(load<u64>(r, REG_value), load<u64>(r, REG_mask), tnumValue, tnumMask);
  const value = tnumValue;
  const mask = tnumMask;
  tnumRange(<u64>load<u32>(r, REG_u32min), <u64>load<u32>(r, REG_u32max));
  tnumIntersect(value & LOW, mask & LOW, tnumValue, tnumMask);
  store<u64>(r, (value & ~LOW) | tnumValue, REG_value);
  store<u64>(r, (mask & ~LOW) | tnumMask, REG_mask);
}

/** Makes ranges and bits agree as far as three rounds carry (what Linux does after each operation). */
export function synchronizeBounds(r: usize): void {
  learnFromBits(r);
  deduce(r);
  deduce(r);
  deduce(r);
  learnBits(r);
  learnFromBits(r);
}

/** The 64-bit ranges of a value whose upper half is zero. */
export function assign32Into64(r: usize): void {
  store<u64>(r, <u64>load<u32>(r, REG_u32min), REG_umin);
  store<u64>(r, <u64>load<u32>(r, REG_u32max), REG_umax);
  const min = load<i32>(r, REG_s32min);
  const max = load<i32>(r, REG_s32max);
  const positive = min >= 0 && max >= 0;
  store<i64>(r, positive ? <i64>min : 0, REG_smin);
  store<i64>(r, positive ? <i64>max : <i64>LOW, REG_smax);
}
/** The upper half becomes zero. */
export function zeroExtend32(r: usize): void {
  store<u64>(r, load<u64>(r, REG_value) & LOW, REG_value);
  store<u64>(r, load<u64>(r, REG_mask) & LOW, REG_mask);
  assign32Into64(r);
}

export function isConstant(r: usize): bool {
  return load<u64>(r, REG_mask) == 0;
}
export function isConstant32(r: usize): bool {
  return <u32>load<u64>(r, REG_mask) == 0;
}
/** bits that the value may need (Linux: get_reg_width) */
export function widthOf(r: usize): i32 {
  return 64 - <i32>clz<u64>(load<u64>(r, REG_umax));
}
