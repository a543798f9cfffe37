// lab example: an example's scenario in the simulator, held against its expectations; with --pcap DIR its captures are written there.
import { runExample } from '../lab/example.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readExample } from './examples.ts';
import { startLab } from './kernel.ts';
import { writeOutput } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, readArguments, UsageError } from './usage.ts';

/** Simulated times are whole nanoseconds, which JSON writes as text; bytes as hex. */
const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('example', args, { json: { type: 'boolean' }, pcap: { type: 'string' } });
  const [name] = files;
  if (name === undefined || files.length > 1) throw new UsageError('lab example: name one example');
  const example = readExample(name);
  if (example.description.kind !== undefined)
    return (await import('./kernel-example.ts')).run(example, values.json === true);
  const result = runExample(await startLab(), example);
  const captures = Object.entries(result.network?.captures ?? {});
  if (values.pcap !== undefined) {
    const folder = values.pcap;
    try {
      mkdirSync(folder, { recursive: true });
    } catch {
      throw new UsageError(`lab example: ${folder} cannot be made; check the path`);
    }
    for (const [file, bytes] of captures) writeOutput(join(folder, file), bytes);
  }
  if (values.json) console.log(JSON.stringify(result, plain));
  else {
    for (const packet of result.report.packets ?? []) console.log(`${packet.verdict.padEnd(12)} ${packet.summary}`);
    for (const map of result.report.maps ?? []) {
      for (const entry of map.entries) {
        console.log(
          `${map.name}[${JSON.stringify(entry.decoded?.key ?? entry.key)}] = ${JSON.stringify(entry.decoded?.value ?? entry.value)}`,
        );
      }
    }
    const { network } = result;
    for (const [reason, count] of Object.entries(network?.counts?.drops ?? {}))
      console.log(`dropped: ${count} ${reason}`);
    for (const [stage, { packets, nanoseconds }] of Object.entries(network?.counts?.stages ?? {}))
      console.log(`${stage.padEnd(16)} ${String(packets).padStart(8)} packets ${String(nanoseconds).padStart(10)} ns`);
    for (const { file, verdict } of result.variants)
      console.log(`${file}: ${verdict ? `refused: ${verdict.message}` : 'not refused'}`);
    for (const [file, bytes] of captures)
      console.log(
        values.pcap === undefined ? `${file}: ${bytes.length} bytes; --pcap DIR writes it` : join(values.pcap, file),
      );
    for (const { what, simulator, linux, because } of network?.differences ?? [])
      console.log(`${what}: ${simulator} here, ${linux} on Linux: ${because}`);
    if (network && network.framesLost > 0) console.log(`${network.framesLost} frames found no room in the captures`);
    for (const failure of result.failures) console.error(`not as promised: ${failure}`);
    if (result.failures.length === 0) console.log('as promised');
  }
  return result.failures.length === 0 ? EXIT_DONE : EXIT_REJECTED;
}
