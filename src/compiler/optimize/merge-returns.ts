// One return a function: many `return XDP_PASS;` then share a register that is set once, and a branch each.
import type { Block, Func } from '../ir/ir.ts';
import { append, Inst } from '../ir/ir.ts';

export function mergeReturns(func: Func): void {
  const returning = func.blocks.filter((b) => b.terminator?.op === 'ret');
  if (returning.length < 2) return;
  const exit: Block = func.block();
  const values: Inst[] = [];
  for (const block of returning) {
    const end = block.terminator!;
    values.push(end.args[0] ?? func.undefined('i32'));
    end.op = 'jump';
    end.args = [];
    end.targets = [exit];
    exit.preds.push(block);
  }
  const at = func.declaration.end;
  const ret = new Inst('ret', 'void', [], at);
  if (func.result !== 'void') {
    const phi = new Inst('phi', func.result, values, at);
    phi.block = exit;
    exit.phis.push(phi);
    ret.args = [phi];
  }
  append(exit, ret);
  func.blocks.push(exit);
}
