// How many instructions and how many milliseconds, beside clang-19 -O2? One row a source file.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compileWithClang } from '../judge/clang.ts';
import { isProblem } from '../loader/problems.ts';
import { parseElf, STT_FUNC } from '../loader/elf.ts';
import { compile, type CompileOptions } from './compile.ts';

export interface CompilerBenchRow {
  readonly file: string;
  /** instructions of all functions; clang's are null where it refuses the file */
  readonly instructions: number;
  readonly clangInstructions: number | null;
  /** ours / clang's */
  readonly ratio: number | null;
  /** best of the warm runs; clang's is its whole process */
  readonly milliseconds: number;
  readonly clangMilliseconds: number | null;
}

export interface CompilerBench {
  readonly rows: readonly CompilerBenchRow[];
  /** geometric mean and maximum of the ratios */
  readonly meanRatio: number;
  readonly worstRatio: number;
}

const CPU = 'v3';
const WARM_RUNS = 15;

function instructionsOf(object: Uint8Array, file: string): number {
  const read = parseElf(object);
  if (isProblem(read)) throw new Error(`${file}: ${JSON.stringify(read)}`);
  return read.symbols.reduce((n, s) => n + (s.type === STT_FUNC ? s.size / 8 : 0), 0);
}

/** Compiles each file with both compilers; `options` says where its includes are found. */
export async function benchCompiler(
  files: readonly string[],
  options: Partial<CompileOptions> = {},
  clangFlags: readonly string[] = [],
): Promise<CompilerBench> {
  const rows: CompilerBenchRow[] = [];
  for (const path of files) {
    const source = readFileSync(path, 'utf8');
    const name = basename(path);
    let best = Infinity;
    let object: Uint8Array | null = null;
    for (let i = 0; i < WARM_RUNS; i++) {
      const begin = performance.now();
      object = compile({ files: new Map([[name, source]]), main: name, cpu: CPU, ...options }).object;
      best = Math.min(best, performance.now() - begin);
    }
    if (!object) throw new Error(`${path} does not compile`);
    const begin = performance.now();
    const clang = await compileWithClang(source, { cpu: CPU, name, flags: ['-w', ...clangFlags] });
    const clangMilliseconds = performance.now() - begin;
    const instructions = instructionsOf(object, name);
    const clangInstructions = clang.object ? instructionsOf(clang.object, name) : null;
    rows.push({
      file: name,
      instructions,
      clangInstructions,
      ratio: clangInstructions === null ? null : instructions / clangInstructions,
      milliseconds: best,
      clangMilliseconds: clang.object ? clangMilliseconds : null,
    });
  }
  const ratios = rows.flatMap((r) => (r.ratio === null ? [] : [r.ratio]));
  const meanRatio = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / Math.max(1, ratios.length));
  return { rows, meanRatio, worstRatio: Math.max(0, ...ratios) };
}
