// Sockets: struct sock in the arena with what the simulator keeps beside it, and the processes behind them: servers that echo, count or
// answer HTTP, clients that ping, send datagrams or fetch a page.
import { COST_copy_byte, COST_socket_lookup, COST_socket_queue, COST_syscall } from '../generated/costs';
import {
  APPLICATION_client,
  APPLICATION_echo,
  DROP_SOCKET_RCVBUFF,
  NET_LIMIT_sockets,
  STAGE_application,
  STAGE_socket_queue,
  STAGE_socket_send,
  VERDICT_consumed,
  VERDICT_drop,
  VERDICT_pass,
  VERDICT_queued,
} from '../generated/network';
import { allocateObject, freeObject, reserve } from '../memory/arena';
import { toVirtual } from '../memory/layout';
import {
  SKB_TRUESIZE,
  SOCK_DADDR,
  SOCK_DPORT,
  SOCK_FAMILY,
  SOCK_NUM,
  SOCK_PROTOCOL,
  SOCK_RCV_SADDR,
  SOCK_STATE,
  SOCK_TYPE,
  SOCK_V6_DADDR,
  SOCK_V6_RCV_SADDR,
} from '../memory/structures';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, networkOf, packetOf } from './buffers';
import { Attachment, Queue } from './device';
import { ping4 } from './icmp';
import { ping6 } from './icmp6';
import { awaken, setTimer } from './machine';
import { Namespace, namespaceOf } from './namespace';
import { dequeue, enqueue } from './queue';
import { mark, markSkb } from './record';
import { INET, same6 } from './route';
import { tcpRead, tcpConnect } from './tcp';
import { TIMER_CLIENT } from './timers';
import { udpSend } from './udp';
import { cgroupAt } from './cgroup';
import { address, mayConnect, maySend, nameSender, port } from './cgroup-socket';
import { setCgroup } from '../memory/tasks';

/** struct inet_sock of 6.18 */
const INET_SOCK_SIZE: usize = 1016;
const SKC_NET: usize = 48;
const SK_RCVBUF: usize = 244;
const INET_SPORT: usize = 814;
const INET_SADDR: usize = 808;

export const STREAM: u32 = 1;
export const DATAGRAM: u32 = 2;
/** an ICMP echo socket (ping) */
export const PING: u32 = 3;

const PROTOCOL_TCP: u16 = 6;
const PROTOCOL_UDP: u16 = 17;
const PROTOCOL_ICMP: u16 = 1;

export const TCP_ESTABLISHED: u8 = 1;
export const TCP_SYN_SENT: u8 = 2;
export const TCP_SYN_RECV: u8 = 3;
export const TCP_FIN_WAIT1: u8 = 4;
export const TCP_FIN_WAIT2: u8 = 5;
export const TCP_CLOSE: u8 = 7;
export const TCP_CLOSE_WAIT: u8 = 8;
export const TCP_LAST_ACK: u8 = 9;
export const TCP_LISTEN: u8 = 10;
export const TCP_CLOSING: u8 = 11;

/** net.core.rmem_default */
const RECEIVE_BUFFER: u32 = 212992;

/** positions of SOCKET_COUNTERS */
export const PACKETS: i32 = 0;
export const BYTES: i32 = 1;
export const SENT: i32 = 2;
export const SENT_BYTES: i32 = 3;
export const DROPS: i32 = 4;
export const CONNECTIONS: i32 = 5;
export const QUEUED: i32 = 6;
export const REFUSED: i32 = 7;
const COUNTERS: usize = 8;

export class Socket {
  /** linear address of the struct sock */
  address: usize = 0;
  /** 16 bytes each; IPv4 addresses are the first four, in network order; all zero: any */
  local: usize = reserve(16);
  remote: usize = reserve(16);
  localPort: u32 = 0;
  remotePort: u32 = 0;
  cgroup: i32 = 0;
  filter: Attachment | null = null;
  queue: Queue = new Queue(0xffffffff);
  queuedBytes: u32 = 0;
  awake: bool = false;
  asleep: bool = false;
  counters: usize = reserve(COUNTERS * 8);
  /** a listener's number, of a connection that it accepted; else its own */
  owner: u32 = 0;

  // TCP
  state: u8 = TCP_CLOSE;
  sendUnacknowledged: u32 = 0;
  sendNext: u32 = 0;
  receiveNext: u32 = 0;
  /** what is not acknowledged yet, kept for sending it again; where it begins in the stream */
  sent: usize = 0;
  sentBytes: u32 = 0;
  sentRoom: u32 = 0;
  finSent: bool = false;
  /** the process has said all that it will say: FIN follows its data */
  closing: bool = false;
  retries: u32 = 0;
  pending: u32 = 0;

  // a client
  rounds: u32 = 0;
  done: u32 = 0;
  interval: u64 = 0;
  payload: u32 = 0;
  /** where it wants to: a cgroup's program may lead it elsewhere. 16 bytes, as `remote` */
  target: usize = reserve(16);
  targetPort: u32 = 0;
  /** a datagram socket has called connect(2) */
  connected: bool = false;

  constructor(
    public number: u32,
    public namespace: u32,
    public family: u32,
    public type: u32,
    public application: i32,
  ) {}

  count(counter: i32, by: u64): void {
    const at = this.counters + ((<usize>counter) << 3);
    store<u64>(at, load<u64>(at) + by);
  }

  setState(state: u8): void {
    this.state = state;
    store<u8>(this.address, state, SOCK_STATE);
  }
}

let sockets: Array<Socket | null> = [];
let open: i32 = 0;

export function resetNetSockets(): void {
  sockets = [];
  open = 0;
}

export function socketAt(number: u32): Socket | null {
  return number < <u32>sockets.length ? sockets[number] : null;
}

export function socketCount(): u32 {
  return <u32>sockets.length;
}

/** The socket whose struct sock is at kernel address `address`. */
export function socketOf(address: u64): Socket | null {
  for (let i = 0; i < sockets.length; i++) {
    const socket = sockets[i];
    if (socket != null && toVirtual(socket.address) == address) return socket;
  }
  return null;
}

/** null: too many. */
export function makeSocket(namespace: Namespace, family: u32, type: u32, application: i32, cgroup: i32): Socket | null {
  if (open >= NET_LIMIT_sockets) return null;
  let number = 0;
  while (number < sockets.length && sockets[number] != null) number++;
  const socket = new Socket(number, namespace.id, family, type, application);
  socket.address = allocateObject(INET_SOCK_SIZE);
  if (socket.address == 0) return null;
  socket.owner = number;
  socket.cgroup = cgroup;
  const at = socket.address;
  store<u16>(at, <u16>family, SOCK_FAMILY);
  store<u16>(at, <u16>(type == PING ? 3 : type), SOCK_TYPE);
  store<u16>(at, type == STREAM ? PROTOCOL_TCP : type == DATAGRAM ? PROTOCOL_UDP : PROTOCOL_ICMP, SOCK_PROTOCOL);
  store<u64>(at, toVirtual(namespace.address), SKC_NET);
  store<u32>(at, RECEIVE_BUFFER, SK_RCVBUF);
  store<u16>(at, 0xffff, 122);
  socket.setState(TCP_CLOSE);
  if (number == sockets.length) sockets.push(socket);
  else sockets[number] = socket;
  namespace.sockets.push(socket);
  open++;
  return socket;
}

/** Writes addresses and ports into the struct sock, where programs and modules see them. */
export function publish(socket: Socket): void {
  const at = socket.address;
  store<u16>(at, <u16>socket.localPort, SOCK_NUM);
  store<u16>(at, bswap<u16>(<u16>socket.localPort), INET_SPORT);
  store<u16>(at, bswap<u16>(<u16>socket.remotePort), SOCK_DPORT);
  if (socket.family == INET) {
    store<u32>(at, load<u32>(socket.local), SOCK_RCV_SADDR);
    store<u32>(at, load<u32>(socket.local), INET_SADDR);
    store<u32>(at, load<u32>(socket.remote), SOCK_DADDR);
  } else {
    memory.copy(at + SOCK_V6_RCV_SADDR, socket.local, 16);
    memory.copy(at + SOCK_V6_DADDR, socket.remote, 16);
  }
}

/** close(2): what waits in the socket is thrown away. */
export function releaseSocket(socket: Socket): void {
  for (let skb = dequeue(socket.queue); skb != 0; skb = dequeue(socket.queue)) freeSkb(skb);
  setTimer(3, socket.number, 0);
  const namespace = namespaceOf(socket.namespace);
  const at = namespace.sockets.indexOf(socket);
  if (at >= 0) namespace.sockets.splice(at, 1);
  freeObject(socket.address);
  freeObject(socket.local);
  freeObject(socket.remote);
  freeObject(socket.target);
  freeObject(socket.counters);
  if (socket.sent != 0) freeObject(socket.sent);
  sockets[socket.number] = null;
  open--;
}

function sameAddress(family: u32, a: usize, b: usize): bool {
  return family == INET ? load<u32>(a) == load<u32>(b) : same6(a, b);
}

function isAny(family: u32, a: usize): bool {
  return family == INET ? load<u32>(a) == 0 : (load<u64>(a) | load<u64>(a, 8)) == 0;
}

/** The socket for a packet: a connection's before one that takes everything. Addresses as they stand in the packet; ports in host order. */
export function lookupSocket(
  namespace: Namespace,
  family: u32,
  type: u32,
  source: usize,
  sourcePort: u32,
  destination: usize,
  destinationPort: u32,
): Socket | null {
  charge(COST_socket_lookup, 1);
  const list = namespace.sockets;
  let best: Socket | null = null;
  let bestScore = 0;
  for (let i = 0; i < list.length; i++) {
    const socket = list[i];
    if (socket.family != family || socket.type != type || socket.localPort != destinationPort) continue;
    let score = 1;
    if (!isAny(family, socket.local)) {
      if (!sameAddress(family, socket.local, destination)) continue;
      score++;
    }
    if (socket.remotePort != 0) {
      if (socket.remotePort != sourcePort || !sameAddress(family, socket.remote, source)) continue;
      score += 2;
    } else if (type == STREAM && socket.state != TCP_LISTEN) continue;
    if (score > bestScore) {
      bestScore = score;
      best = socket;
    }
  }
  return best;
}

/** Puts a packet into the socket's queue and wakes whoever reads it; false: no room, the packet is dropped. */
export function queueToSocket(socket: Socket, skb: usize): bool {
  charge(COST_socket_queue, 1);
  const size = load<u32>(skb, SKB_TRUESIZE);
  if (socket.queuedBytes + size > load<u32>(socket.address, SK_RCVBUF)) {
    socket.count(DROPS, 1);
    markSkb(
      skb,
      STAGE_socket_queue,
      VERDICT_drop,
      DROP_SOCKET_RCVBUFF,
      0,
      lengthOf(skb),
      socket.number,
      socket.namespace,
    );
    freeSkb(skb);
    return false;
  }
  enqueue(socket.queue, skb);
  socket.queuedBytes += size;
  markSkb(skb, STAGE_socket_queue, VERDICT_queued, 0, 0, lengthOf(skb), socket.number, socket.namespace);
  awaken(socket, true);
  return true;
}

/** A process has its turn: one recvmsg and what it does with it. */
export function wakeSocket(socket: Socket): void {
  // It may have been closed meanwhile.
  if (socketAt(socket.number) != socket) return;
  const cgroup = cgroupAt(socket.cgroup);
  if (cgroup != null) setCgroup(cgroup.id);
  charge(COST_syscall, 1);
  const skb = dequeue(socket.queue);
  if (skb == 0) {
    // A server whose connection was accepted, or closed.
    tcpRead(socket, 0);
    return;
  }
  socket.queuedBytes -= load<u32>(skb, SKB_TRUESIZE);
  const size = lengthOf(skb);
  charge(COST_copy_byte, size);
  const counted = ownerOf(socket);
  counted.count(PACKETS, 1);
  counted.count(BYTES, size);
  markSkb(skb, STAGE_application, VERDICT_consumed, socket.application, 0, size, socket.number, socket.namespace);
  if (socket.type == STREAM) tcpRead(socket, skb);
  else if (socket.application == APPLICATION_echo) answerDatagram(socket, skb);
  else if (socket.application == APPLICATION_client) socket.done++;
  freeSkb(skb);
  if (socket.queue.count != 0) awaken(socket, false);
}

/** Counters of accepted connections are their listener's. */
export function ownerOf(socket: Socket): Socket {
  const owner = socketAt(socket.owner);
  return owner == null ? socket : owner;
}

/** Sends a datagram's payload back where it came from. The ports and addresses stand in front of it. */
function answerDatagram(socket: Socket, skb: usize): void {
  const network = networkOf(skb);
  const udp = dataOf(skb) - 8;
  const four = socket.family == INET;
  nameSender(socket, four ? network + 12 : network + 8, <u32>bswap<u16>(load<u16>(udp)));
  charge(COST_syscall, 1);
  memory.copy(to, address, 16);
  memory.copy(source, socket.local, 16);
  if (maySend(socket, to, port, source) != 0) {
    socket.count(REFUSED, 1);
    return;
  }
  const from = isAny(socket.family, source) ? (four ? network + 16 : network + 24) : source;
  memory.copy(to, address, 16);
  udpSend(socket, from, to, port, dataOf(skb), lengthOf(skb), packetOf(skb));
}

/** where a datagram goes, and where it says that it comes from */
const to: usize = memory.data(16);
const source: usize = memory.data(16);

// ---- clients ----

/** Starts a client's next round after `delay`. */
export function scheduleClient(socket: Socket, delay: u64): void {
  setTimer(TIMER_CLIENT, socket.number, max<u64>(delay, 1));
}

const filler: usize = memory.data(2048);

/** connect(2) to the client's target, or where programs of its cgroup lead it; false: they refuse. */
function connect(socket: Socket): bool {
  if (socket.connected) return true;
  if (mayConnect(socket, socket.target, socket.targetPort) != 0) {
    socket.count(REFUSED, 1);
    return false;
  }
  memory.copy(socket.remote, address, 16);
  socket.remotePort = port;
  socket.connected = socket.type == DATAGRAM;
  publish(socket);
  return true;
}

/** A client's time has come: it asks. */
export function clientRound(socket: Socket): void {
  if (socket.rounds == 0) return;
  socket.rounds--;
  const namespace = namespaceOf(socket.namespace);
  const cgroup = cgroupAt(socket.cgroup);
  if (cgroup != null) setCgroup(cgroup.id);
  charge(COST_syscall, 1);
  if (socket.type != PING && !connect(socket)) {
    if (socket.rounds > 0) scheduleClient(socket, socket.interval);
    return;
  }
  socket.count(SENT, 1);
  mark(0, STAGE_socket_send, VERDICT_pass, socket.type, 0, socket.payload, socket.number, socket.namespace);
  if (socket.type == PING) {
    socket.pending++;
    if (socket.family == INET)
      ping4(namespace, bswap<u32>(load<u32>(socket.remote)), socket.localPort, socket.pending, socket.payload);
    else ping6(namespace, socket.remote, socket.localPort, socket.pending, socket.payload);
  } else if (socket.type == DATAGRAM) {
    const size = min<u32>(socket.payload, 2048);
    for (let i: u32 = 0; i < size; i++) store<u8>(filler + i, <u8>(97 + (i % 26)));
    socket.count(SENT_BYTES, size);
    udpSend(socket, 0, socket.remote, socket.remotePort, filler, size, 0);
  } else tcpConnect(socket);
  if (socket.rounds > 0) scheduleClient(socket, socket.interval);
}

/** An echo reply: the packet's data begins at its ICMP header. False: nobody asked. */
export function clientAnswered(namespace: Namespace, skb: usize, family: u32): bool {
  const id = <u32>bswap<u16>(load<u16>(dataOf(skb), 4));
  const list = namespace.sockets;
  for (let i = 0; i < list.length; i++) {
    const socket = list[i];
    if (socket.type != PING || socket.family != family || socket.localPort != id) continue;
    socket.done++;
    socket.count(PACKETS, 1);
    socket.count(BYTES, lengthOf(skb));
    markSkb(
      skb,
      STAGE_application,
      VERDICT_consumed,
      APPLICATION_client,
      0,
      lengthOf(skb),
      socket.number,
      namespace.id,
    );
    return true;
  }
  return false;
}

/** The next port that nobody has. */
export function freePort(namespace: Namespace): u32 {
  for (let tries = 0; tries < 28232; tries++) {
    const port = namespace.nextPort;
    namespace.nextPort = port >= 60999 ? 32768 : port + 1;
    let taken = false;
    for (let i = 0; i < namespace.sockets.length; i++) if (namespace.sockets[i].localPort == port) taken = true;
    if (!taken) return port;
  }
  return 0;
}
