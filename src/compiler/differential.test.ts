// Random C, compiled by us and by clang, must compute the same. DIFFERENTIAL_PROGRAMS=2000 asks for more of it,
// DIFFERENTIAL_SEED for another beginning.
import { beforeAll, describe, expect, test } from 'vitest';
import { clangAbsence } from '../judge/clang.ts';
import { judgePresent } from '../judge/require.ts';
import { type Cpu, Differential } from './testing/differential.ts';

const PROGRAMS = Number(process.env['DIFFERENTIAL_PROGRAMS'] ?? 16);
const FIRST = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);

describe.skipIf(!judgePresent('clang', clangAbsence()))('random programs', () => {
  let differential: Differential;
  beforeAll(async () => {
    differential = await Differential.create();
  });

  test.each<{ cpu: Cpu; share: number }>([
    { cpu: 'v3', share: 0.5 },
    { cpu: 'v4', share: 0.25 },
    { cpu: 'v1', share: 0.25 },
  ])(
    'compute what clang computes ($cpu)',
    async ({ cpu, share }) => {
      for (let i = 0; i < PROGRAMS * share; i++) expect(await differential.compare(FIRST + i, cpu)).toBeNull();
    },
    60_000 + PROGRAMS * 5_000,
  );
});
