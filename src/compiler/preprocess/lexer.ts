// Text → raw tokens, as translation phases 1 to 3 of C ask. Nothing is expanded here and nothing depends on macros, so
// the result of a text is kept and shared between compilations.
import { expectNames, hashStep, internRange } from './interner.ts';
import * as T from './token.ts';

export type LexicalProblem =
  | { readonly kind: 'unterminated-comment'; readonly offset: number }
  | { readonly kind: 'unterminated-string' | 'unterminated-character'; readonly offset: number };

/** The raw tokens of one text; entry i of every array describes token i. */
export interface RawTokens {
  readonly text: string;
  readonly count: number;
  readonly kinds: Uint8Array;
  /** AT_LINE_START, SPACE_BEFORE */
  readonly flags: Uint8Array;
  /** interned text of identifiers, numbers, literals and strays; 0 for punctuators */
  readonly values: Int32Array;
  /** where the token starts in `text` */
  readonly offsets: Int32Array;
  /** indices of the `#` that open directives */
  readonly directives: Int32Array;
  readonly problems: readonly LexicalProblem[];
}

const IDENTIFIER_START = 1;
const DIGIT = 2;
const SPACE = 4;
const IDENTIFIER_PART = IDENTIFIER_START | DIGIT;
const classes = new Uint8Array(128);
for (let c = 0; c < 26; c++) classes[65 + c] = classes[97 + c] = IDENTIFIER_START;
classes[95] = classes[36] = IDENTIFIER_START;
for (let c = 48; c < 58; c++) classes[c] = DIGIT;
for (const c of [32, 9, 11, 12, 13]) classes[c] = SPACE;

/** The token that a character is whatever follows it; 0 when that depends, or when it is none. */
const alone = new Uint8Array(128);
alone[91] = T.LBRACKET;
alone[93] = T.RBRACKET;
alone[40] = T.LPAREN;
alone[41] = T.RPAREN;
alone[123] = T.LBRACE;
alone[125] = T.RBRACE;
alone[44] = T.COMMA;
alone[59] = T.SEMICOLON;
alone[63] = T.QUESTION;
alone[126] = T.TILDE;

/** Units that a sign takes, in what `punctuator` answers. */
const ONE = 1 << 8;
const TWO = 2 << 8;
const THREE = 3 << 8;
const FOUR = 4 << 8;

const IDENTIFIER_CHARACTER = /^[\p{ID_Continue}]$/u;

/** Is the UTF-16 unit at `position` (not ASCII) part of an identifier? Surrogates are taken as such. */
function isIdentifierUnit(unit: number): boolean {
  if (unit >= 0xd800 && unit < 0xe000) return false;
  return IDENTIFIER_CHARACTER.test(String.fromCharCode(unit));
}

/** A text without its line splices (backslash, newline), and where each stood: [offset in the result, units cut so far]. */
function removeSplices(text: string): { text: string; cuts: number[] } {
  const cuts: number[] = [];
  let result = '';
  let from = 0;
  let removed = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 1)) {
    let end = at + 1;
    while (end < text.length && (text.charCodeAt(end) === 32 || text.charCodeAt(end) === 9)) end++;
    if (text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10) end++;
    if (text.charCodeAt(end) !== 10) continue;
    result += text.slice(from, at);
    removed += end + 1 - at;
    cuts.push(result.length, removed);
    from = end + 1;
    at = end;
  }
  return { text: result + text.slice(from), cuts };
}

const HAS_SPLICE = /\\[ \t]*\r?\n/;

/** Splits `original` into raw tokens; any text gives a result. */
export function lex(original: string): RawTokens {
  const spliced = original.includes('\\') && HAS_SPLICE.test(original) ? removeSplices(original) : null;
  const text = spliced ? spliced.text : original;
  const cuts = spliced ? spliced.cuts : [];
  let cut = 0;
  let shift = 0;
  let nextCut = cuts.length > 0 ? (cuts[0] as number) : Infinity;

  const length = text.length;
  expectNames(length);
  let capacity = Math.max(64, (length >> 2) + 16);
  let kinds = new Uint8Array(capacity);
  let flags = new Uint8Array(capacity);
  let values = new Int32Array(capacity);
  let offsets = new Int32Array(capacity);
  const directives: number[] = [];
  const problems: LexicalProblem[] = [];
  let count = 0;
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let flag = T.AT_LINE_START;

  const originalOffset = (at: number): number => {
    let total = 0;
    for (let i = 0; i < cuts.length && (cuts[i] as number) <= at; i += 2) total = cuts[i + 1] as number;
    return at + total;
  };

  for (;;) {
    // White space and comments.
    let c = position < length ? text.charCodeAt(position) : -1;
    for (;;) {
      if (c === 32 || c === 9) {
        flag |= T.SPACE_BEFORE;
      } else if (c === 10) {
        flag = T.AT_LINE_START;
      } else if (c === 47 && text.charCodeAt(position + 1) === 47) {
        const end = text.indexOf('\n', position);
        position = (end < 0 ? length : end) - 1;
        flag |= T.SPACE_BEFORE;
      } else if (c === 47 && text.charCodeAt(position + 1) === 42) {
        const end = text.indexOf('*/', position + 2);
        if (end < 0) problems.push({ kind: 'unterminated-comment', offset: originalOffset(position) });
        position = end < 0 ? length : end + 1;
        flag |= T.SPACE_BEFORE;
      } else if (c >= 0 && c < 128 && ((classes[c] as number) & SPACE) !== 0) {
        flag |= T.SPACE_BEFORE;
      } else {
        break;
      }
      position++;
      c = position < length ? text.charCodeAt(position) : -1;
    }
    if (count + 1 >= capacity) {
      capacity *= 2;
      const moreKinds = new Uint8Array(capacity);
      moreKinds.set(kinds);
      kinds = moreKinds;
      const moreFlags = new Uint8Array(capacity);
      moreFlags.set(flags);
      flags = moreFlags;
      const moreValues = new Int32Array(capacity);
      moreValues.set(values);
      values = moreValues;
      const moreOffsets = new Int32Array(capacity);
      moreOffsets.set(offsets);
      offsets = moreOffsets;
    }
    while (position >= nextCut) {
      shift = cuts[cut + 1] as number;
      cut += 2;
      nextCut = cut < cuts.length ? (cuts[cut] as number) : Infinity;
    }
    offsets[count] = position + shift;
    flags[count] = flag;
    flag = 0;
    if (c < 0) break;

    const start = position;
    const cls = c < 128 ? (classes[c] as number) : isIdentifierUnit(c) ? IDENTIFIER_START : 0;
    let kind = T.STRAY;
    if (cls === IDENTIFIER_START) {
      let hash = 0;
      do {
        hash = hashStep(hash, c);
        position++;
        c = position < length ? text.charCodeAt(position) : 32;
      } while (c < 128 ? ((classes[c] as number) & IDENTIFIER_PART) !== 0 : isIdentifierUnit(c));
      // u8"…", L'…': the prefix belongs to the literal.
      if ((c !== 34 && c !== 39) || position - start > 2 || !isLiteralPrefix(text, start, position)) {
        kinds[count] = T.IDENTIFIER;
        values[count] = internRange(text, start, position, hash);
        count++;
        continue;
      }
    } else if (cls === DIGIT || (c === 46 && isDigit(text.charCodeAt(position + 1)))) {
      let hash = 0;
      do {
        hash = hashStep(hash, c);
        position++;
        const last = c;
        c = position < length ? text.charCodeAt(position) : 32;
        if ((c === 43 || c === 45) && (last === 101 || last === 69 || last === 112 || last === 80)) continue;
        if (c !== 46 && !(c < 128 && ((classes[c] as number) & IDENTIFIER_PART) !== 0)) break;
      } while (position < length);
      kinds[count] = T.NUMBER;
      values[count] = internRange(text, start, position, hash);
      count++;
      continue;
    } else if (c < 128 && alone[c] !== 0) {
      position++;
      kinds[count++] = alone[c] as number;
      continue;
    } else if (c !== 34 && c !== 39) {
      const sign = punctuator(text, position);
      if (sign !== T.STRAY) {
        position += sign >> 8;
        kind = sign & 0xff;
        if (kind === T.HASH && ((flags[count] as number) & T.AT_LINE_START) !== 0) directives.push(count);
        kinds[count++] = kind;
        continue;
      }
      // Surrogate pairs stay together, for the message.
      position += c >= 0xd800 && c < 0xdc00 && position + 1 < length ? 2 : 1;
    }
    if (c === 34 || c === 39) {
      const quote = position;
      const end = endOfLiteral(text, quote);
      position = Math.abs(end);
      if (end > 0) kind = c === 34 ? T.STRING : T.CHARACTER;
      else {
        const what = c === 34 ? 'unterminated-string' : 'unterminated-character';
        problems.push({ kind: what, offset: originalOffset(quote) });
      }
    }
    kinds[count] = kind;
    let hash = 0;
    for (let i = start; i < position; i++) hash = hashStep(hash, text.charCodeAt(i));
    values[count] = internRange(text, start, position, hash);
    count++;
  }
  return {
    text: original,
    count,
    kinds: kinds.subarray(0, count + 1),
    flags: flags.subarray(0, count + 1),
    values: values.subarray(0, count + 1),
    offsets: offsets.subarray(0, count + 1),
    directives: Int32Array.from(directives),
    problems,
  };
}

/** The place behind the constant whose quote stands at `from`; negative for one without an end, which the newline ends. */
function endOfLiteral(text: string, from: number): number {
  const { length } = text;
  const quote = text.charCodeAt(from);
  for (let at = from + 1; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at + 1;
    if (unit === 10) return -at;
    if (unit === 92 && at + 1 < length && text.charCodeAt(at + 1) !== 10) at++;
  }
  return -length;
}

/** The sign that starts at `at`: its token, and from bit 8 on how many units it takes. STRAY takes none. */
function punctuator(text: string, at: number): number {
  const first = text.charCodeAt(at);
  const second = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
  const third = at + 2 < text.length ? text.charCodeAt(at + 2) : 0;
  switch (first) {
    case 46:
      return second === 46 && third === 46 ? THREE | T.ELLIPSIS : ONE | T.DOT;
    case 58:
      return second === 62 ? TWO | T.RBRACKET : ONE | T.COLON;
    case 42:
      return second === 61 ? TWO | T.STAR_ASSIGN : ONE | T.STAR;
    case 47:
      return second === 61 ? TWO | T.SLASH_ASSIGN : ONE | T.SLASH;
    case 94:
      return second === 61 ? TWO | T.CARET_ASSIGN : ONE | T.CARET;
    case 61:
      return second === 61 ? TWO | T.EQUAL_EQUAL : ONE | T.ASSIGN;
    case 33:
      return second === 61 ? TWO | T.NOT_EQUAL : ONE | T.BANG;
    case 35:
      return second === 35 ? TWO | T.HASH_HASH : ONE | T.HASH;
    case 43:
      return second === 43 ? TWO | T.PLUS_PLUS : second === 61 ? TWO | T.PLUS_ASSIGN : ONE | T.PLUS;
    case 45:
      if (second === 62) return TWO | T.ARROW;
      return second === 45 ? TWO | T.MINUS_MINUS : second === 61 ? TWO | T.MINUS_ASSIGN : ONE | T.MINUS;
    case 38:
      return second === 38 ? TWO | T.AMP_AMP : second === 61 ? TWO | T.AMP_ASSIGN : ONE | T.AMP;
    case 124:
      return second === 124 ? TWO | T.PIPE_PIPE : second === 61 ? TWO | T.PIPE_ASSIGN : ONE | T.PIPE;
    case 37:
      if (second === 58) return third === 37 && text.charCodeAt(at + 3) === 58 ? FOUR | T.HASH_HASH : TWO | T.HASH;
      return second === 61 ? TWO | T.PERCENT_ASSIGN : second === 62 ? TWO | T.RBRACE : ONE | T.PERCENT;
    case 60:
      if (second === 60) return third === 61 ? THREE | T.SHIFT_LEFT_ASSIGN : TWO | T.SHIFT_LEFT;
      if (second === 61) return TWO | T.LESS_EQUAL;
      return second === 58 ? TWO | T.LBRACKET : second === 37 ? TWO | T.LBRACE : ONE | T.LESS;
    case 62:
      if (second === 62) return third === 61 ? THREE | T.SHIFT_RIGHT_ASSIGN : TWO | T.SHIFT_RIGHT;
      return second === 61 ? TWO | T.GREATER_EQUAL : ONE | T.GREATER;
    default:
      return T.STRAY;
  }
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit < 58;
}

/** L, u, U or u8 before a quote */
function isLiteralPrefix(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  if (end - start === 1) return first === 76 || first === 85 || first === 117;
  return first === 117 && text.charCodeAt(start + 1) === 56;
}
