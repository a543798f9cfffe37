// What an object holds, in the words of the kernel's verifier log, C between the lines if asked for.
import { disassembleInstruction } from '../bpf/disassemble.ts';
import { decodeInstructions, LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import { BPF_PSEUDO_MAP_FD } from '../bpf/opcodes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { linkPrograms, type LinkedLine, type LinkedProgram } from '../loader/link.ts';
import { readObject, type BpfObject } from '../loader/object.ts';
import { isProblem } from '../loader/problems.ts';
import { typesOfKernel } from './kernel-types.ts';

/** "; return XDP_DROP; @ drop.bpf.c:12", as the verifier's log quotes C. */
const quote = (line: LinkedLine): string =>
  `; ${line.text.trimStart()} @ ${line.file.replace(/^.*\//, '')}:${line.line}`;

function programLines(object: BpfObject, program: LinkedProgram, withSource: boolean): string[] {
  const listing = [`${program.name}: (${program.section})`];
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
    if (name !== undefined && slot > 0) listing.push(`${name}:`);
    const line = lines.get(slot);
    if (withSource && line && quote(line) !== quoted) listing.push((quoted = quote(line)));
    listing.push(`${slot}: ${text}`);
    if (wide) slot++;
  }
  return listing;
}

/** One list of lines a program; a diagnostic when the file is no object that can be linked. */
export function disassembleObject(
  bytes: Uint8Array,
  file: string,
  options: { readonly program?: string | undefined; readonly source?: boolean | undefined },
): string[][] | { readonly diagnostic: Diagnostic } {
  const object = readObject(bytes, file);
  if (isProblem(object)) return { diagnostic: object.problem };
  const programs = linkPrograms(object, options.program, () => typesOfKernel(618));
  if (isProblem(programs)) return { diagnostic: programs.problem };
  return programs.map((program) => programLines(object, program, options.source === true));
}
