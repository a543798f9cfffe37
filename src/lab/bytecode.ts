// A project's instructions beside its C lines, as data: what the page's bytecode panel draws. Nothing is loaded or run.
import { disassembleInstruction } from '../bpf/disassemble.ts';
import { decodeInstructions, LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import { BPF_PSEUDO_MAP_FD } from '../bpf/opcodes.ts';
import { linkPrograms, type LinkedProgram } from '../loader/link.ts';
import { readObject, type BpfObject } from '../loader/object.ts';
import { isProblem } from '../loader/problems.ts';
import type { BytecodeReport, BytecodeRow, Project } from './api.ts';
import { typesOfKernel } from './kernel-types.ts';
import { compileProject } from './lab.ts';

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

function rowsOf(object: BpfObject, program: LinkedProgram): BytecodeRow[] {
  const maps = new Map(program.maps.map(({ instruction, map }) => [instruction, object.maps[map]?.name ?? '']));
  const functions = new Map(program.subprograms.map(({ name, instruction }) => [instruction, name]));
  const lines = new Map(program.lines.map((line) => [line.instruction, line]));
  const instructions = decodeInstructions(program.instructions);
  const rows: BytecodeRow[] = [];
  let place: { file: string; line: number } | null = null;
  for (let slot = 0; slot < instructions.length; slot++) {
    const instruction = instructions[slot] as Instruction;
    const wide = instruction.opcode === LD_IMM64;
    const map = maps.get(slot);
    const line = lines.get(slot);
    if (line) place = { file: line.file, line: line.line };
    rows.push({
      slot,
      bytes: hex(program.instructions.subarray(slot * 8, (slot + (wide ? 2 : 1)) * 8)),
      text: disassembleInstruction(instruction, wide ? instructions[slot + 1]?.imm : 0, {
        immediate64: ({ src }, offset) =>
          map === undefined ? undefined : src === BPF_PSEUDO_MAP_FD ? `map[${map}]` : `map[${map}][0]+${offset}`,
      }).replace(/^\([0-9a-f]{2}\) /, ''),
      function: functions.get(slot) ?? null,
      file: place?.file ?? null,
      line: place?.line ?? null,
    });
    if (wide) slot++;
  }
  return rows;
}

/** Null when the project does not compile: its diagnostics say why. */
export function bytecodeOf(project: Project): BytecodeReport | null {
  const { object: bytes } = compileProject({ files: new Map(Object.entries(project.files)), main: project.main });
  if (!bytes) return null;
  const object = readObject(bytes, project.main);
  if (isProblem(object)) return null;
  const programs = linkPrograms(object, undefined, () => typesOfKernel(618));
  if (isProblem(programs)) return null;
  return {
    object: bytes,
    programs: programs.map((program) => ({
      name: program.name,
      section: program.section,
      rows: rowsOf(object, program),
    })),
  };
}
