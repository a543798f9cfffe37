// Processors side by side: what is lost between a load and a store, what keeps it, and that a seed decides all of it.
import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../bpf/assemble.ts';
import { encodeInstructions } from '../bpf/instruction.ts';
import { testKernel } from '../jit/fuzz.ts';
import type { Kernel } from '../loader/kernel.ts';
import { race, type RaceResult } from './race.ts';
import { loadRaw } from './raw.ts';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await testKernel();
});

const PACKET = new Uint8Array(64);
const ROUNDS = 20;
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

/** Adds one to the first element of map 0, some times over, by `add` on r0. */
const counting = (add: string): string => `mov %r7, ${ROUNDS}
again: stw [%r10-4], 0
lddw %r1, map[0]
mov %r2, %r10
add %r2, -4
call bpf_map_lookup_elem
jeq %r0, 0, out
${add}
sub %r7, 1
jne %r7, 0, again
out: mov %r0, 2
exit`;
const PLAIN = counting('ldxdw %r1, [%r0+0]\nadd %r1, 1\nstxdw [%r0+0], %r1');
const ATOMIC = counting('mov %r1, 1\nlock add [%r0+0], %r1');

/** Two processors with the same program; the map's first value afterwards, as bytes. */
function twice(text: string, seed: number, map = 'array:4:8:1'): { result: RaceResult; value: Uint8Array } {
  kernel.boot({ seed: 1 });
  const instructions = encodeInstructions(assemble(text).instructions);
  const loaded = loadRaw(kernel, { type: 'xdp', instructions, maps: [map] });
  if ('message' in loaded) throw new Error(loaded.message);
  const racer = { fd: loaded.fd, packet: PACKET };
  const result = race(kernel, [racer, racer], { seed });
  if (typeof result === 'number') throw new Error(`refused: ${result}`);
  expect(result).toMatchObject({ retvals: [2, 2], fault: null });
  const value = kernel.lookupElement(loaded.maps[0]?.fd ?? -1, new Uint8Array(4), 16);
  return { result, value: value as Uint8Array };
}

const first = (value: Uint8Array): number => Number(new DataView(value.buffer).getBigUint64(0, true));

describe('a counter that two processors share', () => {
  it('loses updates when it is loaded, raised and stored', () => {
    const counts = SEEDS.map((seed) => first(twice(PLAIN, seed).value));
    expect(Math.max(...counts)).toBeLessThanOrEqual(2 * ROUNDS);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    expect(counts.some((count) => count < 2 * ROUNDS)).toBe(true);
  });

  it('loses none when the addition is atomic', () => {
    for (const seed of SEEDS) expect(first(twice(ATOMIC, seed).value)).toBe(2 * ROUNDS);
  });

  it('is a value for each in a per-CPU map', () => {
    const { value } = twice(PLAIN, 3, 'percpu_array:4:8:1');
    expect([...new BigUint64Array(value.buffer.slice(0, 16))]).toEqual([BigInt(ROUNDS), BigInt(ROUNDS)]);
  });
});

it('the seed decides who comes when', () => {
  const [one, same, other] = [twice(PLAIN, 7), twice(PLAIN, 7), twice(PLAIN, 8)];
  expect(same).toEqual(one);
  expect(other.result.steps).not.toEqual(one.result.steps);
  expect(new Set(one.result.steps.map(({ cpu }) => cpu))).toEqual(new Set([0, 1]));
});

it('each has its own registers, stack and packet', () => {
  // The stack keeps the processor's number, the packet's first byte becomes it; both are read again at the end.
  const text = `mov %r6, %r1
call bpf_get_smp_processor_id
stxdw [%r10-8], %r0
ldxw %r7, [%r6+0]
ldxw %r8, [%r6+4]
mov %r1, %r7
add %r1, 1
jgt %r1, %r8, exit
stxb [%r7+0], %r0
mov %r9, 50
wait: sub %r9, 1
jne %r9, 0, wait
ldxb %r1, [%r7+0]
ldxdw %r2, [%r10-8]
mov %r0, 1
jne %r1, %r2, exit
mov %r0, 2
exit`;
  for (const seed of SEEDS) twice(text, seed);
});

it('the machine goes on as before', () => {
  twice(PLAIN, 1);
  const instructions = encodeInstructions(assemble('call bpf_get_smp_processor_id\nexit').instructions);
  const loaded = loadRaw(kernel, { type: 'xdp', instructions });
  if ('message' in loaded) throw new Error(loaded.message);
  expect(kernel.testRun(loaded.fd, { packet: PACKET })).toMatchObject({ error: 0, retval: 0 });
});

it('a fault of one ends the race', () => {
  kernel.boot({ seed: 1 });
  const instructions = encodeInstructions(assemble('mov %r1, 0\nldxb %r0, [%r1+0]\nexit').instructions);
  const loaded = loadRaw(kernel, { type: 'xdp', instructions }, { unverified: true });
  if ('message' in loaded) throw new Error(loaded.message);
  const racer = { fd: loaded.fd, packet: PACKET };
  expect(race(kernel, [racer, racer], { seed: 1 })).toMatchObject({ fault: { kind: 'NULL pointer', instruction: 1 } });
});
