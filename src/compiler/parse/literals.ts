// The values of number, character and string tokens.

export interface IntegerLiteral {
  readonly value: bigint;
  /** U was written */
  readonly unsigned: boolean;
  /** L: 1, LL: 2 */
  readonly longs: 0 | 1 | 2;
  /** decimal literals never become unsigned by their size */
  readonly decimal: boolean;
  /** `at`: where in the text it is wrong */
  readonly problem: {
    readonly kind: 'suffix' | 'digit' | 'too-large';
    readonly text: string;
    readonly at: number;
  } | null;
}

const DIGITS = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)(.*)$/s;
const SUFFIX = /^(?:[uU]?(?:l|L|ll|LL)?|(?:l|L|ll|LL)[uU])$/;

/** Is the number written with a point or an exponent? */
export function isFloatLiteral(text: string): boolean {
  return /^0[xX]/.test(text) ? /[.pP]/.test(text) : /[.eE]/.test(text) || /^\d+[fF]$/.test(text);
}

/** The value of up to nine decimal digits; -1 for any other text. Most numbers in programs are such. */
export function smallDecimal(text: string): number {
  if (text.length > 9 || (text.length > 1 && text.charCodeAt(0) === 48)) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Reads an integer constant; null for a floating-point one. */
export function parseInteger(text: string): IntegerLiteral | null {
  const small = smallDecimal(text);
  if (small >= 0) return { value: BigInt(small), unsigned: false, longs: 0, decimal: true, problem: null };
  if (isFloatLiteral(text)) return null;
  // GNU C23 digit separators are not part of C17: a quote never gets here.
  const match = DIGITS.exec(text);
  const digits = match?.[1] ?? '0';
  const suffix = match?.[2] ?? text;
  const decimal = !digits.startsWith('0') || digits === '0';
  const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : BigInt(digits);
  const unsigned = /u/i.test(suffix);
  const longs = /ll/i.test(suffix) ? 2 : /l/i.test(suffix) ? 1 : 0;
  let problem: IntegerLiteral['problem'] = null;
  if (!SUFFIX.test(suffix)) {
    // Letters that are digits in hexadecimal, and digits beyond the base, are wrong digits; all else is a wrong suffix.
    const at = text.length - suffix.length;
    const isDigit = /^0[xX]/.test(digits) ? false : /^[0-9a-fA-F]/.test(suffix);
    problem = isDigit ? { kind: 'digit', text: suffix.charAt(0), at } : { kind: 'suffix', text: suffix, at };
  } else if (value >= 1n << 64n) problem = { kind: 'too-large', text, at: 0 };
  return { value: BigInt.asUintN(64, value), unsigned, longs, decimal, problem };
}

/** The value of a floating-point constant; null when it is malformed. */
export function parseFloating(text: string): number | null {
  const plain = text.replace(/[fFlL]$/, '');
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(plain);
  if (hex) {
    const [, whole = '', fraction = '', exponent = '0'] = hex;
    return Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  }
  return /^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain) ? Number(plain) : null;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27, E: 27, '0': 0, '\\': 92, "'": 39, '"': 34, '?': 63,
}; // prettier-ignore

export interface LiteralProblem {
  readonly kind: 'unknown-escape' | 'hex-no-digits' | 'out-of-range';
  readonly text: string;
  /** where the escape stands, in characters from the first one inside the quotes */
  readonly at: number;
}

/** Calls `each` with every character code of a literal's inside: a byte from an escape, or a code point as written. */
function decode(inside: string, each: (code: number, escaped: boolean) => void): LiteralProblem | null {
  let problem: LiteralProblem | null = null;
  for (let i = 0; i < inside.length;) {
    if (inside[i] !== '\\') {
      const code = inside.codePointAt(i) ?? 0;
      each(code, false);
      i += code > 0xffff ? 2 : 1;
      continue;
    }
    const rest = inside.slice(i + 1, i + 24);
    const octal = /^[0-7]{1,3}/.exec(rest);
    const hex = /^x([0-9a-fA-F]*)/.exec(rest);
    const universal = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
    if (octal) {
      each(Number.parseInt(octal[0], 8), true);
      i += 1 + octal[0].length;
    } else if (hex) {
      if (hex[1] === '') problem ??= { kind: 'hex-no-digits', text: '', at: i };
      const value = Number.parseInt(hex[1] || '0', 16);
      if (value > 255) problem ??= { kind: 'out-of-range', text: '', at: i };
      each(value & 0xff, true);
      i += 1 + hex[0].length;
    } else if (universal) {
      each(Math.min(Number.parseInt(universal[1] ?? universal[2] ?? '0', 16), 0x10ffff), false);
      i += 1 + universal[0].length;
    } else {
      const letter = rest.charAt(0);
      const code = SIMPLE_ESCAPES[letter];
      if (code === undefined && letter !== '') problem ??= { kind: 'unknown-escape', text: letter, at: i };
      each(code ?? letter.charCodeAt(0), true);
      i += 2;
    }
  }
  return problem;
}

/** How many bytes a character of the literal's element type takes, by its prefix. */
export function literalWidth(text: string): 1 | 2 | 4 {
  if (text.startsWith('L') || text.startsWith('U')) return 4;
  return text.startsWith('u') && !text.startsWith('u8') ? 2 : 1;
}

function inside(text: string, quote: string): string {
  const from = text.indexOf(quote) + 1;
  return text.endsWith(quote) && text.length > from ? text.slice(from, -1) : text.slice(from);
}

function utf8(code: number): Uint8Array {
  return new TextEncoder().encode(String.fromCodePoint(code));
}

/** A character constant's value: a plain one is a signed char; several characters are packed, as GNU does. */
export function parseCharacter(text: string): {
  value: number;
  empty: boolean;
  count: number;
  problem: LiteralProblem | null;
} {
  const codes: number[] = [];
  const wide = literalWidth(text) > 1;
  const problem = decode(inside(text, "'"), (code, escaped) => {
    if (wide || escaped || code < 128) codes.push(code);
    else codes.push(...utf8(code));
  });
  if (wide) return { value: codes[codes.length - 1] ?? 0, empty: codes.length === 0, count: codes.length, problem };
  if (codes.length === 1) return { value: ((codes[0] as number) << 24) >> 24, empty: false, count: 1, problem };
  let value = 0;
  for (const code of codes) value = (value << 8) | (code & 0xff);
  return { value, empty: codes.length === 0, count: codes.length, problem };
}

/** A string literal's elements (bytes, or units of the prefix's width), without the terminating zero. */
export function parseString(text: string, width: 1 | 2 | 4): { units: number[]; problem: LiteralProblem | null } {
  const units: number[] = [];
  const problem = decode(inside(text, '"'), (code, escaped) => {
    if (width === 1 && !escaped && code > 127) for (const byte of utf8(code)) units.push(byte);
    else if (width === 2 && code > 0xffff) {
      const pair = String.fromCodePoint(code);
      units.push(pair.charCodeAt(0), pair.charCodeAt(1));
    } else units.push(code);
  });
  return { units, problem };
}

/** The text that _Pragma's string stands for: quotes and their escapes undone. */
export function stringBytesText(text: string): string {
  return inside(text, '"').replace(/\\(["\\])/g, '$1');
}
