// Nothing that a person can type may make the front end throw or hang: inputs made to be hard. (Mutated programs go
// through the whole compiler: robustness.test.ts.)
import { describe, expect, test } from 'vitest';
import { parseUnit } from './front.ts';

/** Milliseconds that one input may take; several times what it takes on an idle machine. */
const PATIENCE = 2000;

/** Parses; says what is wrong with the manner of the answer, '' when nothing is. */
function trouble(files: ReadonlyMap<string, string>, main: string): string {
  // Processor time: a busy machine is nobody's fault.
  const start = process.cpuUsage();
  const { unit, diagnostics } = parseUnit({ files, main });
  const took = process.cpuUsage(start).user / 1000;
  if (took > PATIENCE) return `took ${took.toFixed(0)} ms`;
  const failed = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  if (failed === (unit !== null)) return 'a unit beside an error, or neither';
  return '';
}

const times = (text: string, count: number): string => text.repeat(count);
const numbered = (count: number, each: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => each(i)).join('');

const HARD: Readonly<Record<string, string>> = {
  'parentheses': `int x = ${times('(', 100_000)}1${times(')', 100_000)};`,
  'open braces': `void f(void) ${times('{', 100_000)}`,
  'array dimensions': `int a${times('[1]', 100_000)};`,
  'pointers to pointers': `int ${times('*', 100_000)}p;`,
  'unary operators': `int x = ${times('-', 200_000)}1;`,
  'casts': `int x = ${times('(int)', 100_000)}1;`,
  'a long sum': `int x = 1${times('+1', 200_000)};`,
  'a long comma expression': `void f(int a) { a${times(',a', 200_000)}; }`,
  'conditionals': `int x = ${times('1?1:', 100_000)}1;`,
  'nested ifs': `void f(int a) { ${times('if(a)', 100_000)}; }`,
  'else ifs': `void f(int a) { ${times('if(a);else ', 100_000)}; }`,
  'case labels': `void f(int a) { switch (a) { ${numbered(20_000, (i) => `case ${i}:`)}; } }`,
  'nested declarators': `int ${times('(', 20_000)}x${times(')', 20_000)};`,
  'nested function types': `int f${times('(int (*)', 20_000)}`,
  'nested structures': times('struct {', 50_000),
  'nested initialisers': `int a[] = ${times('{', 50_000)}`,
  'a large initialiser': `int a[] = {${times('1,', 100_000)}};`,
  'a large range': 'int a[] = {[0 ... 100000000] = 1};',
  'impossible sizes': 'int a[1ULL<<40]; int b[1000000][1000000][1000000]; char c[sizeof(b)];',
  'statement expressions': `int f(void) { return ${times('({', 20_000)}`,
  'member chains': `struct s { struct s *n; } *p; void f(void) { p${times('->n', 50_000)}; }`,
  'a macro that multiplies': `#define A0 x x x x x x x x x x\n${numbered(20, (i) => `#define A${i + 1} ${times(`A${i} `, 10)}\n`)}A20\n`,
  'a macro in its own arguments': `#define f(x) x x\n${times('f(', 100)}1${times(')', 100)}`,
  'deep macro arguments': `#define f(x) x\n${times('f(', 20_000)}1${times(')', 20_000)}`,
  'a chain of macros': `${numbered(20_000, (i) => `#define m${i} m${i + 1}\n`)}m0\n`,
  'an endless macro call': `#define f(x) x\nf(1 ${times('a ', 100_000)}`,
  'conditions within conditions': times('#if 1\n', 50_000),
  'a deep condition': `#if ${times('(', 50_000)}1\n#endif`,
  'a file that includes itself': '#include "main.c"\nint x;',
  'one long line': times('a ', 300_000),
  'a megabyte of text': `char *s = "${times('a', 1_000_000)}";`,
  'a comment without an end': `/*${times('*', 1_000_000)}`,
  'backslashes': times('\\\n', 200_000),
  'random bytes': numbered(200_000, (i) => String.fromCharCode((i * 7919 + ((i * i) % 251)) & 0xff)),
  'names that are nearly right': `${numbered(3000, (i) => `int variable_number_${i};`)}void f(void){${numbered(3000, (i) => `variable_nmber_${i};`)}}`,
  'objects that contain themselves': 'struct s { struct s x; }; const int a = a; int b[a]; enum { A = A }; typedef t t; __auto_type x = x;',
  'words of the language in a row': 'long '.repeat(50_000),
  'a vmlinux.h cut short': '#include "vmlinux.h"\nstruct task_struct t; int f(void) { return t.',
  'nothing': '',
}; // prettier-ignore

describe('hard input', () => {
  test.each(Object.entries(HARD))('%s', (_name, text) => {
    expect(trouble(new Map([['main.c', text]]), 'main.c')).toBe('');
  });

  test('headers that include each other without a guard', () => {
    const files = new Map([
      ['main.c', '#include "a.h"'],
      ['a.h', '#include "b.h"\n#include "b.h"'],
      ['b.h', '#include "a.h"\n#include "a.h"'],
    ]);
    expect(trouble(files, 'main.c')).toBe('');
  });

  test('a file that is not there', () => {
    expect(parseUnit({ files: new Map(), main: 'main.c' }).diagnostics[0]?.code).toBe('C608');
  });
});
