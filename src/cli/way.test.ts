// Patches, modules and the three ways on the command line: exit status, and what its JSON says.
import { describe, expect, it, vi } from 'vitest';
import { fileURLToPath } from 'node:url';
import type { ThreeWaysReport, WayReport } from '../lab/way-report.ts';
import { run as example } from './example.ts';
import { run as threeWays } from './three-ways.ts';
import { UsageError } from './usage.ts';
import { run as way } from './way.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));

async function called(
  command: (args: string[]) => Promise<number>,
  args: string[],
): Promise<{ status: number; out: string }> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    return { status: await command(args), out: lines.join('\n') };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

describe('lab way', () => {
  it.each([
    ['module', 'kernel-module/drop.c', 0, 'alive'],
    ['module', 'kernel-module/null-bug.c', 3, 'panicked'],
    ['patch', 'kernel-patch/ip_input.c', 0, 'alive'],
    ['ebpf', 'three-ways/filter.bpf.c', 0, 'alive'],
    ['ebpf', 'three-ways/null-bug.bpf.c', 1, 'alive'],
    // A kernel without ip_rcv() does not link: the old one goes on.
    ['patch', 'kernel-module/drop.c', 1, 'alive'],
  ])('%s %s: exit status %i, machine %s', async (name, path, status, state) => {
    const answer = await called(way, [name, file(path), '--json']);
    expect(answer.status).toBe(status);
    expect((JSON.parse(answer.out) as WayReport).state).toBe(state);
  });

  it('prints the kernel’s log when asked', async () => {
    const { out } = await called(way, ['module', file('kernel-module/null-bug.c'), '--log']);
    expect(out).toContain('BUG: kernel NULL pointer dereference, address: 0000000000000008');
    expect(out).toContain('---[ end Kernel panic - not syncing: Fatal exception in interrupt ]---');
  });

  it.each([[[]], [['module']], [['toy', 'a.c']], [['module', '/no/such.c']], [['module', 'a.c', '--param', 'x']]])(
    'refuses %j as usage',
    async (args) => {
      await expect(way(args)).rejects.toThrow(UsageError);
    },
  );
});

describe('lab three-ways', () => {
  it('says the same as JSON and in columns', async () => {
    const { status, out } = await called(threeWays, ['--packets', '200', '--json']);
    expect(status).toBe(0);
    const report = JSON.parse(out) as ThreeWaysReport;
    expect(new Set(report.columns.map(({ each }) => String(each))).size).toBe(1);
    const text = await called(threeWays, ['--packets', '200']);
    const refused = /^refused +(\d+) +(\d+) +(\d+)$/m.exec(text.out)?.slice(1).map(Number);
    expect(refused).toEqual(report.columns.map(({ fates }) => fates.refused));
  });

  it('tells by its status that one of them did not get in', async () => {
    expect((await called(threeWays, ['--packets', '50', '--fault', 'null'])).status).toBe(1);
  });

  it.each([['--packets', '-1'], ['--packets', '99999999999'], ['--traffic', 'storm'], ['--fault', 'typo'], ['a.c']])(
    'refuses %s %s as usage',
    async (...args) => {
      await expect(threeWays(args)).rejects.toThrow(UsageError);
    },
  );
});

it.each(['kernel-module', 'kernel-patch'])('lab example %s is as promised', async (name) => {
  const { status, out } = await called(example, [name]);
  expect(out).toContain('as promised');
  expect(status).toBe(0);
});
