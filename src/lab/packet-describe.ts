// One packet in one line, in tcpdump's manner; read from the bytes, so that a truncated packet shows as what it is.
import { formatIpv4, formatIpv6, formatMac } from './addresses.ts';

export interface PacketDescription {
  readonly summary: string;
  readonly source: string;
  readonly destination: string;
  /** "ICMP", "UDP", "TCP", "ARP", "IPv4", "IPv6", "Ethernet" */
  readonly protocol: string;
}

const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'unreachable',
  5: 'redirect',
  8: 'echo request',
  11: 'time exceeded',
  128: 'echo request',
  129: 'echo reply',
};

const TCP_FLAG_LETTERS: readonly (readonly [number, string])[] = [
  [1, 'F'],
  [2, 'S'],
  [4, 'R'],
  [8, 'P'],
  [16, '.'],
  [32, 'U'],
];

export function describePacket(bytes: Uint8Array): PacketDescription {
  const u16 = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const has = (length: number): boolean => bytes.length >= length;
  const describe = (source: string, destination: string, protocol: string, what: string): PacketDescription => ({
    summary: `${source} > ${destination}: ${what}`,
    source,
    destination,
    protocol,
  });

  if (!has(14)) return describe('?', '?', 'Ethernet', `truncated frame, length ${bytes.length}`);
  const from = formatMac(bytes.subarray(6));
  const to = formatMac(bytes);
  let at = 14;
  let type = u16(12);
  let vlan = '';
  while ((type === 0x8100 || type === 0x88a8) && has(at + 4)) {
    vlan += `vlan ${u16(at) & 0xfff}, `;
    type = u16(at + 2);
    at += 4;
  }

  if (type === 0x0806 && has(at + 28)) {
    const sender = formatIpv4(bytes.subarray(at + 14));
    const target = formatIpv4(bytes.subarray(at + 24));
    const what = u16(at + 6) === 1 ? `ARP, who-has ${target} tell ${sender}` : `ARP, ${sender} is-at ${from}`;
    return { summary: vlan + what, source: sender, destination: target, protocol: 'ARP' };
  }
  let source: string;
  let destination: string;
  let protocol: number;
  let version: string;
  if (type === 0x0800 && has(at + 20)) {
    source = formatIpv4(bytes.subarray(at + 12));
    destination = formatIpv4(bytes.subarray(at + 16));
    protocol = bytes[at + 9] ?? 0;
    at += ((bytes[at] ?? 0) & 15) * 4;
    version = 'IPv4';
  } else if (type === 0x86dd && has(at + 40)) {
    source = formatIpv6(bytes.subarray(at + 8));
    destination = formatIpv6(bytes.subarray(at + 24));
    protocol = bytes[at + 6] ?? 0;
    at += 40;
    version = 'IPv6';
  } else {
    const names: Readonly<Record<number, string>> = { 0x0800: 'IPv4', 0x0806: 'ARP', 0x86dd: 'IPv6' };
    const known = names[type];
    const what = known ? `truncated ${known}` : `ethertype 0x${type.toString(16).padStart(4, '0')}`;
    return describe(from, to, known ?? 'Ethernet', `${vlan}${what}, length ${bytes.length}`);
  }

  const length = `length ${bytes.length}`;
  if ((protocol === 1 || protocol === 58) && has(at + 8)) {
    const kind = ICMP_TYPES[bytes[at] ?? 255] ?? `type ${bytes[at] ?? 0}`;
    return describe(
      source,
      destination,
      'ICMP',
      `${vlan}ICMP ${kind}, id ${u16(at + 4)}, seq ${u16(at + 6)}, ${length}`,
    );
  }
  if (protocol === 17 && has(at + 8)) {
    return {
      ...describe(`${source}.${u16(at)}`, `${destination}.${u16(at + 2)}`, 'UDP', `${vlan}UDP, ${length}`),
      source,
      destination,
    };
  }
  if (protocol === 6 && has(at + 20)) {
    const flags = TCP_FLAG_LETTERS.filter(([bit]) => ((bytes[at + 13] ?? 0) & bit) !== 0).map(([, letter]) => letter);
    return {
      ...describe(
        `${source}.${u16(at)}`,
        `${destination}.${u16(at + 2)}`,
        'TCP',
        `${vlan}TCP, flags [${flags.join('')}], ${length}`,
      ),
      source,
      destination,
    };
  }
  return describe(source, destination, version, `${vlan}${version}, protocol ${protocol}, ${length}`);
}
