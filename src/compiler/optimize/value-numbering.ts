// Value numbering over the dominator tree, and forwarding of stores to loads along straight lines. Guarded: only the
// very same computation is shared, and nothing moves to another place.
import type { Block, Func, Inst } from '../ir/ir.ts';
import { bitsOf, isCommutative, isPure, resolve, sweepForwards } from '../ir/ir.ts';
import { countUses, dominators, type Dominators } from './analysis.ts';
import { escapingAllocas, mayAlias, rangeOf } from './alias.ts';

export function numberValues(func: Func): boolean {
  countUses(func);
  const leaf = new Map<Inst, number>();
  const idOf = (inst: Inst): number | string => {
    if (inst.block) return inst.id;
    let id = leaf.get(inst);
    if (id === undefined) leaf.set(inst, (id = -1 - leaf.size));
    return id;
  };
  const symbols = new Map<object, number>();
  const objectId = (o: object | null): number => {
    if (!o) return 0;
    let id = symbols.get(o);
    if (id === undefined) symbols.set(o, (id = symbols.size + 1));
    return id;
  };
  const keyOf = (inst: Inst): string => {
    let args = inst.args;
    if (isCommutative(inst.op) && args[0]!.id > args[1]!.id) args = [args[1]!, args[0]!];
    let key = `${inst.op},${inst.type},${inst.width},${inst.predicate}`;
    if (inst.symbol) key += `,s${objectId(inst.symbol.kind === 'data' ? inst.symbol.data : inst.symbol.declaration)}`;
    if (inst.relocation) key += `,r${objectId(inst.relocation.type)},${inst.relocation.access},${inst.relocation.kind}`;
    for (const arg of args) key += `,${idOf(arg)}`;
    return key;
  };

  const dom = dominators(func);
  const table = new Map<string, Inst>();
  let changed = false;
  // walk the dominator tree with an undo list per block
  const stack: { block: Block; undo: [string, Inst | undefined][] | null }[] = [{ block: func.blocks[0]!, undo: null }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.undo) {
      for (let i = top.undo.length - 1; i >= 0; i--) {
        const [key, old] = top.undo[i]!;
        if (old) table.set(key, old);
        else table.delete(key);
      }
      stack.pop();
      continue;
    }
    top.undo = [];
    for (const inst of top.block.insts) {
      for (let i = 0; i < inst.args.length; i++) if (inst.args[i]!.forward) inst.args[i] = resolve(inst.args[i]!);
      if (!isPure(inst)) continue;
      const key = keyOf(inst);
      const same = table.get(key);
      if (same) {
        if (inst.nsw === false) same.nsw = false;
        inst.forward = same;
        changed = true;
      } else {
        top.undo.push([key, undefined]);
        table.set(key, inst);
      }
    }
    for (const child of dom.children.get(top.block) ?? []) stack.push({ block: child, undo: null });
  }
  if (changed) sweepForwards(func);
  return changed;
}

/** What memory is known to hold: the address's base and range, and the value as a load of that width gives it. */
interface Known {
  readonly base: Inst;
  readonly address: Inst;
  readonly offset: number | null;
  readonly width: number;
  readonly signed: boolean;
  readonly type: Inst['type'];
  readonly value: Inst;
  readonly aliasClass: number;
}

/** Blocks between a block and its dominator that are looked through for what they write. */
const MOST_BETWEEN = 48;

export function forwardMemory(func: Func): boolean {
  const escaping = escapingAllocas(func);
  const dom = dominators(func);
  const atEnd = new Map<Block, Known[]>();
  const writers = new Map<Block, readonly Inst[]>();
  for (const block of dom.order) writers.set(block, block.insts.filter(writesMemory));
  let changed = false;
  for (const block of dom.order) {
    let known = atEntry(block, dom, atEnd, writers, escaping);
    for (const inst of block.insts) {
      for (let i = 0; i < inst.args.length; i++) if (inst.args[i]!.forward) inst.args[i] = resolve(inst.args[i]!);
      if (inst.op === 'load' && !inst.volatile) {
        const { base, offset } = rangeOf(inst.args[0]!);
        const found = known.find(
          (k) =>
            k.base === base &&
            (offset !== null ? k.offset === offset : k.address === inst.args[0]) &&
            k.width === inst.width &&
            bitsOf(k.type) === bitsOf(inst.type) &&
            (k.signed === inst.signed || k.width * 8 >= (k.type === 'i64' ? 64 : 32)),
        );
        if (found) {
          inst.forward = found.value;
          changed = true;
        } else known.push(fact(inst, inst));
      } else if (writesMemory(inst)) {
        known = withoutWritten(known, inst, escaping);
        const value = inst.args[1];
        if (inst.op !== 'store' || inst.volatile || !value || value.type === 'i1') continue;
        if (value.type === 'i32' ? inst.width === 4 : inst.width === 8) known.push(fact(inst, value));
      }
    }
    if (known.length > 64) known = known.slice(-64);
    atEnd.set(block, known);
  }
  if (changed) sweepForwards(func);
  return changed;
}

/** What a load or a store tells about memory. */
function fact(inst: Inst, value: Inst): Known {
  const [address] = inst.args as [Inst];
  const signed = inst.op === 'load' && inst.signed;
  const { width, aliasClass } = inst;
  return { ...rangeOf(address), address, width, signed, type: value.type, value, aliasClass };
}

/** Where several ways meet, what the dominator's end knew and no block between writes over; a loop's body lies between too. */
function atEntry(
  block: Block,
  dom: Dominators,
  atEnd: ReadonlyMap<Block, Known[]>,
  writers: ReadonlyMap<Block, readonly Inst[]>,
  escaping: ReadonlySet<Inst>,
): Known[] {
  const from = dom.immediate[block.order]!;
  if (from === block) return [];
  let known = (atEnd.get(from) ?? []).slice();
  if (block.preds.length === 1 || known.length === 0) return known;
  const between = new Set<Block>([from]);
  const work = block.preds.filter((pred) => pred.order >= 0);
  while (work.length > 0) {
    const next = work.pop()!;
    if (between.has(next)) continue;
    between.add(next);
    if (between.size > MOST_BETWEEN) return [];
    for (const inst of writers.get(next)!) known = withoutWritten(known, inst, escaping);
    if (known.length === 0) return known;
    for (const pred of next.preds) if (pred.order >= 0) work.push(pred);
  }
  return known;
}

function writesMemory({ op }: Inst): boolean {
  switch (op) {
    case 'store':
    case 'memcpy':
    case 'memset':
    case 'atomic':
    case 'call':
    case 'asm':
    case 'asmgoto':
    case 'fence':
      return true;
    default:
      return false;
  }
}

/** What is still known behind the instruction. */
function withoutWritten(known: Known[], inst: Inst, escaping: ReadonlySet<Inst>): Known[] {
  switch (inst.op) {
    case 'store': {
      const { base, offset } = rangeOf(inst.args[0]!);
      return known.filter(
        (k) =>
          (inst.aliasClass !== 0 && k.aliasClass !== 0 && inst.aliasClass !== k.aliasClass && k.base !== base) ||
          !mayAlias(base, offset, inst.width, k.base, k.offset, k.width, escaping),
      );
    }
    case 'memcpy':
    case 'memset': {
      const { base, offset } = rangeOf(inst.args[0]!);
      return known.filter((k) => !mayAlias(base, offset, inst.size, k.base, k.offset, k.width, escaping));
    }
    default:
      return known.filter((k) => k.base.op === 'alloca' && !escaping.has(k.base));
  }
}
