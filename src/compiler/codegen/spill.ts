// Values that found no register live in stack slots, always moved as a whole 8 bytes, so that the verifier keeps what
// it knows of them. Slots whose values are never needed at the same time are one slot.
import { BPF_DW, BPF_LDX, BPF_MEM, BPF_STX } from '../../bpf/opcodes.ts';
import { type Accesses, liveRanges } from './live-ranges.ts';
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
import { Occupancy } from './occupancy.ts';

/** A class of registers that share one home in memory. */
interface Home {
  /** what can be made again instead of being kept: the one constant that all of them are */
  constant: Machine | null;
  slot: number;
}

function sameConstant(a: Machine, b: Machine): boolean {
  return a.kind === b.kind && a.imm === b.imm && a.wide === b.wide && a.symbol === b.symbol && a.opcode === b.opcode;
}

/** Takes classes of registers out of the code; the registers that reach their slots instead go into `temporaries`. */
export function spill(
  func: MachineFunction,
  classes: readonly (readonly Register[])[],
  temporaries: Set<Register>,
): void {
  const homes = new Map<Register, Home>();
  for (const members of classes) {
    const home: Home = { constant: null, slot: -1 };
    for (const r of members) homes.set(r, home);
  }
  findConstants(func, homes);
  for (const home of homes.values()) if (!home.constant && home.slot < 0) home.slot = func.spills++;
  for (const block of func.blocks) {
    const out: Machine[] = [];
    for (const m of block.code) rewrite(func, m, homes, temporaries, out);
    block.code = out;
  }
}

function findConstants(func: MachineFunction, homes: ReadonlyMap<Register, Home>): void {
  const varied = new Set<Home>();
  for (const block of func.blocks) {
    for (const m of block.code) {
      forEachWrite(m, (r) => {
        const home = homes.get(r);
        if (!home) return;
        if ((m.kind !== 'constant' && m.kind !== 'wide') || m.core) varied.add(home);
        else if (!home.constant) home.constant = m;
        else if (!sameConstant(home.constant, m)) varied.add(home);
      });
    }
  }
  for (const home of varied) home.constant = null;
}

function reload(home: Home, into: Register, m: Machine): Machine {
  const { constant } = home;
  if (constant) {
    const again = new Machine(constant.kind, constant.opcode, into, NO_REGISTER, m.at);
    again.imm = constant.imm;
    again.wide = constant.wide;
    again.symbol = constant.symbol;
    return again;
  }
  const load = new Machine('load', BPF_LDX | BPF_MEM | BPF_DW, into, FRAME_POINTER, m.at);
  load.spill = home.slot;
  return load;
}

function save(home: Home, from: Register, m: Machine): Machine {
  const store = new Machine('store', BPF_STX | BPF_MEM | BPF_DW, FRAME_POINTER, from, m.at);
  store.spill = home.slot;
  return store;
}

function rewrite(
  func: MachineFunction,
  m: Machine,
  homes: ReadonlyMap<Register, Home>,
  temporaries: Set<Register>,
  out: Machine[],
): void {
  const read = new Set<Home>();
  const written = new Set<Home>();
  forEachRead(m, (r) => {
    const home = homes.get(r);
    if (home) read.add(home);
  });
  forEachWrite(m, (r) => {
    const home = homes.get(r);
    if (home) written.add(home);
  });
  if (read.size === 0 && written.size === 0) {
    out.push(m);
    return;
  }
  // a constant is made where it is read
  for (const home of written) if (home.constant) return;
  if (m.kind === 'copy') {
    const from = homes.get(m.src);
    const to = homes.get(m.dst);
    if (from && from === to) return;
    if (from && !to) {
      out.push(reload(from, m.dst, m));
      return;
    }
    if (to && !from && m.src !== FRAME_POINTER) {
      out.push(save(to, m.src, m));
      return;
    }
  }
  const temporary = new Map<Home, Register>();
  for (const home of new Set([...read, ...written])) {
    const register = func.register();
    temporaries.add(register);
    temporary.set(home, register);
    if (read.has(home)) out.push(reload(home, register, m));
  }
  mapRegisters(m, (r) => {
    const home = homes.get(r);
    return home ? temporary.get(home)! : r;
  });
  out.push(m);
  for (const home of written) out.push(save(home, temporary.get(home)!, m));
}

/** A frame beyond this is refused whatever the rest of it is: no need to look for the best place. */
const HOPELESS = 1 << 14;

/** Gives spill slots their place in the frame: a slot is taken again as soon as nobody needs what is in it. */
export function placeSpills(func: MachineFunction): void {
  if (func.spills === 0) return;
  const accesses: Accesses = {
    count: func.spills,
    reads: (m, visit) => {
      if (m.spill >= 0 && m.kind === 'load') visit(m.spill);
    },
    writes: (m, visit) => {
      if (m.spill >= 0 && m.kind === 'store') visit(m.spill);
    },
  };
  const slots = liveRanges(func, accesses)
    .map((ranges, slot) => ({ ranges, slot }))
    .filter(({ ranges }) => ranges.length > 0)
    .sort((a, b) => a.ranges[0]! - b.ranges[0]!);
  const places: { offset: number; taken: Occupancy<(typeof slots)[number]>; busyUntil: number }[] = [];
  const offsets = new Map<number, number>();
  for (const slot of slots) {
    const isFree = ({ taken, busyUntil }: (typeof places)[number]): boolean => {
      // they come in the order of their beginnings, so that most questions are answered here
      let free = busyUntil <= slot.ranges[0]!;
      if (!free) return false;
      taken.forEachOverlap(slot.ranges, () => (free = false));
      return free;
    };
    let place = func.frame > HOPELESS ? undefined : places.find(isFree);
    if (!place) places.push((place = { offset: func.slot(8, 8), taken: new Occupancy(), busyUntil: 0 }));
    place.taken.add(slot);
    place.busyUntil = slot.ranges[1]!;
    offsets.set(slot.slot, place.offset);
  }
  for (const block of func.blocks) {
    for (const m of block.code) if (m.spill >= 0) m.offset = offsets.get(m.spill) ?? 0;
  }
}

/** Registers as liveRanges counts them: 0 to 9 are eBPF's own, the frame pointer is nobody's. */
export function registerAccesses(func: MachineFunction): Accesses {
  const counted =
    (each: typeof forEachRead): Accesses['reads'] =>
    (m, visit) => {
      each(m, (r) => {
        if (r < FRAME_POINTER || r >= FIRST_VIRTUAL) visit(r);
      });
    };
  return { count: func.nextRegister, reads: counted(forEachRead), writes: counted(forEachWrite) };
}
