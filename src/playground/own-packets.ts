// The reader's own packets of an example: kept on the device like a file, carried by links and project files. What comes in from outside is
// held against the bounds below before anything is made of it.
import type { PacketSpec } from '../lab/api.ts';
import { keeperFor, type Keeper } from './keep.ts';

/** One packet as it is kept: its bytes, and how often and on which processor it comes. */
export interface OwnPacket {
  /** two digits a byte */
  readonly hex: string;
  readonly count?: number;
  readonly cpu?: number;
}

/** Bounds: packets of a scenario, bytes of one (what the lab sends at most), and times that one is sent. */
export const PACKET_LIMIT = { packets: 64, bytes: 3520, least: 14, count: 1000 } as const;

/** Under this name, which no file can have, they lie beside an example's files. */
export const PACKETS_NAME = 'packets';

const isCount = (value: unknown, most: number): boolean =>
  value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most);

function isOwnPacket(value: unknown): value is OwnPacket {
  if (typeof value !== 'object' || value === null) return false;
  const { hex, count, cpu } = value as Partial<Record<keyof OwnPacket, unknown>>;
  if (typeof hex !== 'string' || hex.length > PACKET_LIMIT.bytes * 2 || !/^(?:[0-9a-f]{2})*$/.test(hex)) return false;
  return isCount(count, PACKET_LIMIT.count) && count !== 0 && isCount(cpu, 1);
}

/** What was read, if these are packets within the bounds; null for anything else. */
export function validPackets(data: unknown): OwnPacket[] | null {
  if (!Array.isArray(data) || data.length > PACKET_LIMIT.packets || !data.every(isOwnPacket)) return null;
  return data.map(({ hex, count, cpu }) => ({
    hex,
    ...(count === undefined || count === 1 ? {} : { count }),
    ...(cpu === undefined || cpu === 0 ? {} : { cpu }),
  }));
}

/** A kept text as packets; null where it holds none. */
export function packetsFrom(text: string | null): OwnPacket[] | null {
  if (text === null) return null;
  try {
    return validPackets(JSON.parse(text));
  } catch {
    return null;
  }
}

export const packetsText = (packets: readonly OwnPacket[]): string => JSON.stringify(packets);

export const packetKeeper = (example: string): Keeper => keeperFor(example, PACKETS_NAME);

/** The reader's packets of an example; null: the example's own are used. */
export const ownPackets = (example: string): OwnPacket[] | null => packetsFrom(packetKeeper(example).text());

export const specOf = ({ hex, count, cpu }: OwnPacket): PacketSpec => ({
  hex,
  ...(count === undefined ? {} : { count }),
  ...(cpu === undefined ? {} : { cpu }),
});

/** Those that came in, beside what the reader has: nothing is lost, nothing stands there twice. */
export function joined(mine: readonly OwnPacket[] | null, theirs: readonly OwnPacket[]): OwnPacket[] {
  if (mine === null) return [...theirs];
  const known = new Set(mine.map((packet) => packetsText([packet])));
  return [...mine, ...theirs.filter((packet) => !known.has(packetsText([packet])))].slice(0, PACKET_LIMIT.packets);
}
