// A fixed draw of the verifier's fuzzer with the unit tests: nothing may be accepted that Linux refuses.
import { describe, expect, test } from 'vitest';
import { fuzzSummary, fuzzVerifier } from './fuzz-verifier.ts';
import { caseOfProgram, generateProgram } from './generate.ts';
import { linuxAbsence } from './linux.ts';
import { judgePresent } from './require.ts';
import { ourKernel } from './testing/ours.ts';

test('a seed always draws the same program', () => {
  expect(caseOfProgram(generateProgram(7)).hash).toBe(caseOfProgram(generateProgram(7)).hash);
  expect(caseOfProgram(generateProgram(7)).hash).not.toBe(caseOfProgram(generateProgram(8)).hash);
});

describe.skipIf(!judgePresent('bpf', await linuxAbsence()))('against Linux', () => {
  test('300 random programs', async () => {
    const found: string[] = [];
    const report = await fuzzVerifier(await ourKernel(), {
      seed: 5000,
      count: 300,
      report: (text) => found.push(text),
    });
    console.log(fuzzSummary(report));
    expect(report.unsafe, found.join('\n')).toEqual([]);
    expect(report.agreement).toBeGreaterThanOrEqual(99);
  }, 300_000);
});
