// Is the verifier's word kept? What it accepts runs in the checked interpreter without a fault, whatever the packet and the maps hold,
// and every number in a register or on the stack lies in a range that the verifier claimed for that place.
import { describe, expect, test } from 'vitest';
import { corpusFiles, readCorpusFile, type CorpusCase } from '../../judge/corpus.ts';
import { caseOfProgram, generateProgram, generatedCases } from '../../judge/generate.ts';
import { caseOfShape, drawShape } from '../../judge/shapes.ts';
import { ourKernel } from '../../judge/testing/ours.ts';
import { RUNNABLE, watch } from '../../judge/testing/watch.ts';

async function watchAll(cases: readonly CorpusCase[]): Promise<{ wrong: string[]; places: number }> {
  const kernel = await ourKernel();
  const seen = { places: 0 };
  const wrong: string[] = [];
  for (const each of cases) {
    if (!RUNNABLE.has(each.typeName)) continue;
    const what = watch(kernel, each, seen);
    if (what !== null) wrong.push(`${each.id}: ${what}`);
  }
  return { wrong, places: seen.places };
}

describe('what is accepted runs as it was claimed', () => {
  test('the corpus', async () => {
    // walks of a hundred thousand steps say nothing here that short ones do not
    const files = corpusFiles().filter((file) => file !== 'limits');
    const { wrong, places } = await watchAll(files.flatMap(readCorpusFile));
    console.log(`soundness, corpus: ${places} places looked at`);
    expect(wrong).toEqual([]);
  }, 300_000);

  test('generated programs', async () => {
    const further = Array.from({ length: 400 }, (_, i) => caseOfProgram(generateProgram(10_000 + i)));
    const shapes = Array.from({ length: 600 }, (_, i) => caseOfShape(drawShape(20_000 + i)));
    const { wrong, places } = await watchAll([
      ...generatedCases(),
      ...further,
      ...shapes.filter((each) => each !== null),
    ]);
    console.log(`soundness, generated: ${places} places looked at`);
    expect(wrong).toEqual([]);
    expect(places).toBeGreaterThan(1000);
  }, 300_000);
});
