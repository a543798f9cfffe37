// Operators on checked operands: which types they take, what their results are (C11 6.5).
import { canonical } from '../tree.ts';
import type { ArithmeticOperator, CompareOperator, Expression, Location, Type } from '../tree.ts';
import { integerConstant } from './constants.ts';
import type { Context } from './context.ts';
import {
  asCondition, balance, convert, floatConstant, isLvalue, isNullPointerConstant, isPoison, makeInteger, markAddressTaken, poison,
  promote, promotedType, realConstant, rvalue, truncateReal,
} from './conversions.ts'; // prettier-ignore
import {
  INT, LONG, UNSIGNED_LONG, VOID_POINTER, isArithmetic, isComplete, isFloat, isFunction, isInteger, isPointer, isRecord, isScalar, isVoid,
  integerOf, pointerTo, qualify, qualifiersOf, quotedType, sameType, sizeOf,
} from './types.ts'; // prettier-ignore

/** Tokens that a complaint underlines. */
export interface Range {
  readonly first: Location;
  readonly last: Location;
}

export function noFloat(c: Context, operands: readonly Expression[], at: Location): boolean {
  if (!operands.some((e) => isFloat(e.type))) return true;
  if (c.unevaluated === 0) c.report('floating-point', at, {});
  return false;
}

export function invalidOperands(c: Context, left: Expression, right: Expression, at: Location): Expression {
  c.report('invalid-operands', at, { left: quotedType(left.type), right: quotedType(right.type) });
  return poison(at);
}

/** A 64-bit index, which keeps the sign of the type it came from. */
export function indexOperand(e: Expression): Expression {
  return convert(promote(e), (integerOf(e.type)?.signed ?? true) ? LONG : UNSIGNED_LONG);
}

/** Bytes that a step of the pointer takes; null after a complaint. */
export function pointerScale(c: Context, pointer: Type, at: Location): number | null {
  const t = canonical(pointer);
  if (t.kind !== 'pointer') return null;
  if (isVoid(t.target) || isFunction(t.target)) return 1;
  if (isComplete(t.target)) return sizeOf(t.target);
  c.report('arithmetic-incomplete', at, { type: quotedType(t.target) });
  return null;
}

function pointerAdd(c: Context, pointer: Expression, index: Expression, subtract: boolean, at: Location): Expression {
  const scale = pointerScale(c, pointer.type, at);
  if (scale === null) return poison(at);
  return { kind: 'pointer-add', type: pointer.type, pointer, index: indexOperand(index), subtract, scale, at };
}

/** Arithmetic on constants of which one at least is floating-point: the compiler computes it. */
function foldReals(operator: ArithmeticOperator, left: Expression, right: Expression, at: Location): Expression | null {
  if (!isFloat(left.type) && !isFloat(right.type)) return null;
  const a = realConstant(left);
  const b = realConstant(right);
  if (a === null || b === null) return null;
  const value = operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b;
  return floatConstant(value, balance(left, right).type, at);
}

/** * / % + - << >> & ^ | */
export function arithmeticOperation(
  c: Context,
  operator: ArithmeticOperator,
  leftOperand: Expression,
  rightOperand: Expression,
  at: Location,
): Expression {
  const left = rvalue(leftOperand);
  const right = rvalue(rightOperand);
  if (isPoison(left) || isPoison(right)) return poison(at);
  if (operator === '+') {
    if (isPointer(left.type) && isInteger(right.type)) return pointerAdd(c, left, right, false, at);
    if (isInteger(left.type) && isPointer(right.type)) return pointerAdd(c, right, left, false, at);
  }
  if (operator === '-' && isPointer(left.type)) {
    if (isInteger(right.type)) return pointerAdd(c, left, right, true, at);
    if (isPointer(right.type)) return pointerDifference(c, left, right, at);
  }
  if (!isArithmetic(left.type) || !isArithmetic(right.type)) return invalidOperands(c, left, right, at);
  const integersOnly = operator !== '+' && operator !== '-' && operator !== '*' && operator !== '/';
  if (integersOnly && (isFloat(left.type) || isFloat(right.type))) return invalidOperands(c, left, right, at);
  const folded = foldReals(operator, left, right, at);
  if (folded) return folded;
  if (!noFloat(c, [left, right], at)) {
    const { type } = balance(left, right);
    return c.unevaluated > 0 ? { kind: 'load', type, source: left, at } : poison(at);
  }
  if (operator === '<<' || operator === '>>') {
    const type = promotedType(left);
    warnShift(c, type, right, at);
    return { kind: 'arithmetic', operator, type, left: convert(left, type), right: convert(promote(right), type), at };
  }
  if ((operator === '/' || operator === '%') && integerConstant(right) === 0n && c.unevaluated === 0) {
    c.report('division-by-zero', at, { operation: operator === '/' ? 'division' : 'remainder' });
  }
  const both = balance(left, right);
  return { kind: 'arithmetic', operator, type: both.type, left: both.left, right: both.right, at };
}

export function warnShift(c: Context, type: Type, count: Expression, at: Location): void {
  const value = integerConstant(count);
  if (value === null || c.unevaluated > 0) return;
  if (value < 0n) c.report('shift-negative', at, {});
  else if (value >= BigInt(sizeOf(type) * 8)) c.report('shift-too-far', at, {});
}

function pointerDifference(c: Context, left: Expression, right: Expression, at: Location): Expression {
  const a = canonical(left.type);
  const b = canonical(right.type);
  if (a.kind !== 'pointer' || b.kind !== 'pointer') return poison(at);
  if (!sameType(a.target, b.target, false)) {
    c.report('not-compatible-pointers', at, { left: quotedType(left.type), right: quotedType(right.type) });
    return poison(at);
  }
  const scale = pointerScale(c, left.type, at);
  if (scale === null) return poison(at);
  return { kind: 'pointer-difference', type: LONG, left, right, scale: Math.max(scale, 1), at };
}

function compareReals(operator: CompareOperator, a: number, b: number): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function isString(e: Expression): boolean {
  return e.kind === 'string' || (e.kind === 'load' && e.source.kind === 'string');
}

/** == != < <= > >= */
export function comparison(
  c: Context,
  operator: CompareOperator,
  leftOperand: Expression,
  rightOperand: Expression,
  at: Location,
): Expression {
  let left = rvalue(leftOperand);
  let right = rvalue(rightOperand);
  if (isPoison(left) || isPoison(right)) {
    c.wants(right, left.type);
    return poison(at);
  }
  const node = (): Expression => ({ kind: 'compare', operator, type: INT, left, right, at });
  if (isArithmetic(left.type) && isArithmetic(right.type)) {
    const reals = isFloat(left.type) || isFloat(right.type) ? [realConstant(left), realConstant(right)] : [];
    if (typeof reals[0] === 'number' && typeof reals[1] === 'number') {
      return makeInteger(compareReals(operator, reals[0], reals[1]) ? 1n : 0n, INT, at);
    }
    if (!noFloat(c, [left, right], at)) return poison(at);
    const both = balance(left, right);
    warnOutOfRange(c, operator, left, right, at);
    ({ left, right } = both);
    return node();
  }
  const types = { left: quotedType(left.type), right: quotedType(right.type) };
  if (isPointer(left.type) && isPointer(right.type)) {
    if (isString(leftOperand) || isString(rightOperand)) c.report('string-comparison', at, {});
    const a = canonical(left.type);
    const b = canonical(right.type);
    if (a.kind === 'pointer' && b.kind === 'pointer') {
      const eitherVoid = isVoid(a.target) || isVoid(b.target);
      const isNull = isNullPointerConstant(left) || isNullPointerConstant(right);
      if (!eitherVoid && !isNull && !sameType(a.target, b.target, false)) c.report('distinct-pointers', at, types);
    }
    const type = isNullPointerConstant(right) ? left.type : isNullPointerConstant(left) ? right.type : VOID_POINTER;
    left = convert(left, type);
    right = convert(right, type);
    return node();
  }
  if (isPointer(left.type) && isInteger(right.type)) {
    if (!isNullPointerConstant(right)) c.report('pointer-integer-comparison', at, types);
    right = convert(right, left.type);
    return node();
  }
  if (isInteger(left.type) && isPointer(right.type)) {
    if (!isNullPointerConstant(left)) c.report('pointer-integer-comparison', at, types);
    left = convert(left, right.type);
    return node();
  }
  return invalidOperands(c, left, right, at);
}

/** A constant that the other side's type can never reach makes a comparison say always the same. */
function warnOutOfRange(
  c: Context,
  operator: CompareOperator,
  left: Expression,
  right: Expression,
  at: Location,
): void {
  if (c.unevaluated > 0) return;
  const constantRight = integerConstant(right);
  const constantLeft = constantRight === null ? integerConstant(left) : null;
  const constant = constantRight ?? constantLeft;
  const other = constantRight !== null ? left : right;
  const type = integerOf(other.type);
  if (constant === null || !type || type.size >= 4 || type.isBool || (other.kind !== 'load' && other.kind !== 'call'))
    return;
  if (other.kind === 'load' && other.source.kind === 'member' && other.source.member.bitField) return;
  const bits = BigInt(type.size * 8);
  const low = type.signed ? -(1n << (bits - 1n)) : 0n;
  const high = type.signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  if (constant >= low && constant <= high) return;
  const above = constant > high;
  // As if written `other OP constant`.
  const flipped: Record<CompareOperator, CompareOperator> = {
    '==': '==',
    '!=': '!=',
    '<': '>',
    '<=': '>=',
    '>': '<',
    '>=': '<=',
  };
  const effective = constantRight !== null ? operator : flipped[operator];
  const always = effective === '!=' || (effective !== '==' && (effective === '<' || effective === '<=') === above);
  c.report('out-of-range-comparison', at, {
    value: String(constant),
    type: quotedType(other.type),
    answer: String(always),
  });
}

/** && and || */
export function logical(
  c: Context,
  operator: '&&' | '||',
  left: Expression,
  right: Expression,
  at: Location,
): Expression {
  const a = asCondition(c, left, left.at);
  const b = asCondition(c, right, right.at);
  if (isPoison(a) || isPoison(b)) return poison(at);
  return { kind: 'logical', operator, type: INT, left: a, right: b, at };
}

/** + - ~ ! */
export function unaryOperation(
  c: Context,
  operator: '+' | '-' | '~' | '!',
  operand: Expression,
  at: Location,
): Expression {
  if (operator === '!') {
    const value = rvalue(operand);
    if (!isPoison(value) && !isScalar(value.type)) {
      c.report('invalid-unary', at, { type: quotedType(value.type) });
      return poison(at);
    }
    if (isPoison(value) || !noFloat(c, [value], at)) return poison(at);
    return { kind: 'not', type: INT, operand: value, at };
  }
  const value = rvalue(operand);
  if (isPoison(value)) return value;
  if (!isArithmetic(value.type) || (operator === '~' && isFloat(value.type))) {
    c.report('invalid-unary', at, { type: quotedType(value.type) });
    return poison(at);
  }
  if (isFloat(value.type)) {
    const real = realConstant(value);
    if (real !== null) return floatConstant(operator === '-' ? -real : real, value.type, at);
    if (c.unevaluated === 0) c.report('floating-point', at, {});
    return c.unevaluated > 0 ? value : poison(at);
  }
  const promoted = promote(value);
  if (operator === '+') return promoted === value && isLvalue(promoted) ? rvalue(promoted) : promoted;
  if (operator === '-' && promoted.kind === 'integer') return makeInteger(-promoted.value, promoted.type, at);
  return { kind: operator === '-' ? 'negate' : 'complement', type: promoted.type, operand: promoted, at };
}

/** & */
export function addressOperation(c: Context, operand: Expression, at: Location): Expression {
  if (isPoison(operand)) return operand;
  if (operand.kind === 'function') {
    return { kind: 'cast', cast: 'decay', type: pointerTo(operand.type), operand, at };
  }
  // &*p is p, even where *p could not be read.
  if (operand.kind === 'dereference') return operand.pointer;
  if (!isLvalue(operand)) {
    c.report('address-of-rvalue', at, { type: quotedType(operand.type) });
    return poison(at);
  }
  if (operand.kind === 'member' && operand.member.bitField) {
    c.report('address-of-bit-field', at, {});
    return poison(at);
  }
  markAddressTaken(c, operand);
  return { kind: 'address', type: pointerTo(operand.type), target: operand, at };
}

/** * */
export function dereference(c: Context, operand: Expression, at: Location): Expression {
  const pointer = rvalue(operand);
  if (isPoison(pointer)) return pointer;
  const type = canonical(pointer.type);
  if (type.kind !== 'pointer') {
    c.report('indirection-not-pointer', at, { type: quotedType(operand.type) });
    return poison(at);
  }
  // *f on a function pointer is the function again.
  if (isFunction(type.target) && pointer.kind === 'cast' && pointer.cast === 'decay') return pointer.operand;
  return { kind: 'dereference', type: type.target, pointer, at };
}

/** a[b], either of which may be the pointer; `open` is the bracket's token */
export function subscript(c: Context, base: Expression, index: Expression, at: Location, open: Location): Expression {
  let pointer = rvalue(base);
  let offset = rvalue(index);
  if (isPoison(pointer) || isPoison(offset)) return poison(at);
  let array = base;
  if (!isPointer(pointer.type) && isPointer(offset.type)) {
    [pointer, offset] = [offset, pointer];
    array = index;
  }
  const type = canonical(pointer.type);
  if (type.kind !== 'pointer') {
    c.report('subscript-not-pointer', open, {});
    return poison(at);
  }
  if (!isInteger(offset.type)) {
    c.report('subscript-not-integer', offset.at, {});
    return poison(at);
  }
  if (isFunction(type.target) || (!isComplete(type.target) && !isVoid(type.target))) {
    c.report('subscript-incomplete', at, { type: quotedType(type.target) });
    return poison(at);
  }
  warnBounds(c, array, offset);
  return { kind: 'index', type: type.target, pointer, index: indexOperand(offset), at };
}

function warnBounds(c: Context, array: Expression, index: Expression): void {
  const type = canonical(array.type);
  if (type.kind !== 'array' || type.length === null || c.unevaluated > 0) return;
  // The last array of a structure may be longer than it says.
  if (array.kind === 'member' && type.length <= 1) return;
  const value = integerConstant(index);
  if (value === null) return;
  const args = { index: String(value), type: quotedType(array.type) };
  if (value < 0n) c.report('index-before-start', array.at, args);
  else if (value > BigInt(type.length) || (value === BigInt(type.length) && type.length > 0)) {
    c.report('index-past-end', array.at, args);
  }
}

/** a ? b : c; `thenOperand` null for GNU's a ?: c */
export function conditional(
  c: Context,
  condition: Expression,
  thenOperand: Expression | null,
  otherwiseOperand: Expression,
  at: Location,
): Expression {
  const test = asCondition(c, condition, condition.at);
  let then = thenOperand ? rvalue(thenOperand) : test;
  let otherwise = rvalue(otherwiseOperand);
  if (isPoison(test) || isPoison(then) || isPoison(otherwise)) return poison(at);
  const type = conditionalType(c, then, otherwise, at);
  if (!type) return poison(at);
  if (!isRecord(type)) {
    then = convert(then, type);
    otherwise = convert(otherwise, type);
  }
  return { kind: 'conditional', type, condition: test, then: thenOperand ? then : null, otherwise, at };
}

function conditionalType(c: Context, then: Expression, otherwise: Expression, at: Location): Type | null {
  if (isArithmetic(then.type) && isArithmetic(otherwise.type)) {
    if (!noFloat(c, [then, otherwise], at)) return null;
    return balance(then, otherwise).type;
  }
  if (isVoid(then.type) || isVoid(otherwise.type)) return isVoid(then.type) ? then.type : otherwise.type;
  if (isRecord(then.type) && sameType(then.type, otherwise.type, false)) return then.type;
  const types = { left: quotedType(then.type), right: quotedType(otherwise.type) };
  if (isPointer(then.type) && isPointer(otherwise.type)) {
    if (isNullPointerConstant(then)) return otherwise.type;
    if (isNullPointerConstant(otherwise)) return then.type;
    const a = canonical(then.type);
    const b = canonical(otherwise.type);
    if (a.kind !== 'pointer' || b.kind !== 'pointer') return null;
    const x = qualifiersOf(a.target);
    const y = qualifiersOf(b.target);
    const merge = (target: Type): Type =>
      pointerTo(qualify(target, x.isConst || y.isConst, x.isVolatile || y.isVolatile));
    if (isVoid(a.target)) return merge(a.target);
    if (isVoid(b.target)) return merge(b.target);
    if (!sameType(a.target, b.target, false)) {
      c.report('conditional-pointers', at, types);
      return VOID_POINTER;
    }
    return x.isConst === y.isConst && x.isVolatile === y.isVolatile ? then.type : merge(a.target);
  }
  if (isPointer(then.type) && isInteger(otherwise.type)) {
    if (!isNullPointerConstant(otherwise)) c.report('conditional-pointer-integer', at, types);
    return then.type;
  }
  if (isInteger(then.type) && isPointer(otherwise.type)) {
    if (!isNullPointerConstant(then)) c.report('conditional-pointer-integer', at, types);
    return otherwise.type;
  }
  c.report('conditional-incompatible', at, types);
  return null;
}

/** (type) operand */
export function explicitCast(c: Context, type: Type, operand: Expression, at: Location): Expression {
  const value = rvalue(operand);
  if (isPoison(value)) return value;
  if (isVoid(type)) return { kind: 'cast', cast: 'void', type, operand: value, at };
  const target = canonical(type);
  if (target.kind === 'record') {
    if (sameType(type, value.type, false)) return value;
    if (target.union) return castToUnion(c, type, value, at);
  }
  if (!isScalar(type)) {
    c.report('cast-to-non-scalar', at, { type: quotedType(type) });
    return poison(at);
  }
  if (!isScalar(value.type)) {
    c.report('cast-of-non-scalar', at, { type: quotedType(value.type) });
    return poison(at);
  }
  if (isFloat(type) || isFloat(value.type)) {
    // A cast that stays a constant is computed here: (int)1.5.
    const real = realConstant(value);
    if (isFloat(type) && real !== null) return floatConstant(real, type, at);
    const whole = truncateReal(value, type);
    if (whole) return whole;
    if (c.unevaluated === 0) c.report('floating-point', at, {});
    return c.unevaluated > 0 ? { kind: 'load', type, source: poison(at), at } : poison(at);
  }
  const stripped = stripQualifiers(type);
  const result = convert(value, stripped);
  // A cast to the same type is still a value of its own, with the name that was written.
  return result === value
    ? { kind: 'cast', cast: isPointer(type) ? 'pointer' : 'integer', type: stripped, operand: value, at }
    : { ...result, at };
}

/** GNU: (union u)x sets the first member of x's type. */
function castToUnion(c: Context, type: Type, value: Expression, at: Location): Expression {
  const union = canonical(type);
  const member = union.kind === 'record' ? union.members.find((m) => sameType(m.type, value.type, false)) : undefined;
  if (!member) {
    c.report('cast-to-union', at, { type: quotedType(value.type) });
    return poison(at);
  }
  const literal: Expression = {
    kind: 'compound-literal',
    type,
    variable: {
      kind: 'variable',
      name: '',
      type,
      storage: 'local',
      owner: null,
      attributes: NO_ATTRIBUTES,
      initializer: null,
      addressTaken: true,
      at,
    },
    initializer: { zeroFill: true, parts: [{ offset: 0, type: member.type, bitField: member.bitField, value }] },
    at,
  };
  return rvalue(literal);
}

export const NO_ATTRIBUTES = {
  section: null,
  alwaysInline: false,
  noInline: false,
  weak: false,
  used: false,
  naked: false,
  hidden: false,
  align: null,
  declTags: [],
} as const;

/** The type without qualifiers of its outermost layer; typedef names stay. */
export function stripQualifiers(type: Type): Type {
  return type.kind === 'qualified' || type.kind === 'tagged' ? stripQualifiers(type.target) : type;
}
