// The way that packets take through the machine, as data for a picture: the example's network is run, its trace records are put together
// packet by packet, and packets that went the same way are one way with a count. Nothing here is drawn, and nothing of it is text to parse.
import { STAGE_FUNCTION, type StageName, type VerdictName } from '../bpf/network.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { LoadedObject, LoadedProgram } from '../loader/load.ts';
import { isProblem } from '../loader/problems.ts';
import type { PacketSpec, Project } from './api.ts';
import type { LabEngine } from './lab.ts';
import { Network } from './network.ts';
import type { TraceStep } from './network-records.ts';
import { buildPacket } from './packet-build.ts';
import { describePacket } from './packet-describe.ts';
import { writePcap } from './pcap.ts';
import { runScenario, type NetworkReport } from './scenario-run.ts';
import { dueTime, type Traffic } from './scenario-traffic.ts';
import { bootOptions, checkScenario, type AttachPoint, type NetworkScenario } from './scenario.ts';

/** Packets whose stages are recorded; all others are counted. */
const TRACED = 4000;
/** Ways that a report tells apart at most. */
const MOST_WAYS = 200;
/** Packets of one way that are named. */
const MOST_NAMED = 1000;

export interface PathStep {
  readonly stage: StageName;
  readonly verdict: VerdictName;
  /** why it was dropped, as Linux or XDP name it; '' when it was not */
  readonly reason: string;
  /** the function of Linux 6.18 that does this */
  readonly kernelFunction: string;
  /** '' where the stage belongs to none */
  readonly interface: string;
  readonly namespace: string;
  /** bytes, from where the stage sees the packet */
  readonly length: number;
  /** modelled nanoseconds of the stage (src/bpf/costs.ts) */
  readonly cost: number;
  /** simulated nanoseconds since the packet was first seen, at the stage's end */
  readonly time: number;
  /** the eBPF program that decided, what it answered (XDP_DROP), and the line of C that says so */
  readonly program: string | null;
  readonly answer: string | null;
  readonly line: { readonly file: string; readonly line: number } | null;
  /** bytes of the packet that the program changed */
  readonly changed: number;
}

/** One way through the machine, and how many packets went it. */
export interface PathWay {
  readonly count: number;
  /** numbers of the packets, from 1 in the order of arrival and making */
  readonly packets: readonly number[];
  /** in tcpdump's manner; '' when nobody saw its bytes */
  readonly summary: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly length: number;
  /** position in the scenario's traffic; null: the machine made it, or a host at the other end of the cable */
  readonly traffic: number | null;
  /** way of the packet that this one answers or was made from, by position in PathReport.ways */
  readonly from: number | null;
  readonly steps: readonly PathStep[];
}

export interface PathReport {
  readonly diagnostics: readonly Diagnostic[];
  readonly ways: readonly PathWay[];
  /** packets and modelled nanoseconds of each stage, over all packets, also those that were not recorded */
  readonly stages: Readonly<Partial<Record<StageName, { readonly packets: number; readonly nanoseconds: number }>>>;
  readonly drops: Readonly<Record<string, number>>;
  /** packets in all, and how many of them have their stages recorded */
  readonly packets: number;
  readonly recorded: number;
  /** sk_buffs and packet buffers that were allocated */
  readonly allocations: number;
  /** modelled nanoseconds of all stages */
  readonly nanoseconds: number;
  /** what somebody listening at the interfaces saw, as a pcap file; null: nothing */
  readonly capture: Uint8Array | null;
}

export interface PathOptions {
  readonly seed?: number;
  /** sent instead of the network's own traffic: the reader's packets */
  readonly packets?: readonly PacketSpec[];
}

const NOTHING: PathReport = {
  diagnostics: [],
  ways: [],
  stages: {},
  drops: {},
  packets: 0,
  recorded: 0,
  allocations: 0,
  nanoseconds: 0,
  capture: null,
};

/** Where a program of a type hangs in a network that nobody described; other types see no packets. */
const DEFAULT_PLACE: Readonly<Record<string, AttachPoint>> = {
  xdp: 'xdp',
  tc: 'tcx-ingress',
  cgroup_skb: 'cgroup-ingress',
  socket: 'socket',
  perf_event: 'perf-event',
};

/** One machine on one cable, for an example that describes no network of its own. */
export function defaultNetwork(programs: readonly { readonly name: string; readonly type: string }[]): NetworkScenario {
  const program = programs.find(({ type }) => type in DEFAULT_PLACE);
  const at = program && DEFAULT_PLACE[program.type];
  const place =
    at === 'cgroup-ingress' ? { cgroup: 'service' } : at === 'socket' ? { server: 'echo' } : { interface: 'eth0' };
  return {
    interfaces: [
      {
        name: 'eth0',
        mac: '02:00:00:00:00:02',
        addresses: ['10.2.2.2/24', 'fd00::2/64'],
        wire: { '10.2.2.1': '02:00:00:00:00:01', '10.2.2.3': '02:00:00:00:00:03', 'fd00::1': '02:00:00:00:00:01' },
      },
    ],
    cgroups: ['service'],
    servers: [
      { name: 'echo', protocol: 'udp', port: 53, application: 'echo', cgroup: 'service' },
      { name: 'echo6', protocol: 'udp', port: 53, application: 'echo', address: 'fd00::2', cgroup: 'service' },
    ],
    attach: program && at ? [{ program: program.name, at, ...place }] : [],
    traffic: [],
  };
}

/** The reader's packets in place of the scenario's, one every ten microseconds at its first interface that takes packets from a cable. */
export function withPackets(scenario: NetworkScenario, packets: readonly PacketSpec[]): NetworkScenario {
  const nic = scenario.interfaces.find(({ kind }) => kind === undefined || kind === 'nic') ?? scenario.interfaces[0];
  const { clients: _, expect: __, ...rest } = scenario;
  let at = 0;
  const traffic = packets.map(({ count, ...packet }) => {
    const entry = {
      interface: scenario.traffic?.[0]?.interface ?? nic?.name ?? '',
      packet,
      count: count ?? 1,
      at,
      gap: 1000,
    };
    at += 10 + (count ?? 1);
    return entry;
  });
  return { ...rest, traffic };
}

interface Arrival {
  readonly traffic: number;
  readonly frame: Uint8Array;
  readonly item: Traffic;
}

/** What arrives at each interface and when, in the order of time. */
function arrivalsAt(scenario: NetworkScenario): Map<string, Arrival[]> {
  const found = new Map<string, Arrival[]>();
  scenario.traffic?.forEach((item, traffic) => {
    const frame = item.packet ? buildPacket(item.packet, traffic) : null;
    if (!(frame instanceof Uint8Array)) return;
    const list = found.get(item.interface) ?? [];
    list.push({
      traffic,
      frame,
      item,
    });
    found.set(item.interface, list);
  });
  for (const list of found.values()) list.sort((a, b) => (a.item.at ?? 0) - (b.item.at ?? 0) || a.traffic - b.traffic);
  return found;
}

/** Which entry of the traffic a packet is: by the time at which it came in at its interface. */
function matchArrivals(report: NetworkReport, scenario: NetworkScenario, start: bigint): Map<number, Arrival> {
  const names = new Map(Object.entries(report.interfaces).map(([name, { ifindex }]) => [ifindex, name]));
  const waiting = arrivalsAt(scenario);
  const sent = new Map<Arrival, number>();
  const found = new Map<number, Arrival>();
  for (const step of report.steps) {
    if (step.stage !== 'nic_ring') continue;
    const list = waiting.get(names.get(step.ifindex) ?? '') ?? [];
    const arrival = list.find((candidate) => {
      const done = sent.get(candidate) ?? 0;
      const due = dueTime(candidate.item, done, start);
      return done < (candidate.item.count ?? 1) && candidate.frame.length === step.length && due === step.time;
    });
    if (!arrival) continue;
    sent.set(arrival, (sent.get(arrival) ?? 0) + 1);
    found.set(step.packet, arrival);
  }
  return found;
}

/** The line of C behind a program's decision: the one that the instruction, or the last before it that says, came from. */
function lineOf(program: LoadedProgram, instruction: number): PathStep['line'] {
  if (instruction < 0) return null;
  const line = program.linked.lines.findLast((candidate) => candidate.instruction <= instruction);
  return line ? { file: line.file, line: line.line } : null;
}

class Story {
  readonly #report: NetworkReport;
  readonly #scenario: NetworkScenario;
  readonly #programs = new Map<string, LoadedProgram>();
  readonly #names: ReadonlyMap<number, string>;
  readonly #frames = new Map<number, Uint8Array>();
  readonly #arrivals: ReadonlyMap<number, Arrival>;

  constructor(report: NetworkReport, scenario: NetworkScenario, loaded: LoadedObject, start: bigint) {
    this.#report = report;
    this.#scenario = scenario;
    for (const program of loaded.programs) this.#programs.set(program.linked.name, program);
    this.#names = new Map(Object.entries(report.interfaces).map(([name, { ifindex }]) => [ifindex, name]));
    this.#arrivals = matchArrivals(report, scenario, start);
    for (const { packet, bytes } of report.frames) if (!this.#frames.has(packet)) this.#frames.set(packet, bytes);
  }

  #step(step: TraceStep, first: bigint): PathStep {
    const program = step.program === 0 ? undefined : this.#programs.get(this.#report.programs[step.program] ?? '');
    const dropped = step.verdict === 'drop';
    return {
      stage: step.stage,
      verdict: step.verdict,
      reason: step.reason,
      kernelFunction: STAGE_FUNCTION[step.stage],
      interface: this.#names.get(step.ifindex) ?? (step.ifindex === 1 ? 'lo' : ''),
      namespace: this.#scenario.namespaces?.[step.namespace - 1] ?? '',
      length: step.length,
      cost: step.cost,
      time: Number(step.time - first),
      program: program?.linked.name ?? null,
      answer: program
        ? dropped
          ? step.reason
          : (program.linked.type.returnNames[step.value] ?? String(step.value))
        : null,
      line: program ? lineOf(program, step.instruction) : null,
      changed: step.changed,
    };
  }

  ways(): PathWay[] {
    const byPacket = new Map<number, TraceStep[]>();
    const parents = new Map<number, number>();
    for (const step of this.#report.steps) {
      const list = byPacket.get(step.packet);
      if (list) list.push(step);
      else byPacket.set(step.packet, [step]);
      if (step.verdict === 'made' && step.detail > 0) parents.set(step.packet, step.detail);
    }
    const ways: (PathWay & { packets: number[]; count: number })[] = [];
    const known = new Map<string, number>();
    const wayOf = new Map<number, number>();
    for (const [packet, steps] of [...byPacket].sort(([a], [b]) => a - b)) {
      const arrival = this.#arrivals.get(packet);
      const bytes = arrival?.frame ?? this.#frames.get(packet);
      const parent = parents.get(packet);
      const from = parent === undefined ? null : (wayOf.get(parent) ?? null);
      const key = JSON.stringify([
        arrival?.traffic ?? null,
        from,
        bytes ? describePacket(bytes).summary : '',
        ...steps.map((step) => [step.stage, step.verdict, step.value, step.ifindex, step.program, step.instruction]),
      ]);
      const same = known.get(key);
      if (same !== undefined) {
        const way = ways[same];
        if (way) {
          way.count++;
          if (way.packets.length < MOST_NAMED) way.packets.push(packet);
        }
        wayOf.set(packet, same);
        continue;
      }
      if (ways.length === MOST_WAYS) continue;
      const { summary, source, destination, protocol } = bytes
        ? describePacket(bytes)
        : { summary: '', source: '', destination: '', protocol: '' };
      const first = steps[0]?.time ?? 0n;
      known.set(key, ways.length);
      wayOf.set(packet, ways.length);
      ways.push({
        count: 1,
        packets: [packet],
        summary,
        source,
        destination,
        protocol,
        length: bytes?.length ?? steps[0]?.length ?? 0,
        traffic: arrival?.traffic ?? null,
        from,
        steps: steps.map((step) => this.#step(step, first)),
      });
    }
    return ways;
  }
}

/** Runs the example's network (a description of anybody's: it is checked) with the project's programs in it. */
export function pathOf(lab: LabEngine, project: Project, network: unknown, options: PathOptions = {}): PathReport {
  const given = network === undefined || network === null ? null : checkScenario('network', network);
  const machine =
    given && 'scenario' in given ? bootOptions(given.scenario, options.seed) : { seed: options.seed ?? 1 };
  const { diagnostics, loaded } = lab.prepare(project, {}, machine);
  if (!loaded || isProblem(loaded))
    return { ...NOTHING, diagnostics: loaded ? [...diagnostics, loaded.problem] : diagnostics };
  if (diagnostics.some(({ severity }) => severity === 'error')) return { ...NOTHING, diagnostics };
  const programs = loaded.programs.map(({ linked }) => ({ name: linked.name, type: linked.type.name }));
  const checked = given ?? checkScenario('network', defaultNetwork(programs));
  if ('problems' in checked) return { ...NOTHING, diagnostics: [...diagnostics, ...checked.problems] };
  const asked = options.packets ? withPackets(checked.scenario, options.packets) : checked.scenario;
  const scenario = { ...asked, interfaces: asked.interfaces.map((one) => ({ ...one, capture: true })) };
  // Simulated time stands still until the first packet.
  const start = new Network(lab.kernel).now();
  const report = runScenario(lab.kernel, loaded, scenario, { file: 'network', traced: TRACED });
  const { counts, frames } = report;
  return {
    diagnostics: [...diagnostics, ...report.problems],
    ways: new Story(report, scenario, loaded, start).ways(),
    stages: counts?.stages ?? {},
    drops: counts?.drops ?? {},
    packets: counts?.packets ?? 0,
    recorded: Math.min(counts?.packets ?? 0, TRACED),
    allocations: counts?.allocations ?? 0,
    nanoseconds: counts?.nanoseconds ?? 0,
    capture: frames.length > 0 ? writePcap(frames) : null,
  };
}
