// What a system call is given: the attribute union and pointers into the caller's memory, which are linear addresses.
import { BPF_ATTR_SIZE } from '../generated/syscall';

/** The current call's attributes, copied and padded with zeros to the full union, as Linux does. */
export const attr: usize = memory.data(152);

export function u32At(offset: i32): u32 {
  return load<u32>(attr + <usize>offset);
}

export function u64At(offset: i32): u64 {
  return load<u64>(attr + <usize>offset);
}

/** Is the pointer at `offset` good for `size` bytes? A null pointer is not. */
export function pointerAt(offset: i32, size: u64): usize {
  const value = u64At(offset);
  const end = (<u64>memory.size()) << 16;
  return value == 0 || value >= end || size > end - value ? 0 : <usize>value;
}

/** Copies the caller's attributes in; false: it passed something beyond what this kernel knows (-E2BIG). */
export function takeAttributes(from: usize, size: u32): bool {
  memory.fill(attr, 0, <usize>BPF_ATTR_SIZE);
  for (let i = <u32>BPF_ATTR_SIZE; i < size; i++) if (load<u8>(from + i) != 0) return false;
  memory.copy(attr, from, min<u32>(size, <u32>BPF_ATTR_SIZE));
  return true;
}

/** Is everything behind the command's last field zero? (Linux: CHECK_ATTR) */
export function nothingBehind(end: i32): bool {
  for (let i = end; i < BPF_ATTR_SIZE; i++) if (load<u8>(attr + <usize>i) != 0) return false;
  return true;
}

/** Length of the text at `at`, `most` if it has no end before. */
export function textLength(at: usize, most: u32): u32 {
  let n: u32 = 0;
  while (n < most && load<u8>(at + n) != 0) n++;
  return n;
}

/** The 16-byte name field at `offset`; null: a character that no name may have, or no end (Linux: bpf_obj_name_cpy). */
export function nameAt(offset: i32): string | null {
  const at = attr + <usize>offset;
  const length = textLength(at, 16);
  if (length == 16) return null;
  for (let i: u32 = 0; i < length; i++) {
    const c = load<u8>(at + i);
    const good = (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c == 95 || c == 46;
    if (!good) return null;
  }
  for (let i = length; i < 16; i++) if (load<u8>(at + i) != 0) return null;
  return String.UTF8.decodeUnsafe(at, length);
}

/** Writes an answer into the caller's attributes. */
export function setU32(offset: i32, value: u32): void {
  store<u32>(attr + <usize>offset, value);
}

/** Copies the attributes back to the caller. */
export function giveAttributes(to: usize, size: u32): void {
  memory.copy(to, attr, min<u32>(size, <u32>BPF_ATTR_SIZE));
}
