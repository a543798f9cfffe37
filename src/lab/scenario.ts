// Scenarios as data: example.json's "network": interfaces, addresses, programs and where they hang, traffic, what is expected. The types,
// the schema that the file is held against, and its bounds: whatever a file says, it ends in a result or in a message.
import { HOOK, NET_LIMIT, ROUTE, TARGET } from '../bpf/network.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PacketSpec } from './api.ts';
import { labDiagnostic } from './problems.ts';
import { checkValue, type Field, type Schema } from './scenario-schema.ts';

/** Bounds of a scenario beyond the network's own (NET_LIMIT). */
export const SCENARIO_LIMIT = {
  /** characters of a scenario file */
  file: 4_000_000,
  /** packets that all traffic together may send */
  packets: 1_000_000,
  /** bytes of one capture; it is fed to the kernel in slices of 1 MB */
  capture: 67_108_864,
  /** simulated time, in milliseconds */
  duration: 3_600_000,
  traffic: 1000,
} as const;

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
  | 'socket';

export interface NetworkScenario {
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
    readonly kind?: keyof typeof ROUTE;
    readonly metric?: number;
  }[];
  /** namespaces that forward; '' is the machine's own */
  readonly forwarding?: readonly string[];
  readonly rules?: readonly {
    readonly hook: keyof typeof HOOK;
    readonly target: keyof typeof TARGET;
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
  }[];
  readonly traffic?: readonly {
    readonly interface: string;
    /** a packet by fields or bytes */
    readonly packet?: PacketSpec;
    /** or a capture beside the scenario */
    readonly pcap?: string;
    /** microseconds after the start, and nanoseconds between two packets; a capture without `gap` keeps its own times */
    readonly at?: number;
    readonly gap?: number;
    readonly count?: number;
    /** what becomes of the first packet: "xdp XDP_DROP", "udp NO_SOCKET", "application" … */
    readonly expect?: string;
  }[];
  /** milliseconds that pass in all; default 1000 */
  readonly duration?: number;
  readonly expect?: {
    readonly drops?: Readonly<Record<string, number>>;
    readonly servers?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly clients?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly interfaces?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly maps?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

const text = (example: string, like?: RegExp): Schema => ({ kind: 'text', example, ...(like ? { like } : {}) });
const one = (...words: string[]): Schema => ({ kind: 'text', one: words, example: '' });
const number = (least: number, most: number): Schema => ({ kind: 'number', least, most });
const list = (of: Schema, most: number): Schema => ({ kind: 'list', of, most });
const table = (of: Schema, most: number): Schema => ({ kind: 'table', of, most });
const need = (schema: Schema): Field => ({ schema, required: true });
const may = (schema: Schema): Field => ({ schema });
const object = (fields: Readonly<Record<string, Field>>): Schema => ({ kind: 'object', fields });

const NAME = text('a name of 1 to 15 letters, like "eth0"', /^[\w.@-]{1,15}$/);
const NAMESPACE = text('a namespace’s name; "" is the machine’s own', /^[\w.-]{0,30}$/);
const ADDRESS = text('an address, like "10.2.2.2" or "fd00::2"', /^[0-9a-fA-F:.]{2,45}$/);
const PREFIX = text('a network, like "10.2.2.0/24"', /^[0-9a-fA-F:.]{2,45}(\/\d{1,3})?$/);
const MAC = text('an Ethernet address, like "02:00:00:00:00:01"', /^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/);
const PORT = number(1, 65535);
const COUNTS = table(table(number(0, Number.MAX_SAFE_INTEGER), 64), 1024);
const LABEL = text('a name of 1 to 30 letters', /^[\w .-]{1,30}$/);

const PACKET = object({
  hex: may(text('hex bytes, like "45 00 00 54"')),
  ethernet: may(
    object({
      source: may(MAC),
      destination: may(MAC),
      type: may({ kind: 'either', of: [number(0, 65535), text('ipv4')], example: 'a number or "ipv4"' }),
    }),
  ),
  vlan: may(object({ id: need(number(0, 4095)), priority: may(number(0, 7)) })),
  ipv4: may(
    object({
      source: need(ADDRESS),
      destination: need(ADDRESS),
      ttl: may(number(0, 255)),
      id: may(number(0, 65535)),
      protocol: may({
        kind: 'either',
        of: [number(0, 255), one('icmp', 'tcp', 'udp', 'icmpv6')],
        example: 'a number, "tcp" or "udp"',
      }),
    }),
  ),
  ipv6: may(object({ source: need(ADDRESS), destination: need(ADDRESS), hopLimit: may(number(0, 255)) })),
  arp: may(object({ operation: need(one('request', 'reply')), source: need(ADDRESS), target: need(ADDRESS) })),
  icmp: may(
    object({
      type: may({
        kind: 'either',
        of: [number(0, 255), one('echo-request', 'echo-reply')],
        example: 'a number or "echo-request"',
      }),
      id: may(number(0, 65535)),
      sequence: may(number(0, 65535)),
    }),
  ),
  udp: may(object({ source: need(number(0, 65535)), destination: need(number(0, 65535)) })),
  tcp: may(
    object({
      source: need(number(0, 65535)),
      destination: need(number(0, 65535)),
      flags: may(text('TCP flags, like "SA"', /^[FSRPAU]{0,6}$/i)),
    }),
  ),
  payload: may(text('a text')),
  truncate: may(number(0, NET_LIMIT.frame)),
});

export const NETWORK_SCHEMA: Schema = object({
  namespaces: may(list(text('a name, like "web"', /^[\w.-]{1,30}$/), NET_LIMIT.namespaces - 1)),
  interfaces: need(
    list(
      object({
        name: need(NAME),
        kind: may(one('nic', 'veth', 'vlan', 'dummy')),
        namespace: may(NAMESPACE),
        mac: may(MAC),
        mtu: may(number(68, 65535)),
        queues: may(number(1, 64)),
        ring: may(number(1, NET_LIMIT.ring)),
        addresses: may(list(PREFIX, 64)),
        peer: may(NAME),
        lower: may(NAME),
        vlan: may(number(0, 4094)),
        protocol: may(one('802.1q', '802.1ad')),
        wire: may(table(MAC, 1024)),
        neighbours: may(table(MAC, NET_LIMIT.neighbours)),
        capture: may({ kind: 'truth' }),
      }),
      NET_LIMIT.devices - 1,
    ),
  ),
  routes: may(
    list(
      object({
        to: need(PREFIX),
        via: may(ADDRESS),
        interface: may(NAME),
        namespace: may(NAMESPACE),
        kind: may(one(...Object.keys(ROUTE))),
        metric: may(number(0, 0x7fffffff)),
      }),
      NET_LIMIT.routes,
    ),
  ),
  forwarding: may(list(NAMESPACE, NET_LIMIT.namespaces)),
  rules: may(
    list(
      object({
        hook: need(one(...Object.keys(HOOK))),
        target: need(one(...Object.keys(TARGET))),
        namespace: may(NAMESPACE),
        source: may(PREFIX),
        destination: may(PREFIX),
        protocol: may({
          kind: 'either',
          of: [number(1, 255), one('tcp', 'udp', 'icmp')],
          example: '"tcp", "udp", "icmp" or a number',
        }),
        sourcePort: may(PORT),
        destinationPort: may(PORT),
        in: may(NAME),
        out: may(NAME),
        priority: may(number(-0x7fffffff, 0x7fffffff)),
      }),
      NET_LIMIT.rules,
    ),
  ),
  cgroups: may(list(LABEL, NET_LIMIT.cgroups - 1)),
  servers: may(
    list(
      object({
        name: need(LABEL),
        protocol: need(one('udp', 'tcp')),
        port: need(PORT),
        application: need(one('echo', 'sink', 'http')),
        address: may(ADDRESS),
        namespace: may(NAMESPACE),
        cgroup: may(LABEL),
      }),
      1000,
    ),
  ),
  clients: may(
    list(
      object({
        name: need(LABEL),
        protocol: need(one('icmp', 'udp', 'tcp')),
        address: need(ADDRESS),
        port: may(PORT),
        count: may(number(1, 100_000)),
        start: may(number(0, SCENARIO_LIMIT.duration)),
        interval: may(number(1, SCENARIO_LIMIT.duration)),
        payload: may(number(0, 1400)),
        namespace: may(NAMESPACE),
        cgroup: may(LABEL),
      }),
      1000,
    ),
  ),
  attach: may(
    list(
      object({
        program: need(text('the name of a program’s function', /^\w{1,128}$/)),
        at: need(
          one(
            'xdp',
            'xdp-native',
            'xdp-generic',
            'tcx-ingress',
            'tcx-egress',
            'clsact-ingress',
            'clsact-egress',
            'cgroup-ingress',
            'cgroup-egress',
            'socket',
          ),
        ),
        interface: may(NAME),
        cgroup: may(LABEL),
        server: may(LABEL),
        priority: may(number(1, 65535)),
      }),
      1000,
    ),
  ),
  traffic: may(
    list(
      object({
        interface: need(NAME),
        packet: may(PACKET),
        pcap: may(text('a file’s name beside the scenario, like "flood.pcap"', /^[\w.-]{1,100}$/)),
        at: may(number(0, SCENARIO_LIMIT.duration * 1000)),
        gap: may(number(0, 1_000_000_000)),
        count: may(number(1, SCENARIO_LIMIT.packets)),
        expect: may(text('a stage, or a stage and a reason, like "udp NO_SOCKET"', /^\w+( \w+)?$/)),
      }),
      SCENARIO_LIMIT.traffic,
    ),
  ),
  duration: may(number(1, SCENARIO_LIMIT.duration)),
  expect: may(
    object({
      drops: may(table(number(0, Number.MAX_SAFE_INTEGER), 200)),
      servers: may(COUNTS),
      clients: may(COUNTS),
      interfaces: may(COUNTS),
      maps: may(table(table({ kind: 'anything' }, 10_000), 100)),
    }),
  ),
});

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
    packets += item.count ?? 1;
  });
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

/** Offset of the first token that cannot stand where it stands: engines word their own messages as they like. */
function mistakeIn(source: string): number {
  const token = /\s*(?:("(?:[^"\\\n]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;
  const open: string[] = [];
  /** what may come next: a value, a key, a colon, or a comma or bracket */
  let next: 'value' | 'first' | 'key' | 'colon' | 'after' = 'value';
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(source);
    const [, text, word, mark] = match ?? [];
    const start = at + (/^\s*/.exec(source.slice(at, at + 1000))?.[0].length ?? 0);
    if (!match) return start;
    const inside = open.at(-1);
    if (next === 'colon') {
      if (mark !== ':') return start;
      next = 'value';
    } else if (next === 'after') {
      if (mark === ',' && inside !== undefined) next = inside === '{' ? 'key' : 'value';
      else if ((mark === '}' && inside === '{') || (mark === ']' && inside === '[')) open.pop();
      else return start;
    } else if ((next === 'key' || (next === 'first' && inside === '{')) && text !== undefined) next = 'colon';
    else if (next === 'first' && ((mark === '}' && inside === '{') || (mark === ']' && inside === '['))) {
      open.pop();
      next = 'after';
    } else if (next === 'key' || (next === 'first' && inside === '{')) return start;
    else if (mark === '{' || mark === '[') {
      open.push(mark);
      next = 'first';
    } else if (text !== undefined || word !== undefined) next = 'after';
    else return start;
    at = token.lastIndex;
  }
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
