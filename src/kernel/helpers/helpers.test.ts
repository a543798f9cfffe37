// Helpers against Linux: what each returned, what it did to packet and maps, and each errno that the scenarios provoke.
import { beforeAll, describe, expect, test } from 'vitest';
import { ERRNO_NAMES } from '../../bpf/errno.ts';
import { HELPERS } from '../../bpf/helpers.ts';
import { linuxAbsence, type Step } from '../../judge/linux.ts';
import { judgePresent } from '../../judge/require.ts';
import { ERROR_SCENARIOS } from '../testing/error-scenarios.ts';
import { HELPER_SCENARIOS } from '../testing/helper-scenarios.ts';
import { SOCKET_SCENARIOS } from '../testing/socket-scenarios.ts';
import { simulate } from '../testing/linux-steps.ts';
import { HELPER_ERRORS, SHOWN_IN_A_MAP, UNPROVOKED } from '../testing/helper-errors.ts';
import { Machine, little } from '../testing/machine.ts';
import { provokedBy } from '../testing/provoked.ts';
import { Recording, ask, comparable } from '../testing/recorded.ts';

const SCENARIOS = { ...HELPER_SCENARIOS, ...ERROR_SCENARIOS, ...SOCKET_SCENARIOS };
const recording = new Recording('helper-scenarios');
const present = judgePresent('bpf', await linuxAbsence());

beforeAll(async () => {
  if (present && process.env['RECORD_LINUX'] === '1') await recording.renew(SCENARIOS);
}, 120_000);

/** Numbers of the helpers that some scenario calls. */
function called(): Set<number> {
  const ids = new Set<number>();
  for (const step of Object.values(SCENARIOS).flat())
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

/** "map_update_elem EEXIST" → names of the scenarios whose result shows it */
function provoked(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, steps] of Object.entries(SCENARIOS))
    for (const { helper, errno } of provokedBy(steps)) found.set(errorOf(nameOf(helper), errno), name);
  for (const [helper, errno, name] of SHOWN_IN_A_MAP) {
    const shown = little(-errno, 8);
    const answers = recording.answersTo(name, SCENARIOS[name] ?? []);
    const seen = answers.some(
      ({ value }) => typeof value === 'string' && value.includes(Buffer.from(shown).toString('hex')),
    );
    if (seen) found.set(errorOf(helper, errno), name);
  }
  return found;
}

const nameOf = (id: number): string => HELPERS.find((helper) => helper.id === id)?.name ?? String(id);
const errorOf = (helper: string, errno: number): string => `${helper} ${ERRNO_NAMES[errno] ?? errno}`;

test('every error that a simulated helper can give is provoked, or has a reason why nobody can', () => {
  const simulated = HELPERS.filter((helper) => helper.simulated).map((helper) => helper.name);
  expect(Object.keys(HELPER_ERRORS).toSorted()).toEqual(simulated.toSorted());
  const expected = new Set(
    Object.entries(HELPER_ERRORS).flatMap(([name, errors]) => errors.map((e) => errorOf(name, e))),
  );
  const excused = new Set(UNPROVOKED.map(([name, errno]) => errorOf(name, errno)));
  const found = provoked();
  expect([...expected].filter((error) => !found.has(error) && !excused.has(error))).toEqual([]);
  expect([...found.keys()].filter((error) => !expected.has(error) || excused.has(error))).toEqual([]);
  expect([...excused].filter((error) => !expected.has(error))).toEqual([]);
});

test('no scenario is empty: Linux runs each program but those whose name says that they are refused', () => {
  const empty = Object.entries(SCENARIOS).filter(([name, steps]) => {
    const answers = recording.answersTo(name, steps);
    const refused = steps.some((step, i) => ['map', 'load', 'run'].includes(step.do) && answers[i]?.['errno'] !== 0);
    return refused !== name.includes('refused');
  });
  expect(empty.map(([name]) => name)).toEqual([]);
});

describe('the simulated kernel answers as Linux did', () => {
  test.each(Object.entries(SCENARIOS))('%s', (name, steps) => {
    const ours = simulate(steps).map((answer, i) => comparable(steps[i] as Step, answer));
    expect(ours).toEqual(recording.answersTo(name, steps));
  });
});

describe.runIf(present)('Linux still answers so', () => {
  test.each(Object.entries(SCENARIOS))('%s', async (name, steps) => {
    expect(await ask(steps)).toEqual(recording.answersTo(name, steps));
  });
});
