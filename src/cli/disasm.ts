// lab disasm: what a file holds, in the words of the kernel's verifier log.
import { disassemble, disassembleInstruction } from '../bpf/disassemble.ts';
import { decodeInstructions, LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import { BPF_PSEUDO_MAP_FD, INSTRUCTION_SIZE } from '../bpf/opcodes.ts';
import { renderDiagnostic } from '../diagnostics/diagnostic.ts';
import { linkPrograms, type LinkedLine, type LinkedProgram } from '../loader/link.ts';
import { readObject, type BpfObject } from '../loader/object.ts';
import { isProblem } from '../loader/problems.ts';
import { readBytes } from './sources.ts';
import { EXIT_DONE, EXIT_REJECTED, readArguments, UsageError } from './usage.ts';

/** "; return XDP_DROP; @ drop.bpf.c:12", as the verifier's log quotes C. */
const quote = (line: LinkedLine): string =>
  `; ${line.text.trimStart()} @ ${line.file.replace(/^.*\//, '')}:${line.line}`;

function printProgram(object: BpfObject, program: LinkedProgram, withSource: boolean): void {
  console.log(`${program.name}: (${program.section})`);
  const references = new Map(program.maps.map(({ instruction, map }) => [instruction, object.maps[map]?.name ?? '']));
  const subprograms = new Map(program.subprograms.map(({ name, instruction }) => [instruction, name]));
  const lines = new Map(program.lines.map((line) => [line.instruction, line]));
  const instructions = decodeInstructions(program.instructions);
  let quoted = '';
  for (let slot = 0; slot < instructions.length; slot++) {
    const instruction = instructions[slot] as Instruction;
    const wide = instruction.opcode === LD_IMM64;
    const map = references.get(slot);
    const text = disassembleInstruction(instruction, wide ? instructions[slot + 1]?.imm : 0, {
      immediate64: ({ src }, offset) =>
        map === undefined ? undefined : src === BPF_PSEUDO_MAP_FD ? `map[${map}]` : `map[${map}][0]+${offset}`,
    });
    const name = subprograms.get(slot);
    if (name !== undefined && slot > 0) console.log(`${name}:`);
    const line = lines.get(slot);
    if (withSource && line && quote(line) !== quoted) console.log((quoted = quote(line)));
    console.log(`${slot}: ${text}`);
    if (wide) slot++;
  }
}

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
  const object = readObject(bytes, file);
  const programs = isProblem(object) ? object : linkPrograms(object, values.program);
  if (isProblem(object) || isProblem(programs)) {
    if (isProblem(programs)) console.error(renderDiagnostic(programs.problem));
    return EXIT_REJECTED;
  }
  programs.forEach((program, i) => {
    if (i > 0) console.log('');
    printProgram(object, program, values.source === true);
  });
  return EXIT_DONE;
}
