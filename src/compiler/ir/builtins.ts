// Builtins that reach code generation: memory, bits, overflow, and the dispatcher for atomics and CO-RE.
import type { Expression, Type } from '../tree.ts';
import { canonical } from '../tree.ts';
import { atomicBuiltin } from './atomics.ts';
import type { FunctionBuilder } from './builder.ts';
import { coreBuiltin } from './core.ts';
import { evaluate, rvalue } from './expressions.ts';
import { constantInteger } from './constants.ts';
import { firstVariadic } from '../kernel-mode/convention.ts';
import { callLibrary, libraryName } from '../kernel-mode/library.ts';
import { stringBuiltin } from './strings.ts';
import { type Place, placeOf, readPlace, writePlace } from './places.ts';
import type { Block, Inst } from './ir.ts';
import { Inst as Instruction } from './ir.ts';
import { alignAt, alignOf, irType, isSigned, sizeOf } from './layout.ts';

export type Builtin = Extract<Expression, { kind: 'builtin' }>;

export function isExpect(name: string): boolean {
  return name === '__builtin_expect' || name === '__builtin_expect_with_probability';
}

/** null for a builtin without a value. */
export function buildBuiltin(b: FunctionBuilder, e: Builtin): Inst | null {
  const args = e.arguments;
  if (isExpect(e.name)) {
    const value = rvalue(b, args[0]!);
    for (const rest of args.slice(1)) rvalue(b, rest);
    return value;
  }
  if (e.name.startsWith('__sync_') || e.name.startsWith('__atomic_') || e.name.startsWith('__c11_atomic_'))
    return atomicBuiltin(b, e);
  const library = b.unit.target === 'module' ? libraryName(e.name) : null;
  if (library !== null && !isShort(e)) return callLibrary(b, e, library);
  if (e.name.startsWith('__builtin_preserve_') || e.name === '__builtin_btf_type_id') return coreBuiltin(b, e);
  switch (e.name) {
    case '__builtin_memcpy':
    case '__builtin_memcpy_inline':
    case 'memcpy':
    case '__builtin_memmove':
    case 'memmove':
      return memoryCopy(b, e, e.name.endsWith('memmove'));
    case '__builtin_memset':
    case '__builtin_memset_inline':
    case 'memset':
      return memoryFill(b, e);
    case '__builtin_bzero': {
      const to = rvalue(b, args[0]!);
      const size = rvalue(b, args[1]!);
      if (size.op === 'const') b.fill(to, b.constant('i32', 0), Number(size.value), pointeeAlign(args[0]!));
      else notSupported(b, e, 'memset');
      return null;
    }
    case '__builtin_memcmp':
    case '__builtin_bcmp':
    case 'memcmp':
      return memoryCompare(b, e);
    case '__builtin_bswap16':
    case '__builtin_bswap32':
    case '__builtin_bswap64': {
      const width = Number(e.name.slice(15)) / 8;
      const inst = b.emit('bswap', width === 8 ? 'i64' : 'i32', [rvalue(b, args[0]!)]);
      inst.width = width;
      return inst;
    }
    case '__builtin_alloca':
    case '__builtin_alloca_with_align': {
      const size = constantInteger(args[0]!);
      const align = args[1] ? constantInteger(args[1]) : 64n;
      // a loop would need new memory in each round
      if (size === null || align === null || b.jumps.some(({ continueTo }) => continueTo)) break;
      return b.alloca(Number(size), Number(align) / 8, 'alloca');
    }
    case '__builtin_unreachable':
      b.emit('unreachable', 'void', []);
      b.startDead();
      return null;
    case '__builtin_trap':
    case '__builtin_abort':
      notSupported(b, e, 'abort');
      b.emit('unreachable', 'void', []);
      b.startDead();
      return null;
    case '__builtin_constant_p': {
      // what the front end could not fold is not constant
      return b.constant('i32', 0);
    }
    case '__builtin_assume':
    case '__builtin_prefetch':
      return null;
    case '__builtin_assume_aligned':
      return rvalue(b, args[0]!);
    case '__builtin_object_size':
    case '__builtin_dynamic_object_size':
      return b.constant('i64', -1);
    case '__builtin_va_start':
    case '__builtin_va_copy':
    case '__builtin_va_end':
      if (b.unit.target === 'bpf') break;
      variadicList(b, e);
      return null;
    case '__builtin_va_arg':
      if (b.unit.target === 'bpf') break;
      return nextVariadic(b, e);
    case '__builtin_frame_address': {
      if (b.unit.target === 'bpf') break;
      const frame = b.emit('call', 'ptr', []);
      frame.callee = { kind: 'frame', offset: 0 };
      return frame;
    }
    default:
      break;
  }
  const bits = /^__builtin_(ctz|clz|popcount|parity|ffs|clrsb)(l|ll|g)?$/.exec(e.name);
  if (bits) return bitBuiltin(b, e, bits[1]!);
  const absolute = /^__builtin_(abs|labs|llabs)$/.exec(e.name);
  if (absolute) {
    const x = rvalue(b, args[0]!);
    const sign = b.binary('ashr', x.type, x, b.constant(x.type, x.type === 'i64' ? 63 : 31));
    return b.binary('sub', x.type, b.binary('xor', x.type, x, sign), sign);
  }
  const reversal = /^__builtin_bitreverse(\d+)$/.exec(e.name);
  if (reversal) return reverseBits(b, e, Number(reversal[1]));
  const text = stringBuiltin(b, e);
  if (text) return text;
  const rotation = /^__builtin_rotate(left|right)(\d+)$/.exec(e.name);
  if (rotation) return rotate(b, e, rotation[1] === 'left', Number(rotation[2]));
  const overflow = /^__builtin_[su]?(add|sub|mul)(?:l|ll)?_overflow$/.exec(e.name);
  if (overflow) return overflowBuiltin(b, e, overflow[1] as 'add' | 'sub' | 'mul');
  for (const argument of args) evaluate(b, argument);
  notSupported(b, e, e.name);
  const type = irType(e.type);
  return type === 'void' ? null : b.constant(type, 0);
}

/** eBPF cannot rotate: two shifts, by the count modulo the width, so that no shift is too far. */
function rotate(b: FunctionBuilder, e: Builtin, left: boolean, bits: number): Inst {
  const value = rvalue(b, e.arguments[0]!);
  const count = rvalue(b, e.arguments[1]!);
  b.at = e.at;
  const { type } = value;
  const mask = b.constant(type, bits - 1);
  const by = b.binary('and', type, b.resize(count, type, false), mask);
  const back = b.binary('and', type, b.binary('sub', type, b.constant(type, 0), by), mask);
  const up = b.binary('shl', type, value, left ? by : back);
  const down = b.binary('lshr', type, value, left ? back : by);
  const both = b.binary('or', type, up, down);
  return bits < 32 ? b.narrow(both, bits / 8, false) : both;
}

/** Bytes in the other order, then the bits of each byte: neighbours, pairs and halves exchanged. */
function reverseBits(b: FunctionBuilder, e: Builtin, bits: number): Inst {
  let value = rvalue(b, e.arguments[0]!);
  b.at = e.at;
  const { type } = value;
  if (bits > 8) {
    value = b.emit('bswap', type, [value]);
    value.width = bits / 8;
  }
  for (const [by, byte] of [
    [4, 0x0fn],
    [2, 0x33n],
    [1, 0x55n],
  ] as const) {
    const mask = b.constant(type, BigInt.asUintN(bits, byte * 0x0101010101010101n));
    const up = b.binary('shl', type, b.binary('and', type, value, mask), b.constant(type, by));
    const down = b.binary('and', type, b.binary('lshr', type, value, b.constant(type, by)), mask);
    value = b.binary('or', type, up, down);
  }
  return value;
}

/** A copy, fill or comparison of a few bytes known in number: instructions do it as well as the library. */
function isShort(e: Builtin): boolean {
  const [, , length] = e.arguments;
  if (!/mem(cpy|move|set|cmp)(_inline)?$|bcmp$/.test(e.name) || !length) return false;
  const size = constantInteger(length);
  return size !== null && size <= 64n;
}

/** A va_list is the kernel address of the next argument, 8 bytes each (kernel-mode/convention.ts). */
function listPlace(b: FunctionBuilder, e: Expression): Place {
  const bare = e.kind === 'load' ? e.source : e;
  return placeOf(b, bare);
}

function variadicList(b: FunctionBuilder, e: Builtin): void {
  const [list, other] = e.arguments;
  if (e.name === '__builtin_va_end' || !list) return;
  const place = listPlace(b, list);
  if (e.name === '__builtin_va_copy') {
    writePlace(b, place, rvalue(b, other!));
    return;
  }
  const first = b.emit('call', 'ptr', []);
  first.callee = { kind: 'frame', offset: firstVariadic(b.func.params.length) };
  writePlace(b, place, first);
}

function nextVariadic(b: FunctionBuilder, e: Builtin): Inst {
  const place = listPlace(b, e.arguments[0]!);
  const at = readPlace(b, place);
  writePlace(b, place, b.offset(at, 8));
  const type = e.types[0]!;
  return b.load(irType(type), at, sizeOf(type), isSigned(type), 8);
}

function notSupported(b: FunctionBuilder, e: Expression, name: string): void {
  b.unit.report('C903', e.at, 'A call to built-in function {name} is not supported.', { name: `'${name}'` });
}

/** What a pointer expression's target guarantees: strip the conversion to void *. */
function pointeeAlign(e: Expression): number {
  let at = e;
  while (at.kind === 'cast' && (at.cast === 'pointer' || at.cast === 'decay')) {
    const target = pointee(at.operand.type);
    if (at.cast === 'decay') return objectAlign(at.operand);
    if (!target) break;
    at = at.operand;
  }
  const target = pointee(at.type);
  if (!target) return 1;
  if (at.kind === 'address') return objectAlign(at.target);
  const c = canonical(target);
  return c.kind === 'void' || c.kind === 'function' ? 1 : alignOf(target);
}

/** A member stands where its record has it: more aligned than its type when the offset allows, less in a packed one. */
function objectAlign(e: Expression): number {
  return e.kind === 'member' ? alignAt(objectAlign(e.base), e.member.offset) : alignOf(e.type);
}

function pointee(type: Type): Type | null {
  const t = canonical(type);
  return t.kind === 'pointer' ? t.target : null;
}

function memoryCopy(b: FunctionBuilder, e: Builtin, overlapping: boolean): Inst {
  const [target, origin, length] = e.arguments;
  const to = rvalue(b, target!);
  const from = rvalue(b, origin!);
  const size = rvalue(b, length!);
  b.at = e.at;
  if (size.op !== 'const') {
    notSupported(b, e, overlapping ? 'memmove' : 'memcpy');
    return to;
  }
  const bytes = Number(size.value);
  const align = pointeeAlign(target!);
  const sourceAlign = pointeeAlign(origin!);
  if (!overlapping) {
    b.copy(to, from, bytes, align, sourceAlign);
    return to;
  }
  // all loads, then all stores
  const width = Math.min(8, align, sourceAlign);
  if (bytes > 64 * width) {
    notSupported(b, e, 'memmove');
    return to;
  }
  const pieces: [number, number, Inst][] = [];
  for (let at = 0; at < bytes;) {
    let piece = width;
    while (piece > bytes - at) piece >>= 1;
    pieces.push([at, piece, b.load(piece === 8 ? 'i64' : 'i32', b.offset(from, at), piece, false, piece)]);
    at += piece;
  }
  for (const [at, piece, value] of pieces) b.store(b.offset(to, at), value, piece, piece);
  return to;
}

function memoryFill(b: FunctionBuilder, e: Builtin): Inst {
  const [target, byte, length] = e.arguments;
  const to = rvalue(b, target!);
  const value = rvalue(b, byte!);
  const size = rvalue(b, length!);
  b.at = e.at;
  if (size.op !== 'const') notSupported(b, e, 'memset');
  else b.fill(to, value, Number(size.value), pointeeAlign(target!));
  return to;
}

/** Piece by piece: the first difference decides, compared as big-endian numbers. */
function memoryCompare(b: FunctionBuilder, e: Builtin): Inst {
  const [left, right, length] = e.arguments;
  const x = rvalue(b, left!);
  const y = rvalue(b, right!);
  const size = rvalue(b, length!);
  b.at = e.at;
  const zero = b.constant('i32', 0);
  const bytes = size.op === 'const' ? Number(size.value) : -1;
  const width = Math.min(8, pointeeAlign(left!), pointeeAlign(right!));
  if (bytes < 0 || bytes > 64 * width) {
    notSupported(b, e, 'memcmp');
    return zero;
  }
  const done = b.newBlock();
  const values: [Block, Inst][] = [];
  for (let at = 0; at < bytes;) {
    let piece = width;
    while (piece > bytes - at) piece >>= 1;
    const type = piece === 8 ? 'i64' : 'i32';
    const p = b.load(type, b.offset(x, at), piece, false, piece);
    const q = b.load(type, b.offset(y, at), piece, false, piece);
    const differ = b.newBlock();
    const same = b.newBlock();
    b.branch(b.compare('ne', p, q), differ, same);
    b.startSealed(differ);
    const big = (v: Inst): Inst => {
      if (piece === 1) return v;
      const swapped = b.emit('bswap', type, [v]);
      swapped.width = piece;
      return swapped;
    };
    const less = b.newBlock();
    const more = b.newBlock();
    b.branch(b.compare('ult', big(p), big(q)), less, more);
    for (const [block, value] of [
      [less, -1],
      [more, 1],
    ] as const) {
      b.startSealed(block);
      values.push([block, b.constant('i32', value)]);
      b.jump(done);
    }
    b.startSealed(same);
    at += piece;
  }
  values.push([b.block, zero]);
  b.jump(done);
  b.startSealed(done);
  const phi = new Instruction('phi', 'i32', [], b.at);
  phi.block = done;
  for (const pred of done.preds) phi.args.push(values.find(([from]) => from === pred)![1]);
  done.phis.push(phi);
  return phi;
}

/** Counting bits without instructions for it: the usual folding of halves. */
function bitBuiltin(b: FunctionBuilder, e: Builtin, name: string): Inst {
  const x = rvalue(b, e.arguments[0]!);
  b.at = e.at;
  const type = x.type;
  const bits = type === 'i64' ? 64 : 32;
  const k = (value: bigint): Inst => b.constant(type, value);
  const every = (byte: bigint): Inst => k(BigInt.asUintN(bits, byte * 0x0101010101010101n));
  const population = (v: Inst): Inst => {
    v = b.binary('sub', type, v, b.binary('and', type, b.binary('lshr', type, v, k(1n)), every(0x55n)));
    const pairs = b.binary('and', type, v, every(0x33n));
    v = b.binary('add', type, pairs, b.binary('and', type, b.binary('lshr', type, v, k(2n)), every(0x33n)));
    v = b.binary('and', type, b.binary('add', type, v, b.binary('lshr', type, v, k(4n))), every(0x0fn));
    return b.binary('lshr', type, b.binary('mul', type, v, every(1n)), k(BigInt(bits - 8)));
  };
  const trailing = (v: Inst): Inst =>
    population(b.binary('and', type, b.binary('xor', type, v, k(-1n)), b.binary('sub', type, v, k(1n))));
  const leading = (v: Inst): Inst => {
    for (let s = 1; s < bits; s <<= 1) v = b.binary('or', type, v, b.binary('lshr', type, v, k(BigInt(s))));
    return population(b.binary('xor', type, v, k(-1n)));
  };
  let result: Inst;
  switch (name) {
    case 'popcount':
      result = population(x);
      break;
    case 'parity':
      result = b.binary('and', type, population(x), k(1n));
      break;
    case 'ctz':
      result = trailing(x);
      break;
    case 'clz':
      result = leading(x);
      break;
    case 'ffs': {
      const found = b.resize(b.isNonZero(x), type, false);
      // 1 + ctz, times 0 or 1
      result = b.binary('mul', type, b.binary('add', type, trailing(x), k(1n)), found);
      break;
    }
    default: {
      const sign = b.binary('ashr', type, x, k(BigInt(bits - 1)));
      result = b.binary('sub', type, leading(b.binary('xor', type, x, sign)), k(1n));
      break;
    }
  }
  return b.resize(result, 'i32', false);
}

function overflowBuiltin(b: FunctionBuilder, e: Builtin, op: 'add' | 'sub' | 'mul'): Inst {
  const [left, right, result] = e.arguments;
  const x = rvalue(b, left!);
  const y = rvalue(b, right!);
  const address = rvalue(b, result!);
  b.at = e.at;
  const target = pointee(result!.type) ?? b.unit.longType;
  const size = sizeOf(target);
  const signed = isSigned(target);
  let value: Inst;
  let failed: Inst;
  if (sizeOf(left!.type) <= 4 && sizeOf(right!.type) <= 4 && size <= 4) {
    // exact in 64 bits; does the value survive the conversion to the result's type and back?
    const a = b.resize(x, 'i64', isSigned(left!.type));
    const c = b.resize(y, 'i64', isSigned(right!.type));
    const exact = b.binary(op, 'i64', a, c);
    value = b.resize(exact, 'i32', false);
    if (size < 4) value = b.narrow(value, size, signed);
    failed = b.compare('ne', b.resize(value, 'i64', signed), exact);
  } else {
    const a = b.resize(x, 'i64', isSigned(left!.type));
    const c = b.resize(y, 'i64', isSigned(right!.type));
    value = b.binary(op, 'i64', a, c);
    const zero = b.constant('i64', 0);
    if (op === 'mul') {
      if (signed) {
        notSupported(b, e, '__muloti4');
        failed = b.constant('i1', 0);
      } else {
        const back = b.binary('udiv', 'i64', value, a);
        // x / 0 is 0 in eBPF, and 0 * c never overflows
        failed = b.emit('select', 'i1', [b.isZero(a), b.constant('i1', 0), b.compare('ne', back, c)]);
      }
    } else if (signed) {
      const first = b.binary('xor', 'i64', a, op === 'add' ? value : c);
      const second = b.binary('xor', 'i64', op === 'add' ? c : a, value);
      failed = b.compare('slt', b.binary('and', 'i64', first, second), zero);
    } else {
      failed = op === 'add' ? b.compare('ult', value, a) : b.compare('ult', a, c);
    }
    if (size < 8) value = b.resize(value, 'i32', false);
  }
  b.store(address, value, size, alignOf(target));
  return b.resize(failed, 'i32', false);
}
