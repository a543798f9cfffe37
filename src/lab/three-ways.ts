// One job, three ways, the same packets: patch, module and eBPF on three machines that differ in nothing else. In slices, so that whoever
// waits sees how far it is and can call it off. Reached by dynamic import, as few visits need it.
import type { Kernel } from '../loader/kernel.ts';
import { Connections } from './connections.ts';
import { costBetween, fateByte, ChangedMachine, type Started } from './changed-machine.ts';
import { GAP, HOST, traffic, WELCOME } from './traffic.ts';
import {
  FATES,
  WAYS,
  type Fate,
  type ThreeWaysColumn,
  type ThreeWaysOrder,
  type ThreeWaysProgress,
  type ThreeWaysReport,
  type Way,
} from './way-report.ts';

/** packets between two looks at the clock */
const SLICE = 1024;
const CONNECTIONS = 12;
const PROBE = 256;
const NOTHING: Started = { started: false, diagnostics: [], said: '', verified: null };
/** simulated nanoseconds that each machine has been up when the change comes: ten minutes */
const UPTIME = 600_000_000_000n;
/** Packets that one run may have: memory for what became of each is taken at once. */
export const MOST_PACKETS = 1_000_000;

/** What it costs to refuse one packet: the same few hundred unwanted ones, and nothing else, are sent and accounted for. */
function costOfRefusal(machine: ChangedMachine): ThreeWaysColumn['refusal'] {
  if (machine.state() !== 'alive') return null;
  const source = traffic({ name: 'unwanted', count: PROBE, seed: 1 });
  const frames = Array.from({ length: PROBE }, () => source.next().frame);
  const before = machine.network.counts();
  const ends = machine.send(frames, GAP);
  if (!ends.every(({ fate }) => fate === 'refused')) return null;
  const { allocations, bytesCopied, lookups, nanoseconds } = costBetween(before, machine.network.counts());
  return {
    allocations: allocations / PROBE,
    bytesCopied: bytesCopied / PROBE,
    lookups: lookups / PROBE,
    nanoseconds: nanoseconds / PROBE,
  };
}

/** One way from boot to the last packet. Ends early when `next(true)` says so. */
function* runColumn(
  kernel: Kernel,
  way: Way,
  order: ThreeWaysOrder,
): Generator<number, { column: ThreeWaysColumn; unwanted: number; cancelled: boolean }, boolean> {
  const machine = new ChangedMachine(kernel, order.traffic.seed);
  const connections = new Connections(WELCOME[1] ?? '', HOST, 7);
  const bare = order.bare === true;
  const open = bare ? 0 : connections.open(machine.network, machine.nic, CONNECTIONS);
  if (!bare) machine.network.pass(UPTIME);
  const uptimeBefore = machine.uptime();
  const started = bare ? NOTHING : machine.start(way, order.projects[way]);
  const runs = bare || started.started;
  const uptimeAfter = machine.uptime();

  const count = Math.max(0, Math.min(MOST_PACKETS, Math.floor(order.traffic.count)));
  const each = new Uint8Array(count).fill(fateByte('unseen'));
  const fates = Object.fromEntries(FATES.map((fate) => [fate, 0])) as Record<Fate, number>;
  const source = traffic({ ...order.traffic, count });
  const before = machine.network.counts();
  let unwanted = 0;
  let done = 0;
  let cancelled = false;
  while (done < count && !cancelled) {
    const slice = Array.from({ length: Math.min(SLICE, count - done) }, () => source.next());
    unwanted += slice.filter((packet) => packet.unwanted).length;
    // Nobody is there to receive them; that they were sent is counted all the same.
    if (runs && machine.state() === 'alive') {
      const ends = machine.send(
        slice.map(({ frame }) => frame),
        GAP,
      );
      ends.forEach(({ fate }, i) => (each[done + i] = fateByte(fate)));
    }
    done += slice.length;
    cancelled = yield done;
  }
  for (const fate of each.subarray(0, done)) fates[FATES[fate] ?? 'unseen']++;
  const counts = runs ? costBetween(before, machine.network.counts()) : null;
  const refusal = started.started ? costOfRefusal(machine) : null;
  const kept = connections.alive(machine.network, machine.nic);
  const column: ThreeWaysColumn = {
    way,
    ...started,
    fates,
    each,
    counts,
    refusal,
    disruption: { reboots: machine.reboots, connections: open, kept, uptimeBefore, uptimeAfter },
    state: machine.state(),
    log: machine.lab.log(),
    faults: machine.faults(),
  };
  return { column, unwanted, cancelled };
}

/** Yields how far it is after every slice; `next(true)` calls it off. */
export function* runThreeWays(
  kernel: Kernel,
  order: ThreeWaysOrder,
): Generator<ThreeWaysProgress, ThreeWaysReport, boolean> {
  const columns: ThreeWaysColumn[] = [];
  const ways = order.ways ?? WAYS;
  const total = order.traffic.count * ways.length;
  let unwanted = 0;
  for (const [i, way] of ways.entries()) {
    const run = runColumn(kernel, way, order);
    let step = run.next(false);
    while (!step.done) {
      const stop = yield { way, done: i * order.traffic.count + step.value, total };
      step = run.next(stop);
    }
    columns.push(step.value.column);
    ({ unwanted } = step.value);
    if (step.value.cancelled) return { columns, packets: order.traffic.count, unwanted, cancelled: true };
  }
  return { columns, packets: order.traffic.count, unwanted, cancelled: false };
}
