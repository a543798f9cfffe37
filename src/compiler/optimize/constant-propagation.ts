// Sparse conditional constant propagation (Wegman, Zadeck 1991): constants found along the edges that can be taken.
import { foldBinary, foldCompare, swapBytes } from '../ir/fold.ts';
import type { Block, Func, Inst } from '../ir/ir.ts';
import { bitsOf, isBinary, removePredecessor, sweepForwards, wrap } from '../ir/ir.ts';
import { countUses } from './analysis.ts';

/** undefined: nothing known yet; null: not constant */
type Lattice = bigint | null | undefined;

export function propagateConstants(func: Func): boolean {
  return new Propagation(func).run();
}

class Propagation {
  private readonly func: Func;
  /** by inst.id */
  private readonly values: Lattice[];
  /** the users of value n stand in `users` from firstUser[n] on */
  private readonly firstUser: Int32Array;
  private readonly users: Inst[];
  private readonly executable = new Map<Block, Set<Block>>();
  private readonly reached = new Set<Block>();
  /** by block.id */
  private readonly places = new Map<number, Map<Block, number[]>>();
  private readonly edges: [from: Block | null, to: Block][];
  private readonly work: Inst[] = [];

  constructor(func: Func) {
    this.func = func;
    const uses = countUses(func);
    this.values = new Array<Lattice>(uses.length);
    this.firstUser = new Int32Array(uses.length + 1);
    for (let i = 0; i < uses.length; i++) this.firstUser[i + 1] = this.firstUser[i]! + uses[i]!;
    this.users = new Array<Inst>(this.firstUser[uses.length]!);
    const next = this.firstUser.slice();
    for (const block of func.blocks) {
      for (const list of [block.phis, block.insts]) {
        for (const inst of list) for (const arg of inst.args) if (arg.block) this.users[next[arg.id]!++] = inst;
      }
    }
    this.edges = [[null, func.blocks[0]!]];
  }

  run(): boolean {
    for (;;) {
      const edge = this.edges.pop();
      if (edge) this.enter(edge[0], edge[1]);
      else {
        const inst = this.work.pop();
        if (!inst) break;
        if (this.reached.has(inst.block!)) this.visit(inst);
      }
    }
    return this.apply();
  }

  private enter(from: Block | null, block: Block): void {
    if (this.reached.has(block)) {
      // only what this edge brings is new
      if (block.phis.length === 0) return;
      for (const i of this.edgesFrom(from, block)) {
        for (const phi of block.phis) this.meet(phi, this.lookup(phi.args[i]!));
      }
      return;
    }
    this.reached.add(block);
    for (const phi of block.phis) this.visit(phi);
    for (const inst of block.insts) this.visit(inst);
  }

  /** Where a predecessor stands among a block's: two places when both ways of its branch lead there. */
  private edgesFrom(from: Block | null, { id, preds }: Block): readonly number[] {
    let places = this.places.get(id);
    if (!places) {
      places = new Map();
      for (const [i, pred] of preds.entries()) {
        const list = places.get(pred);
        if (list) list.push(i);
        else places.set(pred, [i]);
      }
      this.places.set(id, places);
    }
    return (from && places.get(from)) ?? [];
  }

  private readonly lookup = (inst: Inst): Lattice => {
    if (inst.op === 'const') return inst.value;
    if (inst.op === 'undef') return null;
    return this.values[inst.id];
  };

  private raise(inst: Inst, value: bigint | null): void {
    const old = this.values[inst.id];
    if (old === null || old === value) return;
    this.values[inst.id] = old !== undefined ? null : value;
    const end = this.firstUser[inst.id + 1]!;
    for (let i = this.firstUser[inst.id]!; i < end; i++) this.work.push(this.users[i]!);
  }

  private meet(phi: Inst, value: Lattice): void {
    if (value !== undefined) this.raise(phi, value);
  }

  private take(from: Block, to: Block): void {
    let taken = this.executable.get(to);
    if (!taken) this.executable.set(to, (taken = new Set()));
    if (taken.has(from)) return;
    taken.add(from);
    this.edges.push([from, to]);
  }

  private visit(inst: Inst): void {
    const block = inst.block!;
    if (inst.op === 'jump') {
      this.take(block, inst.targets[0]!);
      return;
    }
    if (inst.op === 'asmgoto') {
      for (const target of inst.targets) this.take(block, target);
      return;
    }
    if (inst.op === 'br') {
      const condition = this.lookup(inst.args[0]!);
      if (condition === undefined) return;
      if (condition === null || condition !== 0n) this.take(block, inst.targets[0]!);
      if (condition === null || condition === 0n) this.take(block, inst.targets[1]!);
      return;
    }
    if (inst.type === 'void' || this.values[inst.id] === null) return;
    if (inst.op === 'phi') {
      const taken = this.executable.get(block);
      for (let i = 0; i < inst.args.length && this.values[inst.id] !== null; i++) {
        if (taken?.has(block.preds[i]!)) this.meet(inst, this.lookup(inst.args[i]!));
      }
      return;
    }
    const result = evaluate(inst, this.lookup);
    if (result !== undefined) this.raise(inst, result);
  }

  private apply(): boolean {
    const { func } = this;
    let changed = false;
    for (const block of func.blocks) {
      for (const list of [block.phis, block.insts]) {
        for (const inst of list) {
          const value = this.values[inst.id];
          if (value === null || value === undefined) continue;
          inst.forward = func.constant(inst.type, value);
          changed = true;
        }
      }
    }
    for (const block of func.blocks) {
      const end = block.terminator;
      if (!this.reached.has(block) || end?.op !== 'br') continue;
      const kept = end.targets.filter((t) => this.executable.get(t)?.has(block));
      if (kept.length !== 1) continue;
      const dropped = end.targets[0] === kept[0] ? end.targets[1]! : end.targets[0]!;
      removePredecessor(dropped, block);
      end.op = 'jump';
      end.args = [];
      end.targets = [kept[0]!];
      changed = true;
    }
    if (changed) sweepForwards(func);
    return changed;
  }
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
