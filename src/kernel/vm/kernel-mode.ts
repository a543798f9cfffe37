// What the interpreter does otherwise in kernel mode: instructions come from mapped pages, frames lie on a real stack, division traps.
// The convention is written down in src/compiler/kernel-mode/convention.ts.
import {
  BPF_ADD,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_DIV,
  BPF_EXIT,
  BPF_JMP,
  BPF_LD,
  BPF_LDX,
  BPF_MOD,
  BPF_PSEUDO_CALL,
  BPF_ST,
  BPF_STX,
  BPF_X,
} from '../generated/opcodes';
import { reserve } from '../memory/arena';
import { PAGES, REGISTERS } from '../memory/layout';
import { IMAGE_BASE, MODULES_BASE, WINDOW_SIZE, frameOf, kernelAccess, kernelFetch } from '../memory/pages';
import {
  divide32,
  divide64,
  modulo32,
  modulo64,
  signedDivide32,
  signedDivide64,
  signedModulo32,
  signedModulo64,
} from './arithmetic';
import { decodeSingly } from './decode';
import { FAULT_HELPER, FAULT_INSTRUCTION, faultKind, raise } from './fault';
import {
  ALU,
  ALU64,
  LOAD,
  LOAD_SIGNED,
  OP_ATOMIC32,
  OP_ATOMIC64,
  OP_BAD,
  OP_END,
  OP_IMM64,
  OP_KERNEL_ATOMIC32,
  OP_KERNEL_ATOMIC64,
  OP_KERNEL_CALL,
  OP_KERNEL_CALL_REGISTER,
  OP_KERNEL_DIVIDE,
  OP_KERNEL_ENTER,
  OP_KERNEL_EXIT,
  OP_KERNEL_LOAD,
  OP_KERNEL_LOAD_SIGNED,
  OP_KERNEL_NATIVE,
  OP_KERNEL_RETURN,
  OP_KERNEL_STORE,
  OP_KERNEL_STORE_IMMEDIATE,
  OP_LOAD_ACQUIRE16,
  OP_LOAD_ACQUIRE32,
  OP_LOAD_ACQUIRE64,
  OP_LOAD_ACQUIRE8,
  OP_NOTHING,
  OP_SDIV32_X,
  OP_SDIV64_K,
  OP_SDIV64_X,
  OP_SMOD32_X,
  OP_SMOD64_X,
  OP_STORE_RELEASE16,
  OP_STORE_RELEASE32,
  OP_STORE_RELEASE64,
  OP_STORE_RELEASE8,
  RECORD_SHIFT,
  RECORD_SIZE,
  STORE,
  STORE_IMMEDIATE,
  X,
} from './operations';

/** r10 (RBP) and r11 (RSP) */
const FRAME_POINTER: usize = REGISTERS + 80;
const STACK_POINTER: usize = REGISTERS + 88;
const R6: usize = REGISTERS + 48;
/** source register of `native` */
const PSEUDO_NATIVE: i32 = 3;
/** function-table index of each native's body, by number */
const natives: usize = memory.data(256 * 4);
export const MOST_NATIVES: i32 = 256;
/** the native that gives control back to whoever entered kernel mode */
export const NATIVE_LEAVE: i32 = 0;

/** records of every instruction that the image's and the modules' windows could hold; 0: kernel mode was not entered yet */
let records: usize = 0;
/** Did control go where no instruction is? Then RIP is that address, else the record that faulted says it. */
let strayed: bool = false;
let strayRip: u64 = 0;
/** the kernel address whose code runs, and where it returns, when the body of a native asks */
let nativeRip: u64 = 0;

export function resetKernelMode(): void {
  records = 0;
  strayed = false;
}

export function openKernelMode(): bool {
  if (records != 0) return true;
  const size = <usize>WINDOW_SIZE * 4;
  const block = reserve(size + 2 * 4096);
  if (block == 0) return false;
  records = (block + 4095) & ~4095;
  // It belongs to the processor, not to the machine's memory.
  memory.fill(PAGES + (records >> 12), 0, (size >> 12) + 1);
  for (let at = records; at < records + size; at += RECORD_SIZE) store<u16>(at, <u16>OP_END);
  return true;
}

export function setNative(number: i32, index: u32): void {
  store<u32>(natives + ((<usize>number) << 2), index);
}

/** The interpreter's record of the instruction at a kernel address. */
function recordOf(address: u64): usize {
  const image = address - IMAGE_BASE;
  if (image < WINDOW_SIZE) return records + ((<usize>image) << 1);
  return records + ((<usize>WINDOW_SIZE) << 1) + ((<usize>(address - MODULES_BASE)) << 1);
}

/** The kernel address of a record's instruction. */
export function addressOf(pc: usize): u64 {
  const at = <u64>((pc - records) >> 1);
  return at < WINDOW_SIZE ? IMAGE_BASE + at : MODULES_BASE + (at - WINDOW_SIZE);
}

/** Makes records of `count` instructions at a mapped kernel address. */
export function decodeKernel(address: u64, count: i32): void {
  const instructions = frameOf(address);
  const first = recordOf(address);
  // decoding ends what it made with a record that faults; the one that stands there may belong to the next function.
  const behind = first + ((<usize>count) << RECORD_SHIFT);
  const operation = load<u64>(behind);
  const value = load<u64>(behind, 8);
  decodeSingly(instructions, count, first);
  store<u64>(behind, operation);
  store<u64>(behind, value, 8);
  for (let i = 0; i < count; i++) {
    const at = instructions + ((<usize>i) << 3);
    const record = first + ((<usize>i) << RECORD_SHIFT);
    store<u16>(record, <u16>kernelOperation(at, record, <i32>load<u16>(record)));
    if (load<u16>(record) == <u16>OP_IMM64) i++;
  }
}

/** Turns a range of text back into nothing. */
export function forgetKernel(address: u64, bytes: u64): void {
  const from = recordOf(address);
  for (let at = from; at < from + ((<usize>bytes) << 1); at += RECORD_SIZE) store<u16>(at, <u16>OP_END);
}

function kernelOperation(at: usize, record: usize, operation: i32): i32 {
  const code = <i32>load<u8>(at);
  const dst = (<i32>load<u8>(at, 1)) & 15;
  const src = (<i32>load<u8>(at, 1)) >> 4;
  const imm = load<i32>(at, 4);
  const kind = code & 7;
  if (code == (BPF_JMP | BPF_CALL)) {
    if (src == BPF_PSEUDO_CALL) {
      // Over 32 bits: the callee may be in another window.
      store<i64>(record, <i64>(addressOf(record) + 8) + <i64>imm * 8, 8);
      return OP_KERNEL_CALL;
    }
    if (src != PSEUDO_NATIVE) return OP_BAD;
    store<i64>(record, <i64>imm, 8);
    return OP_KERNEL_NATIVE;
  }
  if (code == (BPF_JMP | BPF_CALL | BPF_X)) {
    store<u8>(record, <u8>(dst << 3), 2);
    return OP_KERNEL_CALL_REGISTER;
  }
  if (code == (BPF_JMP | BPF_EXIT)) {
    store<i64>(record, <i64>imm, 8);
    return load<i16>(at, 2) == 1 ? OP_KERNEL_RETURN : OP_KERNEL_EXIT;
  }
  if (dst == 11 && code == (BPF_ALU64 | BPF_ADD)) {
    store<i64>(record, <i64>imm, 8);
    store<i32>(record, <i32>load<i16>(at, 2), 4);
    return OP_KERNEL_ENTER;
  }
  if (dst == 11 || src == 11) {
    const mode = code & 0xe0;
    if (mode != 0x60 || (kind != BPF_LDX && kind != BPF_STX && kind != BPF_ST)) return OP_BAD;
    // loads from and stores to the stack pointer's area
    if ((kind == BPF_LDX && dst == 11) || (kind != BPF_LDX && src == 11)) return OP_BAD;
    store<u8>(record, <u8>(dst << 3), 2);
    store<u8>(record, <u8>(src << 3), 3);
    store<i32>(record, <i32>load<i16>(at, 2), 4);
    store<i64>(record, <i64>imm, 8);
    const size = (code & 0x18) >> 3;
    return (kind == BPF_LDX ? OP_KERNEL_LOAD : kind == BPF_ST ? OP_KERNEL_STORE_IMMEDIATE : OP_KERNEL_STORE) + size;
  }
  if (operation >= LOAD && operation < LOAD + 4) return OP_KERNEL_LOAD + (operation - LOAD);
  if (operation >= LOAD_SIGNED && operation < LOAD_SIGNED + 4) return OP_KERNEL_LOAD_SIGNED + (operation - LOAD_SIGNED);
  if (operation >= STORE_IMMEDIATE && operation < STORE_IMMEDIATE + 4)
    return OP_KERNEL_STORE_IMMEDIATE + (operation - STORE_IMMEDIATE);
  if (operation >= STORE && operation < STORE + 4) return OP_KERNEL_STORE + (operation - STORE);
  if (kind == BPF_STX && (code & 0xe0) == BPF_ATOMIC) {
    if (operation == OP_ATOMIC32) return OP_KERNEL_ATOMIC32;
    if (operation == OP_ATOMIC64) return OP_KERNEL_ATOMIC64;
    const size = (code & 0x18) >> 3;
    if (
      operation == OP_LOAD_ACQUIRE8 ||
      operation == OP_LOAD_ACQUIRE16 ||
      operation == OP_LOAD_ACQUIRE32 ||
      operation == OP_LOAD_ACQUIRE64
    )
      return OP_KERNEL_LOAD + size;
    if (
      operation == OP_STORE_RELEASE8 ||
      operation == OP_STORE_RELEASE16 ||
      operation == OP_STORE_RELEASE32 ||
      operation == OP_STORE_RELEASE64
    )
      return OP_KERNEL_STORE + size;
    return OP_BAD;
  }
  if (isDivision(operation)) {
    const byRegister = (code & BPF_X) != 0;
    if (!byRegister && imm != 0) return operation;
    store<i32>(record, byRegister ? operation : -1, 4);
    return OP_KERNEL_DIVIDE;
  }
  if (kind == BPF_LD) return operation == OP_IMM64 ? OP_IMM64 : OP_BAD;
  if (operation < LOAD || operation == OP_NOTHING) return operation;
  // moves with sign extension and byte swaps; helpers, tail calls and callbacks are eBPF's alone
  return operation >= OP_SDIV64_K && operation <= OP_NOTHING ? operation : OP_BAD;
}

function isDivision(operation: i32): bool {
  if (operation >= OP_SDIV64_K && operation <= OP_SMOD32_X) return true;
  if (operation >= ALU + 32) return false;
  const plain = operation & 31 & ~X;
  return plain == BPF_DIV >> 3 || plain == BPF_MOD >> 3;
}

/** A division by a register: false when x86 would trap. */
export function kernelDivide(operation: i32, d: usize, s: usize): bool {
  if (operation < 0) return false;
  const a = load<u64>(REGISTERS + d);
  const b = load<u64>(REGISTERS + s);
  const wide = operation < ALU || (operation >= OP_SDIV64_K && operation <= OP_SMOD64_X);
  if (wide ? b == 0 : <u32>b == 0) return false;
  const signed = operation >= OP_SDIV64_K;
  // The quotient does not fit.
  if (signed && wide && b == 0xffffffffffffffff && a == 0x8000000000000000) return false;
  if (signed && !wide && <u32>b == 0xffffffff && <u32>a == 0x80000000) return false;
  let value: u64;
  if (operation == OP_SDIV64_X) value = signedDivide64(a, b);
  else if (operation == OP_SMOD64_X) value = signedModulo64(a, b);
  else if (operation == OP_SDIV32_X) value = <u64>signedDivide32(<u32>a, <u32>b);
  else if (operation == OP_SMOD32_X) value = <u64>signedModulo32(<u32>a, <u32>b);
  else if (operation == ALU64 + X + (BPF_DIV >> 3)) value = divide64(a, b);
  else if (operation == ALU64 + X + (BPF_MOD >> 3)) value = modulo64(a, b);
  else if (operation == ALU + X + (BPF_DIV >> 3)) value = <u64>divide32(<u32>a, <u32>b);
  else value = <u64>modulo32(<u32>a, <u32>b);
  store<u64>(REGISTERS + d, value);
  return true;
}

/** Pushes a word; false after a fault, which leaves the stack pointer where it was. */
export function push(value: u64): bool {
  const sp = load<u64>(STACK_POINTER) - 8;
  const at = kernelAccess(sp, 8, true);
  if (at == 0) return false;
  store<u64>(STACK_POINTER, sp);
  store<u64>(at, value);
  return true;
}

/** Record to go on with at a kernel address; 0 after a fault, whose RIP is then that address. */
function arriveAt(address: u64): usize {
  strayRip = address;
  strayed = true;
  if (!kernelFetch(address)) return 0;
  if ((address & 7) != 0) {
    raise(FAULT_INSTRUCTION, 0);
    return 0;
  }
  strayed = false;
  return recordOf(address);
}

/** `call`: 0 after a fault. */
export function kernelCall(pc: usize, to: u64): usize {
  if (!push(addressOf(pc) + 8)) return 0;
  return arriveAt(to);
}

/** `enter`: false after a fault. `mask`: which of r6 to r9 to save. */
export function kernelEnter(size: i64, mask: u32): bool {
  const base = load<u64>(STACK_POINTER) - 8;
  const saved = kernelAccess(base - 32, 40, true);
  if (saved == 0) return false;
  store<u64>(saved, load<u64>(FRAME_POINTER), 32);
  store<u64>(FRAME_POINTER, base);
  for (let i: usize = 0; i < 4; i++) {
    if ((mask >> (<u32>i)) & 1) store<u64>(saved + 24 - (i << 3), load<u64>(R6 + (i << 3)));
  }
  store<u64>(STACK_POINTER, base + <u64>size);
  return true;
}

/** Pops the return address and goes there: 0 after a fault. */
export function kernelReturn(): usize {
  const sp = load<u64>(STACK_POINTER);
  const at = kernelAccess(sp, 8, false);
  if (at == 0) return 0;
  store<u64>(STACK_POINTER, sp + 8);
  return arriveAt(load<u64>(at));
}

/** `exit` of a function with a frame: 0 after a fault. `mask`: which of r6 to r9 to restore. */
export function kernelExit(mask: u32): usize {
  const base = load<u64>(FRAME_POINTER);
  const saved = kernelAccess(base - 32, 40, false);
  if (saved == 0) return 0;
  for (let i: usize = 0; i < 4; i++) {
    if ((mask >> (<u32>i)) & 1) store<u64>(R6 + (i << 3), load<u64>(saved + 24 - (i << 3)));
  }
  store<u64>(STACK_POINTER, base + 8);
  store<u64>(FRAME_POINTER, load<u64>(saved, 32));
  return kernelReturn();
}

/** The body of a native; r0 is its result. False after a fault. */
export function callNative(pc: usize, number: u64): bool {
  const index = number < <u64>MOST_NATIVES ? load<u32>(natives + ((<usize>number) << 2)) : 0;
  if (index == 0) {
    raise(FAULT_HELPER, number);
    return false;
  }
  const outer = nativeRip;
  nativeRip = addressOf(pc);
  const r0 = call_indirect<u64>(
    index,
    load<u64>(REGISTERS, 8),
    load<u64>(REGISTERS, 16),
    load<u64>(REGISTERS, 24),
    load<u64>(REGISTERS, 32),
    load<u64>(REGISTERS, 40),
  );
  nativeRip = outer;
  if (faultKind() != 0) return false;
  store<u64>(REGISTERS, r0);
  return true;
}

/** Address of the native's own instruction, while its body runs. */
export function ripOfNative(): u64 {
  return nativeRip;
}

/** RIP of the fault that just ended a run at record `pc`. */
export function ripOfFault(pc: usize): u64 {
  return strayed ? strayRip : addressOf(pc);
}

/** Did the fault come from going where no instruction is? Asked once. */
export function hasStrayed(): bool {
  const answer = strayed;
  strayed = false;
  return answer;
}

/** Record of kernel text that is known to be there. */
export function recordAt(address: u64): usize {
  return recordOf(address);
}
