// From source to tree: the example, the language in use, what the tree promises, real headers, and a real vmlinux.h.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findProgram } from '../judge/clang.ts';
import { judgePresent } from '../judge/require.ts';
import type { CompileOptions } from './compile.ts';
import { parseUnit } from './front.ts';
import { canonical } from './tree.ts';
import type { Expression, FunctionDeclaration, Statement, Type } from './tree.ts';

const example = join(import.meta.dirname, '../../examples/xdp-drop');
const programs = join(import.meta.dirname, 'parse/programs');

/** Answers from the disk, as the command line does. */
const disk = {
  get(path: string): string | undefined {
    try {
      return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  },
};

function parse(text: string, options: Partial<CompileOptions> = {}) {
  return parseUnit({ files: new Map([['a.c', text]]), main: 'a.c', ...options });
}

function unitOf(text: string, options: Partial<CompileOptions> = {}) {
  const { unit, diagnostics } = parse(text, options);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  if (!unit) throw new Error('no unit');
  return unit;
}

function functionOf(text: string, name: string): FunctionDeclaration {
  const fn = unitOf(text).functions.find((candidate) => candidate.name === name);
  if (!fn) throw new Error(`no function ${name}`);
  return fn;
}

/** The expression that function f returns. */
function returned(text: string): Expression {
  const statement = functionOf(text, 'f').body?.statements.at(-1) as Statement;
  if (statement.kind !== 'return' || !statement.value) throw new Error('f returns nothing');
  return statement.value;
}

describe('examples and programs', () => {
  const own = readdirSync(example).filter((name) => name.endsWith('.bpf.c'));
  test.each(own)('%s', (name) => {
    const path = join(example, name);
    const { unit, diagnostics } = parseUnit({ files: disk, main: path });
    expect(diagnostics).toEqual([]);
    expect(unit?.functions.some((fn) => fn.attributes.section === 'xdp')).toBe(true);
  });

  test.each(readdirSync(programs))('%s, with our own headers', (name) => {
    expect(parseUnit({ files: disk, main: join(programs, name) }).diagnostics).toEqual([]);
  });
});

const REAL = { includePaths: ['/usr/include', '/usr/include/x86_64-linux-gnu'], builtinHeaders: false };
const libbpf = judgePresent(
  'clang',
  existsSync('/usr/include/bpf/bpf_helpers.h') ? null : 'libbpf-dev is not installed',
);

/** A vmlinux.h of the running kernel, where bpftool can make one. */
function realVmlinux(): string | null {
  const bpftool = findProgram('bpftool') ?? (existsSync('/usr/sbin/bpftool') ? '/usr/sbin/bpftool' : null);
  if (!bpftool || !existsSync('/sys/kernel/btf/vmlinux')) return null;
  try {
    const command = ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'];
    return execFileSync(bpftool, command, { encoding: 'utf8', maxBuffer: 1 << 27 });
  } catch {
    return null;
  }
}

describe.skipIf(!libbpf)("Linux's and libbpf's own headers", () => {
  const vmlinux = libbpf ? realVmlinux() : null;
  const dumped = judgePresent('bpf', vmlinux === null ? 'no bpftool, or no BTF of a running kernel' : null);
  const files = { get: (path: string) => (path.endsWith('/vmlinux.h') ? (vmlinux ?? undefined) : disk.get(path)) };
  const defines = { __x86_64__: '1', __TARGET_ARCH_x86: '1' };

  test('carry the example', () => {
    const result = parseUnit({ files: disk, main: join(example, 'drop.bpf.c'), defines, ...REAL });
    expect(result.diagnostics).toEqual([]);
  });

  test.skipIf(!dumped).each(readdirSync(programs))('carry %s, with a real vmlinux.h', (name) => {
    const result = parseUnit({ files, main: join(programs, name), defines, ...REAL });
    expect(result.diagnostics).toEqual([]);
    if (result.tokens && result.tokens.count > 400_000) expect(result.partial?.types.length).toBeGreaterThan(10_000);
  });
});

describe('the tree', () => {
  test('makes every conversion explicit', () => {
    const sum = returned('unsigned char b; long f(int a) { return a + b; }');
    expect(sum).toMatchObject({ kind: 'cast', cast: 'integer', type: { name: 'long' } });
    if (sum.kind !== 'cast') return;
    expect(sum.operand).toMatchObject({
      kind: 'arithmetic',
      type: { name: 'int' },
      left: { kind: 'load', source: { kind: 'variable' } },
      right: { kind: 'cast', cast: 'integer', type: { name: 'int' }, operand: { kind: 'load' } },
    });
  });

  test('widens indices with the sign that they had', () => {
    const signed = returned('int a[3]; int f(int i) { return a[i]; }');
    expect(signed).toMatchObject({ kind: 'load', source: { kind: 'index', index: { type: { name: 'long' } } } });
    const unsigned = returned('int a[3]; int f(unsigned char i) { return a[i]; }');
    expect(unsigned).toMatchObject({ source: { index: { type: { name: 'unsigned long' } } } });
  });

  test('calls a helper by the number that its variable holds', () => {
    const text = 'static long (*helper)(void *) = (void *)42; long f(void *p) { return helper(p); }';
    const value = returned(text);
    expect(value).toMatchObject({ kind: 'call', callee: { kind: 'cast' } });
    expect(unitOf(text).globals).toEqual([]);
  });

  test('calls through the variable where somebody writes to it', () => {
    const text =
      'static long (*helper)(void *) = (void *)42; long f(void *p) { return helper(p); } void g(void) { helper = 0; }';
    expect(returned(text)).toMatchObject({ kind: 'call', callee: { kind: 'load' } });
    expect(unitOf(text).globals.map(({ name }) => name)).toEqual(['helper']);
  });

  test('reaches anonymous members one by one', () => {
    const value = returned('struct s { int a; union { int b; char c; }; }; int f(struct s *p) { return p->c; }');
    expect(value).toMatchObject({
      operand: {
        source: { kind: 'member', member: { name: 'c' }, base: { kind: 'member', member: { name: '' }, index: 1 } },
      },
    });
  });

  test('keeps the last value of a statement expression apart', () => {
    const value = returned('int f(int a) { return ({ int b = a; b * 2; }); }');
    expect(value).toMatchObject({
      kind: 'statement-expression',
      result: { kind: 'arithmetic' },
      block: { statements: [{ kind: 'declaration' }] },
    });
  });

  test('orders the parts of an initialiser and lets the later one win', () => {
    const { globals } = unitOf('struct s { int a, b; char c[4]; } v = { .b = 1, .a = 2, .b = 3, .c = "ab" };');
    const parts = globals[0]?.initializer?.parts.map((part) => [
      part.offset,
      part.value.kind === 'integer' ? part.value.value : part.value.kind,
    ]);
    expect(parts).toEqual([
      [0, 2n],
      [4, 3n],
      [8, 'string'],
    ]);
  });

  test('says where a token of a macro stands in the source', () => {
    const unit = unitOf('#define BODY return 1 +\\\n 2\nint f(void) {\n  BODY; }');
    const [statement] = unit.functions[0]?.body?.statements ?? [];
    expect(unit.locations.position(statement?.at ?? 0)).toEqual({ file: 'a.c', line: 4, column: 3 });
    expect(unit.locations.lineText('a.c', 4)).toBe('  BODY; }');
  });

  test('marks what lives in memory', () => {
    const fn = functionOf('void g(int *p); void f(int a, int b) { int c[2], d = a; g(&b); g(c); d++; }', 'f');
    expect(fn.parameters.map(({ name, addressTaken }) => [name, addressTaken])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    const [declaration] = fn.body?.statements ?? [];
    const variables = declaration?.kind === 'declaration' ? declaration.variables : [];
    expect(variables.map(({ name, addressTaken }) => [name, addressTaken])).toEqual([
      ['c', true],
      ['d', false],
    ]);
  });

  test('keeps attributes, loop hints and CO-RE marks', () => {
    const unit = unitOf(
      '#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\nstruct k { int a; };\n#pragma clang attribute pop\n' +
        'struct n { int a; };\n__attribute__((section("tc"), used, noinline)) int f(struct k *k, struct n *n) {\n#pragma unroll 4\nfor (int i = 0; i < 4; i++) ;\nreturn k->a + n->a; }',
    );
    const marks = unit.types
      .map((type) => canonical(type))
      .map((type) => type.kind === 'record' && type.preserveAccessIndex);
    expect(marks).toEqual([true, false]);
    expect(unit.functions[0]?.attributes).toMatchObject({ section: 'tc', used: true, noInline: true });
    expect(unit.functions[0]?.body?.statements[0]).toMatchObject({ kind: 'for', hint: { unroll: 4 } });
  });
});

describe('records of a header as large as a dump are read when something looks at them', () => {
  const header = `typedef unsigned int u32;
enum { LENGTH = 3 };
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
struct late { union { u32 first; u32 other; }; struct unknown *next; u32 list[LENGTH]; };
struct tight { char a; u32 b; } __attribute__((packed));
#pragma clang attribute pop
#pragma pack(push, 2)
struct pair { char a; u32 b; };
#pragma pack(pop)
struct around { struct pair inner; };
struct wrong { u32 a; nonsense b; };
${'extern int filler[1];\n'.repeat(10_000)}`;
  const late = (text: string) =>
    parseUnit({
      files: new Map([
        ['a.c', `#include "dump.h"\n${text}`],
        ['dump.h', header],
      ]),
      main: 'a.c',
    });
  const errors = (text: string): string[] => late(text).diagnostics.map(({ message }) => message);

  test('in file scope, whatever hides the names there', () => {
    const text = `int f(void) { char u32 = 1; enum { LENGTH = 9 }; return sizeof(struct late) + u32; }
      _Static_assert(sizeof(struct late) == 32, "");`;
    expect(errors(text)).toEqual([]);
  });

  test('under the pragmas and with the attributes that they have', () => {
    const text = `_Static_assert(sizeof(struct tight) == 5 && sizeof(struct around) == 6, "");
      struct late *p; int f(void) { return p->first; }`;
    expect(errors(text)).toEqual([]);
    const types = late(text).unit!.types.filter((type) => type.kind === 'record');
    expect(types.filter((type) => type.preserveAccessIndex).map((type) => type.tag)).toEqual(['late', 'tight']);
    const [union] = types.find((type) => type.tag === 'late')!.members.map((member) => canonical(member.type));
    expect(union).toMatchObject({ kind: 'record', union: true, preserveAccessIndex: true });
  });

  test('what a record has, the unnamed ones in it have: clang marks them too', () => {
    const { types } = unitOf(
      'struct s { union { int a; struct { int b; } list[2]; }; } __attribute__((preserve_access_index)); struct s *p;',
    );
    const marks: boolean[] = [];
    const walk = (type: Type): void => {
      if (type.kind !== 'record') return;
      marks.push(type.preserveAccessIndex);
      for (const { type: inner } of type.members) {
        const t = canonical(inner);
        walk(t.kind === 'array' ? canonical(t.element) : t);
      }
    };
    types.forEach(walk);
    expect(marks).toEqual([true, true, true]);
  });

  test('their pointers declare what they point to', () => {
    expect(errors('struct unknown *p; int f(struct late *l) { p = l->next; return 0; }')).toEqual([]);
  });

  test('a mistake in one is heard of when it is used, a second definition always', () => {
    expect(errors('int x;')).toEqual([]);
    expect(errors('struct wrong w;')).toEqual(["unknown type name 'nonsense'"]);
    expect(errors('struct wrong { int a; };')).toContain("redefinition of 'wrong'");
  });
});

describe('targets', () => {
  const variadic =
    'int log_it(const char *format, ...) { __builtin_va_list list; __builtin_va_start(list, format); return __builtin_va_arg(list, int); }';
  const many = 'int many(int a, int b, int c, int d, int e, int f, int g) { return g; }';
  test('kernel modules have variable arguments and many parameters', () => {
    unitOf(variadic + many, { target: 'module' });
  });
  test('eBPF has neither', () => {
    expect(parse(variadic + many).diagnostics.map(({ code }) => code)).toContain('C602');
    expect(parse(many).diagnostics.map(({ code }) => code)).toEqual(['C603']);
  });
});
