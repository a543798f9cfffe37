// Declaration specifiers: storage, qualifiers and the type words in front of declarators (C11 6.7.1 to 6.7.5).
import { canonical } from '../tree.ts';
import type { Location, Type } from '../tree.ts';
import { nearest } from '../check/suggest.ts';
import { whoseName } from '../check/whose-name.ts';
import {
  BOOL, CHAR, DOUBLE, FLOAT, FLOAT16, INT, INT128, LONG, LONG_DOUBLE, LONG_LONG, POISON, SHORT, SIGNED_CHAR, UNSIGNED_CHAR, UNSIGNED_INT, UNSIGNED_INT128,
  UNSIGNED_LONG, UNSIGNED_LONG_LONG, UNSIGNED_SHORT, VOID, isInteger, qualify, unqualified, integerOf,
} from '../check/types.ts'; // prettier-ignore
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { applyTypeTags, parseAttributes } from './attributes.ts';
import type { AttributeSet } from './attributes.ts';
import { parseTypeName } from './declarations.ts';
import { parseExpression } from './expressions.ts';
import type { Parser } from './parser.ts';
import { parseEnum, parseRecord } from './records.ts';

export type Storage = 'typedef' | 'extern' | 'static' | 'auto' | 'register' | null;

export interface Specifiers {
  type: Type;
  storage: Storage;
  storageAt: Location;
  isInline: boolean;
  attributes: AttributeSet | null;
  /** __auto_type: the initialiser says what it is */
  isAuto: boolean;
  at: Location;
  /** a structure, union or enum was defined or declared */
  hasTag: boolean;
  /** no type word at all was there */
  missing: boolean;
}

/** Sums of type words, each word with bits of its own, so that order does not matter. */
const WORD_VOID = 1;
const WORD_BOOL = 1 << 2;
const WORD_CHAR = 1 << 4;
const WORD_SHORT = 1 << 6;
const WORD_INT = 1 << 8;
const WORD_LONG = 1 << 10;
const WORD_FLOAT = 1 << 12;
const WORD_DOUBLE = 1 << 14;
const WORD_INT128 = 1 << 16;
const WORD_SIGNED = 1 << 18;
const WORD_UNSIGNED = 1 << 20;
const WORD_HALF = 1 << 22;
const WORD_OTHER = 1 << 24;

const TYPE_WORDS = new Map<number, Type>();
function words(type: Type, ...sums: number[]): void {
  for (const sum of sums) TYPE_WORDS.set(sum, type);
}
words(VOID, WORD_VOID);
words(BOOL, WORD_BOOL);
words(CHAR, WORD_CHAR);
words(SIGNED_CHAR, WORD_CHAR + WORD_SIGNED);
words(UNSIGNED_CHAR, WORD_CHAR + WORD_UNSIGNED);
for (const signed of [0, WORD_SIGNED]) {
  for (const int of [0, WORD_INT]) {
    words(SHORT, WORD_SHORT + signed + int);
    words(LONG, WORD_LONG + signed + int);
    words(LONG_LONG, WORD_LONG * 2 + signed + int);
  }
  words(INT, WORD_INT + signed);
  words(INT128, WORD_INT128 + signed);
}
words(INT, WORD_SIGNED);
for (const int of [0, WORD_INT]) {
  words(UNSIGNED_SHORT, WORD_SHORT + WORD_UNSIGNED + int);
  words(UNSIGNED_INT, WORD_UNSIGNED + int);
  words(UNSIGNED_LONG, WORD_LONG + WORD_UNSIGNED + int);
  words(UNSIGNED_LONG_LONG, WORD_LONG * 2 + WORD_UNSIGNED + int);
}
words(UNSIGNED_INT128, WORD_INT128 + WORD_UNSIGNED);
words(FLOAT, WORD_FLOAT);
words(DOUBLE, WORD_DOUBLE);
words(LONG_DOUBLE, WORD_DOUBLE + WORD_LONG);
words(FLOAT16, WORD_HALF);

const WORD_OF_KIND = new Map<number, number>([
  [T.VOID, WORD_VOID],
  [T.BOOL, WORD_BOOL],
  [T.CHAR, WORD_CHAR],
  [T.SHORT, WORD_SHORT],
  [T.INT, WORD_INT],
  [T.LONG, WORD_LONG],
  [T.FLOAT, WORD_FLOAT],
  [T.DOUBLE, WORD_DOUBLE],
  [T.INT128, WORD_INT128],
  [T.SIGNED, WORD_SIGNED],
  [T.UNSIGNED, WORD_UNSIGNED],
  [T.FLOAT16, WORD_HALF],
  [T.FLOAT128, WORD_HALF],
]);

/** by kind: 1 starts a type, 2 starts a declaration only */
const STARTS = new Uint8Array(256);
for (const kind of WORD_OF_KIND.keys()) STARTS[kind] = 1;
for (const kind of [
  T.STRUCT,
  T.UNION,
  T.ENUM,
  T.TYPEOF,
  T.TYPEOF_UNQUAL,
  T.CONST,
  T.VOLATILE,
  T.RESTRICT,
  T.ATOMIC,
  T.COMPLEX,
])
  STARTS[kind] = 1;
for (const kind of [
  T.TYPEDEF,
  T.EXTERN,
  T.STATIC,
  T.AUTO,
  T.REGISTER,
  T.INLINE,
  T.NORETURN,
  T.THREAD_LOCAL,
  T.AUTO_TYPE,
  T.ALIGNAS,
])
  STARTS[kind] = 2;

/** `int`, `unsigned`, `void` and their like */
export function isTypeWord(kind: number): boolean {
  return WORD_OF_KIND.has(kind);
}

function namesType(p: Parser, at: Location): boolean {
  return p.scopes.ordinary.get(p.values[at] as number)?.kind === 'typedef';
}

/** Does a type name start here? */
export function isTypeStart(p: Parser, at: Location = p.position): boolean {
  const kind = p.kinds[at] as number;
  if (kind === T.IDENTIFIER) return namesType(p, at);
  if (kind === T.ATTRIBUTE || kind === T.EXTENSION) return true;
  return STARTS[kind] === 1;
}

/** Does a declaration start here? */
export function isDeclarationStart(p: Parser): boolean {
  if (p.kind === T.IDENTIFIER) return namesType(p, p.position);
  return (STARTS[p.kind] as number) > 0;
}

/** declaration-specifiers; `p` stands at the first */
export function parseSpecifiers(p: Parser): Specifiers {
  const result: Specifiers = {
    type: INT,
    storage: null,
    storageAt: -1,
    isInline: false,
    attributes: null,
    isAuto: false,
    at: p.position,
    hasTag: false,
    missing: false,
  };
  let sum = 0;
  let type: Type | null = null;
  let isConst = false;
  let isVolatile = false;
  let isRestrict = false;
  /** behind the closing brace of a structure that was defined here, and what it is */
  let defined: { readonly close: Location; readonly word: string } | null = null;
  /** Another type behind a definition: the semicolon between them is missing, and what follows is a new declaration. */
  const endDefinition = (): boolean => {
    if (!defined) return false;
    const end = p.endOf(defined.close);
    const fixes = [{ span: end, text: ';' }];
    p.reporter.report('expected-after', end, { token: ';', after: `after ${defined.word}` }, [], fixes);
    defined = null;
    sum = 0;
    type = null;
    return true;
  };
  for (;;) {
    const { kind } = p;
    if (kind === T.IDENTIFIER) {
      if (sum !== 0 || result.isAuto) break;
      const symbol = p.scopes.ordinary.get(p.value);
      if (symbol?.kind !== 'typedef') break;
      type = symbol.type;
      if (p.function) p.references.set(p.position, symbol);
      sum = WORD_OTHER;
      p.advance();
      continue;
    }
    const word = WORD_OF_KIND.get(kind);
    if (word !== undefined) {
      const next = sum + word;
      const ok =
        TYPE_WORDS.has(next) ||
        ((sum & WORD_OTHER) === 0 &&
          (word === WORD_SIGNED || word === WORD_UNSIGNED) &&
          sum < WORD_SIGNED &&
          (sum & (WORD_VOID | WORD_BOOL | WORD_FLOAT | WORD_DOUBLE)) === 0) ||
        next === WORD_LONG * 2 + WORD_DOUBLE;
      if (ok) sum = next;
      else if (endDefinition()) sum = word;
      else complainCombination(p, sum, type);
      p.advance();
      continue;
    }
    switch (kind) {
      case T.CONST:
        isConst = true;
        p.advance();
        continue;
      case T.VOLATILE:
        isVolatile = true;
        p.advance();
        continue;
      case T.RESTRICT:
        isRestrict = true;
        p.advance();
        continue;
      case T.EXTENSION:
      case T.NORETURN:
      case T.THREAD_LOCAL:
      case T.COMPLEX:
        if (kind === T.COMPLEX) p.report('complex', p.position, {});
        if (kind === T.THREAD_LOCAL) p.report('thread-local', p.position, {});
        p.advance();
        continue;
      case T.INLINE:
        result.isInline = true;
        p.advance();
        continue;
      case T.TYPEDEF:
        takeStorage(p, result, 'typedef');
        continue;
      case T.EXTERN:
        takeStorage(p, result, 'extern');
        continue;
      case T.STATIC:
        takeStorage(p, result, 'static');
        continue;
      case T.AUTO:
        takeStorage(p, result, 'auto');
        continue;
      case T.REGISTER:
        takeStorage(p, result, 'register');
        continue;
      case T.ATTRIBUTE:
      case T.ALIGNAS:
        result.attributes = parseAttributes(p, result.attributes);
        continue;
      case T.AUTO_TYPE:
        result.isAuto = true;
        sum |= WORD_OTHER;
        type = POISON;
        p.advance();
        continue;
      case T.ATOMIC:
        p.advance();
        if (p.kind === T.LPAREN) {
          p.advance();
          type = parseTypeName(p);
          sum |= WORD_OTHER;
          p.expect(T.RPAREN);
        }
        continue;
    }
    if (kind === T.STRUCT || kind === T.UNION || kind === T.ENUM || kind === T.TYPEOF || kind === T.TYPEOF_UNQUAL) {
      if (sum !== 0 && !endDefinition()) complainCombination(p, sum, type);
      sum |= WORD_OTHER;
      const start = p.position;
      if (kind === T.ENUM) type = parseEnum(p);
      else if (kind === T.TYPEOF || kind === T.TYPEOF_UNQUAL) type = parseTypeof(p);
      else type = parseRecord(p, kind === T.UNION);
      let close = p.previous;
      while (close > start && p.kinds[close] !== T.RBRACE) close--;
      if (close > start && kind !== T.TYPEOF && kind !== T.TYPEOF_UNQUAL)
        defined = { close, word: T.keywordText(kind) };
      result.hasTag = result.hasTag || kind === T.STRUCT || kind === T.UNION || kind === T.ENUM;
      continue;
    }
    break;
  }
  if (type === null) {
    const known = TYPE_WORDS.get(sum);
    if (known) type = known;
    else result.missing = sum === 0;
    type ??= INT;
  }
  if (result.attributes) {
    const { mode } = result.attributes;
    if (mode !== null && isInteger(type)) {
      type = integerOfSize(mode, integerOf(type)?.signed ?? true);
      result.attributes.mode = null;
    }
    type = applyTypeTags(type, result.attributes);
  }
  result.type = qualify(type, isConst, isVolatile, isRestrict);
  return result;
}

function integerOfSize(bytes: number, signed: boolean): Type {
  const [s, u] =
    bytes === 1
      ? [SIGNED_CHAR, UNSIGNED_CHAR]
      : bytes === 2
        ? [SHORT, UNSIGNED_SHORT]
        : bytes === 4
          ? [INT, UNSIGNED_INT]
          : bytes === 8
            ? [LONG, UNSIGNED_LONG]
            : [INT128, UNSIGNED_INT128];
  return signed ? s : u;
}

function takeStorage(p: Parser, result: Specifiers, storage: Exclude<Storage, null>): void {
  if (result.storage !== null && result.storage !== storage) {
    p.report('storage-combination', p.position, { previous: result.storage });
  } else if (result.storage === storage) p.report('storage-duplicate', p.position, { storage });
  result.storage = storage;
  result.storageAt = p.position;
  p.advance();
}

function complainCombination(p: Parser, sum: number, type: Type | null): void {
  const word = WORD_OF_KIND.get(p.kind) ?? 0;
  const lengthOrSign = WORD_SHORT * 3 + WORD_LONG * 3 + WORD_SIGNED * 3 + WORD_UNSIGNED * 3;
  const has = (bits: number): boolean => ((sum | word) & bits) !== 0;
  if (type === null && has(WORD_FLOAT + WORD_DOUBLE) && has(WORD_SIGNED + WORD_UNSIGNED)) {
    p.report('float-signed', p.position, { type: has(WORD_FLOAT) ? 'float' : 'double' });
    return;
  }
  const previous = [...WORD_OF_KIND].find(([, each]) => (sum & (each * 3)) !== 0);
  if (type === null && previous && word !== 0 && ((sum & lengthOrSign) !== 0) !== ((word & lengthOrSign) !== 0)) {
    p.report(
      'specifier-invalid',
      p.previous,
      { words: `${T.keywordText(previous[0])} ${T.keywordText(p.kind)}` },
      { last: p.position },
    );
    return;
  }
  const tag = type ? canonical(type) : null;
  let name = 'type-name';
  if (previous) name = T.keywordText(previous[0]);
  else if (tag?.kind === 'record') name = tag.union ? 'union' : 'struct';
  else if (tag?.kind === 'enum') name = 'enum';
  p.report('specifier-combination', p.position, { previous: name });
}

/** typeof ( type-name | expression ) */
function parseTypeof(p: Parser): Type {
  const strip = p.kind === T.TYPEOF_UNQUAL;
  p.advance();
  const open = p.position;
  p.expect(T.LPAREN);
  p.enter();
  p.unevaluated++;
  let type: Type;
  if (isTypeStart(p)) type = parseTypeName(p);
  else type = parseExpression(p).type;
  p.unevaluated--;
  p.leave();
  p.expectClosing(T.RPAREN, open);
  return strip ? unqualified(type) : type;
}

/** A name where a type has to be: "unknown type name", with the nearest type that there is. */
export function complainUnknownType(p: Parser): void {
  const name = p.text();
  const candidates: string[] = T.KEYWORD_SPELLINGS.filter(({ text }) => !text.startsWith('_')).map(({ text }) => text);
  for (const [id, symbol] of p.scopes.ordinary.all()) if (symbol.kind === 'typedef') candidates.push(textOf(id));
  const tagged = p.scopes.tags.get(p.value);
  if (tagged) {
    const word = tagged.kind === 'enum' ? 'enum' : tagged.union ? 'union' : 'struct';
    const span = p.span(p.position);
    const fixes = [{ span: { ...span, endLine: span.line, endColumn: span.column }, text: `${word} ` }];
    p.report('type-needs-tag', p.position, { name, word }, { fixes });
    return;
  }
  // u32 is the kernel's own name, __u32 the one that programs get
  const guess = candidates.includes(`__${name}`) ? `__${name}` : nearest(name, candidates);
  if (guess === null) p.report('unknown-type', p.position, { name }, whoseName(p, name, p.position));
  else
    p.report('unknown-type-guess', p.position, { name, guess }, { fixes: [{ span: p.span(p.position), text: guess }] });
}
