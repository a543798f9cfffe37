// Random programs, ours against this machine's Linux: is the verdict the same?
//   npm run fuzz -- verifier (src/build/fuzz.ts), with ASK_LINUX=1
// Thousands a second are put to both in batches; a difference is asked about again with its messages, made small by leaving lines
// out, and printed as a program of the corpus.
import type { Kernel } from '../loader/kernel.ts';
import { loadRequestOf, type CorpusCase } from './corpus.ts';
import { askLinux, loadOnLinux, type Capabilities, type Step } from './linux.ts';
import { lastMessage } from './recording.ts';
import { caseOfShape, drawShape, textOfShape, type ShapedProgram } from './shapes.ts';
import { askOurs, askOursAboutMany } from './testing/ours.ts';

export interface VerifierFuzzOptions {
  /** first seed; each program has its own, one after the other */
  readonly seed: number;
  readonly count: number;
  /** only this shape (src/judge/shapes.ts) */
  readonly shape?: string;
  /** told of each difference as it is found */
  readonly report?: (text: string) => void;
}

export interface VerifierFuzzReport {
  /** put to both; a few of the drawn ones do not assemble and are left out */
  readonly programs: number;
  /** by Linux */
  readonly accepted: number;
  /** same verdict, in percent */
  readonly agreement: number;
  /** seeds that we accept and Linux refuses: the dangerous ones */
  readonly unsafe: readonly number[];
  /** seeds that we refuse and Linux accepts */
  readonly strict: readonly number[];
}

interface Question {
  readonly program: ShapedProgram;
  readonly test: CorpusCase;
}

/** Programs that share a process (on Linux) or a boot (in ours). */
const BATCH = 2000;

/** Errors (0: accepted) of programs with the same maps. */
export async function askLinuxAboutMany(tests: readonly CorpusCase[], caps: Capabilities): Promise<number[]> {
  const [first] = tests;
  if (!first) return [];
  const steps: Step[] = first.maps.map((map) => ({ do: 'map', ...map }));
  const before = steps.length;
  const places: number[] = [];
  steps.push({ do: 'caps', set: caps });
  for (const test of tests) {
    if (test.btf) steps.push({ do: 'btf', data: test.btf });
    places.push(steps.length);
    steps.push({
      do: 'verdict',
      type: test.type,
      insns: test.instructions,
      attach: test.attach,
      flags: test.flags,
      license: test.license,
      ...(test.btf ? { func: test.functionInfo } : { btf: 0 }),
    });
  }
  const answers = (await askLinux(steps)) as { errno: number }[];
  if (answers.slice(0, before).some((answer) => answer.errno !== 0)) throw new Error('a map was refused');
  return places.map((place) => answers[place]?.errno ?? 0);
}

interface Verdicts {
  readonly ours: number;
  readonly linux: number;
  readonly ourMessage: string;
  readonly linuxMessage: string;
}

/** Both, with their last messages; null where the text is no program any more. */
async function verdicts(kernel: Kernel, program: ShapedProgram): Promise<Verdicts | null> {
  const test = caseOfShape(program);
  if (test === null) return null;
  // Level 4 has the last message without the cost of a whole log.
  const linux = await loadOnLinux(loadRequestOf(test, program.caps, 4));
  const ours = askOurs(kernel, test, program.caps, 4);
  return {
    ours: ours.errno,
    linux: linux.errno,
    ourMessage: lastMessage(ours.log),
    linuxMessage: lastMessage(linux.log),
  };
}

const differs = (answer: Verdicts): boolean => (answer.ours === 0) !== (answer.linux === 0);

/** Takes out the lines that are not needed for the difference, in ever smaller pieces. */
async function shrink(kernel: Kernel, program: ShapedProgram): Promise<ShapedProgram> {
  let best = program;
  const wanted = (await verdicts(kernel, program))?.ours === 0;
  for (let length = Math.max(1, program.lines.length >> 1); length >= 1; length >>= 1) {
    for (let from = 0; from + length <= best.lines.length;) {
      const candidate = { ...best, lines: best.lines.filter((_, i) => i < from || i >= from + length) };
      const answer = await verdicts(kernel, candidate);
      if (answer && differs(answer) && (answer.ours === 0) === wanted) best = candidate;
      else from += length;
    }
  }
  return best;
}

function describe(program: ShapedProgram, answer: Verdicts): string {
  const say = (errno: number, message: string): string => (errno === 0 ? 'accepts' : `refuses (${errno}): ${message}`);
  return [
    `# ${program.shape}: Linux ${say(answer.linux, answer.linuxMessage)}; ours ${say(answer.ours, answer.ourMessage)}`,
    textOfShape(program),
  ].join('\n');
}

/** Compares verdicts. Linux must be there: ask linuxAbsence() first. */
export async function fuzzVerifier(kernel: Kernel, options: VerifierFuzzOptions): Promise<VerifierFuzzReport> {
  let programs = 0;
  let accepted = 0;
  const unsafe: number[] = [];
  const strict: number[] = [];
  const different: ShapedProgram[] = [];
  for (let done = 0; done < options.count; done += BATCH) {
    const drawn: Question[] = [];
    for (let i = done; i < Math.min(done + BATCH, options.count); i++) {
      const program = drawShape(options.seed + i, options.shape);
      const test = caseOfShape(program);
      if (test !== null) drawn.push({ program, test });
    }
    // A program array belongs to the type of the first program that uses it: each type gets maps of its own.
    for (const group of new Set(drawn.map(({ program }) => `${program.caps} ${program.typeName}`))) {
      const [caps, typeName] = group.split(' ') as [Capabilities, string];
      const asked = drawn.filter(({ program }) => program.caps === caps && program.typeName === typeName);
      const tests = asked.map(({ test }) => test);
      const answered = askLinuxAboutMany(tests, caps);
      const ours = askOursAboutMany(kernel, tests, caps);
      const linux = await answered;
      asked.forEach(({ program }, i) => {
        programs++;
        if (linux[i] === 0) accepted++;
        if ((linux[i] === 0) !== (ours[i] === 0)) different.push(program);
      });
    }
  }
  for (const program of different) {
    const answer = await verdicts(kernel, program);
    if (answer === null || !differs(answer)) {
      options.report?.(`seed ${program.seed}: differed in the batch, not alone`);
      continue;
    }
    (answer.ours === 0 ? unsafe : strict).push(program.seed);
    const small = await shrink(kernel, program);
    const again = await verdicts(kernel, small);
    if (again) options.report?.(describe(small, again));
  }
  const wrong = unsafe.length + strict.length;
  const agreement = programs === 0 ? 100 : ((programs - wrong) / programs) * 100;
  return { programs, accepted, agreement, unsafe, strict };
}

/** One line for people. */
export const fuzzSummary = (report: VerifierFuzzReport): string =>
  `verifier: ${report.programs} programs, Linux accepts ${report.accepted}; same verdict ${report.agreement.toFixed(2)} %; ` +
  `ours accepts ${report.unsafe.length} that Linux refuses, refuses ${report.strict.length} that Linux accepts`;
