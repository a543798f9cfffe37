// What may stand in example.json's "network", and within which bounds: the schema that src/lab/scenario.ts holds a file against.
import { HOOK, NET_LIMIT, ROUTE, STAGE, TARGET, VERDICT } from '../bpf/network.ts';
import type { Field, Schema } from './scenario-schema.ts';

/** Bounds of a scenario beyond the network's own (NET_LIMIT). */
export const SCENARIO_LIMIT = {
  /** characters of a scenario file */
  file: 4_000_000,
  /** packets that all traffic together may send */
  packets: 1_000_000,
  /** bytes of one capture; it is fed to the kernel in slices of 1 MB */
  capture: 67_108_864,
  /** bytes of all captures that a scenario writes, and files of them */
  recorded: 67_108_864,
  records: 32,
  /** simulated time, in milliseconds */
  duration: 3_600_000,
  traffic: 1000,
} as const;

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
const FILE = text('a file’s name in the example’s folder, like "flood.pcap"', /^[\w-][\w.-]{0,99}$/);

/** A value that is expected; or one for each side, where simulator and Linux are known to differ. */
const expected = (value: Schema, example: string): Schema => ({
  kind: 'either',
  of: [
    value,
    object({ simulator: need(value), linux: need(value), because: need(text('why they differ', /^.{10,400}$/s)) }),
  ],
  example: `${example}, or { "simulator": …, "linux": …, "because": "why they differ" }`,
});
const COUNT = expected(number(0, Number.MAX_SAFE_INTEGER), 'a whole number from 0');
const COUNTS = table(table(COUNT, 64), 1024);
const LABEL = text('a name of 1 to 30 letters', /^[\w .-]{1,30}$/);

/** The fields of a PacketSpec. */
export const PACKET_FIELDS: Readonly<Record<string, Field>> = {
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
};
const PACKET = object(PACKET_FIELDS);

export const NETWORK_SCHEMA: Schema = object({
  kernel: may(one('6.18', '6.1')),
  cpus: may(number(1, 64)),
  seed: may(number(0, 0xffffffff)),
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
            'cgroup-sock-create',
            ...['bind', 'post-bind', 'connect', 'sendmsg', 'recvmsg'].flatMap((event) => [
              `cgroup-${event}4`,
              `cgroup-${event}6`,
            ]),
            'socket',
            'perf-event',
          ),
        ),
        interface: may(NAME),
        cgroup: may(LABEL),
        server: may(LABEL),
        priority: may(number(1, 65535)),
        period: may(number(10, 1_000_000_000)),
      }),
      1000,
    ),
  ),
  traffic: may(
    list(
      object({
        interface: need(NAME),
        packet: may(PACKET),
        pcap: may(FILE),
        at: may(number(0, SCENARIO_LIMIT.duration * 1000)),
        gap: may(number(0, 1_000_000_000)),
        rate: may(number(1, 1_000_000_000)),
        count: may(number(1, SCENARIO_LIMIT.packets)),
        burst: may(number(1, SCENARIO_LIMIT.packets)),
        expect: may(
          expected(text('a stage', /^\w+( \w+)?$/), 'a stage, or a stage and a reason, like "udp NO_SOCKET"'),
        ),
      }),
      SCENARIO_LIMIT.traffic,
    ),
  ),
  record: may(
    list(
      object({
        file: need(FILE),
        interface: may(NAME),
        direction: may(one('in', 'out')),
        stage: may(one(...Object.keys(STAGE))),
        verdict: may(one(...Object.keys(VERDICT))),
      }),
      SCENARIO_LIMIT.records,
    ),
  ),
  duration: may(number(1, SCENARIO_LIMIT.duration)),
  expect: may(
    object({
      drops: may(table(COUNT, 200)),
      servers: may(COUNTS),
      clients: may(COUNTS),
      interfaces: may(COUNTS),
      maps: may(table(table({ kind: 'anything' }, 10_000), 100)),
    }),
  ),
});
