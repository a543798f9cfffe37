// Every exercise: the solution does what exercise.json expects, and what the reader starts from does not do it yet.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { exampleNames, readExample } from '../cli/examples.ts';
import { startLab } from '../cli/kernel.ts';
import type { LabEngine } from '../lab/lab.ts';

interface Expected {
  readonly packets: readonly string[];
  readonly maps: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const folder = new URL('../../examples/', import.meta.url);
const named = (path: string): string[] => {
  try {
    return readdirSync(new URL(path, folder));
  } catch {
    return [];
  }
};
const exercises = exampleNames().flatMap((example) =>
  named(`${example}/exercises`).map((exercise) => ({ example, exercise })),
);

let lab: LabEngine;
beforeAll(async () => {
  lab = await startLab();
});

/** What a program answers to the example's packets, in the words of exercise.json. */
function answer(example: string, text: string, expected: Expected): Expected {
  const { scenario } = readExample(example).description;
  const { packets, maps, diagnostics } = lab.run({ files: { 'main.bpf.c': text }, main: 'main.bpf.c' }, scenario);
  expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
  return {
    packets: (packets ?? []).map((packet) => packet.verdict),
    maps: Object.fromEntries(
      Object.entries(expected.maps).map(([name, entries]) => {
        const found = maps?.find((map) => map.name === name)?.entries ?? [];
        const keyed = new Map(found.map((entry) => [String(entry.decoded?.key), entry.decoded?.value]));
        return [name, Object.fromEntries(Object.keys(entries).map((key) => [key, keyed.get(key)]))];
      }),
    ),
  };
}

test('there are exercises', () => expect(exercises.length).toBeGreaterThanOrEqual(4));

describe.each(exercises)('$example, $exercise', ({ example, exercise }) => {
  const at = `${example}/exercises/${exercise}/`;
  const read = (name: string): string => readFileSync(new URL(at + name, folder), 'utf8');
  const { expect: expected } = JSON.parse(read('exercise.json')) as { expect: Expected };
  const own = readExample(example);

  test('the solution does what is asked', () => {
    expect(answer(example, read('solution.bpf.c'), expected)).toEqual(expected);
  });

  test('what the reader starts from does not do it yet', () => {
    const start = named(at).includes('start.bpf.c') ? read('start.bpf.c') : (own.files[own.description.main] ?? '');
    expect(answer(example, start, expected)).not.toEqual(expected);
  });
});
