// lab three-ways: one job as patch, module and eBPF program on the same packets, in three columns.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Project } from '../lab/api.ts';
import { MOST_PACKETS, runThreeWays } from '../lab/three-ways.ts';
import { FATES, TRAFFICS, type ThreeWaysColumn, type ThreeWaysReport } from '../lab/way-report.ts';
import { startLab } from './kernel.ts';
import { EXIT_DONE, EXIT_REJECTED, oneOf, readArguments, UsageError, wholeNumber } from './usage.ts';

const FAULTS = ['none', 'null', 'use-after-free', 'wild-write', 'endless-loop'] as const;
const OPTIONS = {
  traffic: { type: 'string' },
  packets: { type: 'string' },
  seed: { type: 'string' },
  fault: { type: 'string' },
  json: { type: 'boolean' },
} as const;

function example(folder: string, main: string): Project {
  const path = fileURLToPath(new URL(`../../examples/${folder}/${main}`, import.meta.url));
  return { files: { [main]: readFileSync(path, 'utf8') }, main };
}

const row = (label: string, columns: readonly ThreeWaysColumn[], value: (column: ThreeWaysColumn) => string): string =>
  label.padEnd(28) + columns.map((column) => value(column).padStart(22)).join('');

function print({ columns, packets, unwanted }: ThreeWaysReport): void {
  console.log(`${packets} packets, ${unwanted} of them unwanted`);
  console.log(row('', columns, ({ way }) => way));
  for (const fate of FATES) console.log(row(fate, columns, ({ fates }) => String(fates[fate])));
  console.log(row('machine', columns, ({ state }) => state));
  console.log(row('rule', columns, ({ started }) => (started ? 'loaded' : 'refused')));
  console.log(row('restarts', columns, ({ disruption }) => String(disruption.reboots)));
  console.log(row('connections kept', columns, ({ disruption: { kept, connections } }) => `${kept} of ${connections}`));
  console.log(row('ns per refusal', columns, ({ refusal }) => (refusal ? refusal.nanoseconds.toFixed(1) : '-')));
  console.log(row('allocations per refusal', columns, ({ refusal }) => (refusal ? String(refusal.allocations) : '-')));
  console.log(row('allocations', columns, ({ counts }) => String(counts?.allocations ?? '-')));
  console.log(row('bytes copied', columns, ({ counts }) => String(counts?.bytesCopied ?? '-')));
  console.log(row('lookups', columns, ({ counts }) => String(counts?.lookups ?? '-')));
  console.log(row('ns in all', columns, ({ counts }) => String(counts?.nanoseconds ?? '-')));
  for (const { way, faults, diagnostics } of columns) {
    for (const { title, source } of faults)
      console.log(`${way}: ${title}${source ? ` (${source.file}:${source.line})` : ''}`);
    for (const { message, span } of diagnostics)
      console.log(`${way}: ${message}${span ? ` (${span.file}:${span.line})` : ''}`);
  }
}

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('three-ways', args, OPTIONS);
  if (files.length > 0) throw new UsageError("lab three-ways: takes options only; see 'lab help'");
  const fault = oneOf(values.fault ?? 'none', '--fault', FAULTS);
  const name = fault === 'null' ? 'null-bug' : fault;
  const none = fault === 'none';
  const traffic = {
    name: oneOf(values.traffic ?? 'mixed', '--traffic', TRAFFICS),
    count: wholeNumber(values.packets ?? '100000', '--packets', 0, MOST_PACKETS),
    seed: wholeNumber(values.seed ?? '1', '--seed', 0, 0xffffffff),
  };
  const lab = await startLab();
  const running = runThreeWays(lab.kernel, {
    projects: {
      patch: example('kernel-patch', none ? 'ip_input.c' : `${name}.c`),
      module: example('kernel-module', none ? 'drop.c' : `${name}.c`),
      ebpf: example('three-ways', none ? 'filter.bpf.c' : `${name}.bpf.c`),
    },
    traffic,
  });
  let step = running.next(false);
  while (!step.done) {
    const { done, total } = step.value;
    if (process.stderr.isTTY) process.stderr.write(`\r${Math.round((100 * done) / Math.max(1, total))} %`);
    step = running.next(false);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const report = step.value;
  if (values.json) {
    // What became of each packet, a digit a packet.
    const plain = (key: string, value: unknown): unknown =>
      key === 'each' && value instanceof Uint8Array ? [...value].join('') : value;
    console.log(JSON.stringify(report, plain));
  } else print(report);
  return report.columns.every(({ started }) => started) ? EXIT_DONE : EXIT_REJECTED;
}
