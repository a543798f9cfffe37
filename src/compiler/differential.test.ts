// Random C, compiled by us and by clang, must compute the same, on our machine and (ASK_LINUX=1) on Linux.
// DIFFERENTIAL_PROGRAMS=2000 asks for more of it, DIFFERENTIAL_SEED for another beginning.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clangAbsence } from '../judge/clang.ts';
import { objectsAbsence } from '../judge/objects.ts';
import { judgePresent } from '../judge/require.ts';
import { type Cpu, Differential } from './testing/differential.ts';

const PROGRAMS = Number(process.env['DIFFERENTIAL_PROGRAMS'] ?? 16);
const FIRST = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);
const CPUS: readonly Cpu[] = ['v3', 'v4', 'v1', 'v2'];

describe.skipIf(!judgePresent('clang', clangAbsence()))('random programs', () => {
  let differential: Differential;
  beforeAll(async () => {
    differential = await Differential.create();
  });
  afterAll(() => {
    const { coverage, verdicts } = differential;
    if (PROGRAMS > 100) console.log(`${coverage.programs} programs: ${String(coverage)}; ${JSON.stringify(verdicts)}`);
  });

  test.each(CPUS)(
    'compute what clang computes (%s)',
    async (cpu) => {
      for (let i = 0; i < PROGRAMS / CPUS.length; i++) expect(await differential.compare(FIRST + i, cpu)).toBeNull();
    },
    60_000 + PROGRAMS * 5_000,
  );

  test('show every feature before long', () => {
    const { coverage } = differential;
    if (coverage.programs < 200) return;
    expect([...coverage.counts].filter(([, n]) => n === 0)).toEqual([]);
  });
});

describe.skipIf(!judgePresent('bpf', clangAbsence() ?? objectsAbsence()))('random programs on Linux', () => {
  test(
    'compute what clang’s do, on Linux and here, where the verifier takes both',
    async () => {
      const differential = await Differential.create(true);
      const { verdicts } = differential;
      for (let seed = FIRST; verdicts.both < PROGRAMS; seed++)
        expect(await differential.compare(seed, CPUS[seed % 4]!, 'linux')).toBeNull();
      await differential.close();
      if (PROGRAMS > 100) console.log(`Linux: ${JSON.stringify(verdicts)}`);
      // our own verifier is no stricter than Linux's on such programs
      expect(verdicts.onLinuxOnly).toBeLessThanOrEqual(PROGRAMS / 20);
      // programs that the verifier takes from only one of the compilers: as many of ours as of clang's, give or take chance
      expect(verdicts.clang).toBeLessThanOrEqual(verdicts.ours + PROGRAMS / 10);
    },
    60_000 + PROGRAMS * 10_000,
  );
});
