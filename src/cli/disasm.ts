// lab disasm: what a file holds, in the words of the kernel's verifier log.
import { disassemble } from '../bpf/disassemble.ts';
import { decodeInstructions } from '../bpf/instruction.ts';
import { INSTRUCTION_SIZE } from '../bpf/opcodes.ts';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { disassembleObject } from '../lab/disassembly.ts';
import { readBytes } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, readArguments, UsageError } from './usage.ts';

/** The object in a file: ours of the C in it, or the file itself. */
async function objectOf(file: string): Promise<Uint8Array | null> {
  if (!file.endsWith('.c')) return readBytes(file);
  // The compiler is loaded only for C.
  const [{ compileProject }, { compileOptions }] = await Promise.all([import('../lab/lab.ts'), import('./compile.ts')]);
  const result = compileProject(compileOptions(file, {}));
  for (const diagnostic of result.diagnostics) console.error(renderDiagnostic(diagnostic));
  return result.object;
}

export async function run(args: string[]): Promise<number> {
  const { values, files } = readArguments('disasm', args, {
    source: { type: 'boolean' },
    program: { type: 'string' },
  });
  const [file] = files;
  if (file === undefined || files.length > 1) throw new UsageError('lab disasm: name one file (.c, .o or .bin)');
  if (file.endsWith('.bin')) {
    const bytes = readBytes(file);
    if (bytes.length === 0 || bytes.length % INSTRUCTION_SIZE !== 0)
      throw new UsageError(`lab disasm: ${file} is not made of 8-byte instructions (${bytes.length} bytes)`);
    for (const line of disassemble(decodeInstructions(bytes))) console.log(`${line.slot}: ${line.text}`);
    return EXIT_DONE;
  }
  const bytes = await objectOf(file);
  if (!bytes) return EXIT_REJECTED;
  const listings = disassembleObject(bytes, file, values);
  if ('diagnostic' in listings) throw new UsageError(`lab disasm: ${file}: ${listings.diagnostic.message}`);
  console.log(listings.map((lines) => lines.join('\n')).join('\n\n'));
  return EXIT_DONE;
}
