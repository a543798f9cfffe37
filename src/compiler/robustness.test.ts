// Whatever the source is: an object or diagnostics, no exception, no hang. MUTATIONS=10000 asks for more of it,
// MUTATION_SEED for another beginning; each mutant is a function of its number.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { mutate } from './testing/mutate.ts';
import { Random } from './testing/random.ts';

const MUTATIONS = Number(process.env['MUTATIONS'] ?? 200);
const FIRST = Number(process.env['MUTATION_SEED'] ?? 1);
/** Milliseconds of processor time for one source: a busy machine is nobody's fault. */
const PATIENCE = 2000;

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = [
  ...['load-balancer', 'classifier', 'callbacks'].map((name) => `fixtures/${name}.bpf.c`),
  ...readdirSync(`${FOLDER}fixtures/results`).map((name) => `fixtures/results/${name}`),
  ...readdirSync(`${FOLDER}parse/fixtures`).map((name) => `parse/fixtures/${name}`),
  'check/fixtures/values.c',
  'preprocess/fixtures/macros.c',
]
  .filter((name) => name.endsWith('.c'))
  .map((name) => readFileSync(FOLDER + name, 'utf8'));

/** What is wrong with the manner of the answer; '' when nothing is. */
function trouble(source: string): string {
  const start = process.cpuUsage();
  try {
    const { object, diagnostics } = compile({ files: new Map([['main.c', source]]), main: 'main.c' });
    const failed = diagnostics.some((d) => d.severity === 'error');
    if (failed === (object !== null)) return 'an object beside an error, or neither';
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = process.cpuUsage(start).user / 1000;
  return took > PATIENCE ? `took ${took.toFixed(0)} ms` : '';
}

test(`${MUTATIONS} mutants give an object or diagnostics`, { timeout: 600_000 }, () => {
  const failures: string[] = [];
  for (let seed = FIRST; seed < FIRST + MUTATIONS && failures.length < 5; seed++) {
    const random = new Random(seed);
    const source = mutate(random.pick(SOURCES), random);
    const problem = trouble(source);
    if (problem !== '') failures.push(`mutant ${seed}: ${problem}\n${source.slice(0, 2000)}`);
  }
  expect(failures.join('\n\n')).toBe('');
});

test('a function of 25,000 instructions is compiled in a moment', { timeout: 60_000 }, () => {
  const lines = Array.from(
    { length: 2_500 },
    (_, i) => `if (in[${i % 8}] > ${i}) x = x * 3 + ${i}; else y ^= x + ${i};`,
  );
  const source = `__attribute__((section("xdp"), used)) int prog(volatile unsigned long long *in)
    { unsigned long long x = in[0], y = in[1]; ${lines.join('\n')} return x ^ y; }`;
  expect(trouble(source).replace(/^took (\d+) ms$/, (_, ms: string) => (Number(ms) < 8_000 ? '' : ms))).toBe('');
});
