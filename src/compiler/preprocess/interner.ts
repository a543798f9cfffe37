// Texts of tokens, each stored once and named by a small integer, so that later stages compare numbers.
// The table lives as long as the page: headers are lexed once and shared by all compilations.
import { IDENTIFIER, KEYWORD_SPELLINGS } from './token.ts';

const texts: string[] = [''];
let hashes = new Int32Array(1 << 12);
/** open addressing: text id or 0 */
let slots = new Int32Array(1 << 13);

/** Characters of a text that nobody types: it is lexed once. */
const LARGE = 500_000;

function grow(size: number): void {
  const bigger = new Int32Array(size);
  const mask = bigger.length - 1;
  for (let id = 1; id < texts.length; id++) {
    let slot = (hashes[id] ?? 0) & mask;
    while (bigger[slot] !== 0) slot = (slot + 1) & mask;
    bigger[slot] = id;
  }
  slots = bigger;
}

function sameText(id: number, source: string, start: number, length: number): boolean {
  const text = texts[id] as string;
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== source.charCodeAt(start + i)) return false;
  return true;
}

/** The id of source[start, end), given its hash (see `hashStep`): the lexer computes it while it scans. */
export function internRange(source: string, start: number, end: number, hash: number): number {
  const length = end - start;
  const mask = slots.length - 1;
  const mixed = hash ^ (hash >>> 15);
  let slot = mixed & mask;
  for (;;) {
    const id = slots[slot] as number;
    if (id === 0) break;
    if (hashes[id] === mixed && sameText(id, source, start, length)) return id;
    slot = (slot + 1) & mask;
  }
  // A copy of its own: a slice would keep the whole source text alive. A dumped header is kept anyway, and its names are many.
  const part = source.slice(start, end);
  const text = length < 13 || source.length > LARGE ? part : part.split('').join('');
  const id = texts.push(text) - 1;
  if (id >= hashes.length) {
    const more = new Int32Array(hashes.length * 2);
    more.set(hashes);
    hashes = more;
  }
  hashes[id] = mixed;
  slots[slot] = id;
  if (texts.length * 2 > slots.length) grow(slots.length * 2);
  return id;
}

/** Makes room for the names of a dumped header, about one in forty characters, before they come. */
export function expectNames(characters: number): void {
  if (characters <= LARGE) return;
  let size = slots.length;
  while (size < texts.length * 2 + characters / 20) size *= 2;
  if (size > slots.length) grow(size);
}

/** One step of the hash over UTF-16 units; it starts from 0. */
export function hashStep(hash: number, unit: number): number {
  return (Math.imul(hash, 31) + unit) | 0;
}

export function intern(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
  return internRange(text, 0, text.length, hash);
}

export function textOf(id: number): string {
  return texts[id] ?? '';
}

// Keywords come first: their ids are below `keywordKinds.length`, so that a keyword test is one comparison.
const keywordKinds: number[] = [0];
for (const { text, kind } of KEYWORD_SPELLINGS) keywordKinds[intern(text)] = kind;

/** The kind that an identifier has for the parser: its keyword, or IDENTIFIER. */
export function identifierKind(id: number): number {
  return id < keywordKinds.length ? (keywordKinds[id] as number) : IDENTIFIER;
}
