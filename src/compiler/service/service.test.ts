// The language service on small texts with a cursor in them (fixtures/*.c), the course's examples, and texts that are no C.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServiceProject } from './analysis.ts';
import { LanguageService, type LanguageQuery } from './index.ts';
import type {
  CompletionReport,
  DefinitionReport,
  HoverReport,
  Place,
  SignatureReport,
  SymbolReport,
} from './reports.ts';

const CURSOR = '‸';
const fixtures = join(import.meta.dirname, 'fixtures');

interface Case {
  readonly name: string;
  readonly text: string;
  readonly place: Place;
  readonly expected: readonly string[];
  readonly absent: readonly string[];
}

function casesOf(path: string): Case[] {
  return readFileSync(path, 'utf8')
    .split(/^\/\/= /m)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.trimEnd().split('\n');
      const marked = lines.filter((line) => !/^\/\/[>!]/.test(line)).join('\n');
      const before = marked.slice(0, marked.indexOf(CURSOR));
      const said = (sign: string): string[] =>
        lines.filter((line) => line.startsWith(`//${sign} `)).map((line) => line.slice(4));
      return {
        name,
        text: marked.replace(CURSOR, ''),
        place: { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') },
        expected: said('>'),
        absent: said('!'),
      };
    });
}

const OWN = '#pragma once\n#define OWN 3\n';
const KERNEL = '/* Is it ours? */\nint ip_is_ours(const void *packet);\n';

/** A name that begins with `module: ` or `patch: ` says what the C is for. */
function projectOf({ name, text }: Pick<Case, 'name' | 'text'>): ServiceProject {
  const files = { 'main.c': text, 'own.h': OWN };
  const target = /^(module|patch): /.exec(name)?.[1] as 'module' | 'patch' | undefined;
  if (target === undefined) return { files, main: 'main.c' };
  return { files, main: 'main.c', target, ...(target === 'patch' ? { beside: { 'kernel.h': KERNEL } } : {}) };
}

function ask(it: Case, query: 'hover' | 'complete' | 'define' | 'signature'): unknown {
  return new LanguageService().answer(projectOf(it), { ask: query, file: 'main.c', place: it.place });
}

const inLines = (report: HoverReport | null): string[] =>
  report === null
    ? []
    : [
        ...report.declaration.split('\n'),
        report.size === null ? null : `${report.size} bytes`,
        report.offset === null ? null : `at byte ${report.offset}`,
        report.value === null ? null : `= ${report.value}`,
        report.about === null ? null : `about ${report.about.kind} ${report.about.name}`,
        ...(report.comment?.split('\n') ?? []),
        report.origin?.file ?? null,
      ].filter((line) => line !== null);

describe('hover', () => {
  test.each(casesOf(join(fixtures, 'hover.c')))('$name', (it) => {
    const report = ask(it, 'hover') as HoverReport | null;
    expect(inLines(report)).toEqual(it.expected);
    if (report) {
      const line = it.text.split('\n')[report.span.line - 1] ?? '';
      expect(line.slice(report.span.column - 1, report.span.endColumn - 1)).toMatch(/^\w+$/);
      expect(report.span.line).toBe(it.place.line);
    }
  });
});

describe('completion', () => {
  test.each(casesOf(join(fixtures, 'complete.c')))('$name', (it) => {
    const report = ask(it, 'complete') as CompletionReport | null;
    const labels = report?.items.map((item) => item.label) ?? [];
    expect(labels.slice(0, it.expected.length)).toEqual(it.expected);
    for (const name of it.absent) expect(labels).not.toContain(name);
    if (it.expected.length === 0) expect(labels).toEqual([]);
  });
});

describe('definition', () => {
  test.each(casesOf(join(fixtures, 'define.c')))('$name', (it) => {
    const report = ask(it, 'define') as DefinitionReport | null;
    const { file, line, column } = report?.span ?? { file: '', line: 0, column: 0 };
    const row = report?.text?.split('\n')[line - 1];
    const said =
      row === undefined
        ? report && `${file} ${line}:${column}`
        : `${file}: ${row.slice(0, column - 1)}${CURSOR}${row.slice(column - 1)}`;
    expect(said ? [said] : []).toEqual(it.expected);
  });
});

describe('signature', () => {
  test.each(casesOf(join(fixtures, 'signature.c')))('$name', (it) => {
    const report = ask(it, 'signature') as SignatureReport | null;
    if (!report) return expect(it.expected).toEqual([]);
    const [from, to] = report.parameters[report.active] ?? [0, 0];
    const { label } = report;
    const shown = to === 0 ? label : `${label.slice(0, from)}«${label.slice(from, to)}»${label.slice(to)}`;
    expect([shown]).toEqual(it.expected);
  });
});

describe('symbols', () => {
  test.each(casesOf(join(fixtures, 'symbols.c')))('$name', (it) => {
    const symbols = new LanguageService().answer(projectOf(it), { ask: 'symbols', file: 'main.c' }) as SymbolReport[];
    expect(symbols.map((symbol) => `${symbol.kind} ${symbol.name}`)).toEqual(it.expected);
    const lines = it.text.split('\n');
    for (const { name, span } of symbols)
      expect(lines[span.line - 1]?.slice(span.column - 1)).toMatch(new RegExp(`^${name}\\b`));
  });
});

const examples = join(import.meta.dirname, '../../../examples');
const programs = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) => /\.bpf\.c$/.test(name));

test('an own header is understood as the program that includes it does', () => {
  const files = {
    'main.c': '#define WIDE long\n#include "own.h"\nint f(void) { return 0; }\n',
    'own.h': 'static WIDE number;\n',
  };
  const report = new LanguageService().answer(
    { files, main: 'main.c' },
    { ask: 'hover', file: 'own.h', place: { line: 1, column: 14 } },
  ) as HoverReport;
  expect(report.declaration).toBe('static long number');
});

test('whatever the text and wherever the cursor, there is an answer and no exception', () => {
  let seed = 11;
  const random = (n: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % n;
  const path = programs[0] ?? '';
  const original = readFileSync(join(examples, path), 'utf8');
  const main = basename(path);
  const service = new LanguageService();
  const bits = ['{', '}', '(', ')', '->', '.', '"', '/*', '#', ';', '\\\n', 'struct', 'က', ' ', ''];
  for (let round = 0; round < 60; round++) {
    const at = random(original.length);
    const text = original.slice(0, at) + (bits[random(bits.length)] ?? '') + original.slice(at + random(6));
    const line = 1 + random(text.split('\n').length + 2);
    const place = { line, column: 1 + random(60) };
    for (const query of ['hover', 'complete', 'define', 'signature', 'symbols', 'format'] as const) {
      const question = (
        query === 'symbols' || query === 'format' ? { ask: query, file: main } : { ask: query, file: main, place }
      ) as LanguageQuery;
      service.answer({ files: { [main]: text }, main }, question);
    }
  }
});
