// TCP connections from hosts on the cable to the machine, kept from outside: do they still stand? Segments are made and read here, as the
// other end of a connection would.
import { parseIpv4 } from './addresses.ts';
import { buildPacket, checksum } from './packet-build.ts';
import type { Network } from './network.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const ETHERNET = 14;
const IP = ETHERNET + 20;

interface Connection {
  readonly port: number;
  /** next byte to send, next byte awaited */
  sequence: number;
  awaited: number;
}

interface Segment {
  readonly port: number;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly bytes: number;
}

/** A TCP segment over IPv4 that the machine sent; null: it is something else. */
function readSegment(frame: Uint8Array): Segment | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < IP + 20 || view.getUint16(12) !== 0x0800 || frame[ETHERNET + 9] !== 6) return null;
  return {
    port: view.getUint16(IP + 2),
    flags: view.getUint8(IP + 13),
    sequence: view.getUint32(IP + 4),
    acknowledged: view.getUint32(IP + 8),
    bytes: view.getUint16(ETHERNET + 2) - 20 - (view.getUint8(IP + 12) >> 4) * 4,
  };
}

/** Hosts at the other end of a NIC's cable, with a connection each to one server. */
export class Connections {
  readonly #from: string;
  readonly #to: string;
  readonly #server: number;
  readonly #open: Connection[] = [];

  constructor(from: string, to: string, server: number) {
    this.#from = from;
    this.#to = to;
    this.#server = server;
  }

  #frame(connection: Connection, flags: number, payload = ''): Uint8Array {
    const built = buildPacket(
      {
        ipv4: { source: this.#from, destination: this.#to },
        tcp: { source: connection.port, destination: this.#server, flags: 'S' },
        payload,
      },
      0,
    );
    if (!(built instanceof Uint8Array)) throw new Error(built.message);
    const frame = built.slice();
    const view = new DataView(frame.buffer);
    view.setUint32(IP + 4, connection.sequence);
    view.setUint32(IP + 8, flags & ACK ? connection.awaited : 0);
    view.setUint8(IP + 13, flags);
    view.setUint16(IP + 16, 0);
    const segment = frame.subarray(IP);
    const pseudo = [
      ...(parseIpv4(this.#from) ?? []),
      ...(parseIpv4(this.#to) ?? []),
      0,
      6,
      segment.length >> 8,
      segment.length & 255,
    ];
    view.setUint16(IP + 16, checksum([...pseudo, ...segment]));
    return frame;
  }

  /** Sends one segment; what the machine answered to that port. */
  #exchange(network: Network, nic: number, connection: Connection, flags: number, payload = ''): Segment[] {
    network.frames();
    network.arrive(nic, this.#frame(connection, flags, payload), network.now());
    network.pass(5_000_000n);
    return network
      .frames()
      .filter((frame) => frame.direction === 'out')
      .flatMap((frame) => readSegment(frame.bytes) ?? [])
      .filter((segment) => segment.port === connection.port);
  }

  /** Opens `count` of them by a handshake each; how many stand. */
  open(network: Network, nic: number, count: number): number {
    network.capture(nic);
    for (let i = 0; i < count; i++) {
      const connection: Connection = { port: 49152 + i, sequence: 1000 * (i + 1), awaited: 0 };
      const answer = this.#exchange(network, nic, connection, SYN).find((segment) => segment.flags & SYN);
      if (!answer) continue;
      connection.sequence++;
      connection.awaited = (answer.sequence + 1) >>> 0;
      this.#exchange(network, nic, connection, ACK);
      this.#open.push(connection);
    }
    network.capture(nic, false);
    return this.#open.length;
  }

  /** Says something on each and waits for an answer; how many still stand. A dead machine answers nobody, a restarted one says RST. */
  alive(network: Network, nic: number): number {
    let standing = 0;
    network.capture(nic);
    for (const connection of this.#open) {
      const said = 'still there?';
      const answers = this.#exchange(network, nic, connection, PSH | ACK, said);
      if (answers.length === 0 || answers.some((segment) => segment.flags & (RST | FIN))) continue;
      standing++;
      connection.sequence = (connection.sequence + said.length) >>> 0;
      for (const segment of answers) {
        const end = (segment.sequence + segment.bytes) >>> 0;
        if (((end - connection.awaited) | 0) > 0) connection.awaited = end;
      }
    }
    network.capture(nic, false);
    return standing;
  }
}
