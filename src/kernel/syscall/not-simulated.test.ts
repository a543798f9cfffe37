// What is known but not simulated: refused when it is created or loaded, by name, and judged as Linux does where only that is asked.
import { beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../../bpf/assemble.ts';
import { ENOTSUPP } from '../../bpf/errno.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import { HELPERS } from '../../bpf/helpers.ts';
import { MAP_TYPES } from '../../bpf/maps.ts';
import { linuxAbsence, type Step } from '../../judge/linux.ts';
import { judgePresent } from '../../judge/require.ts';
import { simulate } from '../testing/linux-steps.ts';
import { Machine } from '../testing/machine.ts';
import { Recording, ask, comparable } from '../testing/recorded.ts';

const ABSENT = MAP_TYPES.filter((type) => !type.simulated);
const MMAPABLE = 1 << 10;

/** Declarations of every such type, right and wrong ones. */
const DECLARATIONS: Readonly<Record<string, readonly Step[]>> = Object.fromEntries(
  ABSENT.map(({ id, name }) => [
    name,
    [0, 4, 8, 513].flatMap((key) =>
      [0, 4, 8].flatMap((value) =>
        [0, 4096, 12288].flatMap((entries) =>
          [0, 1, MMAPABLE].map((flags): Step => ({ do: 'map', type: id, key, value, entries, flags })),
        ),
      ),
    ),
  ]),
);

/** Programs of which only a part is simulated. */
const PROGRAMS: Readonly<Record<string, readonly Step[]>> = {
  'xdp fib_lookup': [
    load(`${zeros(8)}mov %r2, %r10\nadd %r2, -64\nmov %r3, 64\nmov %r4, 0\ncall 69\nmov %r0, 2\nexit`),
  ],
  'xdp fib_lookup without its argument': [load('mov %r2, 0\nmov %r3, 64\nmov %r4, 0\ncall 69\nexit')],
  'xdp of a socket map': [
    { do: 'map', type: 18, key: 4, value: 4, entries: 4 },
    load('stw [%r10-4], 0\nlddw %r1, map[0]\nmov %r2, %r10\nadd %r2, -4\ncall 1\nmov %r0, 2\nexit'),
  ],
  'tc that takes a socket out of a map': [
    { do: 'map', type: 15, key: 4, value: 4, entries: 4 },
    load('stw [%r10-4], 0\nlddw %r1, map[0]\nmov %r2, %r10\nadd %r2, -4\ncall 3\nmov %r0, 0\nexit', 3),
  ],
  'xdp redirect to an AF_XDP socket': [
    { do: 'map', type: 17, key: 4, value: 4, entries: 4 },
    load('lddw %r1, map[0]\nmov %r2, 0\nmov %r3, 2\ncall 51\nexit'),
  ],
};

function zeros(words: number): string {
  const stores = Array.from({ length: words }, (_, i) => `stdw [%r10-${8 * (i + 1)}], 0\n`);
  return stores.join('');
}

function load(text: string, type = 6): Step {
  return { do: 'load', type, insns: encodeInstructions(assemble(text).instructions) };
}

const SCENARIOS = { ...DECLARATIONS, ...PROGRAMS };
const recording = new Recording('not-simulated');
const present = judgePresent('bpf', await linuxAbsence());

beforeAll(async () => {
  if (present && process.env['RECORD_LINUX'] === '1') await recording.renew(SCENARIOS);
});

describe('where only a verdict is asked, the answer is Linux’s', () => {
  test.each(Object.entries(SCENARIOS))('%s', (name, steps) => {
    const machine = new Machine();
    machine.kernel.setVerdictsOnly(true);
    const ours = simulate(steps, machine).map((answer, i) => comparable(steps[i] as Step, answer));
    expect(ours).toEqual(recording.answersTo(name, steps));
  });
});

describe.runIf(present)('Linux still answers so', () => {
  test.each(Object.entries(SCENARIOS))('%s', async (name, steps) => {
    expect(await ask(steps)).toEqual(recording.answersTo(name, steps));
  });
});

test.each(ABSENT)('a map of type $name is refused', ({ id }) => {
  expect(new Machine().createMap({ type: id, key: 4, value: 4, entries: 4 })).toBe(-ENOTSUPP);
});

test('a program that Linux would run is refused at load, and the helper is named', () => {
  const machine = new Machine();
  const [step] = PROGRAMS['xdp fib_lookup'] as [Extract<Step, { do: 'load' }>];
  expect(machine.load(step.insns, 6, 0)).toBe(-ENOTSUPP);
  expect([machine.kernel.notSimulated(), machine.kernel.notSimulatedAt()]).toEqual([69, 12]);
  machine.kernel.setVerdictsOnly(true);
  const fd = machine.load(step.insns, 6, 0);
  expect(fd).toBeGreaterThan(0);
  expect(machine.run(fd).error).toBe(-ENOTSUPP);
  expect(machine.load(encodeInstructions(assemble('mov %r0, 2\nexit').instructions), 6, 0)).toBeGreaterThan(0);
  expect(machine.kernel.notSimulated()).toBe(0);
});

test('a call that the verifier finds dead is no call', () => {
  const text = 'mov %r0, 2\njeq %r0, 2, exit\nmov %r1, 0\ncall 69\nexit';
  expect(new Machine().load(encodeInstructions(assemble(text).instructions), 6, 0)).toBeGreaterThan(0);
});

test('an unverified call of any such helper is a fault, never a result', () => {
  const machine = new Machine();
  const silent = HELPERS.filter(({ simulated, id }) => {
    if (simulated) return false;
    const fd = machine.load(encodeInstructions(assemble(`mov %r0, 0\ncall ${id}\nexit`).instructions));
    return machine.run(fd).fault !== 8;
  });
  expect(silent).toEqual([]);
});
