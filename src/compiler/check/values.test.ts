// Do constants, sizes and offsets have the values that C gives them for this target?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clangAbsence, compileWithClang } from '../../judge/clang.ts';
import { judgePresent } from '../../judge/require.ts';
import { parseUnit } from '../front.ts';
import { canonical } from '../tree.ts';

const path = join(import.meta.dirname, 'fixtures/values.c');
const source = readFileSync(path, 'utf8');

const ERRORS = /error: .*/g;

function errorsOf(text: string): string[] {
  return parseUnit({ files: new Map([['v.c', text]]), main: 'v.c' })
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);
}

test('every assertion of the fixture holds', () => {
  expect(source.match(/_Static_assert|SZ\(/g)?.length).toBeGreaterThan(40);
  expect(errorsOf(source)).toEqual([]);
});

const language = readFileSync(join(import.meta.dirname, 'fixtures/language.c'), 'utf8');

test('the language in use is understood', () => {
  expect(errorsOf(language)).toEqual([]);
});

describe.skipIf(!judgePresent('clang', clangAbsence()))('clang', () => {
  test('agrees', async () => {
    for (const text of [source, language]) {
      const { messages } = await compileWithClang(text, { flags: ['-fsyntax-only'] });
      expect(messages.match(ERRORS) ?? []).toEqual([]);
    }
  });

  /** Structures drawn from a seed: what we say of their layout is what clang is asked to confirm. */
  test('lays out the same structures', async () => {
    const text = structures(120);
    const { partial } = parseUnit({ files: new Map([['s.c', text]]), main: 's.c' });
    const assertions: string[] = [];
    for (const type of partial?.types ?? []) {
      const record = canonical(type);
      if (record.kind !== 'record') continue;
      const name = `${record.union ? 'union' : 'struct'} ${record.tag}`;
      assertions.push(
        `_Static_assert(sizeof(${name}) == ${record.size} && _Alignof(${name}) == ${record.align}, "${name}");`,
      );
      for (const member of record.members) {
        if (member.bitField || member.name === '') continue;
        assertions.push(
          `_Static_assert(__builtin_offsetof(${name}, ${member.name}) == ${member.offset}, "${name}.${member.name}");`,
        );
      }
    }
    expect(assertions.length).toBeGreaterThan(200);
    const { messages } = await compileWithClang(`${text}\n${assertions.join('\n')}`, { flags: ['-fsyntax-only'] });
    expect(messages.match(ERRORS) ?? []).toEqual([]);
  });

  /** Where each bit-field lies shows in what a constant initialiser leaves in memory. */
  test('puts bit-fields into the same bits', async () => {
    const text = structures(120);
    const { partial } = parseUnit({ files: new Map([['s.c', text]]), main: 's.c' });
    const checks: string[] = [];
    for (const type of partial?.types ?? []) {
      const record = canonical(type);
      if (record.kind !== 'record' || record.union || record.size === 0) continue;
      for (const member of record.members) {
        if (!member.bitField) continue;
        const byte = Math.floor(member.bits / 8);
        const value = (1 << (member.bits % 8)) & 0xff;
        const name = `struct ${record.tag}`;
        checks.push(
          `if (((union { ${name} s; unsigned char b[${record.size}]; }){ .s = { .${member.name} = 1 } }).b[${byte}] != ${value}) bad_${record.tag}_${member.name}();`,
        );
      }
    }
    expect(checks.length).toBeGreaterThan(50);
    const externs = [...new Set(checks.map((line) => /bad_\w+/.exec(line)?.[0]))].map(
      (name) => `extern void ${name}(void);`,
    );
    const program = `${text}\n${externs.join('\n')}\n__attribute__((section("x"))) int f(void) { ${checks.join('\n')} return 0; }`;
    const { object, messages } = await compileWithClang(program, { flags: ['-g0'] });
    expect(messages.match(ERRORS) ?? []).toEqual([]);
    // Every check folds away where both agree; a call to bad_… would leave its name in the object.
    expect(Buffer.from(object ?? []).toString('latin1')).not.toContain('bad_');
  });
});

function structures(count: number): string {
  let state = 12345;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const scalars = [
    'char',
    'short',
    'int',
    'long',
    'unsigned char',
    'unsigned short',
    'unsigned int',
    'unsigned long long',
    '_Bool',
    'void *',
  ];
  const bits: Readonly<Record<string, number>> = {
    char: 8,
    'unsigned short': 16,
    int: 32,
    'unsigned int': 32,
    'unsigned long long': 64,
    _Bool: 1,
  };
  let text = '';
  for (let i = 0; i < count; i++) {
    const members: string[] = [];
    for (let k = 0, n = 1 + below(7); k < n; k++) {
      const kind = below(10);
      const align = below(12) === 0 ? ` __attribute__((aligned(${1 << below(5)})))` : '';
      if (kind < 4) {
        const type = Object.keys(bits)[below(6)] as string;
        const width = below(9) === 0 ? 0 : 1 + below(bits[type] as number);
        members.push(width === 0 ? `${type} : 0;` : `${type} m${k} : ${width};`);
      } else if (kind < 8) members.push(`${scalars[below(scalars.length)]} m${k}${align};`);
      else if (kind === 8) members.push(`${scalars[below(scalars.length)]} m${k}[${1 + below(4)}]${align};`);
      else if (i > 0) members.push(`struct s${below(i)} m${k}${align};`);
    }
    const packed =
      below(4) === 0 ? ' __attribute__((packed))' : below(6) === 0 ? ' __attribute__((packed, aligned(4)))' : '';
    text += `struct s${i} { ${members.join(' ')} }${packed};\n`;
  }
  return text;
}
