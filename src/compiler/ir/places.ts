// Lvalues: where a C object lies, how it is aligned, and how it is read and written.
import type { BitField, Expression, Type, Variable } from '../tree.ts';
import { canonical, isVolatile } from '../tree.ts';
import type { FunctionBuilder } from './builder.ts';
import { aggregateAddress, rvalue } from './expressions.ts';
import { initializeMemory } from './initialize.ts';
import type { Inst } from './ir.ts';
import { alignAt, alignOf, irType, isBool, isSigned, sizeOf } from './layout.ts';

/** A path from a root record that becomes one CO-RE relocation. */
interface CoreAccess {
  readonly root: Type;
  readonly path: readonly number[];
  /** bytes from the root, as this unit's types have it */
  readonly offset: number;
}

export interface Place {
  /** in SSA form; then nothing else counts */
  readonly variable: Variable | null;
  readonly address: Inst | null;
  /** constant bytes to add to the address (and to `core`'s, which come first) */
  readonly offset: number;
  readonly type: Type;
  readonly align: number;
  readonly volatile: boolean;
  readonly bitField: BitField | null;
  readonly core: CoreAccess | null;
  /** through a union: the effective type says nothing */
  readonly union?: boolean;
}

export function memoryPlace(address: Inst, type: Type, align = alignOf(type), volatile = isVolatile(type)): Place {
  return { variable: null, address, offset: 0, type, align, volatile, bitField: null, core: null };
}

function registerPlace(variable: Variable, type: Type): Place {
  return { variable, address: null, offset: 0, type, align: 1, volatile: false, bitField: null, core: null };
}

/** BPF_CORE_FIELD_BYTE_OFFSET */
const CORE_BYTE_OFFSET = 0;

/** The address as a value; a CO-RE path becomes `ptradd base, core`. */
export function placeAddress(b: FunctionBuilder, place: Place): Inst {
  let address = place.address!;
  if (place.core) address = b.offset(address, coreOffset(b, place.core));
  return b.offset(address, place.offset);
}

function coreOffset(b: FunctionBuilder, core: CoreAccess): Inst {
  const inst = b.emit('core', 'i64', []);
  inst.relocation = { type: core.root, access: core.path.join(':'), kind: CORE_BYTE_OFFSET };
  inst.value = BigInt(core.offset);
  return inst;
}

/** Ends a CO-RE path: what follows is plain address arithmetic. */
function settle(b: FunctionBuilder, place: Place): Place {
  return place.core ? { ...place, address: placeAddress(b, place), offset: 0, core: null } : place;
}

export function placeOf(b: FunctionBuilder, e: Expression): Place {
  switch (e.kind) {
    case 'variable': {
      if (b.isRegister(e.variable)) {
        return registerPlace(e.variable, e.type);
      }
      const align = Math.max(alignOf(e.variable.type), e.variable.attributes.align ?? 1);
      return memoryPlace(b.addressOf(e.variable), e.type, align, isVolatile(e.variable.type));
    }
    case 'string': {
      const symbol = b.emit('symbol', 'ptr', []);
      symbol.symbol = { kind: 'data', data: b.unit.literal(e.bytes, e.type) };
      return memoryPlace(symbol, e.type, 1);
    }
    case 'dereference': {
      const address = rvalue(b, e.pointer);
      return memoryPlace(address, e.type);
    }
    case 'index':
      return indexPlace(b, e);
    case 'member':
      return memberPlace(b, e);
    case 'compound-literal': {
      const slot = b.addressOf(e.variable);
      initializeMemory(b, slot, sizeOf(e.variable.type), alignOf(e.variable.type), e.initializer);
      return memoryPlace(slot, e.type);
    }
    case 'cast':
      if (e.cast === 'pointer') return { ...placeOf(b, e.operand), type: e.type };
      break;
    case 'comma':
      rvalue(b, e.left);
      return placeOf(b, e.right);
    default:
      break;
  }
  // a record as a value: a call's, an assignment's or a conditional's result
  return memoryPlace(aggregateAddress(b, e), e.type);
}

function indexPlace(b: FunctionBuilder, e: Extract<Expression, { kind: 'index' }>): Place {
  const scale = sizeOf(e.type);
  const index = rvalue(b, e.index);
  // an array that lies somewhere: keep its place, for the alignment and the CO-RE path
  if (e.pointer.kind === 'cast' && e.pointer.cast === 'decay') {
    const array = placeOf(b, e.pointer.operand);
    const volatile = array.volatile || isVolatile(e.type);
    if (index.op === 'const') {
      const i = Number(BigInt.asIntN(64, index.value));
      if (array.core && i >= 0) {
        const core = { ...array.core, path: [...array.core.path, i], offset: array.core.offset + i * scale };
        return { ...array, type: e.type, core, align: alignAt(array.align, i * scale), volatile };
      }
      const plain = settle(b, array);
      return {
        ...plain,
        type: e.type,
        offset: plain.offset + i * scale,
        align: alignAt(plain.align, i * scale),
        volatile,
      };
    }
    const base = placeAddress(b, array);
    return memoryPlace(
      b.offset(base, scaled(b, index, scale)),
      e.type,
      Math.min(array.align, alignAt(array.align, scale)),
      volatile,
    );
  }
  const pointer = rvalue(b, e.pointer);
  if (index.op === 'const') {
    const place = memoryPlace(pointer, e.type);
    return { ...place, offset: Number(BigInt.asIntN(64, index.value)) * scale };
  }
  return memoryPlace(b.offset(pointer, scaled(b, index, scale)), e.type);
}

export function scaled(b: FunctionBuilder, index: Inst, scale: number): Inst {
  return scale === 1 ? index : b.binary('mul', 'i64', index, b.constant('i64', scale));
}

function memberPlace(b: FunctionBuilder, e: Extract<Expression, { kind: 'member' }>): Place {
  const base = placeOf(b, e.base);
  const volatile = base.volatile || isVolatile(e.type);
  const align = alignAt(base.align, e.member.offset);
  const union = base.union === true || e.record.union;
  const common = { variable: null, type: e.type, align, volatile, bitField: e.member.bitField, union };
  if (e.record.preserveAccessIndex || b.preserving > 0) {
    let place = base;
    // a path starts at a pointer's target (plus settled offsets)
    if (!place.core) {
      const address = b.offset(place.address!, place.offset);
      place = { ...place, address, offset: 0, core: { root: rootType(e.base.type), path: [0], offset: 0 } };
    }
    const core = place.core!;
    return {
      ...common,
      address: place.address,
      offset: place.offset,
      core: { root: core.root, path: [...core.path, e.index], offset: core.offset + e.member.offset },
    };
  }
  const plain = settle(b, base);
  return { ...common, address: plain.address, offset: plain.offset + e.member.offset, core: null };
}

function rootType(type: Type): Type {
  let t = type;
  while (t.kind === 'qualified' || t.kind === 'tagged') t = t.target;
  return canonical(t).kind === 'record' ? canonical(t) : t;
}

// ---------------------------------------------------------------- reading and writing

export function readPlace(b: FunctionBuilder, place: Place): Inst {
  if (place.variable) return b.ssa.read(place.variable, b.block);
  if (place.bitField) return readBits(b, place, place.bitField);
  const address = placeAddress(b, place);
  const size = sizeOf(place.type);
  const signed = isSigned(place.type);
  const load = b.load(irType(place.type), address, size, signed, place.align, place.volatile);
  load.aliasClass = aliasClassOf(place);
  return load;
}

export function writePlace(b: FunctionBuilder, place: Place, value: Inst): void {
  if (place.variable) {
    b.ssa.write(place.variable, b.block, value);
    return;
  }
  if (place.bitField) {
    writeBits(b, place, place.bitField, value);
    return;
  }
  b.store(placeAddress(b, place), value, sizeOf(place.type), place.align, place.volatile).aliasClass =
    aliasClassOf(place);
}

/** C11 6.5 p7: integers of different widths, and pointers, are different objects; characters may be any. */
function aliasClassOf(place: Place): number {
  if (place.union) return 0;
  const t = canonical(place.type);
  if (t.kind === 'pointer') return 9;
  const size = sizeOf(t);
  return size > 1 ? size : 0;
}

/** A part of a bit-field's stretch that one load reaches. */
interface Piece {
  /** bytes from the stretch's start, and how many */
  readonly at: number;
  readonly size: number;
  /** which of its bits belong to the field: from, to */
  readonly from: number;
  readonly to: number;
}

function piecesOf({ bitOffset, width, bytes }: BitField): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0, size = 8; at < bytes; at += size) {
    while (size > bytes - at) size >>= 1;
    const from = Math.max(0, bitOffset - at * 8);
    const to = Math.min(size * 8, bitOffset + width - at * 8);
    if (from < to) pieces.push({ at, size, from, to });
  }
  return pieces;
}

function loadPiece(b: FunctionBuilder, place: Place, base: Inst, piece: Piece): Inst {
  const type = piece.size === 8 ? 'i64' : 'i32';
  return b.load(type, b.offset(base, piece.at), piece.size, false, alignAt(place.align, piece.at), place.volatile);
}

function readBits(b: FunctionBuilder, place: Place, field: BitField): Inst {
  const address = placeAddress(b, place);
  const pieces = piecesOf(field);
  const type = field.bytes > 4 ? 'i64' : 'i32';
  const bits = type === 'i64' ? 64 : 32;
  const signed = isSigned(place.type);
  const [only] = pieces;
  let value: Inst;
  /** how many bits above the field's may be anything */
  let above = 0;
  if (only && pieces.length === 1) {
    value = b.resize(loadPiece(b, place, address, only), type, false);
    if (signed) {
      const up = bits - only.to;
      if (up > 0) value = b.binary('shl', type, value, b.constant(type, up));
      value = b.binary('ashr', type, value, b.constant(type, bits - field.width));
      return b.resize(value, irType(place.type), true);
    }
    if (only.from > 0) value = b.binary('lshr', type, value, b.constant(type, only.from));
    above = only.size * 8 - only.to;
  } else {
    value = b.constant(type, 0);
    let have = 0;
    for (const piece of pieces) {
      let part = b.resize(loadPiece(b, place, address, piece), type, false);
      if (piece.from > 0) part = b.binary('lshr', type, part, b.constant(type, piece.from));
      if (have > 0) part = b.binary('shl', type, part, b.constant(type, have));
      value = have === 0 ? part : b.binary('or', type, value, part);
      have += piece.to - piece.from;
      above = piece.size * 8 - piece.to;
    }
    if (signed) {
      const by = b.constant(type, bits - field.width);
      value = b.binary('ashr', type, b.binary('shl', type, value, by), by);
      return b.resize(value, irType(place.type), true);
    }
  }
  if (above > 0) value = b.binary('and', type, value, b.constant(type, (1n << BigInt(field.width)) - 1n));
  return b.resize(value, irType(place.type), false);
}

function writeBits(b: FunctionBuilder, place: Place, field: BitField, value: Inst): void {
  const address = placeAddress(b, place);
  let done = 0;
  for (const piece of piecesOf(field)) {
    const type = piece.size === 8 ? 'i64' : 'i32';
    const ones = (1n << BigInt(piece.to - piece.from)) - 1n;
    // 64 bits while the rest of the field is still above
    const wide = field.bytes > 4 ? 'i64' : 'i32';
    let part = b.resize(value, done > 0 ? wide : type, false);
    if (done > 0) part = b.resize(b.binary('lshr', wide, part, b.constant(wide, done)), type, false);
    done += piece.to - piece.from;
    if (piece.to - piece.from < piece.size * 8) {
      const old = loadPiece(b, place, address, piece);
      const kept = b.binary('and', type, old, b.constant(type, ~(ones << BigInt(piece.from))));
      part = b.binary('and', type, part, b.constant(type, ones));
      if (piece.from > 0) part = b.binary('shl', type, part, b.constant(type, piece.from));
      part = b.binary('or', type, kept, part);
    }
    b.store(b.offset(address, piece.at), part, piece.size, alignAt(place.align, piece.at), place.volatile);
  }
}

/** What a bit-field holds after a value was written to it: the value of an assignment expression. */
export function afterBitFieldWrite(b: FunctionBuilder, place: Place, value: Inst): Inst {
  const field = place.bitField;
  if (!field || isBool(place.type)) return value;
  const bits = value.type === 'i64' ? 64 : 32;
  if (field.width >= bits) return value;
  if (!isSigned(place.type)) {
    return b.binary('and', value.type, value, b.constant(value.type, (1n << BigInt(field.width)) - 1n));
  }
  const by = b.constant(value.type, bits - field.width);
  return b.binary('ashr', value.type, b.binary('shl', value.type, value, by), by);
}

/** For __builtin_preserve_field_info and friends: the CO-RE path of an lvalue. */
export function corePath(b: FunctionBuilder, e: Expression): { core: CoreAccess; place: Place } | null {
  b.preserving++;
  const place = placeOf(b, e);
  b.preserving--;
  return place.core ? { core: place.core, place } : null;
}
