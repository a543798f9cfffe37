// How many instructions and how many milliseconds, beside clang-19 -O2? One row a source file; and a real vmlinux.h, cold and warm.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clangAbsence, compileWithClang, findProgram } from '../judge/clang.ts';
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
  /** the middle one of the warm runs; clang's is its whole process, the middle one of some */
  readonly milliseconds: number;
  readonly clangMilliseconds: number | null;
}

export interface CompilerBench {
  readonly rows: readonly CompilerBenchRow[];
  /** geometric mean and maximum of the ratios */
  readonly meanRatio: number;
  readonly worstRatio: number;
  /** ours / clang's wall time: geometric mean and maximum; null without clang */
  readonly meanTime: number | null;
  readonly worstTime: number | null;
  readonly slowest: CompilerBenchRow;
}

const CPU = 'v3';
/** rounds over all files before anything is measured */
const WARM_UP = 10;
const WARM_RUNS = 25;
const CLANG_RUNS = 3;

const middle = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
const geometricMean = (ratios: readonly number[]): number =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / Math.max(1, ratios.length));

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
  for (let i = 0; i < WARM_UP; i++) {
    for (const path of files) {
      const name = basename(path);
      compile({ files: new Map([[name, readFileSync(path, 'utf8')]]), main: name, cpu: CPU, ...options });
    }
  }
  for (const path of files) {
    const source = readFileSync(path, 'utf8');
    const name = basename(path);
    const times: number[] = [];
    let object: Uint8Array | null = null;
    for (let i = 0; i < WARM_RUNS; i++) {
      const begin = performance.now();
      object = compile({ files: new Map([[name, source]]), main: name, cpu: CPU, ...options }).object;
      times.push(performance.now() - begin);
    }
    if (!object) throw new Error(`${path} does not compile`);
    const clangTimes: number[] = [];
    let clang: Awaited<ReturnType<typeof compileWithClang>> | null = null;
    for (let i = 0; i < CLANG_RUNS && clangAbsence() === null; i++) {
      const begin = performance.now();
      clang = await compileWithClang(source, { cpu: CPU, name, flags: ['-w', ...clangFlags] });
      clangTimes.push(performance.now() - begin);
    }
    const instructions = instructionsOf(object, name);
    const clangInstructions = clang?.object ? instructionsOf(clang.object, name) : null;
    rows.push({
      file: name,
      instructions,
      clangInstructions,
      ratio: clangInstructions === null ? null : instructions / clangInstructions,
      milliseconds: middle(times),
      clangMilliseconds: clang?.object ? middle(clangTimes) : null,
    });
  }
  const ratios = rows.flatMap((r) => (r.ratio === null ? [] : [r.ratio]));
  const times = rows.flatMap((r) => (r.clangMilliseconds === null ? [] : [r.milliseconds / r.clangMilliseconds]));
  const slowest = rows.reduce((a, b) => (b.milliseconds > a.milliseconds ? b : a));
  return {
    rows,
    meanRatio: geometricMean(ratios),
    worstRatio: Math.max(0, ...ratios),
    meanTime: times.length > 0 ? geometricMean(times) : null,
    worstTime: times.length > 0 ? Math.max(...times) : null,
    slowest,
  };
}

export interface DumpBench {
  readonly lines: number;
  /** milliseconds in a process that has compiled nothing before: the middle of five; without starting the process and loading the compiler */
  readonly cold: number;
  /** the middle of later compilations in the same process */
  readonly warm: number;
  /** clang's whole process on the same file and headers, the middle of five; null where it is not installed */
  readonly clang: number | null;
}

const COLD_RUNS = 5;

/** A program over the running kernel's vmlinux.h and libbpf's headers; text when they are not there. */
export function benchDump(): DumpBench | string {
  const bpftool = findProgram('bpftool') ?? '/usr/sbin/bpftool';
  const btf = '/sys/kernel/btf/vmlinux';
  if (!existsSync(bpftool) || !existsSync(btf)) return 'no bpftool, or no BTF of a running kernel';
  if (!existsSync('/usr/include/bpf/bpf_helpers.h')) return 'libbpf-dev is not installed';
  const folder = mkdtempSync(join(tmpdir(), 'meet-ebpf-bench-'));
  try {
    const words = ['btf', 'dump', 'file', btf, 'format', 'c'];
    const header = execFileSync(bpftool, words, { maxBuffer: 64 << 20, encoding: 'utf8' });
    writeFileSync(join(folder, 'vmlinux.h'), header);
    const fixture = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const source = fixture('fixtures/opensnoop.bpf.c');
    const includes = [folder, '/usr/include', '/usr/include/x86_64-linux-gnu'];
    const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
    const runs = Array.from({ length: COLD_RUNS }, () => {
      const words = [...flags, fixture('testing/cold.ts'), source, ...includes];
      return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as number[];
    });
    const clang = findProgram('clang-19');
    const clangTimes = Array.from({ length: clang === null ? 0 : COLD_RUNS }, () => {
      const begin = performance.now();
      const target = ['-target', 'bpf', '-O2', '-g', '-D__TARGET_ARCH_x86', '-D__x86_64__'];
      const paths = includes.map((path) => `-I${path}`);
      execFileSync(clang!, [...target, ...paths, '-c', source, '-o', join(folder, 'clang.o')]);
      return performance.now() - begin;
    });
    return {
      lines: header.split('\n').length,
      cold: middle(runs.map((times) => times[0] ?? 0)),
      warm: middle(runs.flatMap((times) => times.slice(3))),
      clang: clang === null ? null : middle(clangTimes),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
