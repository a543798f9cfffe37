// A packet's bytes as fields, and fields as bytes: what the packet editor shows and changes. Bytes are the truth; fields are read from
// them, so that broken, truncated and wrongly summed packets are shown as what they are, and can be made on purpose.
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from './addresses.ts';

export type LayerName = 'ethernet' | 'vlan' | 'arp' | 'ipv4' | 'ipv6' | 'icmp' | 'udp' | 'tcp' | 'payload';

export interface Field {
  readonly layer: LayerName;
  /** stands for its label: "source", "ttl", "checksum" … */
  readonly name: string;
  /** first bit, counted from the frame's first byte, and number of bits */
  readonly bit: number;
  readonly bits: number;
  readonly kind: 'mac' | 'ipv4' | 'ipv6' | 'number' | 'hex' | 'flags' | 'bytes';
}

export interface Layer {
  readonly name: LayerName;
  /** bytes: [from, to) */
  readonly from: number;
  readonly to: number;
  readonly fields: readonly Field[];
  /** the frame ends inside it: what does not fit is not among the fields */
  readonly cut: boolean;
}

type Row = readonly [name: string, bits: number, kind?: Field['kind']];

const ETHERNET: readonly Row[] = [
  ['destination', 48, 'mac'],
  ['source', 48, 'mac'],
  ['type', 16, 'hex'],
];
const VLAN: readonly Row[] = [
  ['priority', 3],
  ['drop-eligible', 1],
  ['vlan', 12],
  ['type', 16, 'hex'],
];
const ARP: readonly Row[] = [
  ['hardware', 16],
  ['protocol-type', 16, 'hex'],
  ['hardware-length', 8],
  ['protocol-length', 8],
  ['operation', 16],
  ['sender-mac', 48, 'mac'],
  ['sender', 32, 'ipv4'],
  ['target-mac', 48, 'mac'],
  ['target', 32, 'ipv4'],
];
const IPV4: readonly Row[] = [
  ['version', 4],
  ['header-words', 4],
  ['tos', 8, 'hex'],
  ['length', 16],
  ['id', 16],
  ['reserved', 1],
  ['dont-fragment', 1],
  ['more-fragments', 1],
  ['offset', 13],
  ['ttl', 8],
  ['protocol', 8],
  ['checksum', 16, 'hex'],
  ['source', 32, 'ipv4'],
  ['destination', 32, 'ipv4'],
];
const IPV6: readonly Row[] = [
  ['version', 4],
  ['traffic-class', 8, 'hex'],
  ['flow', 20, 'hex'],
  ['length', 16],
  ['next-header', 8],
  ['hop-limit', 8],
  ['source', 128, 'ipv6'],
  ['destination', 128, 'ipv6'],
];
const ICMP: readonly Row[] = [
  ['icmp-type', 8],
  ['code', 8],
  ['checksum', 16, 'hex'],
  ['id', 16],
  ['sequence', 16],
];
const UDP: readonly Row[] = [
  ['source-port', 16],
  ['destination-port', 16],
  ['length', 16],
  ['checksum', 16, 'hex'],
];
const TCP: readonly Row[] = [
  ['source-port', 16],
  ['destination-port', 16],
  ['sequence', 32],
  ['acknowledgement', 32],
  ['header-words', 4],
  ['reserved', 4],
  ['flags', 8, 'flags'],
  ['window', 16],
  ['checksum', 16, 'hex'],
  ['urgent', 16],
];

/** TCP's flags by letter, from the lowest bit: FIN SYN RST PSH ACK URG ECE CWR. */
const FLAG_LETTERS = 'FSRPAUEC';

/** Ethernet types and IP protocols that have a layer of their own here. */
const TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd, vlan: [0x8100, 0x88a8] as readonly number[] };
const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
/** A frame is padded to this size (60 without its check sequence). */
const SHORTEST_FRAME = 60;

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** The layers of a frame, in order; together they cover every byte. */
export function layersOf(bytes: Uint8Array): Layer[] {
  const layers: Layer[] = [];
  let at = 0;
  const add = (name: LayerName, rows: readonly Row[], size?: number): void => {
    const fields: Field[] = [];
    let bit = at * 8;
    for (const [field, bits, kind = 'number'] of rows) {
      if (bit + bits > bytes.length * 8) break;
      fields.push({ layer: name, name: field, bit, bits, kind });
      bit += bits;
    }
    const head = rows.reduce((sum, [, bits]) => sum + bits, 0) / 8;
    const whole = Math.max(head, size ?? head);
    if (whole > head && at + head < bytes.length) {
      const options = Math.min(at + whole, bytes.length) - at - head;
      fields.push({ layer: name, name: 'options', bit: (at + head) * 8, bits: options * 8, kind: 'bytes' });
    }
    const to = Math.min(at + whole, bytes.length);
    layers.push({ name, from: at, to, fields, cut: at + whole > bytes.length });
    at = to;
  };

  add('ethernet', ETHERNET);
  let type = at === 14 ? u16(bytes, 12) : -1;
  while (TYPE.vlan.includes(type) && at < bytes.length) {
    add('vlan', VLAN);
    type = layers.at(-1)?.cut ? -1 : u16(bytes, at - 2);
  }
  let protocol = -1;
  if (type === TYPE.arp && at < bytes.length) add('arp', ARP);
  else if (type === TYPE.ipv4 && at < bytes.length) {
    const start = at;
    add('ipv4', IPV4, ((bytes[at] ?? 0) & 15) * 4);
    // A later fragment carries no header of the next layer.
    if (!layers.at(-1)?.cut && (u16(bytes, start + 6) & 0x1fff) === 0) protocol = bytes[start + 9] ?? -1;
  } else if (type === TYPE.ipv6 && at < bytes.length) {
    const start = at;
    add('ipv6', IPV6);
    if (!layers.at(-1)?.cut) protocol = bytes[start + 6] ?? -1;
  }
  if (at < bytes.length) {
    if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) add('icmp', ICMP);
    else if (protocol === PROTOCOL.udp) add('udp', UDP);
    else if (protocol === PROTOCOL.tcp) add('tcp', TCP, ((bytes[at + 12] ?? 0x50) >> 4) * 4);
  }
  if (at < bytes.length) {
    const fields: Field[] = [
      { layer: 'payload', name: 'data', bit: at * 8, bits: (bytes.length - at) * 8, kind: 'bytes' },
    ];
    layers.push({ name: 'payload', from: at, to: bytes.length, fields, cut: false });
  }
  return layers;
}

function readBits(bytes: Uint8Array, { bit, bits }: Field): number {
  let value = 0;
  for (let i = bit; i < bit + bits; i++) value = value * 2 + (((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1);
  return value;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
const contentOf = (bytes: Uint8Array, { bit, bits }: Field): Uint8Array => bytes.subarray(bit >> 3, (bit + bits) >> 3);

/** A field as people write it: "10.2.2.1", "0x0800", "64", "SA". */
export function readField(bytes: Uint8Array, field: Field): string {
  switch (field.kind) {
    case 'mac':
      return formatMac(contentOf(bytes, field));
    case 'ipv4':
      return formatIpv4(contentOf(bytes, field));
    case 'ipv6':
      return formatIpv6(contentOf(bytes, field));
    case 'bytes':
      return hexOf(contentOf(bytes, field));
    case 'hex':
      return `0x${readBits(bytes, field)
        .toString(16)
        .padStart(Math.ceil(field.bits / 4), '0')}`;
    case 'flags': {
      const value = readBits(bytes, field);
      return [...FLAG_LETTERS].filter((_, i) => ((value >> i) & 1) === 1).join('');
    }
    case 'number':
      return String(readBits(bytes, field));
  }
}

/** Hex digits with anything between them that people write; null: no row of bytes. */
export function parseBytes(text: string): Uint8Array | null {
  const digits = text.replace(/0x|[\s:,-]/gi, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

function numberIn({ kind, bits }: Field, text: string): number | null {
  if (kind === 'flags') {
    const letters = text.trim().toUpperCase();
    if (![...letters].every((letter) => FLAG_LETTERS.includes(letter))) return null;
    return [...FLAG_LETTERS].reduce((sum, letter, i) => sum + (letters.includes(letter) ? 1 << i : 0), 0);
  }
  if (!/^\s*(0x[0-9a-f]+|\d+)\s*$/i.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) && value < 2 ** bits ? value : null;
}

/** The frame with one field changed; null when the text does not fit it. A field of bytes may change its length. */
export function writeField(bytes: Uint8Array, field: Field, text: string): Uint8Array | null {
  const from = field.bit >> 3;
  if (field.kind === 'bytes') {
    const content = parseBytes(text);
    if (!content) return null;
    // Options keep their room: a header's length is a field of its own.
    if (field.name === 'options' && content.length !== field.bits / 8) return null;
    const rest = bytes.subarray((field.bit + field.bits) >> 3);
    const all = new Uint8Array(from + content.length + rest.length);
    all.set(bytes.subarray(0, from));
    all.set(content, from);
    all.set(rest, from + content.length);
    return all;
  }
  const after = bytes.slice();
  const address = { mac: parseMac, ipv4: parseIpv4, ipv6: parseIpv6 }[field.kind as 'mac' | 'ipv4' | 'ipv6'] as
    typeof parseMac | undefined;
  if (address) {
    const content = address(text.trim());
    if (!content) return null;
    after.set(content, from);
    return after;
  }
  const value = numberIn(field, text);
  if (value === null) return null;
  for (let i = 0; i < field.bits; i++) {
    const bit = field.bit + field.bits - 1 - i;
    const mask = 1 << (7 - (bit & 7));
    const one = Math.floor(value / 2 ** i) % 2 === 1;
    after[bit >> 3] = one ? (after[bit >> 3] ?? 0) | mask : (after[bit >> 3] ?? 0) & ~mask;
  }
  return after;
}

/** Internet checksum (RFC 1071) over several parts. */
function sumOf(...parts: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const part of parts) for (let i = 0; i < part.length; i += 2) sum += ((part[i] ?? 0) << 8) | (part[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65_536);
  return ~sum & 0xffff;
}

/**
 * The frame with its lengths and checksums right, as a sender's stack would fill them in. What is cut off, or a fragment, keeps what it has:
 * nothing says what the whole packet was.
 */
export function mend(bytes: Uint8Array): Uint8Array {
  const after = bytes.slice();
  const put = (at: number, value: number): void => {
    after[at] = value >> 8;
    after[at + 1] = value & 255;
  };
  const layers = layersOf(bytes);
  const ip = layers.find(({ name }) => name === 'ipv4' || name === 'ipv6');
  if (!ip || ip.cut) return after;
  const room = bytes.length - ip.from;
  let end = bytes.length;
  let pseudo: number[];
  const upper = layers.find(({ name }) => name === 'icmp' || name === 'udp' || name === 'tcp');
  if (ip.name === 'ipv4') {
    const said = u16(bytes, ip.from + 2);
    // A frame of the least size is padded with zeros, which are no part of the packet.
    const padded =
      bytes.length === SHORTEST_FRAME &&
      said >= ip.to - ip.from &&
      said < room &&
      bytes.subarray(ip.from + said).every((byte) => byte === 0);
    const length = padded ? said : room;
    end = ip.from + length;
    put(ip.from + 2, length);
    put(ip.from + 10, 0);
    put(ip.from + 10, sumOf(after.subarray(ip.from, ip.to)));
    if ((u16(bytes, ip.from + 6) & 0x3fff) !== 0) return after;
    pseudo = [...after.subarray(ip.from + 12, ip.from + 20), 0, bytes[ip.from + 9] ?? 0];
  } else {
    put(ip.from + 4, room - 40);
    pseudo = [...after.subarray(ip.from + 8, ip.from + 40), 0, bytes[ip.from + 6] ?? 0];
  }
  if (!upper || upper.cut || upper.to > end) return after;
  const size = end - upper.from;
  const at = { icmp: 2, udp: 6, tcp: 16 }[upper.name as 'icmp' | 'udp' | 'tcp'];
  if (upper.name === 'udp') put(upper.from + 4, size);
  put(upper.from + at, 0);
  const own = upper.name === 'icmp' && ip.name === 'ipv4' ? [] : [...pseudo, size >> 8, size & 255];
  let sum = sumOf(own, after.subarray(upper.from, end));
  if (upper.name === 'udp' && sum === 0) sum = 0xffff;
  put(upper.from + at, sum);
  return after;
}
