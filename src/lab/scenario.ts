// Scenarios as data: example.json's "network": interfaces, addresses, programs and where they hang, traffic, what is expected. The types,
// and the check that a file is good: whatever it says, it ends in a result or in a message.
import type { HookName, RouteKind, StageName, TargetName, VerdictName } from '../bpf/network.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { BootOptions } from '../loader/kernel.ts';
import type { PacketSpec } from './api.ts';
import { mistakeIn } from './json-mistake.ts';
import { labDiagnostic } from './problems.ts';
import { NETWORK_SCHEMA, SCENARIO_LIMIT } from './scenario-fields.ts';
import { checkValue } from './scenario-schema.ts';

export { PACKET_FIELDS, SCENARIO_LIMIT } from './scenario-fields.ts';

/** What programs of a cgroup are asked about its processes' sockets. */
export type SocketEvent = 'sock-create' | `${'bind' | 'post-bind' | 'connect' | 'sendmsg' | 'recvmsg'}${4 | 6}`;

export type AttachPoint =
  | 'xdp'
  | 'xdp-native'
  | 'xdp-generic'
  | 'tcx-ingress'
  | 'tcx-egress'
  | 'clsact-ingress'
  | 'clsact-egress'
  | 'cgroup-ingress'
  | 'cgroup-egress'
  | `cgroup-${SocketEvent}`
  | 'socket'
  | 'perf-event';

/** A value that is expected: of both, or of each where simulator and Linux are known to differ. */
export type Expected<Value> = Value | { readonly simulator: Value; readonly linux: Value; readonly because: string };

/** A capture that the scenario writes: of an interface (what tcpdump would see there), or of what leaves a stage with a verdict. */
export type RecordSpec = {
  /** name of the pcap file; entries of the same name go into the same file */
  readonly file: string;
} & (
  | { readonly interface: string; readonly direction?: 'in' | 'out'; readonly stage?: undefined }
  | { readonly stage: StageName; readonly verdict?: VerdictName; readonly interface?: string }
);

export interface NetworkScenario {
  /** whose rules and types hold; default 6.18 */
  readonly kernel?: '6.18' | '6.1';
  /** processors; default 2 */
  readonly cpus?: number;
  /** of everything that is random in the machine; default 1 */
  readonly seed?: number;
  readonly namespaces?: readonly string[];
  readonly interfaces: readonly {
    readonly name: string;
    readonly kind?: 'nic' | 'veth' | 'vlan' | 'dummy';
    readonly namespace?: string;
    readonly mac?: string;
    readonly mtu?: number;
    readonly queues?: number;
    readonly ring?: number;
    readonly addresses?: readonly string[];
    /** veth: the other end */
    readonly peer?: string;
    /** vlan: the interface below, and the tag */
    readonly lower?: string;
    readonly vlan?: number;
    readonly protocol?: '802.1q' | '802.1ad';
    /** hosts at the other end of a NIC's cable, which answer ARP: address → MAC */
    readonly wire?: Readonly<Record<string, string>>;
    readonly neighbours?: Readonly<Record<string, string>>;
    readonly capture?: boolean;
  }[];
  readonly routes?: readonly {
    readonly to: string;
    readonly via?: string;
    readonly interface?: string;
    readonly namespace?: string;
    readonly kind?: RouteKind;
    readonly metric?: number;
  }[];
  /** namespaces that forward; '' is the machine's own */
  readonly forwarding?: readonly string[];
  readonly rules?: readonly {
    readonly hook: HookName;
    readonly target: TargetName;
    readonly namespace?: string;
    readonly source?: string;
    readonly destination?: string;
    readonly protocol?: 'tcp' | 'udp' | 'icmp' | number;
    readonly sourcePort?: number;
    readonly destinationPort?: number;
    readonly in?: string;
    readonly out?: string;
    readonly priority?: number;
  }[];
  readonly cgroups?: readonly string[];
  readonly servers?: readonly {
    readonly name: string;
    readonly protocol: 'udp' | 'tcp';
    readonly port: number;
    readonly application: 'echo' | 'sink' | 'http';
    readonly address?: string;
    readonly namespace?: string;
    readonly cgroup?: string;
  }[];
  readonly clients?: readonly {
    readonly name: string;
    readonly protocol: 'icmp' | 'udp' | 'tcp';
    readonly address: string;
    readonly port?: number;
    readonly count?: number;
    /** milliseconds */
    readonly start?: number;
    readonly interval?: number;
    readonly payload?: number;
    readonly namespace?: string;
    readonly cgroup?: string;
  }[];
  readonly attach?: readonly {
    readonly program: string;
    readonly at: AttachPoint;
    readonly interface?: string;
    readonly cgroup?: string;
    readonly server?: string;
    readonly priority?: number;
    /** perf-event: nanoseconds of the machine's work between two samples */
    readonly period?: number;
  }[];
  readonly traffic?: readonly {
    readonly interface: string;
    /** a packet by fields or bytes */
    readonly packet?: PacketSpec;
    /** or a capture beside the scenario */
    readonly pcap?: string;
    /** microseconds after the start */
    readonly at?: number;
    /** nanoseconds between two packets (default 1000), or packets a second; a capture without either keeps its own times */
    readonly gap?: number;
    readonly rate?: number;
    readonly count?: number;
    /** so many packets come back to back, then a pause, so that gap or rate hold on average; default 1 */
    readonly burst?: number;
    /** what becomes of the first packet: "xdp XDP_DROP", "udp NO_SOCKET", "application" … */
    readonly expect?: Expected<string>;
  }[];
  /** pcap files that the run writes */
  readonly record?: readonly RecordSpec[];
  /** milliseconds that pass in all; default 1000 */
  readonly duration?: number;
  readonly expect?: {
    readonly drops?: Readonly<Record<string, Expected<number>>>;
    readonly servers?: Readonly<Record<string, Readonly<Record<string, Expected<number>>>>>;
    readonly clients?: Readonly<Record<string, Readonly<Record<string, Expected<number>>>>>;
    readonly interfaces?: Readonly<Record<string, Readonly<Record<string, Expected<number>>>>>;
    readonly maps?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** Do the names that the scenario uses lead somewhere? */
function checkNames(file: string, scenario: NetworkScenario): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const names = {
    interface: scenario.interfaces.map(({ name }) => name),
    namespace: ['', ...(scenario.namespaces ?? [])],
    cgroup: [...(scenario.cgroups ?? [])],
    server: (scenario.servers ?? []).map(({ name }) => name),
  };
  const look = (kind: keyof typeof names, name: string | undefined, path: string): void => {
    if (name === undefined || names[kind].includes(name)) return;
    problems.push(
      labDiagnostic('S024', {
        file,
        path,
        kind,
        name,
        known: names[kind].filter(Boolean).slice(0, 10).join(', ') || 'none',
      }),
    );
  };
  const twice = (list: readonly string[], path: string): void => {
    const again = list.find((name, i) => list.indexOf(name) !== i);
    if (again !== undefined) problems.push(labDiagnostic('S025', { file, path, name: again }));
  };
  /** Whoever writes two values down says that they differ. */
  const differs = (value: Expected<string | number> | undefined, path: string): void => {
    if (typeof value === 'object' && value.simulator === value.linux)
      problems.push(labDiagnostic('S032', { file, path, value: JSON.stringify(value.linux) }));
  };
  twice(names.interface, 'interfaces');
  twice(names.namespace, 'namespaces');
  twice(names.cgroup, 'cgroups');
  twice(names.server, 'servers');
  scenario.interfaces.forEach((item, i) => {
    const path = `interfaces[${i}]`;
    look('namespace', item.namespace, `${path}.namespace`);
    look('interface', item.peer, `${path}.peer`);
    look('interface', item.lower, `${path}.lower`);
    if (item.kind === 'vlan' && item.lower === undefined)
      problems.push(labDiagnostic('S023', { file, path: `${path}.lower`, expected: 'the interface below' }));
    if (item.kind === 'vlan' && item.vlan === undefined)
      problems.push(labDiagnostic('S023', { file, path: `${path}.vlan`, expected: 'the tag’s number' }));
    // An interface stands on one that is there already: so there are no circles.
    if (item.lower !== undefined && names.interface.indexOf(item.lower) >= i)
      problems.push(labDiagnostic('S026', { file, path: `${path}.lower`, name: item.lower }));
  });
  scenario.routes?.forEach((item, i) => {
    look('interface', item.interface, `routes[${i}].interface`);
    look('namespace', item.namespace, `routes[${i}].namespace`);
  });
  scenario.forwarding?.forEach((name, i) => look('namespace', name, `forwarding[${i}]`));
  scenario.rules?.forEach((item, i) => {
    look('namespace', item.namespace, `rules[${i}].namespace`);
    look('interface', item.in, `rules[${i}].in`);
    look('interface', item.out, `rules[${i}].out`);
  });
  for (const [kind, items] of [
    ['servers', scenario.servers],
    ['clients', scenario.clients],
  ] as const) {
    items?.forEach((item, i) => {
      look('namespace', item.namespace, `${kind}[${i}].namespace`);
      look('cgroup', item.cgroup, `${kind}[${i}].cgroup`);
    });
  }
  scenario.attach?.forEach((item, i) => {
    const path = `attach[${i}]`;
    if (item.at === 'perf-event') return;
    const [needed, name] =
      item.at === 'socket'
        ? (['server', item.server] as const)
        : item.at.startsWith('cgroup')
          ? (['cgroup', item.cgroup] as const)
          : (['interface', item.interface] as const);
    if (name === undefined)
      problems.push(labDiagnostic('S023', { file, path: `${path}.${needed}`, expected: `the ${needed} to attach to` }));
    else look(needed, name, `${path}.${needed}`);
  });
  let packets = 0;
  scenario.traffic?.forEach((item, i) => {
    look('interface', item.interface, `traffic[${i}].interface`);
    if ((item.packet === undefined) === (item.pcap === undefined))
      problems.push(
        labDiagnostic('S023', { file, path: `traffic[${i}].packet`, expected: 'a packet, or a "pcap" instead of it' }),
      );
    const both = [
      item.gap !== undefined && item.rate !== undefined && 'gap',
      item.pcap !== undefined && item.burst !== undefined && 'pcap',
    ];
    const others = ['rate', 'burst'];
    both.forEach((one, n) => {
      if (one !== false)
        problems.push(labDiagnostic('S031', { file, path: `traffic[${i}]`, one, other: others[n] ?? '' }));
    });
    differs(item.expect, `traffic[${i}].expect`);
    packets += item.count ?? 1;
  });
  scenario.record?.forEach((item, i) => {
    look('interface', item.interface, `record[${i}].interface`);
    if (item.interface === undefined && item.stage === undefined)
      problems.push(
        labDiagnostic('S023', { file, path: `record[${i}].interface`, expected: 'an interface, or a "stage"' }),
      );
    const odd = item.stage === undefined ? 'verdict' : 'direction';
    if (odd in item)
      problems.push(
        labDiagnostic('S031', {
          file,
          path: `record[${i}]`,
          one: odd,
          other: odd === 'verdict' ? 'interface' : 'stage',
        }),
      );
  });
  const { drops, servers, clients, interfaces } = scenario.expect ?? {};
  for (const [name, value] of Object.entries(drops ?? {})) differs(value, `expect.drops.${name}`);
  for (const [kind, items] of Object.entries({ servers, clients, interfaces }))
    for (const [name, counters] of Object.entries(items ?? {}))
      for (const [counter, value] of Object.entries(counters)) differs(value, `expect.${kind}.${name}.${counter}`);
  if (packets > SCENARIO_LIMIT.packets)
    problems.push(labDiagnostic('S022', { file, path: 'traffic', count: packets, most: SCENARIO_LIMIT.packets }));
  return problems;
}

/** A scenario that is good, or what is wrong with it. */
export function checkScenario(
  file: string,
  value: unknown,
): { scenario: NetworkScenario } | { problems: Diagnostic[] } {
  const problems = checkValue(file, value, NETWORK_SCHEMA);
  if (problems.length > 0) return { problems };
  const scenario = value as NetworkScenario;
  const more = checkNames(file, scenario);
  return more.length > 0 ? { problems: more } : { scenario };
}

/** How the machine is booted that a scenario asks for; `seed` where it names none. */
export function bootOptions(scenario: NetworkScenario, seed = 1): BootOptions {
  return {
    seed: scenario.seed ?? seed,
    version: scenario.kernel === '6.1' ? 601 : 618,
    ...(scenario.cpus === undefined ? {} : { cpus: scenario.cpus }),
  };
}

/** The text of a scenario file as a value; a mistake in the JSON is said with its line and column. */
export function parseScenario(file: string, source: string): { value: unknown } | { problems: Diagnostic[] } {
  if (source.length > SCENARIO_LIMIT.file)
    return {
      problems: [
        labDiagnostic('S022', { file, path: '(characters)', count: source.length, most: SCENARIO_LIMIT.file }),
      ],
    };
  try {
    return { value: JSON.parse(source) as unknown };
  } catch {
    const before = source.slice(0, mistakeIn(source)).split('\n');
    return {
      problems: [labDiagnostic('S027', { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 })],
    };
  }
}
