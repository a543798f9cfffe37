// What the front end says about broken C: fixtures with the messages drawn in, held against clang where it is installed.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clangAbsence, compileWithClang } from '../../judge/clang.ts';
import { judgePresent } from '../../judge/require.ts';
import { parseUnit } from '../front.ts';
import { draw, expectations, withoutDrawings } from './testing/fixture.ts';

const folder = join(import.meta.dirname, 'fixtures');
const fixtures = readdirSync(folder).filter((name) => name.endsWith('.c'));

function diagnose(source: string) {
  return parseUnit({ files: new Map([['f.c', source]]), main: 'f.c' }).diagnostics;
}

describe('messages', () => {
  test.each(fixtures)('%s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(expectations(text).length).toBeGreaterThan(0);
    expect(draw(withoutDrawings(text), diagnose(withoutDrawings(text)))).toBe(text);
  });

  test('stop after twenty errors', () => {
    const many = Array.from({ length: 50 }, (_, i) => `int a${i} = missing${i};`).join('\n');
    const diagnostics = diagnose(many);
    expect(diagnostics).toHaveLength(21);
    expect(diagnostics.at(-1)?.code).toBe('C001');
  });

  test('name the macro that an error comes out of, from the outside in', () => {
    const [first] = diagnose(
      '#define INNER(x) x + nowhere\n#define OUTER(x) INNER(x)\nint f(int a) { return OUTER(a); }',
    );
    expect(first?.span).toMatchObject({ line: 3, column: 23 });
    expect(first?.notes.map((note) => [note.message, note.span?.line])).toEqual([
      ["expanded from macro 'OUTER'", 2],
      ["expanded from macro 'INNER'", 1],
    ]);
  });

  test('point at an argument where it was written, with the fix', () => {
    const [first] = diagnose('#define TWICE(x) ((x) * 2)\nint value; int f(void) { return TWICE(valve); }');
    expect(first?.span).toMatchObject({ line: 2, column: 39, endColumn: 44 });
    expect(first?.fixes).toEqual([{ span: first?.span, text: 'value' }]);
  });

  test('name the header that declares what is missing, and write it', () => {
    const [macro, constant] = diagnose('SEC("xdp") int f(void)\n{ return XDP_PASS; }');
    expect(macro?.notes.map((note) => note.message)).toEqual([
      "'SEC' is declared in <bpf/bpf_helpers.h>; write #include <bpf/bpf_helpers.h> at the top",
    ]);
    expect(macro?.fixes.map((fix) => fix.text)).toEqual(['#include <bpf/bpf_helpers.h>\n']);
    expect(constant?.fixes).toEqual([
      { span: { file: 'f.c', line: 1, column: 1, endLine: 1, endColumn: 1 }, text: '#include <linux/bpf.h>\n' },
    ]);
    expect(diagnose('bool x;')[0]?.fixes[0]?.text).toBe('#include <stdbool.h>\n');
    expect(diagnose('#include <linux/bfp.h>')[0]?.notes[0]?.message).toBe('did you mean <linux/bpf.h>?');
    expect(diagnose('SEX("xdp") int f;')[0]?.fixes[0]?.text).toBe('SEC');
    expect(diagnose('#include <linux/bpf.h>\nu32 x;')[0]?.fixes[0]?.text).toBe('__u32');
    expect(diagnose('int f(void) { return printf("x"); }')[0]?.notes[0]?.code).toBe('C813');
    expect(diagnose('int f(void) { return rather_unheard_of(1); }')[0]?.notes).toEqual([]);
  });

  test('offer == where = decides, and the character that was meant', () => {
    const [first] = diagnose('int f(int a) { if (a = 1) return 1; return 0; }');
    expect(first?.notes.map(({ code }) => code)).toEqual(['C815', 'C816']);
    expect(first?.fixes[0]?.text).toBe('==');
    expect(diagnose('int f(void) { return 0；}')[0]?.fixes[0]?.text).toBe(';');
  });

  test('blame the string that has no end, not the macro that it was cut from', () => {
    const diagnostics = diagnose('#define SAY(x) x\nint f(void) { SAY("hello); }\nint g(void) { return 1; }');
    expect(diagnostics.map(({ code, span }) => [code, span?.line])).toEqual([['C003', 2]]);
  });

  test('keep other functions when one is broken', () => {
    const source = 'int broken(void) { return 3 +; }\nint sound(void) { return 1; }';
    const { unit, partial } = parseUnit({ files: new Map([['f.c', source]]), main: 'f.c' });
    expect(unit).toBeNull();
    expect(partial?.functions.map((fn) => [fn.name, fn.body !== null])).toEqual([
      ['broken', false],
      ['sound', true],
    ]);
  });
});

describe.skipIf(!judgePresent('clang', clangAbsence()))('clang', () => {
  // Its list of words for one line is compared with ours; lines marked `not as clang` are ours alone.
  test.each(fixtures)('says the same of %s', async (name) => {
    const source = withoutDrawings(readFileSync(join(folder, name), 'utf8'));
    const lines = source.split('\n');
    const compared = (line: number): boolean => !(lines[line - 1] ?? '').includes('not as clang');
    const { messages } = await compileWithClang(source, {
      name: 'f.c',
      flags: ['-fsyntax-only', '-fno-caret-diagnostics'],
    });
    const theirs = [...messages.matchAll(/^f\.c:(\d+):(\d+): (?:fatal )?(error|warning): (.*?)(?: \[-W.*\])?$/gm)]
      .filter(([, line]) => compared(Number(line)))
      .map(([, line, column, severity, message]) => `${line}:${column} ${severity}: ${message}`);
    const ours = diagnose(source)
      .filter(({ span }) => span && compared(span.line))
      .map(({ span, severity, message }) => `${span?.line}:${span?.column} ${severity}: ${message}`);
    expect([...new Set(ours)].sort()).toEqual([...new Set(theirs)].sort());
  });
});
