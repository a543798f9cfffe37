// Processors side by side with a lock between them: who finds it taken waits, and nothing is lost.
import { expect, test } from 'vitest';
import { simulate } from '../testing/linux-steps.ts';
import { bootedMachine, little } from '../testing/machine.ts';
import { XDP, loading, locked, types } from '../testing/scenario.ts';

const ROUNDS = 20;
/** struct { struct bpf_spin_lock lock; int n; long x; }: raises x under the lock, or without it */
const counting = (lock: boolean): string => `mov %r8, ${ROUNDS}
again: stw [%r10-4], 0
lddw %r1, map[0]
mov %r2, %r10
add %r2, -4
call 1
jeq %r0, 0, out
mov %r6, %r0
${lock ? 'mov %r1, %r6\ncall 93' : ''}
ldxdw %r1, [%r6+8]
add %r1, 1
stxdw [%r6+8], %r1
${lock ? 'mov %r1, %r6\ncall 94' : ''}
sub %r8, 1
jne %r8, 0, again
out: mov %r0, 2
exit`;

/** The count at the end, and how often somebody waited; two processors in turns of `turn` and `other` instructions. */
function count(lock: boolean, turn: number, other: number): { count: bigint; waits: number } {
  const machine = bootedMachine();
  const { kernel } = machine;
  const fds: number[] = [];
  const answers = simulate([types, locked, loading(XDP, counting(lock))], machine, fds);
  expect(answers.map((answer) => answer['errno'])).toEqual([0, 0, 0]);
  const packet = machine.give(new Uint8Array(64));
  for (const cpu of [0, 1]) expect(kernel.addRacer(fds[0] ?? -1, packet, 64)).toBe(cpu);
  const running = [true, true];
  let waits = 0;
  for (let n = 0; running.some(Boolean); n++) {
    const cpu = n & 1;
    for (let i = 0; i < (cpu === 0 ? turn : other) && running[cpu]; i++) {
      const status = kernel.stepRacer(cpu);
      if (status === 3) waits++;
      else if (status !== 1) {
        expect([status, kernel.racerResult(cpu)]).toEqual([0, 2n]);
        running[cpu] = false;
      }
    }
  }
  kernel.endRace();
  // The map is the first thing that was opened after the BTF.
  const value = machine.lookup(4, little(0, 4), 16) as Uint8Array;
  return { count: new DataView(value.buffer).getBigUint64(8, true), waits };
}

const TURNS = [1, 2, 3, 5, 7, 11].flatMap((turn) => [1, 3, 4, 9].map((other) => [turn, other] as const));

test('without the lock updates are lost', () => {
  expect(TURNS.some(([turn, other]) => count(false, turn, other).count < BigInt(2 * ROUNDS))).toBe(true);
});

test('with the lock none is, as one of the two waits', () => {
  const results = TURNS.map(([turn, other]) => count(true, turn, other));
  for (const result of results) expect(result.count).toBe(BigInt(2 * ROUNDS));
  expect(results.some(({ waits }) => waits > 0)).toBe(true);
});
