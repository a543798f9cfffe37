// Sizes, alignments and IR types of C types.
import type { CanonicalType, Type } from '../tree.ts';
import { canonical } from '../tree.ts';
import type { IrType } from './ir.ts';

/** Bytes; 1 for void and functions (as GNU C has it for pointer arithmetic), 0 for what is incomplete. */
export function sizeOf(type: Type): number {
  const t = canonical(type);
  switch (t.kind) {
    case 'void':
    case 'function':
      return 1;
    case 'integer':
    case 'float':
      return t.size;
    case 'enum':
      return t.underlying.size;
    case 'pointer':
      return 8;
    case 'array':
      return t.length === null ? 0 : t.length * sizeOf(t.element);
    case 'record':
      return t.size;
  }
}

/** Bytes. A packed record's members are only as aligned as the record is. */
export function alignOf(type: Type): number {
  const t = canonical(type);
  switch (t.kind) {
    case 'void':
    case 'function':
      return 1;
    case 'integer':
    case 'float':
      return t.size;
    case 'enum':
      return t.underlying.size;
    case 'pointer':
      return 8;
    case 'array':
      return alignOf(t.element);
    case 'record':
      return Math.max(1, t.align);
  }
}

export function irType(type: Type): IrType {
  const t = canonical(type);
  switch (t.kind) {
    case 'integer':
      return t.size > 4 ? 'i64' : 'i32';
    case 'enum':
      return t.underlying.size > 4 ? 'i64' : 'i32';
    case 'pointer':
    case 'array':
    case 'function':
      return 'ptr';
    case 'void':
      return 'void';
    default:
      return 'i64';
  }
}

export function isSigned(type: Type): boolean {
  const t = canonical(type);
  return t.kind === 'integer' ? t.signed : t.kind === 'enum' ? t.underlying.signed : false;
}

export function isBool(type: Type): boolean {
  const t = canonical(type);
  return t.kind === 'integer' && t.isBool;
}

export function isRecord(type: Type): boolean {
  const kind = canonical(type).kind;
  return kind === 'record';
}

/** Lives in memory when it is a value: records, arrays, 128-bit integers. */
export function isAggregate(type: Type): boolean {
  const t = canonical(type);
  return t.kind === 'record' || t.kind === 'array' || isWide(t);
}

/** 128-bit integers are kept as two 64-bit words in memory. */
export function isWide(type: Type): boolean {
  const t: CanonicalType = canonical(type);
  return t.kind === 'integer' && t.size === 16;
}

export function isVoid(type: Type): boolean {
  return canonical(type).kind === 'void';
}

/** The largest power of two that divides both an alignment and an offset. */
export function alignAt(align: number, offset: number): number {
  if (offset === 0) return align;
  const low = offset & -offset;
  return Math.min(align, low > 0 ? low : align);
}

/** Are there floating-point types anywhere in a value of this type? */
export function isFloat(type: Type): boolean {
  return canonical(type).kind === 'float';
}
