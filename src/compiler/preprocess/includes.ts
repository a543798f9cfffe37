// What an #include names, and which files guard themselves against being read twice.
import { textOf } from './interner.ts';
import type { RawTokens } from './lexer.ts';
import { tokenText } from './macro.ts';
import type { PPToken } from './macro.ts';
import * as T from './token.ts';

/** The header's name from the tokens behind #include; null when they name none. */
export function headerName(tokens: readonly PPToken[]): { name: string; quoted: boolean } | null {
  const [first] = tokens;
  if (first?.kind === T.STRING) {
    const text = tokenText(first);
    return text.startsWith('"') && text.length > 2 ? { name: text.slice(1, -1), quoted: true } : null;
  }
  if (first?.kind !== T.LESS) return null;
  const end = tokens.findIndex((token) => token.kind === T.GREATER);
  if (end < 2) return null;
  const name = tokens.slice(1, end).map((token, i) => (token.space && i > 0 ? ' ' : '') + tokenText(token));
  return { name: name.join(''), quoted: false };
}

const guards = new WeakMap<RawTokens, number>();

/** The macro X of a file that is `#ifndef X … #endif` and nothing else; 0 when it is not. */
export function includeGuard(raw: RawTokens): number {
  const known = guards.get(raw);
  if (known !== undefined) return known;
  let guard = 0;
  const word = (index: number): string => textOf(raw.values[index] ?? 0);
  if (raw.directives[0] === 0 && word(1) === 'ifndef' && raw.kinds[2] === T.IDENTIFIER) {
    let depth = 0;
    let whole = false;
    for (let i = 0; i < raw.directives.length; i++) {
      const at = raw.directives[i] as number;
      const name = word(at + 1);
      if (name === 'if' || name === 'ifdef' || name === 'ifndef') depth++;
      else if (name === 'endif') depth--;
      else if (depth === 1 && name.startsWith('el')) break;
      if (depth === 0) {
        whole = i === raw.directives.length - 1 && at + 2 >= raw.count;
        break;
      }
    }
    if (whole) guard = raw.values[2] as number;
  }
  guards.set(raw, guard);
  return guard;
}
