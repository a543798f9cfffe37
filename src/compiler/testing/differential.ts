// Does our object compute what clang's does? One random program, compiled by both, run unverified over the same memory
// in the simulated kernel's interpreter; or an XDP program that Linux runs over the same packets.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SIM_F_UNVERIFIED } from '../../bpf/syscall.ts';
import { renderDiagnostic } from '../../diagnostics/diagnostic.ts';
import { compileWithClang } from '../../judge/clang.ts';
import { askLibbpf } from '../../judge/libbpf.ts';
import { Kernel } from '../../loader/kernel.ts';
import { loadObject } from '../../loader/load.ts';
import { isProblem } from '../../loader/problems.ts';
import { compile } from '../compile.ts';
import { Coverage } from './constructs.ts';
import { csmithProgram } from './csmith.ts';
import { generateProgram, type GenerateOptions } from './generate.ts';
import { type Program, renderProgram, smallerPrograms } from './program-text.ts';
import { Random } from './random.ts';

const WASM = fileURLToPath(new URL('../../kernel/generated/kernel.wasm', import.meta.url));
const NAME = 'random.bpf.c';
/** struct in of the generated programs, and how much of it is input */
const MEMORY = 72;
const INPUT = 40;

export type Cpu = 'v1' | 'v2' | 'v3' | 'v4';

export interface Difference {
  readonly seed: number;
  readonly cpu: Cpu;
  readonly what: string;
  readonly source: string;
}

export function inputsOf(seed: number): Uint8Array[] {
  const random = new Random(seed + 99);
  return [0, 255, -1, -1].map((fill) => {
    const memory = new Uint8Array(MEMORY);
    for (let i = 0; i < INPUT; i++) memory[i] = fill >= 0 ? fill : random.below(256);
    return memory;
  });
}

/** Runs an object's program over the inputs: results as text that compares. */
type Runner = (object: Uint8Array, inputs: readonly Uint8Array[]) => Promise<string>;

/** Some of csmith's programs never end. */
const CSMITH_BUDGET = 20_000_000n;

const REFUSED = 'refused by the verifier';

/** Linux runs it over packets; libbpf loads it. */
async function runOnLinux(object: Uint8Array, inputs: readonly Uint8Array[]): Promise<string> {
  const answer = await askLibbpf(object, 'random.bpf.o', inputs);
  if (!answer.accepted) return `${REFUSED}: ${answer.message}`;
  return answer.runs.map((run) => `${run.retval.toString(16)} ${run.dataOut}`).join('\n');
}

export class Differential {
  readonly coverage = new Coverage();
  /** programs that Linux's verifier took from both compilers, from one, from neither */
  readonly verdicts = { both: 0, clang: 0, ours: 0, neither: 0 };
  /** csmith's programs: compared; without a meaning; refused for its stack or its arguments by us, though not by clang */
  readonly csmith = { compared: 0, skipped: 0, stricter: 0 };
  private readonly kernel: Kernel;

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  static async create(): Promise<Differential> {
    return new Differential(await Kernel.create(new WebAssembly.Module(readFileSync(WASM))));
  }

  /** Results and memory for each input. */
  readonly runHere: Runner = (object, inputs) => {
    this.kernel.boot();
    const loaded = loadObject(this.kernel, object, NAME, { flags: SIM_F_UNVERIFIED });
    if (isProblem(loaded)) return Promise.resolve(`not loaded: ${JSON.stringify(loaded)}`);
    const fd = loaded.programs[0]?.fd ?? -1;
    if (fd < 0) return Promise.resolve(`not loaded: ${fd}`);
    const results = inputs.map((input) => {
      const { r0, memory } = this.kernel.runOverMemory(fd, input);
      const fault = this.kernel.exports.faultKind();
      if (fault !== 0) return `fault ${fault}`;
      return `${(r0 & 0xffffffffn).toString(16)} ${Buffer.from(memory).toString('hex')}`;
    });
    return Promise.resolve(results.join('\n'));
  };

  /** One program of csmith's; null when both come to the same, or clang refuses it, or it does not end. */
  async compareCsmith(seed: number, cpu: Cpu): Promise<Difference | null> {
    const source = await csmithProgram(seed, cpu === 'v4');
    if (source === null) {
      this.csmith.skipped++;
      return null;
    }
    // clang's object first: an endless loop without effects is nothing at all to clang, and a fault to us
    let meaningful: boolean | null = null;
    const run: Runner = async (object, inputs) => {
      this.kernel.exports.setBudget(CSMITH_BUDGET);
      const result = await this.runHere(object, inputs);
      meaningful ??= !/^(fault|not loaded)/.test(result);
      return meaningful ? result : '';
    };
    const what = await this.compareSource(source, [new Uint8Array(MEMORY)], cpu, run);
    if (what !== null && /stack (limit is exceeded|arguments are not supported)/.test(what)) {
      this.csmith.stricter++;
      return null;
    }
    this.csmith[meaningful ? 'compared' : 'skipped']++;
    return what === null ? null : { seed, cpu, what, source };
  }

  /** What differs, null when nothing does (or clang refuses the program as well). */
  async compareSource(source: string, inputs: readonly Uint8Array[], cpu: Cpu, run: Runner): Promise<string | null> {
    const ours = compile({ files: new Map([[NAME, source]]), main: NAME, cpu });
    const clang = await compileWithClang(source, { cpu, name: NAME, flags: ['-w'] });
    if (!clang.object) return null;
    if (!ours.object) {
      const errors = ours.diagnostics.filter((d) => d.severity === 'error');
      return `refused: ${errors.map(renderDiagnostic).join('\n')}`;
    }
    const expected = await run(clang.object, inputs);
    const got = await run(ours.object, inputs);
    if (run === runOnLinux) {
      const [theirs, mine] = [!expected.startsWith(REFUSED), !got.startsWith(REFUSED)];
      this.verdicts[theirs ? (mine ? 'both' : 'clang') : mine ? 'ours' : 'neither']++;
      if (!theirs || !mine) return null;
    }
    return expected === got ? null : `results differ\nclang:\n${expected}\nours:\n${got}`;
  }

  async compare(seed: number, cpu: Cpu, where: 'here' | 'linux' = 'here'): Promise<Difference | null> {
    const options: GenerateOptions = {
      signedDivision: cpu === 'v4',
      fetchingAtomics: cpu === 'v3' || cpu === 'v4',
      entry: where === 'here' ? 'memory' : 'packet',
    };
    const run = where === 'here' ? this.runHere : runOnLinux;
    const program = generateProgram(seed, options);
    const source = renderProgram(program);
    this.coverage.note(source);
    const what = await this.compareSource(source, inputsOf(seed), cpu, run);
    if (what === null) return null;
    return { seed, cpu, what, source: renderProgram(await this.shrink(program, seed, cpu, what, run)) };
  }

  /** The smallest program that still differs in the same way; bounded, so that a test ends. */
  private async shrink(program: Program, seed: number, cpu: Cpu, what: string, run: Runner): Promise<Program> {
    const kind = what.slice(0, 7);
    let best = program;
    let tries = run === runOnLinux ? 60 : 300;
    for (let again = true; again && tries > 0;) {
      again = false;
      for (const smaller of smallerPrograms(best)) {
        if (tries-- <= 0) break;
        const found = await this.compareSource(renderProgram(smaller), inputsOf(seed), cpu, run);
        if (found?.startsWith(kind)) {
          best = smaller;
          again = true;
          break;
        }
      }
    }
    return best;
  }
}
