// Is the verifier's word kept? What it accepts runs in the checked interpreter without a fault, whatever the packet and the maps hold,
// and every number in a register lies in a range that the verifier claimed for that place.
import { describe, expect, test } from 'vitest';
import { ENOTSUPP } from '../../bpf/errno.ts';
import { decodeInstructions } from '../../bpf/instruction.ts';
import { corpusFiles, readCorpusFile, type CorpusCase } from '../../judge/corpus.ts';
import { Random, caseOfProgram, generateProgram, generatedCases } from '../../judge/generate.ts';
import { admits, claimsOf } from '../../judge/testing/claims.ts';
import { askOurs, ourKernel } from '../../judge/testing/ours.ts';
import type { Kernel } from '../../loader/kernel.ts';

/** Types that a test run takes with a packet. */
const RUNNABLE = new Set(['xdp', 'tc', 'socket', 'cgroup_skb']);
const FAULT_UNKNOWN_HELPER = 8;
const FAULT_BUDGET = 9;
/** longest walk that is followed instruction by instruction */
const WATCHED = 80;

/** Random content for every element of the arrays, so that what is read from them is nothing special. */
function fillMaps(kernel: Kernel, each: CorpusCase, maps: readonly number[], random: Random): void {
  each.maps.forEach((map, i) => {
    if (map.type > 2 || map.frozen !== undefined) return;
    const value = Uint8Array.from({ length: map.value }, () => random.next() & 0xff);
    for (let key = 0; key < Math.min(map.entries, 4); key++) {
      const bytes = new Uint8Array(map.key);
      if (map.key >= 4) new DataView(bytes.buffer).setUint32(0, key, true);
      kernel.updateElement(maps[i] ?? -1, bytes, value);
    }
  });
}

/** null: nothing wrong; otherwise what. `seen` counts the places looked at. */
function watch(kernel: Kernel, each: CorpusCase, seen: { places: number }): string | null {
  const { fd, records, maps } = askOurs(kernel, each, 'root', 2);
  if (fd < 0) return null;
  const instructions = decodeInstructions(each.instructions);
  const claims = claimsOf(records, (slot) => instructions[slot]?.opcode === 0x85);
  const origins = kernel.exports.programOrigins(fd);
  const words = (): Uint32Array =>
    new Uint32Array(kernel.memory.buffer, origins, kernel.exports.programInstructionCount(fd));
  const random = new Random(each.instructions.length);
  kernel.setEngine('interpreter');
  fillMaps(kernel, each, maps, random);
  // The first run goes to its end and says how long it is; each of the others stops somewhere on the way.
  let length = WATCHED;
  for (let budget = -1; budget < length; budget++) {
    const packet = Uint8Array.from({ length: 15 + random.below(100) }, () => random.next() & 0xff);
    const before = kernel.exports.instructionsRun();
    kernel.exports.setBudget(budget < 0 ? 2_000_000n : BigInt(budget));
    const { error } = kernel.testRun(fd, { packet });
    if (budget < 0) length = Math.min(WATCHED, 2 * Number(kernel.exports.instructionsRun() - before));
    if (error === 0) continue;
    // a helper that the verifier knows and the machine lacks: no word of the verifier's about memory is broken
    if (error === -ENOTSUPP) return null;
    const fault = kernel.exports.faultKind();
    if (fault === FAULT_UNKNOWN_HELPER) return null;
    if (fault !== FAULT_BUDGET) return `fault ${fault} at ${kernel.exports.faultInstruction()}`;
    if (budget < 0 || claims.pruned) continue;
    const at = kernel.exports.faultInstruction();
    const slot = words()[at];
    if (slot === undefined || words()[at - 1] === slot) continue;
    // r6 and up are given back to the caller when a run is stopped
    const registers = [...new BigUint64Array(kernel.memory.buffer, kernel.exports.registers(), 6)];
    seen.places++;
    const claimed = claims.bySlot.get(slot);
    if (!claimed) return `instruction ${slot} runs, but the verifier never came there`;
    if (!admits(claimed, registers))
      return `instruction ${slot}: registers ${registers.map((v) => v.toString(16)).join(' ')}`;
  }
  return null;
}

async function watchAll(cases: readonly CorpusCase[]): Promise<{ wrong: string[]; places: number }> {
  const kernel = await ourKernel();
  const seen = { places: 0 };
  const wrong: string[] = [];
  for (const each of cases) {
    if (!RUNNABLE.has(each.typeName)) continue;
    const what = watch(kernel, each, seen);
    if (what !== null) wrong.push(`${each.id}: ${what}`);
  }
  return { wrong, places: seen.places };
}

describe('what is accepted runs as it was claimed', () => {
  test('the corpus', async () => {
    // walks of a hundred thousand steps say nothing here that short ones do not
    const files = corpusFiles().filter((file) => file !== 'limits');
    const { wrong, places } = await watchAll(files.flatMap(readCorpusFile));
    console.log(`soundness, corpus: ${places} places looked at`);
    expect(wrong).toEqual([]);
  }, 300_000);

  test('generated programs', async () => {
    const further = Array.from({ length: 400 }, (_, i) => caseOfProgram(generateProgram(10_000 + i)));
    const { wrong, places } = await watchAll([...generatedCases(), ...further]);
    console.log(`soundness, generated: ${places} places looked at`);
    expect(wrong).toEqual([]);
    expect(places).toBeGreaterThan(1000);
  }, 300_000);
});
