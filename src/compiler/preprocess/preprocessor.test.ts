// Does the preprocessor leave the tokens that C, GNU and clang agree on?
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CLANG, clangAbsence } from '../../judge/clang.ts';
import { judgePresent } from '../../judge/require.ts';
import { Reporter } from '../check/reporter.ts';
import { textOf } from './interner.ts';
import { lex } from './lexer.ts';
import { Preprocessor } from './preprocessor.ts';
import { PRAGMA, punctuatorText } from './token.ts';

const folder = join(import.meta.dirname, 'fixtures');
const disk = {
  get(path: string): string | undefined {
    try {
      return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  },
};

/** The tokens of a file after preprocessing, as text. */
function tokensOf(
  text: string,
  files: { get(path: string): string | undefined } = new Map(),
  path = 'main.c',
): string[] {
  const reporter = new Reporter(() => true);
  const preprocessor = new Preprocessor(
    {
      files,
      main: path,
      includePaths: ['/usr/include', '/usr/include/x86_64-linux-gnu'],
      defines: { __x86_64__: '1' },
      builtinHeaders: false,
      cpu: 'v3',
      target: 'bpf',
    },
    reporter,
  );
  const stream = preprocessor.run(text);
  expect(reporter.diagnostics.map(({ message }) => message)).toEqual([]);
  const tokens: string[] = [];
  for (let i = 0; i < stream.count - 1; i++) if (stream.kinds[i] !== PRAGMA) tokens.push(stream.text(i));
  return tokens;
}

const expand = (text: string): string => tokensOf(text).join(' ');

describe('macros', () => {
  test.each([
    ['#define f(a) a + a\nf(1) f (2) f', '1 + 1 2 + 2 f'],
    ['#define str(x) #x\nstr( "a\\n"  b )', String.raw`"\"a\\n\" b"`],
    ['#define cat(a, b) a ## b\ncat(x, 1) cat(, y) cat(,) z', 'x1 y z'],
    ['#define f(x) x f\nf(f)(1)', 'f f ( 1 )'],
    ['#define p(fmt, ...) g(fmt, ##__VA_ARGS__)\np(1) p(1, 2, 3)', 'g ( 1 ) g ( 1 , 2 , 3 )'],
    ['#define p(args...) g(args)\np() p(1, 2)', 'g ( ) g ( 1 , 2 )'],
    ['#define o(a, ...) f(a __VA_OPT__(, x ## a) )\no(1) o(1,) o(1, 2)', 'f ( 1 ) f ( 1 ) f ( 1 , x1 )'],
    ['#define a b\n#define b a\na b', 'a b'],
    ['#define E\n#define f(x) [x]\nf E (1) f\n(2)', 'f ( 1 ) [ 2 ]'],
    ['__COUNTER__ __COUNTER__ __LINE__\n__LINE__', '0 1 1 2'],
    ['#define f(x) x\nf(\n#if 1\n1\n#else\n2\n#endif\n)', '1'],
    ['a\\\nb /* c\n */ d // e \\\n f\n<: :> <% %> %:', 'ab d [ ] { } #'],
  ])('%j', (text, expected) => {
    expect(expand(text)).toBe(expected);
  });
});

describe('conditions', () => {
  test.each([
    ['1 + 2 * 3 == 7', true],
    ['-1 < 0u', false],
    ['0x7fffffffffffffff + 1 < 0', true],
    ["'a' == 97 && '\\377' < 0", true],
    ['defined X || !defined(Y)', true],
    ['0 && 1 / 0', false],
    ['1 ? 0 : 1 / 0', false],
    ['~0 >> 63 == -1', true],
    ['unknown_name', false],
    ['__has_builtin(__builtin_memcpy) && __has_attribute(__packed__) && !__has_attribute(nothing)', true],
  ])('#if %s', (condition, expected) => {
    expect(expand(`#if ${condition}\nyes\n#else\nno\n#endif`)).toBe(expected ? 'yes' : 'no');
  });
});

describe('headers', () => {
  const files = new Map([
    ['dir/a.h', '#include "b.h"\na'],
    ['dir/b.h', 'b'],
    ['once.h', '#pragma once\nonce'],
    ['guarded.h', '#ifndef G\n#define G\nguarded\n#endif\n'],
  ]);
  test('are found beside the file that asks', () => {
    expect(tokensOf('#include "dir/a.h"', files).join(' ')).toBe('b a');
  });
  test('come once where they say so', () => {
    const text = '#include "once.h"\n#include "once.h"\n#include "guarded.h"\n#include "guarded.h"';
    expect(tokensOf(text, files).join(' ')).toBe('once guarded');
  });
});

describe.skipIf(!judgePresent('clang', clangAbsence()))('clang', () => {
  const inputs = [
    join(folder, 'macros.c'),
    join(import.meta.dirname, '../check/fixtures/values.c'),
    join(import.meta.dirname, '../../../examples/xdp-drop/drop.bpf.c'),
  ];
  test.each(inputs)('makes the same tokens of %s', (path) => {
    const options = [
      '-target',
      'bpf',
      '-mcpu=v3',
      '-O2',
      '-D__x86_64__',
      '-I/usr/include/x86_64-linux-gnu',
      '-E',
      '-P',
      path,
    ];
    const output = execFileSync(CLANG, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const raw = lex(
      output
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n'),
    );
    const theirs = Array.from(
      { length: raw.count },
      (_, i) => punctuatorText(raw.kinds[i] ?? 0) || textOf(raw.values[i] ?? 0),
    );
    expect(tokensOf(readFileSync(path, 'utf8'), disk, path)).toEqual(theirs);
  });
});
