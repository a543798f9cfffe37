// What each way of a comparison of two numbers teaches about them.
import {
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
} from '../generated/opcodes';
import {
  REG_SIZE,
  REG_mask,
  REG_s32max,
  REG_s32min,
  REG_smax,
  REG_smin,
  REG_type,
  REG_u32max,
  REG_u32min,
  REG_umax,
  REG_umin,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { synchronizeBounds, unbound } from './bounds';
import { flip, isKnownScalar, knownValue } from './branch-outcome';
import { tnumIntersect, tnumMask, tnumValue } from './tnum';

const LOW: u64 = 0xffffffff;
/** "none of these bits is set": JSET's opposite, which no instruction has */
const NOT_SET: i32 = BPF_JSET | 8;

function opposite(operation: i32): i32 {
  switch (operation) {
    case BPF_JEQ:
      return BPF_JNE;
    case BPF_JNE:
      return BPF_JEQ;
    case BPF_JSET:
      return NOT_SET;
    case BPF_JGE:
      return BPF_JLT;
    case BPF_JGT:
      return BPF_JLE;
    case BPF_JLE:
      return BPF_JGT;
    case BPF_JLT:
      return BPF_JGE;
    case BPF_JSGE:
      return BPF_JSLT;
    case BPF_JSGT:
      return BPF_JSLE;
    case BPF_JSLE:
      return BPF_JSGT;
    default:
      return BPF_JSGE;
  }
}

function makeEqual32(a: usize, b: usize): void {
  const umin = max<u32>(load<u32>(a, REG_u32min), load<u32>(b, REG_u32min));
  const umax = min<u32>(load<u32>(a, REG_u32max), load<u32>(b, REG_u32max));
  const smin = max<i32>(load<i32>(a, REG_s32min), load<i32>(b, REG_s32min));
  const smax = min<i32>(load<i32>(a, REG_s32max), load<i32>(b, REG_s32max));
  tnumIntersect(
    load<u64>(a, REG_value) & LOW,
    load<u64>(a, REG_mask) & LOW,
    load<u64>(b, REG_value) & LOW,
    load<u64>(b, REG_mask) & LOW,
  );
  for (let i = 0; i < 2; i++) {
    const r = i == 0 ? a : b;
    store<u32>(r, umin, REG_u32min);
    store<u32>(r, umax, REG_u32max);
    store<i32>(r, smin, REG_s32min);
    store<i32>(r, smax, REG_s32max);
    store<u64>(r, (load<u64>(r, REG_value) & ~LOW) | tnumValue, REG_value);
    store<u64>(r, (load<u64>(r, REG_mask) & ~LOW) | tnumMask, REG_mask);
  }
}
function makeEqual64(a: usize, b: usize): void {
  const umin = max<u64>(load<u64>(a, REG_umin), load<u64>(b, REG_umin));
  const umax = min<u64>(load<u64>(a, REG_umax), load<u64>(b, REG_umax));
  const smin = max<i64>(load<i64>(a, REG_smin), load<i64>(b, REG_smin));
  const smax = min<i64>(load<i64>(a, REG_smax), load<i64>(b, REG_smax));
  tnumIntersect(load<u64>(a, REG_value), load<u64>(a, REG_mask), load<u64>(b, REG_value), load<u64>(b, REG_mask));
  for (let i = 0; i < 2; i++) {
    const r = i == 0 ? a : b;
    store<u64>(r, umin, REG_umin);
    store<u64>(r, umax, REG_umax);
    store<i64>(r, smin, REG_smin);
    store<i64>(r, smax, REG_smax);
    store<u64>(r, tnumValue, REG_value);
    store<u64>(r, tnumMask, REG_mask);
  }
}
/** Only a range that begins or ends at the excluded value shrinks. */
function exclude(r: usize, value: u64, is32: bool): void {
  if (is32) {
    if (load<u32>(r, REG_u32min) == <u32>value) store<u32>(r, <u32>value + 1, REG_u32min);
    if (load<u32>(r, REG_u32max) == <u32>value) store<u32>(r, <u32>value - 1, REG_u32max);
    if (load<i32>(r, REG_s32min) == <i32>value) store<i32>(r, <i32>value + 1, REG_s32min);
    if (load<i32>(r, REG_s32max) == <i32>value) store<i32>(r, <i32>value - 1, REG_s32max);
    return;
  }
  if (load<u64>(r, REG_umin) == value) store<u64>(r, value + 1, REG_umin);
  if (load<u64>(r, REG_umax) == value) store<u64>(r, value - 1, REG_umax);
  if (load<i64>(r, REG_smin) == <i64>value) store<i64>(r, <i64>value + 1, REG_smin);
  if (load<i64>(r, REG_smax) == <i64>value) store<i64>(r, <i64>value - 1, REG_smax);
}
function setBits(r: usize, bits: u64): void {
  store<u64>(r, load<u64>(r, REG_value) | bits, REG_value);
  store<u64>(r, load<u64>(r, REG_mask) & ~bits, REG_mask);
}
function clearBits(r: usize, bits: u64): void {
  store<u64>(r, load<u64>(r, REG_value) & ~bits, REG_value);
  store<u64>(r, load<u64>(r, REG_mask) & ~bits, REG_mask);
}
/** a <= b, or a < b when `strict`. */
function order(a: usize, b: usize, signed: bool, strict: bool, is32: bool): void {
  if (is32) {
    if (signed) {
      const step = strict ? 1 : 0;
      store<i32>(a, min<i32>(load<i32>(a, REG_s32max), load<i32>(b, REG_s32max) - step), REG_s32max);
      store<i32>(b, max<i32>(load<i32>(a, REG_s32min) + step, load<i32>(b, REG_s32min)), REG_s32min);
    } else {
      const step: u32 = strict ? 1 : 0;
      store<u32>(a, min<u32>(load<u32>(a, REG_u32max), load<u32>(b, REG_u32max) - step), REG_u32max);
      store<u32>(b, max<u32>(load<u32>(a, REG_u32min) + step, load<u32>(b, REG_u32min)), REG_u32min);
    }
  } else if (signed) {
    const step: i64 = strict ? 1 : 0;
    store<i64>(a, min<i64>(load<i64>(a, REG_smax), load<i64>(b, REG_smax) - step), REG_smax);
    store<i64>(b, max<i64>(load<i64>(a, REG_smin) + step, load<i64>(b, REG_smin)), REG_smin);
  } else {
    const step: u64 = strict ? 1 : 0;
    store<u64>(a, min<u64>(load<u64>(a, REG_umax), load<u64>(b, REG_umax) - step), REG_umax);
    store<u64>(b, max<u64>(load<u64>(a, REG_umin) + step, load<u64>(b, REG_umin)), REG_umin);
  }
}
/** `a OP b` holds. */
function learn(a: usize, b: usize, operation: i32, is32: bool): void {
  switch (operation) {
    case BPF_JEQ:
      if (is32) makeEqual32(a, b);
      else makeEqual64(a, b);
      return;
    case BPF_JNE:
    case BPF_JSET:
    case NOT_SET: {
      if (!isKnownScalar(b, is32)) {
        const other = a;
        a = b;
        b = other;
      }
      if (!isKnownScalar(b, is32)) return;
      const value = knownValue(b, is32);
      if (operation == BPF_JNE) exclude(a, value, is32);
      else if (operation == BPF_JSET) {
        if (value != 0 && (value & (value - 1)) == 0) setBits(a, value);
      } else {
        unbound(a);
        clearBits(a, value);
      }
      return;
    }
    case BPF_JGE:
    case BPF_JGT:
    case BPF_JSGE:
    case BPF_JSGT: {
      const other = a;
      a = b;
      b = other;
      operation = flip(operation);
    }
  }
  order(a, b, operation == BPF_JSLE || operation == BPF_JSLT, operation == BPF_JLT || operation == BPF_JSLT, is32);
}

const trial: usize = memory.data(4 * REG_SIZE, 8);

/** No number is in all of the ranges: this cannot be. */
export function isImpossible(r: usize): bool {
  return (
    load<u64>(r, REG_umin) > load<u64>(r, REG_umax) ||
    load<i64>(r, REG_smin) > load<i64>(r, REG_smax) ||
    load<u32>(r, REG_u32min) > load<u32>(r, REG_u32max) ||
    load<i32>(r, REG_s32min) > load<i32>(r, REG_s32max)
  );
}
/** A way that leaves a register without any possible value is not taken: 1 only the jump, 0 only falling through, -1 either. */
export function tryBothWays(a: usize, b: usize, operation: i32, is32: bool): i32 {
  if (load<i32>(a, REG_type) != SCALAR_VALUE || load<i32>(b, REG_type) != SCALAR_VALUE) return -1;
  const takenA = trial;
  const takenB = trial + REG_SIZE;
  const otherA = trial + 2 * REG_SIZE;
  const otherB = trial + 3 * REG_SIZE;
  memory.copy(takenA, a, REG_SIZE);
  memory.copy(otherA, a, REG_SIZE);
  memory.copy(takenB, b, REG_SIZE);
  memory.copy(otherB, b, REG_SIZE);
  refine(takenA, takenB, otherA, otherB, operation, is32);
  if (isImpossible(otherA) || isImpossible(otherB)) return 1;
  return isImpossible(takenA) || isImpossible(takenB) ? 0 : -1;
}

/** Both ways of `a OP b`: the registers of the taken branch and those of the other one. Pointers teach nothing. */
export function refine(takenA: usize, takenB: usize, otherA: usize, otherB: usize, operation: i32, is32: bool): void {
  if (load<i32>(otherA, REG_type) != SCALAR_VALUE || load<i32>(otherB, REG_type) != SCALAR_VALUE) return;
  learn(otherA, otherB, opposite(operation), is32);
  synchronizeBounds(otherA);
  synchronizeBounds(otherB);
  learn(takenA, takenB, operation, is32);
  synchronizeBounds(takenA);
  synchronizeBounds(takenB);
}
/** What came out impossible (a register compared with itself, half a register) may hold anything. */
export function forgetImpossible(r: usize): void {
  if (isImpossible(r)) unbound(r);
}
