// How fast does our verifier walk, beside the kernel's own? Processed instructions a second on the same programs, recording nothing;
// the kernel says its "verification time" itself (log level 4). The programs walk long: loops, branches that multiply, spills, calls.
import type { Kernel } from '../loader/kernel.ts';
import { loadRequestOf, readCorpusText, type CorpusCase } from './corpus.ts';
import { linuxAbsence, loadOnLinux } from './linux.ts';
import { askOursAboutMany } from './testing/ours.ts';

export interface VerifierBenchRow {
  readonly name: string;
  /** instructions walked through; both walk the same number, or the row says so */
  readonly processed: number;
  /** a second */
  readonly ours: number;
  readonly linux: number | null;
  readonly same: boolean;
}

const loop = (name: string, body: string, count: number): string =>
  `program ${name}\ntype xdp\ncaps root\nmap array:4:64:1\n  mov r9, r1\n  mov r6, 0\n  mov r7, 0\nagain:\n${body}\n  add r6, 1\n  jlt r6, ${count}, again\n  mov r0, 2\n  exit\n`;
const PROGRAMS = [
  loop('counting', '  add r7, 3', 30_000),
  loop('stack', '  stxdw [r10-8], r6\n  ldxdw r8, [r10-8]\n  stxdw [r10-16], r8\n  ldxdw r7, [r10-16]', 20_000),
  loop('value', '  mov r1, r6\n  and r1, 63\n  lddw r2, value[0]\n  add r2, r1\n  ldxb r8, [r2+0]', 15_000),
  loop(
    'branches',
    '  lddw r2, value[0]\n  ldxdw r8, [r2+0]\n  jgt r8, 100, high\n  add r7, 1\nhigh:\n  and r8, 7\n  jeq r8, 3, three\n  add r7, 2\nthree:\n  and r7, 255',
    4_000,
  ),
  loop('calls', '  mov r1, r6\n  call local add\n  mov r7, r0', 10_000).replace(
    /$/,
    'add:\n  mov r0, r1\n  add r0, 5\n  exit\n',
  ),
  loop(
    'packet',
    '  ldxw r2, [r9+0]\n  ldxw r3, [r9+4]\n  mov r4, r2\n  add r4, 34\n  jgt r4, r3, next\n  ldxh r8, [r2+12]\n  ldxb r7, [r2+23]\nnext:',
    6_000,
  ),
].join('\n');

const ROUNDS = 3;

function processedIn(log: string): number {
  return Number(/processed (\d+) insns/.exec(log)?.[1] ?? 0);
}
/** The kernel's own figure, the best of some rounds; null where it cannot be asked. */
async function linuxSpeed(test: CorpusCase): Promise<{ processed: number; perSecond: number } | null> {
  let best = Infinity;
  let processed = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const { log } = await loadOnLinux(loadRequestOf(test, 'root', 4));
    processed = processedIn(log);
    best = Math.min(best, Number(/verification time (\d+) usec/.exec(log)?.[1] ?? Infinity));
  }
  return { processed, perSecond: (processed * 1e6) / best };
}

export async function benchVerifier(kernel: Kernel): Promise<VerifierBenchRow[]> {
  const linuxThere = (await linuxAbsence()) === null;
  const rows: VerifierBenchRow[] = [];
  for (const test of readCorpusText('bench', PROGRAMS)) {
    let best = Infinity;
    for (let i = 0; i <= ROUNDS; i++) {
      // processor time: the machine may be busy with something else
      const before = process.cpuUsage();
      askOursAboutMany(kernel, [test], 'root');
      const { user, system } = process.cpuUsage(before);
      // the first round compiles WebAssembly
      if (i > 0) best = Math.min(best, user + system);
    }
    const processed = kernel.exports.verifierProcessed();
    const linux = linuxThere ? await linuxSpeed(test) : null;
    rows.push({
      name: test.id,
      processed,
      ours: (processed * 1e6) / best,
      linux: linux?.perSecond ?? null,
      same: linux === null || linux.processed === processed,
    });
  }
  return rows;
}

export function formatVerifierBench(rows: readonly VerifierBenchRow[]): string {
  const million = (value: number): string => (value / 1e6).toFixed(2).padStart(10);
  const lines = rows.map(({ name, processed, ours, linux, same }) => {
    const beside =
      linux === null ? '         -         -' : `${million(linux)}${(ours / linux).toFixed(2).padStart(10)}`;
    return `${name.padEnd(24)}${String(processed).padStart(10)}${million(ours)}${beside}${same ? '' : '  Linux walks another number'}`;
  });
  const ratios = rows.flatMap(({ ours, linux }) => (linux === null ? [] : [Math.log(ours / linux)]));
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + ratio, 0) / Math.max(1, ratios.length));
  const heading = `${'program'.padEnd(24)} processed     ours     Linux      ours : Linux  (million instructions a second)`;
  const last = ratios.length === 0 ? 'Linux was not asked' : `geometric mean of ours : Linux ${mean.toFixed(2)}`;
  return [heading, ...lines, last].join('\n');
}
