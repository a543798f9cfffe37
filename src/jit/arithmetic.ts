// Arithmetic: classes ALU and ALU64. A 32-bit result clears the upper half of its register.
import type { Instruction } from '../bpf/instruction.ts';
import * as op from '../bpf/opcodes.ts';
import { ADDRESS, SCRATCH64, type Code, type Emitter } from './emitter.ts';
import * as w from './wasm.ts';

/** Operations that WebAssembly has as they are; it takes shift counts modulo the width, as eBPF does. */
export const BINARY: Readonly<Record<number, readonly [wide: number, narrow: number]>> = {
  [op.BPF_ADD]: [w.I64_ADD, w.I32_ADD],
  [op.BPF_SUB]: [w.I64_SUB, w.I32_SUB],
  [op.BPF_MUL]: [w.I64_MUL, w.I32_MUL],
  [op.BPF_OR]: [w.I64_OR, w.I32_OR],
  [op.BPF_AND]: [w.I64_AND, w.I32_AND],
  [op.BPF_LSH]: [w.I64_SHL, w.I32_SHL],
  [op.BPF_RSH]: [w.I64_SHR_U, w.I32_SHR_U],
  [op.BPF_XOR]: [w.I64_XOR, w.I32_XOR],
  [op.BPF_ARSH]: [w.I64_SHR_S, w.I32_SHR_S],
};

export function arithmetic(f: Emitter, instruction: Instruction): boolean {
  const { code } = f;
  const wide = (instruction.opcode & 7) === op.BPF_ALU64;
  const operation = instruction.opcode & 0xf0;
  const target = (): Code => {
    f.register(instruction.dst);
    return wide ? code : code.byte(w.I32_WRAP_I64);
  };
  const finish = (): true => {
    if (!wide) code.byte(w.I64_EXTEND_I32_U);
    f.assign(instruction.dst);
    return true;
  };
  const binary = BINARY[operation];
  if (binary) {
    target();
    f.operand(instruction, wide);
    code.byte(binary[wide ? 0 : 1]);
    return finish();
  }
  switch (operation) {
    case op.BPF_MOV:
      return move(f, instruction, wide, finish);
    case op.BPF_NEG:
      if (wide) code.i64(0n);
      else code.i32(0);
      target().byte(wide ? w.I64_SUB : w.I32_SUB);
      return finish();
    case op.BPF_DIV:
    case op.BPF_MOD:
      divide(f, instruction, wide, target);
      return finish();
    case op.BPF_END:
      swap(f, instruction, wide);
      return true;
    default:
      return false;
  }
}

function move(f: Emitter, instruction: Instruction, wide: boolean, finish: () => true): boolean {
  const { code } = f;
  if (instruction.offset === op.BPF_ADDR_SPACE_CAST || instruction.offset === op.BPF_ADDR_PERCPU) return false;
  if (instruction.offset === 32 && wide) {
    f.register(instruction.src).byte(w.I64_EXTEND32_S);
    return finish();
  }
  f.operand(instruction, wide);
  if (instruction.offset === 8) code.byte(wide ? w.I64_EXTEND8_S : w.I32_EXTEND8_S);
  if (instruction.offset === 16) code.byte(wide ? w.I64_EXTEND16_S : w.I32_EXTEND16_S);
  return finish();
}

/** RFC 9669: x / 0 is 0, x % 0 is x; the smallest number divided by -1 is itself, without remainder. */
function divide(f: Emitter, instruction: Instruction, wide: boolean, target: () => Code): void {
  const { code } = f;
  const remainder = (instruction.opcode & 0xf0) === op.BPF_MOD;
  const signed = instruction.offset === 1;
  const type = wide ? w.I64 : w.I32;
  const constant = (value: number): Code => (wide ? code.i64(BigInt(value)) : code.i32(value));
  const plain = (): void => {
    target();
    f.operand(instruction, wide);
    if (remainder) code.byte(signed ? (wide ? w.I64_REM_S : w.I32_REM_S) : wide ? w.I64_REM_U : w.I32_REM_U);
    else code.byte(signed ? (wide ? w.I64_DIV_S : w.I32_DIV_S) : wide ? w.I64_DIV_U : w.I32_DIV_U);
  };
  const byZero = (): void => void (remainder ? target() : constant(0));
  // WebAssembly's rem_s of the smallest number by -1 is 0; its div_s traps.
  const byMinusOne = (): void => {
    constant(0);
    target().byte(wide ? w.I64_SUB : w.I32_SUB);
  };
  if (!(instruction.opcode & op.BPF_X)) {
    if (instruction.imm === 0) byZero();
    else if (signed && !remainder && instruction.imm === -1) byMinusOne();
    else plain();
    return;
  }
  f.operand(instruction, wide);
  code.byte(wide ? w.I64_EQZ : w.I32_EQZ, w.IF, type);
  byZero();
  code.byte(w.ELSE);
  if (signed && !remainder) {
    f.operand(instruction, wide);
    constant(-1).byte(wide ? w.I64_EQ : w.I32_EQ, w.IF, type);
    byMinusOne();
    code.byte(w.ELSE);
    plain();
    code.byte(w.END);
  } else plain();
  code.byte(w.END);
}

/** Byte order: the machine is little-endian, so le only cuts; be and bswap turn the bytes round. */
function swap(f: Emitter, instruction: Instruction, always: boolean): void {
  const { code } = f;
  const turn = always || (instruction.opcode & op.BPF_X) !== 0;
  f.register(instruction.dst);
  if (!turn) {
    if (instruction.imm === 16) code.i64(0xffffn).byte(w.I64_AND);
    if (instruction.imm === 32) code.i64(0xffffffffn).byte(w.I64_AND);
  } else if (instruction.imm === 64) {
    // Halves of each 16 bits, then of each 32 by rotation of both words, then the words.
    code.set(SCRATCH64);
    const half = (shift: number, mask: bigint): void => {
      code.get(SCRATCH64).i64(mask).byte(w.I64_AND).i64(BigInt(shift)).byte(w.I64_SHL);
      code.get(SCRATCH64).i64(BigInt(shift)).byte(w.I64_SHR_U).i64(mask).byte(w.I64_AND, w.I64_OR);
    };
    half(8, 0x00ff00ff00ff00ffn);
    code.set(SCRATCH64);
    half(16, 0x0000ffff0000ffffn);
    code.i64(32n).byte(w.I64_ROTL);
  } else {
    code.byte(w.I32_WRAP_I64).tee(ADDRESS);
    if (instruction.imm === 16) {
      code.i32(8).byte(w.I32_SHR_U).i32(0xff).byte(w.I32_AND).get(ADDRESS);
      code.i32(8).byte(w.I32_SHL).i32(0xff00).byte(w.I32_AND, w.I32_OR);
    } else {
      code.i32(8).byte(w.I32_ROTL).i32(0x00ff00ff).byte(w.I32_AND).get(ADDRESS);
      code.i32(24).byte(w.I32_ROTL).i32(0xff00ff00).byte(w.I32_AND, w.I32_OR);
    }
    code.byte(w.I64_EXTEND_I32_U);
  }
  f.assign(instruction.dst);
}
