// Does our object compute what clang's does? One random program, compiled by both, run unverified over the same memory
// in the simulated kernel's interpreter.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SIM_F_UNVERIFIED } from '../../bpf/syscall.ts';
import { renderDiagnostic } from '../../diagnostics/diagnostic.ts';
import { compileWithClang } from '../../judge/clang.ts';
import { Kernel } from '../../loader/kernel.ts';
import { loadObject } from '../../loader/load.ts';
import { isProblem } from '../../loader/problems.ts';
import { compile } from '../compile.ts';
import { generateProgram, type Program, Random, renderProgram, smallerPrograms } from './generate.ts';

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

function inputsOf(seed: number): Uint8Array[] {
  const random = new Random(seed + 99);
  return [0, 255, -1, -1].map((fill) => {
    const memory = new Uint8Array(MEMORY);
    for (let i = 0; i < INPUT; i++) memory[i] = fill >= 0 ? fill : random.below(256);
    return memory;
  });
}

export class Differential {
  private readonly kernel: Kernel;

  private constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  static async create(): Promise<Differential> {
    return new Differential(await Kernel.create(new WebAssembly.Module(readFileSync(WASM))));
  }

  /** Results and memory for each input, as text. */
  private run(object: Uint8Array, inputs: readonly Uint8Array[]): string {
    this.kernel.boot();
    const loaded = loadObject(this.kernel, object, NAME, { flags: SIM_F_UNVERIFIED });
    if (isProblem(loaded)) return `not loaded: ${JSON.stringify(loaded)}`;
    const fd = loaded.programs[0]?.fd ?? -1;
    if (fd < 0) return `not loaded: ${fd}`;
    return inputs
      .map((input) => {
        const { r0, memory } = this.kernel.runOverMemory(fd, input);
        const fault = this.kernel.exports.faultKind();
        if (fault !== 0) return `fault ${fault}`;
        return `${(r0 & 0xffffffffn).toString(16)} ${Buffer.from(memory).toString('hex')}`;
      })
      .join('\n');
  }

  /** What differs, null when nothing does (or clang refuses the program as well). */
  private async compareSource(source: string, seed: number, cpu: Cpu): Promise<string | null> {
    const ours = compile({ files: new Map([[NAME, source]]), main: NAME, cpu });
    const clang = await compileWithClang(source, { cpu, name: NAME, flags: ['-w'] });
    if (!clang.object) return null;
    if (!ours.object) return `refused: ${ours.diagnostics.map(renderDiagnostic).join('\n')}`;
    const inputs = inputsOf(seed);
    const expected = this.run(clang.object, inputs);
    const got = this.run(ours.object, inputs);
    return expected === got ? null : `results differ\nclang:\n${expected}\nours:\n${got}`;
  }

  async compare(seed: number, cpu: Cpu): Promise<Difference | null> {
    const program = generateProgram(seed, { signedDivision: cpu === 'v4' });
    const what = await this.compareSource(renderProgram(program), seed, cpu);
    if (what === null) return null;
    return { seed, cpu, what, source: renderProgram(await this.shrink(program, seed, cpu, what)) };
  }

  /** The smallest program that still differs in the same way; bounded, so that a test ends. */
  private async shrink(program: Program, seed: number, cpu: Cpu, what: string): Promise<Program> {
    const kind = what.slice(0, 7);
    let best = program;
    let tries = 300;
    for (let again = true; again && tries > 0;) {
      again = false;
      for (const smaller of smallerPrograms(best)) {
        if (tries-- <= 0) break;
        const found = await this.compareSource(renderProgram(smaller), seed, cpu);
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
