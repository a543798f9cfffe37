// npm run fuzz [-- machine|verifier|verifier-c|soundness|c|c-linux|csmith] [--from SEED] [--count N | --minutes N]: random programs for as long as asked.
//   machine    interpreter = JIT (= Linux with ASK_LINUX=1): src/jit/fuzz.ts
//   verifier   our verdict = Linux's, with ASK_LINUX=1 only: src/judge/fuzz-verifier.ts
//   verifier-c the same for what our compiler makes of random C, whole and broken: src/judge/fuzz-verifier-c.ts
//   c          our object computes what clang-19's does, at v1 to v4: src/compiler/testing
//   c-linux    the same of XDP programs, on Linux and here (ASK_LINUX=1, libbpf-dev); --count counts those that the verifier takes
//   csmith     the same with csmith's programs
//   soundness  what our verifier accepts runs as it claimed: src/judge/testing/watch.ts
// Prints each difference, made small; ends with status 1 if there was any.
import { parseArgs } from 'node:util';
import { describeDifference, fuzz, testKernel } from '../jit/fuzz.ts';
import { linuxAbsence } from '../judge/linux.ts';
import { clangAbsence } from '../judge/clang.ts';
import { fuzzSummary, fuzzVerifier } from '../judge/fuzz-verifier.ts';
import { fuzzVerifierC, verifierCSummary } from '../judge/fuzz-verifier-c.ts';
import { objectsAbsence } from '../judge/objects.ts';
import { type Cpu, type Difference, Differential } from '../compiler/testing/differential.ts';
import { csmithAbsence } from '../compiler/testing/csmith.ts';
import { caseOfShape, drawShape } from '../judge/shapes.ts';
import { RUNNABLE, watch } from '../judge/testing/watch.ts';

const { values, positionals } = parseArgs({
  options: { from: { type: 'string' }, count: { type: 'string' }, minutes: { type: 'string' } },
  allowPositionals: true,
});
const number = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`fuzz: '${text}' is not a number above zero`);
  process.exit(2);
};
const [subject = 'machine'] = positionals;
/** A seed that nobody has tried yet is worth more than one that everybody has: the default is the clock. */
const from = Math.floor(number(values.from, Date.now() % 2 ** 31));
const count = number(values.count, values.minutes === undefined ? 10_000 : Infinity);
const until = values.minutes === undefined ? Infinity : Date.now() + number(values.minutes, 1) * 60_000;
const absence = await linuxAbsence();
if (absence !== null) console.log(`Linux is not asked: ${absence}`);

const CPUS: readonly Cpu[] = ['v3', 'v4', 'v1', 'v2'];
/** Seeds at once: clang is a process of its own, and the machine has more than one processor. */
const AT_ONCE = 3;

/** Random C through two compilers; the status is 1 as soon as they differ. */
async function fuzzC(kind: 'c' | 'c-linux' | 'csmith'): Promise<number> {
  const missing =
    clangAbsence() ?? (kind === 'csmith' ? csmithAbsence() : null) ?? (kind === 'c-linux' ? objectsAbsence() : null);
  if (missing !== null) {
    console.error(`fuzz: ${missing}`);
    return 2;
  }
  const differential = await Differential.create(kind === 'c-linux');
  const { verdicts } = differential;
  let next = from;
  const found: Difference[] = [];
  // on Linux, programs count that the verifier took from both compilers
  const compared = (): number => (kind === 'c-linux' ? verdicts.both : next - from);
  const work = async (): Promise<void> => {
    while (compared() < count && Date.now() < until && found.length === 0) {
      const seed = next++;
      const cpu = kind === 'csmith' ? (seed % 2 === 0 ? 'v4' : 'v3') : CPUS[seed % 4]!;
      const difference =
        kind === 'csmith'
          ? await differential.compareCsmith(seed, cpu)
          : await differential.compare(seed, cpu, kind === 'c' ? 'here' : 'linux');
      if (difference) found.push(difference);
    }
  };
  await Promise.all(Array.from({ length: kind === 'csmith' ? 1 : AT_ONCE }, work));
  await differential.close();
  for (const { seed, cpu, source, what } of found) console.log(`seed ${seed}, ${cpu}\n${source}\n${what}`);
  if (found.length > 0) return 1;
  const details = kind === 'csmith' ? differential.csmith : kind === 'c-linux' ? verdicts : {};
  const refused = kind === 'csmith' ? '' : `, ${differential.refusedByClang} refused by clang`;
  console.log(`${next - from} programs (seeds from ${from})${refused}, no difference; ${JSON.stringify(details)}`);
  if (kind !== 'csmith') console.log(String(differential.coverage));
  return 0;
}
if (subject === 'c' || subject === 'c-linux' || subject === 'csmith') process.exit(await fuzzC(subject));

const CHUNK = subject === 'verifier-c' ? 100 : 500;
const kernel = await testKernel();
let done = 0;
let compared = 0;
let instructions = 0;
let failures = 0;
console.log(`${subject}: seeds from ${from}`);
while (done < count && Date.now() < until && failures === 0) {
  const size = Math.min(CHUNK, count - done);
  if (subject === 'machine') {
    const report = await fuzz(kernel, {
      from: from + done,
      count: size,
      linux: absence === null,
      most: 3,
    });
    compared += report.programs - report.refusedByLinux;
    instructions += report.instructions;
    failures += report.differences.length;
    for (const difference of report.differences) console.log(describeDifference(difference));
  } else if (subject === 'verifier' && absence === null) {
    const report = await fuzzVerifier(kernel, { seed: from + done, count: size, report: (text) => console.log(text) });
    failures += report.unsafe.length;
    console.log(fuzzSummary(report));
  } else if (subject === 'verifier-c' && absence === null && objectsAbsence() === null) {
    const report = await fuzzVerifierC(kernel, { seed: from + done, count: size, report: (text) => console.log(text) });
    failures += report.unsafe.length;
    console.log(`seeds from ${from + done}: ${verifierCSummary(report)}`);
  } else if (subject === 'soundness') {
    const seen = { places: 0 };
    for (let seed = from + done; seed < from + done + size; seed++) {
      const test = caseOfShape(drawShape(seed));
      const wrong = test && RUNNABLE.has(test.typeName) ? watch(kernel, test, seen) : null;
      if (wrong === null) continue;
      failures++;
      console.log(`seed ${seed}: ${wrong}`);
    }
    instructions += seen.places;
  } else {
    console.error(
      "fuzz: 'machine', 'c', 'c-linux', 'csmith', 'soundness', or 'verifier' and 'verifier-c' (libbpf-dev) with ASK_LINUX=1",
    );
    process.exit(2);
  }
  done += size;
  if (done % 5000 === 0) console.log(`${done} programs, ${failures} differences`);
}
if (subject === 'machine')
  console.log(
    `${done} programs (seeds ${from} to ${from + done - 1}), ${compared} comparable, ${instructions} instructions, ${failures} differences`,
  );
process.exitCode = failures > 0 ? 1 : 0;
