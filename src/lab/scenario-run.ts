// Runs a scenario: builds its network, attaches its programs, sends its traffic, and holds what happened against what it expects.
import { XDP_FLAG } from '../bpf/network.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Kernel } from '../loader/kernel.ts';
import { errorName, type LoadedObject } from '../loader/load.ts';
import type { MapReport } from './api.ts';
import { dumpMap } from './maps.ts';
import { Network, type NetworkCounts } from './network.ts';
import { ATTACH, NetworkLinks } from './network-links.ts';
import type { CapturedFrame, TraceStep } from './network-records.ts';
import { buildPacket } from './packet-build.ts';
import { labDiagnostic } from './problems.ts';
import { openCapture } from './replay.ts';
import { SCENARIO_LIMIT, type NetworkScenario } from './scenario.ts';

/** bytes of records that the kernel is given at once */
const SLICE = 1 << 20;
/** packets whose stages are kept, unless the caller says otherwise */
const TRACED = 1000;
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };

export interface NetworkReport {
  readonly problems: readonly Diagnostic[];
  /** what is not as the scenario expects; empty: all is well */
  readonly failures: readonly string[];
  readonly steps: readonly TraceStep[];
  /** trace records that found no room */
  readonly stepsLost: number;
  readonly frames: readonly CapturedFrame[];
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

/** A result that is less than zero, as a problem. */
class Refused extends Error {
  readonly problem: Diagnostic;
  constructor(problem: Diagnostic) {
    super(problem.message);
    this.problem = problem;
  }
}

class Runner {
  readonly network: Network;
  readonly links: NetworkLinks;
  readonly namespaces = new Map<string, number>([['', 0]]);
  readonly interfaces = new Map<string, number>();
  readonly cgroups = new Map<string, number>();
  readonly servers = new Map<string, number>();
  readonly clients = new Map<string, number>();
  readonly failures: string[] = [];
  readonly #kernel: Kernel;
  readonly #loaded: LoadedObject | null;
  readonly #scenario: NetworkScenario;
  readonly #options: ScenarioOptions;

  constructor(kernel: Kernel, loaded: LoadedObject | null, scenario: NetworkScenario, options: ScenarioOptions) {
    this.#kernel = kernel;
    this.#loaded = loaded;
    this.#scenario = scenario;
    this.#options = options;
    this.network = new Network(kernel);
    this.links = new NetworkLinks(kernel);
  }

  #good(result: number, path: string): number {
    if (result >= 0) return result;
    throw new Refused(labDiagnostic('S028', { file: this.#options.file, path, error: errorName(result) }));
  }

  #id(map: ReadonlyMap<string, number>, name: string | undefined): number {
    return map.get(name ?? '') ?? 0;
  }

  build(): void {
    const { network } = this;
    const scenario = this.#scenario;
    scenario.namespaces?.forEach((name, i) =>
      this.namespaces.set(name, this.#good(network.namespace(name), `namespaces[${i}]`)),
    );
    scenario.interfaces.forEach((item, i) => {
      const path = `interfaces[${i}]`;
      const { name, namespace, kind, mac, mtu, queues, ring } = item;
      const ifindex = this.#good(
        network.interface(name, {
          namespace: this.#id(this.namespaces, namespace),
          ...(kind === undefined ? {} : { kind }),
          ...(mac === undefined ? {} : { mac }),
          ...(mtu === undefined ? {} : { mtu }),
          ...(queues === undefined ? {} : { queues }),
          ...(ring === undefined ? {} : { ring }),
        }),
        path,
      );
      this.interfaces.set(name, ifindex);
      if (item.lower !== undefined)
        this.#good(
          network.vlan(
            ifindex,
            this.#id(this.interfaces, item.lower),
            item.vlan ?? 0,
            item.protocol === '802.1ad' ? 0x88a8 : 0x8100,
          ),
          `${path}.vlan`,
        );
      item.addresses?.forEach((address, n) => this.#good(network.address(ifindex, address), `${path}.addresses[${n}]`));
      for (const [address, hardware] of Object.entries(item.wire ?? {}))
        this.#good(network.wireHost(ifindex, address, hardware), `${path}.wire`);
      for (const [address, hardware] of Object.entries(item.neighbours ?? {}))
        this.#good(network.neighbour(ifindex, address, hardware), `${path}.neighbours`);
      if (item.capture) this.#good(network.capture(ifindex), `${path}.capture`);
    });
    const paired = new Set<string>();
    scenario.interfaces.forEach((item, i) => {
      if (item.peer === undefined || paired.has(item.name)) return;
      this.#good(
        network.pair(this.#id(this.interfaces, item.name), this.#id(this.interfaces, item.peer)),
        `interfaces[${i}].peer`,
      );
      paired.add(item.name).add(item.peer);
    });
    scenario.routes?.forEach((item, i) => {
      this.#good(
        network.route(item.to, {
          namespace: this.#id(this.namespaces, item.namespace),
          ...(item.via === undefined ? {} : { via: item.via }),
          ...(item.kind === undefined ? {} : { kind: item.kind }),
          ...(item.metric === undefined ? {} : { metric: item.metric }),
          ...(item.interface === undefined ? {} : { interface: this.#id(this.interfaces, item.interface) }),
        }),
        `routes[${i}]`,
      );
    });
    for (const name of scenario.forwarding ?? []) network.forwarding(true, this.#id(this.namespaces, name));
    scenario.rules?.forEach((item, i) => {
      const { namespace, protocol, in: inside, out: outside, ...rest } = item;
      this.#good(
        network.rule({
          ...rest,
          namespace: this.#id(this.namespaces, namespace),
          protocol: typeof protocol === 'string' ? (PROTOCOLS[protocol] ?? 0) : (protocol ?? 0),
          inInterface: this.#id(this.interfaces, inside),
          outInterface: this.#id(this.interfaces, outside),
        }),
        `rules[${i}]`,
      );
    });
    scenario.cgroups?.forEach((name, i) => this.cgroups.set(name, this.#good(network.cgroup(name), `cgroups[${i}]`)));
    scenario.servers?.forEach((item, i) => {
      const { name, namespace, cgroup, ...rest } = item;
      const number = network.server({
        ...rest,
        namespace: this.#id(this.namespaces, namespace),
        cgroup: this.#id(this.cgroups, cgroup),
      });
      this.servers.set(name, this.#good(number, `servers[${i}]`));
    });
  }

  attach(): void {
    const { links } = this;
    this.#scenario.attach?.forEach((item, i) => {
      const path = `attach[${i}]`;
      const program = this.#loaded?.programs.find(({ linked }) => linked.name === item.program);
      if (!program) {
        const known = this.#loaded?.programs.map(({ linked }) => linked.name).join(', ') ?? '';
        throw new Refused(
          labDiagnostic('S024', {
            file: this.#options.file,
            path: `${path}.program`,
            kind: 'program',
            name: item.program,
            known: known || 'none',
          }),
        );
      }
      const { fd } = program;
      const ifindex = this.#id(this.interfaces, item.interface);
      const cgroup = (): number => this.#good(links.openCgroup(this.#id(this.cgroups, item.cgroup)), path);
      const filter = (direction: 'ingress' | 'egress'): number => {
        links.clsact(ifindex);
        return links.filter(
          ifindex,
          direction,
          fd,
          item.priority === undefined ? { handle: i + 1 } : { priority: item.priority, handle: i + 1 },
        );
      };
      const attached: Readonly<Record<typeof item.at, () => number>> = {
        xdp: () => links.create(fd, ifindex, ATTACH.xdp),
        'xdp-native': () => links.create(fd, ifindex, ATTACH.xdp, XDP_FLAG.DRV_MODE),
        'xdp-generic': () => links.create(fd, ifindex, ATTACH.xdp, XDP_FLAG.SKB_MODE),
        'tcx-ingress': () => links.create(fd, ifindex, ATTACH.tcx_ingress),
        'tcx-egress': () => links.create(fd, ifindex, ATTACH.tcx_egress),
        'clsact-ingress': () => filter('ingress'),
        'clsact-egress': () => filter('egress'),
        'cgroup-ingress': () => links.create(fd, cgroup(), ATTACH.cgroup_ingress),
        'cgroup-egress': () => links.create(fd, cgroup(), ATTACH.cgroup_egress),
        socket: () => links.socketFilter(this.#id(this.servers, item.server), fd),
      };
      this.#good(attached[item.at](), path);
    });
  }

  /** Clients begin when everything stands. */
  startClients(): void {
    const now = this.network.now();
    this.#scenario.clients?.forEach((item, i) => {
      const number = this.network.client({
        protocol: item.protocol,
        address: item.address,
        ...(item.port === undefined ? {} : { port: item.port }),
        rounds: item.count ?? 1,
        start: now + BigInt(item.start ?? 0) * 1_000_000n,
        interval: BigInt(item.interval ?? 1000) * 1_000_000n,
        ...(item.payload === undefined ? {} : { payload: item.payload }),
        namespace: this.#id(this.namespaces, item.namespace),
        cgroup: this.#id(this.cgroups, item.cgroup),
      });
      this.clients.set(item.name, this.#good(number, `clients[${i}]`));
    });
  }

  /** Sends one entry of the traffic; the number of its first packet. */
  #sendOne(item: NonNullable<NetworkScenario['traffic']>[number], i: number, start: bigint): number {
    const path = `traffic[${i}]`;
    const ifindex = this.#id(this.interfaces, item.interface);
    const first = this.network.exports.netPackets() + 1;
    const time = start + BigInt(item.at ?? 0) * 1000n;
    if (item.pcap !== undefined) {
      this.#sendCapture(item.pcap, path, ifindex, time, item.gap);
      return first;
    }
    const frame = buildPacket(item.packet ?? {}, i);
    if (!(frame instanceof Uint8Array)) throw new Refused(frame);
    const count = item.count ?? 1;
    const record = new Uint8Array(16 + frame.length);
    new DataView(record.buffer).setUint32(8, frame.length, true);
    record.set(frame, 16);
    const many = Math.max(1, Math.min(count, Math.floor(SLICE / record.length)));
    const slice = new Uint8Array(record.length * many);
    for (let n = 0; n < many; n++) slice.set(record, n * record.length);
    const gap = BigInt(Math.max(1, item.gap ?? 1000));
    for (let sent = 0; sent < count; sent += many) {
      const records = slice.subarray(0, Math.min(many, count - sent) * record.length);
      this.#good(this.network.arriveAll(ifindex, records, { time: time + gap * BigInt(sent), gap }), path);
    }
    return first;
  }

  #sendCapture(name: string, path: string, ifindex: number, time: bigint, gap: number | undefined): void {
    const bytes = this.#options.captures?.get(name);
    const { file } = this.#options;
    if (!bytes) throw new Refused(labDiagnostic('S029', { file, path: `${path}.pcap`, name }));
    if (bytes.length > SCENARIO_LIMIT.capture) {
      throw new Refused(
        labDiagnostic('S022', {
          file,
          path: `${path}.pcap (bytes)`,
          count: bytes.length,
          most: SCENARIO_LIMIT.capture,
        }),
      );
    }
    const opened = openCapture(bytes);
    if ('problem' in opened) throw new Refused(opened.problem);
    const unit = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, !opened.swapped) === 0xa1b23c4d ? 1 : 1000;
    let at = opened.start;
    while (at < bytes.length) {
      const consumed = this.#good(
        this.network.arriveAll(ifindex, bytes.subarray(at, at + SLICE), {
          time: at === opened.start ? time : this.network.now(),
          gap: BigInt(gap ?? 0),
          unit,
          bigEndian: opened.swapped,
        }),
        path,
      );
      // A record that says it is longer than a slice is none.
      if (consumed === 0) break;
      at += consumed;
    }
  }

  send(): void {
    const start = this.network.now();
    const traffic = (this.#scenario.traffic ?? [])
      .map((item, i) => ({ item, i }))
      .sort((a, b) => (a.item.at ?? 0) - (b.item.at ?? 0) || a.i - b.i);
    const expected: { readonly packet: number; readonly expect: string; readonly i: number }[] = [];
    for (const { item, i } of traffic) {
      const packet = this.#sendOne(item, i, start);
      if (item.expect !== undefined) expected.push({ packet, expect: item.expect, i });
    }
    const duration = BigInt(this.#scenario.duration ?? 1000) * 1_000_000n;
    this.network.pass(duration);
    if (this.network.exports.netHalted() !== 0) {
      throw new Refused(labDiagnostic('S030', { file: this.#options.file }));
    }
    if (expected.length === 0) return;
    const last = new Map<number, TraceStep>();
    for (const step of this.network.steps()) last.set(step.packet, step);
    for (const { packet, expect, i } of expected) {
      const step = last.get(packet);
      const got = step ? `${step.stage}${step.reason ? ` ${step.reason}` : ''}` : 'no trace';
      if (got !== expect) this.failures.push(`traffic[${i}]: expected "${expect}", got "${got}"`);
    }
  }

  report(problems: readonly Diagnostic[], start: bigint): NetworkReport {
    const { network } = this;
    const sockets = (map: ReadonlyMap<string, number>): Record<string, Readonly<Record<string, number>>> =>
      Object.fromEntries([...map].map(([name, number]) => [name, network.socket(number) ?? {}]));
    const interfaces = Object.fromEntries(
      [...this.interfaces].map(([name, ifindex]) => [name, { ifindex, counters: network.device(ifindex) ?? {} }]),
    );
    const built = this.interfaces.size > 0;
    const counts = built ? network.counts() : null;
    const maps = (this.#loaded?.maps ?? []).map((map) => dumpMap(this.#kernel, map, this.#loaded?.object.btf ?? null));
    const report: NetworkReport = {
      problems,
      failures: this.failures,
      steps: built ? network.steps() : [],
      stepsLost: built ? network.exports.netRecordsLost() : 0,
      frames: built ? network.frames() : [],
      counts,
      interfaces,
      servers: sockets(this.servers),
      clients: sockets(this.clients),
      maps,
      programs: Object.fromEntries(
        (this.#loaded?.programs ?? []).map((program) => [
          this.#kernel.exports.programId(program.fd),
          program.linked.name,
        ]),
      ),
      nanoseconds: built ? network.now() - start : 0n,
    };
    if (problems.length === 0) this.#compare(report);
    return report;
  }

  #compare(report: NetworkReport): void {
    const { expect } = this.#scenario;
    const compare = (what: string, expected: number | undefined, got: number | undefined): void => {
      if ((got ?? 0) !== expected) this.failures.push(`${what}: expected ${expected ?? 'nothing'}, got ${got ?? 0}`);
    };
    for (const [reason, count] of Object.entries(expect?.drops ?? {}))
      compare(`drops ${reason}`, count, report.counts?.drops[reason]);
    for (const kind of ['servers', 'clients'] as const) {
      for (const [name, counters] of Object.entries(expect?.[kind] ?? {}))
        for (const [counter, count] of Object.entries(counters))
          compare(`${name} ${counter}`, count, report[kind][name]?.[counter]);
    }
    for (const [name, counters] of Object.entries(expect?.interfaces ?? {}))
      for (const [counter, count] of Object.entries(counters))
        compare(`${name} ${counter}`, count, report.interfaces[name]?.counters[counter]);
    for (const [name, entries] of Object.entries(expect?.maps ?? {})) {
      const found = report.maps.find((map) => map.name === name)?.entries ?? [];
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
}

/**
 * The machine was booted and `loaded` into it (null: no programs); the scenario was checked. Never throws for what a scenario can cause: a refusal
 * of the kernel is a problem in the report.
 */
export function runScenario(
  kernel: Kernel,
  loaded: LoadedObject | null,
  scenario: NetworkScenario,
  options: ScenarioOptions,
): NetworkReport {
  const runner = new Runner(kernel, loaded, scenario, options);
  const start = runner.network.now();
  try {
    runner.network.trace(options.traced ?? TRACED);
    runner.build();
    runner.attach();
    runner.startClients();
    runner.send();
    return runner.report([], start);
  } catch (error) {
    if (error instanceof Refused) return runner.report([error.problem], start);
    throw error;
  }
}
