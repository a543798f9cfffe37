// Bytes of a packet from its fields: lengths and checksums are filled in, as a sender's stack would.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { PacketSpec } from './api.ts';
import { parseHex, parseIpv4, parseIpv6, parseMac } from './addresses.ts';
import { labDiagnostic } from './problems.ts';

/** The largest frame that the lab sends: what Linux's test run takes for XDP on a 4 KB page. */
export const MAX_FRAME = 3520;

const ETHERTYPES: Readonly<Record<string, number>> = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd };
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
const TCP_FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 };

class BadField extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

function need<T>(value: T | null, text: string, kind: string, example: string): T {
  if (value === null) throw new BadField(labDiagnostic('S001', { text, kind, example }));
  return value;
}

const mac = (text: string): Uint8Array => need(parseMac(text), text, 'Ethernet address', '02:00:00:00:00:01');
const ipv4 = (text: string): Uint8Array => need(parseIpv4(text), text, 'IPv4 address', '10.2.2.1');
const ipv6 = (text: string): Uint8Array => need(parseIpv6(text), text, 'IPv6 address', 'fd00::1');
const number = (value: number | string, names: Readonly<Record<string, number>>, kind: string): number => {
  if (typeof value === 'number') return value;
  const known = names[value.toLowerCase()];
  return (
    known ?? need(/^(0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : null, value, kind, Object.keys(names).join(', '))
  );
};

const be16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const be32 = (value: number): number[] => [
  (value >>> 24) & 0xff,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];

/** Internet checksum (RFC 1071). */
export function checksum(bytes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** Puts a checksum over pseudo header and segment into the segment. */
function seal(segment: number[], at: number, pseudo: number[], emptyIsOnes: boolean): number[] {
  let sum = checksum([...pseudo, ...segment]);
  if (sum === 0 && emptyIsOnes) sum = 0xffff;
  return [...segment.slice(0, at), ...be16(sum), ...segment.slice(at + 2)];
}

interface Transport {
  readonly protocol: number;
  bytes(pseudo: (protocol: number, length: number) => number[]): number[];
}

function transport(spec: PacketSpec, payload: number[]): Transport | null {
  const { icmp, udp, tcp } = spec;
  if (icmp) {
    const v6 = spec.ipv6 !== undefined;
    const names: Readonly<Record<string, number>> = v6
      ? { 'echo-request': 128, 'echo-reply': 129 }
      : { 'echo-request': 8, 'echo-reply': 0 };
    const type = number(icmp.type ?? 'echo-request', names, 'ICMP type');
    // 56 bytes of data, as ping sends
    const data = payload.length > 0 ? payload : Array.from({ length: 56 }, (_, i) => i);
    const segment = [type, 0, 0, 0, ...be16(icmp.id ?? 1), ...be16(icmp.sequence ?? 1), ...data];
    const protocol = v6 ? 58 : 1;
    return { protocol, bytes: (pseudo) => seal(segment, 2, v6 ? pseudo(protocol, segment.length) : [], false) };
  }
  if (udp) {
    const length = 8 + payload.length;
    const segment = [...be16(udp.source), ...be16(udp.destination), ...be16(length), 0, 0, ...payload];
    return { protocol: 17, bytes: (pseudo) => seal(segment, 6, pseudo(17, length), true) };
  }
  if (tcp) {
    let flags = 0;
    for (const letter of tcp.flags ?? 'S')
      flags |= need(TCP_FLAGS[letter.toUpperCase()] ?? null, letter, 'TCP flag', 'S, SA, A, F');
    const segment = [
      ...be16(tcp.source),
      ...be16(tcp.destination),
      ...be32(1),
      ...be32(0),
      0x50,
      flags,
      ...be16(64240),
      0,
      0,
      0,
      0,
      ...payload,
    ];
    return { protocol: 6, bytes: (pseudo) => seal(segment, 16, pseudo(6, segment.length), false) };
  }
  return null;
}

function network(spec: PacketSpec, payload: number[]): { type: number; bytes: number[] } | null {
  if (spec.arp) {
    const { operation, source, target } = spec.arp;
    const sender = Array.from(mac(spec.ethernet?.source ?? '02:00:00:00:00:01'));
    const bytes = [
      0,
      1,
      8,
      0,
      6,
      4,
      0,
      operation === 'request' ? 1 : 2,
      ...sender,
      ...ipv4(source),
      0,
      0,
      0,
      0,
      0,
      0,
      ...ipv4(target),
    ];
    return { type: 0x0806, bytes };
  }
  if (spec.ipv4) {
    const ip = spec.ipv4;
    const source = Array.from(ipv4(ip.source));
    const destination = Array.from(ipv4(ip.destination));
    const upper = transport(spec, payload);
    const protocol = upper?.protocol ?? number(ip.protocol ?? 253, PROTOCOLS, 'IP protocol');
    const body = upper ? upper.bytes((next, length) => [...source, ...destination, 0, next, ...be16(length)]) : payload;
    const header = [
      0x45,
      0,
      ...be16(20 + body.length),
      ...be16(ip.id ?? 1),
      0x40,
      0,
      ip.ttl ?? 64,
      protocol,
      0,
      0,
      ...source,
      ...destination,
    ];
    return { type: 0x0800, bytes: [...seal(header, 10, [], false), ...body] };
  }
  if (spec.ipv6) {
    const source = Array.from(ipv6(spec.ipv6.source));
    const destination = Array.from(ipv6(spec.ipv6.destination));
    const upper = transport(spec, payload);
    const body = upper
      ? upper.bytes((next, length) => [...source, ...destination, ...be32(length), 0, 0, 0, next])
      : payload;
    return {
      type: 0x86dd,
      bytes: [
        0x60,
        0,
        0,
        0,
        ...be16(body.length),
        upper?.protocol ?? 59,
        spec.ipv6.hopLimit ?? 64,
        ...source,
        ...destination,
        ...body,
      ],
    };
  }
  return null;
}

/** @param index position in the scenario, from 0: for messages */
export function buildPacket(spec: PacketSpec, index: number): Uint8Array | Diagnostic {
  try {
    let bytes: Uint8Array;
    if (spec.hex !== undefined) {
      bytes = need(parseHex(spec.hex), spec.hex.slice(0, 40), 'row of hex bytes', '45 00 00 54');
    } else {
      const payload = spec.payload === undefined ? [] : Array.from(new TextEncoder().encode(spec.payload));
      const layer = network(spec, payload);
      const type = layer?.type ?? number(spec.ethernet?.type ?? 0x88b5, ETHERTYPES, 'Ethernet type');
      const vlan = spec.vlan ? [0x81, 0x00, ...be16(((spec.vlan.priority ?? 0) << 13) | (spec.vlan.id & 0xfff))] : [];
      const broadcast = spec.arp?.operation === 'request' ? 'ff:ff:ff:ff:ff:ff' : '02:00:00:00:00:02';
      bytes = Uint8Array.from([
        ...mac(spec.ethernet?.destination ?? broadcast),
        ...mac(spec.ethernet?.source ?? '02:00:00:00:00:01'),
        ...vlan,
        ...be16(type),
        ...(layer?.bytes ?? payload),
      ]);
    }
    if (spec.truncate !== undefined) bytes = bytes.subarray(0, Math.max(0, spec.truncate));
    if (bytes.length > MAX_FRAME) return labDiagnostic('S002', { number: index + 1, limit: MAX_FRAME });
    return bytes;
  } catch (error) {
    if (error instanceof BadField) return error.diagnostic;
    throw error;
  }
}
