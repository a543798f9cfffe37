// lab asm: assembly in bpf_conformance's syntax → raw instructions, in a file or on standard output (as hex lines on a terminal).
import { assemble } from '../bpf/assemble.ts';
import { encodeInstructions } from '../bpf/instruction.ts';
import { readText, writeOutput } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, readArguments, UsageError } from './usage.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- commands are asynchronous by contract
export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('asm', args, { output: { type: 'string', short: 'o' } });
  const [file] = files;
  if (file === undefined || files.length > 1) throw new UsageError('lab asm: name one file of assembly');
  const { instructions, problems } = assemble(readText(file));
  for (const { line, column, message } of problems) console.error(`${file}:${line}:${column}: error: ${message}`);
  if (problems.length > 0) return EXIT_REJECTED;
  const bytes = encodeInstructions(instructions);
  if (values.output !== undefined) writeOutput(values.output, bytes);
  else if (!process.stdout.isTTY) process.stdout.write(bytes);
  else
    for (let at = 0; at < bytes.length; at += 8) console.log(Buffer.from(bytes.subarray(at, at + 8)).toString('hex'));
  return EXIT_DONE;
}
