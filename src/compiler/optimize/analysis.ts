// What passes ask about a function: order, dominators, loops, uses.
import type { Block, Func, Inst } from '../ir/ir.ts';

/** Blocks in reverse postorder; sets `block.order` to the index. Unreachable blocks are left out (order -1). */
export function reversePostorder(func: Func): Block[] {
  for (const block of func.blocks) block.order = -1;
  const out: Block[] = [];
  const entry = func.blocks[0]!;
  // while the walk is on, a block that was seen has order -2 - the number of successors that were followed
  entry.order = -2;
  const stack: Block[] = [entry];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const successor = top.successors[-2 - top.order--];
    if (!successor) {
      out.push(top);
      stack.pop();
    } else if (successor.order === -1) {
      successor.order = -2;
      stack.push(successor);
    }
  }
  out.reverse();
  out.forEach((block, i) => (block.order = i));
  return out;
}

export interface Dominators {
  readonly order: readonly Block[];
  /** by block.order; the entry's is itself */
  readonly immediate: readonly Block[];
  readonly children: ReadonlyMap<Block, readonly Block[]>;
  dominates(a: Block, b: Block): boolean;
}

/** Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm". */
export function dominators(func: Func): Dominators {
  const order = reversePostorder(func);
  const idom = new Int32Array(order.length).fill(-1);
  idom[0] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < order.length; i++) {
      let best = -1;
      for (const pred of order[i]!.preds) {
        let a = pred.order;
        if (a < 0 || idom[a] === -1) continue;
        if (best === -1) {
          best = a;
          continue;
        }
        let b = best;
        while (a !== b) {
          while (a > b) a = idom[a]!;
          while (b > a) b = idom[b]!;
        }
        best = a;
      }
      if (best !== idom[i]) {
        idom[i] = best;
        changed = true;
      }
    }
  }
  const children = new Map<Block, Block[]>();
  const immediate = order.map((block, i) => {
    const parent = order[Math.max(0, idom[i]!)]!;
    if (i > 0) {
      const list = children.get(parent);
      if (list) list.push(block);
      else children.set(parent, [block]);
    }
    return parent;
  });
  const dominates = (a: Block, b: Block): boolean => {
    let at = b.order;
    while (at > a.order) at = idom[at]!;
    return at === a.order;
  };
  return { order, immediate, children, dominates };
}

export interface Loop {
  readonly header: Block;
  readonly blocks: ReadonlySet<Block>;
  readonly latches: readonly Block[];
}

/** Natural loops, one a header, inner before outer. */
export function findLoops(func: Func, dom: Dominators = dominators(func)): Loop[] {
  const loops: Loop[] = [];
  for (const header of dom.order) {
    const latches = header.preds.filter((p) => p.order >= 0 && dom.dominates(header, p));
    if (latches.length === 0) continue;
    const blocks = new Set<Block>([header]);
    const work = [...latches];
    while (work.length > 0) {
      const block = work.pop()!;
      if (blocks.has(block)) continue;
      blocks.add(block);
      for (const pred of block.preds) if (pred.order >= 0) work.push(pred);
    }
    loops.push({ header, blocks, latches });
  }
  loops.sort((a, b) => a.blocks.size - b.blocks.size);
  return loops;
}

/** How many loops each block stands in. */
export function loopDepths(func: Func): Map<Block, number> {
  const depth = new Map<Block, number>();
  for (const loop of findLoops(func)) for (const block of loop.blocks) depth.set(block, (depth.get(block) ?? 0) + 1);
  return depth;
}

/** Numbers all values and counts the uses of each, by `inst.id`. Constants stay at id 0 and are not counted. */
export function countUses(func: Func): Int32Array {
  let next = 1;
  for (const block of func.blocks) {
    for (const phi of block.phis) phi.id = next++;
    for (const inst of block.insts) inst.id = next++;
  }
  const uses = new Int32Array(next);
  const count = (inst: Inst): void => {
    for (const arg of inst.args) if (arg.block) uses[arg.id]!++;
  };
  for (const block of func.blocks) {
    block.phis.forEach(count);
    block.insts.forEach(count);
  }
  return uses;
}

/** Every instruction that reads a value, by value. */
export function findUsers(func: Func): Map<Inst, Inst[]> {
  const users = new Map<Inst, Inst[]>();
  const note = (inst: Inst): void => {
    for (const arg of inst.args) {
      if (!arg.block) continue;
      const list = users.get(arg);
      if (list) list.push(inst);
      else users.set(arg, [inst]);
    }
  };
  for (const block of func.blocks) {
    block.phis.forEach(note);
    block.insts.forEach(note);
  }
  return users;
}
