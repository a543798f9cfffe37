// A project's instructions beside its C lines, and the WebAssembly that the JIT makes of them, as data: what the page's bytecode panel draws.
// Nothing is run.
import { disassembleInstruction } from '../bpf/disassemble.ts';
import { decodeInstructions, LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import { BPF_PSEUDO_MAP_FD } from '../bpf/opcodes.ts';
import { linkPrograms, type LinkedProgram } from '../loader/link.ts';
import { readObject, type BpfObject } from '../loader/object.ts';
import { isProblem } from '../loader/problems.ts';
import { HELPERS } from '../bpf/helpers.ts';
import { Jit, type CompilingKernel } from '../jit/attach.ts';
import { printProgram } from '../jit/print.ts';
import type { BytecodeReport, BytecodeRow, Project, WasmRow } from './api.ts';
import { loadInto, typesOfKernel } from './kernel-types.ts';
import { compileProject, type LabEngine } from './lab.ts';

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

/**
 * What the JIT makes of each program, by its name, each line with the loaded instruction that it does; a program that the verifier refuses has
 * none. The machine is rebooted for it.
 */
function compiledBy(lab: LabEngine, bytes: Uint8Array, main: string): Map<string, WasmRow[]> {
  lab.boot();
  const loaded = loadInto(lab.kernel, bytes, main, { recording: 'nothing' });
  if (isProblem(loaded)) return new Map();
  const jit = new Jit(lab.kernel as unknown as CompilingKernel);
  const { exports } = lab.kernel;
  return new Map(
    loaded.programs.flatMap((program) => {
      if (program.fd < 0) return [];
      const count = exports.programInstructionCount(program.fd);
      const origins = new DataView(lab.kernel.read(exports.programOrigins(program.fd), count * 4).buffer);
      const compiled = jit.translate(program.fd, { checked: false, counting: false });
      const functions = printProgram(compiled, (id) => `bpf_${HELPERS.find((row) => row.id === id)?.name ?? id}`);
      const rows = functions.flatMap((lines, i) =>
        lines.map(({ depth, text, slot }) => {
          // What stands before a function's first instruction belongs to it.
          const translated = slot < 0 ? (compiled.subprograms[i] ?? 0) : slot;
          return { depth, text, slot: translated < count ? origins.getUint32(translated * 4, true) : 0 };
        }),
      );
      return [[program.linked.name, rows] as const];
    }),
  );
}

/** Null when the project does not compile: its diagnostics say why. Without a machine there is no WebAssembly. */
export function bytecodeOf(project: Project, lab: LabEngine | null = null): BytecodeReport | null {
  const { object: bytes } = compileProject({ files: new Map(Object.entries(project.files)), main: project.main });
  if (!bytes) return null;
  const object = readObject(bytes, project.main);
  if (isProblem(object)) return null;
  const programs = linkPrograms(object, undefined, () => typesOfKernel(618));
  if (isProblem(programs)) return null;
  const compiled = lab ? compiledBy(lab, bytes, project.main) : null;
  return {
    object: bytes,
    programs: programs.map((program) => ({
      name: program.name,
      section: program.section,
      rows: rowsOf(object, program),
      wasm: compiled?.get(program.name) ?? null,
    })),
  };
}
