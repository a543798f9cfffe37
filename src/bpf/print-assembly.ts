// Instructions → text that assemble() takes back: the same slots, byte for byte.
import { operationOf, reservedFieldsInUse, type Operand } from './instruction-set.ts';
import { LD_IMM64, type Instruction } from './instruction.ts';
import { immediate64 } from './disassemble.ts';
import * as op from './opcodes.ts';

const signed = (value: number): string => (value < 0 ? String(value) : `+${value}`);

function wideText(instruction: Instruction, high: number): string | undefined {
  const offset = high === 0 ? '' : `+${high}`;
  switch (instruction.src) {
    case 0:
      return `0x${immediate64(instruction.imm, high).toString(16)}`;
    case op.BPF_PSEUDO_MAP_VALUE:
      return `value[${instruction.imm}]${offset}`;
    case op.BPF_PSEUDO_MAP_IDX_VALUE:
      return `value_index[${instruction.imm}]${offset}`;
    case op.BPF_PSEUDO_MAP_FD:
      return high === 0 ? `map[${instruction.imm}]` : undefined;
    case op.BPF_PSEUDO_MAP_IDX:
      return high === 0 ? `map_index[${instruction.imm}]` : undefined;
    default:
      // A function's label is not to be had from its distance.
      return undefined;
  }
}

function operandText(operand: Operand, instruction: Instruction): string {
  switch (operand) {
    case 'dst':
      return `%r${instruction.dst}`;
    case 'src':
      return `%r${instruction.src}`;
    case '[dst]':
      return `[%r${instruction.dst}${signed(instruction.offset)}]`;
    case '[src]':
      return `[%r${instruction.src}${signed(instruction.offset)}]`;
    case 'jump16':
      return signed(instruction.offset);
    case 'jump32':
      return signed(instruction.imm);
    default:
      return String(instruction.imm);
  }
}

function slotText(instruction: Instruction): string {
  const word =
    (BigInt(instruction.imm >>> 0) << 32n) |
    (BigInt(instruction.offset & 0xffff) << 16n) |
    BigInt((instruction.src << 12) | (instruction.dst << 8) | instruction.opcode);
  return `.slot 0x${word.toString(16)}`;
}

/** One line an instruction; whatever has no assembly (unknown opcodes, reserved fields in use) becomes a `.slot`. */
export function printAssembly(instructions: readonly Instruction[]): string {
  const lines: string[] = [];
  for (let slot = 0; slot < instructions.length; slot++) {
    const instruction = instructions[slot];
    if (!instruction) break;
    const row = operationOf(instruction);
    const next = instructions[slot + 1];
    const plain =
      row && reservedFieldsInUse(instruction)?.length === 0 && Math.max(instruction.dst, instruction.src) <= 15;
    if (instruction.opcode === LD_IMM64) {
      const tail = next && next.opcode === 0 && next.dst === 0 && next.src === 0 && next.offset === 0;
      const text = plain && tail ? wideText(instruction, next.imm) : undefined;
      if (text !== undefined) {
        lines.push(`lddw %r${instruction.dst}, ${text}`);
        slot++;
        continue;
      }
    } else if (plain) {
      lines.push(
        [row.mnemonic, row.operands.map((kind) => operandText(kind, instruction)).join(', ')].join(' ').trim(),
      );
      continue;
    }
    lines.push(slotText(instruction));
  }
  return lines.join('\n');
}
