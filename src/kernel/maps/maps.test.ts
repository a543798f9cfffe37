// Maps against Linux: every errno and every value of the scenarios must be the same.
import { beforeAll, describe, expect, test } from 'vitest';
import { linuxAbsence } from '../../judge/linux.ts';
import { judgePresent } from '../../judge/require.ts';
import type { Step } from '../../judge/linux.ts';
import { simulate } from '../testing/linux-steps.ts';
import { MAP_SCENARIOS } from '../testing/map-scenarios.ts';
import { Recording, ask, comparable } from '../testing/recorded.ts';

const recording = new Recording('map-scenarios');
const present = judgePresent('bpf', await linuxAbsence());

beforeAll(async () => {
  if (present && process.env['RECORD_LINUX'] === '1') await recording.renew(MAP_SCENARIOS);
});

describe('the simulated kernel answers as Linux did', () => {
  test.each(Object.entries(MAP_SCENARIOS))('%s', (name, steps) => {
    const ours = simulate(steps).map((answer, i) => comparable(steps[i] as Step, answer));
    expect(ours).toEqual(recording.answersTo(name, steps));
  });
});

describe.runIf(present)('Linux still answers so', () => {
  test.each(Object.entries(MAP_SCENARIOS))('%s', async (name, steps) => {
    expect(await ask(steps)).toEqual(recording.answersTo(name, steps));
  });
});
