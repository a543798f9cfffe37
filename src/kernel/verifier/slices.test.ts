// A long verification shows how far it is, and can be stopped: a load walks a slice of instructions at a time.
import { expect, test } from 'vitest';
import { assemble } from '../../bpf/assemble.ts';
import { E2BIG, EINVAL } from '../../bpf/errno.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import { ourKernel } from '../../judge/testing/ours.ts';
import type { Kernel } from '../../loader/kernel.ts';

const counting = (limit: number): Uint8Array =>
  encodeInstructions(assemble(`mov r6, 0\nagain:\nadd r6, 1\njlt r6, ${limit}, again\nmov r0, 2\nexit`).instructions);
const load = (kernel: Kernel, limit: number, progress?: (instructions: number) => boolean): number => {
  kernel.boot();
  return kernel.loadProgram(
    { name: 'long', type: 6, instructions: counting(limit), license: 'GPL' },
    'nothing',
    progress,
  );
};

test('progress is told while a million instructions are walked, and the limit ends it', async () => {
  const kernel = await ourKernel();
  const told: number[] = [];
  const answer = load(kernel, 1_000_000, (instructions) => {
    told.push(instructions);
    return true;
  });
  expect(answer).toBe(-E2BIG);
  expect(told.length).toBeGreaterThan(10);
  expect(told.toSorted((a, b) => a - b)).toEqual(told);
  expect(kernel.counters().processed).toBe(1_000_001);
});

test('in slices or at once: the same answer after the same walk', async () => {
  const kernel = await ourKernel();
  expect(load(kernel, 100_000)).toBeGreaterThan(0);
  const whole = kernel.counters();
  expect(load(kernel, 100_000, () => true)).toBeGreaterThan(0);
  expect(kernel.counters()).toEqual(whole);
});

test('a verification that is cancelled ends at once, and the next one is not touched by it', async () => {
  const kernel = await ourKernel();
  let asked = 0;
  const answer = load(kernel, 1_000_000, () => ++asked < 3);
  expect(answer).toBe(-EINVAL);
  expect(asked).toBe(3);
  expect(kernel.counters().processed).toBeLessThan(200_000);
  expect(load(kernel, 10)).toBeGreaterThan(0);
});
