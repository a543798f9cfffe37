// A fixed draw of random C, whole and broken, with the unit tests: our verdict on what our compiler makes of it is Linux's.
import { describe, expect, test } from 'vitest';
import { renderProgram } from '../compiler/testing/program-text.ts';
import { compileC, drawC, fuzzVerifierC, verifierCSummary } from './fuzz-verifier-c.ts';
import { linuxAbsence } from './linux.ts';
import { objectsAbsence } from './objects.ts';
import { judgePresent } from './require.ts';
import { ourKernel } from './testing/ours.ts';

test('a seed always draws the same program; every second one has a mistake and still compiles', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const drawn = drawC(seed);
    expect(renderProgram(drawn.program)).toBe(renderProgram(drawC(seed).program));
    expect(drawn.mistake !== null).toBe(seed % 2 === 1);
    expect(compileC(drawn), `seed ${seed}`).not.toBeNull();
  }
});

describe.skipIf(!judgePresent('bpf', (await linuxAbsence()) ?? objectsAbsence()))('against Linux', () => {
  test('20 random programs', async () => {
    const found: string[] = [];
    const report = await fuzzVerifierC(await ourKernel(), { seed: 6, count: 20, report: (text) => found.push(text) });
    console.log(verifierCSummary(report));
    expect(report.programs).toBe(20);
    expect(report.accepted).toBeGreaterThan(0);
    expect(report.refusedByBoth).toBeGreaterThan(0);
    expect([...report.unsafe, ...report.stricter, ...report.otherWords], found.join('\n')).toEqual([]);
  }, 120_000);
});
