// exercise.json held against its schema: what is wrong is said with its place and what to write instead; nothing is thrown.
import { expect, test } from 'vitest';
import { checkExerciseFile } from './exercise-schema.ts';

const good = {
  way: 'ebpf',
  file: 'drop.bpf.c',
  checks: [
    {
      name: 'shown',
      steps: [{ send: [{ ipv4: { source: '10.2.2.1', destination: '10.2.2.2' }, expect: 'XDP_DROP' }] }],
    },
    { name: 'drawn', hidden: true, seed: 3, steps: [{ send: [{ random: { count: 3, from: '10.0.0.0/8' } }] }] },
  ],
  wrong: [{ replace: 'a', with: 'b', fails: 'drawn' }],
};
const messages = (value: unknown): string[] => {
  const checked = checkExerciseFile('exercise.json', value);
  return 'problems' in checked ? checked.problems.map(({ message }) => message) : [];
};
const withCheck = (check: object): object => ({ ...good, checks: [...good.checks, { name: 'extra', ...check }] });

test('a good one is taken as it is', () => {
  expect(checkExerciseFile('exercise.json', good)).toEqual({ exercise: good });
});

test.each<[string, unknown, RegExp]>([
  ['no object', 3, /\(top\): here stands 3; write an object/],
  ['an unknown way', { ...good, way: 'magic' }, /way: here stands "magic"; write one of "ebpf", "module", "patch"/],
  [
    'an unknown key',
    { ...good, check: [] },
    /check: there is no such key; what may stand here: way, file, checks, wrong/,
  ],
  ['a file of the wrong way', { ...good, way: 'module' }, /file: .*write a name that ends in \.c and not in \.bpf\.c/],
  ['nothing to do', withCheck({}), /checks\[2\]\.steps is missing; write what happens, or a "refusal"/],
  [
    'two things in a step',
    withCheck({ steps: [{ wait: 1, rmmod: true }] }),
    /one of send, set, wait, insmod, rmmod a step/,
  ],
  ['a module’s step in eBPF', withCheck({ steps: [{ insmod: {} }] }), /only modules are inserted and removed/],
  ['a kernel’s verdict in eBPF', withCheck({ steps: [{ send: [{ expect: 'dropped' }] }] }), /expect: .*XDP_DROP/],
  ['a verdict that is none', withCheck({ steps: [{ send: [{ expect: 'XDP_KEEP' }] }] }), /write one of "XDP_ABORTED"/],
  [
    'a value that is no number',
    withCheck({ steps: [], maps: { m: { 1: 'x' } } }),
    /maps\.m\.1: .*whole number, or null/,
  ],
  [
    'a network that is none',
    withCheck({ steps: [{ send: [{ random: { count: 1, from: 'all' } }] }] }),
    /like "10\.0\.0\.0\/8"/,
  ],
  ['a code that is none', withCheck({ refusal: { code: 'invalid' } }), /refusal\.code: .*like "V101"/],
  ['a name twice', { ...good, checks: [good.checks[1], good.checks[1]] }, /the name 'drawn' is given twice/],
  [
    'a mistake without its check',
    { ...good, wrong: [{ replace: 'a', with: 'b', fails: 'shown' }] },
    /the name of a hidden check/,
  ],
  [
    'too much',
    { ...good, checks: Array.from({ length: 13 }, (_, i) => ({ name: `c${i}`, steps: [] })) },
    /13 are too many; at most 12/,
  ],
])('%s', (_, value, expected) => {
  const [first = ''] = messages(value);
  expect(first).toMatch(/^exercise\.json: /);
  expect(first).toMatch(expected);
});
