// npm run bench [machine|compiler|verifier|editor|book …]: figures measured on this machine in one run, with ratios to the kernel and
// clang where they may be asked (ASK_LINUX=1, clang-19 installed). Nothing here fails a test.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { exampleNames, readExample } from '../cli/examples.ts';
import { startLab } from '../cli/kernel.ts';
import { benchCompiler, benchDump } from '../compiler/bench.ts';
import { COMPILER_BUDGET, compilerBytes } from '../compiler/testing/bundle.ts';
import { benchVerifier, formatVerifierBench } from '../judge/bench-verifier.ts';
import { benchEditor } from '../lab/bench.ts';
import { benchBook, CHAPTERS } from './large-course.ts';
import { benchArithmetic, benchPacket, benchReplay, formatArithmetic, formatPacket } from '../jit/bench.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<void> | void>> = {
  async machine() {
    const { kernel } = await startLab();
    console.log(formatArithmetic(await benchArithmetic(kernel)));
    console.log();
    console.log(formatPacket(await benchPacket(kernel)));
    const { packets, perSecond } = benchReplay(kernel);
    console.log(`\nlab replay: ${packets} packets at ${(perSecond / 1e6).toFixed(1)} million a second; the aim is 5`);
    const wasm = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
    const kilobytes = brotliCompressSync(wasm).length / 1000;
    console.log(`kernel: ${kilobytes.toFixed(1)} kB brotli; the aim is at most 200`);
  },
  async compiler() {
    const files = exampleNames().flatMap((name) => {
      const { description } = readExample(name);
      const sources = [description.main, ...description.variants.map((variant) => variant.file)];
      return sources.map((file) => fileURLToPath(new URL(`../../examples/${name}/${file}`, import.meta.url)));
    });
    const { rows, meanRatio, worstRatio, meanTime, worstTime, slowest } = await benchCompiler(files);
    console.log('instructions (ms)            ours           clang    ours : clang');
    for (const row of rows) {
      const cell = (count: number | null, time: number | null): string =>
        (count === null ? '-' : `${count} (${(time ?? 0).toFixed(1)})`).padStart(16);
      const ratio = (row.ratio?.toFixed(2) ?? '-').padStart(12);
      const name = (row.file.split('/').pop() ?? '').padEnd(22);
      console.log(
        `${name}${cell(row.instructions, row.milliseconds)}${cell(row.clangInstructions, row.clangMilliseconds)}${ratio}`,
      );
    }
    console.log(
      `instructions, ours : clang: geometric mean ${meanRatio.toFixed(2)}, worst ${worstRatio.toFixed(2)}; the aims are 1.10 and 1.40`,
    );
    const part = (ratio: number | null): string => (ratio === null ? '-' : `1/${(1 / ratio).toFixed(0)}`);
    console.log(
      `time, ours warm : clang's process: geometric mean ${part(meanTime)}, worst ${part(worstTime)}; the aim is 1/20`,
    );
    console.log(`slowest: ${slowest.file}, ${slowest.milliseconds.toFixed(1)} ms; the aim is 10`);
    const dump = benchDump();
    if (typeof dump === 'string') console.log(`a real vmlinux.h: ${dump}`);
    else {
      const ms = (time: number | null): string => (time === null ? '-' : `${time.toFixed(0)} ms`);
      console.log(
        `a vmlinux.h of ${dump.lines} lines: cold ${ms(dump.cold)}, warm ${ms(dump.warm)}, clang ${ms(dump.clang)}; the aim is 500 ms`,
      );
    }
    console.log(
      `compiler and headers: ${((await compilerBytes()) / 1000).toFixed(1)} kB brotli; the aim is at most ${COMPILER_BUDGET / 1000}`,
    );
  },
  async verifier() {
    console.log(formatVerifierBench(await benchVerifier((await startLab()).kernel)));
  },
  async editor() {
    for (const line of benchEditor(await startLab())) console.log(line);
  },
  book() {
    const rows = benchBook();
    for (const { name, seconds } of rows) console.log(`${name.padEnd(52)}${seconds.toFixed(1).padStart(7)} s`);
    const [small, large] = rows;
    const beyond = (large?.seconds ?? 0) - (small?.seconds ?? 0);
    console.log(`${CHAPTERS} chapters beyond the build of the course as it is: ${beyond.toFixed(1)} s`);
  },
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHMARKS)) {
  const benchmark = BENCHMARKS[name];
  if (!benchmark) {
    console.error(`bench: there is no '${name}'; known are ${Object.keys(BENCHMARKS).join(', ')}`);
    process.exit(2);
  }
  console.log(`━━ ${name}`);
  await benchmark();
}
