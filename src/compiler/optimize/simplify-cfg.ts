// Control-flow clean-up: unreachable blocks, constant branches, straight lines, empty blocks. No branch is turned
// into a select and no two comparisons are merged: the verifier learns from each branch.
import type { Block, Func, Inst } from '../ir/ir.ts';
import { removePredecessor, resolve, sweepForwards } from '../ir/ir.ts';
import { countUses, reversePostorder } from './analysis.ts';

export function simplifyControlFlow(func: Func): boolean {
  let changed = false;
  for (let round = 0; round < 32; round++) {
    let again = foldBranches(func);
    again = removeUnreachable(func) || again;
    again = removeTrivialPhis(func) || again;
    again = mergeStraightLines(func) || again;
    again = forwardEmptyBlocks(func) || again;
    if (!again) break;
    changed = true;
  }
  return changed;
}

export function removeUnreachable(func: Func): boolean {
  const order = reversePostorder(func);
  if (order.length === func.blocks.length) return false;
  for (const block of func.blocks) {
    if (block.order >= 0) continue;
    for (const successor of block.successors) if (successor.order >= 0) removePredecessor(successor, block);
  }
  func.blocks = func.blocks.filter((block) => block.order >= 0);
  return true;
}

function foldBranches(func: Func): boolean {
  let changed = false;
  for (const block of func.blocks) {
    const end = block.terminator;
    if (!end || end.op !== 'br') continue;
    const [yes, no] = end.targets as [Block, Block];
    const condition = end.args[0]!;
    if (yes === no) {
      // both edges carry the same values (forwarding keeps it so)
      removePredecessor(no, block);
      end.op = 'jump';
      end.args = [];
      end.targets = [yes];
      changed = true;
    } else if (condition.op === 'const' || condition.op === 'undef') {
      const taken = condition.op === 'const' && condition.value !== 0n ? yes : no;
      removePredecessor(taken === yes ? no : yes, block);
      end.op = 'jump';
      end.args = [];
      end.targets = [taken];
      changed = true;
    }
  }
  return changed;
}

export function removeTrivialPhis(func: Func): boolean {
  let changed = false;
  for (let again = true; again;) {
    again = false;
    for (const block of func.blocks) {
      for (const phi of block.phis) {
        if (phi.forward) continue;
        let same: Inst | null = null;
        let holes = false;
        let trivial = true;
        for (const arg of phi.args) {
          const value = resolve(arg);
          if (value === phi || value === same) continue;
          if (value.op === 'undef') {
            holes = true;
          } else if (same) {
            trivial = false;
            break;
          } else {
            same = value;
          }
        }
        // where an input is undefined, only what is defined everywhere may stand for the phi
        if (holes && same && same.op !== 'const' && same.op !== 'param') trivial = false;
        if (!trivial) continue;
        phi.forward = same ?? func.undefined(phi.type);
        again = true;
        changed = true;
      }
    }
  }
  if (changed) sweepForwards(func);
  return changed;
}

function mergeStraightLines(func: Func): boolean {
  let changed = false;
  const gone = new Set<Block>();
  for (const block of func.blocks) {
    if (gone.has(block)) continue;
    for (;;) {
      const end = block.terminator;
      if (!end || end.op !== 'jump') break;
      const next = end.targets[0]!;
      if (next.preds.length !== 1 || next === block || next === func.blocks[0]) break;
      block.insts.pop();
      for (const phi of next.phis) phi.forward = phi.args[0]!;
      for (const inst of next.insts) {
        inst.block = block;
        block.insts.push(inst);
      }
      for (const successor of block.successors) {
        successor.preds = successor.preds.map((p) => (p === next ? block : p));
      }
      block.unroll ??= next.unroll;
      next.insts = [];
      next.phis = [];
      gone.add(next);
      changed = true;
    }
  }
  if (changed) {
    func.blocks = func.blocks.filter((b) => !gone.has(b));
    sweepForwards(func);
  }
  return changed;
}

/** A block that only jumps on is skipped; its phis, if nobody else reads them, are folded into the target's. */
function forwardEmptyBlocks(func: Func): boolean {
  let changed = false;
  let uses: Int32Array | null = null;
  for (const block of func.blocks) {
    if (block.insts.length !== 1 || block === func.blocks[0]) continue;
    const end = block.insts[0]!;
    const target = end.op === 'jump' ? end.targets[0]! : null;
    if (!target || target === block || block.preds.length === 0 || target.unroll !== null) continue;
    const edge = target.preds.indexOf(block);
    if (edge < 0) continue;
    // several ways come together here before the target's phis get their value: one copy for all of them is shorter
    if (block.preds.length > 1 && block.phis.length === 0 && target.phis.length > 0 && !copiesRepeat(block)) continue;
    if (block.phis.length > 0) {
      uses ??= countUses(func);
      const folded = target.phis.map((phi) => phi.args[edge]!);
      const readElsewhere = block.phis.some((phi) => uses![phi.id] !== folded.filter((a) => a === phi).length);
      if (readElsewhere) continue;
      if (target.preds.some((p, i) => i !== edge && p === block)) continue;
    }
    const valueFrom = (i: number, pred: number) => {
      const value = target.phis[i]!.args[edge]!;
      return value.op === 'phi' && value.block === block ? value.args[pred]! : value;
    };
    // a predecessor that reaches the target on another edge too must bring the same values
    const conflict = block.preds.some((pred, p) => {
      const there = target.preds.indexOf(pred);
      const twice = block.preds.indexOf(pred) !== p ? block.preds.indexOf(pred) : -1;
      // an asm goto's ways out stay apart
      if (there >= 0 && pred.terminator?.op === 'asmgoto') return true;
      return target.phis.some(
        (phi, i) =>
          (there >= 0 && phi.args[there] !== valueFrom(i, p)) ||
          (twice >= 0 && valueFrom(i, twice) !== valueFrom(i, p)),
      );
    });
    if (conflict) continue;
    const additions = block.preds.map((_, p) => target.phis.map((_, i) => valueFrom(i, p)));
    block.preds.forEach((pred, p) => {
      const terminator = pred.terminator!;
      terminator.targets = terminator.targets.map((t) => (t === block ? target : t));
      target.preds.push(pred);
      target.phis.forEach((phi, i) => phi.args.push(additions[p]![i]!));
    });
    // `br c, block, block` had two entries in preds, and both were moved
    block.preds = [];
    block.phis = [];
    removePredecessor(target, block);
    end.targets = [];
    end.op = 'unreachable';
    uses = null;
    changed = true;
  }
  if (changed) removeUnreachable(func);
  return changed;
}

/**
 * Would the copies for the target's phis, put into each predecessor, mostly repeat each other? So it is with a chain of
 * checks that all leave with one constant: the first sets it, and as long as no call intervenes the others need not.
 */
function copiesRepeat(block: Block): boolean {
  let first = 0;
  for (const pred of block.preds) {
    let at = pred;
    let found = false;
    for (let i = 0; i < 64 && !found; i++) {
      if (at.insts.some((inst) => inst.op === 'call' || inst.op === 'asm' || inst.op === 'asmgoto')) break;
      if (at.preds.length !== 1) break;
      at = at.preds[0]!;
      found = at !== pred && block.preds.includes(at);
    }
    if (found) continue;
    if (pred.insts.some((inst) => inst.op === 'call') || ++first > 1) return false;
  }
  return true;
}
