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

/** Beyond this many words of bit sets the slots are not compared: the function is lost anyway. */
const MOST_WORDS = 1 << 22;

export function layOutFrame(func: Func, needed: (alloca: Inst) => boolean, limit: number): Frame {
  const slots = func.blocks[0]!.insts.filter((inst) => inst.op === 'alloca' && needed(inst));
  const together = interference(func, slots);
  const frame = place(slots, together);
  if (frame.size <= limit) return frame;
  // the large ones first leave smaller holes
  const order = [...slots].sort((a, b) => b.size - a.size);
  const other = place(order, together);
  return other.size < frame.size ? other : frame;
}

/** First fit from the top of the frame down, in the given order. */
function place(slots: readonly Inst[], together: (a: Inst, b: Inst) => boolean): Frame {
  /** distance from the frame's top to the slot's first byte */
  const depths = new Map<Inst, number>();
  let size = 0;
  for (const slot of slots) {
    const align = Math.min(8, slot.align);
    const others = [...depths].filter(([other]) => together(slot, other)).sort(([, a], [, b]) => a - b);
    let depth = Math.ceil(slot.size / align) * align;
    for (const [other, end] of others) {
      const begin = end - other.size;
      if (depth > begin && depth - slot.size < end) depth = Math.ceil((end + slot.size) / align) * align;
    }
    depths.set(slot, depth);
    size = Math.max(size, depth);
  }
  size = Math.ceil(size / 8) * 8;
  return { size, offsets: new Map([...depths].map(([slot, depth]) => [slot, size - depth])) };
}

/** May two slots not share their place? Yes, where in doubt. */
function interference(func: Func, slots: readonly Inst[]): (a: Inst, b: Inst) => boolean {
  const all = (): boolean => true;
  const words = Math.ceil(slots.length / 32);
  const order = reversePostorder(func);
  if (slots.length < 2 || words * order.length > MOST_WORDS) return all;
  const number = new Map(slots.map((slot, i) => [slot, i]));
  const out = new Map<Block, Uint32Array>(order.map((block) => [block, new Uint32Array(words)]));
  const has = (set: Uint32Array, i: number): boolean => ((set[i >> 5]! >> (i & 31)) & 1) !== 0;
  const add = (set: Uint32Array, i: number): void => {
    set[i >> 5]! |= 1 << (i & 31);
  };
  const enter = (block: Block): Uint32Array => {
    const live = new Uint32Array(words);
    for (const pred of block.preds) out.get(pred)?.forEach((word, w) => (live[w]! |= word));
    return live;
  };
  const step = (inst: Inst, live: Uint32Array): void => {
    const i = number.get(inst.args[0]!);
    if (i === undefined) return;
    if (inst.op === 'lifestart') add(live, i);
    else live[i >> 5]! &= ~(1 << (i & 31));
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      const live = enter(block);
      for (const inst of block.insts) if (inst.op === 'lifestart' || inst.op === 'lifeend') step(inst, live);
      const before = out.get(block)!;
      if (live.every((word, w) => word === before[w])) continue;
      out.set(block, live);
      changed = true;
    }
  }

  const conflicts = slots.map(() => new Uint32Array(words));
  /** touched where they are not known to live: no word on when they do */
  const always = new Uint32Array(words);
  const note = (i: number, live: Uint32Array): void => {
    live.forEach((word, w) => (conflicts[i]![w]! |= word));
  };
  for (const block of order) {
    const live = enter(block);
    slots.forEach((_, i) => {
      if (has(live, i)) note(i, live);
    });
    for (const inst of block.insts) {
      if (inst.op === 'lifestart' || inst.op === 'lifeend') {
        step(inst, live);
        const i = number.get(inst.args[0]!);
        if (i !== undefined && inst.op === 'lifestart') note(i, live);
        continue;
      }
      if (inst.op === 'ptradd') continue;
      for (const arg of inst.args) {
        if (arg.op !== 'alloca' && arg.op !== 'ptradd') continue;
        const i = number.get(rangeOf(arg).base);
        if (i !== undefined && !has(live, i)) add(always, i);
      }
    }
  }
  return (a, b) => {
    const i = number.get(a)!;
    const j = number.get(b)!;
    return has(always, i) || has(always, j) || has(conflicts[i]!, j) || has(conflicts[j]!, i);
  };
}
