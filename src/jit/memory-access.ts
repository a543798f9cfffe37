// Loads, stores and atomic operations, with or without a test of their address.
import type { Instruction } from '../bpf/instruction.ts';
import * as op from '../bpf/opcodes.ts';
import { BINARY } from './arithmetic.ts';
import { ADDRESS, SCRATCH64, type Emitter } from './emitter.ts';
import * as w from './wasm.ts';

const BYTES: Readonly<Record<number, 1 | 2 | 4 | 8>> = { [op.BPF_B]: 1, [op.BPF_H]: 2, [op.BPF_W]: 4, [op.BPF_DW]: 8 };
const LOAD = { 1: w.I64_LOAD8_U, 2: w.I64_LOAD16_U, 4: w.I64_LOAD32_U, 8: w.I64_LOAD } as const;
const LOAD_SIGNED = { 1: w.I64_LOAD8_S, 2: w.I64_LOAD16_S, 4: w.I64_LOAD32_S, 8: w.I64_LOAD } as const;
const STORE = { 1: w.I64_STORE8, 2: w.I64_STORE16, 4: w.I64_STORE32, 8: w.I64_STORE } as const;

/**
 * Leaves the linear address of base + offset; gives what is left for the instruction's own offset field. Checked: the
 * kernel was asked, and a bad address ends the run.
 */
function address(f: Emitter, base: number, offset: number, size: number, write: boolean, slot: number): number {
  const { code } = f;
  if (!f.around.checked) {
    f.register(base);
    if (offset >= 0) {
      code.byte(w.I32_WRAP_I64);
      return offset;
    }
    code.byte(w.I32_WRAP_I64).i32(offset).byte(w.I32_ADD);
    return 0;
  }
  virtualAddress(f, base, offset);
  whenAccessible(f, size, () => {
    code.get(SCRATCH64).i32(size).i32(Number(write)).i32(slot).call(f.around.imported('access')).byte(w.BR_IF, 0);
    f.abandon(slot);
  });
  code.get(ADDRESS);
  return 0;
}

function virtualAddress(f: Emitter, base: number, offset: number): void {
  const { code } = f;
  f.register(base);
  if (offset !== 0) code.i64(BigInt(offset)).byte(w.I64_ADD);
  code.tee(SCRATCH64).byte(w.I32_WRAP_I64).set(ADDRESS);
}

/**
 * Goes on behind this code when `size` bytes at SCRATCH64 (linear: ADDRESS) are in the kernel's range and, by the shadow byte of
 * their first eight, part of an object: nearly always. `slowly` decides about the others; its label 0 is the way on.
 */
function whenAccessible(f: Emitter, size: number, slowly: () => void): void {
  const { code } = f;
  const { shadow, shadowLimit, virtualBase } = f.around.machine;
  code.byte(w.BLOCK, w.EMPTY, w.BLOCK, w.EMPTY);
  code.get(SCRATCH64).i64(virtualBase).byte(w.I64_SUB).i64(shadowLimit).byte(w.I64_GE_U, w.BR_IF, 0);
  code.get(ADDRESS).i32(7).byte(w.I32_AND).i32(size).byte(w.I32_ADD);
  code.get(ADDRESS).i32(3).byte(w.I32_SHR_U).memory(w.I32_LOAD8_S, shadow).byte(w.I32_LE_S, w.BR_IF, 1, w.END);
  slowly();
  code.byte(w.END);
}

export function load(f: Emitter, instruction: Instruction, slot: number): boolean {
  const { code, around } = f;
  const size = BYTES[instruction.opcode & 0x18] as 1 | 2 | 4 | 8;
  const mode = instruction.opcode & 0xe0;
  if (mode !== op.BPF_MEM && mode !== op.BPF_MEMSX) return false;
  const operation = (mode === op.BPF_MEMSX ? LOAD_SIGNED : LOAD)[size];
  if (around.probes.has(slot)) {
    virtualAddress(f, instruction.src, instruction.offset);
    code.byte(w.BLOCK, w.I64);
    whenAccessible(f, size, () => {
      code.get(SCRATCH64).i32(size).call(around.imported('probe')).byte(w.BR_IF, 0).i64(0n).byte(w.BR, 1);
    });
    code.get(ADDRESS).memory(operation).byte(w.END);
  } else code.memory(operation, address(f, instruction.src, instruction.offset, size, false, slot));
  f.assign(instruction.dst);
  return true;
}

export function store(f: Emitter, instruction: Instruction, slot: number): boolean {
  if ((instruction.opcode & 0xe0) !== op.BPF_MEM) return false;
  const size = BYTES[instruction.opcode & 0x18] as 1 | 2 | 4 | 8;
  const rest = address(f, instruction.dst, instruction.offset, size, true, slot);
  if ((instruction.opcode & 7) === op.BPF_ST) f.code.i64(BigInt(instruction.imm));
  else f.register(instruction.src);
  f.code.memory(STORE[size], rest);
  return true;
}

/** One thread: an atomic operation is a load, the operation and a store. */
export function atomic(f: Emitter, instruction: Instruction, slot: number): boolean {
  const { code } = f;
  const size = BYTES[instruction.opcode & 0x18] as 1 | 2 | 4 | 8;
  if ((instruction.opcode & 7) !== op.BPF_STX) return false;
  if (instruction.imm === op.BPF_LOAD_ACQ) {
    code.memory(LOAD[size], address(f, instruction.src, instruction.offset, size, false, slot));
    f.assign(instruction.dst);
    return true;
  }
  if (instruction.imm === op.BPF_STORE_REL) {
    const rest = address(f, instruction.dst, instruction.offset, size, true, slot);
    f.register(instruction.src).memory(STORE[size], rest);
    return true;
  }
  if (size < 4) return false;
  const rest = address(f, instruction.dst, instruction.offset, size, true, slot);
  if (rest !== 0) code.i32(rest).byte(w.I32_ADD);
  code.tee(ADDRESS).memory(LOAD[size]).set(SCRATCH64);
  const operation = instruction.imm & ~op.BPF_FETCH;
  const fetches = (instruction.imm & op.BPF_FETCH) !== 0;
  const source = (): void => void f.register(instruction.src);
  if (instruction.imm === op.BPF_XCHG) {
    code.get(ADDRESS);
    source();
    code.memory(STORE[size]);
  } else if (instruction.imm === op.BPF_CMPXCHG) {
    f.register(0);
    if (size === 4) code.i64(0xffffffffn).byte(w.I64_AND);
    code.get(SCRATCH64).byte(w.I64_EQ, w.IF, w.EMPTY).get(ADDRESS);
    source();
    code.memory(STORE[size]).byte(w.END).get(SCRATCH64);
    f.assign(0);
    return true;
  } else {
    const binary = BINARY[operation];
    if (!binary) return false;
    code.get(ADDRESS).get(SCRATCH64);
    source();
    code.byte(binary[0]).memory(STORE[size]);
  }
  if (fetches) {
    code.get(SCRATCH64);
    f.assign(instruction.src);
  }
  return true;
}

/** LD_ABS and LD_IND: r6 is the context; outside the packet the program ends with 0. */
export function packetLoad(f: Emitter, instruction: Instruction, slot: number): boolean {
  const { code, around } = f;
  const mode = instruction.opcode & 0xe0;
  const size = BYTES[instruction.opcode & 0x18] as number;
  if ((mode !== op.BPF_ABS && mode !== op.BPF_IND) || size === 8) return false;
  f.register(6);
  if (mode === op.BPF_IND) f.register(instruction.src).byte(w.I32_WRAP_I64).i32(instruction.imm).byte(w.I32_ADD);
  else code.i32(instruction.imm);
  code.i32(size).call(around.imported('packetLoad')).tee(SCRATCH64).i64(0n).byte(w.I64_LT_S, w.IF, w.EMPTY);
  f.abandon(slot);
  code.byte(w.END).get(SCRATCH64);
  f.assign(0);
  return true;
}
