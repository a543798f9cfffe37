// BPF_PROG_TEST_RUN against Linux: which packets and contexts it takes, and what comes out.
import { beforeAll, describe, expect, test } from 'vitest';
import { linuxAbsence, type Step } from '../../judge/linux.ts';
import { judgePresent } from '../../judge/require.ts';
import { simulate } from '../testing/linux-steps.ts';
import { Recording, ask, comparable } from '../testing/recorded.ts';
import { RUN_SCENARIOS } from '../testing/run-scenarios.ts';

const recording = new Recording('run-scenarios');
const present = judgePresent('bpf', await linuxAbsence());

beforeAll(async () => {
  if (present && process.env['RECORD_LINUX'] === '1') await recording.renew(RUN_SCENARIOS);
});

describe('the simulated kernel answers as Linux did', () => {
  test.each(Object.entries(RUN_SCENARIOS))('%s', (name, steps) => {
    const ours = simulate(steps).map((answer, i) => comparable(steps[i] as Step, answer));
    expect(ours).toEqual(recording.answersTo(name, steps));
  });
});

describe.runIf(present)('Linux still answers so', () => {
  test.each(Object.entries(RUN_SCENARIOS))('%s', async (name, steps) => {
    expect(await ask(steps)).toEqual(recording.answersTo(name, steps));
  });
});
