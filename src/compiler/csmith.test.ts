// csmith's random C, compiled by us and by clang, must compute the same checksum. Only where csmith is installed
// (REQUIRE=csmith makes its absence a failure); CSMITH_PROGRAMS=500 asks for more of it, CSMITH_SEED for another beginning.
import { describe, expect, test } from 'vitest';
import { clangAbsence } from '../judge/clang.ts';
import { judgePresent } from '../judge/require.ts';
import { csmithAbsence } from './testing/csmith.ts';
import { Differential } from './testing/differential.ts';

const PROGRAMS = Number(process.env['CSMITH_PROGRAMS'] ?? 6);
const FIRST = Number(process.env['CSMITH_SEED'] ?? 1);

describe.skipIf(!judgePresent('csmith', csmithAbsence() ?? clangAbsence()))('csmith', () => {
  test(
    'programs compute what clang’s do',
    async () => {
      const differential = await Differential.create();
      for (let seed = FIRST; seed < FIRST + PROGRAMS; seed++) {
        const difference = await differential.compareCsmith(seed, seed % 4 < 2 ? 'v4' : 'v3');
        expect(difference).toBeNull();
      }
      const { compared, stricter } = differential.csmith;
      if (PROGRAMS > 50) console.log(`csmith: ${JSON.stringify(differential.csmith)}`);
      expect(compared).toBeGreaterThan(0);
      // clang sees through more of what computes nothing: it keeps fewer arrays, and drops unused arguments
      expect(stricter).toBeLessThanOrEqual(compared / 8);
    },
    60_000 + PROGRAMS * 5_000,
  );
});
