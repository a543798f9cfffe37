// Traffic that is the same for everybody who names it by the same words: mix, count and seed.
import { buildPacket } from './packet-build.ts';
import type { PacketSpec } from './api.ts';
import type { TrafficName, TrafficSpec } from './way-report.ts';

/** Who is not wanted, who is. */
export const UNWANTED = '10.2.2.1';
export const WELCOME: readonly string[] = ['10.2.2.3', '10.2.2.4', '10.2.2.7'];
export const HOST = '10.2.2.2';
/** nanoseconds between two packets: 100,000 a second, more than a processor of this machine needs for the dearest of them */
export const GAP = 10_000n;

/** Of a hundred packets, how many come from the unwanted address. */
const SHARE: Readonly<Record<TrafficName | 'unwanted', number>> = { mixed: 40, calm: 5, flood: 95, unwanted: 100 };

/** What is sent, and how often of ten. */
const KINDS: readonly { readonly often: number; readonly packet: Partial<PacketSpec> }[] = [
  { often: 3, packet: { icmp: { type: 'echo-request', id: 7, sequence: 1 } } },
  { often: 3, packet: { udp: { source: 40000, destination: 53 }, payload: 'which address has example.org?' } },
  { often: 2, packet: { udp: { source: 40001, destination: 9 }, payload: 'x'.repeat(512) } },
  { often: 2, packet: { tcp: { source: 51515, destination: 23, flags: 'S' } } },
];

/** xorshift32: numbers that look random, from a seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 0x9e3779b9;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

export interface Traffic {
  readonly count: number;
  /** the next frame, and whether it comes from the unwanted address */
  next(): { readonly frame: Uint8Array; readonly unwanted: boolean };
}

export function traffic(spec: Omit<TrafficSpec, 'name'> & { readonly name: TrafficName | 'unwanted' }): Traffic {
  const random = randomFrom(spec.seed);
  const built = [UNWANTED, ...WELCOME].map((source) =>
    KINDS.flatMap(({ often, packet }, i) => {
      const frame = buildPacket({ ...packet, ipv4: { source, destination: HOST } }, i);
      if (!(frame instanceof Uint8Array)) throw new Error(frame.message);
      return new Array<Uint8Array>(often).fill(frame);
    }),
  );
  return {
    count: spec.count,
    next() {
      const unwanted = random(100) < SHARE[spec.name];
      const frames = built[unwanted ? 0 : 1 + random(WELCOME.length)] ?? [];
      return { frame: frames[random(frames.length)] ?? new Uint8Array(), unwanted };
    },
  };
}
