// Helpers against Linux: what each returned, what it did to packet and maps, and each errno that the scenarios provoke.
import { beforeAll, describe, expect, test } from 'vitest';
import { HELPERS } from '../../bpf/helpers.ts';
import { linuxAbsence, type Step } from '../../judge/linux.ts';
import { judgePresent } from '../../judge/require.ts';
import { HELPER_SCENARIOS } from '../testing/helper-scenarios.ts';
import { simulate } from '../testing/linux-steps.ts';
import { Machine } from '../testing/machine.ts';
import { Recording, ask, comparable } from '../testing/recorded.ts';

const recording = new Recording('helper-scenarios');
const present = judgePresent('bpf', await linuxAbsence());

beforeAll(async () => {
  if (present && process.env['RECORD_LINUX'] === '1') await recording.renew(HELPER_SCENARIOS);
}, 120_000);

/** Numbers of the helpers that some scenario calls. */
function called(): Set<number> {
  const ids = new Set<number>();
  for (const step of Object.values(HELPER_SCENARIOS).flat())
    if (step.do === 'load')
      for (let at = 0; at < step.insns.length; at += 8)
        if (step.insns[at] === 0x85 && (step.insns[at + 1] ?? 0) >> 4 === 0)
          ids.add(new DataView(step.insns.buffer, step.insns.byteOffset).getInt32(at + 4, true));
  return ids;
}

test('every helper that is said to be simulated has code, and is held against Linux', () => {
  expect(new Machine().kernel.helperMismatch()).toBe(0);
  const tried = called();
  const untried = HELPERS.filter((helper) => helper.simulated && !tried.has(helper.id)).map((helper) => helper.name);
  expect(untried).toEqual([]);
});

test('no scenario is empty: Linux runs each program but those whose name says that they are refused', () => {
  const empty = Object.entries(HELPER_SCENARIOS).filter(([name, steps]) => {
    const answers = recording.answersTo(name, steps);
    const refused = steps.some((step, i) => ['map', 'load', 'run'].includes(step.do) && answers[i]?.['errno'] !== 0);
    return refused !== name.includes('refused');
  });
  expect(empty.map(([name]) => name)).toEqual([]);
});

describe('the simulated kernel answers as Linux did', () => {
  test.each(Object.entries(HELPER_SCENARIOS))('%s', (name, steps) => {
    const ours = simulate(steps).map((answer, i) => comparable(steps[i] as Step, answer));
    expect(ours).toEqual(recording.answersTo(name, steps));
  });
});

describe.runIf(present)('Linux still answers so', () => {
  test.each(Object.entries(HELPER_SCENARIOS))('%s', async (name, steps) => {
    expect(await ask(steps)).toEqual(recording.answersTo(name, steps));
  });
});
