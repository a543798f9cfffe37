// Sparse conditional constant propagation (Wegman, Zadeck 1991): constants found along the edges that can be taken.
import { foldBinary, foldCompare, swapBytes } from '../ir/fold.ts';
import type { Block, Func, Inst } from '../ir/ir.ts';
import { bitsOf, isBinary, removePredecessor, sweepForwards, wrap } from '../ir/ir.ts';
import { findUsers } from './analysis.ts';

/** undefined: nothing known yet; null: not constant */
type Lattice = bigint | null | undefined;

export function propagateConstants(func: Func): boolean {
  const values = new Map<Inst, bigint | null>();
  const users = findUsers(func);
  const executable = new Map<Block, Set<Block>>();
  const reached = new Set<Block>();
  const edges: [Block | null, Block][] = [[null, func.blocks[0]!]];
  const work: Inst[] = [];

  const lookup = (inst: Inst): Lattice => {
    if (inst.op === 'const') return inst.value;
    if (inst.op === 'undef') return null;
    return values.get(inst);
  };
  const raise = (inst: Inst, value: bigint | null): void => {
    const old = values.get(inst);
    if (old === null || (values.has(inst) && old === value)) return;
    values.set(inst, old !== undefined && old !== value ? null : value);
    for (const user of users.get(inst) ?? []) work.push(user);
  };
  const take = (from: Block, to: Block): void => {
    let taken = executable.get(to);
    if (!taken) executable.set(to, (taken = new Set()));
    if (taken.has(from)) return;
    taken.add(from);
    edges.push([from, to]);
  };
  const visit = (inst: Inst): void => {
    const block = inst.block!;
    if (!reached.has(block)) return;
    if (inst.op === 'phi') {
      const taken = executable.get(block);
      let result: Lattice;
      for (let i = 0; i < inst.args.length; i++) {
        if (!taken?.has(block.preds[i]!)) continue;
        const value = lookup(inst.args[i]!);
        if (value === undefined) continue;
        if (value === null || (result !== undefined && result !== value)) {
          result = null;
          break;
        }
        result = value;
      }
      if (result !== undefined) raise(inst, result);
      return;
    }
    if (inst.op === 'jump') {
      take(block, inst.targets[0]!);
      return;
    }
    if (inst.op === 'br') {
      const condition = lookup(inst.args[0]!);
      if (condition === undefined) return;
      if (condition === null || condition !== 0n) take(block, inst.targets[0]!);
      if (condition === null || condition === 0n) take(block, inst.targets[1]!);
      return;
    }
    if (inst.type === 'void') return;
    const result = evaluate(inst, lookup);
    if (result !== undefined) raise(inst, result);
  };

  for (;;) {
    const edge = edges.pop();
    if (edge) {
      const block = edge[1];
      for (const phi of block.phis) visit(phi);
      if (!reached.has(block)) {
        reached.add(block);
        for (const phi of block.phis) visit(phi);
        for (const inst of block.insts) visit(inst);
      }
      continue;
    }
    const inst = work.pop();
    if (!inst) break;
    visit(inst);
  }

  let changed = false;
  for (const block of func.blocks) {
    for (const inst of [...block.phis, ...block.insts]) {
      const value = values.get(inst);
      if (value !== null && value !== undefined) {
        inst.forward = func.constant(inst.type, value);
        changed = true;
      }
    }
  }
  for (const block of func.blocks) {
    const end = block.terminator;
    if (!reached.has(block) || end?.op !== 'br') continue;
    const kept = end.targets.filter((t) => executable.get(t)?.has(block));
    if (kept.length === 1) {
      const dropped = end.targets[0] === kept[0] ? end.targets[1]! : end.targets[0]!;
      removePredecessor(dropped, block);
      end.op = 'jump';
      end.args = [];
      end.targets = [kept[0]!];
      changed = true;
    }
  }
  if (changed) sweepForwards(func);
  return changed;
}

function evaluate(inst: Inst, lookup: (inst: Inst) => Lattice): Lattice {
  const args = inst.args;
  if (isBinary(inst.op)) {
    const a = lookup(args[0]!);
    const b = lookup(args[1]!);
    if ((inst.op === 'and' || inst.op === 'mul') && (a === 0n || b === 0n)) return 0n;
    if (a === null || b === null) return null;
    if (a === undefined || b === undefined) return undefined;
    return foldBinary(inst.op, inst.type, a, b);
  }
  switch (inst.op) {
    case 'icmp': {
      const a = lookup(args[0]!);
      const b = lookup(args[1]!);
      if (a === null || b === null) return null;
      if (a === undefined || b === undefined) return undefined;
      return foldCompare(inst.predicate, args[0]!.type, a, b) ? 1n : 0n;
    }
    case 'zext':
    case 'trunc':
    case 'sext':
    case 'sextlow':
    case 'bswap': {
      const a = lookup(args[0]!);
      return a === null || a === undefined ? a : foldUnary(inst, a);
    }
    case 'ptradd': {
      const a = lookup(args[0]!);
      const b = lookup(args[1]!);
      if (a === null || b === null) return null;
      if (a === undefined || b === undefined) return undefined;
      return wrap('ptr', a + b);
    }
    case 'select': {
      const c = lookup(args[0]!);
      if (c === undefined) return undefined;
      if (c !== null) return lookup(c !== 0n ? args[1]! : args[2]!);
      const a = lookup(args[1]!);
      const b = lookup(args[2]!);
      return a === undefined || b === undefined ? undefined : a === b ? a : null;
    }
    default:
      return null;
  }
}

/** A conversion of a constant. */
export function foldUnary(inst: Inst, value: bigint): bigint {
  const from = inst.args[0]!.type;
  switch (inst.op) {
    case 'sext':
      return wrap(inst.type, from === 'i1' ? value : BigInt.asIntN(bitsOf(from), value));
    case 'sextlow':
      return wrap(inst.type, BigInt.asIntN(inst.width * 8, value));
    case 'bswap':
      return swapBytes(value, inst.width);
    default:
      return wrap(inst.type, value);
  }
}
