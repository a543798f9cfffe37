// The small colourer beside the grammar that the page is built with: the same role for every character of every example.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createHighlighterCoreSync } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import c from 'shiki/langs/c.mjs';
import { describe, expect, test } from 'vitest';
import { colourLine, startState } from './c-tokens.ts';
import { classOfColour, codeThemes } from './code-themes.ts';

const examples = join(import.meta.dirname, '../../examples');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) => /\.bpf\.c$/.test(name));
const highlighter = createHighlighterCoreSync({
  langs: [c],
  themes: [codeThemes.light],
  engine: createJavaScriptRegexEngine(),
});

/** "role:text" for every coloured stretch; blanks and neighbours of one role do not matter. */
function joined(tokens: readonly (readonly [string, string])[]): string[] {
  const out: [string, string][] = [];
  for (const [role, text] of tokens) {
    if (text.trim() === '') continue;
    const last = out.at(-1);
    if (last?.[0] === role) last[1] += text.trim();
    else out.push([role, text.trim()]);
  }
  return out.map(([role, text]) => `${role}:${text.replace(/\s/g, '')}`);
}

function ours(text: string): string[][] {
  const state = startState();
  return text.split('\n').map((line) => {
    const tokens: [string, string][] = [];
    let done = 0;
    colourLine(line, state, (from, to, role) => {
      tokens.push(['', line.slice(done, from)], [`t-${role}`, line.slice(from, to)]);
      done = to;
    });
    return joined([...tokens, ['', line.slice(done)]]);
  });
}

const shikis = (text: string): string[][] =>
  highlighter
    .codeToTokensBase(text, { lang: 'c', theme: codeThemes.light.name ?? '' })
    .map((line) => joined(line.map((token) => [classOfColour(token.color) ?? '', token.content])));

describe('as Shiki', () => {
  test.each(files)('%s', (name) => {
    const text = readFileSync(join(examples, name), 'utf8');
    expect(ours(text)).toEqual(shikis(text));
  });
  test.each([
    [
      'declarations',
      "typedef unsigned int u32;\nstatic volatile const int x = 0x1fULL + 077 + 'a' + 1.5f;\nbool b; size_t n;",
    ],
    ['a macro over two lines', '#define MAX(a, b) \\\n\t((a) > (b) ? (a) : (b)) /* c */\nint x;'],
    ['conditions', '#if defined(FOO) && BAR > 3\n#error "no way"\n#endif\n#include "a.h"'],
    [
      'statements',
      'void f(void) {\n\tfor (int i = 0; i < 3; i++) { if (!i) continue; else break; }\n\tgoto out;\nout:\n\treturn;\n}',
    ],
    ['a long comment in Burmese', '/* မင်္ဂလာပါ\n ပက်ကက် */ int x; // ဟုတ်ကဲ့'],
    ['strings', 'char *s = "a \\"b\\" %d\\n"; char c = \'\\\'\';'],
  ])('%s', (_, text) => expect(ours(text)).toEqual(shikis(text)));
});

test('every character comes out once, in order, whatever the text', () => {
  let seed = 7;
  const random = (n: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % n;
  const parts = [
    '"',
    "'",
    '/*',
    '*/',
    '//',
    '\\',
    '#',
    'define',
    ' ',
    'if',
    '(',
    '0x1',
    '<',
    '>',
    'က',
    'int',
    '\t',
    '😀',
  ];
  for (let round = 0; round < 2000; round++) {
    const state = startState();
    for (let row = 0; row < 3; row++) {
      const line = Array.from({ length: random(12) }, () => parts[random(parts.length)]).join('');
      let done = 0;
      colourLine(line, state, (from, to) => {
        expect(from).toBeGreaterThanOrEqual(done);
        expect(to).toBeGreaterThan(from);
        done = to;
      });
      expect(done).toBeLessThanOrEqual(line.length);
    }
  }
});
