// Assignment operators: = += ++ and their kin (C11 6.5.16).
import type { ArithmeticOperator, Expression, Location, Type } from '../tree.ts';
import { integerConstant } from './constants.ts';
import type { Context } from './context.ts';
import {
  assignTo,
  balance,
  checkModifiable,
  convert,
  isLvalue,
  isPoison,
  poison,
  promote,
  promotedType,
  rootVariable,
  rvalue,
} from './conversions.ts';
import { indexOperand, invalidOperands, noFloat, pointerScale, stripQualifiers, warnShift } from './operators.ts';
import type { Range } from './operators.ts';
import { isArithmetic, isFloat, isInteger, isPointer, isScalar, qualifiersOf, quotedType } from './types.ts';

/** = */
export function assignment(c: Context, target: Expression, value: Expression, at: Location, range: Range): Expression {
  const right = rvalue(value);
  if (isPoison(target) || isPoison(right)) return poison(at);
  if (!checkModifiable(c, target, at)) return poison(at);
  markWritten(c, target);
  const converted = assignTo(c, right, target.type, { kind: 'assign' }, at, range.last);
  if (isPoison(converted) || isFloat(target.type)) {
    if (isFloat(target.type) && c.unevaluated === 0) c.report('floating-point', at, {});
    return poison(at);
  }
  return { kind: 'assign', type: rvalueType(target), target, value: converted, at };
}

function rvalueType(target: Expression): Type {
  const { isConst, isVolatile } = qualifiersOf(target.type);
  return isConst || isVolatile ? stripQualifiers(target.type) : target.type;
}

export function markWritten(c: Context, target: Expression): void {
  if (c.unevaluated > 0) return;
  const root = rootVariable(target);
  if (root) c.writtenVariables.add(root.variable);
}

/** += and its kin */
export function compoundAssignment(
  c: Context,
  operator: ArithmeticOperator,
  target: Expression,
  operand: Expression,
  at: Location,
): Expression {
  const value = rvalue(operand);
  if (isPoison(target) || isPoison(value)) return poison(at);
  if (!checkModifiable(c, target, at)) return poison(at);
  markWritten(c, target);
  const type = rvalueType(target);
  if (isPointer(target.type) && (operator === '+' || operator === '-') && isInteger(value.type)) {
    const scale = pointerScale(c, target.type, at);
    if (scale === null) return poison(at);
    return {
      kind: 'compound-assign',
      operator,
      type,
      target,
      value: indexOperand(value),
      computation: null,
      scale,
      at,
    };
  }
  if (!isArithmetic(target.type) || !isArithmetic(value.type)) return invalidOperands(c, target, value, at);
  if (!noFloat(c, [target, value], at)) return poison(at);
  if (operator === '<<' || operator === '>>') {
    const computation = promotedType(target);
    warnShift(c, computation, value, at);
    return {
      kind: 'compound-assign',
      operator,
      type,
      target,
      value: convert(promote(value), computation),
      computation,
      scale: 1,
      at,
    };
  }
  if ((operator === '/' || operator === '%') && integerConstant(value) === 0n && c.unevaluated === 0) {
    c.report('division-by-zero', at, { operation: operator === '/' ? 'division' : 'remainder' });
  }
  const both = balance(target, value);
  return { kind: 'compound-assign', operator, type, target, value: both.right, computation: both.type, scale: 1, at };
}

/** ++ and -- */
export function increment(c: Context, target: Expression, delta: 1 | -1, prefix: boolean, at: Location): Expression {
  if (isPoison(target)) return poison(at);
  if (isLvalue(target) && !isScalar(target.type)) {
    c.report('cannot-increment', at, { what: delta > 0 ? 'increment' : 'decrement', type: quotedType(target.type) });
    return poison(at);
  }
  if (!checkModifiable(c, target, at) || !noFloat(c, [target], at)) return poison(at);
  markWritten(c, target);
  const scale = isPointer(target.type) ? pointerScale(c, target.type, at) : 1;
  if (scale === null) return poison(at);
  return { kind: 'increment', type: rvalueType(target), target, delta, prefix, scale, at };
}
