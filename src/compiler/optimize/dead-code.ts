// Removes what computes nothing that anybody needs, phi cycles included.
import type { Func, Inst } from '../ir/ir.ts';
import { hasEffect, isLifetime } from '../ir/ir.ts';
import { countUses } from './analysis.ts';

export function removeDeadCode(func: Func): boolean {
  const live = new Uint8Array(countUses(func).length);
  const work: Inst[] = [];
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (!hasEffect(inst) || isLifetime(inst)) continue;
      live[inst.id] = 1;
      work.push(inst);
    }
  }
  while (work.length > 0) {
    for (const arg of work.pop()!.args) {
      if (arg.op === 'const' || arg.op === 'undef' || live[arg.id] === 1) continue;
      live[arg.id] = 1;
      work.push(arg);
    }
  }
  let changed = false;
  const needed = (inst: Inst): boolean =>
    live[isLifetime(inst) ? inst.args[0]!.id : inst.id] === 1 || inst.op === 'param';
  for (const block of func.blocks) {
    if (block.phis.every(needed) && block.insts.every(needed)) continue;
    block.phis = block.phis.filter(needed);
    block.insts = block.insts.filter(needed);
    changed = true;
  }
  return changed;
}
