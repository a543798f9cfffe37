// printf as the kernel has it (Linux: Documentation/core-api/printk-formats.rst), over arguments that lie in memory, 8 bytes each:
// %d %i %u %x %X %o %c %s %p with flags, width, precision, hh h l ll z t; %pI4 %pi4 %pI6 %pI6c %pM %pm %pS %ps %pd %px %ph.
import { peek } from '../memory/pages';
import { moduleName, moduleNameSize } from './modules';
import { symbolAt } from './symbols';

let out: usize = 0;
let end: usize = 0;
let length: u32 = 0;
const digits: usize = memory.data(24);
/** what one conversion asks for */
let width: i32 = 0;
let precision: i32 = -1;
let zero: bool = false;
let left: bool = false;
let plus: bool = false;
let space: bool = false;
let alternate: bool = false;

function put(c: i32): void {
  if (out < end) store<u8>(out++, <u8>c);
  length++;
}

function pad(count: i32, with0: bool): void {
  for (let i = 0; i < count; i++) put(with0 ? 48 : 32);
}

function putNumber(value: u64, base: u64, upper: bool, negative: bool): void {
  let n = 0;
  let rest = value;
  do {
    const digit = <i32>(rest % base);
    store<u8>(digits + n++, <u8>(digit < 10 ? 48 + digit : (upper ? 55 : 87) + digit));
    rest /= base;
  } while (rest != 0 && n < 24);
  const sign = negative ? 45 : plus ? 43 : space ? 32 : 0;
  const prefix = alternate && base == 16 ? 2 : alternate && base == 8 ? 1 : 0;
  const zeros = precision > n ? precision - n : 0;
  const blank = width - n - zeros - prefix - (sign != 0 ? 1 : 0);
  const fill = zero && !left && precision < 0;
  if (!left && !fill) pad(blank, false);
  if (sign != 0) put(sign);
  if (prefix != 0) {
    put(48);
    if (prefix == 2) put(upper ? 88 : 120);
  }
  if (fill) pad(blank, true);
  pad(zeros, true);
  for (let i = n - 1; i >= 0; i--) put(load<u8>(digits + i));
  if (left) pad(blank, false);
}

function byteAt(address: u64): i32 {
  const at = peek(address, 1);
  return at == 0 ? -1 : <i32>load<u8>(at);
}

function putText(address: u64): void {
  // Linux prints these words instead of following a pointer that cannot be good.
  if (address < 4096 || byteAt(address) < 0) {
    const words = address < 4096 ? '(null)' : '(efault)';
    if (!left) pad(width - words.length, false);
    for (let i = 0; i < words.length; i++) put(words.charCodeAt(i));
    if (left) pad(width - words.length, false);
    return;
  }
  let n = 0;
  while (n < 4096 && (precision < 0 || n < precision)) {
    const c = byteAt(address + <u64>n);
    if (c <= 0) break;
    n++;
  }
  if (!left) pad(width - n, false);
  for (let i = 0; i < n; i++) put(byteAt(address + <u64>i));
  if (left) pad(width - n, false);
}

function putPlain(value: u64, base: u64, least: i32): void {
  const keptWidth = width;
  const keptPrecision = precision;
  width = 0;
  precision = least;
  const keptPlus = plus;
  plus = false;
  putNumber(value, base, false, false);
  width = keptWidth;
  precision = keptPrecision;
  plus = keptPlus;
}

function putSymbol(address: u64, offset: bool): void {
  const symbol = symbolAt(address);
  if (symbol == null) {
    put(48);
    put(120);
    putPlain(address, 16, -1);
    return;
  }
  for (let i: u32 = 0; i < symbol.nameSize; i++) put(load<u8>(symbol.name + i));
  if (!offset) return;
  put(43);
  put(48);
  put(120);
  putPlain(address - symbol.address, 16, -1);
  put(47);
  put(48);
  put(120);
  putPlain(symbol.size, 16, -1);
  const owner = moduleNameSize(symbol.module);
  if (owner == 0) return;
  put(32);
  put(91);
  const name = moduleName(symbol.module);
  for (let i: u32 = 0; i < owner; i++) put(load<u8>(name + i));
  put(93);
}

/** The longest run of zero words of an IPv6 address, at least two: start | length << 8; 0: none. */
function longestZeros(address: u64): i32 {
  let best = 0;
  let bestLength = 1;
  let start = 0;
  let count = 0;
  for (let i = 0; i < 8; i++) {
    const word = (byteAt(address + <u64>(2 * i)) << 8) | byteAt(address + <u64>(2 * i + 1));
    if (word != 0) {
      count = 0;
      continue;
    }
    if (count == 0) start = i;
    count++;
    if (count > bestLength) {
      bestLength = count;
      best = start | (count << 8);
    }
  }
  return best;
}

function putAddress6(address: u64, colons: bool, compressed: bool): void {
  const run = compressed ? longestZeros(address) : 0;
  const from = run & 255;
  const to = from + (run >> 8);
  for (let i = 0; i < 8; i++) {
    if (run != 0 && i == from) {
      put(58);
      put(58);
      i = to - 1;
      continue;
    }
    if (colons && i != 0 && !(run != 0 && i == to)) put(58);
    const word = (byteAt(address + <u64>(2 * i)) << 8) | byteAt(address + <u64>(2 * i + 1));
    putPlain(<u64>word, 16, compressed ? -1 : 4);
  }
}

/** %p and what follows it; the bytes of the format that it took. */
function putPointer(value: u64, format: u64): u32 {
  const kind = byteAt(format);
  const second = byteAt(format + 1);
  switch (kind) {
    case 73: // I
    case 105: {
      const bytes: u64 = second == 52 ? 4 : second == 54 ? 16 : 0;
      if (bytes == 0) break;
      if (byteAt(value) < 0) {
        putText(value);
        return 2;
      }
      if (bytes == 4) {
        for (let i = 0; i < 4; i++) {
          if (i != 0) put(46);
          putPlain(<u64>byteAt(value + <u64>i), 10, kind == 105 ? 3 : -1);
        }
        const order = byteAt(format + 2);
        return order == 104 || order == 110 || order == 98 || order == 108 ? 3 : 2;
      }
      const compressed = kind == 73 && byteAt(format + 2) == 99;
      putAddress6(value, kind == 73, compressed);
      return compressed ? 3 : 2;
    }
    case 77: // M
    case 109: {
      if (byteAt(value) < 0) {
        putText(value);
        return 1;
      }
      for (let i = 0; i < 6; i++) {
        if (i != 0 && kind == 77) put(58);
        putPlain(<u64>byteAt(value + <u64>i), 16, 2);
      }
      return 1;
    }
    case 104: {
      const count = width > 0 ? min(width, 64) : 1;
      const separator = second == 67 ? 58 : second == 68 ? 45 : second == 78 ? 0 : 32;
      for (let i = 0; i < count; i++) {
        if (i != 0 && separator != 0) put(separator);
        putPlain(<u64>(byteAt(value + <u64>i) & 255), 16, 2);
      }
      return separator == 32 ? 1 : 2;
    }
    case 83: // S
      putSymbol(value, true);
      return 1;
    case 66:
      putSymbol(value - 1, true);
      return 1;
    case 115:
      putSymbol(value, false);
      return 1;
    case 120:
      precision = 16;
      putNumber(value, 16, false, false);
      return 1;
  }
  // Linux hashes a plain %p; the simulated machine keeps the width and shows a number that is as good as any.
  precision = 16;
  putNumber(value == 0 ? 0 : <u64>(<u32>(value * 0x9e3779b1)), 16, false, false);
  return 0;
}

/**
 * Formats into `to` (room for `room` bytes with the terminator, which is written when there is room). Arguments are read from kernel
 * address `parameters` on. Returns the text's whole length.
 */
export function formatKernel(to: usize, room: u32, format: u64, parameters: u64): u32 {
  out = to;
  end = room > 0 ? to + <usize>room - 1 : to;
  length = 0;
  let next = parameters;
  let at = format;
  for (let guard = 0; guard < 4096; guard++) {
    let c = byteAt(at++);
    if (c <= 0) break;
    if (c != 37) {
      put(c);
      continue;
    }
    width = 0;
    precision = -1;
    zero = false;
    left = false;
    plus = false;
    space = false;
    alternate = false;
    c = byteAt(at++);
    for (;;) {
      if (c == 48) zero = true;
      else if (c == 45) left = true;
      else if (c == 43) plus = true;
      else if (c == 32) space = true;
      else if (c == 35) alternate = true;
      else break;
      c = byteAt(at++);
    }
    if (c == 42) {
      width = <i32>argument(next);
      next += 8;
      if (width < 0) {
        left = true;
        width = -width;
      }
      c = byteAt(at++);
    } else
      while (c >= 48 && c <= 57) {
        width = min(width * 10 + (c - 48), 4096);
        c = byteAt(at++);
      }
    if (c == 46) {
      precision = 0;
      c = byteAt(at++);
      if (c == 42) {
        precision = <i32>argument(next);
        next += 8;
        c = byteAt(at++);
      } else
        while (c >= 48 && c <= 57) {
          precision = min(precision * 10 + (c - 48), 4096);
          c = byteAt(at++);
        }
    }
    let bytes = 4;
    while (c == 104 || c == 108 || c == 122 || c == 116 || c == 76) {
      if (c == 104) bytes >>= 1;
      else bytes = 8;
      c = byteAt(at++);
    }
    if (c == 37) {
      put(37);
      continue;
    }
    if (c <= 0) break;
    const value = argument(next);
    next += 8;
    switch (c) {
      case 100:
      case 105: {
        const signed =
          bytes == 8 ? <i64>value : bytes == 4 ? <i64>(<i32>value) : bytes == 2 ? <i64>(<i16>value) : <i64>(<i8>value);
        putNumber(<u64>(signed < 0 ? 0 - signed : signed), 10, false, signed < 0);
        break;
      }
      case 117:
      case 120:
      case 88:
      case 111: {
        plus = false;
        space = false;
        const mask: u64 = bytes == 8 ? 0xffffffffffffffff : bytes == 4 ? 0xffffffff : bytes == 2 ? 0xffff : 0xff;
        putNumber(value & mask, c == 117 ? 10 : c == 111 ? 8 : 16, c == 88, false);
        break;
      }
      case 99:
        if (!left) pad(width - 1, false);
        put(<i32>(value & 255));
        if (left) pad(width - 1, false);
        break;
      case 115:
        putText(value);
        break;
      case 112:
        at += <u64>putPointer(value, at);
        break;
      default:
        // Linux prints a conversion that it does not know as it stands.
        put(37);
        put(c);
        next -= 8;
        break;
    }
  }
  if (room > 0) store<u8>(out, 0);
  return length;
}

function argument(address: u64): u64 {
  const at = peek(address, 8);
  return at == 0 ? 0 : load<u64>(at);
}
