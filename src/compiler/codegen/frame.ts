// Where a function's variables stand on its stack. Those that never live at the same time may stand in the same place:
// the variables of two inlined calls, of two blocks. Where one lives, its `lifestart` and `lifeend` say.
import type { Block, Func, Inst } from '../ir/ir.ts';
import { rangeOf } from '../optimize/alias.ts';
import { reversePostorder } from '../optimize/analysis.ts';

export interface Frame {
  /** bytes, a multiple of 8 */
  readonly size: number;
  /** distance of each slot's first byte from the frame's lowest */
  readonly offsets: ReadonlyMap<Inst, number>;
}

/** What a slot must not share its place with; null: with nothing at all. */
type Neighbours = ((slot: Inst) => Iterable<Inst>) | null;

export function layOutFrame(func: Func, needed: (alloca: Inst) => boolean, limit: number): Frame {
  const slots = func.blocks[0]!.insts.filter((inst) => inst.op === 'alloca' && needed(inst));
  const neighbours = interference(func, slots, limit);
  const frame = place(slots, neighbours);
  if (frame.size <= limit) return frame;
  // the large ones first leave smaller holes
  const order = [...slots].sort((a, b) => b.size - a.size);
  const other = place(order, neighbours);
  return other.size < frame.size ? other : frame;
}

/** First fit from the top of the frame down, in the given order. */
function place(slots: readonly Inst[], neighbours: Neighbours): Frame {
  /** distance from the frame's top to the slot's first byte */
  const depths = new Map<Inst, number>();
  let size = 0;
  for (const slot of slots) {
    const align = Math.min(8, slot.align);
    const down = (bytes: number): number => Math.ceil(bytes / align) * align;
    let depth = down((neighbours ? 0 : size) + slot.size);
    const others: [Inst, number][] = [];
    for (const other of neighbours?.(slot) ?? []) {
      const end = depths.get(other);
      if (end !== undefined) others.push([other, end]);
    }
    for (const [other, end] of others.sort(([, a], [, b]) => a - b)) {
      const begin = end - other.size;
      if (depth > begin && depth - slot.size < end) depth = down(end + slot.size);
    }
    depths.set(slot, depth);
    size = Math.max(size, depth);
  }
  size = Math.ceil(size / 8) * 8;
  return { size, offsets: new Map([...depths].map(([slot, depth]) => [slot, size - depth])) };
}

/**
 * Which slots live at the same time as each? null when more than `limit` bytes do at one place: then the function is lost whatever
 * shares a place. So the sets that are compared stay small, however many slots there are.
 */
function interference(func: Func, slots: readonly Inst[], limit: number): Neighbours {
  if (slots.length < 2) return null;
  const order = reversePostorder(func);
  const known = new Set(slots);
  const out = new Map<Block, ReadonlySet<Inst>>();
  const fits = (live: ReadonlySet<Inst>): boolean => {
    let bytes = 0;
    for (const slot of live) bytes += slot.size;
    return bytes <= limit;
  };
  const enter = (block: Block): Set<Inst> => {
    const live = new Set<Inst>();
    for (const pred of block.preds) for (const slot of out.get(pred) ?? []) live.add(slot);
    return live;
  };
  const step = (inst: Inst, live: Set<Inst>): void => {
    const slot = inst.args[0]!;
    if (!known.has(slot)) return;
    if (inst.op === 'lifestart') live.add(slot);
    else live.delete(slot);
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      const live = enter(block);
      for (const inst of block.insts) if (inst.op === 'lifestart' || inst.op === 'lifeend') step(inst, live);
      const before = out.get(block);
      // they only grow
      if (before?.size === live.size) continue;
      if (!fits(live)) return null;
      out.set(block, live);
      changed = true;
    }
  }

  const conflicts = new Map<Inst, Set<Inst>>(slots.map((slot) => [slot, new Set()]));
  /** touched where they are not known to live: no word on when they do */
  const always = new Set<Inst>();
  const note = (slot: Inst, live: ReadonlySet<Inst>): void => {
    for (const other of live) {
      conflicts.get(slot)!.add(other);
      conflicts.get(other)!.add(slot);
    }
  };
  for (const block of order) {
    const live = enter(block);
    if (!fits(live)) return null;
    for (const slot of live) note(slot, live);
    for (const inst of block.insts) {
      if (inst.op === 'lifestart' || inst.op === 'lifeend') {
        step(inst, live);
        if (inst.op === 'lifestart' && known.has(inst.args[0]!)) note(inst.args[0]!, live);
        continue;
      }
      if (inst.op === 'ptradd') continue;
      for (const arg of inst.args) {
        if (arg.op !== 'alloca' && arg.op !== 'ptradd') continue;
        const slot = rangeOf(arg).base;
        if (known.has(slot) && !live.has(slot)) always.add(slot);
      }
    }
  }
  if (always.size === 0) return (slot) => conflicts.get(slot)!;
  return (slot) => (always.has(slot) ? slots : new Set([...conflicts.get(slot)!, ...always]));
}
