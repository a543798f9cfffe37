// Declarations in headers are read when something asks for them. Nobody may notice: the same text where a reader's own headers lie is read
// from the top to the end, and must give the same object.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compile, type CompileResult } from './compile.ts';
import { parseUnit } from './front.ts';
import { HEADERS } from './headers/index.ts';
import { textOf } from './preprocess/interner.ts';
import type { NamedSymbol } from './check/scope.ts';

/** As long as what stands before the names of built-in headers: the names are part of the object. */
const OWN = '(built-in)';
const FOLDERS = ['fixtures/', 'parse/programs/'].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));
const PROGRAMS = FOLDERS.flatMap((folder) =>
  readdirSync(folder).flatMap((name) =>
    name.endsWith('.c') ? [{ name, text: readFileSync(folder + name, 'utf8') }] : [],
  ),
);

function compileEagerly(main: string, text: string): CompileResult {
  const files = new Map([[main, text], ...[...HEADERS].map(([name, header]) => [`${OWN}/${name}`, header] as const)]);
  return compile({ files, main, includePaths: [OWN], builtinHeaders: false });
}

const latin = (object: Uint8Array | null): string | null =>
  object && Buffer.from(object).toString('latin1').replaceAll('(built-in)', '<built-in>');

describe('the same object as when everything is read', () => {
  test.each(PROGRAMS)('$name', ({ name, text }) => {
    const lazy = compile({ files: new Map([[name, text]]), main: name });
    const eager = compileEagerly(name, text);
    expect(lazy.diagnostics).toEqual(eager.diagnostics);
    expect(lazy.object === null).toBe(eager.object === null);
    expect(latin(lazy.object) === latin(eager.object)).toBe(true);
  });
});

test('the editor sees every name of every header', () => {
  const names = [...HEADERS.keys()].filter((name) => name !== 'vmlinux.h');
  const text = names.map((name) => `#include <${name}>\n`).join('');
  const describeSymbol = (symbol: NamedSymbol): string =>
    symbol.kind === 'constant'
      ? String(symbol.value)
      : symbol.kind === 'variable'
        ? symbol.variable.storage
        : symbol.kind;
  const seen = (front: ReturnType<typeof parseUnit>): string[] =>
    [...front.symbols].map(([id, symbol]) => `${textOf(id)}: ${describeSymbol(symbol)} at ${symbol.at}`).sort();
  const lazy = parseUnit({ files: new Map([['a.c', text]]), main: 'a.c' });
  const files = new Map([['a.c', text], ...[...HEADERS].map(([name, header]) => [`${OWN}/${name}`, header] as const)]);
  const eager = parseUnit({ files, main: 'a.c', includePaths: [OWN], builtinHeaders: false });
  expect(seen(lazy)).toEqual(seen(eager));
  expect(seen(lazy).length).toBeGreaterThan(800);
  expect(lazy.tags.length).toBe(eager.tags.length);
  expect(lazy.declared.length).toBe(eager.declared.length);
  expect(lazy.diagnostics).toEqual(eager.diagnostics);
});

const HEADER = `typedef unsigned int word;
enum colour { RED, GREEN = 4, BLUE };
static long (* const bpf_ask)(const word *what, enum colour c) = (void *) 7;
static inline word twice(word x) { word RED = x; return RED * 2; }
typedef struct { word a; struct later *next; } pair;
extern int answer(word, pair *);
`;

/** What is said of a program behind the header, where that is the system's and where it is the reader's own. */
function said(program: string): { system: string[]; own: string[] } {
  const [system, own] = ['/usr/include/h.h', 'own/h.h'].map((path) => {
    const files = new Map([
      ['a.c', `#include <h.h>\n${program}`],
      [path, HEADER],
    ]);
    const { diagnostics } = parseUnit({ files, main: 'a.c', includePaths: [path.slice(0, -4)], builtinHeaders: false });
    return diagnostics.map(({ severity, message, span }) => `${span?.line}:${span?.column} ${severity}: ${message}`);
  });
  return { system: system ?? [], own: own ?? [] };
}

describe('what is said does not change', () => {
  test.each([
    ['nothing is used', 'int f(void) { return 0; }', 0],
    ['a typedef means the same as before', 'typedef unsigned int word; word v;', 0],
    ['a typedef is another', 'typedef long word;', 1],
    ['an enumerator is taken', 'enum { GREEN };', 1],
    ['an enumerator is a variable', 'int BLUE;', 1],
    ['the enum is defined again', 'enum colour { PINK };', 1],
    ['a tag of another kind', 'struct colour { int x; };', 1],
    ['a function is declared otherwise', 'int answer(long);', 1],
    ['a function is defined again', 'static inline word twice(word x) { return x; }', 1],
    ['names are hidden in a block', 'int f(int word) { int RED = word; { int twice = RED; return twice; } }', 0],
    ['a hidden name is what the function was made of', 'int f(int RED) { int x = 3; return twice(RED) + x; }', 0],
    ['the hidden name comes back', 'int f(int x) { { int BLUE = 1; x += twice(BLUE); } return x + BLUE; }', 0],
    ['a helper of the wrong arguments', 'long f(void) { word w = 1; return bpf_ask(&w); }', 1],
    ['a name that is nearly right', 'int f(void) { return twise(1); }', 1],
    ['a type that is nearly right', 'wrod v;', 1],
    ['a structure that is completed', 'struct later { int z; }; int f(pair *p) { return p->next->z; }', 0],
    ['a structure that is not', 'int f(pair *p) { return p->next->z; }', 1],
    ['a size', '_Static_assert(sizeof(pair) == 16 && BLUE == 5, ""); pair p;', 0],
  ])('%s', (_what, program, complaints) => {
    const { system, own } = said(program);
    expect(system).toEqual(own);
    expect(system.length).toBe(complaints);
  });

  test('a helper whose types nobody declared is complained about though nobody calls it', () => {
    const files = new Map([['a.c', '#include <bpf/bpf_helpers.h>\nint f(void) { return 0; }']]);
    const messages = compile({ files, main: 'a.c' }).diagnostics.map(({ message }) => message);
    expect(messages.join('\n')).toMatch(/unknown type name '__u\d+'/);
  });
});
