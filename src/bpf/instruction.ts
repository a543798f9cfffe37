// One instruction as fields, and as eight bytes (RFC 9669, section 3.1: little-endian).
import { BPF_DW, BPF_IMM, BPF_LD, INSTRUCTION_SIZE } from './opcodes.ts';

export interface Instruction {
  /** 8 bits */
  readonly opcode: number;
  /** 0 to 15 */
  readonly dst: number;
  readonly src: number;
  /** signed, 16 bits */
  readonly offset: number;
  /** signed, 32 bits */
  readonly imm: number;
}

/** A 64-bit immediate load takes two slots; the second carries the high half in imm. */
export const LD_IMM64 = BPF_LD | BPF_IMM | BPF_DW;

export function encodeInstruction(instruction: Instruction, into: DataView, at: number): void {
  into.setUint8(at, instruction.opcode);
  into.setUint8(at + 1, (instruction.dst & 0x0f) | ((instruction.src & 0x0f) << 4));
  into.setInt16(at + 2, instruction.offset, true);
  into.setInt32(at + 4, instruction.imm, true);
}

export function encodeInstructions(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  instructions.forEach((instruction, i) => encodeInstruction(instruction, view, i * INSTRUCTION_SIZE));
  return bytes;
}

/** Decodes whole slots; a trailing part of one is ignored (the loader and the verifier check the length). */
export function decodeInstructions(bytes: Uint8Array): Instruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const instructions: Instruction[] = [];
  for (let at = 0; at + INSTRUCTION_SIZE <= bytes.length; at += INSTRUCTION_SIZE) {
    const registers = view.getUint8(at + 1);
    instructions.push({
      opcode: view.getUint8(at),
      dst: registers & 0x0f,
      src: registers >> 4,
      offset: view.getInt16(at + 2, true),
      imm: view.getInt32(at + 4, true),
    });
  }
  return instructions;
}
