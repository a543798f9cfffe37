// Register allocation: copies are coalesced where ranges allow it, then each value gets one register for its whole
// life, the costly ones first; what finds none is spilled. r6 to r9 survive calls because calls claim r0 to r5.
import { intersects, liveRanges, type Ranges, union } from './live-ranges.ts';
import {
  FIRST_VIRTUAL,
  forEachRead,
  forEachWrite,
  FRAME_POINTER,
  type MachineFunction,
  mapRegisters,
  type Register,
} from './machine.ts';
import { Occupancy } from './occupancy.ts';
import { placeSpills, registerAccesses, spill } from './spill.ts';

const PREFERENCE: readonly Register[] = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9];
const MOST_ROUNDS = 40;

/** A class of coalesced registers. */
interface Interval {
  ranges: Ranges;
  weight: number;
  length: number;
  /** lives in one block */
  local: boolean;
  /** by physical register: what having that one would save */
  hints: Map<Register, number> | null;
  /** exists only to reach a stack slot: must get a register */
  readonly temporary: boolean;
  readonly members: Register[];
  assigned: Register | null;
}

/** false: no allocation found (more values needed at once than there are registers). */
export function allocateRegisters(func: MachineFunction): boolean {
  const temporaries = new Set<Register>(func.unspillable);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const failed = tryAllocate(func, temporaries);
    if (failed.length === 0) {
      placeSpills(func);
      return true;
    }
    if (failed.some(({ temporary }) => temporary)) return false;
    spill(
      func,
      failed.map(({ members }) => members),
      temporaries,
    );
  }
  return false;
}

/** Assigns registers, or returns what has to live in memory. */
function tryAllocate(func: MachineFunction, temporaries: ReadonlySet<Register>): Interval[] {
  const live = liveRanges(func, registerAccesses(func));
  const fixed = live.slice(0, FRAME_POINTER);
  /** by virtual register: its class */
  const classOf: (Interval | null)[] = live.map((ranges, register) =>
    register < FIRST_VIRTUAL || ranges.length === 0
      ? null
      : {
          ranges,
          weight: 0,
          length: 0,
          local: false,
          hints: null,
          temporary: temporaries.has(register),
          members: [register],
          assigned: null,
        },
  );
  coalesce(func, classOf);
  weigh(func, classOf);
  const classes: Interval[] = [];
  classOf.forEach((interval, register) => {
    if (interval?.members[0] === register) classes.push(interval);
  });
  measure(func, classes);
  const failed = assign(classes, fixed);
  if (failed.length > 0) return failed;
  const place = (r: Register): Register => classOf[r]?.assigned ?? 0;
  for (const block of func.blocks) {
    for (const m of block.code) mapRegisters(m, place);
    block.code = block.code.filter((m) => m.kind !== 'copy' || m.dst !== m.src);
  }
  return [];
}

/** Joins what a copy connects where both are never needed at once, the innermost loops first. */
function coalesce(func: MachineFunction, classOf: (Interval | null)[]): void {
  const blocks = [...func.blocks].sort((a, b) => b.depth - a.depth);
  for (const block of blocks) {
    for (const m of block.code) {
      if (m.kind !== 'copy' || m.dst < FIRST_VIRTUAL || m.src < FIRST_VIRTUAL) continue;
      const x = classOf[m.dst] ?? null;
      const y = classOf[m.src] ?? null;
      if (!x || !y || x === y || x.temporary || y.temporary || intersects(x.ranges, y.ranges)) continue;
      const [into, from] = x.members.length > y.members.length ? [x, y] : [y, x];
      into.ranges = union(x.ranges, y.ranges);
      for (const r of from.members) {
        classOf[r] = into;
        into.members.push(r);
      }
    }
  }
}

/** Counts what each class's reads and writes cost in memory, and which physical registers copies tie it to. */
function weigh(func: MachineFunction, classOf: readonly (Interval | null)[]): void {
  let weight = 1;
  const count = (r: Register): void => {
    if (r >= FIRST_VIRTUAL) classOf[r]!.weight += weight;
  };
  for (const block of func.blocks) {
    weight = 8 ** Math.min(4, block.depth);
    for (const m of block.code) {
      forEachRead(m, count);
      forEachWrite(m, count);
      if (m.kind !== 'copy') continue;
      const [virtual, physical] = m.dst >= FIRST_VIRTUAL ? [m.dst, m.src] : [m.src, m.dst];
      if (virtual < FIRST_VIRTUAL || physical >= FRAME_POINTER) continue;
      const hints = (classOf[virtual]!.hints ??= new Map<Register, number>());
      hints.set(physical, (hints.get(physical) ?? 0) + weight);
    }
  }
}

function measure(func: MachineFunction, classes: readonly Interval[]): void {
  const homes = func.blocks.flatMap((block) => block.code.map(() => block.index));
  for (const interval of classes) {
    const { ranges } = interval;
    let length = 0;
    for (let k = 0; k < ranges.length; k += 2) length += ranges[k + 1]! - ranges[k]!;
    interval.length = length;
    interval.local = homes[ranges[0]! >> 2] === homes[(ranges[ranges.length - 1]! - 1) >> 2];
    interval.weight = interval.temporary ? Infinity : interval.weight / (length + 8);
  }
}

/**
 * The long-lived first, so that they get the registers that suit them; one that finds none drives out cheaper ones,
 * which try again. What is left without a register has to live in memory.
 */
function assign(classes: readonly Interval[], fixed: readonly Ranges[]): Interval[] {
  // taken from the end: values that cross blocks by length, then those of one block as they come
  const queue = [...classes].sort(
    (a, b) =>
      Number(b.local) - Number(a.local) ||
      (a.local ? b.ranges[0]! - a.ranges[0]! : a.length - b.length || b.ranges[0]! - a.ranges[0]!),
  );
  const held = fixed.map(() => new Occupancy<Interval>());
  const wanting = fixed.map(() => new Occupancy<Interval>());
  for (const interval of classes) for (const r of interval.hints?.keys() ?? []) wanting[r]!.add(interval);
  const failed: Interval[] = [];
  while (queue.length > 0) {
    const interval = queue.pop()!;
    let choice: Register | null = null;
    let free = false;
    let best = -Infinity;
    let cheapest = interval.weight;
    let victims: Interval[] = [];
    for (const r of PREFERENCE) {
      if (intersects(interval.ranges, fixed[r]!)) continue;
      const there: Interval[] = [];
      let cost = 0;
      held[r]!.forEachOverlap(interval.ranges, (other) => {
        there.push(other);
        cost = Math.max(cost, other.weight);
        return !free && cost < cheapest;
      });
      if (there.length === 0) {
        // copies that this choice makes disappear, less those that it makes necessary for others
        let gain = interval.hints?.get(r) ?? 0;
        wanting[r]!.forEachOverlap(interval.ranges, (other) => {
          if (other !== interval && other.assigned === null) gain -= other.hints!.get(r)!;
          return true;
        });
        if (!free || gain > best) {
          choice = r;
          best = gain;
          victims = [];
        }
        free = true;
      } else if (!free && cost < cheapest) {
        cheapest = cost;
        choice = r;
        victims = there;
      }
    }
    if (choice === null) {
      failed.push(interval);
      continue;
    }
    for (const victim of victims) {
      held[choice]!.remove(victim);
      victim.assigned = null;
      queue.push(victim);
    }
    held[choice]!.add(interval);
    interval.assigned = choice;
  }
  return failed;
}
