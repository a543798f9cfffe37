// Where each value is still needed: ranges over instruction positions, for registers and for spill slots alike.
//
// Instruction n stands at 4n: it reads at 4n and writes at 4n+2, so that a result may take a dying operand's register.
import type { Machine, MachineFunction } from './machine.ts';

/** Sorted, disjoint, half-open: start, end, start, end, … */
export type Ranges = number[];

/** What an instruction reads and writes, as numbers from 0 to `count` - 1. */
export interface Accesses {
  readonly count: number;
  readonly reads: (m: Machine, visit: (value: number) => void) => void;
  readonly writes: (m: Machine, visit: (value: number) => void) => void;
}

/**
 * For each block, by its index: the values that some block after it reads before it is written again. Each value is
 * followed from its readers backwards, so the work is the size of the answer, which the stack bounds in any sound program.
 */
function liveOut(func: MachineFunction, { count, reads, writes }: Accesses): number[][] {
  const { blocks } = func;
  const index = new Map(blocks.map((block, i) => [block, i]));
  const writtenIn = new Int32Array(count).fill(-1);
  const exposedIn = new Int32Array(count).fill(-1);
  const exposed = new Map<number, number[]>();
  blocks.forEach((block, b) => {
    const read = (value: number): void => {
      if (writtenIn[value] === b || exposedIn[value] === b) return;
      exposedIn[value] = b;
      const list = exposed.get(value);
      if (list) list.push(b);
      else exposed.set(value, [b]);
    };
    const write = (value: number): void => {
      writtenIn[value] = b;
    };
    for (const m of block.code) {
      reads(m, read);
      writes(m, write);
    }
  });
  const definitions = new Set<number>();
  blocks.forEach((block, b) => {
    const write = (value: number): void => {
      if (exposedIn[value]! >= 0) definitions.add(value * blocks.length + b);
    };
    for (const m of block.code) writes(m, write);
  });
  const out: number[][] = blocks.map(() => []);
  const predecessors = blocks.map((block) => block.predecessors.map((p) => index.get(p)!));
  const outOf = new Int32Array(blocks.length).fill(-1);
  const into = new Int32Array(blocks.length).fill(-1);
  for (const [value, readers] of exposed) {
    const work = readers;
    for (const b of work) into[b] = value;
    while (work.length > 0) {
      for (const p of predecessors[work.pop()!]!) {
        if (outOf[p] === value) continue;
        outOf[p] = value;
        out[p]!.push(value);
        if (into[p] === value || definitions.has(value * blocks.length + p)) continue;
        into[p] = value;
        work.push(p);
      }
    }
  }
  return out;
}

/** The ranges of each value; empty where it is neither read nor written. */
export function liveRanges(func: MachineFunction, accesses: Accesses): Ranges[] {
  const outs = liveOut(func, accesses);
  // built backwards: each list in descending order, reversed at the end
  const ranges: Ranges[] = Array.from({ length: accesses.count }, () => []);
  const endOf = new Int32Array(accesses.count).fill(-1);
  let open: number[] = [];
  let position = 0;
  for (const block of func.blocks) position += block.code.length * 4;

  const begin = (value: number, end: number): void => {
    if (endOf[value]! >= 0) return;
    endOf[value] = end;
    open.push(value);
  };
  const close = (value: number, from: number): void => {
    const end = endOf[value]!;
    endOf[value] = -1;
    const list = ranges[value]!;
    // join with the following range when they touch
    if (list.length > 0 && list[list.length - 1]! <= end) list[list.length - 1] = from;
    else list.push(end, from);
  };
  let at = 0;
  let until = 0;
  const write = (value: number): void => {
    begin(value, at + 3);
    close(value, at + 2);
  };
  const read = (value: number): void => {
    begin(value, until);
  };
  for (let b = func.blocks.length - 1; b >= 0; b--) {
    const code = func.blocks[b]!.code;
    for (const value of outs[b]!) begin(value, position);
    for (let i = code.length - 1; i >= 0; i--) {
      const m = code[i]!;
      position -= 4;
      at = position;
      until = m.kind === 'asm' ? at + 3 : at + 1;
      accesses.writes(m, write);
      accesses.reads(m, read);
    }
    for (const value of open) if (endOf[value]! >= 0) close(value, position);
    open = [];
  }
  for (const list of ranges) list.reverse();
  return ranges;
}

/** The place of the first range that ends after `position`. */
function firstAfter(ranges: Ranges, position: number): number {
  let low = 0;
  let high = ranges.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle * 2 + 1]! <= position) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

export function intersects(a: Ranges, b: Ranges): boolean {
  if (a.length === 0 || b.length === 0) return false;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length * 8 < long.length) {
    for (let i = 0; i < short.length; i += 2) {
      const j = firstAfter(long, short[i]!);
      if (j < long.length && long[j]! < short[i + 1]!) return true;
    }
    return false;
  }
  let i = 0;
  let j = firstAfter(long, short[0]!);
  while (i < short.length && j < long.length) {
    if (short[i + 1]! <= long[j]!) i += 2;
    else if (long[j + 1]! <= short[i]!) j += 2;
    else return true;
  }
  return false;
}

/** Both; the longer list is changed in place where the other one is short. */
export function union(a: Ranges, b: Ranges): Ranges {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length * 8 < long.length) {
    for (let i = 0; i < short.length; i += 2) insert(long, short[i]!, short[i + 1]!);
    return long;
  }
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

function insert(ranges: Ranges, from: number, to: number): void {
  // every range that touches [from, to] becomes part of it
  const first = firstAfter(ranges, from - 1);
  let end = first;
  while (end < ranges.length && ranges[end]! <= to) end += 2;
  if (end > first) {
    from = Math.min(from, ranges[first]!);
    to = Math.max(to, ranges[end - 1]!);
  }
  ranges.splice(first, end - first, from, to);
}
