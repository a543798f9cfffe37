// memcpy and memset become loads and stores of the widest pieces that the alignment allows: eBPF has no library to call.
import type { Func } from '../ir/ir.ts';
import { Inst } from '../ir/ir.ts';
import { rangeOf } from './alias.ts';

/** As many stores as LLVM's BPF target would make of one call. */
const MOST_PIECES = 128;

export interface Expansion {
  readonly changed: boolean;
  /** the calls that would become too many pieces */
  readonly tooLong: readonly Inst[];
}

export function expandMemory(func: Func): Expansion {
  const tooLong: Inst[] = [];
  let changed = false;
  for (const block of func.blocks) {
    if (!block.insts.some((i) => i.op === 'memcpy' || i.op === 'memset')) continue;
    const out: Inst[] = [];
    for (const inst of block.insts) {
      if (inst.op !== 'memcpy' && inst.op !== 'memset') {
        out.push(inst);
        continue;
      }
      const to = knownAlign(inst.args[0]!, inst.align);
      const align = inst.op === 'memcpy' ? Math.min(to, knownAlign(inst.args[1]!, inst.sourceAlign)) : to;
      const width = Math.min(8, align);
      if (inst.size / width > MOST_PIECES) {
        if (func.library) out.push(func.library(inst));
        else tooLong.push(inst);
        continue;
      }
      expand(func, inst, width, out);
      changed = true;
    }
    for (const inst of out) inst.block = block;
    block.insts = out;
  }
  return { changed, tooLong };
}

/** Stack slots and globals are aligned as they were laid out, which may be more than the type says. */
export function knownAlign(address: Inst, stated: number): number {
  const { base, offset } = rangeOf(address);
  const object =
    base.op === 'alloca'
      ? base.align
      : base.op === 'symbol' && base.symbol?.kind === 'data'
        ? base.symbol.data.align
        : 0;
  if (object === 0 || offset === null) return stated;
  return Math.max(stated, offset === 0 ? object : Math.min(object, offset & -offset));
}

function expand(func: Func, inst: Inst, width: number, out: Inst[]): void {
  const at = (base: Inst, offset: number): Inst => {
    if (offset === 0) return base;
    const address = new Inst('ptradd', 'ptr', [base, func.constant('i64', BigInt(offset))], inst.at);
    out.push(address);
    return address;
  };
  const byte = inst.args[1]!;
  let wide: Inst | null = null;
  if (inst.op === 'memset' && byte.op !== 'const') {
    // repeat the byte eight times
    const low = new Inst('and', byte.type, [byte, func.constant(byte.type, 0xffn)], inst.at);
    const word = byte.type === 'i64' ? low : new Inst('zext', 'i64', [low], inst.at);
    wide = new Inst('mul', 'i64', [word, func.constant('i64', 0x0101010101010101n)], inst.at);
    out.push(low, ...(word === low ? [] : [word]), wide);
  }
  for (let offset = 0; offset < inst.size;) {
    let piece = width;
    while (piece > inst.size - offset) piece >>= 1;
    const type = piece === 8 ? 'i64' : 'i32';
    let value: Inst;
    if (inst.op === 'memcpy') {
      value = new Inst('load', type, [at(byte, offset)], inst.at);
      value.width = piece;
      value.align = piece;
      out.push(value);
    } else if (wide) {
      value = wide;
      if (type === 'i32') {
        value = new Inst('trunc', 'i32', [wide], inst.at);
        out.push(value);
      }
    } else {
      const b = byte.value & 0xffn;
      value = func.constant(type, b * 0x0101010101010101n);
    }
    const store = new Inst('store', 'void', [at(inst.args[0]!, offset), value], inst.at);
    store.width = piece;
    store.align = piece;
    out.push(store);
    offset += piece;
  }
}
