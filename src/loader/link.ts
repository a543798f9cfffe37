// Makes one entry program whole: its subprograms appended behind it, calls and references resolved (what libbpf's
// bpf_object__relocate does). Map references stay indices into the object's maps until the maps exist.
import { decodeInstructions, encodeInstruction, LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import {
  BPF_CALL,
  BPF_JMP,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_VALUE,
  INSTRUCTION_SIZE,
} from '../bpf/opcodes.ts';
import type { ProgramType } from '../bpf/programs.ts';
import type { LineRecord } from './btf.ts';
import { STT_SECTION, viewOf, type ElfRelocation } from './elf.ts';
import { relocationsOf, type BpfObject, type ObjectFunction } from './object.ts';
import { isProblem, problem, type LoadProblem } from './problems.ts';

const R_BPF_64_64 = 1;
const R_BPF_64_32 = 10;

export interface MapReference {
  /** slot of the ld_imm64 */
  readonly instruction: number;
  /** index into BpfObject.maps */
  readonly map: number;
}

/** A line record whose offset counts instructions from the linked program's start. */
export interface LinkedLine extends Omit<LineRecord, 'offset'> {
  readonly instruction: number;
}

export interface LinkedProgram {
  readonly name: string;
  readonly section: string;
  readonly type: ProgramType;
  readonly instructions: Uint8Array;
  readonly maps: readonly MapReference[];
  readonly functions: readonly { readonly instruction: number; readonly typeId: number }[];
  readonly lines: readonly LinkedLine[];
  readonly subprograms: readonly { readonly name: string; readonly instruction: number }[];
}

const CALL = BPF_JMP | BPF_CALL;

export function linkProgram(object: BpfObject, entry: ObjectFunction): LinkedProgram | LoadProblem {
  const code: Instruction[] = [];
  const maps: MapReference[] = [];
  const functions: { instruction: number; typeId: number }[] = [];
  const lines: LinkedLine[] = [];
  const placed = new Map<ObjectFunction, number>();

  const functionAt = (section: number, offset: number): ObjectFunction | undefined =>
    object.functions.find((f) => f.section.index === section && f.start <= offset && offset < f.end);

  /** Appends a function and, depth first, what it calls; returns where it begins. */
  function place(f: ObjectFunction): number | LoadProblem {
    const base = code.length;
    placed.set(f, base);
    code.push(...decodeInstructions(f.section.data.subarray(f.start, f.end)));
    const inside = (offset: number): boolean => offset >= f.start && offset < f.end;
    const slot = (offset: number): number => base + (offset - f.start) / INSTRUCTION_SIZE;
    for (const record of object.functionRecords.get(f.section.name) ?? []) {
      if (inside(record.offset)) functions.push({ instruction: slot(record.offset), typeId: record.typeId });
    }
    for (const { offset, ...line } of object.lineRecords.get(f.section.name) ?? []) {
      if (inside(offset)) lines.push({ ...line, instruction: slot(offset) });
    }

    const relocations = new Map<number, ElfRelocation>();
    for (const relocation of relocationsOf(object, f.section)) {
      if (inside(relocation.offset)) relocations.set(slot(relocation.offset), relocation);
    }
    const end = code.length;
    for (let at = base; at < end; at++) {
      const instruction = code[at];
      if (!instruction) break;
      const relocation = relocations.get(at);
      const failed =
        instruction.opcode === LD_IMM64
          ? resolveLoad(at++, instruction, relocation)
          : instruction.opcode === CALL && (relocation || instruction.src === BPF_PSEUDO_CALL)
            ? resolveCall(at, instruction, relocation, f, base)
            : null;
      if (failed) return failed;
    }
    return base;
  }

  function target(section: number, offset: number, name: string): number | LoadProblem {
    const callee = functionAt(section, offset);
    if (!callee) return problem('L010', { symbol: name });
    return placed.get(callee) ?? place(callee);
  }

  function resolveCall(
    at: number,
    instruction: Instruction,
    relocation: ElfRelocation | undefined,
    caller: ObjectFunction,
    base: number,
  ): LoadProblem | null {
    let section = caller.section.index;
    // Without a relocation the call stays inside its section: imm counts from the next instruction.
    let offset = caller.start + (at - base + instruction.imm + 1) * INSTRUCTION_SIZE;
    let name = caller.section.name;
    if (relocation) {
      const { symbol } = relocation;
      if (relocation.type !== R_BPF_64_32) return problem('L011', { type: relocation.type, symbol: symbol.name });
      if (symbol.section === 0) return problem('L012', { symbol: symbol.name });
      section = symbol.section;
      name = symbol.name;
      offset = (symbol.type === STT_SECTION ? 0 : symbol.value) + (instruction.imm + 1) * INSTRUCTION_SIZE;
    }
    const to = target(section, offset, name);
    if (typeof to !== 'number') return to;
    code[at] = { ...instruction, src: BPF_PSEUDO_CALL, imm: to - at - 1 };
    return null;
  }

  function resolveLoad(
    at: number,
    instruction: Instruction,
    relocation: ElfRelocation | undefined,
  ): LoadProblem | null {
    if (!relocation) return null;
    const { symbol } = relocation;
    if (relocation.type !== R_BPF_64_64) return problem('L011', { type: relocation.type, symbol: symbol.name });
    if (symbol.section === 0) return problem('L012', { symbol: symbol.name });
    const section = object.elf.sections[symbol.section];
    const high = code[at + 1];
    if (!section || !high) return problem('L001', { what: 'an instruction is cut short' });

    if (section.name === '.maps') {
      const map = object.maps.findIndex((definition) => definition.name === symbol.name);
      if (map < 0) return problem('L010', { symbol: symbol.name });
      maps.push({ instruction: at, map });
      code[at] = { ...instruction, src: BPF_PSEUDO_MAP_FD, imm: 0 };
      code[at + 1] = { ...high, imm: 0 };
      return null;
    }
    const data = object.dataMaps.get(symbol.section);
    if (data !== undefined) {
      maps.push({ instruction: at, map: data });
      const offset = (symbol.type === STT_SECTION ? 0 : symbol.value) + instruction.imm;
      code[at] = { ...instruction, src: BPF_PSEUDO_MAP_VALUE, imm: 0 };
      code[at + 1] = { ...high, imm: offset };
      return null;
    }
    const offset = (symbol.type === STT_SECTION ? 0 : symbol.value) + instruction.imm;
    const to = target(symbol.section, offset, symbol.name);
    if (typeof to !== 'number') return to;
    code[at] = { ...instruction, src: BPF_PSEUDO_FUNC, imm: to - at - 1 };
    code[at + 1] = { ...high, imm: 0 };
    return null;
  }

  if (!entry.type) return problem('L014', { program: entry.name, programs: programNames(object) });
  const start = place(entry);
  if (typeof start !== 'number') return start;

  const bytes = new Uint8Array(code.length * INSTRUCTION_SIZE);
  const view = viewOf(bytes);
  code.forEach((instruction, i) => encodeInstruction(instruction, view, i * INSTRUCTION_SIZE));
  const subprograms = [...placed].map(([f, instruction]) => ({ name: f.name, instruction }));
  return {
    name: entry.name,
    section: entry.section.name,
    type: entry.type,
    instructions: bytes,
    maps,
    functions: functions.sort((a, b) => a.instruction - b.instruction),
    lines: lines.sort((a, b) => a.instruction - b.instruction),
    subprograms: subprograms.sort((a, b) => a.instruction - b.instruction),
  };
}

export function programNames(object: BpfObject): string {
  return object.functions.flatMap((f) => (f.type ? [f.name] : [])).join(', ');
}

/** Every entry program of the object, or the one by that name. */
export function linkPrograms(object: BpfObject, name?: string): LinkedProgram[] | LoadProblem {
  const entries = object.functions.filter((f) => f.type && (name === undefined || f.name === name));
  if (entries.length === 0) return problem('L014', { program: name ?? '', programs: programNames(object) });
  const programs: LinkedProgram[] = [];
  for (const entry of entries) {
    const program = linkProgram(object, entry);
    if (isProblem(program)) return program;
    programs.push(program);
  }
  return programs;
}
