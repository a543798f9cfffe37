// lab way: a patch, a module or an eBPF program in the simulated machine, and what became of some packets. With --log, what the kernel said.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import type { PacketSpec } from '../lab/api.ts';
import { runWay } from '../lab/ways.ts';
import { WAYS, type WayReport } from '../lab/way-report.ts';
import { readExample } from './examples.ts';
import { startLab } from './kernel.ts';
import { EXIT_DONE, EXIT_FAULT, EXIT_REJECTED, oneOf, readArguments, UsageError, wholeNumber } from './usage.ts';

const OPTIONS = {
  example: { type: 'string' },
  program: { type: 'string' },
  seed: { type: 'string' },
  param: { type: 'string', multiple: true },
  log: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** NAME=VALUE of insmod. */
function parametersOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals <= 0) throw new UsageError(`lab way: --param takes NAME=VALUE, not '${text}'`);
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

export function printWay(report: WayReport, log: boolean): void {
  for (const diagnostic of report.diagnostics) console.error(renderDiagnostic(diagnostic));
  if (report.said !== '') console.error(report.said);
  for (const { fate, stage, reason, summary } of report.packets)
    console.log(`${fate.padEnd(10)} ${(reason || stage).padEnd(16)} ${summary}`);
  if (report.counts) {
    const { allocations, bytesCopied, lookups, nanoseconds } = report.counts;
    console.log(`${allocations} allocations, ${bytesCopied} bytes copied, ${lookups} lookups, ${nanoseconds} ns`);
  }
  for (const { title, source } of report.faults)
    console.log(`${title}${source ? ` (${source.file}:${source.line})` : ''}`);
  if (report.attack) {
    const { userBefore, userAfter, secret } = report.attack;
    console.log(`attack: read "${secret}", uid ${userBefore} -> ${userAfter}`);
  }
  console.log(`machine: ${report.state}`);
  if (log) for (const line of report.log) console.log(line);
}

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('way', args, OPTIONS);
  const [word, file, ...more] = files;
  if (word === undefined || file === undefined || more.length > 0)
    throw new UsageError(`lab way: name a way (${WAYS.join(', ')}) and a file`);
  const way = oneOf(word, 'way', WAYS);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`lab way: ${file} cannot be read; is the path right?`);
  }
  const main = basename(file);
  const packets: readonly PacketSpec[] = readExample(values.example ?? 'kernel-module').description.scenario.packets;
  const lab = await startLab();
  const report = runWay(lab.kernel, {
    way,
    project: { files: { [main]: text }, main },
    packets,
    seed: wholeNumber(values.seed ?? '1', '--seed', 0, 0xffffffff),
    ...(values.program === undefined ? {} : { program: values.program }),
    ...(values.param === undefined ? {} : { parameters: parametersOf(values.param) }),
  });
  if (values.json) console.log(JSON.stringify(report));
  else printWay(report, values.log === true);
  if (report.state !== 'alive' || report.faults.length > 0) return EXIT_FAULT;
  return report.started ? EXIT_DONE : EXIT_REJECTED;
}
