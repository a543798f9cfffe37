// Random programs, ours against this machine's Linux: is the verdict the same, and does what we accept stay what we said it is?
//   ASK_LINUX=1 node src/judge/fuzz-verifier.ts [--seed N] [--count N]
// A difference is made small and printed as assembly, ready to become a program of the corpus.
import { decodeInstructions } from '../bpf/instruction.ts';
import { printAssembly } from '../bpf/print-assembly.ts';
import type { Kernel } from '../loader/kernel.ts';
import { loadRequestOf } from './corpus.ts';
import { caseOfProgram, generateProgram, type GeneratedProgram, type Item } from './generate.ts';
import { linuxAbsence, loadOnLinux } from './linux.ts';
import { lastMessage } from './recording.ts';
import { askOurs, ourKernel } from './testing/ours.ts';

export interface VerifierFuzzOptions {
  /** first seed; each program has its own, one after the other */
  readonly seed: number;
  readonly count: number;
  /** called now and then with the number of programs done */
  readonly progress?: (done: number) => void;
  /** told of each difference as it is found */
  readonly report?: (text: string) => void;
}

export interface VerifierFuzzReport {
  readonly programs: number;
  readonly accepted: number;
  /** same verdict, in percent */
  readonly agreement: number;
  /** seeds that we accept and Linux refuses: the dangerous ones */
  readonly unsafe: readonly number[];
  /** seeds that we refuse and Linux accepts */
  readonly strict: readonly number[];
}

interface Verdicts {
  readonly ours: number;
  readonly linux: number;
  readonly ourMessage: string;
  readonly linuxMessage: string;
}

async function verdicts(kernel: Kernel, program: GeneratedProgram): Promise<Verdicts> {
  const test = caseOfProgram(program);
  // Level 4 has the last message without the cost of a whole log.
  const linux = await loadOnLinux(loadRequestOf(test, 'root', 4));
  const ours = askOurs(kernel, test, 'root', 4);
  return {
    ours: ours.errno,
    linux: linux.errno,
    ourMessage: lastMessage(ours.log),
    linuxMessage: lastMessage(linux.log),
  };
}

const differs = (answer: Verdicts): boolean => (answer.ours === 0) !== (answer.linux === 0);

/** The items without those at `from` to `from + length`; jumps into the gap go to what follows it. */
function without(items: readonly Item[], from: number, length: number): Item[] {
  const next = items[from + length];
  const gone = new Set(items.slice(from, from + length));
  const copies = new Map<Item, Item>();
  for (const item of items) if (!gone.has(item)) copies.set(item, { ...item });
  for (const copy of copies.values()) {
    if (copy.target == null) continue;
    copy.target = copies.get(gone.has(copy.target) && next ? next : copy.target) ?? null;
  }
  return [...copies.values()];
}

/** Takes out what is not needed for the difference, in ever smaller pieces. */
async function shrink(kernel: Kernel, program: GeneratedProgram): Promise<GeneratedProgram> {
  let best = program;
  const side = (answer: Verdicts): boolean => answer.ours === 0;
  const wanted = side(await verdicts(kernel, program));
  for (let length = Math.max(1, program.items.length >> 1); length >= 1; length >>= 1) {
    for (let from = 0; from + length <= best.items.length - 1;) {
      const candidate = { ...best, items: without(best.items, from, length) };
      const answer = await verdicts(kernel, candidate);
      if (differs(answer) && side(answer) === wanted) best = candidate;
      else from += length;
    }
  }
  return best;
}

function describe(program: GeneratedProgram, answer: Verdicts): string {
  const { instructions } = caseOfProgram(program);
  const say = (errno: number, message: string): string => (errno === 0 ? 'accepts' : `refuses (${errno}): ${message}`);
  const code = printAssembly(decodeInstructions(instructions)).trimEnd().replaceAll('%', '').replace(/^/gm, '  ');
  return [
    `seed ${program.seed}: Linux ${say(answer.linux, answer.linuxMessage)}; ours ${say(answer.ours, answer.ourMessage)}`,
    `program seed-${program.seed}`,
    `type ${program.typeName}`,
    'map hash:4:16:4',
    'map array:4:64:1',
    'map ringbuf:0:0:4096',
    code,
    '',
  ].join('\n');
}

/** Compares verdicts. Linux must be there: ask linuxAbsence() first. */
export async function fuzzVerifier(kernel: Kernel, options: VerifierFuzzOptions): Promise<VerifierFuzzReport> {
  let accepted = 0;
  const unsafe: number[] = [];
  const strict: number[] = [];
  for (let i = 0; i < options.count; i++) {
    const program = generateProgram(options.seed + i);
    const answer = await verdicts(kernel, program);
    if (answer.linux === 0) accepted++;
    if ((i + 1) % 500 === 0) options.progress?.(i + 1);
    if (!differs(answer)) continue;
    (answer.ours === 0 ? unsafe : strict).push(program.seed);
    const small = await shrink(kernel, program);
    options.report?.(describe(small, await verdicts(kernel, small)));
  }
  const wrong = unsafe.length + strict.length;
  const agreement = options.count === 0 ? 100 : ((options.count - wrong) / options.count) * 100;
  return { programs: options.count, accepted, agreement, unsafe, strict };
}

/** One line for people. */
export const fuzzSummary = (report: VerifierFuzzReport): string =>
  `verifier: ${report.programs} programs, Linux accepts ${report.accepted}; same verdict ${report.agreement.toFixed(2)} %; ` +
  `ours accepts ${report.unsafe.length} that Linux refuses, refuses ${report.strict.length} that Linux accepts`;

if (import.meta.main) {
  const option = (name: string, otherwise: number): number => {
    const at = process.argv.indexOf(name);
    return at < 0 ? otherwise : Number(process.argv[at + 1]);
  };
  const absence = await linuxAbsence();
  if (absence !== null) {
    console.error(`The kernel cannot be asked: ${absence}`);
    process.exit(2);
  }
  // Seeds up to 1000 belong to the corpus.
  const seed = option('--seed', 1001 + (Date.now() % 1_000_000_000));
  const count = option('--count', 1000);
  console.log(`verifier: seeds ${seed} to ${seed + count - 1}`);
  const report = await fuzzVerifier(await ourKernel(), {
    seed,
    count,
    report: (text) => console.log(text),
    progress: (done) => console.log(`verifier: ${done} of ${count}`),
  });
  console.log(fuzzSummary(report));
  process.exit(report.unsafe.length > 0 ? 1 : 0);
}
