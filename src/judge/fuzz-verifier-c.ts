// Random C through our compiler, the object to ours and to this machine's Linux: are verdict, errno and last message the same?
//   npm run fuzz -- verifier-c (src/build/fuzz.ts), with ASK_LINUX=1
// Every second program has a mistake (src/compiler/testing/break.ts). libbpf links the object for Linux and our loader for ours. A
// different verdict is made small by leaving statements out, and printed as C.
import { explanationOf } from '../lab/lab.ts';
import { breakProgram } from '../compiler/testing/break.ts';
import { generateProgram } from '../compiler/testing/generate.ts';
import { mapTexts, type Program, renderProgram, smallerPrograms } from '../compiler/testing/program-text.ts';
import { Random } from '../compiler/testing/random.ts';
import { compile } from '../compiler/compile.ts';
import type { Kernel } from '../loader/kernel.ts';
import { loadObject } from '../loader/load.ts';
import { isProblem } from '../loader/problems.ts';
import { askObject } from './objects.ts';
import { lastMessage, maskAddresses } from './recording.ts';

const NAME = 'random.bpf.c';
const CPUS = ['v3', 'v4', 'v1', 'v2'] as const;
/** Programs that a difference is made smaller by, at most. */
const TRIES = 60;

/** A verdict. */
export interface Answer {
  /** 0 or -errno */
  readonly errno: number;
  /** the log's last line before the counters, addresses masked; '' when accepted */
  readonly message: string;
}

export interface DrawnC {
  readonly seed: number;
  readonly cpu: (typeof CPUS)[number];
  readonly program: Program;
  /** what was broken, null: nothing */
  readonly mistake: string | null;
}

export interface VerifierCReport {
  /** put to both; what does not compile is left out */
  readonly programs: number;
  /** by Linux */
  readonly accepted: number;
  readonly sameVerdict: number;
  /** of those refused by both, errno and last message are the same, too */
  readonly sameMessage: number;
  readonly refusedByBoth: number;
  /** seeds that we accept and Linux refuses: the dangerous ones */
  readonly unsafe: readonly number[];
  /** seeds that we refuse and Linux accepts */
  readonly stricter: readonly number[];
  /** seeds that both refuse, in other words */
  readonly otherWords: readonly number[];
  /** seeds that we accept and Linux refuses by a "verifier bug" of its own */
  readonly bugInLinux: readonly number[];
}

/** The same seed draws the same program. */
export function drawC(seed: number): DrawnC {
  const cpu = CPUS[(seed >>> 1) % CPUS.length]!;
  const program = generateProgram(seed, {
    signedDivision: cpu === 'v4',
    fetchingAtomics: cpu === 'v3' || cpu === 'v4',
    entry: 'packet',
  });
  const random = new Random(seed);
  // A packet's checked bytes are forgotten when anything unknown is added to the pointer: nearly all would end there.
  const wanted = random.chance(95) ? mapTexts(program, (text) => text.replaceAll('in->out[(', 'shared[(')) : program;
  const broken = seed % 2 === 1 ? breakProgram(wanted, random) : null;
  return { seed, cpu, program: broken?.program ?? wanted, mistake: broken?.mistake ?? null };
}

/** null when it does not compile. */
export function compileC({ program, cpu }: Pick<DrawnC, 'program' | 'cpu'>): Uint8Array | null {
  return compile({ files: new Map([[NAME, renderProgram(program)]]), main: NAME, cpu }).object;
}

function askOurs(kernel: Kernel, object: Uint8Array): Answer {
  kernel.boot({ verdictsOnly: true });
  const loaded = loadObject(kernel, object, NAME, { recording: 'failing-path' });
  if (isProblem(loaded)) throw new Error(`our loader: ${JSON.stringify(loaded)}`);
  const [program] = loaded.programs;
  if (!program) throw new Error('our loader finds no program');
  if (program.fd >= 0) return { errno: 0, message: '' };
  return { errno: program.fd, message: maskAddresses(lastMessage(explanationOf(loaded, program).log(1))) };
}

/** The kernel's log as libbpf prints it between two lines of its own. */
const LOG = /-- BEGIN PROG LOAD LOG --\n([\s\S]*?)^.*-- END PROG LOAD LOG --/m;

async function askLinux(object: Uint8Array): Promise<Answer> {
  const { programs, output } = await askObject(object, 'random.bpf.o');
  const [program] = programs;
  if (!program) throw new Error(`libbpf finds no program: ${output}`);
  if (program.errno === 0) return { errno: 0, message: '' };
  return { errno: program.errno, message: maskAddresses(lastMessage(LOG.exec(program.output)?.[1] ?? '')) };
}

const LOST_CALLBACK = 'verifier bug: No program to jit';

type Relation = 'same' | 'unsafe' | 'stricter' | 'other words' | 'bug in Linux';

function relation(ours: Answer, linux: Answer): Relation {
  // The message names an instruction of the program as Linux had rewritten it by then: the number is not compared.
  if (linux.message.startsWith(LOST_CALLBACK)) return ours.message.startsWith(LOST_CALLBACK) ? 'same' : 'bug in Linux';
  if (ours.errno === 0 && linux.errno !== 0) return 'unsafe';
  if (ours.errno !== 0 && linux.errno === 0) return 'stricter';
  return ours.errno === linux.errno && ours.message === linux.message ? 'same' : 'other words';
}

/** The smallest program of the same relation. */
async function shrink(kernel: Kernel, drawn: DrawnC, wanted: Relation): Promise<Program> {
  let best = drawn.program;
  let tries = TRIES;
  for (let again = true; again && tries > 0;) {
    again = false;
    for (const smaller of smallerPrograms(best)) {
      if (tries-- <= 0) break;
      const object = compileC({ program: smaller, cpu: drawn.cpu });
      if (!object || relation(askOurs(kernel, object), await askLinux(object)) !== wanted) continue;
      best = smaller;
      again = true;
      break;
    }
  }
  return best;
}

const say = ({ errno, message }: Answer): string => (errno === 0 ? 'accepts' : `refuses (${errno}): ${message}`);

/** Compares. Linux and libbpf must be there: ask objectsAbsence() first. `report` is told of each difference as it is found. */
export async function fuzzVerifierC(
  kernel: Kernel,
  options: { readonly seed: number; readonly count: number; readonly report?: (text: string) => void },
): Promise<VerifierCReport> {
  let programs = 0;
  let accepted = 0;
  let refusedByBoth = 0;
  const seeds: Record<Exclude<Relation, 'same'>, number[]> = {
    unsafe: [],
    stricter: [],
    'other words': [],
    'bug in Linux': [],
  };
  for (let seed = options.seed; seed < options.seed + options.count; seed++) {
    const drawn = drawC(seed);
    const object = compileC(drawn);
    if (!object) continue;
    const asked = askLinux(object);
    const ours = askOurs(kernel, object);
    const linux = await asked;
    programs++;
    if (linux.errno === 0) accepted++;
    else if (ours.errno !== 0) refusedByBoth++;
    const found = relation(ours, linux);
    if (found === 'same') continue;
    seeds[found].push(seed);
    const head = `// seed ${seed}, ${drawn.cpu}, ${drawn.mistake ?? 'unbroken'}: Linux ${say(linux)}; ours ${say(ours)}`;
    const small = found === 'other words' || found === 'bug in Linux' ? null : await shrink(kernel, drawn, found);
    options.report?.(small ? `${head}\n${renderProgram(small)}` : head);
  }
  return {
    programs,
    accepted,
    refusedByBoth,
    sameVerdict: programs - seeds.unsafe.length - seeds.stricter.length - seeds['bug in Linux'].length,
    sameMessage: refusedByBoth - seeds['other words'].length,
    unsafe: seeds.unsafe,
    stricter: seeds.stricter,
    otherWords: seeds['other words'],
    bugInLinux: seeds['bug in Linux'],
  };
}

/** One line for people. */
export const verifierCSummary = (report: VerifierCReport): string =>
  `verifier-c: ${report.programs} programs from C, Linux accepts ${report.accepted}; same verdict ${report.sameVerdict}, ` +
  `ours stricter ${report.stricter.length}, UNSAFE ${report.unsafe.length}, refused by a bug in Linux ${report.bugInLinux.length}; ` +
  `${report.sameMessage} of ${report.refusedByBoth} refusals with the same errno and last message`;
