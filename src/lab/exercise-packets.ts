// The packets of a check: those that exercise.json lists, and those that it only describes, drawn from the check's seed.
import { parseIpv4 } from './addresses.ts';
import type { PacketSpec } from './api.ts';
import type { RandomPackets, Sent } from './exercise-schema.ts';

export interface Expected {
  readonly spec: PacketSpec;
  readonly expect: string | null;
}

/** Numbers from a seed: the same ones in the page, on the command line and for Linux. */
export class Draw {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  /** from 0 to `below`, without it; mulberry32 */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }
}

const addressText = (value: number): string =>
  [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');

function senderIn(network: string, except: readonly string[], draw: Draw): string {
  const [base = '', bits = '32'] = network.split('/');
  const bytes = parseIpv4(base) ?? new Uint8Array(4);
  const start = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const size = 2 ** (32 - Number(bits));
  // A few tries, in case that the network is all but excepted: then a forbidden one is better than none.
  for (let tries = 0; ; tries++) {
    const inside = size > 2 ? 1 + draw.number(size - 2) : draw.number(size);
    const address = addressText((start - (start % size) + inside) >>> 0);
    if (!except.includes(address) || tries === 1000) return address;
  }
}

function drawn(random: RandomPackets, draw: Draw): PacketSpec {
  const source = senderIn(random.from, random.except ?? [], draw);
  const protocol = random.protocol ?? (['icmp', 'udp', 'tcp'] as const)[draw.number(3)];
  const ipv4 = { source, destination: '10.2.2.2', ttl: 32 + draw.number(200), id: draw.number(65536) };
  if (protocol === 'icmp') return { ipv4, icmp: { id: draw.number(65536), sequence: draw.number(1000) } };
  let port = random.port ?? 1 + draw.number(65535);
  while (random.ports?.includes(port)) port = 1 + draw.number(65535);
  const ports = { source: 1024 + draw.number(60000), destination: port };
  if (protocol === 'tcp') return { ipv4, tcp: ports };
  return { ipv4, udp: ports, payload: 'x'.repeat(draw.number(64)) };
}

/** One entry for each packet that is sent. */
export function packetsOf(sent: readonly Sent[], draw: Draw): Expected[] {
  return sent.flatMap((item): Expected[] => {
    const expect = item.expect ?? null;
    if ('random' in item)
      return Array.from({ length: item.random.count }, () => ({ spec: drawn(item.random, draw), expect }));
    const { expect: _, count = 1, ...spec } = item;
    return Array.from({ length: count }, () => ({ spec, expect }));
  });
}
