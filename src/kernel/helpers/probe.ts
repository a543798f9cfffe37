// Reading memory that may not be there, and comparing and parsing what was read.
import { EFAULT, EINVAL, ERANGE } from '../generated/errno';
import { helperMemory } from '../memory/access';
import { mapped } from '../memory/shadow';
import { USER_END, userMemory } from '../memory/user';
import { result } from './arguments';

/** where the upper half of the address space begins: an address between the two halves is none */
const KERNEL_START: u64 = 0xffff800000000000;

/** Can kernel memory be there at all? (Linux: copy_from_kernel_nofault_allowed) */
function isKernelAddress(address: u64): bool {
  return address >= KERNEL_START;
}

/** What reading kernel memory at a bad address gives: other addresses are refused before they are tried. */
function kernelError(address: u64): i32 {
  return isKernelAddress(address) ? -EFAULT : -ERANGE;
}

/** Reading nothing needs no address but a good one: any that is not 0 will do. */
function readable(good: bool): usize {
  return good ? 1 : 0;
}

/** `from`: linear address, 0: there is nothing that can be read, and `error` says why. */
function copy(to: u64, size: u32, from: usize, error: i32): u64 {
  const at = helperMemory(to, size);
  if (at == 0) return 0;
  if (from != 0) {
    memory.copy(at, from, size);
    return 0;
  }
  memory.fill(at, 0, size);
  return result(error);
}

/** bpf_probe_read_kernel(to, size, from): 0, or -EFAULT with `to` cleared */
export function probeReadKernel(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const size = <u32>r2;
  // Reading nothing is fine, but not just anywhere.
  const from = size == 0 ? readable(isKernelAddress(r3)) : mapped(r3, size);
  return copy(r1, size, from, kernelError(r3));
}

/** bpf_probe_read_user(to, size, from), bpf_copy_from_user */
export function probeReadUser(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const size = <u32>r2;
  const from = size == 0 ? readable(r3 <= USER_END) : userMemory(r3, size);
  return copy(r1, size, from, -EFAULT);
}

/** bpf_probe_read(to, size, from): of whichever memory the address belongs to */
export function probeRead(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return r3 < USER_END ? probeReadUser(r1, r2, r3, 0, 0) : probeReadKernel(r1, r2, r3, 0, 0);
}

/** Copies up to the terminator; the length with it, `size` when it was cut. -EFAULT, with `to` cleared, at a hole. */
function copyText(to: u64, size: u32, from: u64, user: bool): u64 {
  const at = helperMemory(to, size);
  if (at == 0 || size == 0) return 0;
  for (let i: u32 = 0; i < size; i++) {
    const source = user ? userMemory(from + i, 1) : mapped(from + i, 1);
    if (source == 0) {
      memory.fill(at, 0, size);
      return result(user ? -EFAULT : kernelError(from + i));
    }
    const c = load<u8>(source);
    store<u8>(at + i, c);
    if (c == 0) return <u64>(i + 1);
  }
  store<u8>(at + size - 1, 0);
  return <u64>size;
}

/** bpf_probe_read_kernel_str(to, size, from) */
export function probeReadKernelText(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return copyText(r1, <u32>r2, r3, false);
}

/** bpf_probe_read_user_str(to, size, from) */
export function probeReadUserText(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return copyText(r1, <u32>r2, r3, true);
}

/** bpf_probe_read_str(to, size, from) */
export function probeReadText(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return copyText(r1, <u32>r2, r3, r3 < USER_END);
}

/** bpf_strncmp(a, size, b): -1, 0 or 1 as strncmp; b is zero-terminated text of a read-only map */
export function compareText(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const size = <u32>r2;
  const a = helperMemory(r1, size);
  if (a == 0) return 0;
  for (let i: u32 = 0; i < size; i++) {
    const b = helperMemory(r3 + i, 1);
    if (b == 0) return 0;
    const x = load<u8>(a + i);
    const y = load<u8>(b);
    if (x != y) return result(x < y ? -1 : 1);
    if (x == 0) break;
  }
  return 0;
}

/** where a number's text ended, what it was, whether it had a minus, and whether it was too big */
let parsed: u64 = 0;
let consumed: i32 = 0;
let negative: bool = false;

function digitOf(c: u8): u32 {
  if (c >= 48 && c <= 57) return <u32>c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? <u32>lower - 87 : 99;
}

function isSpace(c: u8): bool {
  return c == 32 || (c >= 9 && c <= 13) || c == 0xa0;
}

/** Parses as the kernel's kstrto family: spaces, a sign, a base by prefix when `base` is 0. 0 or -errno. */
function parse(at: usize, size: u32, flags: u64): i32 {
  let base = <u32>(flags & 31);
  if (size == 0 || flags & ~(<u64>31) || (base != 0 && base != 8 && base != 10 && base != 16)) return -EINVAL;
  let i: u32 = 0;
  while (i < size && isSpace(load<u8>(at + i))) i++;
  if (i == size) return -EINVAL;
  negative = load<u8>(at + i) == 45;
  if (negative) i++;
  // Linux copies at most 63 characters of what is left.
  const end = min(size, i + 63);
  if (i == end) return -EINVAL;
  const zero = load<u8>(at + i) == 48;
  const hex = zero && i + 2 < end && (load<u8>(at + i + 1) | 32) == 120 && digitOf(load<u8>(at + i + 2)) < 16;
  if (base == 0) base = hex ? 16 : zero ? 8 : 10;
  if (base == 16 && zero && i + 1 < end && (load<u8>(at + i + 1) | 32) == 120) i += 2;
  const first = i;
  let value: u64 = 0;
  let over = false;
  while (i < end) {
    const digit = digitOf(load<u8>(at + i));
    if (digit >= base) break;
    if (value > (u64.MAX_VALUE - digit) / base) over = true;
    value = value * base + digit;
    i++;
  }
  if (over) return -ERANGE;
  if (i == first) return -EINVAL;
  parsed = value;
  consumed = <i32>i;
  return 0;
}

/** bpf_strtol(text, size, base, to): characters used, or -errno */
export function textToSigned(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const text = helperMemory(r1, <u32>r2);
  const to = helperMemory(r4, 8);
  if (text == 0 || to == 0) return 0;
  store<u64>(to, 0);
  const error = parse(text, <u32>r2, r3);
  if (error) return result(error);
  if (parsed > (negative ? (<u64>1) << 63 : <u64>i64.MAX_VALUE)) return result(-ERANGE);
  store<u64>(to, negative ? 0 - parsed : parsed);
  return result(consumed);
}

/** bpf_strtoul(text, size, base, to): as bpf_strtol, without a sign */
export function textToUnsigned(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const text = helperMemory(r1, <u32>r2);
  const to = helperMemory(r4, 8);
  if (text == 0 || to == 0) return 0;
  store<u64>(to, 0);
  const error = parse(text, <u32>r2, r3);
  if (error) return result(error);
  if (negative) return result(-EINVAL);
  store<u64>(to, parsed);
  return result(consumed);
}
