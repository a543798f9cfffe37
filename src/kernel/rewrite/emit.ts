// The rewritten program as it grows: instructions are appended to a buffer that makes room for itself.
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_B,
  BPF_DW,
  BPF_H,
  BPF_K,
  BPF_LDX,
  BPF_MEM,
  BPF_ST,
  BPF_STX,
  BPF_W,
} from '../generated/opcodes';

let buffer: usize = 0;
let capacity: i32 = 0;
/** slots emitted so far */
export let emitted: i32 = 0;
/** slot of the loaded program that what is emitted now comes from */
let origin: i32 = 0;

/** Begins a program of about `expected` slots; a slot and its origin take 16 bytes here. */
export function beginEmit(expected: i32): void {
  if (capacity < expected) {
    if (buffer != 0) heap.free(buffer);
    capacity = expected + (expected >> 1) + 16;
    buffer = heap.alloc((<usize>capacity) << 4);
  }
  emitted = 0;
}

export function setOrigin(slot: i32): void {
  origin = slot;
}

/** Linear address of emitted slot `i`. */
export function slotAt(i: i32): usize {
  return buffer + ((<usize>i) << 4);
}

export function originOf(i: i32): i32 {
  return load<i32>(slotAt(i), 8);
}

/** Appends eight bytes as they are. */
export function emitRaw(bits: u64): void {
  if (emitted == capacity) {
    capacity *= 2;
    buffer = heap.realloc(buffer, (<usize>capacity) << 4);
  }
  store<u64>(slotAt(emitted), bits);
  store<i32>(slotAt(emitted), origin, 8);
  emitted++;
}

export function emit(code: i32, dst: i32, src: i32, offset: i32, imm: i32): void {
  const registers = (<u64>((src << 4) | dst)) << 8;
  emitRaw((<u64>(code & 0xff)) | registers | ((<u64>(<u16>offset)) << 16) | ((<u64>(<u32>imm)) << 32));
}

/** BPF_B … BPF_DW for a size in bytes. */
export function sizeBits(bytes: i32): i32 {
  return bytes == 1 ? BPF_B : bytes == 2 ? BPF_H : bytes == 4 ? BPF_W : BPF_DW;
}

/** dst = *(size *)(src + offset) */
export function emitLoad(size: i32, dst: i32, src: i32, offset: usize): void {
  emit(BPF_LDX | BPF_MEM | size, dst, src, <i32>offset, 0);
}

/** *(size *)(dst + offset) = src, or = imm when the source is an immediate */
export function emitStore(size: i32, dst: i32, src: i32, offset: usize, isImmediate: bool, imm: i32): void {
  if (isImmediate) emit(BPF_ST | BPF_MEM | size, dst, 0, <i32>offset, imm);
  else emit(BPF_STX | BPF_MEM | size, dst, src, <i32>offset, 0);
}

/** 32-bit operation with an immediate; the upper half becomes zero */
export function emitAlu32(operation: i32, dst: i32, imm: i32): void {
  emit(BPF_ALU | BPF_K | operation, dst, 0, 0, imm);
}

export function emitAlu64(operation: i32, dst: i32, imm: i32): void {
  emit(BPF_ALU64 | BPF_K | operation, dst, 0, 0, imm);
}
