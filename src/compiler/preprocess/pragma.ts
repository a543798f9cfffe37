// The pragmas that mean something to the parser; all others are for other compilers and are passed over.
import { textOf } from './interner.ts';
import { COMMA, IDENTIFIER, LPAREN, NUMBER, RPAREN, isKeyword, punctuatorText } from './token.ts';

export type Pragma =
  /** unroll, nounroll, clang loop unroll(…) */
  | { readonly kind: 'unroll'; readonly unroll: 'full' | 'no' | number }
  /** pack: sets (bytes, or null for natural), pushes before or pops */
  | { readonly kind: 'pack'; readonly action: 'set' | 'push' | 'pop'; readonly bytes: number | null }
  /** clang attribute push(…) names attributes for all records up to the pop */
  | { readonly kind: 'attribute-push'; readonly preserveAccessIndex: boolean }
  | { readonly kind: 'attribute-pop' }
  /** GCC or clang diagnostic: push, pop, or what to do with a group of warnings from here on */
  | { readonly kind: 'diagnostic'; readonly action: 'push' | 'pop' | 'ignore' | 'heed'; readonly group: string };

/** A token of a pragma's line. */
export interface PragmaToken {
  readonly kind: number;
  readonly id: number;
}

const spelling = (token: PragmaToken | undefined): string =>
  token ? textOf(token.id) || punctuatorText(token.kind) : '';

function unrollCount(tokens: readonly PragmaToken[], at: number): 'full' | number {
  const start = tokens[at]?.kind === LPAREN ? at + 1 : at;
  const token = tokens[start];
  const count = token?.kind === NUMBER ? Number.parseInt(textOf(token.id), 10) : NaN;
  return Number.isNaN(count) ? 'full' : count;
}

function readPack(tokens: readonly PragmaToken[]): Pragma | null {
  if (tokens[1]?.kind !== LPAREN) return null;
  let action: 'set' | 'push' | 'pop' = 'set';
  let bytes: number | null = null;
  for (const token of tokens.slice(2)) {
    if (token.kind === RPAREN) break;
    if (token.kind === COMMA) continue;
    if (token.kind === NUMBER) bytes = Number.parseInt(textOf(token.id), 10);
    else if (token.kind === IDENTIFIER && spelling(token) === 'push') action = 'push';
    else if (token.kind === IDENTIFIER && spelling(token) === 'pop') action = 'pop';
  }
  return { kind: 'pack', action, bytes: bytes !== null && [1, 2, 4, 8, 16].includes(bytes) ? bytes : null };
}

function readClangLoop(tokens: readonly PragmaToken[]): Pragma | null {
  for (let i = 2; i + 2 < tokens.length; i++) {
    const name = spelling(tokens[i]);
    const value = tokens[i + 2];
    if (name === 'unroll_count' && value?.kind === NUMBER)
      return { kind: 'unroll', unroll: unrollCount(tokens, i + 1) };
    if (name !== 'unroll') continue;
    return { kind: 'unroll', unroll: spelling(value) === 'disable' ? 'no' : 'full' };
  }
  return null;
}

function readDiagnostic(tokens: readonly PragmaToken[], words: readonly string[]): Pragma | null {
  const [, , action] = words;
  if (action === 'push' || action === 'pop') return { kind: 'diagnostic', action, group: '' };
  if (action !== 'ignored' && action !== 'warning' && action !== 'error') return null;
  const group = /^"-W(.*)"$/.exec(spelling(tokens[3]))?.[1];
  return group === undefined ? null : { kind: 'diagnostic', action: action === 'ignored' ? 'ignore' : 'heed', group };
}

/** Reads the tokens behind `#pragma`; null when the parser need not know. */
export function readPragma(tokens: readonly PragmaToken[]): Pragma | null {
  const words = tokens.map((token) => (token.kind === IDENTIFIER || isKeyword(token.kind) ? spelling(token) : ''));
  if (words[0] === 'GCC' && (words[1] === 'unroll' || words[1] === 'nounroll')) return readPragma(tokens.slice(1));
  if ((words[0] === 'GCC' || words[0] === 'clang') && words[1] === 'diagnostic') return readDiagnostic(tokens, words);
  if (words[0] === 'unroll') return { kind: 'unroll', unroll: unrollCount(tokens, 1) };
  if (words[0] === 'nounroll') return { kind: 'unroll', unroll: 'no' };
  if (words[0] === 'pack') return readPack(tokens);
  if (words[0] !== 'clang') return null;
  if (words[1] === 'loop') return readClangLoop(tokens);
  if (words[1] !== 'attribute') return null;
  if (words.includes('pop')) return { kind: 'attribute-pop' };
  return { kind: 'attribute-push', preserveAccessIndex: words.includes('preserve_access_index') };
}
