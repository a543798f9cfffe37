// Sources damaged as people and machines damage them: bytes, tokens, whole stretches, ends cut off.
import type { Random } from './random.ts';

const PIECES = [
  '{', '}', '(', ')', '[', ']', ';', ',', '*', '&', '#', '##', '\\\n', '"', "'", '0x', '1e5', '1.5', 'struct', 'typedef', 'union', 'enum',
  'int', 'if', 'else', 'for', 'while', 'do', 'switch', 'case', 'default:', 'goto', 'return', '__attribute__((', 'sizeof', 'typeof(', '({',
  '})', '\n#define X(a) a##a\n', '\n#if 1\n', '\n#endif\n', '\n#else\n', '\n#include "main.c"\n', '...', '->', '.', '=', 'static', 'const',
  '__builtin_', 'asm(', '_Generic(', '_Static_assert(', 'é', '\0', '\u{1F600}', '/*', '//', '?', ':', '__VA_ARGS__', '_Pragma("', '0', '-1',
  '0xffffffffffffffff', 'volatile', 'extern', 'inline', '<<', '/', '%', '!', '~', '&&', 'ဟေ',
]; // prettier-ignore

const MUTATIONS: readonly ((text: string, random: Random) => string)[] = [
  // the end is missing
  (text, random) => text.slice(0, random.below(text.length + 1)),
  // one character is another
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
  },
  // a stretch stands somewhere else, too
  (text, random) => {
    const at = random.below(text.length);
    const from = random.below(text.length);
    return text.slice(0, at) + text.slice(from, from + random.below(80)) + text.slice(at);
  },
  // a stretch is gone
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + text.slice(at + random.below(60));
  },
  // something was put between two words
  (text, random) => {
    const at = random.below(text.length);
    const boundary = at + Math.max(text.slice(at).search(/\W/), 0);
    return `${text.slice(0, boundary)} ${random.pick(PIECES)} ${text.slice(boundary + random.below(2))}`;
  },
  // tokens: one gone, one twice, one instead of another
  (text, random) => {
    const tokens = text.match(/\w+|\s+|[^\w\s]/g) ?? [''];
    const at = random.below(tokens.length);
    const other = tokens[random.below(tokens.length)]!;
    tokens.splice(at, random.below(2), ...random.pick([[], [other], [tokens[at]!, tokens[at]!]]));
    return tokens.join('');
  },
];

export function mutate(source: string, random: Random): string {
  let text = source;
  const kind = random.pick(MUTATIONS);
  for (let left = 1 + random.below(5); left > 0 && text.length > 0; left--) text = kind(text, random);
  return text;
}
