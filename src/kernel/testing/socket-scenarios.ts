// Socket lookups: which socket Linux finds among several, and what a program reads from it.
import type { Step } from '../../judge/linux.ts';
import { CGROUP_SKB, SOCKET, TC, XDP, scenarioBook } from './scenario.ts';

const { scenarios, program } = scenarioBook();

const bytes = (...parts: number[]): Uint8Array => new Uint8Array(parts);
const local = bytes(127, 0, 0, 1);
const other = bytes(127, 0, 0, 2);
const any = bytes(0, 0, 0, 0);
const local6 = bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const any6 = new Uint8Array(16);

const STREAM = 1;
const DATAGRAM = 2;
const open = (type: 1 | 2, address: Uint8Array, port: number, to?: Uint8Array, toport?: number): Step => ({
  do: 'socket',
  type,
  address,
  port,
  ...(to ? { to, toport: toport ?? 0 } : {}),
});
const NETWORK: Step = { do: 'netns' };

/** Puts a struct bpf_sock_tuple at r10 - 48: source, target, ports. */
function tuple(source: Uint8Array, sourcePort: number, target: Uint8Array, targetPort: number): string {
  const all = [...source, ...target, sourcePort >> 8, sourcePort & 255, targetPort >> 8, targetPort & 255];
  return all.map((byte, i) => `stb [%r10${i - 48}], ${byte}`).join('\n');
}

interface Question {
  readonly helper: number;
  readonly from: readonly [Uint8Array, number];
  readonly to: readonly [Uint8Array, number];
  readonly size?: number;
  readonly namespace?: string;
  readonly flags?: number;
  /** what is read of the socket: offset in struct bpf_sock */
  readonly field?: number;
  /** helper called on it before: bpf_get_listener_sock */
  readonly through?: number;
}

/** 1000 when no socket is found, otherwise the field. */
function ask(question: Question): string {
  const { helper, from, to, field = 44, through } = question;
  return `${tuple(from[0], from[1], to[0], to[1])}
   mov %r2, %r10
   add %r2, -48
   mov %r3, ${question.size ?? 2 * from[0].length + 4}
   lddw %r4, ${question.namespace ?? '0xffffffffffffffff'}
   mov %r5, ${question.flags ?? 0}
   call ${helper}
   mov %r7, 1000
   jeq %r0, 0, out
   mov %r6, %r0
   ${through === undefined ? '' : `mov %r1, %r0\ncall ${through}\njeq %r0, 0, free`}
   ldxw %r7, [%r0+${field}]
   free: mov %r1, %r6
   call 86
   out: mov %r0, %r7
   exit`;
}

const TCP_LOOKUP = 84;
const UDP_LOOKUP = 85;
const COMMON_LOOKUP = 99;
const LISTENER = 98;
const udp = (...rest: [Uint8Array, number, Uint8Array, number]): Question => ({
  helper: UDP_LOOKUP,
  from: [rest[0], rest[1]],
  to: [rest[2], rest[3]],
});
const tcp = (...rest: [Uint8Array, number, Uint8Array, number]): Question => ({
  ...udp(...rest),
  helper: TCP_LOOKUP,
});
const write = (name: string, question: Question, sockets: Step[] = [], type = TC): void =>
  program(name, type, ask(question), [NETWORK, ...sockets]);

// ---- UDP ----

const bound = open(DATAGRAM, local, 5000);
write('sk_lookup_udp of none', udp(local, 1, local, 5000));
write('sk_lookup_udp', udp(local, 1, local, 5000), [bound]);
write('sk_lookup_udp of another port', udp(local, 1, local, 5001), [bound]);
write('sk_lookup_udp of another address', udp(local, 1, other, 5000), [bound]);
write('sk_lookup_udp of any address', udp(local, 1, other, 5000), [open(DATAGRAM, any, 5000)]);
for (const field of [4, 8, 12, 24, 44, 48, 52, 72, 76])
  write(`sk_lookup_udp, field ${field}`, { ...udp(local, 1, local, 5000), field }, [bound]);
const connected = open(DATAGRAM, local, 5000, other, 6000);
for (const field of [24, 48, 52, 72])
  write(`sk_lookup_udp of a connected one, field ${field}`, { ...udp(other, 6000, local, 5000), field }, [connected]);
write('sk_lookup_udp of a connected one from elsewhere', udp(other, 6001, local, 5000), [connected]);
const both = [open(DATAGRAM, any, 5000), open(DATAGRAM, local, 5000)];
for (const [order, sockets] of [
  ['any first', both],
  ['any last', both.toReversed()],
] as const)
  for (const target of [local, other])
    write(`sk_lookup_udp of two, ${order}, ${target[3]}`, { ...udp(local, 1, target, 5000), field: 24 }, [...sockets]);
write('sk_lookup_udp over IPv6', udp(local6, 1, local6, 5000), [open(DATAGRAM, local6, 5000)]);
write('sk_lookup_udp of IPv4 by an IPv6 socket', { ...udp(local, 1, local, 5000), field: 4 }, [
  open(DATAGRAM, any6, 5000),
]);
write('sk_lookup_udp of IPv6 by an IPv4 socket', udp(local6, 1, local6, 5000), [bound]);
for (const size of [8, 13, 36])
  write(`sk_lookup_udp of a tuple of ${size} bytes`, { ...udp(local6, 1, local6, 5000), size }, [
    bound,
    open(DATAGRAM, local6, 5000),
  ]);
for (const flags of [1, 8]) write(`sk_lookup_udp flags ${flags}`, { ...udp(local, 1, local, 5000), flags }, [bound]);
for (const namespace of ['0', '5', '0xffffffff', '0x7fffffff', '0x100000000', '0xfffffffffffffffe'])
  write(`sk_lookup_udp in namespace ${namespace}`, { ...udp(local, 1, local, 5000), namespace }, [bound]);
for (const [name, type] of [
  ['xdp', XDP],
  ['cgroup_skb', CGROUP_SKB],
] as const) {
  const question = { ...udp(local, 1, local, 5000), field: 44 };
  const text =
    type === CGROUP_SKB
      ? ask(question).replace('mov %r0, %r7', 'mov %r0, 1\njeq %r7, 5000, exit\nmov %r0, 0')
      : ask(question);
  program(`sk_lookup_udp, sk_release in ${name}`, type, text, [NETWORK, bound]);
}
program('sk_lookup_udp refused in a socket filter', SOCKET, ask(udp(local, 1, local, 5000)), [NETWORK, bound]);

// ---- TCP ----

const listening = open(STREAM, local, 5000);
const connection = [listening, open(STREAM, other, 6000, local, 5000)];
for (const [label, helper] of [
  ['sk_lookup_tcp', TCP_LOOKUP],
  ['skc_lookup_tcp', COMMON_LOOKUP],
] as const) {
  write(`${label} of a listener`, { ...tcp(other, 1, local, 5000), helper, field: 72 }, [listening]);
  write(`${label} of none`, { ...tcp(other, 1, local, 5001), helper }, [listening]);
  for (const field of [44, 48, 72]) {
    write(
      `${label} of the accepting end, field ${field}`,
      { ...tcp(other, 6000, local, 5000), helper, field },
      connection,
    );
    write(
      `${label} of the connecting end, field ${field}`,
      { ...tcp(local, 5000, other, 6000), helper, field },
      connection,
    );
  }
  write(
    `${label} of the listener beside a connection`,
    { ...tcp(other, 6001, local, 5000), helper, field: 72 },
    connection,
  );
  write(`${label} of a datagram socket`, { ...tcp(other, 1, local, 5000), helper }, [bound]);
}
write('get_listener_sock of a listener', { ...tcp(other, 1, local, 5000), through: LISTENER, field: 72 }, [listening]);
write(
  'get_listener_sock of a connection',
  { ...tcp(other, 6000, local, 5000), through: LISTENER, field: 72 },
  connection,
);

export const SOCKET_SCENARIOS: Readonly<Record<string, readonly Step[]>> = scenarios;
