// lab verify: would Linux load this?
import { startLab } from './kernel.ts';
import { loadFile, PROGRAM_OPTIONS } from './program.ts';
import { EXIT_DONE, EXIT_REJECTED, oneOf, readArguments, UsageError } from './usage.ts';

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('verify', args, { ...PROGRAM_OPTIONS, 'log-level': { type: 'string' } });
  if (files.length === 0) throw new UsageError('lab verify: name at least one .c, .o or .bin file');
  const level = Number(oneOf(values['log-level'] ?? '1', '--log-level', ['0', '1', '2', '4'])) as 0 | 1 | 2 | 4;
  const lab = await startLab();
  let status = EXIT_DONE;
  for (const file of files) {
    const loaded = loadFile(lab, file, values, level, { verdictsOnly: true });
    if (!loaded) {
      status = EXIT_REJECTED;
      continue;
    }
    for (const answer of loaded.answers) {
      if (answer.verdict === 'reject') status = EXIT_REJECTED;
      if (values.json) console.log(JSON.stringify(answer));
      else {
        if (answer.verdict === 'reject' || level !== 1) process.stdout.write(answer.log);
        console.log(
          `${file}: ${answer.program}: ${answer.verdict === 'accept' ? 'accepted' : `refused (${answer.errno}): ${answer.message}`}`,
        );
      }
    }
  }
  return status;
}
