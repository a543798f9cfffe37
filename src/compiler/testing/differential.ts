// Does our object compute what clang's does? One random program, compiled by both: a function over memory, run unverified in the
// simulated kernel's interpreter; or an XDP program, run over packets in the simulated kernel and on Linux.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SIM_F_UNVERIFIED } from '../../bpf/syscall.ts';
import { renderDiagnostic } from '../../diagnostics/diagnostic.ts';
import { compileWithClang } from '../../judge/clang.ts';
import { LinuxRunner } from '../../judge/runs.ts';
import { Kernel } from '../../loader/kernel.ts';
import { loadObject } from '../../loader/load.ts';
import { isProblem } from '../../loader/problems.ts';
import { compile } from '../compile.ts';
import { Coverage } from './constructs.ts';
import { csmithProgram, endsNatively } from './csmith.ts';
import { generateProgram, type GenerateOptions } from './generate.ts';
import { mapTexts, type Program, renderProgram, smallerPrograms } from './program-text.ts';
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
/** the kernel's fault of a program that ran for longer than it was given */
const FAULT_BUDGET = 9;

/** Refusals that are never the program's fault: what we wrote is not what libbpf or the kernel can read. */
const NOT_OF_THE_PROGRAM =
  /unreachable insn \d+|missing btf func_info|Invalid BTF|invalid BTF|libbpf: elf: .*|last insn is not .*/;

/** What may become of a program that both compilers compile. */
export interface Verdicts {
  /** Linux took both objects, and all ran the same */
  both: number;
  /** Linux's verifier took only one of the two, or none: nothing to compare */
  clang: number;
  ours: number;
  neither: number;
  /** of `both`: our own verifier refused one, so that it ran on Linux only */
  onLinuxOnly: number;
}

export class Differential {
  readonly coverage = new Coverage();
  readonly verdicts: Verdicts = { both: 0, clang: 0, ours: 0, neither: 0, onLinuxOnly: 0 };
  /** programs that clang refuses */
  refusedByClang = 0;
  /** csmith's programs: compared; without a meaning; too long without clang's -O2; refused for stack or arguments by us alone */
  readonly csmith = { compared: 0, skipped: 0, endless: 0, stricter: 0 };
  private readonly kernel: Kernel;
  private readonly linux: LinuxRunner | null;

  private constructor(kernel: Kernel, linux: LinuxRunner | null) {
    this.kernel = kernel;
    this.linux = linux;
  }

  /** With `linux`, objectsAbsence() must have been asked, and close() be called at the end. */
  static async create(linux = false): Promise<Differential> {
    const kernel = await Kernel.create(new WebAssembly.Module(readFileSync(WASM)));
    return new Differential(kernel, linux ? await LinuxRunner.create() : null);
  }

  async close(): Promise<void> {
    await this.linux?.close();
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

  /** Results and packets as Linux's runner writes them; null when our verifier refuses the program. */
  private runPackets(object: Uint8Array, inputs: readonly Uint8Array[]): string | null {
    this.kernel.boot();
    const loaded = loadObject(this.kernel, object, NAME);
    if (isProblem(loaded)) return null;
    const fd = loaded.programs[0]?.fd ?? -1;
    if (fd < 0) return null;
    const runs = inputs.map((packet) => {
      const { error, retval, dataOut } = this.kernel.testRun(fd, { packet });
      return error === 0 ? `${retval.toString(16)}:${Buffer.from(dataOut).toString('hex')}` : `error${error}:`;
    });
    return runs.join('\n');
  }

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
    // billions of rounds of a loop without effects, which clang leaves out
    if (what?.endsWith(`ours:\nfault ${FAULT_BUDGET}`) && !(await endsNatively(source))) {
      this.csmith.endless++;
      return null;
    }
    this.csmith[meaningful ? 'compared' : 'skipped']++;
    return what === null ? null : { seed, cpu, what, source };
  }

  /** Both objects; null when clang refuses; text when only we do. */
  private async compileBoth(
    source: string,
    cpu: Cpu,
  ): Promise<{ ours: Uint8Array; clang: Uint8Array } | string | null> {
    // packet bytes are read at any type, as eBPF programs do
    const theirs = compileWithClang(source, { cpu, name: NAME, flags: ['-w', '-fno-strict-aliasing'] });
    const ours = compile({ files: new Map([[NAME, source]]), main: NAME, cpu });
    const clang = await theirs;
    if (!clang.object) {
      this.refusedByClang++;
      return null;
    }
    if (ours.object) return { ours: ours.object, clang: clang.object };
    const errors = ours.diagnostics.filter((d) => d.severity === 'error');
    return `refused: ${errors.map(renderDiagnostic).join('\n')}`;
  }

  /** What differs, null when nothing does (or clang refuses the program as well). */
  async compareSource(source: string, inputs: readonly Uint8Array[], cpu: Cpu, run: Runner): Promise<string | null> {
    const objects = await this.compileBoth(source, cpu);
    if (objects === null || typeof objects === 'string') return objects;
    const expected = await run(objects.clang, inputs);
    const got = await run(objects.ours, inputs);
    return expected === got ? null : `results differ\nclang:\n${expected}\nours:\n${got}`;
  }

  /** The same of an XDP program: two objects on two kernels, four results that must be one. */
  private async compareOnLinux(source: string, packets: readonly Uint8Array[], cpu: Cpu): Promise<string | null> {
    if (!this.linux) throw new Error('create(true) asks Linux');
    const objects = await this.compileBoth(source, cpu);
    if (objects === null || typeof objects === 'string') return objects;
    const [clang, ours] = [
      await this.linux.run(objects.clang, packets),
      await this.linux.run(objects.ours, packets),
    ] as const;
    const { verdicts } = this;
    if (!clang.accepted || !ours.accepted) {
      verdicts[clang.accepted ? 'clang' : ours.accepted ? 'ours' : 'neither']++;
      const corrupt = !ours.accepted && NOT_OF_THE_PROGRAM.exec(ours.output);
      return corrupt ? `refused for its form: ${corrupt[0]}` : null;
    }
    verdicts.both++;
    const expected = clang.runs.join('\n');
    const results = {
      'ours, Linux': ours.runs.join('\n'),
      'clang, here': this.runPackets(objects.clang, packets),
      'ours, here': this.runPackets(objects.ours, packets),
    };
    if (results['ours, here'] === null || results['clang, here'] === null) verdicts.onLinuxOnly++;
    const other = Object.entries(results).filter(([, result]) => result !== null && result !== expected);
    if (other.length === 0) return null;
    const said = other.map(([who, result]) => `${who}:\n${result}`);
    return `results differ\nclang, Linux:\n${expected}\n${said.join('\n')}`;
  }

  /** One random program; null when all agree. On Linux it is an XDP program. */
  async compare(seed: number, cpu: Cpu, where: 'here' | 'linux' = 'here'): Promise<Difference | null> {
    const options: GenerateOptions = {
      signedDivision: cpu === 'v4',
      fetchingAtomics: cpu === 'v3' || cpu === 'v4',
      entry: where === 'here' ? 'memory' : 'packet',
    };
    const inputs = inputsOf(seed);
    const compareText = (source: string): Promise<string | null> =>
      where === 'here'
        ? this.compareSource(source, inputs, cpu, this.runHere)
        : this.compareOnLinux(source, inputs, cpu);
    const generated = generateProgram(seed, options);
    // the checked bytes of a packet are forgotten when anything unknown is added to the pointer: nearly all would be refused
    const program =
      where === 'here' ? generated : mapTexts(generated, (text) => text.replaceAll('in->out[(', 'shared[('));
    const source = renderProgram(program);
    this.coverage.note(source);
    const what = await compareText(source);
    if (what === null) return null;
    return { seed, cpu, what, source: renderProgram(await shrink(program, what, compareText)) };
  }
}

/** The smallest program that still differs in the same way; bounded, so that a test ends. */
async function shrink(
  program: Program,
  what: string,
  compareText: (source: string) => Promise<string | null>,
): Promise<Program> {
  const kind = what.slice(0, 20);
  let best = program;
  let tries = 300;
  for (let again = true; again && tries > 0;) {
    again = false;
    for (const smaller of smallerPrograms(best)) {
      if (tries-- <= 0) break;
      const found = await compareText(renderProgram(smaller));
      if (found?.startsWith(kind)) {
        best = smaller;
        again = true;
        break;
      }
    }
  }
  return best;
}
