// Packets by the thousand from a seed: valid ones and broken ones (cut short, wrong lengths, stacked VLAN tags, options, fragments, IPv6
// extension headers), for comparing the simulator with Linux and for trying programs. The same seed gives the same bytes everywhere.
import { checksum } from './packet-build.ts';

/** xorshift32 (Marsaglia 2003): enough for test data, and the same in every engine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 0x9e3779b9;
  }

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>>= 0);
  }

  /** 0 to limit - 1 */
  below(limit: number): number {
    return this.next() % limit;
  }

  /** true once in `n` */
  once(n: number): boolean {
    return this.below(n) === 0;
  }

  bytes(count: number): number[] {
    return Array.from({ length: count }, () => this.next() & 255);
  }

  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }
}

const be16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value & 0xffff)];

const MACS = [
  [0, 0, 0, 0, 0, 0],
  [2, 0, 0, 0, 0, 1],
  [2, 0, 0, 0, 0, 2],
  [255, 255, 255, 255, 255, 255],
  [1, 0, 0x5e, 0, 0, 1],
  [0x33, 0x33, 0, 0, 0, 1],
];
const ADDRESSES4 = [
  [10, 2, 2, 1],
  [10, 2, 2, 2],
  [10, 2, 2, 3],
  [127, 0, 0, 1],
  [255, 255, 255, 255],
  [224, 0, 0, 1],
  [0, 0, 0, 0],
  [192, 168, 1, 77],
];
const PORTS = [0, 22, 53, 80, 443, 4000, 51515, 65535];

function seal(bytes: number[], at: number, pseudo: readonly number[] = []): void {
  const sum = checksum([...pseudo, ...bytes]);
  bytes[at] = sum >> 8;
  bytes[at + 1] = sum & 255;
}

function transport(random: Random, protocol: number, pseudo: (length: number) => number[]): number[] {
  const payload = random.bytes(random.below(random.once(8) ? 900 : 60));
  const ports = [...be16(random.pick(PORTS)), ...be16(random.pick(PORTS))];
  let segment: number[];
  if (protocol === 6) {
    const words = random.once(3) ? random.below(11) : 0;
    const options = random.bytes(words * 4);
    const offset = random.once(12) ? random.below(16) : 5 + words;
    segment = [
      ...ports,
      ...be32(random.next()),
      ...be32(random.next()),
      offset << 4,
      random.next() & 63,
      ...be16(random.next()),
      0,
      0,
      0,
      0,
      ...options,
      ...payload,
    ];
    if (!random.once(8)) seal(segment, 16, pseudo(segment.length));
  } else if (protocol === 17) {
    const length = random.once(10) ? random.below(2000) : 8 + payload.length;
    segment = [...ports, ...be16(length), 0, 0, ...payload];
    if (!random.once(6)) seal(segment, 6, pseudo(segment.length));
  } else if (protocol === 1 || protocol === 58) {
    segment = [
      random.pick([0, 8, 3, 11, 128, 129, 135, 136]),
      random.below(3),
      0,
      0,
      ...be32(random.next()),
      ...payload,
    ];
    if (!random.once(8)) seal(segment, 2, protocol === 58 ? pseudo(segment.length) : []);
  } else segment = payload;
  return segment;
}

function ipv4(random: Random): number[] {
  const words = random.once(4) ? random.below(11) : 0;
  const options: number[] = [];
  while (options.length < words * 4) {
    const kind = random.pick([0, 1, 1, 7, 68, 131, 137, 148, 130]);
    if (kind < 2) options.push(kind);
    else {
      const size = random.once(6) ? random.below(60) : 2 + random.below(8);
      options.push(kind, size & 255, ...random.bytes(Math.max(0, size - 2)));
    }
  }
  options.length = words * 4;
  const source = random.pick(ADDRESSES4);
  const destination = random.pick(ADDRESSES4);
  const protocol = random.pick([1, 6, 6, 17, 17, 2, 47, 253]);
  const body = transport(random, protocol, (length) => [...source, ...destination, 0, protocol, ...be16(length)]);
  const version = random.once(25) ? random.below(16) : 4;
  const headerWords = random.once(20) ? random.below(16) : 5 + words;
  const total = random.once(12) ? random.below(65536) : 20 + options.length + body.length;
  const fragment = random.once(5)
    ? random.pick([0x2000, 0x2001, 185, 0x20b9, 0x1fff, 0x8000, 0x3fff])
    : random.pick([0, 0x4000]);
  const header = [
    (version << 4) | headerWords,
    random.next() & 255,
    ...be16(total),
    ...be16(random.next()),
    ...be16(fragment),
    random.pick([0, 1, 2, 64, 255]),
    protocol,
    0,
    0,
    ...source,
    ...destination,
    ...options,
  ];
  if (!random.once(10)) seal(header, 10);
  return [...header, ...body];
}

function ipv6(random: Random): number[] {
  const address = (): number[] =>
    random.pick([
      [0xfd, ...Array<number>(14).fill(0), 1 + random.below(3)],
      [0xff, 2, ...Array<number>(13).fill(0), 1],
      [...Array<number>(15).fill(0), 1],
      random.bytes(16),
    ]);
  const source = address();
  const destination = address();
  const protocol = random.pick([6, 17, 17, 58, 58, 59, 253]);
  const body = transport(random, protocol, (length) => [...source, ...destination, ...be32(length), 0, 0, 0, protocol]);
  let next = protocol;
  let rest = body;
  for (let i = random.once(3) ? 1 + random.below(4) : 0; i > 0; i--) {
    const kind = random.pick([0, 43, 44, 60, 60]);
    if (kind === 44) {
      rest = [next, 0, ...be16(random.once(2) ? 1 : random.pick([0, 8, 0xfff9, 185])), ...be32(random.next()), ...rest];
    } else {
      const units = random.below(3);
      const size = random.once(8) ? random.below(256) : units;
      const content =
        kind === 43
          ? [random.below(5), random.below(3), ...random.bytes(4 + units * 8)]
          : [1, 4 + units * 8, ...Array<number>(4 + units * 8).fill(0)];
      rest = [next, size, ...content, ...rest];
    }
    next = kind;
  }
  const length = random.once(12) ? random.below(65536) : rest.length;
  const version = random.once(25) ? random.below(16) : 6;
  return [
    (version << 4) | random.below(16),
    ...random.bytes(3),
    ...be16(length),
    next,
    random.pick([0, 1, 64, 255]),
    ...source,
    ...destination,
    ...rest,
  ];
}

function arp(random: Random): number[] {
  const operation = random.pick([1, 2, 3, 9]);
  const type = random.once(10) ? random.below(65536) : 1;
  return [
    ...be16(type),
    8,
    0,
    random.once(10) ? random.below(20) : 6,
    4,
    ...be16(operation),
    ...random.pick(MACS),
    ...random.pick(ADDRESSES4),
    ...random.pick(MACS),
    ...random.pick(ADDRESSES4),
  ];
}

/** One frame, at least 15 and at most 3500 bytes. */
export function randomFrame(random: Random): Uint8Array {
  const [type, body]: [number, number[]] = random.pick<() => [number, number[]]>([
    () => [0x0800, ipv4(random)],
    () => [0x0800, ipv4(random)],
    () => [0x0800, ipv4(random)],
    () => [0x86dd, ipv6(random)],
    () => [0x86dd, ipv6(random)],
    () => [0x0806, arp(random)],
    () => [random.pick([0x88b5, 0x0026, 0x05dc, 0x05ff, 0x0600, random.below(65536)]), random.bytes(random.below(80))],
  ])();
  const tags: number[] = [];
  for (let i = random.once(4) ? 1 + random.below(3) : 0; i > 0; i--) {
    tags.push(...be16(random.pick([0x8100, 0x8100, 0x88a8, 0x9100])), ...be16(random.next()));
  }
  let frame = [...random.pick(MACS), ...random.pick(MACS), ...tags, ...be16(type), ...body];
  if (random.once(8)) frame = frame.slice(0, 15 + random.below(Math.max(1, frame.length - 15)));
  if (random.once(12)) frame.push(...random.bytes(random.below(40)));
  // broken in one byte
  if (random.once(8)) frame[random.below(frame.length)] = random.next() & 255;
  while (frame.length < 15) frame.push(0);
  return Uint8Array.from(frame.slice(0, 3500));
}

export function randomFrames(seed: number, count: number): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => randomFrame(random));
}
