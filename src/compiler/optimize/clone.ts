// Copies stretches of the flow graph: for inlining, unrolling and jump threading.
import type { Block, Func, Inst } from '../ir/ir.ts';
import { cloneInst } from '../ir/ir.ts';

export interface Copy {
  readonly blocks: ReadonlyMap<Block, Block>;
  readonly values: ReadonlyMap<Inst, Inst>;
}

/**
 * Clones blocks into a function. Targets and operands inside the set are mapped, others stay; predecessor lists of the
 * copies hold the mapped predecessors that are in the set, with their phi operands.
 */
export function cloneBlocks(into: Func, blocks: readonly Block[], seed: ReadonlyMap<Inst, Inst>): Copy {
  const map = new Map<Block, Block>();
  const values = new Map<Inst, Inst>(seed);
  for (const block of blocks) {
    const copy = into.block();
    copy.unroll = block.unroll;
    map.set(block, copy);
  }
  const fresh: Inst[] = [];
  const duplicate = (inst: Inst, to: Block): Inst => {
    const copy = cloneInst(inst);
    copy.block = to;
    values.set(inst, copy);
    fresh.push(copy);
    return copy;
  };
  for (const block of blocks) {
    const copy = map.get(block)!;
    const kept = block.preds.map((p) => map.has(p));
    copy.preds = block.preds.filter((_, i) => kept[i]).map((p) => map.get(p)!);
    for (const phi of block.phis) {
      if (values.has(phi)) continue;
      const cloned = duplicate(phi, copy);
      cloned.args = phi.args.filter((_, i) => kept[i]);
      copy.phis.push(cloned);
    }
    for (const inst of block.insts) {
      if (values.has(inst)) continue;
      copy.insts.push(duplicate(inst, copy));
    }
  }
  for (const inst of fresh) {
    inst.args = inst.args.map((arg) => values.get(arg) ?? constantIn(into, arg));
    inst.targets = inst.targets.map((t) => map.get(t) ?? t);
  }
  return { blocks: map, values };
}

/** Constants are interned per function. */
function constantIn(func: Func, arg: Inst): Inst {
  if (arg.op === 'const') return func.constant(arg.type, arg.value);
  if (arg.op === 'undef') return func.undefined(arg.type);
  return arg;
}
