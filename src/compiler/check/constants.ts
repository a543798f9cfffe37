// The value of a constant expression: an integer, or an address plus a distance (C11 6.6).
import { canonical } from '../tree.ts';
import type { Expression, FunctionDeclaration, Type, Variable } from '../tree.ts';
import { integerOf, isConst, sizeOf } from './types.ts';

/** What an address is relative to. */
export type AddressBase = Variable | FunctionDeclaration | (Expression & { kind: 'string' }) | null;

export interface Constant {
  /** null: a plain number */
  readonly base: AddressBase;
  /** the number, or bytes from the base */
  readonly value: bigint;
}

const number = (value: bigint): Constant => ({ base: null, value });

/** A value as its type holds it: cut to size, with the type's sign. */
export function wrapInteger(value: bigint, type: Type): bigint {
  const integer = integerOf(type);
  if (!integer) return BigInt.asUintN(64, value);
  if (integer.isBool) return value === 0n ? 0n : 1n;
  return integer.signed ? BigInt.asIntN(integer.size * 8, value) : BigInt.asUintN(integer.size * 8, value);
}

/** The integer that an expression is known to have; null when it is not constant or not an integer. */
export function integerConstant(expression: Expression): bigint | null {
  const constant = constantValue(expression);
  return constant && constant.base === null ? constant.value : null;
}

/** The truth of a constant; null when it is not constant. Addresses of objects are true. */
export function constantTruth(expression: Expression): boolean | null {
  const constant = constantValue(expression);
  return constant ? constant.base !== null || constant.value !== 0n : null;
}

/** Evaluates; null when the expression is not constant. */
export function constantValue(e: Expression): Constant | null {
  switch (e.kind) {
    case 'integer':
      return number(e.value);
    case 'function':
      return { base: e.function, value: 0n };
    case 'address':
      return addressOf(e.target);
    case 'cast':
      return castValue(e);
    case 'load':
      return loadedValue(e.source);
    case 'negate':
    case 'complement': {
      const operand = integerConstant(e.operand);
      return operand === null ? null : number(wrapInteger(e.kind === 'negate' ? -operand : ~operand, e.type));
    }
    case 'not': {
      const truth = constantTruth(e.operand);
      return truth === null ? null : number(truth ? 0n : 1n);
    }
    case 'arithmetic': {
      const left = constantValue(e.left);
      const right = constantValue(e.right);
      if (!left || !right) return null;
      // Addresses cast to integers may still have a distance added.
      if (left.base !== null && right.base === null && (e.operator === '+' || e.operator === '-')) {
        return { base: left.base, value: e.operator === '+' ? left.value + right.value : left.value - right.value };
      }
      if (left.base !== null || right.base !== null) return null;
      const value = arithmetic(e.operator, left.value, right.value, e.type);
      return value === null ? null : number(value);
    }
    case 'compare': {
      const left = constantValue(e.left);
      const right = constantValue(e.right);
      if (!left || !right || left.base !== right.base) return null;
      const answer = compare(e.operator, left.value, right.value);
      return number(answer ? 1n : 0n);
    }
    case 'logical': {
      const left = constantTruth(e.left);
      if (left === null) return null;
      if (left === (e.operator === '||')) return number(left ? 1n : 0n);
      const right = constantTruth(e.right);
      return right === null ? null : number(right ? 1n : 0n);
    }
    case 'conditional': {
      const condition = constantTruth(e.condition);
      if (condition === null) return null;
      return constantValue(condition ? (e.then ?? e.condition) : e.otherwise);
    }
    case 'pointer-add': {
      const pointer = constantValue(e.pointer);
      const index = integerConstant(e.index);
      if (!pointer || index === null) return null;
      const distance = index * BigInt(e.scale);
      return { base: pointer.base, value: e.subtract ? pointer.value - distance : pointer.value + distance };
    }
    case 'pointer-difference': {
      const left = constantValue(e.left);
      const right = constantValue(e.right);
      if (!left || !right || left.base !== right.base || e.scale === 0) return null;
      return number((left.value - right.value) / BigInt(e.scale));
    }
    case 'builtin':
      return builtinValue(e);
    default:
      return null;
  }
}

/** Builtins of constants are constants. */
function builtinValue(e: Expression & { kind: 'builtin' }): Constant | null {
  const [first] = e.arguments;
  if (!first) return null;
  // What is not known to be constant here is none where a constant is needed.
  if (e.name === '__builtin_constant_p') return number(0n);
  const operand = constantValue(first);
  if (!operand) return null;
  if (e.name === '__builtin_expect' || e.name === '__builtin_preserve_access_index') return operand;
  if (operand.base !== null) return null;
  const bits = sizeOf(first.type) * 8;
  const value = BigInt.asUintN(bits, operand.value);
  const binary = value.toString(2);
  switch (e.name.replace(/(?<=[a-z])l{0,2}$/, '')) {
    case '__builtin_bswap16':
    case '__builtin_bswap32':
    case '__builtin_bswap64': {
      const bytes =
        value
          .toString(16)
          .padStart(bits / 4, '0')
          .match(/../g) ?? [];
      return number(wrapInteger(BigInt(`0x${bytes.reverse().join('')}`), e.type));
    }
    case '__builtin_popcount':
      return number(BigInt(binary.replaceAll('0', '').length));
    case '__builtin_parity':
      return number(BigInt(binary.replaceAll('0', '').length % 2));
    case '__builtin_ctz':
      return value === 0n ? null : number(BigInt(binary.length - 1 - binary.lastIndexOf('1')));
    case '__builtin_clz':
      return value === 0n ? null : number(BigInt(bits - binary.length));
    case '__builtin_ffs':
      return number(value === 0n ? 0n : BigInt(binary.length - binary.lastIndexOf('1')));
    default:
      return null;
  }
}

function castValue(e: Expression & { kind: 'cast' }): Constant | null {
  if (e.cast === 'decay') return addressOf(e.operand);
  if (e.cast === 'void') return null;
  const operand = constantValue(e.operand);
  if (!operand) return null;
  if (e.cast === 'bool') return number(operand.base !== null || operand.value !== 0n ? 1n : 0n);
  if (operand.base !== null) return sizeOf(e.type) === 8 ? operand : null;
  if (e.cast === 'pointer' || e.cast === 'integer-to-pointer') return number(BigInt.asUintN(64, operand.value));
  return number(wrapInteger(operand.value, e.type));
}

/** The address that an lvalue denotes. */
export function addressOf(e: Expression): Constant | null {
  switch (e.kind) {
    case 'variable':
      return e.variable.storage === 'local' || e.variable.storage === 'parameter'
        ? null
        : { base: e.variable, value: 0n };
    case 'compound-literal':
      return e.variable.storage === 'local' ? null : { base: e.variable, value: 0n };
    case 'function':
      return { base: e.function, value: 0n };
    case 'string':
      return { base: e, value: 0n };
    case 'dereference':
      return constantValue(e.pointer);
    case 'index': {
      const pointer = constantValue(e.pointer);
      const index = integerConstant(e.index);
      if (!pointer || index === null) return null;
      return { base: pointer.base, value: pointer.value + index * BigInt(sizeOf(e.type)) };
    }
    case 'member': {
      const base = addressOf(e.base);
      return base && !e.member.bitField ? { base: base.base, value: base.value + BigInt(e.member.offset) } : null;
    }
    default:
      return null;
  }
}

/** A const scalar with a constant initialiser has its value, as clang folds it. */
function loadedValue(source: Expression): Constant | null {
  if (source.kind !== 'variable' || !isConst(source.type) || !source.variable.initializer) return null;
  const { parts } = source.variable.initializer;
  const { kind } = canonical(source.type);
  const part = parts[0];
  if (parts.length !== 1 || !part || part.offset !== 0 || (kind !== 'integer' && kind !== 'enum')) return null;
  // `const int n = n;` would go round for ever.
  if (beingLoaded.has(source.variable)) return null;
  beingLoaded.add(source.variable);
  const value = constantValue(part.value);
  beingLoaded.delete(source.variable);
  return value;
}

const beingLoaded = new Set<Variable>();

/** Computes in the type's width; null where C leaves the result undefined (division by zero, too far a shift). */
export function arithmetic(operator: string, a: bigint, b: bigint, type: Type): bigint | null {
  const bits = BigInt(sizeOf(type) * 8);
  switch (operator) {
    case '+':
      return wrapInteger(a + b, type);
    case '-':
      return wrapInteger(a - b, type);
    case '*':
      return wrapInteger(a * b, type);
    case '/':
      return b === 0n ? null : wrapInteger(a / b, type);
    case '%':
      return b === 0n ? null : wrapInteger(a % b, type);
    case '&':
      return wrapInteger(a & b, type);
    case '|':
      return wrapInteger(a | b, type);
    case '^':
      return wrapInteger(a ^ b, type);
    case '<<':
      return b < 0n || b >= bits ? null : wrapInteger(a << b, type);
    case '>>':
      return b < 0n || b >= bits ? null : wrapInteger(a >> b, type);
    default:
      return null;
  }
}

function compare(operator: string, a: bigint, b: bigint): boolean {
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
    default:
      return a >= b;
  }
}
