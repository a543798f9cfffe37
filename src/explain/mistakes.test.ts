// Mistakes that people make, each in the shape in which it is met: behind functions, macros and loops, through the stack. Is the
// right line named, is the way to it told, and does the offered fix mend it?
//
// In mistakes/NAME.bpf.c a line carries what is said of it: "// from-call-null, copied; refused: V110"; the second line says what
// the offered fix leads to: accepted, "then V507" (another problem, later), or none where there is none to offer.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { askLibbpf, libbpfAbsence } from '../judge/libbpf.ts';
import { judgePresent } from '../judge/require.ts';
import { wordsOf } from '../judge/verifier-messages.ts';
import { compileProject, LabEngine } from '../lab/lab.ts';
import { applyFixes } from './testing/apply-fixes.ts';

const FOLDER = new URL('mistakes/', import.meta.url);
const MAIN = 'mistake.bpf.c';
const linux = judgePresent('bpf', await libbpfAbsence());

/** Notes of the way to the mistake; the others say what is wrong, what is known, and what helps. */
const ON_THE_WAY = /^V-(from|copied|computed|checked|clobbered|never|reserved|locked|branch|saved|written|invalidated)/;

interface Mistake {
  readonly name: string;
  readonly text: string;
  /** by line: "from-call-null, copied; refused: V110" */
  readonly said: Readonly<Record<number, string>>;
  readonly fix: string;
}

const mistakes: readonly Mistake[] = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  const said: Record<number, string> = {};
  text.split('\n').forEach((line, i) => {
    const mark = i > 1 ? / \/\/ (.*)$/.exec(line)?.[1] : undefined;
    if (mark !== undefined) said[i + 1] = mark;
  });
  return { name: name.replace('.bpf.c', ''), text, said, fix: /^\/\/ fix: (.*)$/m.exec(text)?.[1] ?? '' };
});

function marksOf({ code, span, notes }: Diagnostic): Record<number, string> {
  const marks: Record<number, string> = {};
  for (const note of notes) {
    if (!note.span || !ON_THE_WAY.test(note.code)) continue;
    const before = marks[note.span.line];
    marks[note.span.line] = `${before === undefined ? '' : `${before}, `}${note.code.slice(2)}`;
  }
  const line = span?.line ?? 0;
  const before = marks[line];
  marks[line] = `${before === undefined ? '' : `${before}; `}refused: ${code}`;
  return marks;
}

let lab: LabEngine;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  lab = await LabEngine.create(await WebAssembly.compile(bytes));
});
const run = (text: string) => lab.run({ files: { [MAIN]: text }, main: MAIN }, { packets: [] });

test.each(mistakes)('$name', ({ text, said, fix }) => {
  const [refusal] = run(text).diagnostics;
  expect(refusal && marksOf(refusal)).toEqual(said);
  const fixes = refusal?.fixes ?? [];
  expect(fixes.length > 0).toBe(fix !== 'none');
  if (fixes.length === 0) return;
  const [left] = run(applyFixes(text, fixes)).diagnostics;
  expect(left ? `then ${left.code}` : 'accepted').toBe(fix);
});

describe.skipIf(!linux)('Linux', () => {
  test('refuses them with the same words', { timeout: 120_000 }, async () => {
    for (const { name, text } of mistakes) {
      const report = run(text).verified?.find(({ accepted }) => !accepted);
      const object = compileProject({ files: new Map([[MAIN, text]]), main: MAIN }).object ?? new Uint8Array();
      const { errno, output } = await askLibbpf(object, 'mistake.bpf.o');
      const log = /-- BEGIN PROG LOAD LOG --\n([^]*?)\n?(?:libbpf: )?-- END PROG LOAD LOG --/.exec(output)?.[1] ?? '';
      expect({ errno, words: wordsOf(log) }, name).toEqual({
        errno: report?.errno,
        words: wordsOf(report?.log ?? ''),
      });
    }
  });
});
