// Where each register holds a value that is still needed: ranges over instruction positions.
//
// Instruction n stands at 4n: it reads at 4n and writes at 4n+2, so that a result may take a dying operand's register.
import {
  FIRST_VIRTUAL,
  forEachRead,
  forEachWrite,
  FRAME_POINTER,
  type MachineBlock,
  type MachineFunction,
  type Register,
} from './machine.ts';

/** Sorted, disjoint, half-open: start, end, start, end, … */
export type Ranges = number[];

export interface LiveRanges {
  readonly virtual: ReadonlyMap<Register, Ranges>;
  /** by register 0 to 9: where the instruction set itself claims it */
  readonly fixed: readonly Ranges[];
}

/** Live virtual registers at each block's end, by data flow over bit sets. */
function liveOut(func: MachineFunction): Map<MachineBlock, Uint32Array> {
  const words = Math.ceil((func.nextRegister - FIRST_VIRTUAL) / 32) || 1;
  const live = new Map<MachineBlock, { gen: Uint32Array; kill: Uint32Array; into: Uint32Array; out: Uint32Array }>();
  for (const block of func.blocks) {
    const gen = new Uint32Array(words);
    const kill = new Uint32Array(words);
    for (let i = block.code.length - 1; i >= 0; i--) {
      const m = block.code[i]!;
      forEachWrite(m, (r) => {
        if (r < FIRST_VIRTUAL) return;
        const n = r - FIRST_VIRTUAL;
        gen[n >> 5]! &= ~(1 << (n & 31));
        kill[n >> 5]! |= 1 << (n & 31);
      });
      forEachRead(m, (r) => {
        if (r < FIRST_VIRTUAL) return;
        const n = r - FIRST_VIRTUAL;
        gen[n >> 5]! |= 1 << (n & 31);
      });
    }
    live.set(block, { gen, kill, into: gen.slice(), out: new Uint32Array(words) });
  }
  for (let changed = true; changed;) {
    changed = false;
    for (let b = func.blocks.length - 1; b >= 0; b--) {
      const block = func.blocks[b]!;
      const state = live.get(block)!;
      for (let w = 0; w < words; w++) {
        let out = state.out[w]!;
        for (const successor of block.successors) out |= live.get(successor)!.into[w]!;
        out >>>= 0;
        if (out === state.out[w]) continue;
        state.out[w] = out;
        const into = (state.gen[w]! | (out & ~state.kill[w]!)) >>> 0;
        if (into !== state.into[w]) {
          state.into[w] = into;
          changed = true;
        }
      }
    }
  }
  return new Map([...live].map(([block, state]) => [block, state.out]));
}

export function liveRanges(func: MachineFunction): LiveRanges {
  const outs = liveOut(func);
  // built backwards: each list in descending order, reversed at the end
  const building = new Map<Register, number[]>();
  const fixed: number[][] = Array.from({ length: 10 }, () => []);
  let last = 0;
  for (const block of func.blocks) last += block.code.length;
  let position = last * 4;
  const open = new Map<Register, number>();

  const close = (r: Register, from: number): void => {
    const end = open.get(r);
    if (end === undefined) return;
    open.delete(r);
    if (r === FRAME_POINTER) return;
    const list = r < FIRST_VIRTUAL ? fixed[r]! : (building.get(r) ?? building.set(r, []).get(r)!);
    // join with the following range when they touch
    if (list.length > 0 && list[list.length - 1]! <= end) list[list.length - 1] = from;
    else list.push(end, from);
  };

  for (let b = func.blocks.length - 1; b >= 0; b--) {
    const block = func.blocks[b]!;
    const end = position;
    const out = outs.get(block)!;
    for (let w = 0; w < out.length; w++) {
      let word = out[w]!;
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word);
        word &= word - 1;
        open.set(FIRST_VIRTUAL + w * 32 + bit, end);
      }
    }
    for (let i = block.code.length - 1; i >= 0; i--) {
      const m = block.code[i]!;
      position -= 4;
      const at = position;
      forEachWrite(m, (r) => {
        if (!open.has(r)) open.set(r, at + 3);
        close(r, at + 2);
      });
      const until = m.kind === 'asm' ? at + 3 : at + 1;
      forEachRead(m, (r) => {
        if (!open.has(r)) open.set(r, until);
      });
    }
    for (const r of [...open.keys()]) close(r, position);
  }
  const reversed = (list: number[]): Ranges => list.reverse();
  const virtual = new Map<Register, Ranges>();
  for (const [r, list] of building) virtual.set(r, reversed(list));
  return { virtual, fixed: fixed.map(reversed) };
}

export function intersects(a: Ranges, b: Ranges): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i + 1]! <= b[j]!) i += 2;
    else if (b[j + 1]! <= a[i]!) j += 2;
    else return true;
  }
  return false;
}

export function union(a: Ranges, b: Ranges): Ranges {
  const out: Ranges = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const from = takeA ? a[i]! : b[j]!;
    const to = takeA ? a[i + 1]! : b[j + 1]!;
    if (takeA) i += 2;
    else j += 2;
    if (out.length > 0 && out[out.length - 1]! >= from) out[out.length - 1] = Math.max(out[out.length - 1]!, to);
    else out.push(from, to);
  }
  return out;
}
