// Arithmetic on constants, as eBPF computes it (RFC 9669): x / 0 = 0, x % 0 = x, shift counts are masked.
import type { BinaryOp, IrType, Predicate } from './ir.ts';
import { bitsOf, wrap } from './ir.ts';

/** Operands and result are unsigned numbers of the type's width. */
export function foldBinary(op: BinaryOp, type: IrType, a: bigint, b: bigint): bigint {
  const bits = bitsOf(type);
  const mask = BigInt(bits - 1);
  switch (op) {
    case 'add':
      return wrap(type, a + b);
    case 'sub':
      return wrap(type, a - b);
    case 'mul':
      return wrap(type, a * b);
    case 'udiv':
      return b === 0n ? 0n : a / b;
    case 'urem':
      return b === 0n ? a : a % b;
    case 'sdiv': {
      const y = BigInt.asIntN(bits, b);
      return y === 0n ? 0n : wrap(type, BigInt.asIntN(bits, a) / y);
    }
    case 'srem': {
      const y = BigInt.asIntN(bits, b);
      return y === 0n ? a : wrap(type, BigInt.asIntN(bits, a) % y);
    }
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shl':
      return wrap(type, a << (b & mask));
    case 'lshr':
      return a >> (b & mask);
    case 'ashr':
      return wrap(type, BigInt.asIntN(bits, a) >> (b & mask));
  }
}

export function foldCompare(predicate: Predicate, type: IrType, a: bigint, b: bigint): boolean {
  const bits = bitsOf(type);
  if (predicate.startsWith('s')) {
    a = BigInt.asIntN(bits, a);
    b = BigInt.asIntN(bits, b);
  }
  switch (predicate) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'ult':
    case 'slt':
      return a < b;
    case 'ule':
    case 'sle':
      return a <= b;
    case 'ugt':
    case 'sgt':
      return a > b;
    case 'uge':
    case 'sge':
      return a >= b;
  }
}

/** The low `bytes` of a value in reversed order. */
export function swapBytes(value: bigint, bytes: number): bigint {
  let out = 0n;
  for (let i = 0; i < bytes; i++) out = (out << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return out;
}
