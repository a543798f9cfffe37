// Is a function well-formed SSA? For tests: each pass must leave it so.
import type { Func, Inst } from './ir.ts';
import { isTerminator } from './ir.ts';
import { dominators } from '../optimize/analysis.ts';

/** What is wrong, in words; empty when all is well. */
export function checkFunction(func: Func): string[] {
  const problems: string[] = [];
  const say = (text: string): void => {
    problems.push(`${func.name}: ${text}`);
  };
  const blocks = new Set(func.blocks);
  const position = new Map<Inst, number>();
  for (const block of func.blocks) {
    block.phis.forEach((phi) => position.set(phi, -1));
    block.insts.forEach((inst, i) => position.set(inst, i));
  }
  for (const block of func.blocks) {
    const end = block.terminator;
    if (!end) say(`b${block.id} has no terminator`);
    if (block.insts.some((inst, i) => isTerminator(inst) !== (i === block.insts.length - 1))) {
      say(`b${block.id} has a terminator in its middle`);
    }
    for (const successor of block.successors) {
      if (!blocks.has(successor)) say(`b${block.id} goes to b${successor.id}, which is not in the function`);
      const there = successor.preds.filter((p) => p === block).length;
      const here = block.successors.filter((s) => s === successor).length;
      if (there !== here) say(`b${successor.id} lists b${block.id} ${there} times for ${here} edges`);
    }
    for (const pred of block.preds) {
      if (!pred.successors.includes(block)) say(`b${block.id} lists b${pred.id}, which does not go there`);
    }
    for (const phi of block.phis) {
      if (phi.args.length !== block.preds.length) say(`a phi of b${block.id} has ${phi.args.length} operands`);
    }
    for (const inst of [...block.phis, ...block.insts]) {
      if (inst.block !== block) say(`${inst.op} in b${block.id} believes to stand in b${inst.block?.id ?? '?'}`);
      if (inst.forward) say(`${inst.op} in b${block.id} was replaced and still stands`);
    }
  }
  if (problems.length > 0) return problems;
  const dom = dominators(func);
  for (const block of dom.order) {
    for (const phi of block.phis) {
      phi.args.forEach((arg, i) => {
        const pred = block.preds[i]!;
        if (arg.block && pred.order >= 0 && !(position.has(arg) && dom.dominates(arg.block, pred))) {
          say(`phi of b${block.id} reads ${arg.op}, which does not reach b${pred.id}`);
        }
      });
    }
    block.insts.forEach((inst, i) => {
      for (const arg of inst.args) {
        if (!arg.block) continue;
        const at = position.get(arg);
        const before = at !== undefined && (arg.block === block ? at < i : dom.dominates(arg.block, block));
        if (!before) say(`${inst.op} in b${block.id} reads ${arg.op}, which does not come before it`);
      }
    });
  }
  return problems;
}
