// 128-bit integers as two 64-bit words: what clang's BPF target can do without library calls.
import type { CompareOperator, Expression } from '../tree.ts';
import { canonical } from '../tree.ts';
import type { FunctionBuilder } from './builder.ts';
import { aggregateAddress, rvalue } from './expressions.ts';
import type { BinaryOp, Inst } from './ir.ts';
import { isSigned, isWide } from './layout.ts';
import { placeAddress, placeOf } from './places.ts';

export interface Wide {
  readonly low: Inst;
  readonly high: Inst;
}

export function loadWide(b: FunctionBuilder, address: Inst, align: number): Wide {
  const a = Math.min(8, align);
  return { low: b.load('i64', address, 8, false, a), high: b.load('i64', b.offset(address, 8), 8, false, a) };
}

export function storeWide(b: FunctionBuilder, address: Inst, value: Wide, align: number): void {
  const a = Math.min(8, align);
  b.store(address, value.low, 8, a);
  b.store(b.offset(address, 8), value.high, 8, a);
}

export function wideConstant(b: FunctionBuilder, value: bigint): Wide {
  return { low: b.constant('i64', value), high: b.constant('i64', value >> 64n) };
}

function undefinedWide(b: FunctionBuilder): Wide {
  return wideConstant(b, 0n);
}

export function wideValue(b: FunctionBuilder, e: Expression): Wide {
  b.at = e.at;
  switch (e.kind) {
    case 'integer':
      return wideConstant(b, e.value);
    case 'load': {
      const place = placeOf(b, e.source);
      return loadWide(b, placeAddress(b, place), place.align);
    }
    case 'cast': {
      if (isWide(e.operand.type)) return wideValue(b, e.operand);
      const signed = isSigned(e.operand.type);
      const low = b.resize(rvalue(b, e.operand), 'i64', signed);
      return { low, high: signed ? b.binary('ashr', 'i64', low, b.constant('i64', 63)) : b.constant('i64', 0) };
    }
    case 'negate':
      return subtract(b, wideConstant(b, 0n), wideValue(b, e.operand));
    case 'complement': {
      const x = wideValue(b, e.operand);
      const ones = b.constant('i64', -1n);
      return { low: b.binary('xor', 'i64', x.low, ones), high: b.binary('xor', 'i64', x.high, ones) };
    }
    case 'arithmetic':
      return wideArithmetic(b, e);
    case 'comma':
      rvalue(b, e.left);
      return wideValue(b, e.right);
    default:
      // an assignment, a call, a conditional: their value lies in memory
      return loadWide(b, aggregateAddress(b, e), 8);
  }
}

function add(b: FunctionBuilder, x: Wide, y: Wide): Wide {
  const low = b.binary('add', 'i64', x.low, y.low);
  const carry = b.resize(b.compare('ult', low, x.low), 'i64', false);
  return { low, high: b.binary('add', 'i64', b.binary('add', 'i64', x.high, y.high), carry) };
}

function subtract(b: FunctionBuilder, x: Wide, y: Wide): Wide {
  const borrow = b.resize(b.compare('ult', x.low, y.low), 'i64', false);
  const high = b.binary('sub', 'i64', b.binary('sub', 'i64', x.high, y.high), borrow);
  return { low: b.binary('sub', 'i64', x.low, y.low), high };
}

function wideArithmetic(b: FunctionBuilder, e: Extract<Expression, { kind: 'arithmetic' }>): Wide {
  const x = wideValue(b, e.left);
  if (e.operator === '<<' || e.operator === '>>') {
    const count = isWide(e.right.type) ? wideValue(b, e.right).low : b.resize(rvalue(b, e.right), 'i64', false);
    return shift(b, x, count, e.operator === '<<', isSigned(e.type));
  }
  const y = wideValue(b, e.right);
  switch (e.operator) {
    case '+':
      return add(b, x, y);
    case '-':
      return subtract(b, x, y);
    case '&':
      return { low: b.binary('and', 'i64', x.low, y.low), high: b.binary('and', 'i64', x.high, y.high) };
    case '|':
      return { low: b.binary('or', 'i64', x.low, y.low), high: b.binary('or', 'i64', x.high, y.high) };
    case '^':
      return { low: b.binary('xor', 'i64', x.low, y.low), high: b.binary('xor', 'i64', x.high, y.high) };
    case '*':
      return multiply(b, x, y);
    default: {
      const signed = isSigned(e.type);
      const easy = divide(b, x, y, e.operator === '/', signed);
      if (easy) return easy;
      const routine = e.operator === '/' ? (signed ? '__divti3' : '__udivti3') : signed ? '__modti3' : '__umodti3';
      b.unit.report('C903', e.at, 'A call to built-in function {name} is not supported.', { name: `'${routine}'` });
      return undefinedWide(b);
    }
  }
}

function isZero(inst: Inst): boolean {
  return inst.op === 'const' && inst.value === 0n;
}

/** Where clang calls __multi3: the low words' product from four of 32 by 32 bits, and what the high words add to its upper half. */
function multiply(b: FunctionBuilder, x: Wide, y: Wide): Wide {
  const op = (name: BinaryOp, p: Inst, q: Inst): Inst => b.binary(name, 'i64', p, q);
  const mask = b.constant('i64', 0xffffffff);
  const by = b.constant('i64', 32);
  const [xl, xh, yl, yh] = [
    op('and', x.low, mask),
    op('lshr', x.low, by),
    op('and', y.low, mask),
    op('lshr', y.low, by),
  ];
  const cross = op('mul', xh, yl);
  // at most (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1
  const middle = op('add', op('add', op('lshr', op('mul', xl, yl), by), op('and', cross, mask)), op('mul', xl, yh));
  let high = op('add', op('add', op('mul', xh, yh), op('lshr', cross, by)), op('lshr', middle, by));
  if (!isZero(x.high)) high = op('add', high, op('mul', x.high, y.low));
  if (!isZero(y.high)) high = op('add', high, op('mul', x.low, y.high));
  return { low: op('mul', x.low, y.low), high };
}

/** Divisions that need no library: of two numbers that are 64 bits wide at most, and by a power of two. */
function divide(b: FunctionBuilder, x: Wide, y: Wide, quotient: boolean, signed: boolean): Wide | null {
  if (isZero(x.high) && isZero(y.high)) {
    return { low: b.binary(quotient ? 'udiv' : 'urem', 'i64', x.low, y.low), high: x.high };
  }
  if (y.low.op !== 'const' || y.high.op !== 'const') return null;
  const divisor = (y.high.value << 64n) | y.low.value;
  if (divisor === 0n || (divisor & (divisor - 1n)) !== 0n || (signed && divisor >> 127n !== 0n)) return null;
  const rest = wideConstant(b, divisor - 1n);
  const and = (p: Wide, q: Wide): Wide => ({
    low: b.binary('and', 'i64', p.low, q.low),
    high: b.binary('and', 'i64', p.high, q.high),
  });
  // towards zero: a negative number is shifted from as much higher as the division would round it up
  const sign = signed ? b.binary('ashr', 'i64', x.high, b.constant('i64', 63)) : b.constant('i64', 0);
  const bias = and({ low: sign, high: sign }, rest);
  const from = signed ? add(b, x, bias) : x;
  if (!quotient) return signed ? subtract(b, and(from, rest), bias) : and(x, rest);
  const count = b.constant('i64', divisor.toString(2).length - 1);
  return shift(b, from, count, false, signed);
}

function shift(b: FunctionBuilder, x: Wide, count: Inst, left: boolean, signed: boolean): Wide {
  const zero = b.constant('i64', 0);
  const right = signed ? 'ashr' : 'lshr';
  const sign = signed ? b.binary('ashr', 'i64', x.high, b.constant('i64', 63)) : zero;
  if (count.op === 'const') {
    const n = count.value & 127n;
    if (n === 0n) return x;
    const by = b.constant('i64', n & 63n);
    const back = b.constant('i64', 64n - (n & 63n));
    if (left) {
      if (n >= 64n) return { low: zero, high: n === 64n ? x.low : b.binary('shl', 'i64', x.low, by) };
      const carried = b.binary('lshr', 'i64', x.low, back);
      return {
        low: b.binary('shl', 'i64', x.low, by),
        high: b.binary('or', 'i64', b.binary('shl', 'i64', x.high, by), carried),
      };
    }
    if (n >= 64n) return { low: n === 64n ? x.high : b.binary(right, 'i64', x.high, by), high: sign };
    const carried = b.binary('shl', 'i64', x.high, back);
    return {
      low: b.binary('or', 'i64', b.binary('lshr', 'i64', x.low, by), carried),
      high: b.binary(right, 'i64', x.high, by),
    };
  }
  // Both ranges are computed and the count picks one; the carried part is shifted in two steps, so that 0 stays right.
  const one = b.constant('i64', 1);
  const by = b.binary('and', 'i64', count, b.constant('i64', 63));
  const back = b.binary('xor', 'i64', by, b.constant('i64', 63));
  const far = b.isNonZero(b.binary('and', 'i64', count, b.constant('i64', 64)));
  const pick = (yes: Inst, no: Inst): Inst => b.emit('select', 'i64', [far, yes, no]);
  if (left) {
    const low = b.binary('shl', 'i64', x.low, by);
    const carried = b.binary('lshr', 'i64', b.binary('lshr', 'i64', x.low, one), back);
    const high = b.binary('or', 'i64', b.binary('shl', 'i64', x.high, by), carried);
    return { low: pick(zero, low), high: pick(low, high) };
  }
  const high = b.binary(right, 'i64', x.high, by);
  const carried = b.binary('shl', 'i64', b.binary('shl', 'i64', x.high, one), back);
  const low = b.binary('or', 'i64', b.binary('lshr', 'i64', x.low, by), carried);
  return { low: pick(high, low), high: pick(sign, high) };
}

/** Compares word by word; the result is an i1. */
export function compareWide(b: FunctionBuilder, operator: CompareOperator, left: Expression, right: Expression): Inst {
  const signed = isSigned(left.type) && canonical(left.type).kind === 'integer';
  const x = wideValue(b, left);
  const y = wideValue(b, right);
  if (operator === '==' || operator === '!=') {
    const difference = b.binary(
      'or',
      'i64',
      b.binary('xor', 'i64', x.low, y.low),
      b.binary('xor', 'i64', x.high, y.high),
    );
    return operator === '==' ? b.isZero(difference) : b.isNonZero(difference);
  }
  const less = operator === '<' || operator === '<=';
  const high = b.compare(less ? (signed ? 'slt' : 'ult') : signed ? 'sgt' : 'ugt', x.high, y.high);
  const low = b.compare(
    operator === '<' ? 'ult' : operator === '<=' ? 'ule' : operator === '>' ? 'ugt' : 'uge',
    x.low,
    y.low,
  );
  const equal = b.compare('eq', x.high, y.high);
  return b.emit('select', 'i1', [equal, low, high]);
}

/** The value of a wide expression as an i1. */
export function wideIsNonZero(b: FunctionBuilder, e: Expression): Inst {
  const x = wideValue(b, e);
  return b.isNonZero(b.binary('or', 'i64', x.low, x.high));
}
