// The comparison finds agreement only where there is some, and the logs hold the lines that chapters show.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ExampleDescription } from '../lab/api.ts';
import { compareAnswers, linesBetween, type Recording } from './linux-says.ts';

const read = (path: string): string => readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');
const description = JSON.parse(read('xdp-drop/example.json')) as ExampleDescription;
const recording = JSON.parse(read('xdp-drop/linux.json')) as Recording;

describe('the first example', () => {
  test('agrees with Linux about every packet and both counters', () => {
    const { page, linux, same } = compareAnswers(description, recording, 'drop.bpf.c');
    expect(same).toBe(true);
    expect(linux).toEqual(page);
    expect(linux.verdicts).toEqual([
      { name: 'XDP_DROP', count: 2 },
      { name: 'XDP_PASS', count: 4 },
    ]);
    expect(linux.maps).toEqual([
      {
        name: 'counters',
        entries: [
          ['0', '2'],
          ['1', '2'],
        ],
      },
    ]);
  });

  test.each(description.variants.map(({ file }) => file))('%s is refused by both, with the same words', (file) => {
    const { linux, same } = compareAnswers(description, recording, file);
    expect(same).toBe(true);
    expect(linux.errno).toBe(-13);
    expect(linux.message).not.toBe('');
  });
});

const answer = recording.answers['meet-ebpf'];
if (!answer) throw new Error('linux.json has no answer to our objects');
const changed = (change: object): Recording => ({ ...recording, answers: { 'meet-ebpf': { ...answer, ...change } } });

test.each([
  ['two packets change places', { retvals: [1, 2, 1, 2, 2, 2] }],
  [
    'a counter is another',
    {
      maps: {
        counters: [
          { key: 0, value: 3 },
          { key: 1, value: 2 },
        ],
      },
    },
  ],
  ['it is refused', { verdicts: { 'drop.bpf.c': { errno: -13, message: 'no', line: 1 } } }],
])('%s: not the same', (_, change) => {
  expect(compareAnswers(description, changed(change), 'drop.bpf.c').same).toBe(false);
});

test('a version that Linux was not asked about is an error', () => {
  expect(() => compareAnswers(description, recording, 'other.bpf.c')).toThrow(/npm run record/);
});

test('lines of a log: first and last with them, the next end after the start', () => {
  const log = 'end\nboot\nbegin 1\nmiddle\nend 2\nend 3\n';
  expect(linesBetween(log, 'begin', 'end')).toEqual(['begin 1', 'middle', 'end 2']);
  expect(linesBetween(log, 'boot', 'boot')).toEqual(['boot']);
  expect(() => linesBetween(log, 'middle', 'begin')).toThrow(/no lines from/);
});
