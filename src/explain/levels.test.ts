// What is said of a refusal does not hang on how much of the walk was recorded: of the failing path alone, of everything, or as
// much as the log of it tells.
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readCorpusFile } from '../judge/corpus.ts';
import { askOurs, ourKernel } from '../judge/testing/ours.ts';
import { explain, readLog } from './index.ts';

const kernel = await ourKernel();

/** A log of level 1 does not name the program's own functions. */
const said = (diagnostic: Diagnostic | null): string[] =>
  [diagnostic?.code ?? 'nothing', ...(diagnostic?.notes.map(({ message }) => message) ?? [])].map((text) =>
    text.replace(/\b(?:func#\d+|the function|helper|body)\b(?:\(\))?/g, 'F'),
  );

describe.each(['mistakes', 'packet', 'calls'])('%s', (file) => {
  const cases = readCorpusFile(file).filter(({ caps }) => caps.includes('root'));

  test('the failing path, everything, and the log say the same', () => {
    let refused = 0;
    for (const each of cases) {
      const { errno, records, program, log } = askOurs(kernel, each, 'root', 1);
      if (errno === 0) continue;
      refused++;
      const expected = said(explain(records, program).diagnostic);
      const everything = askOurs(kernel, each, 'root', 2);
      expect(said(explain(everything.records, everything.program).diagnostic), each.id).toEqual(expected);
      const read = readLog(log);
      expect(said(explain(read.records, read.program).diagnostic), `${each.id}, its log`).toEqual(expected);
    }
    expect(refused).toBeGreaterThan(20);
  });
});
