// Does the judge itself work: does it answer, drop capabilities, give errnos, and forget everything between requests?
import { describe, expect, test } from 'vitest';
import { askLinux, linuxAbsence, loadOnLinux, runOnLinux, unhex } from './linux.ts';
import { judgePresent } from './require.ts';

const present = judgePresent('bpf', await linuxAbsence());

const RETURN_2 = unhex('b700000002000000 9500000000000000');
/** r0 = r10; exit: a pointer leaves the program */
const LEAK = unhex('bfa0000000000000 9500000000000000');

describe.skipIf(!present)('the kernel of this machine', () => {
  test('accepts, with the log of the level asked for', async () => {
    const { errno, log } = await loadOnLinux({ type: 6, instructions: RETURN_2, level: 2 });
    expect(errno).toBe(0);
    expect(log).toContain('0: (b7) r0 = 2                        ; R0=2\n');
  });

  test('answers differently without CAP_PERFMON, and the next request has it again', async () => {
    expect((await loadOnLinux({ type: 6, instructions: LEAK, caps: 'bpf' })).errno).toBe(13);
    expect((await loadOnLinux({ type: 6, instructions: LEAK })).errno).toBe(0);
  });

  test('runs over a packet', async () => {
    const { run } = await runOnLinux({ type: 6, instructions: RETURN_2, packet: new Uint8Array(64) });
    expect(run).toMatchObject({ errno: 0, retval: 2, dataOut: '00'.repeat(64) });
  });

  test('maps answer with their errnos', async () => {
    const key = unhex('01000000');
    const value = unhex('0200000000000000');
    const answers = await askLinux([
      { do: 'map', type: 1, key: 4, value: 8, entries: 1 },
      { do: 'lookup', map: 0, key },
      { do: 'update', map: 0, key, value, flags: 2 },
      { do: 'update', map: 0, key, value, flags: 1 },
      { do: 'update', map: 0, key, value, flags: 1 },
      { do: 'update', map: 0, key: unhex('02000000'), value },
      { do: 'next', map: 0 },
      { do: 'dump', map: 0 },
      { do: 'delete', map: 0, key },
    ]);
    expect(answers.map((answer) => answer.errno)).toEqual([0, 2, 2, 0, 17, 7, 0, 0, 0]);
    expect(answers[6].key).toBe('01000000');
    expect(answers[7].entries).toEqual([{ errno: 0, key: '01000000', value: '0200000000000000' }]);
  });

  test('a mistaken request is an error of the judge, and the judge goes on', async () => {
    await expect(askLinux([{ do: 'run', prog: 3 }])).rejects.toThrow('no such program');
    expect((await loadOnLinux({ type: 6, instructions: RETURN_2 })).errno).toBe(0);
  });
});
