// lab example: an example's scenario in the simulator, held against its expectations.
import { runExample } from '../lab/example.ts';
import { readExample } from './examples.ts';
import { startLab } from './kernel.ts';
import { EXIT_DONE, EXIT_REJECTED, readArguments, UsageError } from './usage.ts';

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('example', args, { json: { type: 'boolean' } });
  const [name] = files;
  if (name === undefined || files.length > 1) throw new UsageError('lab example: name one example');
  const example = readExample(name);
  const result = runExample(await startLab(), example);
  if (values.json) console.log(JSON.stringify(result));
  else {
    for (const packet of result.report.packets ?? []) console.log(`${packet.verdict.padEnd(12)} ${packet.summary}`);
    for (const map of result.report.maps ?? []) {
      for (const entry of map.entries) {
        console.log(
          `${map.name}[${JSON.stringify(entry.decoded?.key ?? entry.key)}] = ${JSON.stringify(entry.decoded?.value ?? entry.value)}`,
        );
      }
    }
    for (const { file, verdict } of result.variants)
      console.log(`${file}: ${verdict ? `refused: ${verdict.message}` : 'not refused'}`);
    for (const failure of result.failures) console.error(`not as promised: ${failure}`);
    if (result.failures.length === 0) console.log('as promised');
  }
  return result.failures.length === 0 ? EXIT_DONE : EXIT_REJECTED;
}
