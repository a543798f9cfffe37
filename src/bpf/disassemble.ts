// Instructions as the kernel's verifier log and bpftool write them: "(61) r1 = *(u32 *)(r1 +0)".
import { HELPERS } from './helpers.ts';
import { operationOf, operationsOfOpcode, type Fields, type Operation } from './instruction-set.ts';
import { LD_IMM64, type Instruction } from './instruction.ts';
import * as op from './opcodes.ts';

/** What the instruction alone does not say. */
export interface DisassembleOptions {
  /** Text of a 64-bit immediate; the default writes references like bpftool (`map[id:3]`) and anything else as a number. */
  readonly immediate64?: (instruction: Instruction, high: number) => string | undefined;
  /** Name of a kernel function that is called by BTF id. */
  readonly kernelFunction?: (instruction: Instruction) => string | undefined;
}

const helperNames = new Map(HELPERS.map((helper) => [helper.id, `bpf_${helper.name}`]));

const signed = (value: number): string => (value < 0 ? String(value) : `+${value}`);
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Both halves of a 64-bit immediate as one unsigned number. */
export const immediate64 = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

function immediateText(instruction: Instruction, high: number, options: DisassembleOptions): string {
  const named = options.immediate64?.(instruction, high);
  if (named !== undefined) return named;
  switch (instruction.src) {
    case op.BPF_PSEUDO_MAP_FD:
    case op.BPF_PSEUDO_MAP_IDX:
      return `map[id:${instruction.imm >>> 0}]`;
    case op.BPF_PSEUDO_MAP_VALUE:
    case op.BPF_PSEUDO_MAP_IDX_VALUE:
      return `map[id:${instruction.imm >>> 0}][0]+${high >>> 0}`;
    case op.BPF_PSEUDO_FUNC:
      return `subprog[${signed(instruction.imm)}]`;
    default:
      return `0x${immediate64(instruction.imm, high).toString(16)}`;
  }
}

function functionName(instruction: Instruction, options: DisassembleOptions): string {
  if (instruction.src === op.BPF_PSEUDO_KFUNC_CALL) return options.kernelFunction?.(instruction) ?? 'kernel-function';
  if (instruction.src !== 0) return 'unknown';
  // number 0 has a name, and is no helper
  return instruction.imm === 0 ? 'bpf_unspec' : (helperNames.get(instruction.imm) ?? 'unknown');
}

function fill(row: Operation, instruction: Instruction, high: number, options: DisassembleOptions): string {
  return row.text.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    switch (name) {
      case 'dst':
        return String(instruction.dst);
      case 'src':
        return String(instruction.src);
      case 'off':
        return signed(instruction.offset);
      case 'to':
        return signed(instruction.imm);
      case 'imm':
        return String(instruction.imm);
      case 'hex':
        return hex(instruction.imm);
      case 'high16':
        return String(instruction.imm >>> 16);
      case 'low16':
        return String(instruction.imm & 0xffff);
      case 'imm64':
        return immediateText(instruction, high, options);
      default:
        return functionName(instruction, options);
    }
  });
}

/** The kernel's words for an opcode that no instruction has; they tell only the class. */
function unknown(opcode: number): string {
  const code = opcode.toString(16).padStart(2, '0');
  const names = ['BUG_ld_', 'BUG_ldx_', 'BUG_st_', 'BUG_'];
  return `${names[opcode & 7] ?? 'BUG_'}${code}`;
}

/**
 * One instruction without its number: "(b7) r0 = 2". `high` is the second slot's imm of a 64-bit immediate load. Like the
 * kernel, fields that the instruction does not use are not looked at.
 */
export function disassembleInstruction(instruction: Instruction, high = 0, options: DisassembleOptions = {}): string {
  const code = instruction.opcode.toString(16).padStart(2, '0');
  const odd = oddText(instruction);
  if (odd !== undefined) return odd;
  const row = operationOf(instruction) ?? plainRow(instruction);
  return row ? `(${code}) ${fill(row, instruction, high, options)}` : unknownText(instruction.opcode, code);
}

/** What is no instruction, but has a text of its own in the kernel's log all the same. */
function oddText(instruction: Instruction): string | undefined {
  const { opcode, dst, src, offset, imm } = instruction;
  const code = opcode.toString(16).padStart(2, '0');
  const kind = opcode & 0x07;
  if ((kind === op.BPF_ALU || kind === op.BPF_ALU64) && (opcode & 0xf0) === op.BPF_END) {
    // any width
    const word = kind === op.BPF_ALU64 ? 'bswap' : opcode & op.BPF_TO_BE ? 'be' : 'le';
    return `(${code}) r${dst} = ${word}${imm} r${dst}`;
  }
  if (opcode === (op.BPF_JMP | op.BPF_JCOND) && src !== 0)
    return `(${code}) if r${dst} (null) ${hex(imm)} goto pc${signed(offset)}`;
  if (kind === op.BPF_STX && (opcode & 0xe0) === op.BPF_ATOMIC && !operationOf(instruction)) {
    const bits = [32, 16, 8, 64][(opcode >> 3) & 3] ?? 0;
    const plain: Readonly<Record<number, string>> = { 0x00: '+=', 0x40: '|=', 0x50: '&=', 0xa0: '^=' };
    const sign = plain[imm];
    return sign === undefined
      ? `BUG_${code}`
      : `(${code}) lock *(u${bits} *)(r${dst} ${signed(offset)}) ${sign} r${src}`;
  }
  return undefined;
}

/** The opcode's first row, where it needs no field to tell it from others or where the kernel prints it all the same. */
function plainRow(fields: Fields): Operation | undefined {
  const first = operationsOfOpcode(fields.opcode)[0];
  return first?.imm === undefined ? first : undefined;
}

function unknownText(opcode: number, code: string): string {
  return `(${code}) ${unknown(opcode)}`;
}

export interface DisassembledLine {
  /** number of the instruction's (first) slot */
  readonly slot: number;
  readonly text: string;
}

/** A whole program, one line an instruction; a 64-bit immediate load is one line for its two slots. */
export function disassemble(
  instructions: readonly Instruction[],
  options: DisassembleOptions = {},
): DisassembledLine[] {
  const lines: DisassembledLine[] = [];
  for (let slot = 0; slot < instructions.length; slot++) {
    const instruction = instructions[slot];
    if (!instruction) break;
    const wide = instruction.opcode === LD_IMM64;
    lines.push({ slot, text: disassembleInstruction(instruction, wide ? instructions[slot + 1]?.imm : 0, options) });
    if (wide) slot++;
  }
  return lines;
}
