// lab conformance: every *.data file of a folder through the engines; with --verify, through the verifier first.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runConformance } from '../lab/conformance.ts';
import { startKernel } from './kernel-only.ts';
import { readText } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, oneOf, readArguments, UsageError } from './usage.ts';

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('conformance', args, {
    engine: { type: 'string' },
    verify: { type: 'boolean' },
  });
  const [folder] = files;
  if (folder === undefined || files.length > 1)
    throw new UsageError('lab conformance: name one folder of *.data files');
  const which = oneOf(values.engine ?? 'both', '--engine', ['interpreter', 'jit', 'both']);
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.data'));
  } catch {
    throw new UsageError(`lab conformance: ${folder} is not a folder that can be read; check the name`);
  }
  if (names.length === 0) throw new UsageError(`lab conformance: ${folder} holds no *.data file`);
  names.sort();

  const kernel = await startKernel();
  let status = EXIT_DONE;
  const engines = which === 'both' ? (['interpreter', 'jit'] as const) : [which];
  const totals: string[] = [];
  for (const engine of engines) {
    let passed = 0;
    for (const name of names) {
      const failure = runConformance(kernel, readText(join(folder, name)), engine, values.verify === true);
      if (failure) console.log(`FAIL ${engine} ${name}: expected ${failure.expected}, got ${failure.actual}`);
      else passed++;
    }
    totals.push(`${engine}: ${passed}/${names.length} passed`);
    if (passed < names.length) status = EXIT_REJECTED;
  }
  // One line an engine, after everything else.
  for (const line of totals) console.log(line);
  return status;
}
