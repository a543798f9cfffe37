// One job, three ways, 100,000 packets: the same ones refused, what each way costs, whom it disturbs, and what the same mistake does.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { COST_PICOSECONDS } from '../bpf/costs.ts';
import { Kernel } from '../loader/kernel.ts';
import type { Project } from './api.ts';
import { ChangedMachine } from './changed-machine.ts';
import { runThreeWays } from './three-ways.ts';
import { GAP, traffic } from './traffic.ts';
import { FATES, TRAFFICS, WAYS, type ThreeWaysReport, type Way } from './way-report.ts';

let kernel: Kernel;
beforeAll(async () => {
  const wasm = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(wasm));
});
const project = (example: string, main: string): Project => ({
  files: { [main]: readFileSync(new URL(`../../examples/${example}/${main}`, import.meta.url), 'utf8') },
  main,
});
const projects = (patch: string, module: string, ebpf: string): Record<Way, Project> => ({
  patch: project('kernel-patch', patch),
  module: project('kernel-module', module),
  ebpf: project('three-ways', ebpf),
});
const GOOD = (): Record<Way, Project> => projects('ip_input.c', 'drop.c', 'filter.bpf.c');

function compare(
  which: Record<Way, Project>,
  options: { name?: (typeof TRAFFICS)[number]; count?: number; seed?: number; stopAt?: number } = {},
): ThreeWaysReport {
  const { name = 'mixed', count = 2000, seed = 1, stopAt = Infinity } = options;
  const run = runThreeWays(kernel, { projects: which, traffic: { name, count, seed } });
  let step = run.next(false);
  while (!step.done) step = run.next(step.value.done >= stopAt);
  return step.value;
}

describe('100,000 packets', () => {
  let report: ThreeWaysReport;
  beforeAll(() => (report = compare(GOOD(), { count: 100_000 })), 60_000);
  const column = (way: Way) => {
    const found = report.columns.find((candidate) => candidate.way === way);
    if (!found) throw new Error(way);
    return found;
  };

  test('have the same fate whichever way the rule is made', () => {
    const [patch, ...others] = report.columns.map(({ each }) => each);
    expect(report.columns.map(({ way }) => way)).toEqual([...WAYS]);
    expect(patch).toHaveLength(100_000);
    for (const other of others) expect(other).toEqual(patch);
  });

  test('are refused when they come from whom nobody wants to hear, and only then', () => {
    const source = traffic({ name: 'mixed', count: 100_000, seed: 1 });
    const { each } = column('module');
    let unwanted = 0;
    for (let i = 0; i < 100_000; i++) {
      const packet = source.next();
      if (packet.unwanted) unwanted++;
      if ((FATES[each[i] ?? 0] === 'refused') !== packet.unwanted) throw new Error(`packet ${i}: ${each[i]}`);
    }
    expect(report.unwanted).toBe(unwanted);
    expect(unwanted).toBeGreaterThan(30_000);
  });

  test('cost what was done for them', () => {
    const refusal = (way: Way) => {
      const { refusal } = column(way);
      if (!refusal) throw new Error(way);
      return refusal;
    };
    // An XDP program answers before the kernel has made anything of the packet; for the other two it made sk_buff and buffer.
    expect(refusal('ebpf')).toMatchObject({ allocations: 0, bytesCopied: 0, lookups: 0 });
    expect(refusal('module').allocations).toBe(refusal('patch').allocations);
    expect(refusal('module').allocations).toBeGreaterThanOrEqual(1);
    // The module is asked through netfilter's list of functions, the patch stands in the road itself.
    expect(refusal('ebpf').nanoseconds).toBeLessThan(refusal('patch').nanoseconds / 2);
    expect(refusal('patch').nanoseconds).toBeLessThan(refusal('module').nanoseconds);
    const counts = WAYS.map((way) => column(way).counts);
    const allocations = counts.map((count) => count?.allocations ?? 0);
    expect(allocations[2]).toBeLessThan((allocations[1] ?? 0) - 40_000 + 1000);
  });

  test('disturb those who are there already: by a patch all, by the others nobody', () => {
    expect(column('patch').disruption).toMatchObject({ reboots: 1, connections: 12, kept: 0 });
    expect(column('module').disruption).toMatchObject({ reboots: 0, connections: 12, kept: 12 });
    expect(column('ebpf').disruption).toMatchObject({ reboots: 0, connections: 12, kept: 12 });
    const { uptimeBefore, uptimeAfter } = column('patch').disruption;
    expect(uptimeAfter).toBeLessThan(uptimeBefore);
  });
});

test('the figures come from the work: without a price for the sk_buff the distance shrinks by just that', () => {
  const cost = (way: Way, free: boolean): number => {
    const machine = new ChangedMachine(kernel, 1);
    machine.start(way, GOOD()[way]);
    const ids = Object.keys(COST_PICOSECONDS);
    const start = machine.network.now();
    if (free) for (const name of ['skb_alloc', 'skb_free']) machine.network.exports.netPrice(ids.indexOf(name), 0n);
    const source = traffic({ name: 'unwanted', count: 100, seed: 1 });
    const frames = Array.from({ length: 100 }, () => source.next().frame);
    machine.send(frames, GAP);
    const { stages } = machine.network.counts();
    expect(machine.network.now()).toBeGreaterThan(start);
    return Object.values(stages).reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
  };
  expect(cost('module', true)).toBeLessThan(cost('module', false));
  expect(cost('ebpf', true)).toBe(cost('ebpf', false));
});

describe('the same mistake three times', () => {
  test.each([
    ['null-bug', 'panicked'],
    ['use-after-free', 'panicked'],
    ['endless-loop', 'hanging'],
  ])('%s: two dead machines and a refusal', (name, ends) => {
    const { columns } = compare(projects(`${name}.c`, `${name}.c`, `${name}.bpf.c`));
    expect(columns.map(({ state, started }) => [state, started])).toEqual([
      [ends, true],
      [ends, true],
      ['alive', false],
    ]);
    const [patch, module, ebpf] = columns;
    for (const dead of [patch, module]) {
      expect(dead?.fates.fatal).toBe(1);
      expect(dead?.fates.unseen).toBeGreaterThan(1000);
      expect(dead?.disruption.kept).toBe(0);
      expect(dead?.faults).toHaveLength(1);
    }
    expect(ebpf?.verified?.[0]?.accepted).toBe(false);
    expect(ebpf?.diagnostics).toHaveLength(1);
    // The machine goes on without the filter: nobody lost a connection over the attempt.
    expect(ebpf?.disruption).toMatchObject({ reboots: 0, kept: 12 });
  });

  test('wild-write: nobody dies, nobody says anything, and the wrong ones come through', () => {
    const { columns } = compare(projects('wild-write.c', 'wild-write.c', 'wild-write.bpf.c'));
    const [patch, module, ebpf] = columns;
    for (const column of [patch, module]) {
      expect(column).toMatchObject({ state: 'alive', faults: [] });
      expect(column?.fates.refused).toBeLessThan(100);
      expect(column?.fates.delivered).toBeGreaterThan(1000);
    }
    expect(ebpf).toMatchObject({ started: false, state: 'alive' });
  });
});

test('without a filter everything is delivered, also what nobody wants', () => {
  const machine = new ChangedMachine(kernel, 1);
  const source = traffic({ name: 'flood', count: 100, seed: 3 });
  const ends = machine.send(
    Array.from({ length: 100 }, () => source.next().frame),
    GAP,
  );
  expect(ends.every(({ fate }) => fate === 'delivered' || fate === 'discarded')).toBe(true);
});

test.each(TRAFFICS)('%s: the same seed is the same run, another seed is another', (name) => {
  const first = compare(GOOD(), { name, count: 300, seed: 7 });
  expect(compare(GOOD(), { name, count: 300, seed: 7 })).toEqual(first);
  expect(compare(GOOD(), { name, count: 300, seed: 8 }).columns[0]?.each).not.toEqual(first.columns[0]?.each);
});

test('it can be called off: what was done until then is told', () => {
  const report = compare(GOOD(), { count: 10_000, stopAt: 3000 });
  expect(report.cancelled).toBe(true);
  expect(report.columns).toHaveLength(1);
  const { fates } = report.columns[0] ?? { fates: null };
  expect(Object.values(fates ?? {}).reduce((sum, count) => sum + count, 0)).toBeLessThan(10_000);
});

describe('load, unload, replace', () => {
  const frames = (): Uint8Array[] => {
    const source = traffic({ name: 'unwanted', count: 20, seed: 1 });
    return Array.from({ length: 20 }, () => source.next().frame);
  };
  const refused = (machine: ChangedMachine): number =>
    machine.send(frames(), GAP).filter(({ fate }) => fate === 'refused').length;

  test.each(WAYS)('%s: in, out, and in again', (way) => {
    const machine = new ChangedMachine(kernel, 1);
    expect(refused(machine)).toBe(0);
    expect(machine.start(way, GOOD()[way]).started).toBe(true);
    expect(refused(machine)).toBe(20);
    expect(machine.stop()).toBe('');
    expect(refused(machine)).toBe(0);
    expect(machine.start(way, GOOD()[way]).started).toBe(true);
    expect(refused(machine)).toBe(20);
    expect(machine.reboots).toBe(way === 'patch' ? 3 : 0);
    machine.reboot();
    expect(refused(machine)).toBe(0);
  });

  test('between two versions of a module packets come through; between two eBPF programs none does', () => {
    const through: Partial<Record<Way, number>> = {};
    for (const way of ['module', 'ebpf'] as const) {
      const machine = new ChangedMachine(kernel, 1);
      machine.start(way, GOOD()[way]);
      let slipped = 0;
      const again = machine.replace(GOOD()[way], {}, () => (slipped += 20 - refused(machine)));
      expect(again.started).toBe(true);
      expect(refused(machine)).toBe(20);
      through[way] = slipped;
    }
    expect(through).toEqual({ module: 20, ebpf: 0 });
  });

  test('what is refused leaves what runs in its place', () => {
    const machine = new ChangedMachine(kernel, 1);
    machine.start('ebpf', GOOD().ebpf);
    expect(machine.replace(project('three-ways', 'null-bug.bpf.c')).started).toBe(false);
    expect(refused(machine)).toBe(20);
  });
});
