// Removes what computes nothing that anybody needs, phi cycles included.
import type { Func, Inst } from '../ir/ir.ts';
import { hasEffect } from '../ir/ir.ts';

export function removeDeadCode(func: Func): boolean {
  const live = new Set<Inst>();
  const work: Inst[] = [];
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (hasEffect(inst)) {
        live.add(inst);
        work.push(inst);
      }
    }
  }
  while (work.length > 0) {
    for (const arg of work.pop()!.args) {
      if (!live.has(arg)) {
        live.add(arg);
        work.push(arg);
      }
    }
  }
  let changed = false;
  for (const block of func.blocks) {
    const phis = block.phis.filter((phi) => live.has(phi));
    const insts = block.insts.filter((inst) => live.has(inst) || inst.op === 'param');
    if (phis.length !== block.phis.length || insts.length !== block.insts.length) {
      block.phis = phis;
      block.insts = insts;
      changed = true;
    }
  }
  return changed;
}
