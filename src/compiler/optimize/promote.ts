// Stack slots to SSA values: a slot whose address stays inside the function is cut into the pieces that are accessed
// ("scalar replacement of aggregates"), and each piece that is always read and written whole becomes a variable.
import type { Block, Func, IrType } from '../ir/ir.ts';
import { Inst, sweepForwards } from '../ir/ir.ts';
import { SsaVariables } from '../ir/ssa.ts';
import { removeUnreachable } from './simplify-cfg.ts';

/** An access to a slot at a constant offset. */
interface Access {
  readonly inst: Inst;
  readonly offset: number;
  readonly size: number;
  /** memcpy and memset can be cut anywhere */
  readonly splittable: boolean;
  /** for memcpy: is the slot the source? */
  readonly isSource: boolean;
}

interface Slot {
  readonly alloca: Inst;
  readonly accesses: Access[];
  escapes: boolean;
}

interface Piece {
  readonly start: number;
  end: number;
  /** null: not one width throughout */
  type: IrType | null;
  scalar: boolean;
  volatile: boolean;
}

export function promoteMemory(func: Func): boolean {
  removeUnreachable(func);
  let changed = false;
  // a copy between two slots is cut by the pieces of one, which makes pieces in the other: a few rounds settle it
  for (let round = 0; round < 4; round++) {
    const slots = collect(func);
    let cut = false;
    for (const slot of slots.values()) {
      if (!slot.escapes && splitCopies(func, slot)) {
        cut = true;
        break;
      }
    }
    // slots are collected again after each cut, since accesses moved
    if (cut) {
      for (let more = 0; more < 256 && cut; more++) {
        cut = false;
        for (const slot of collect(func).values()) {
          if (!slot.escapes && splitCopies(func, slot)) {
            cut = true;
            break;
          }
        }
      }
      changed = true;
    }
    if (!promoteScalars(func)) break;
    changed = true;
  }
  return changed;
}

/** Which slots are only loaded, stored, copied and filled at constant offsets? */
function collect(func: Func): Map<Inst, Slot> {
  const slots = new Map<Inst, Slot>();
  const origin = new Map<Inst, { slot: Slot; offset: number }>();
  for (const inst of func.blocks[0]!.insts) {
    if (inst.op !== 'alloca') continue;
    const slot: Slot = { alloca: inst, accesses: [], escapes: false };
    slots.set(inst, slot);
    origin.set(inst, { slot, offset: 0 });
  }
  if (slots.size === 0) return slots;
  // addresses first: their definitions may stand in any block, so follow until nothing new is found
  for (let again = true; again;) {
    again = false;
    for (const block of func.blocks) {
      for (const inst of block.insts) {
        if (inst.op !== 'ptradd' || origin.has(inst)) continue;
        const from = origin.get(inst.args[0]!);
        if (!from) continue;
        const by = inst.args[1]!;
        if (by.op !== 'const') {
          from.slot.escapes = true;
          continue;
        }
        origin.set(inst, { slot: from.slot, offset: from.offset + Number(BigInt.asIntN(64, by.value)) });
        again = true;
      }
    }
  }
  const escape = (value: Inst): void => {
    const from = origin.get(value);
    if (from) from.slot.escapes = true;
  };
  const access = (inst: Inst, address: Inst, size: number, splittable: boolean, isSource: boolean): void => {
    const from = origin.get(address);
    if (!from) return;
    if (from.offset < 0 || from.offset + size > from.slot.alloca.size) {
      from.slot.escapes = true;
      return;
    }
    from.slot.accesses.push({ inst, offset: from.offset, size, splittable, isSource });
  };
  for (const block of func.blocks) {
    for (const phi of block.phis) phi.args.forEach(escape);
    for (const inst of block.insts) {
      switch (inst.op) {
        case 'load':
          access(inst, inst.args[0]!, inst.width, false, true);
          break;
        case 'store':
          access(inst, inst.args[0]!, inst.width, false, false);
          escape(inst.args[1]!);
          break;
        case 'memset':
          access(inst, inst.args[0]!, inst.size, true, false);
          escape(inst.args[1]!);
          if (inst.args[1]!.op !== 'const') escape(inst.args[0]!);
          break;
        case 'memcpy':
          access(inst, inst.args[0]!, inst.size, true, false);
          access(inst, inst.args[1]!, inst.size, true, true);
          // a copy within one slot may overlap
          if (origin.get(inst.args[0]!)?.slot === origin.get(inst.args[1]!)?.slot) escape(inst.args[0]!);
          break;
        case 'ptradd':
          escape(inst.args[1]!);
          break;
        case 'alloca':
        case 'lifestart':
        case 'lifeend':
          break;
        default:
          inst.args.forEach(escape);
          break;
      }
    }
  }
  return slots;
}

/** The maximal runs of bytes that overlapping unsplittable accesses join, in order. */
function piecesOf(slot: Slot): Piece[] {
  const pieces: Piece[] = [];
  const solid = slot.accesses.filter((a) => !a.splittable).sort((a, b) => a.offset - b.offset || b.size - a.size);
  for (const a of solid) {
    const type = a.inst.op === 'load' ? a.inst.type : a.inst.args[1]!.type;
    const end = a.offset + a.size;
    const last = pieces[pieces.length - 1];
    if (last && a.offset < last.end) {
      if (a.offset !== last.start || end !== last.end || bits(type) !== bits(last.type)) last.scalar = false;
      last.end = Math.max(last.end, end);
      last.volatile ||= a.inst.volatile;
    } else {
      pieces.push({ start: a.offset, end, type, scalar: true, volatile: a.inst.volatile });
    }
  }
  return pieces;
}

function bits(type: IrType | null): number {
  return type === 'i64' || type === 'ptr' ? 64 : 32;
}

/** Pieces, and the gaps between them as words: bytes that only copies and fills touch. */
function wholeCover(slot: Slot): Piece[] {
  const pieces = piecesOf(slot);
  const out: Piece[] = [];
  let at = 0;
  const gap = (end: number): void => {
    while (at < end) {
      let size = 8;
      while (at % size !== 0 || at + size > end) size >>= 1;
      const start = at;
      at += size;
      // only bytes that something reads
      const touched = slot.accesses.some((a) => a.isSource && a.offset < at && start < a.offset + a.size);
      const covered = slot.accesses.every(
        (a) => a.offset + a.size <= start || a.offset >= at || (a.offset <= start && a.offset + a.size >= at),
      );
      if (touched && covered)
        out.push({ start, end: at, type: size === 8 ? 'i64' : 'i32', scalar: true, volatile: false });
      else if (touched)
        for (let i = start; i < at; i++) out.push({ start: i, end: i + 1, type: 'i32', scalar: true, volatile: false });
    }
  };
  for (const piece of pieces) {
    gap(piece.start);
    out.push(piece);
    at = piece.end;
  }
  gap(slot.alloca.size);
  return out;
}

/** Replaces a slot's memcpys and memsets by loads and stores of its pieces. */
function splitCopies(func: Func, slot: Slot): boolean {
  const copies = slot.accesses.filter((a) => a.splittable);
  if (copies.length === 0) return false;
  const pieces = wholeCover(slot);
  if (pieces.length > 64 || pieces.some((p) => !p.scalar)) return false;
  for (const copy of copies) {
    const inst = copy.inst;
    const block = inst.block!;
    const made: Inst[] = [];
    const make = (op: Inst['op'], type: IrType, args: Inst[]): Inst => {
      const created = new Inst(op, type, args, inst.at);
      created.block = block;
      made.push(created);
      return created;
    };
    const at = (base: Inst, offset: number): Inst =>
      offset === 0 ? base : make('ptradd', 'ptr', [base, func.constant('i64', BigInt(offset))]);
    for (const piece of pieces) {
      if (piece.start >= copy.offset + copy.size || piece.end <= copy.offset) continue;
      // a copy that covers part of a piece cannot be cut by it
      if (piece.start < copy.offset || piece.end > copy.offset + copy.size) return false;
    }
    for (const piece of pieces) {
      if (piece.start >= copy.offset + copy.size || piece.end <= copy.offset) continue;
      const width = piece.end - piece.start;
      const distance = piece.start - copy.offset;
      const type = width === 8 ? 'i64' : 'i32';
      const own = at(slot.alloca, piece.start);
      const ownAlign = lowBit(piece.start, slot.alloca.align);
      if (inst.op === 'memset') {
        const byte = inst.args[1]!.value & 0xffn;
        let word = 0n;
        for (let i = 0; i < width; i++) word = (word << 8n) | byte;
        store(make, own, func.constant(type, word), width, ownAlign);
        continue;
      }
      const other = at(inst.args[copy.isSource ? 0 : 1]!, distance);
      const otherAlign = lowBit(distance, copy.isSource ? inst.align : inst.sourceAlign);
      const load = make('load', type, [copy.isSource ? own : other]);
      load.width = width;
      load.align = copy.isSource ? ownAlign : otherAlign;
      store(make, copy.isSource ? other : own, load, width, copy.isSource ? otherAlign : ownAlign);
    }
    const index = block.insts.indexOf(inst);
    block.insts.splice(index, 1, ...made);
  }
  return true;
}

function store(
  make: (op: Inst['op'], type: IrType, args: Inst[]) => Inst,
  to: Inst,
  value: Inst,
  width: number,
  align: number,
): void {
  const inst = make('store', 'void', [to, value]);
  inst.width = width;
  inst.align = align;
}

function lowBit(offset: number, align: number): number {
  return offset === 0 ? align : Math.min(align, offset & -offset);
}

interface Variable {
  readonly slot: Slot;
  readonly start: number;
  readonly width: number;
  readonly type: IrType;
}

function promoteScalars(func: Func): boolean {
  const variables: Variable[] = [];
  const accessOf = new Map<Inst, Variable>();
  let dropped = false;
  for (const slot of collect(func).values()) {
    if (slot.escapes) continue;
    if (!slot.accesses.some((a) => a.isSource) && !slot.accesses.some((a) => a.inst.volatile)) {
      // written and never read
      const dead = new Set(slot.accesses.map((a) => a.inst));
      if (dead.size > 0) {
        for (const block of func.blocks) block.insts = block.insts.filter((i) => !dead.has(i));
        dropped = true;
      }
      continue;
    }
    for (const piece of piecesOf(slot)) {
      if (!piece.scalar || piece.volatile) continue;
      const width = piece.end - piece.start;
      if (![1, 2, 4, 8].includes(width)) continue;
      if (slot.accesses.some((a) => a.splittable && a.offset < piece.end && piece.start < a.offset + a.size)) continue;
      const variable: Variable = { slot, start: piece.start, width, type: width === 8 ? 'i64' : 'i32' };
      variables.push(variable);
      for (const a of slot.accesses) {
        if (!a.splittable && a.offset === piece.start) accessOf.set(a.inst, variable);
      }
    }
  }
  if (variables.length === 0) return dropped;

  const ssa = new SsaVariables<Variable>(func, (v) => v.type);
  for (const block of func.blocks) ssa.seal(block);
  // definitions first, block by block: the last store of each block is what its successors see
  const lastStores = new Map<Block, Map<Variable, Inst>>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const variable = inst.op === 'store' ? accessOf.get(inst) : undefined;
      if (!variable) continue;
      let stores = lastStores.get(block);
      if (!stores) lastStores.set(block, (stores = new Map<Variable, Inst>()));
      stores.set(variable, inst.args[1]!);
    }
  }
  for (const [block, stores] of lastStores) for (const [variable, value] of stores) ssa.write(variable, block, value);

  for (const block of func.blocks) {
    const local = new Map<Variable, Inst>();
    const out: Inst[] = [];
    for (const inst of block.insts) {
      const variable = accessOf.get(inst);
      if (!variable) {
        out.push(inst);
        continue;
      }
      if (inst.op === 'store') {
        local.set(variable, inst.args[1]!);
        continue;
      }
      const value = local.get(variable) ?? entryValue(func, ssa, variable, block);
      inst.forward = extended(func, inst, value, variable, out);
    }
    block.insts = out;
  }
  sweepForwards(func);
  return true;
}

/** The variable's value where the block starts. */
function entryValue(func: Func, ssa: SsaVariables<Variable>, variable: Variable, block: Block): Inst {
  return ssa.readAtEntry(variable, block) ?? func.undefined(variable.type);
}

/** A load of a narrow variable sees the stored value truncated and extended again. */
function extended(func: Func, load: Inst, value: Inst, variable: Variable, out: Inst[]): Inst {
  if (variable.width >= 4) return value;
  let inst: Inst;
  if (load.signed) {
    inst = new Inst('sextlow', load.type, [value], load.at);
    inst.width = variable.width;
  } else {
    const mask = func.constant(load.type, (1n << BigInt(variable.width * 8)) - 1n);
    inst = new Inst('and', load.type, [value, mask], load.at);
  }
  inst.block = load.block;
  out.push(inst);
  return inst;
}
