// Text → raw tokens, as translation phases 1 to 3 of C ask. Nothing is expanded here and nothing depends on macros, so
// the result of a text is kept and shared between compilations.
import { hashStep, internRange } from './interner.ts';
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
    let kind: number;
    const cls = c < 128 ? (classes[c] as number) : isIdentifierUnit(c) ? IDENTIFIER_START : 0;
    if (cls === IDENTIFIER_START) {
      let hash = 0;
      do {
        hash = hashStep(hash, c);
        position++;
        c = position < length ? text.charCodeAt(position) : 32;
      } while (c < 128 ? ((classes[c] as number) & IDENTIFIER_PART) !== 0 : isIdentifierUnit(c));
      // u8"…", L'…': the prefix belongs to the literal.
      if ((c === 34 || c === 39) && position - start <= 2 && isLiteralPrefix(text, start, position)) {
        kind = literal(c);
      } else {
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
    } else if (c === 34 || c === 39) {
      kind = literal(c);
    } else {
      kind = punctuator(c);
      if (kind !== T.STRAY) {
        if (kind === T.HASH && ((flags[count] as number) & T.AT_LINE_START) !== 0) directives.push(count);
        kinds[count] = kind;
        count++;
        continue;
      }
      // Surrogate pairs stay together, for the message.
      position += c >= 0xd800 && c < 0xdc00 && position + 1 < length ? 2 : 1;
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

  /** A string or character constant from its quote on; the newline ends an unterminated one. */
  function literal(quote: number): number {
    const from = position;
    position++;
    for (; position < length; position++) {
      const unit = text.charCodeAt(position);
      if (unit === quote) {
        position++;
        return quote === 34 ? T.STRING : T.CHARACTER;
      }
      if (unit === 10) break;
      if (unit === 92 && position + 1 < length && text.charCodeAt(position + 1) !== 10) position++;
    }
    problems.push({
      kind: quote === 34 ? 'unterminated-string' : 'unterminated-character',
      offset: originalOffset(from),
    });
    return T.STRAY;
  }

  function punctuator(first: number): number {
    const second = position + 1 < length ? text.charCodeAt(position + 1) : 0;
    const take = (units: number, token: number): number => {
      position += units;
      return token;
    };
    switch (first) {
      case 91:
        return take(1, T.LBRACKET);
      case 93:
        return take(1, T.RBRACKET);
      case 40:
        return take(1, T.LPAREN);
      case 41:
        return take(1, T.RPAREN);
      case 123:
        return take(1, T.LBRACE);
      case 125:
        return take(1, T.RBRACE);
      case 44:
        return take(1, T.COMMA);
      case 59:
        return take(1, T.SEMICOLON);
      case 63:
        return take(1, T.QUESTION);
      case 126:
        return take(1, T.TILDE);
      case 46:
        return second === 46 && text.charCodeAt(position + 2) === 46 ? take(3, T.ELLIPSIS) : take(1, T.DOT);
      case 58:
        return second === 62 ? take(2, T.RBRACKET) : take(1, T.COLON);
      case 42:
        return second === 61 ? take(2, T.STAR_ASSIGN) : take(1, T.STAR);
      case 47:
        return second === 61 ? take(2, T.SLASH_ASSIGN) : take(1, T.SLASH);
      case 94:
        return second === 61 ? take(2, T.CARET_ASSIGN) : take(1, T.CARET);
      case 61:
        return second === 61 ? take(2, T.EQUAL_EQUAL) : take(1, T.ASSIGN);
      case 33:
        return second === 61 ? take(2, T.NOT_EQUAL) : take(1, T.BANG);
      case 35:
        return second === 35 ? take(2, T.HASH_HASH) : take(1, T.HASH);
      case 43:
        return second === 43 ? take(2, T.PLUS_PLUS) : second === 61 ? take(2, T.PLUS_ASSIGN) : take(1, T.PLUS);
      case 45:
        if (second === 62) return take(2, T.ARROW);
        return second === 45 ? take(2, T.MINUS_MINUS) : second === 61 ? take(2, T.MINUS_ASSIGN) : take(1, T.MINUS);
      case 38:
        return second === 38 ? take(2, T.AMP_AMP) : second === 61 ? take(2, T.AMP_ASSIGN) : take(1, T.AMP);
      case 124:
        return second === 124 ? take(2, T.PIPE_PIPE) : second === 61 ? take(2, T.PIPE_ASSIGN) : take(1, T.PIPE);
      case 37:
        if (second === 58) {
          const double = text.charCodeAt(position + 2) === 37 && text.charCodeAt(position + 3) === 58;
          return double ? take(4, T.HASH_HASH) : take(2, T.HASH);
        }
        return second === 61 ? take(2, T.PERCENT_ASSIGN) : second === 62 ? take(2, T.RBRACE) : take(1, T.PERCENT);
      case 60:
        if (second === 60)
          return text.charCodeAt(position + 2) === 61 ? take(3, T.SHIFT_LEFT_ASSIGN) : take(2, T.SHIFT_LEFT);
        if (second === 61) return take(2, T.LESS_EQUAL);
        return second === 58 ? take(2, T.LBRACKET) : second === 37 ? take(2, T.LBRACE) : take(1, T.LESS);
      case 62:
        if (second === 62)
          return text.charCodeAt(position + 2) === 61 ? take(3, T.SHIFT_RIGHT_ASSIGN) : take(2, T.SHIFT_RIGHT);
        return second === 61 ? take(2, T.GREATER_EQUAL) : take(1, T.GREATER);
      default:
        return T.STRAY;
    }
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
