// Constant expressions of static initialisers: numbers, and addresses plus offsets.
import type { Expression, FunctionDeclaration, Variable } from '../tree.ts';
import { canonical } from '../tree.ts';
import { integerConstant } from '../check/constants.ts';
import { foldBinary, foldCompare } from './fold.ts';
import type { BinaryOp, Predicate } from './ir.ts';
import { isBool, isSigned, sizeOf } from './layout.ts';

export type ConstantBase =
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'function'; readonly declaration: FunctionDeclaration }
  | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly expression: Expression }
  | { readonly kind: 'literal'; readonly expression: Extract<Expression, { kind: 'compound-literal' }> };

/** A number, or an address: base + value. */
export interface ConstantValue {
  readonly base: ConstantBase | null;
  readonly value: bigint;
}

export function constantInteger(e: Expression): bigint | null {
  const c = constantValue(e);
  return c && c.base === null ? c.value : null;
}

function fit(e: Expression, value: bigint): bigint {
  if (isBool(e.type)) return value === 0n ? 0n : 1n;
  const bits = sizeOf(e.type) * 8;
  return isSigned(e.type) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** null when the expression is not constant. */
export function constantValue(e: Expression): ConstantValue | null {
  switch (e.kind) {
    case 'integer':
      return { base: null, value: e.value };
    case 'function':
      return { base: { kind: 'function', declaration: e.function }, value: 0n };
    case 'address':
      return constantAddress(e.target);
    case 'cast': {
      if (e.cast === 'decay') return constantAddress(e.operand);
      const inner = constantValue(e.operand);
      if (!inner) return null;
      if (inner.base) return e.cast === 'bool' ? { base: null, value: 1n } : inner;
      return { base: null, value: fit(e, inner.value) };
    }
    case 'negate':
    case 'complement': {
      const x = constantInteger(e.operand);
      return x === null ? null : { base: null, value: fit(e, e.kind === 'negate' ? -x : ~x) };
    }
    case 'not': {
      const x = constantInteger(e.operand);
      return x === null ? null : { base: null, value: x === 0n ? 1n : 0n };
    }
    case 'builtin': {
      // The checker let it pass because it knows the value; there is one place that does.
      const value = integerConstant(e);
      return value === null ? null : { base: null, value };
    }
    case 'arithmetic':
    case 'compare':
      return constantOperation(e);
    case 'logical': {
      const left = constantInteger(e.left);
      if (left === null) return null;
      if (e.operator === '&&' ? left === 0n : left !== 0n) return { base: null, value: left === 0n ? 0n : 1n };
      const right = constantInteger(e.right);
      return right === null ? null : { base: null, value: right === 0n ? 0n : 1n };
    }
    case 'conditional': {
      const condition = constantInteger(e.condition);
      if (condition === null) return null;
      return condition !== 0n ? constantValue(e.then ?? e.condition) : constantValue(e.otherwise);
    }
    case 'comma':
      return constantValue(e.right);
    case 'pointer-add': {
      const pointer = constantValue(e.pointer);
      const index = constantInteger(e.index);
      if (!pointer || index === null) return null;
      const bytes = index * BigInt(e.scale);
      return { base: pointer.base, value: pointer.value + (e.subtract ? -bytes : bytes) };
    }
    case 'load': {
      // a constant's value: `static const int n = 3; int m = n;`
      if (e.source.kind === 'variable' && e.source.variable.storage !== 'local') {
        const part = e.source.variable.initializer?.parts[0];
        if (part && part.offset === 0 && canonical(e.type).kind !== 'record') return constantValue(part.value);
      }
      return null;
    }
    default:
      return null;
  }
}

function constantOperation(e: Extract<Expression, { kind: 'arithmetic' | 'compare' }>): ConstantValue | null {
  const left = constantInteger(e.left);
  const right = constantInteger(e.right);
  if (left === null || right === null) return null;
  const signed = isSigned(e.left.type);
  const type = sizeOf(e.left.type) > 4 ? 'i64' : 'i32';
  const bits = type === 'i64' ? 64 : 32;
  const a = BigInt.asUintN(bits, left);
  const b = BigInt.asUintN(bits, right);
  if (e.kind === 'compare') {
    const letter = signed ? 's' : 'u';
    const names: Record<string, Predicate> = {
      '==': 'eq',
      '!=': 'ne',
      '<': `${letter}lt`,
      '<=': `${letter}le`,
      '>': `${letter}gt`,
      '>=': `${letter}ge`,
    };
    return { base: null, value: foldCompare(names[e.operator]!, type, a, b) ? 1n : 0n };
  }
  const names: Record<string, BinaryOp> = {
    '+': 'add',
    '-': 'sub',
    '*': 'mul',
    '/': signed ? 'sdiv' : 'udiv',
    '%': signed ? 'srem' : 'urem',
    '&': 'and',
    '|': 'or',
    '^': 'xor',
    '<<': 'shl',
    '>>': signed ? 'ashr' : 'lshr',
  };
  return { base: null, value: fit(e, foldBinary(names[e.operator]!, type, a, b)) };
}

/** The address that an lvalue denotes. */
export function constantAddress(e: Expression): ConstantValue | null {
  switch (e.kind) {
    case 'variable':
      return e.variable.storage === 'local' || e.variable.storage === 'parameter'
        ? null
        : { base: { kind: 'variable', variable: e.variable }, value: 0n };
    case 'function':
      return { base: { kind: 'function', declaration: e.function }, value: 0n };
    case 'string':
      return { base: { kind: 'string', bytes: e.bytes, expression: e }, value: 0n };
    case 'compound-literal':
      return { base: { kind: 'literal', expression: e }, value: 0n };
    case 'dereference':
      return constantValue(e.pointer);
    case 'member': {
      const base = constantAddress(e.base);
      return base && { base: base.base, value: base.value + BigInt(e.member.offset) };
    }
    case 'index': {
      const base = constantValue(e.pointer);
      const index = constantInteger(e.index);
      return base && index !== null ? { base: base.base, value: base.value + index * BigInt(sizeOf(e.type)) } : null;
    }
    case 'cast':
      return constantAddress(e.operand);
    default:
      return null;
  }
}
