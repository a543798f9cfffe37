// Makes one entry program whole: its subprograms appended behind it, calls and references resolved (what libbpf's
// bpf_object__relocate does). Map references stay indices into the object's maps until the maps exist.
import { decodeInstructions, encodeInstruction, LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import {
  BPF_CALL,
  BPF_JMP,
  BPF_PSEUDO_BTF_ID,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_VALUE,
  INSTRUCTION_SIZE,
} from '../bpf/opcodes.ts';
import { kfuncByName } from '../bpf/kfuncs.ts';
import type { ProgramType } from '../bpf/programs.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { BTF_KIND_FUNC, BTF_KIND_VAR, type LineRecord } from './btf.ts';
import { POISON, relocateCore, type KernelTypes } from './core.ts';
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
  /** instructions that this kernel cannot have, and what they would need of it */
  readonly poisoned: ReadonlyMap<number, string>;
}

/** The types of the kernel that the object is made ready for; asked for only when the object depends on them. */
export type TypesOfKernel = () => KernelTypes | null;

const CALL = BPF_JMP | BPF_CALL;

export function linkProgram(
  object: BpfObject,
  entry: ObjectFunction,
  typesOfKernel: TypesOfKernel,
): LinkedProgram | LoadProblem {
  const poisoned = new Map<number, string>();
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

    const failedCore = patchCore(f, inside, slot);
    if (failedCore) return failedCore;

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

  /** CO-RE: what depends on the kernel's types, before anything else is resolved. */
  function patchCore(
    f: ObjectFunction,
    inside: (offset: number) => boolean,
    slot: (offset: number) => number,
  ): LoadProblem | null {
    for (const record of object.coreRecords.get(f.section.name) ?? []) {
      if (!inside(record.offset) || !object.btf) continue;
      const types = typesOfKernel();
      if (!types) return problem('L013', { access: f.name, what: 'the types of this kernel are not known' });
      const at = slot(record.offset);
      const relocated = relocateCore(record, code.slice(at, at + 2), object.btf, types);
      if (isProblem(relocated)) {
        return { problem: { ...relocated.problem, span: lineAt(f.section.name, record.offset) } };
      }
      code.splice(at, relocated.instructions.length, ...relocated.instructions);
      if (relocated.poisoned !== null) poisoned.set(at, relocated.poisoned);
    }
    return null;
  }

  function lineAt(section: string, offset: number): Span | null {
    const line = object.lineRecords.get(section)?.findLast((record) => record.offset <= offset);
    return line
      ? { file: line.file, line: line.line, column: line.column, endLine: line.line, endColumn: line.column }
      : null;
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
      if (symbol.section === 0) return resolveKernelFunction(at, instruction, symbol.name);
      section = symbol.section;
      name = symbol.name;
      offset = (symbol.type === STT_SECTION ? 0 : symbol.value) + (instruction.imm + 1) * INSTRUCTION_SIZE;
    }
    const to = target(section, offset, name);
    if (typeof to !== 'number') return to;
    code[at] = { ...instruction, src: BPF_PSEUDO_CALL, imm: to - at - 1 };
    return null;
  }

  function resolveKernelFunction(at: number, instruction: Instruction, name: string): LoadProblem | null {
    const extern = object.externs.get(name);
    if (extern?.kind !== 'function') return problem('L010', { symbol: name });
    const id = typesOfKernel()?.named(BTF_KIND_FUNC, name)?.id;
    if (id === undefined && !extern.weak) return problem('L012', { symbol: name });
    // the verifier knows it by the number that a real 6.18 gives it
    const kfunc = id === undefined ? undefined : kfuncByName(name)?.id;
    // one that may be absent, and is: a call that the verifier refuses where it can be reached
    if (id === undefined) poisoned.set(at, `${name}()`);
    code[at] =
      id === undefined
        ? { ...instruction, src: 0, offset: 0, imm: POISON }
        : { ...instruction, src: BPF_PSEUDO_KFUNC_CALL, offset: 0, imm: kfunc ?? id };
    return null;
  }

  function resolveKernelVariable(at: number, instruction: Instruction, name: string): LoadProblem | null {
    const extern = object.externs.get(name);
    const high = code[at + 1];
    if (!extern || extern.kind === 'function' || !high) return problem('L010', { symbol: name });
    if (extern.kind === 'config' && object.config) {
      maps.push({ instruction: at, map: object.config.map });
      code[at] = { ...instruction, src: BPF_PSEUDO_MAP_VALUE, imm: 0 };
      code[at + 1] = { ...high, imm: object.config.offsets.get(name) ?? 0 };
      return null;
    }
    const id = extern.typeId === 0 ? undefined : typesOfKernel()?.named(BTF_KIND_VAR, name)?.id;
    if (id === undefined && !extern.weak) return problem('L012', { symbol: name });
    code[at] = { ...instruction, src: id === undefined ? 0 : BPF_PSEUDO_BTF_ID, imm: id ?? 0 };
    code[at + 1] = { ...high, imm: 0 };
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
    if (symbol.section === 0) return resolveKernelVariable(at, instruction, symbol.name);
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
    poisoned,
  };
}

export function programNames(object: BpfObject): string {
  return object.functions.flatMap((f) => (f.type ? [f.name] : [])).join(', ');
}

/**
 * Every entry program of the object that is loaded by itself (not SEC("?…")), or the one by that name with those behind it that it may
 * tail-call, because a map's initialiser names them.
 */
export function linkPrograms(
  object: BpfObject,
  name?: string,
  typesOfKernel: TypesOfKernel = () => null,
): LinkedProgram[] | LoadProblem {
  const all = object.functions.filter((f) => f.type);
  const named = all.filter((f) => f.name === name);
  const called = new Set(object.initialValues.map((value) => value.symbol));
  const entries =
    name === undefined
      ? all.filter((f) => !f.section.name.startsWith('?'))
      : [...named, ...all.filter((f) => named.length > 0 && f.name !== name && called.has(f.name))];
  if (entries.length === 0) return problem('L014', { program: name ?? '', programs: programNames(object) });
  const programs: LinkedProgram[] = [];
  for (const entry of entries) {
    const program = linkProgram(object, entry, typesOfKernel);
    if (isProblem(program)) return program;
    programs.push(program);
  }
  return programs;
}
