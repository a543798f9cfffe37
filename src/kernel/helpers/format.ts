// Formats as bpf_trace_printk and bpf_snprintf know them (Linux: bpf_bprintf_prepare): %c %d %i %u %x %X %o %p %s with l, ll and
// width, %pK %px %ps %pS %pB, %pi4 %pI4 %pi6 %pI6, %pks %pus.
import { EINVAL } from '../generated/errno';
import { accessible } from '../memory/shadow';
import { MEMORY_LIMIT, VIRTUAL_BASE } from '../memory/layout';

/** where the arguments are: u64 each */
export const parameters: usize = memory.data(12 * 8 + 8);
const MOST_PARAMETERS: i32 = 12;

let out: usize = 0;
let outEnd: usize = 0;
/** bytes that the text takes, whether they fitted or not */
let length: u32 = 0;

function put(c: i32): void {
  if (out < outEnd) store<u8>(out++, <u8>c);
  length++;
}

const digits: usize = memory.data(24);

function putNumber(
  value: u64,
  base: u64,
  upper: bool,
  sign: i32,
  width: i32,
  zero: bool,
  left: bool,
  alternate: bool,
): void {
  let n = 0;
  let rest = value;
  do {
    const digit = <i32>(rest % base);
    store<u8>(digits + n++, <u8>(digit < 10 ? 48 + digit : (upper ? 55 : 87) + digit));
    rest /= base;
  } while (rest != 0);
  const prefix = alternate && base == 16 ? 2 : alternate && base == 8 ? 1 : 0;
  let pad = width - n - (sign != 0 ? 1 : 0) - prefix;
  if (!zero && !left) while (pad-- > 0) put(32);
  if (sign != 0) put(sign);
  if (prefix != 0) {
    put(48);
    if (prefix == 2) put(upper ? 88 : 120);
  }
  if (zero && !left) while (pad-- > 0) put(48);
  for (let i = n - 1; i >= 0; i--) put(load<u8>(digits + i));
  if (left) while (pad-- > 0) put(32);
}

/** A zero-terminated text of the kernel's; what cannot be read is "" (Linux: strncpy_from_kernel_nofault). */
function putText(address: u64, width: i32, precision: i32, left: bool): void {
  const linear = address - VIRTUAL_BASE;
  let n = 0;
  const readable = linear < MEMORY_LIMIT;
  // Linux copies at most 512 bytes with the terminator.
  while (readable && n < 511 && (precision < 0 || n < precision)) {
    if (!accessible(<usize>linear + n, 1) || load<u8>(<usize>linear + n) == 0) break;
    n++;
  }
  let pad = width - n;
  if (!left) while (pad-- > 0) put(32);
  for (let i = 0; i < n; i++) put(load<u8>(<usize>linear + i));
  if (left) while (pad-- > 0) put(32);
}

function putAddress4(at: usize, padded: bool): void {
  for (let i = 0; i < 4; i++) {
    if (i != 0) put(46);
    putNumber(load<u8>(at + i), 10, false, 0, padded ? 3 : 0, true, false, false);
  }
}

function putAddress6(at: usize, colons: bool): void {
  for (let i = 0; i < 8; i++) {
    if (i != 0 && colons) put(58);
    putNumber(bswap<u16>(load<u16>(at + 2 * i)), 16, false, 0, 4, true, false, false);
  }
}

/**
 * Formats `size` bytes of format (terminator included) with `count` parameters into `to`, which has room for `room` bytes.
 * With `to` 0 the format is only checked. Returns the text's length without terminator, or -EINVAL: no such format, or too few
 * parameters (Linux looks at the whole format before it prints any of it; so must the caller).
 */
export function format(text: usize, size: u32, count: i32, to: usize, room: u32): i32 {
  if (size == 0 || load<u8>(text + size - 1) != 0) return -EINVAL;
  const print = to != 0;
  out = to;
  outEnd = room > 0 ? to + <usize>room - 1 : to;
  length = 0;
  let used = 0;
  let i: u32 = 0;
  for (;;) {
    let c = <i32>load<u8>(text + i);
    if (c == 0) break;
    // Linux refuses what is not printable ASCII.
    if (c >= 127 || (c < 32 && c != 9 && c != 10 && c != 13 && c != 11 && c != 12)) return -EINVAL;
    i++;
    if (c != 37) {
      if (print) put(c);
      continue;
    }
    c = <i32>load<u8>(text + i);
    if (c == 37) {
      if (print) put(37);
      i++;
      continue;
    }
    if (used >= count || used >= MOST_PARAMETERS) return -EINVAL;
    let zero = false;
    let left = false;
    /** what stands before a number that is not negative */
    let positive = 0;
    let alternate = false;
    // flags, width and length, in the order that Linux accepts
    while (c == 48 || c == 43 || c == 45 || c == 32) {
      if (c == 48) zero = true;
      if (c == 45) left = true;
      if (c == 43) positive = 43;
      if (c == 32 && positive == 0) positive = 32;
      c = <i32>load<u8>(text + ++i);
    }
    let width = 0;
    while (c >= 48 && c <= 57) {
      width = width * 10 + (c - 48);
      c = <i32>load<u8>(text + ++i);
    }
    const value = load<u64>(parameters + ((<usize>used) << 3));
    used++;
    if (c == 112) {
      c = <i32>load<u8>(text + ++i);
      if (c == 107 || c == 117) {
        // %pks, %pus: text in kernel or user memory
        if (load<u8>(text + i + 1) != 115) return -EINVAL;
        i += 2;
        if (print) putText(value, width, -1, left);
        continue;
      }
      if (c == 105 || c == 73) {
        const kind = load<u8>(text + i + 1);
        if (kind != 52 && kind != 54) return -EINVAL;
        i += 2;
        if (print) {
          const linear = value - VIRTUAL_BASE;
          const bytes: usize = kind == 52 ? 4 : 16;
          const good = linear < MEMORY_LIMIT && accessible(<usize>linear, bytes);
          const at = good ? <usize>linear : digits;
          if (!good) memory.fill(digits, 0, 16);
          if (kind == 52) putAddress4(at, c == 105);
          else putAddress6(at, c == 73);
        }
        continue;
      }
      if (c == 75 || c == 120 || c == 115 || c == 83 || c == 66) {
        i++;
        if (print) putNumber(value, 16, false, 0, 16, true, false, false);
        continue;
      }
      // A plain %p is hashed by Linux; the simulated machine has nothing to hide but the same width.
      if (c != 0 && c != 32 && !isPunctuation(c)) return -EINVAL;
      if (print) putNumber(value & 0xffffffff, 16, false, 0, 16, true, false, false);
      continue;
    }
    if (c == 115) {
      i++;
      if (print) putText(value, width, -1, left);
      continue;
    }
    if (c == 99) {
      i++;
      if (print) {
        let pad = width - 1;
        if (!left) while (pad-- > 0) put(32);
        put(<i32>(value & 0xff));
        if (left) while (pad-- > 0) put(32);
      }
      continue;
    }
    let bytes = 4;
    if (c == 108) {
      bytes = 8;
      c = <i32>load<u8>(text + ++i);
      if (c == 108) c = <i32>load<u8>(text + ++i);
    }
    if (c != 105 && c != 100 && c != 117 && c != 120 && c != 88 && c != 111) return -EINVAL;
    i++;
    if (!print) continue;
    if (c == 100 || c == 105) {
      const signed = bytes == 4 ? <i64>(<i32>value) : <i64>value;
      putNumber(
        <u64>(signed < 0 ? 0 - signed : signed),
        10,
        false,
        signed < 0 ? 45 : positive,
        width,
        zero,
        left,
        alternate,
      );
    } else {
      const unsigned = bytes == 8 ? value : value & 0xffffffff;
      putNumber(unsigned, c == 117 ? 10 : c == 111 ? 8 : 16, c == 88, 0, width, zero, left, alternate);
    }
  }
  if (print && room > 0) store<u8>(out, 0);
  return <i32>length;
}

function isPunctuation(c: i32): bool {
  return (
    (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126) || c == 10 || c == 9
  );
}
