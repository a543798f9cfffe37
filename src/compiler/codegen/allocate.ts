// Register allocation: copies are coalesced where ranges allow it, then each value gets one register for its whole
// life, the costly ones first; what finds none lives in a stack slot of its own, always moved as a whole 8 bytes, so
// that the verifier keeps what it knows of it. r6 to r9 survive calls because calls claim r0 to r5.
import { BPF_DW, BPF_LDX, BPF_MEM, BPF_STX } from '../../bpf/opcodes.ts';
import { intersects, liveRanges, type Ranges, union } from './live-ranges.ts';
import {
  FIRST_VIRTUAL,
  forEachRead,
  forEachWrite,
  FRAME_POINTER,
  Machine,
  type MachineFunction,
  mapRegisters,
  NO_REGISTER,
  type Register,
} from './machine.ts';

const PREFERENCE: readonly Register[] = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9];
const MOST_ROUNDS = 40;

interface Interval {
  readonly register: Register;
  ranges: Ranges;
  weight: number;
  length: number;
  /** lives in one block */
  local: boolean;
  readonly hints: Map<Register, number>;
  /** exists only to reach a stack slot: must get a register */
  temporary: boolean;
}

/** false: no allocation found (more values needed at once than there are registers). */
export function allocateRegisters(func: MachineFunction): boolean {
  const temporaries = new Set<Register>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const spilled = tryAllocate(func, temporaries);
    if (spilled.length === 0) return true;
    for (const members of spilled) {
      if (members.some((r) => temporaries.has(r))) return false;
      spill(func, new Set(members), temporaries);
    }
  }
  return false;
}

/** Assigns registers, or returns the classes of values to spill. */
function tryAllocate(func: MachineFunction, temporaries: ReadonlySet<Register>): Register[][] {
  const live = liveRanges(func);
  const parent = new Map<Register, Register>();
  const find = (r: Register): Register => {
    let at = r;
    for (let p = parent.get(at); p !== undefined; p = parent.get(at)) at = p;
    for (let i = r; i !== at;) {
      const next = parent.get(i)!;
      parent.set(i, at);
      i = next;
    }
    return at;
  };
  const intervals = new Map<Register, Interval>();
  for (const [register, ranges] of live.virtual) {
    intervals.set(register, {
      register,
      ranges,
      weight: 0,
      length: 0,
      local: false,
      hints: new Map(),
      temporary: temporaries.has(register),
    });
  }

  coalesce(func, intervals, parent, find);

  for (const block of func.blocks) {
    const weight = 8 ** Math.min(4, block.depth);
    for (const m of block.code) {
      const count = (r: Register): void => {
        if (r >= FIRST_VIRTUAL) intervals.get(find(r))!.weight += weight;
      };
      forEachRead(m, count);
      forEachWrite(m, count);
      if (m.kind !== 'copy') continue;
      const [virtual, physical] = m.dst >= FIRST_VIRTUAL ? [m.dst, m.src] : [m.src, m.dst];
      if (virtual >= FIRST_VIRTUAL && physical < FRAME_POINTER) {
        const hints = intervals.get(find(virtual))!.hints;
        hints.set(physical, (hints.get(physical) ?? 0) + weight);
      }
    }
  }

  const classes = [...intervals.values()].filter((i) => find(i.register) === i.register);
  const homes = func.blocks.flatMap((block) => block.code.map(() => block.index));
  for (const interval of classes) {
    let length = 0;
    for (let k = 0; k < interval.ranges.length; k += 2) length += interval.ranges[k + 1]! - interval.ranges[k]!;
    interval.length = length;
    interval.local = homes[interval.ranges[0]! >> 2] === homes[(interval.ranges[interval.ranges.length - 1]! - 1) >> 2];
    interval.weight = interval.temporary ? Infinity : interval.weight / (length + 8);
  }
  const { assigned, failed } = assign(classes, live.fixed);
  if (failed.length > 0) {
    const members = new Map<Register, Register[]>();
    for (const r of intervals.keys()) {
      const root = find(r);
      const list = members.get(root);
      if (list) list.push(r);
      else members.set(root, [r]);
    }
    return failed.map((interval) => members.get(interval.register)!);
  }
  for (const block of func.blocks) {
    for (const m of block.code) mapRegisters(m, (r) => assigned.get(intervals.get(find(r))!) ?? 0);
    block.code = block.code.filter((m) => m.kind !== 'copy' || m.dst !== m.src);
  }
  return [];
}

/**
 * The long-lived first, so that they get the registers that suit them; one that finds none drives out cheaper ones,
 * which try again. What is left without a register has to live in memory.
 */
function assign(
  classes: readonly Interval[],
  fixed: readonly Ranges[],
): { assigned: Map<Interval, Register>; failed: Interval[] } {
  // taken from the end: values that cross blocks by length, then those of one block as they come
  const queue = [...classes].sort(
    (a, b) =>
      Number(b.local) - Number(a.local) ||
      (a.local ? b.ranges[0]! - a.ranges[0]! : a.length - b.length || b.ranges[0]! - a.ranges[0]!),
  );
  const assigned = new Map<Interval, Register>();
  const held: Set<Interval>[] = fixed.map(() => new Set());
  const wanting = fixed.map((_, r) => classes.filter((c) => c.hints.has(r)));
  const failed: Interval[] = [];
  while (queue.length > 0) {
    const interval = queue.pop()!;
    let choice: Register | null = null;
    let free = false;
    let best = -Infinity;
    let cheapest = Infinity;
    let victims: Interval[] = [];
    for (const r of PREFERENCE) {
      if (intersects(interval.ranges, fixed[r]!)) continue;
      const there = [...held[r]!].filter((other) => overlap(interval.ranges, other.ranges));
      if (there.length === 0) {
        // copies that this choice makes disappear, less those that it makes necessary for others
        let gain = interval.hints.get(r) ?? 0;
        for (const other of wanting[r]!) {
          if (other !== interval && !assigned.has(other) && overlap(interval.ranges, other.ranges))
            gain -= other.hints.get(r)!;
        }
        if (!free || gain > best) {
          choice = r;
          best = gain;
          victims = [];
        }
        free = true;
        continue;
      }
      if (free) continue;
      // what would it cost to have this register?
      const cost = Math.max(...there.map((other) => other.weight));
      if (cost < interval.weight && cost < cheapest) {
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
      held[choice]!.delete(victim);
      assigned.delete(victim);
      queue.push(victim);
    }
    held[choice]!.add(interval);
    assigned.set(interval, choice);
  }
  return { assigned, failed };
}

function overlap(a: Ranges, b: Ranges): boolean {
  return a[0]! < b[b.length - 1]! && b[0]! < a[a.length - 1]! && intersects(a, b);
}

function coalesce(
  func: MachineFunction,
  intervals: Map<Register, Interval>,
  parent: Map<Register, Register>,
  find: (r: Register) => Register,
): void {
  const blocks = [...func.blocks].sort((a, b) => b.depth - a.depth);
  for (const block of blocks) {
    for (const m of block.code) {
      if (m.kind !== 'copy' || m.dst < FIRST_VIRTUAL || m.src < FIRST_VIRTUAL) continue;
      const a = find(m.dst);
      const b = find(m.src);
      if (a === b) continue;
      const x = intervals.get(a)!;
      const y = intervals.get(b);
      if (!y || x.temporary || y.temporary || intersects(x.ranges, y.ranges)) continue;
      parent.set(a, b);
      y.ranges = union(x.ranges, y.ranges);
    }
  }
}

/** What can be made again instead of being kept. */
function onlyConstant(func: MachineFunction, members: ReadonlySet<Register>): Machine | null {
  let found: Machine | null = null;
  for (const block of func.blocks) {
    for (const m of block.code) {
      let writes = false;
      forEachWrite(m, (r) => {
        if (members.has(r)) writes = true;
      });
      if (!writes) continue;
      if ((m.kind !== 'constant' && m.kind !== 'wide') || m.core) return null;
      if (
        found &&
        (found.kind !== m.kind ||
          found.imm !== m.imm ||
          found.wide !== m.wide ||
          found.symbol !== m.symbol ||
          found.opcode !== m.opcode)
      ) {
        return null;
      }
      found = m;
    }
  }
  return found;
}

function spill(func: MachineFunction, members: ReadonlySet<Register>, temporaries: Set<Register>): void {
  const constant = onlyConstant(func, members);
  const slot = constant ? 0 : func.slot(8, 8);
  const reload = (into: Register, m: Machine): Machine => {
    if (constant) {
      const again = new Machine(constant.kind, constant.opcode, into, NO_REGISTER, m.at);
      again.imm = constant.imm;
      again.wide = constant.wide;
      again.symbol = constant.symbol;
      return again;
    }
    const load = new Machine('load', BPF_LDX | BPF_MEM | BPF_DW, into, FRAME_POINTER, m.at);
    load.offset = slot;
    return load;
  };
  const save = (from: Register, m: Machine): Machine => {
    const store = new Machine('store', BPF_STX | BPF_MEM | BPF_DW, FRAME_POINTER, from, m.at);
    store.offset = slot;
    return store;
  };
  for (const block of func.blocks) {
    const out: Machine[] = [];
    for (const m of block.code) {
      let reads = false;
      let writes = false;
      forEachRead(m, (r) => {
        if (members.has(r)) reads = true;
      });
      forEachWrite(m, (r) => {
        if (members.has(r)) writes = true;
      });
      if (!reads && !writes) {
        out.push(m);
        continue;
      }
      if (constant && writes) continue;
      if (m.kind === 'copy' && reads && writes) continue;
      if (m.kind === 'copy' && reads) {
        out.push(reload(m.dst, m));
        continue;
      }
      if (m.kind === 'copy' && m.src !== FRAME_POINTER) {
        out.push(save(m.src, m));
        continue;
      }
      const temporary = func.register();
      temporaries.add(temporary);
      if (reads) out.push(reload(temporary, m));
      mapRegisters(m, (r) => (members.has(r) ? temporary : r));
      out.push(m);
      if (writes) out.push(save(temporary, m));
    }
    block.code = out;
  }
}
