// Jump threading: a block that only decides by a phi whose input is constant on some edge is skipped on that edge.
// So `if (check(x) < 0) return …;` after inlining becomes the check's own branches.
import { foldBinary, foldCompare } from '../ir/fold.ts';
import type { Block, Func, Inst } from '../ir/ir.ts';
import { Inst as Instruction, isBinary, removePredecessor, sweepForwards } from '../ir/ir.ts';
import { SsaVariables } from '../ir/ssa.ts';
import { findUsers } from './analysis.ts';
import { foldUnary } from './constant-propagation.ts';

/** A block with more than this before its branch is not copied. */
const MOST = 4;

export function threadJumps(func: Func): boolean {
  let changed = false;
  for (let round = 0; round < 8; round++) {
    let again = false;
    for (const block of func.blocks) {
      if (block.phis.length === 0 || block.preds.length < 2 || block.unroll !== null) continue;
      const end = block.terminator;
      if (end?.op !== 'br') continue;
      if (block.insts.length > MOST || !onlyDecides(block)) continue;
      if (block.successors.includes(block)) continue;
      const threads: [Block, Block][] = [];
      block.preds.forEach((pred, i) => {
        if (pred === block || block.preds.indexOf(pred) !== i || block.preds.lastIndexOf(pred) !== i) return;
        const outcome = decide(end.args[0]!, block, i, 0);
        if (outcome === null) return;
        threads.push([pred, end.targets[outcome !== 0n ? 0 : 1]!]);
      });
      if (threads.length === 0) continue;
      thread(func, block, threads);
      again = true;
      changed = true;
      break;
    }
    if (!again) break;
  }
  return changed;
}

/** Nothing but arithmetic that leads to the branch. */
function onlyDecides(block: Block): boolean {
  return block.insts.every((inst) => {
    if (inst.op === 'br') return true;
    return (
      isBinary(inst.op) ||
      inst.op === 'icmp' ||
      inst.op === 'zext' ||
      inst.op === 'sext' ||
      inst.op === 'trunc' ||
      inst.op === 'sextlow'
    );
  });
}

/** The value of an expression of the block when it is entered on the given edge, if that is a constant. */
function decide(value: Inst, block: Block, edge: number, depth: number): bigint | null {
  if (value.op === 'const') return value.value;
  if (value.block !== block || depth > MOST) return null;
  if (value.op === 'phi') {
    const arg = value.args[edge]!;
    return arg.op === 'const' ? arg.value : null;
  }
  const a = value.args[0] ? decide(value.args[0], block, edge, depth + 1) : null;
  if (a === null) return null;
  if (value.op === 'icmp' || isBinary(value.op)) {
    const b = decide(value.args[1]!, block, edge, depth + 1);
    if (b === null) return null;
    if (value.op === 'icmp') return foldCompare(value.predicate, value.args[0]!.type, a, b) ? 1n : 0n;
    return isBinary(value.op) ? foldBinary(value.op, value.type, a, b) : null;
  }
  return foldUnary(value, a);
}

/** Sends the given predecessors straight to their targets, through a copy of the block's values where those are used. */
function thread(func: Func, block: Block, threads: readonly (readonly [Block, Block])[]): void {
  const users = findUsers(func);
  const values = [...block.phis, ...block.insts.filter((i) => i.type !== 'void')];
  const outside = values.filter((v) => (users.get(v) ?? []).some((u) => u.block !== block || u.op === 'phi'));
  const copies = new Map<Inst, [Block, Inst][]>(outside.map((v) => [v, []]));
  const position = func.blocks.indexOf(block);
  const added: Block[] = [];
  for (const [pred, target] of threads) {
    const edge = block.preds.indexOf(pred);
    const copy = func.block();
    const map = new Map<Inst, Inst>();
    for (const phi of block.phis) map.set(phi, phi.args[edge]!);
    for (const inst of block.insts) {
      if (inst.type === 'void') continue;
      const known = decide(inst, block, edge, 0);
      if (known !== null) {
        map.set(inst, func.constant(inst.type, known));
        continue;
      }
      const cloned = new Instruction(
        inst.op,
        inst.type,
        inst.args.map((a) => map.get(a) ?? a),
        inst.at,
      );
      cloned.predicate = inst.predicate;
      cloned.width = inst.width;
      cloned.nsw = inst.nsw;
      cloned.block = copy;
      copy.insts.push(cloned);
      map.set(inst, cloned);
    }
    const jump = new Instruction('jump', 'void', [], block.terminator!.at);
    jump.targets = [target];
    jump.block = copy;
    copy.insts.push(jump);
    // the new edge brings what the block's edge brought, seen from here
    const from = target.preds.indexOf(block);
    for (const phi of target.phis) {
      const value = phi.args[from]!;
      phi.args.push(map.get(value) ?? value);
    }
    target.preds.push(copy);
    const terminator = pred.terminator!;
    terminator.targets = terminator.targets.map((t) => (t === block ? copy : t));
    removePredecessor(block, pred);
    copy.preds.push(pred);
    added.push(copy);
    for (const value of outside) copies.get(value)!.push([copy, map.get(value)!]);
  }
  func.blocks.splice(position, 0, ...added);
  if (outside.length > 0) repair(func, block, copies, users);
}

/** Each value now has several definitions: its uses read whichever reaches them. */
function repair(func: Func, block: Block, copies: Map<Inst, [Block, Inst][]>, users: Map<Inst, Inst[]>): void {
  const ssa = new SsaVariables<Inst>(func, (v) => v.type);
  for (const b of func.blocks) ssa.seal(b);
  for (const [value, others] of copies) {
    ssa.write(value, block, value);
    for (const [copy, other] of others) ssa.write(value, copy, other);
  }
  for (const value of copies.keys()) {
    for (const user of users.get(value) ?? []) {
      const home = user.block!;
      if (user.op === 'phi') {
        user.args = user.args.map((arg, i) => {
          if (arg !== value) return arg;
          const pred = home.preds[i]!;
          return pred === block ? value : ssa.read(value, pred);
        });
      } else if (home !== block) {
        const seen = ssa.read(value, home);
        user.args = user.args.map((arg) => (arg === value ? seen : arg));
      }
    }
  }
  sweepForwards(func);
}
