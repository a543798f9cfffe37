// Where does the value of a register come from? One step backwards over one instruction.
import type { Instruction } from '../bpf/instruction.ts';
import { LD_IMM64 } from '../bpf/instruction.ts';
import * as op from '../bpf/opcodes.ts';

export type Origin =
  /** the instruction leaves the register alone */
  | { readonly kind: 'kept' }
  /** a copy of another register */
  | { readonly kind: 'copy'; readonly from: number }
  /** computed from itself (and perhaps another register) */
  | { readonly kind: 'computed'; readonly with: number | null }
  | { readonly kind: 'constant' }
  | { readonly kind: 'map'; readonly map: number }
  /** loaded through a register */
  | { readonly kind: 'loaded'; readonly through: number; readonly offset: number; readonly size: number }
  /** result of a call (r0), or clobbered by one (r1 to r5) */
  | { readonly kind: 'result' }
  | { readonly kind: 'clobbered' };

const KEPT: Origin = { kind: 'kept' };

const SIZES: Readonly<Record<number, number>> = { [op.BPF_B]: 1, [op.BPF_H]: 2, [op.BPF_W]: 4, [op.BPF_DW]: 8 };

/** Bytes of a load or store. */
export const accessSize = (instruction: Instruction): number => SIZES[instruction.opcode & 0x18] ?? 0;

export const isCall = (instruction: Instruction): boolean => instruction.opcode === (op.BPF_JMP | op.BPF_CALL);

export const isExit = (instruction: Instruction): boolean => instruction.opcode === (op.BPF_JMP | op.BPF_EXIT);

/** Conditional jumps, which say something about their registers. */
export function isConditional(instruction: Instruction): boolean {
  const kind = instruction.opcode & 7;
  const code = instruction.opcode & 0xf0;
  if (kind !== op.BPF_JMP && kind !== op.BPF_JMP32) return false;
  return code !== op.BPF_JA && code !== op.BPF_CALL && code !== op.BPF_EXIT && code !== op.BPF_JCOND;
}

/** What this instruction did to `register`. */
export function originOf(instruction: Instruction, register: number): Origin {
  const kind = instruction.opcode & 7;
  const code = instruction.opcode & 0xf0;
  const fromRegister = (instruction.opcode & op.BPF_X) !== 0;
  if (isCall(instruction)) return register === 0 ? { kind: 'result' } : register <= 5 ? { kind: 'clobbered' } : KEPT;
  if (kind === op.BPF_STX && (instruction.opcode & 0xe0) === op.BPF_ATOMIC) {
    const fetches = (instruction.imm & op.BPF_FETCH) !== 0;
    const into =
      instruction.imm === op.BPF_CMPXCHG ? 0 : instruction.imm === op.BPF_LOAD_ACQ ? instruction.dst : instruction.src;
    if (instruction.imm === op.BPF_STORE_REL || into !== register) return KEPT;
    const through = instruction.imm === op.BPF_LOAD_ACQ ? instruction.src : instruction.dst;
    if (!fetches && instruction.imm !== op.BPF_LOAD_ACQ) return KEPT;
    return { kind: 'loaded', through, offset: instruction.offset, size: accessSize(instruction) };
  }
  if (instruction.dst !== register) {
    // the old packet loads leave their result in r0
    const legacy = kind === op.BPF_LD && (instruction.opcode & 0xe0) !== op.BPF_IMM;
    if (!legacy) return KEPT;
    return register === 0 ? { kind: 'loaded', through: 6, offset: 0, size: accessSize(instruction) } : KEPT;
  }
  if (instruction.opcode === LD_IMM64) {
    return instruction.src === op.BPF_PSEUDO_MAP_FD || instruction.src === op.BPF_PSEUDO_MAP_VALUE
      ? { kind: 'map', map: instruction.imm }
      : { kind: 'constant' };
  }
  if (kind === op.BPF_LDX)
    return { kind: 'loaded', through: instruction.src, offset: instruction.offset, size: accessSize(instruction) };
  if (kind === op.BPF_ALU || kind === op.BPF_ALU64) {
    if (code === op.BPF_MOV) return fromRegister ? { kind: 'copy', from: instruction.src } : { kind: 'constant' };
    const unary = code === op.BPF_NEG || code === op.BPF_END;
    return { kind: 'computed', with: fromRegister && !unary ? instruction.src : null };
  }
  return KEPT;
}
