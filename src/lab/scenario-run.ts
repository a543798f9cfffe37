// Runs a scenario: its network, its traffic, and what happened held against what it expects.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { LoadedObject } from '../loader/load.ts';
import type { MapReport } from './api.ts';
import { dumpMap } from './maps.ts';
import type { NetworkCounts } from './network.ts';
import type { CapturedFrame, TraceStep } from './network-records.ts';
import { labDiagnostic } from './problems.ts';
import { Refused, ScenarioNetwork } from './scenario-build.ts';
import { passTime, Recorder, sendTraffic } from './scenario-traffic.ts';
import type { Expected, NetworkScenario } from './scenario.ts';

/** packets whose stages are kept, unless the caller says otherwise */
const TRACED = 1000;

export interface NetworkReport {
  readonly problems: readonly Diagnostic[];
  /** what is not as the scenario expects; empty: all is well */
  readonly failures: readonly string[];
  /** where the scenario says that Linux differs from what is expected here */
  readonly differences: readonly {
    readonly what: string;
    readonly simulator: string | number;
    readonly linux: string | number;
    readonly because: string;
  }[];
  readonly steps: readonly TraceStep[];
  /** trace records that found no room */
  readonly stepsLost: number;
  /** seen at interfaces with "capture" */
  readonly frames: readonly CapturedFrame[];
  /** pcap files that the scenario's "record" asks for, by name */
  readonly captures: Readonly<Record<string, Uint8Array>>;
  /** frames for `frames` and `captures` that found no room */
  readonly framesLost: number;
  readonly counts: NetworkCounts | null;
  readonly interfaces: Readonly<
    Record<string, { readonly ifindex: number; readonly counters: Readonly<Record<string, number>> }>
  >;
  readonly servers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly clients: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly maps: readonly MapReport[];
  /** number in the kernel → name of each program */
  readonly programs: Readonly<Record<number, string>>;
  /** simulated nanoseconds that passed */
  readonly nanoseconds: bigint;
}

export interface ScenarioOptions {
  /** name of the file, for messages */
  readonly file: string;
  /** captures that traffic names, by file name */
  readonly captures?: ReadonlyMap<string, Uint8Array>;
  /** packets whose stages are kept */
  readonly traced?: number;
}

/** What is expected of the packet that an entry of the traffic sent first. */
interface ExpectedEnd {
  readonly packet: number;
  readonly expect: Expected<string>;
  readonly i: number;
}

/** Sends all traffic in the order of its times, then lets the rest of the time pass. */
function send(
  built: ScenarioNetwork,
  recorder: Recorder,
  scenario: NetworkScenario,
  options: ScenarioOptions,
): ExpectedEnd[] {
  const start = built.network.now();
  const traffic = (scenario.traffic ?? [])
    .map((item, i) => ({ item, i }))
    .sort((a, b) => (a.item.at ?? 0) - (b.item.at ?? 0) || a.i - b.i);
  const expected: ExpectedEnd[] = [];
  for (const { item, i } of traffic) {
    const packet = sendTraffic(built, recorder, item, i, start, options);
    if (item.expect !== undefined) expected.push({ packet, expect: item.expect, i });
  }
  passTime(built, recorder, BigInt(scenario.duration ?? 1000) * 1_000_000n);
  if (built.network.exports.netHalted() !== 0) throw new Refused(labDiagnostic('S030', { file: options.file }));
  return expected;
}

type Results = Pick<NetworkReport, 'steps' | 'counts' | 'interfaces' | 'servers' | 'clients' | 'maps'>;

/** Holds results against what the scenario expects of the simulator; what it expects of Linux is told beside it. */
class Comparison {
  readonly failures: string[] = [];
  readonly differences: NetworkReport['differences'][number][] = [];

  #hold(what: string, expected: Expected<string | number>, got: string | number): void {
    if (typeof expected === 'object') this.differences.push({ what, ...expected });
    const here = typeof expected === 'object' ? expected.simulator : expected;
    const shown = (value: string | number): string => (typeof value === 'string' ? `"${value}"` : String(value));
    if (got !== here) this.failures.push(`${what}: expected ${shown(here)}, got ${shown(got)}`);
  }

  ends(expected: readonly ExpectedEnd[], steps: readonly TraceStep[]): void {
    if (expected.length === 0) return;
    const last = new Map(steps.map((step) => [step.packet, step]));
    for (const { packet, expect, i } of expected) {
      const step = last.get(packet);
      this.#hold(`traffic[${i}]`, expect, step ? `${step.stage}${step.reason ? ` ${step.reason}` : ''}` : 'no trace');
    }
  }

  sums(expect: NetworkScenario['expect'], results: Results): void {
    for (const [reason, count] of Object.entries(expect?.drops ?? {}))
      this.#hold(`drops ${reason}`, count, results.counts?.drops[reason] ?? 0);
    for (const kind of ['servers', 'clients'] as const) {
      for (const [name, counters] of Object.entries(expect?.[kind] ?? {}))
        for (const [counter, count] of Object.entries(counters))
          this.#hold(`${name} ${counter}`, count, results[kind][name]?.[counter] ?? 0);
    }
    for (const [name, counters] of Object.entries(expect?.interfaces ?? {}))
      for (const [counter, count] of Object.entries(counters))
        this.#hold(`${name} ${counter}`, count, results.interfaces[name]?.counters[counter] ?? 0);
    for (const [name, entries] of Object.entries(expect?.maps ?? {})) this.#map(name, entries, results.maps);
  }

  #map(name: string, entries: Readonly<Record<string, unknown>>, maps: readonly MapReport[]): void {
    const found = maps.find((map) => map.name === name)?.entries ?? [];
    const values = new Map(
      found.map(({ key, value, decoded }) => [
        typeof decoded?.key === 'string' ? decoded.key : JSON.stringify(decoded?.key ?? key),
        decoded?.value ?? value,
      ]),
    );
    for (const [key, value] of Object.entries(entries)) {
      const got = values.get(key);
      if (JSON.stringify(got) !== JSON.stringify(value))
        this.failures.push(`map ${name}[${key}]: expected ${JSON.stringify(value)}, got ${JSON.stringify(got)}`);
    }
  }
}

/**
 * The machine was booted (bootOptions) and `loaded` into it (null: no programs); the scenario was checked. Never throws for what a scenario
 * can cause: a refusal of the kernel is a problem in the report.
 */
export function runScenario(
  kernel: Kernel,
  loaded: LoadedObject | null,
  scenario: NetworkScenario,
  options: ScenarioOptions,
): NetworkReport {
  const built = new ScenarioNetwork(kernel, loaded, scenario, options.file);
  const { network } = built;
  const start = network.now();
  const problems: Diagnostic[] = [];
  let recorder: Recorder | null = null;
  let ends: readonly ExpectedEnd[] = [];
  try {
    network.trace(options.traced ?? TRACED);
    built.build();
    built.attach();
    recorder = new Recorder(built, scenario);
    built.startClients();
    ends = send(built, recorder, scenario, options);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    problems.push(error.problem);
  }
  const sockets = (
    map: ReadonlyMap<string, number>,
    all: readonly { readonly name: string }[] | undefined,
  ): Record<string, Readonly<Record<string, number>>> =>
    Object.fromEntries([
      ...[...map].map(([name, number]) => [name, network.socket(number) ?? {}] as const),
      ...(all ?? []).filter(({ name }) => built.refused.has(name)).map(({ name }) => [name, { refused: 1 }] as const),
    ]);
  const exists = built.interfaces.size > 0;
  const captures = recorder?.files() ?? {};
  const results: Results = {
    steps: exists ? network.steps() : [],
    counts: exists ? network.counts() : null,
    interfaces: Object.fromEntries(
      [...built.interfaces].map(([name, ifindex]) => [name, { ifindex, counters: network.device(ifindex) ?? {} }]),
    ),
    servers: sockets(built.servers, scenario.servers),
    clients: sockets(built.clients, scenario.clients),
    maps: (loaded?.maps ?? []).map((map) => dumpMap(kernel, map, loaded?.object.btf ?? null)),
  };
  const comparison = new Comparison();
  if (problems.length === 0) {
    comparison.ends(ends, results.steps);
    comparison.sums(scenario.expect, results);
  }
  return {
    ...results,
    problems,
    failures: comparison.failures,
    differences: comparison.differences,
    stepsLost: exists ? network.exports.netRecordsLost() : 0,
    frames: recorder?.frames ?? [],
    captures,
    framesLost: recorder?.lost ?? 0,
    programs: Object.fromEntries(
      (loaded?.programs ?? []).map((program) => [kernel.exports.programId(program.fd), program.linked.name]),
    ),
    nanoseconds: exists ? network.now() - start : 0n,
  };
}
