// A constant that a register holds already is not put there again: `return XDP_PASS;` at many places becomes one
// move, and a branch each. Calls end what is known, so that no constant is carried across them.
import {
  FIRST_VIRTUAL,
  forEachWrite,
  type Machine,
  type MachineBlock,
  type MachineFunction,
  type Register,
} from './machine.ts';

type State = Map<Register, string>;

function keyOf(m: Machine): string | null {
  return m.kind === 'constant' && !m.core && m.dst >= FIRST_VIRTUAL ? `${m.opcode},${m.imm}` : null;
}

export function removeRepeatedConstants(func: MachineFunction): void {
  // only registers that are set to a constant more than once matter
  const counts = new Map<Register, number>();
  for (const block of func.blocks) {
    for (const m of block.code) if (keyOf(m) !== null) counts.set(m.dst, (counts.get(m.dst) ?? 0) + 1);
  }
  const watched = new Set([...counts].filter(([, n]) => n > 1).map(([r]) => r));
  if (watched.size === 0) return;
  const ends = new Map<MachineBlock, State>();
  const entry = (block: MachineBlock): State => {
    if (block.predecessors.length === 0 || block === func.blocks[0]) return new Map();
    let state: State | null = null;
    for (const pred of block.predecessors) {
      const end = ends.get(pred);
      // not visited yet: a back edge, which agrees until it is known better
      if (!end) continue;
      if (!state) state = new Map(end);
      else for (const [r, key] of state) if (end.get(r) !== key) state.delete(r);
    }
    return state ?? new Map<Register, string>();
  };
  const walk = (block: MachineBlock, state: State, drop: boolean): State => {
    const out: Machine[] = [];
    for (const m of block.code) {
      const key = keyOf(m);
      if (key !== null && watched.has(m.dst)) {
        if (state.get(m.dst) === key) {
          if (!drop) out.push(m);
          continue;
        }
        state.set(m.dst, key);
      } else if (m.kind === 'call' || m.kind === 'asm') {
        state.clear();
      } else {
        forEachWrite(m, (r) => state.delete(r));
      }
      out.push(m);
    }
    if (drop) block.code = out;
    return state;
  };
  for (let round = 0; round < 50; round++) {
    let changed = false;
    for (const block of func.blocks) {
      const before = ends.get(block);
      const after = walk(block, entry(block), false);
      if (!before || before.size !== after.size || [...after].some(([r, key]) => before.get(r) !== key)) {
        ends.set(block, after);
        changed = true;
      }
    }
    if (!changed) {
      const entries = func.blocks.map(entry);
      func.blocks.forEach((block, i) => walk(block, entries[i]!, true));
      return;
    }
  }
}
