// The host of src/lab/host.test.ts: its cables and routes, and the frames that arrive at the first of them, each with what is odd about it.
import { buildPacket, checksum } from '../packet-build.ts';
import type { PacketSpec } from '../api.ts';

const OURS = '02:00:00:00:00:02';
const THEIRS = '02:00:00:00:00:01';

export const HOST = {
  mac: [2, 0, 0, 0, 0, 2],
  interfaces: [
    {
      name: 'eth0',
      mac: OURS,
      addresses: ['10.2.2.2/24', 'fd00::2/64'],
      neighbours: {
        '10.2.2.1': THEIRS,
        '10.2.2.3': '02:00:00:00:00:03',
        'fd00::1': THEIRS,
        'fd00::3': '02:00:00:00:00:03',
      },
    },
    {
      name: 'eth1',
      mac: '02:00:00:00:01:02',
      addresses: ['10.3.3.2/24', 'fd03::2/64'],
      neighbours: { '10.3.3.9': '02:00:00:00:01:09', 'fd03::9': '02:00:00:00:01:09' },
    },
  ],
  routes: [
    ['10.8.0.0/16', 'blackhole'],
    ['10.9.0.0/16', 'unreachable'],
    ['10.10.0.0/16', 'prohibit'],
  ],
  listen: [
    ['udp', '10.2.2.2', 4000],
    ['tcp', '10.2.2.2', 80],
    ['udp', 'fd00::2', 4000],
    ['tcp', 'fd00::2', 80],
  ],
  /** no limits on ICMP errors; no reverse-path filter, which distributions differ about */
  sysctls: [
    'ipv4/icmp_ratelimit 0',
    'ipv4/icmp_msgs_per_sec 1000000',
    'ipv4/icmp_msgs_burst 1000000',
    'ipv6/icmp/ratelimit 0',
    'ipv4/conf/all/rp_filter 0',
    'ipv4/conf/eth0/rp_filter 0',
    'ipv4/conf/all/send_redirects 0',
    'ipv4/conf/eth0/send_redirects 0',
  ],
  /** simulated nanoseconds between two frames */
  quiet: 5_000_000n,
} as const satisfies {
  readonly listen: readonly (readonly ['udp' | 'tcp', string, number])[];
  readonly routes: readonly (readonly [string, 'blackhole' | 'unreachable' | 'prohibit'])[];
} & Readonly<Record<string, unknown>>;

type Spoil = (frame: Uint8Array) => void;
export type Case = readonly [title: string, packet: PacketSpec, spoil?: Spoil];

export interface Configuration {
  readonly title: string;
  readonly forwarding: boolean;
  readonly cases: readonly Case[];
}

export function frameOf(packet: PacketSpec, spoil?: Spoil): Uint8Array {
  const frame = buildPacket({ ...packet, ethernet: { source: THEIRS, destination: OURS, ...packet.ethernet } }, 0);
  if (!(frame instanceof Uint8Array)) throw new Error(frame.message);
  spoil?.(frame);
  return frame;
}

/** Changes bytes of the IPv4 header and seals it again. */
const header =
  (...bytes: readonly (readonly [at: number, value: number])[]): Spoil =>
  (frame) => {
    for (const [at, value] of bytes) frame[14 + at] = value;
    frame.set([0, 0], 24);
    const size = ((frame[14] ?? 0) & 15) * 4;
    const sum = checksum([...frame.subarray(14, 14 + size)]);
    frame.set([sum >> 8, sum & 255], 24);
  };

const four = (source: string, destination: string, more: object = {}): PacketSpec => ({
  ipv4: { source, destination, ...more },
});
const ping: PacketSpec = { ...four('10.2.2.1', '10.2.2.2'), icmp: { id: 7, sequence: 1 }, payload: 'abcdefgh' };
const udp = (port: number, payload = 'hello'): PacketSpec => ({
  ...four('10.2.2.1', '10.2.2.2'),
  udp: { source: 5000, destination: port },
  payload,
});
const tcp = (port: number, flags: string): PacketSpec => ({
  ...four('10.2.2.1', '10.2.2.2'),
  tcp: { source: 5000, destination: port, flags },
});
const six = (destination = 'fd00::2', more: object = {}): PacketSpec => ({
  ipv6: { source: 'fd00::1', destination, ...more },
});

const LOCAL: readonly Case[] = [
  ['a ping', ping],
  ['a ping without a payload', { ...ping, payload: '' }],
  ['a ping with trailing bytes on the wire', { ...ping, payload: '' }],
  ['a ping to another hardware address', { ...ping, ethernet: { destination: '02:00:00:00:00:99' } }],
  ['a ping to everybody on the link', { ...ping, ethernet: { destination: 'ff:ff:ff:ff:ff:ff' } }],
  [
    'a ping to the broadcast address',
    { ...ping, ...four('10.2.2.1', '10.2.2.255'), ethernet: { destination: 'ff:ff:ff:ff:ff:ff' } },
  ],
  ['a ping to the other interface’s address', { ...ping, ...four('10.2.2.1', '10.3.3.2') }],
  ['a ping from nowhere', { ...ping, ...four('0.0.0.0', '10.2.2.2') }],
  ['a ping from our own address', { ...ping, ...four('10.2.2.2', '10.2.2.2') }],
  ['a ping from a group', { ...ping, ...four('224.0.0.1', '10.2.2.2') }],
  ['a ping from the broadcast address of all', { ...ping, ...four('255.255.255.255', '10.2.2.2') }],
  ['a ping from the loopback net', { ...ping, ...four('127.0.0.1', '10.2.2.2') }],
  ['a ping to the loopback net', { ...ping, ...four('10.2.2.1', '127.0.0.1') }],
  ['a ping to address 0', { ...ping, ...four('10.2.2.1', '0.0.0.0') }],
  ['a ping of class E', { ...ping, ...four('10.2.2.1', '240.0.0.1') }],
  ['a ping from a net that no route leads to', { ...ping, ...four('172.16.0.1', '10.2.2.2') }],
  ['a wrong ICMP checksum', ping, (f) => f.set([9, 9], 36)],
  ['an ICMP type that nobody knows', { ...ping, icmp: { type: 77 } }],
  ['an echo reply that nobody waits for', { ...ping, icmp: { type: 'echo-reply' } }],
  ['a wrong header checksum', ping, (f) => f.set([1, 1], 24)],
  ['version 5', ping, header([0, 0x55])],
  ['version 6 in an IPv4 frame', ping, header([0, 0x65])],
  ['a header of 16 bytes', ping, header([0, 0x44])],
  ['longer than the frame', ping, header([2, 0x10])],
  ['shorter than its header', ping, header([2, 0], [3, 19])],
  ['a hop limit of 1, for us', { ...ping, ...four('10.2.2.1', '10.2.2.2', { ttl: 1 }) }],
  ['a hop limit of 0, for us', { ...ping, ...four('10.2.2.1', '10.2.2.2', { ttl: 0 }) }],
  ['a protocol that nobody has', { ...four('10.2.2.1', '10.2.2.2', { protocol: 200 }), payload: 'abcdefgh' }],
  ['cut within the IP header', { ...ping, truncate: 30 }],
  ['a port that nobody has', udp(53)],
  ['the same, with much to quote', udp(53, 'x'.repeat(1200))],
  ['a port with a socket', udp(4000)],
  ['a wrong UDP checksum', udp(4000), (f) => f.set([9, 9], 40)],
  ['no UDP checksum', udp(4000), (f) => f.set([0, 0], 40)],
  ['a UDP length beyond the packet', udp(4000), (f) => f.set([1, 0], 38)],
  ['a UDP length below its header', udp(4000), (f) => f.set([0, 7], 38)],
  [
    'a datagram to everybody that nobody wants',
    { ...udp(53), ...four('10.2.2.1', '10.2.2.255'), ethernet: { destination: 'ff:ff:ff:ff:ff:ff' } },
  ],
  ['a SYN for a port that nobody has', tcp(81, 'S')],
  ['an ACK for a port that nobody has', tcp(81, 'A')],
  ['a RST for a port that nobody has', tcp(81, 'R')],
  ['a FIN for a port that nobody has', tcp(81, 'FA')],
  ['a wrong TCP checksum', tcp(80, 'S'), (f) => f.set([9, 9], 50)],
  ['an ACK for a listener', { ...tcp(80, 'A'), tcp: { source: 5001, destination: 80, flags: 'A' } }],
  ['a RST for a listener', { ...tcp(80, 'R'), tcp: { source: 5002, destination: 80, flags: 'R' } }],
  ['a FIN for a listener', { ...tcp(80, 'F'), tcp: { source: 5003, destination: 80, flags: 'F' } }],
  ['no flags for a listener', { ...tcp(80, ''), tcp: { source: 5004, destination: 80, flags: '' } }],
  ['SYN and FIN for a listener', { ...tcp(80, 'SF'), tcp: { source: 5005, destination: 80, flags: 'SF' } }],
  [
    'an ARP question for our address',
    {
      ethernet: { destination: 'ff:ff:ff:ff:ff:ff' },
      arp: { operation: 'request', source: '10.2.2.1', target: '10.2.2.2' },
    },
  ],
  [
    'an ARP question for somebody else',
    {
      ethernet: { destination: 'ff:ff:ff:ff:ff:ff' },
      arp: { operation: 'request', source: '10.2.2.1', target: '10.2.2.77' },
    },
  ],
  [
    'an ARP question for the other interface’s address',
    {
      ethernet: { destination: 'ff:ff:ff:ff:ff:ff' },
      arp: { operation: 'request', source: '10.2.2.1', target: '10.3.3.2' },
    },
  ],
  [
    'an ARP probe for our address',
    {
      ethernet: { destination: 'ff:ff:ff:ff:ff:ff' },
      arp: { operation: 'request', source: '0.0.0.0', target: '10.2.2.2' },
    },
  ],
  ['an ARP reply that nobody asked for', { arp: { operation: 'reply', source: '10.2.2.1', target: '10.2.2.2' } }],
  ['a protocol above Ethernet that nobody has', { ethernet: { type: 0x88b5 }, payload: 'some bytes' }],
  ['a ping over IPv6', { ...six(), icmp: { id: 7, sequence: 1 }, payload: 'abcdefgh' }],
  ['a ping to all nodes', { ...six('ff02::1'), ethernet: { destination: '33:33:00:00:00:01' }, icmp: {} }],
  ['a ping to the other interface’s IPv6 address', { ...six('fd03::2'), icmp: {} }],
  ['a wrong ICMPv6 checksum', { ...six(), icmp: {} }, (f) => f.set([9, 9], 56)],
  ['an IPv6 port that nobody has', { ...six(), udp: { source: 5000, destination: 53 }, payload: 'hello' }],
  ['an IPv6 port with a socket', { ...six(), udp: { source: 5000, destination: 4000 }, payload: 'hello' }],
  ['a UDP checksum of 0 over IPv6', { ...six(), udp: { source: 5000, destination: 4000 } }, (f) => f.set([0, 0], 60)],
  ['an IPv6 SYN for a port that nobody has', { ...six(), tcp: { source: 5000, destination: 81, flags: 'S' } }],
  ['an IPv6 packet longer than the frame', { ...six(), icmp: {} }, (f) => f.set([9, 9], 18)],
  ['a next header that nobody has', { ...six(), icmp: {} }, (f) => f.set([200], 20)],
  ['no next header', { ...six(), icmp: {} }, (f) => f.set([59], 20)],
  ['a version 5 in an IPv6 frame', { ...six(), icmp: {} }, (f) => f.set([0x50], 14)],
];

const THROUGH: readonly Case[] = [
  ['to a neighbour of the other cable', { ...ping, ...four('10.2.2.1', '10.3.3.9') }],
  ['with a hop limit of 1', { ...ping, ...four('10.2.2.1', '10.3.3.9', { ttl: 1 }) }],
  ['with a hop limit of 2', { ...ping, ...four('10.2.2.1', '10.3.3.9', { ttl: 2 }) }],
  ['back where it came from', { ...ping, ...four('10.2.2.1', '10.2.2.3') }],
  ['to a net that no route leads to', { ...ping, ...four('10.2.2.1', '172.16.0.1') }],
  ['to a black hole', { ...ping, ...four('10.2.2.1', '10.8.0.1') }],
  ['to where it is said to be unreachable', { ...ping, ...four('10.2.2.1', '10.9.0.1') }],
  ['to where it is forbidden', { ...ping, ...four('10.2.2.1', '10.10.0.1') }],
  ['to the other net’s broadcast address', { ...ping, ...four('10.2.2.1', '10.3.3.255') }],
  ['to a group', { ...ping, ...four('10.2.2.1', '224.0.0.9') }],
  [
    'by everybody’s hardware address',
    { ...ping, ...four('10.2.2.1', '10.3.3.9'), ethernet: { destination: 'ff:ff:ff:ff:ff:ff' } },
  ],
  ['IPv6 to a neighbour of the other cable', { ...six('fd03::9'), icmp: {} }],
  ['IPv6 with a hop limit of 1', { ...six('fd03::9', { hopLimit: 1 }), icmp: {} }],
  ['IPv6 to a net that no route leads to', { ...six('fd77::9'), icmp: {} }],
];

export const CONFIGURATIONS: readonly Configuration[] = [
  { title: 'a host', forwarding: false, cases: [...LOCAL, ...THROUGH] },
  { title: 'a router', forwarding: true, cases: [...THROUGH, ...LOCAL] },
];
