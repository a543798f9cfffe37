// A value cut to fewer bytes, with zeroes or with its sign above.
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
import { isConstant, setKnown, setKnown32Bounds, synchronizeBounds, unbound32 } from './bounds';
import { tnumMask, tnumRange, tnumValue } from './tnum';

/** Zeroes above the lowest `size` bytes (1, 2 or 4). */
export function narrowTo(r: usize, size: i32): void {
  const mask = ((<u64>1) << (size * 8)) - 1;
  store<u64>(r, load<u64>(r, REG_value) & mask, REG_value);
  store<u64>(r, load<u64>(r, REG_mask) & mask, REG_mask);
  let umin = load<u64>(r, REG_umin);
  let umax = load<u64>(r, REG_umax);
  if ((umin & ~mask) == (umax & ~mask)) {
    umin &= mask;
    umax &= mask;
  } else {
    umin = 0;
    umax = mask;
  }
  store<u64>(r, umin, REG_umin);
  store<u64>(r, umax, REG_umax);
  store<u64>(r, umin, REG_smin);
  store<u64>(r, umax, REG_smax);
  if (size < 4) unbound32(r);
  synchronizeBounds(r);
}

function signed(value: i64, size: i32): i64 {
  const shift = 64 - size * 8;
  return (value << shift) >> shift;
}

/** The sign of the lowest `size` bytes above them. */
export function signNarrowTo(r: usize, size: i32): void {
  if (isConstant(r)) {
    setKnown(r, <u64>signed(load<i64>(r, REG_value), size));
    return;
  }
  const bits = size * 8;
  const smin = load<i64>(r, REG_smin);
  const smax = load<i64>(r, REG_smax);
  if ((<u64>smax) >> bits == (<u64>smin) >> bits) {
    const a = signed(smax, size);
    const b = signed(smin, size);
    const most = max<i64>(a, b);
    const least = min<i64>(a, b);
    if (most >= 0 == least >= 0) {
      store<i64>(r, least, REG_smin);
      store<i64>(r, most, REG_smax);
      store<i64>(r, least, REG_umin);
      store<i64>(r, most, REG_umax);
      store<i32>(r, <i32>least, REG_s32min);
      store<i32>(r, <i32>most, REG_s32max);
      store<i32>(r, <i32>least, REG_u32min);
      store<i32>(r, <i32>most, REG_u32max);
      tnumRange(<u64>least, <u64>most);
      store<u64>(r, tnumValue, REG_value);
      store<u64>(r, tnumMask, REG_mask);
      return;
    }
  }
  const limit: i64 = (<i64>1) << (bits - 1);
  store<i64>(r, -limit, REG_smin);
  store<i64>(r, limit - 1, REG_smax);
  store<i32>(r, <i32>-limit, REG_s32min);
  store<i32>(r, <i32>(limit - 1), REG_s32max);
  store<u64>(r, 0, REG_umin);
  store<u64>(r, u64.MAX_VALUE, REG_umax);
  store<u32>(r, 0, REG_u32min);
  store<u32>(r, u32.MAX_VALUE, REG_u32max);
  store<u64>(r, 0, REG_value);
  store<u64>(r, u64.MAX_VALUE, REG_mask);
}

/** The same inside the low half (a 32-bit move with sign extension); the upper half is cleared by the caller. */
export function signNarrow32To(r: usize, size: i32): void {
  if (isConstant(r)) {
    const value = signed(load<i64>(r, REG_value), size);
    store<i64>(r, value, REG_value);
    setKnown32Bounds(r, <u32>value);
    return;
  }
  const bits = size * 8;
  const smin = load<i32>(r, REG_s32min);
  const smax = load<i32>(r, REG_s32max);
  if ((<u32>smax) >> bits == (<u32>smin) >> bits) {
    const a = <i32>signed(smax, size);
    const b = <i32>signed(smin, size);
    const most = max<i32>(a, b);
    const least = min<i32>(a, b);
    if (most >= 0 == least >= 0) {
      store<i32>(r, least, REG_s32min);
      store<i32>(r, most, REG_s32max);
      store<i32>(r, least, REG_u32min);
      store<i32>(r, most, REG_u32max);
      tnumRange(<u64>(<i64>least), <u64>(<i64>most));
      store<u64>(r, <u64>(<u32>tnumValue), REG_value);
      store<u64>(r, <u64>(<u32>tnumMask), REG_mask);
      return;
    }
  }
  const limit = 1 << (bits - 1);
  store<i32>(r, -limit, REG_s32min);
  store<i32>(r, limit - 1, REG_s32max);
  store<u32>(r, 0, REG_u32min);
  store<u32>(r, u32.MAX_VALUE, REG_u32max);
  store<u64>(r, 0, REG_value);
  store<u64>(r, 0xffffffff, REG_mask);
}
