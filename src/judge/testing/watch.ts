// One accepted program, run in the interpreter instruction by instruction, against what the verifier claimed: no fault, and before every
// instruction the registers and the stack of the running frame lie in the ranges of some path.
import { ENOTSUPP } from '../../bpf/errno.ts';
import { decodeInstructions } from '../../bpf/instruction.ts';
import type { Kernel } from '../../loader/kernel.ts';
import type { CorpusCase } from '../corpus.ts';
import { Random } from '../generate.ts';
import { SLOTS, admits, claimsOf } from './claims.ts';
import { askOurs } from './ours.ts';

/** Types that a test run takes with a packet. */
export const RUNNABLE = new Set(['xdp', 'tc', 'socket', 'cgroup_skb']);
const FAULT_UNKNOWN_HELPER = 8;
const GOES_ON = 1;
const FAULT = 2;
/** longest walk that is followed instruction by instruction; runs with packets and maps of their own */
const WATCHED = 400;
const RUNS = 3;

/** Random content for every element of the arrays, so that what is read from them is nothing special. */
function fillMaps(kernel: Kernel, each: CorpusCase, maps: readonly number[], random: Random): void {
  each.maps.forEach((map, i) => {
    if (map.type > 2 || map.frozen !== undefined || map.fields) return;
    for (let key = 0; key < Math.min(map.entries, 4); key++) {
      // small numbers pass more checks than wild ones
      const wild = random.once(2);
      const value = Uint8Array.from({ length: map.value }, (_, at) =>
        wild || at % 8 === 0 ? random.next() & 0xff : random.once(8) ? 0xff : 0,
      );
      const bytes = new Uint8Array(map.key);
      if (map.key >= 4) new DataView(bytes.buffer).setUint32(0, key, true);
      kernel.updateElement(maps[i] ?? -1, bytes, value);
    }
  });
}

/** null: nothing wrong; otherwise what. `seen` counts the places looked at. */
export function watch(kernel: Kernel, each: CorpusCase, seen: { places: number }): string | null {
  const { fd, records, maps } = askOurs(kernel, each, 'root', 2);
  if (fd < 0) return null;
  const instructions = decodeInstructions(each.instructions);
  const claims = claimsOf(records, (slot) => instructions[slot]?.opcode === 0x85);
  const { exports, memory } = kernel;
  const origins = exports.programOrigins(fd);
  const count = exports.programInstructionCount(fd);
  const random = new Random(each.instructions.length);
  kernel.setEngine('interpreter');
  exports.setBudget(2_000_000n);
  for (let run = 0; run < RUNS; run++) {
    fillMaps(kernel, each, maps, random);
    const packet = Uint8Array.from({ length: 15 + random.below(100) }, () => random.next() & 0xff);
    const at = exports.allocate(packet.length);
    new Uint8Array(memory.buffer).set(packet, at);
    const begun = exports.beginStep(fd, at, packet.length);
    if (begun === -ENOTSUPP) return null;
    if (begun < 0) return `no run (${begun})`;
    let status = GOES_ON;
    let before = -1;
    for (let steps = 0; status === GOES_ON; steps++) {
      // what follows a walk of that length, or a tail call into another program, is only run
      if (steps >= WATCHED || exports.stepProgram() !== fd) {
        status = exports.step(1_000_000n);
        if (status === GOES_ON) exports.endStep();
        break;
      }
      const now = exports.stepSlot(exports.stepDepth());
      const words = new Uint32Array(memory.buffer, origins, count);
      const slot = words[now];
      // an instruction that was rewritten into several is looked at once, before the first
      if (slot !== undefined && slot !== before && !claims.pruned && words[now - 1] !== slot) {
        const view = new DataView(memory.buffer);
        const registers = exports.registers();
        const top = Number(view.getBigUint64(registers + 80, true) & 0xffff_ffffn);
        const read = (place: number): bigint =>
          place < SLOTS
            ? view.getBigUint64(registers + 8 * place, true)
            : view.getBigUint64(top - 8 * (place - SLOTS + 1), true);
        seen.places++;
        const claimed = claims.bySlot.get(slot);
        if (!claimed || !admits(claimed, read)) {
          // ending the run gives r6 and up back to the caller: look first
          const values = Array.from({ length: 10 }, (_, i) => read(i).toString(16)).join(' ');
          exports.endStep();
          exports.release(at);
          return claimed
            ? `instruction ${slot}: ${values}`
            : `instruction ${slot} runs, but the verifier never came there`;
        }
      }
      before = slot ?? -1;
      status = exports.step(1n);
    }
    exports.release(at);
    if (status !== FAULT) continue;
    const fault = exports.faultKind();
    // a helper that the verifier knows and the machine lacks: no word of the verifier's about memory is broken
    if (fault === FAULT_UNKNOWN_HELPER) return null;
    return `fault ${fault} at ${exports.faultInstruction()}`;
  }
  return null;
}
