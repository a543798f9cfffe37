// Ranges through arithmetic: what the result of dst OP src can be, in 32 and in 64 bits.
import {
  BPF_ADD,
  BPF_AND,
  BPF_ARSH,
  BPF_LSH,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_XOR,
} from '../generated/opcodes';
import {
  REG_SIZE,
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
import {
  isConstant,
  isConstant32,
  learn32FromBits,
  learnFromBits,
  setKnown,
  setKnown32,
  synchronizeBounds,
  unbound32,
  unbound64,
  zeroExtend32,
} from './bounds';
import { multiply64, product } from './products';
import { markKnown, markUnknown } from './registers';
import { tnumAdd, tnumAnd, tnumArithmeticShift, tnumMask, tnumMul, tnumOr, tnumSub, tnumValue, tnumXor } from './tnum';

const LOW: u64 = 0xffffffff;
const scratch: usize = memory.data(REG_SIZE, 8);

function setTnum(r: usize): void {
  store<u64>(r, tnumValue, REG_value);
  store<u64>(r, tnumMask, REG_mask);
}
function setS(r: usize, min: i64, max: i64): void {
  store<i64>(r, min, REG_smin);
  store<i64>(r, max, REG_smax);
}
function setU(r: usize, min: u64, max: u64): void {
  store<u64>(r, min, REG_umin);
  store<u64>(r, max, REG_umax);
}
function setS32(r: usize, min: i32, max: i32): void {
  store<i32>(r, min, REG_s32min);
  store<i32>(r, max, REG_s32max);
}
function setU32(r: usize, min: u32, max: u32): void {
  store<u32>(r, min, REG_u32min);
  store<u32>(r, max, REG_u32max);
}

function add32(d: usize, s: usize): void {
  const least = <i64>load<i32>(d, REG_s32min) + <i64>load<i32>(s, REG_s32min);
  const most = <i64>load<i32>(d, REG_s32max) + <i64>load<i32>(s, REG_s32max);
  if (
    least < <i64>i32.MIN_VALUE ||
    least > <i64>i32.MAX_VALUE ||
    most < <i64>i32.MIN_VALUE ||
    most > <i64>i32.MAX_VALUE
  )
    setS32(d, i32.MIN_VALUE, i32.MAX_VALUE);
  else setS32(d, <i32>least, <i32>most);
  const low = <u64>load<u32>(d, REG_u32min) + <u64>load<u32>(s, REG_u32min);
  const high = <u64>load<u32>(d, REG_u32max) + <u64>load<u32>(s, REG_u32max);
  // either no sum wraps, or all do
  if (low <= LOW && high > LOW) setU32(d, 0, u32.MAX_VALUE);
  else setU32(d, <u32>low, <u32>high);
}
function add64(d: usize, s: usize): void {
  const dmin = load<i64>(d, REG_smin);
  const dmax = load<i64>(d, REG_smax);
  const smin = load<i64>(s, REG_smin);
  const smax = load<i64>(s, REG_smax);
  const least = dmin + smin;
  const most = dmax + smax;
  if (((dmin ^ least) & (smin ^ least)) < 0 || ((dmax ^ most) & (smax ^ most)) < 0)
    setS(d, i64.MIN_VALUE, i64.MAX_VALUE);
  else setS(d, least, most);
  const low = load<u64>(d, REG_umin) + load<u64>(s, REG_umin);
  const high = load<u64>(d, REG_umax) + load<u64>(s, REG_umax);
  const lowWraps = low < load<u64>(s, REG_umin);
  const highWraps = high < load<u64>(s, REG_umax);
  if (!lowWraps && highWraps) setU(d, 0, u64.MAX_VALUE);
  else setU(d, low, high);
}
function sub32(d: usize, s: usize): void {
  const least = <i64>load<i32>(d, REG_s32min) - <i64>load<i32>(s, REG_s32max);
  const most = <i64>load<i32>(d, REG_s32max) - <i64>load<i32>(s, REG_s32min);
  if (
    least < <i64>i32.MIN_VALUE ||
    least > <i64>i32.MAX_VALUE ||
    most < <i64>i32.MIN_VALUE ||
    most > <i64>i32.MAX_VALUE
  )
    setS32(d, i32.MIN_VALUE, i32.MAX_VALUE);
  else setS32(d, <i32>least, <i32>most);
  const lowWraps = load<u32>(d, REG_u32min) < load<u32>(s, REG_u32max);
  const highWraps = load<u32>(d, REG_u32max) < load<u32>(s, REG_u32min);
  if (lowWraps && !highWraps) setU32(d, 0, u32.MAX_VALUE);
  else
    setU32(d, load<u32>(d, REG_u32min) - load<u32>(s, REG_u32max), load<u32>(d, REG_u32max) - load<u32>(s, REG_u32min));
}
function sub64(d: usize, s: usize): void {
  const dmin = load<i64>(d, REG_smin);
  const dmax = load<i64>(d, REG_smax);
  const smin = load<i64>(s, REG_smin);
  const smax = load<i64>(s, REG_smax);
  const least = dmin - smax;
  const most = dmax - smin;
  if (((dmin ^ smax) & (dmin ^ least)) < 0 || ((dmax ^ smin) & (dmax ^ most)) < 0)
    setS(d, i64.MIN_VALUE, i64.MAX_VALUE);
  else setS(d, least, most);
  const lowWraps = load<u64>(d, REG_umin) < load<u64>(s, REG_umax);
  const highWraps = load<u64>(d, REG_umax) < load<u64>(s, REG_umin);
  if (lowWraps && !highWraps) setU(d, 0, u64.MAX_VALUE);
  else setU(d, load<u64>(d, REG_umin) - load<u64>(s, REG_umax), load<u64>(d, REG_umax) - load<u64>(s, REG_umin));
}

function mul32(d: usize, s: usize): void {
  const high = <u64>load<u32>(d, REG_u32max) * <u64>load<u32>(s, REG_u32max);
  if (high > LOW) setU32(d, 0, u32.MAX_VALUE);
  else setU32(d, load<u32>(d, REG_u32min) * load<u32>(s, REG_u32min), <u32>high);
  const a = <i64>load<i32>(d, REG_s32min);
  const b = <i64>load<i32>(d, REG_s32max);
  const x = <i64>load<i32>(s, REG_s32min);
  const y = <i64>load<i32>(s, REG_s32max);
  const least = min<i64>(min<i64>(a * x, a * y), min<i64>(b * x, b * y));
  const most = max<i64>(max<i64>(a * x, a * y), max<i64>(b * x, b * y));
  if (least < <i64>i32.MIN_VALUE || most > <i64>i32.MAX_VALUE) setS32(d, i32.MIN_VALUE, i32.MAX_VALUE);
  else setS32(d, <i32>least, <i32>most);
}
function mul64(d: usize, s: usize): void {
  const umax = load<u64>(d, REG_umax);
  const factor = load<u64>(s, REG_umax);
  if (factor != 0 && umax > u64.MAX_VALUE / factor) setU(d, 0, u64.MAX_VALUE);
  else setU(d, load<u64>(d, REG_umin) * load<u64>(s, REG_umin), umax * factor);
  const a = load<i64>(d, REG_smin);
  const b = load<i64>(d, REG_smax);
  const x = load<i64>(s, REG_smin);
  const y = load<i64>(s, REG_smax);
  let least = i64.MAX_VALUE;
  let most = i64.MIN_VALUE;
  for (let i = 0; i < 4; i++) {
    if (!multiply64((i & 2) != 0 ? b : a, (i & 1) != 0 ? y : x)) {
      setS(d, i64.MIN_VALUE, i64.MAX_VALUE);
      return;
    }
    least = min<i64>(least, product);
    most = max<i64>(most, product);
  }
  setS(d, least, most);
}

/** The unsigned range is known to be 0 or more bits: the signed one follows unless it crosses the sign. */
function signedFromUnsigned32(d: usize): void {
  const low = load<i32>(d, REG_u32min);
  const high = load<i32>(d, REG_u32max);
  if (low <= high) setS32(d, low, high);
  else setS32(d, i32.MIN_VALUE, i32.MAX_VALUE);
}
function signedFromUnsigned64(d: usize): void {
  const low = load<i64>(d, REG_umin);
  const high = load<i64>(d, REG_umax);
  if (low <= high) setS(d, low, high);
  else setS(d, i64.MIN_VALUE, i64.MAX_VALUE);
}
/** And, or, xor: the tnum of the result is in place already; both operands known in the relevant bits give the result itself. */
function bitwise32(operation: i32, d: usize, s: usize, known: bool): void {
  const value = <u32>load<u64>(d, REG_value);
  const mask = <u32>load<u64>(d, REG_mask);
  if (known) {
    setKnown32(d, value);
    return;
  }
  if (operation == BPF_AND) setU32(d, value, min<u32>(load<u32>(d, REG_u32max), load<u32>(s, REG_u32max)));
  else if (operation == BPF_OR) setU32(d, max<u32>(load<u32>(d, REG_u32min), load<u32>(s, REG_u32min)), value | mask);
  else setU32(d, value, value | mask);
  signedFromUnsigned32(d);
}
function bitwise64(operation: i32, d: usize, s: usize, known: bool): void {
  const value = load<u64>(d, REG_value);
  const mask = load<u64>(d, REG_mask);
  if (known) {
    setKnown(d, value);
    return;
  }
  if (operation == BPF_AND) setU(d, value, min<u64>(load<u64>(d, REG_umax), load<u64>(s, REG_umax)));
  else if (operation == BPF_OR) setU(d, max<u64>(load<u64>(d, REG_umin), load<u64>(s, REG_umin)), value | mask);
  else setU(d, value, value | mask);
  signedFromUnsigned64(d);
  learnFromBits(d);
}
function bitwise(operation: i32, d: usize, s: usize): void {
  const dv = load<u64>(d, REG_value);
  const dm = load<u64>(d, REG_mask);
  const sv = load<u64>(s, REG_value);
  const sm = load<u64>(s, REG_mask);
  if (operation == BPF_AND) tnumAnd(dv, dm, sv, sm);
  else if (operation == BPF_OR) tnumOr(dv, dm, sv, sm);
  else tnumXor(dv, dm, sv, sm);
  setTnum(d);
  // as in Linux, it is the result that is asked whether it is constant
  bitwise32(operation, d, s, isConstant32(s) && isConstant32(d));
  bitwise64(operation, d, s, isConstant(s) && isConstant(d));
}

function leftRange32(d: usize, least: u64, most: u64): void {
  setS32(d, i32.MIN_VALUE, i32.MAX_VALUE);
  if (most > 31 || <u64>load<u32>(d, REG_u32max) > (<u64>1) << (31 - most)) setU32(d, 0, u32.MAX_VALUE);
  else setU32(d, load<u32>(d, REG_u32min) << (<u32>least), load<u32>(d, REG_u32max) << (<u32>most));
}
function shiftLeft(d: usize, least: u64, most: u64, is32: bool): void {
  const value = load<u64>(d, REG_value);
  const mask = load<u64>(d, REG_mask);
  if (is32) {
    leftRange32(d, least, most);
    store<u64>(d, ((value & LOW) << least) & LOW, REG_value);
    store<u64>(d, ((mask & LOW) << least) & LOW, REG_mask);
    unbound64(d);
    learn32FromBits(d);
    return;
  }
  // << 32 comes before s>> 32 when compilers extend a sign: then the low half's signed range is worth keeping
  if (least == 32 && most == 32) {
    setS(d, (<i64>load<i32>(d, REG_s32min)) << 32, (<i64>load<i32>(d, REG_s32max)) << 32);
  } else setS(d, i64.MIN_VALUE, i64.MAX_VALUE);
  if (load<u64>(d, REG_umax) > (<u64>1) << (63 - most)) setU(d, 0, u64.MAX_VALUE);
  else setU(d, load<u64>(d, REG_umin) << least, load<u64>(d, REG_umax) << most);
  leftRange32(d, least, most);
  store<u64>(d, value << least, REG_value);
  store<u64>(d, mask << least, REG_mask);
  learnFromBits(d);
}
function shiftRight(d: usize, least: u64, most: u64, is32: bool): void {
  const value = load<u64>(d, REG_value);
  const mask = load<u64>(d, REG_mask);
  if (is32) {
    setS32(d, i32.MIN_VALUE, i32.MAX_VALUE);
    store<u64>(d, (value & LOW) >> least, REG_value);
    store<u64>(d, (mask & LOW) >> least, REG_mask);
    setU32(d, load<u32>(d, REG_u32min) >> (<u32>most), load<u32>(d, REG_u32max) >> (<u32>least));
    unbound64(d);
    learn32FromBits(d);
    return;
  }
  setS(d, i64.MIN_VALUE, i64.MAX_VALUE);
  store<u64>(d, value >> least, REG_value);
  store<u64>(d, mask >> least, REG_mask);
  setU(d, load<u64>(d, REG_umin) >> most, load<u64>(d, REG_umax) >> least);
  unbound32(d);
  learnFromBits(d);
}
function shiftArithmetic(d: usize, least: u64, is32: bool): void {
  tnumArithmeticShift(load<u64>(d, REG_value), load<u64>(d, REG_mask), least, is32);
  setTnum(d);
  if (is32) {
    setS32(d, load<i32>(d, REG_s32min) >> (<i32>least), load<i32>(d, REG_s32max) >> (<i32>least));
    setU32(d, 0, u32.MAX_VALUE);
    unbound64(d);
    learn32FromBits(d);
    return;
  }
  setS(d, load<i64>(d, REG_smin) >> (<i64>least), load<i64>(d, REG_smax) >> (<i64>least));
  setU(d, 0, u64.MAX_VALUE);
  unbound32(d);
  learnFromBits(d);
}

/** dst + src in ranges and bits, without making them agree afterwards. */
export function addRanges(d: usize, s: usize): void {
  add32(d, s);
  add64(d, s);
  tnumAdd(load<u64>(d, REG_value), load<u64>(d, REG_mask), load<u64>(s, REG_value), load<u64>(s, REG_mask));
  setTnum(d);
}

/** Can the result's range be computed? Shifts need a constant distance; divisions give something unknown. */
function isComputable(operation: i32, s: usize, is32: bool): bool {
  switch (operation) {
    case BPF_ADD:
    case BPF_SUB:
    case BPF_NEG:
    case BPF_AND:
    case BPF_XOR:
    case BPF_OR:
    case BPF_MUL:
      return true;
    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH:
      if (is32) {
        return (
          isConstant32(s) &&
          load<i32>(s, REG_s32min) == load<i32>(s, REG_s32max) &&
          load<u32>(s, REG_u32min) == load<u32>(s, REG_u32max) &&
          load<u64>(s, REG_umax) < 32
        );
      }
      return (
        isConstant(s) &&
        load<i64>(s, REG_smin) == load<i64>(s, REG_smax) &&
        load<u64>(s, REG_umin) == load<u64>(s, REG_umax) &&
        load<u64>(s, REG_umax) < 64
      );
    default:
      return false;
  }
}

/** dst becomes dst OP src, both scalars; `src` is not changed. */
export function scalarArithmetic(operation: i32, d: usize, s: usize, is32: bool): void {
  if (!isComputable(operation, s, is32)) {
    markUnknown(d);
    return;
  }
  const least = is32 ? <u64>load<u32>(s, REG_u32min) : load<u64>(s, REG_umin);
  const most = is32 ? <u64>load<u32>(s, REG_u32max) : load<u64>(s, REG_umax);
  switch (operation) {
    case BPF_ADD:
      addRanges(d, s);
      break;
    case BPF_SUB:
      sub32(d, s);
      sub64(d, s);
      tnumSub(load<u64>(d, REG_value), load<u64>(d, REG_mask), load<u64>(s, REG_value), load<u64>(s, REG_mask));
      setTnum(d);
      break;
    case BPF_NEG:
      memory.copy(scratch, d, REG_SIZE);
      markKnown(d, 0);
      sub32(d, scratch);
      sub64(d, scratch);
      tnumSub(0, 0, load<u64>(scratch, REG_value), load<u64>(scratch, REG_mask));
      setTnum(d);
      break;
    case BPF_MUL:
      tnumMul(load<u64>(d, REG_value), load<u64>(d, REG_mask), load<u64>(s, REG_value), load<u64>(s, REG_mask));
      setTnum(d);
      mul32(d, s);
      mul64(d, s);
      break;
    case BPF_AND:
    case BPF_OR:
    case BPF_XOR:
      bitwise(operation, d, s);
      break;
    case BPF_LSH:
      shiftLeft(d, least, most, is32);
      break;
    case BPF_RSH:
      shiftRight(d, least, most, is32);
      break;
    case BPF_ARSH:
      shiftArithmetic(d, least, is32);
      break;
  }
  if (is32) zeroExtend32(d);
  synchronizeBounds(d);
}
