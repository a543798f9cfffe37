// Every exercise: its solution passes, what the reader starts from does not, and what only looks right fails a hidden check.
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { exerciseNames, readExercise } from '../cli/exercises.ts';
import { startLab } from '../cli/kernel.ts';
import { checkExercise } from './exercise.ts';
import type { LabEngine } from './lab.ts';

const names = exerciseNames();

let lab: LabEngine;
beforeAll(async () => {
  lab = await startLab();
});

/** content/exercises/LANGUAGE/EXAMPLE.json */
type Words = Readonly<Record<string, Readonly<Record<string, { readonly what: string; readonly failed?: string }>>>>;

test('every exercise that a chapter names is there, and every one that is there is named', () => {
  for (const folder of ['01-what-is-ebpf', '02-kernel-patch', '03-kernel-module', '04-ebpf-program']) {
    const chapter = new URL(`../../content/chapters/${folder}/`, import.meta.url);
    if (!existsSync(new URL('en.mdx', chapter))) continue;
    for (const language of ['en', 'my']) {
      const text = readFileSync(new URL(`${language}.mdx`, chapter), 'utf8');
      const named = [...text.matchAll(/<Exercise [^>]*example="([\w-]+)" name="([\w-]+)"/g)];
      const paths = named.map(([, example, name]) => `${example}/${name}`);
      expect(paths.filter((path) => !names.includes(path))).toEqual([]);
      const examples = new Set(paths.map((path) => path.split('/')[0]));
      expect(names.filter((path) => examples.has(path.split('/')[0]) && !paths.includes(path))).toEqual([]);
    }
  }
});

describe.each(names)('%s', (path) => {
  const exercise = readExercise(path);
  const { description, start, solution } = exercise;

  test('the solution does what is asked', async () => {
    const { checks, diagnostics } = await checkExercise(lab, description, solution);
    expect(checks.flatMap(({ name, failures }) => failures.map((failure) => ({ name, ...failure })))).toEqual([]);
    expect(checks.every(({ outcome }) => outcome === 'passed')).toBe(true);
    const refusal = description.checks.some((check) => check.refusal);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toHaveLength(refusal ? 1 : 0);
  });

  test('what the reader starts from compiles, and does not do it yet', async () => {
    const { passed, checks } = await checkExercise(lab, description, start);
    expect(passed).toBe(false);
    // It must be seen to fail: by a check that is shown, and that was reached.
    expect(checks.some(({ hidden, outcome }) => !hidden && outcome === 'failed')).toBe(true);
  });

  test('there are mistakes to find, and each is one change of the solution', () => {
    expect(description.wrong.length).toBeGreaterThan(0);
    for (const { replace } of description.wrong) expect(solution.split(replace)).toHaveLength(2);
  });

  test.each(description.wrong)('a hidden check finds it: $with', async (mistake) => {
    const wrong = solution.replace(mistake.replace, () => mistake.with);
    const { checks } = await checkExercise(lab, description, wrong);
    const found = checks.find(({ name }) => name === mistake.fails);
    expect(found).toMatchObject({ hidden: true, outcome: 'failed' });
  });

  test.each(['en', 'my'])('its checks have words (%s)', (language) => {
    const file = new URL(`../../content/exercises/${language}/${exercise.example}.json`, import.meta.url);
    const words = (JSON.parse(readFileSync(file, 'utf8')) as Words)[exercise.name] ?? {};
    expect(Object.keys(words)).toEqual(description.checks.map(({ name }) => name));
    for (const check of description.checks) {
      expect(words[check.name]?.what).toBeTruthy();
      // A hidden check shows no packets, so it must say what kind of packet it was.
      if (check.hidden) expect(words[check.name]?.failed, check.name).toBeTruthy();
    }
  });
});

test('the same program gets the same report, after whatever else', async () => {
  const { description, start } = readExercise('xdp-drop/turn-round');
  const first = await checkExercise(lab, description, start);
  await checkExercise(lab, readExercise('xdp-drop/observe').description, start);
  expect(await checkExercise(lab, description, start)).toEqual(first);
});

test('C that does not compile reaches no check, and says why', async () => {
  const { description } = readExercise('xdp-drop/observe');
  const { passed, checks, diagnostics } = await checkExercise(lab, description, 'int main(');
  expect(passed).toBe(false);
  expect(checks.every(({ outcome }) => outcome === 'not-reached')).toBe(true);
  expect(diagnostics[0]?.code).toMatch(/^C/);
});

test('a file without a program, or without the map, is told so', async () => {
  const { description, solution } = readExercise('xdp-drop/observe');
  const none = await checkExercise(lab, description, 'char LICENSE[] __attribute__((section("license"))) = "GPL";\n');
  expect(none.passed).toBe(false);
  expect(none.diagnostics.length).toBeGreaterThan(0);
  const renamed = await checkExercise(lab, description, solution.replaceAll('counters', 'numbers'));
  expect(renamed.checks[1]?.failures).toEqual([{ kind: 'no-map', map: 'counters' }]);
  const wider = await checkExercise(lab, description, solution.replace('__type(key, __u32)', '__type(key, __u64)'));
  expect(wider.passed).toBe(false);
});
