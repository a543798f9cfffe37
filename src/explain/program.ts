// What the records do not say about the program that was verified: its instructions, source lines, maps and functions.
import { disassembleInstruction } from '../bpf/disassemble.ts';
import { LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import {
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
} from '../bpf/opcodes.ts';
import { kfuncById } from '../bpf/kfuncs.ts';

/** From which C line an instruction (and those after it, up to the next row) was made: .BTF.ext's line_info. */
export interface SourceLine {
  /** slot */
  readonly instruction: number;
  /** path as the compiler was given it */
  readonly file: string;
  /** from 1 */
  readonly line: number;
  /** from 1; 0 where unknown */
  readonly column: number;
  /** the whole line */
  readonly text: string;
}

export interface ExplainedMap {
  readonly name: string;
  readonly keySize: number;
  readonly valueSize: number;
  /** of a map of maps: what it holds */
  readonly inner?: { readonly keySize: number; readonly valueSize: number } | null;
}

export interface ExplainedSubprogram {
  readonly name: string;
  /** first slot */
  readonly instruction: number;
}

export interface ExplainedProgram {
  /** enum bpf_prog_type; a suggested fix returns what lets things pass in a program of that type */
  readonly type?: number;
  /** slots, as they were loaded: an ld_imm64 of a map holds the map's index in `maps` */
  readonly instructions: readonly Instruction[];
  /** ascending by instruction; empty without BTF */
  readonly lineInfo: readonly SourceLine[];
  readonly maps: readonly ExplainedMap[];
  /** which of `maps` a register's map number is; left out: in the order in which the instructions first use them, as Linux counts */
  readonly usedMaps?: readonly number[];
  readonly subprograms: readonly ExplainedSubprogram[];
  /** with CAP_BPF alone Linux prints map addresses as 0x0; default true */
  readonly showAddresses?: boolean;
  /** for log level 4 */
  readonly statistics?: { readonly microseconds: number; readonly stackDepths: readonly number[] };
}

/** An address as Linux would print it for a map: the real ones differ from boot to boot, these do not. */
const MAP_ADDRESS = 0xffff_8881_0000_0000n;

/** "(61) r1 = *(u32 *)(r1 +0)" */
export function instructionText(program: ExplainedProgram, slot: number): string {
  const instruction = program.instructions[slot];
  if (!instruction) return '';
  const high = instruction.opcode === LD_IMM64 ? (program.instructions[slot + 1]?.imm ?? 0) : 0;
  return disassembleInstruction(instruction, high, {
    immediate64: (load, upper) => {
      switch (load.src) {
        case BPF_PSEUDO_MAP_FD:
        case BPF_PSEUDO_MAP_IDX:
        case BPF_PSEUDO_MAP_VALUE:
        case BPF_PSEUDO_MAP_IDX_VALUE: {
          if (program.showAddresses === false) return '0x0';
          const value = load.src === BPF_PSEUDO_MAP_VALUE || load.src === BPF_PSEUDO_MAP_IDX_VALUE;
          const inside = value ? 0x400n + BigInt(upper >>> 0) : 0n;
          return `0x${(MAP_ADDRESS + BigInt(load.imm >>> 0) * 0x800n + inside).toString(16)}`;
        }
        default:
          return `0x${((BigInt(upper >>> 0) << 32n) | BigInt(load.imm >>> 0)).toString(16)}`;
      }
    },
    kernelFunction: ({ imm }) => kfuncById(imm)?.name ?? 'kernel-function',
  });
}

const isMapReference = (instruction: Instruction): boolean =>
  instruction.opcode === LD_IMM64 &&
  (instruction.src === BPF_PSEUDO_MAP_FD || instruction.src === BPF_PSEUDO_MAP_VALUE);

const usedMapsOf = new WeakMap<ExplainedProgram, readonly number[]>();

/** The map that a register state names by its number among the maps that the program uses. */
export function usedMap(program: ExplainedProgram, number: number): ExplainedMap | undefined {
  let used = program.usedMaps ?? usedMapsOf.get(program);
  if (!used) {
    used = [...new Set(program.instructions.filter(isMapReference).map(({ imm }) => imm))];
    usedMapsOf.set(program, used);
  }
  return program.maps[used[number] ?? number];
}

/** The row that covers a slot, or null where there is no line information. */
export function sourceLineAt(program: ExplainedProgram, slot: number): SourceLine | null {
  let low = 0;
  let high = program.lineInfo.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((program.lineInfo[middle]?.instruction ?? 0) <= slot) low = middle + 1;
    else high = middle;
  }
  return program.lineInfo[low - 1] ?? null;
}

/** Number of the subprogram that holds a slot. */
export function subprogramAt(program: ExplainedProgram, slot: number): number {
  let found = 0;
  program.subprograms.forEach((subprogram, i) => {
    if (subprogram.instruction <= slot) found = i;
  });
  return found;
}
