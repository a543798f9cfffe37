// TCP, enough for connections that ask and answer (RFC 9293): handshake, data in order, retransmission, orderly and abrupt ends. There is
// no congestion control, no out-of-order queue (a segment out of order is acknowledged as a duplicate and dropped) and no TIME_WAIT.
import { nextRandom } from '../cpu';
import { COST_checksum_byte, COST_copy_byte, COST_syscall, COST_transport } from '../generated/costs';
import {
  APPLICATION_client,
  APPLICATION_echo,
  APPLICATION_http,
  DROP_NOT_SPECIFIED,
  DROP_NO_SOCKET,
  DROP_PKT_TOO_SMALL,
  DROP_TCP_ACK_UNSENT_DATA,
  DROP_TCP_CLOSE,
  DROP_TCP_CSUM,
  DROP_TCP_FLAGS,
  DROP_TCP_INVALID_SEQUENCE,
  DROP_TCP_INVALID_SYN,
  DROP_TCP_LISTEN_OVERFLOW,
  DROP_TCP_OLD_DATA,
  DROP_TCP_OVERWINDOW,
  DROP_TCP_RESET,
  STAGE_tcp,
  VERDICT_consumed,
  VERDICT_pass,
} from '../generated/network';
import { freeObject, reserve } from '../memory/arena';
import { foldSum, partialSum } from '../memory/checksum';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, networkOf, packetOf, pull, put } from './buffers';
import { filterAllows } from './cgroup';
import { NetDevice } from './device';
import { gone, hasRoute4, ipSend, isForUsAlone, makePacket, sourceTo4 } from './ip';
import { ip6Send, pseudo6, sourceTo6 } from './ip6';
import { awaken, setTimer } from './machine';
import { Namespace, namespaceOf } from './namespace';
import { halted } from './programs';
import { PACKET_HOST, packetType } from './receive';
import { markSkb } from './record';
import { INET, lookup6 } from './route';
import {
  CONNECTIONS,
  DROPS,
  SENT,
  SENT_BYTES,
  STREAM,
  Socket,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_LISTEN,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  clientRound,
  freePort,
  lookupSocket,
  makeSocket,
  ownerOf,
  publish,
  queueToSocket,
  releaseSocket,
  socketAt,
} from './socket';
import { TIMER_SOCKET } from './timers';
import { pseudo4 } from './udp';

const HEADER: u32 = 20;
const PROTOCOL_TCP: u32 = 6;
const FIN: u32 = 1;
const SYN: u32 = 2;
const RST: u32 = 4;
const PSH: u32 = 8;
const ACK: u32 = 16;
const WINDOW: u32 = 64240;
/** first timeout of an unanswered SYN, of data (TCP_TIMEOUT_INIT, TCP_RTO_MIN) */
const SYN_TIMEOUT: u64 = 1_000_000_000;
const DATA_TIMEOUT: u64 = 200_000_000;
/** net.ipv4.tcp_syn_retries, tcp_synack_retries, tcp_retries2 (less than Linux's 15, which take a quarter of an hour) */
const SYN_RETRIES: u32 = 6;
const SYNACK_RETRIES: u32 = 5;
const DATA_RETRIES: u32 = 8;
/** connections that a listener keeps waiting (net.ipv4.tcp_max_syn_backlog of a small machine) */
const BACKLOG: u32 = 128;
/** bytes that a socket keeps for sending again */
const SEND_BUFFER: u32 = 65536;

function option16(at: usize, value: u32): void {
  store<u16>(at, bswap<u16>(<u16>value));
}

/** Segments of a connection carry at most so many bytes: an Ethernet's MTU less the headers. */
function segmentSize(family: u32): u32 {
  return family == INET ? 1460 : 1440;
}

/** Sends one segment. Addresses as they stand in a packet; a SYN says what segments may be as long as. */
function emitSegment(
  namespace: Namespace,
  family: u32,
  source: usize,
  destination: usize,
  sourcePort: u32,
  destinationPort: u32,
  sequence: u32,
  acknowledged: u32,
  flags: u32,
  data: usize,
  size: u32,
  socket: Socket | null,
  cause: u32,
): void {
  const options: u32 = flags & SYN ? 4 : 0;
  const length = HEADER + options + size;
  const skb = makePacket(length, STAGE_tcp, cause, namespace.id);
  if (skb == 0) return;
  charge(COST_transport, 1);
  const to = put(skb, length);
  option16(to, sourcePort);
  option16(to + 2, destinationPort);
  store<u32>(to, bswap<u32>(sequence), 4);
  store<u32>(to, bswap<u32>(acknowledged), 8);
  store<u8>(to, <u8>(((HEADER + options) >> 2) << 4), 12);
  store<u8>(to, <u8>flags, 13);
  option16(to + 14, flags & RST ? 0 : WINDOW);
  store<u32>(to, 0, 16);
  if (options != 0) {
    store<u16>(to, 0x0402, 20);
    option16(to + 22, segmentSize(family));
  }
  if (size != 0) {
    memory.copy(to + HEADER + options, data, size);
    charge(COST_copy_byte, size);
  }
  charge(COST_checksum_byte, length);
  const pseudo =
    family == INET
      ? pseudo4(source, destination, length, PROTOCOL_TCP)
      : pseudo6(source, destination, length, PROTOCOL_TCP);
  store<u16>(to, foldSum(partialSum(to, length, pseudo)), 16);
  if (family == INET)
    ipSend(
      namespace,
      skb,
      bswap<u32>(load<u32>(source)),
      bswap<u32>(load<u32>(destination)),
      PROTOCOL_TCP,
      64,
      true,
      socket,
    );
  else ip6Send(namespace, skb, source, destination, PROTOCOL_TCP, 64, socket);
}

function emit(socket: Socket, sequence: u32, flags: u32, data: usize, size: u32, cause: u32): void {
  emitSegment(
    namespaceOf(socket.namespace),
    socket.family,
    socket.local,
    socket.remote,
    socket.localPort,
    socket.remotePort,
    sequence,
    flags & ACK ? socket.receiveNext : 0,
    flags,
    data,
    size,
    socket,
    cause,
  );
}

/** before() of sequence numbers */
function before(a: u32, b: u32): bool {
  return <i32>(a - b) < 0;
}

function arm(socket: Socket): void {
  const first = socket.state == TCP_SYN_SENT || socket.state == TCP_SYN_RECV ? SYN_TIMEOUT : DATA_TIMEOUT;
  setTimer(TIMER_SOCKET, socket.number, first << (<u64>min<u32>(socket.retries, 6)));
}

/** A reset for a segment that belongs to nothing. */
function reset(namespace: Namespace, family: u32, skb: usize, size: u32, flags: u32): void {
  if (flags & RST) return;
  const network = networkOf(skb);
  const header = dataOf(skb);
  const four = family == INET;
  if (four) {
    const alone = isForUsAlone(namespace, bswap<u32>(load<u32>(network, 16)));
    if (!alone || !hasRoute4(namespace, bswap<u32>(load<u32>(network, 12)))) return;
  } else if (load<u8>(network, 24) == 0xff || !lookup6(namespace, network + 8)) return;
  const acknowledges = (flags & ACK) != 0;
  const sequence = acknowledges ? bswap<u32>(load<u32>(header, 8)) : 0;
  const theirs = bswap<u32>(load<u32>(header, 4)) + size + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
  emitSegment(
    namespace,
    family,
    four ? network + 16 : network + 24,
    four ? network + 12 : network + 8,
    <u32>bswap<u16>(load<u16>(header, 2)),
    <u32>bswap<u16>(load<u16>(header)),
    sequence,
    acknowledges ? 0 : theirs,
    acknowledges ? RST : RST | ACK,
    0,
    0,
    null,
    packetOf(skb),
  );
}

/** The packet's data begins at the TCP header, its network header is noted. */
export function tcpReceive(device: NetDevice, skb: usize, family: u32): void {
  charge(COST_transport, 1);
  const size = lengthOf(skb);
  // A connection is between two: nothing that went to many belongs to one.
  if (packetType(skb) != PACKET_HOST) {
    gone(device, skb, STAGE_tcp, DROP_NOT_SPECIFIED);
    return;
  }
  if (size < HEADER) {
    gone(device, skb, STAGE_tcp, DROP_PKT_TOO_SMALL);
    return;
  }
  const header = dataOf(skb);
  const headerSize = ((<u32>load<u8>(header, 12)) >> 4) << 2;
  if (headerSize < HEADER || size < headerSize) {
    gone(device, skb, STAGE_tcp, DROP_PKT_TOO_SMALL);
    return;
  }
  const network = networkOf(skb);
  const four = family == INET;
  const source = four ? network + 12 : network + 8;
  const destination = four ? network + 16 : network + 24;
  charge(COST_checksum_byte, size);
  const pseudo = four
    ? pseudo4(source, destination, size, PROTOCOL_TCP)
    : pseudo6(source, destination, size, PROTOCOL_TCP);
  if (foldSum(partialSum(header, size, pseudo)) != 0) {
    gone(device, skb, STAGE_tcp, DROP_TCP_CSUM);
    return;
  }
  const namespace = namespaceOf(device.namespace);
  const flags = <u32>load<u8>(header, 13);
  const sourcePort = <u32>bswap<u16>(load<u16>(header));
  const port = <u32>bswap<u16>(load<u16>(header, 2));
  const socket = lookupSocket(namespace, family, STREAM, source, sourcePort, destination, port);
  if (socket == null || socket.state == TCP_CLOSE) {
    reset(namespace, family, skb, size - headerSize, flags);
    gone(device, skb, STAGE_tcp, DROP_NO_SOCKET);
    return;
  }
  if (!filterAllows(socket, skb, headerSize)) {
    if (halted != 0) return;
    ownerOf(socket).count(DROPS, 1);
    freeSkb(skb);
    return;
  }
  markSkb(skb, STAGE_tcp, VERDICT_pass, flags, device.ifindex, size, socket.number, device.namespace);
  const reason =
    socket.state == TCP_LISTEN
      ? listening(namespace, socket, skb, family, source, destination, flags)
      : segment(socket, device, skb, headerSize, flags);
  if (reason == KEPT) return;
  if (reason == 0) {
    markSkb(skb, STAGE_tcp, VERDICT_consumed, flags, device.ifindex, size, socket.number, device.namespace);
    freeSkb(skb);
  } else gone(device, skb, STAGE_tcp, reason);
}

/** the packet is in the socket's queue now */
const KEPT: u32 = 0xffff;

/** A segment to a listener: 0 or why it is dropped. */
function listening(
  namespace: Namespace,
  listener: Socket,
  skb: usize,
  family: u32,
  source: usize,
  destination: usize,
  flags: u32,
): u32 {
  if (flags & RST) return DROP_TCP_RESET;
  if (flags & ACK) {
    reset(namespace, family, skb, 0, flags);
    return DROP_TCP_FLAGS;
  }
  if (!(flags & SYN)) return DROP_TCP_FLAGS;
  if (flags & FIN) return DROP_TCP_FLAGS;
  if (listener.pending >= BACKLOG) return DROP_TCP_LISTEN_OVERFLOW;
  const connection = makeSocket(namespace, family, STREAM, listener.application, listener.cgroup);
  if (connection == null) return DROP_TCP_LISTEN_OVERFLOW;
  const header = dataOf(skb);
  const bytes = family == INET ? 4 : 16;
  memory.copy(connection.local, destination, bytes);
  memory.copy(connection.remote, source, bytes);
  connection.localPort = listener.localPort;
  connection.remotePort = <u32>bswap<u16>(load<u16>(header));
  connection.owner = listener.number;
  connection.filter = listener.filter;
  connection.receiveNext = bswap<u32>(load<u32>(header, 4)) + 1;
  connection.sendUnacknowledged = nextRandom();
  connection.sendNext = connection.sendUnacknowledged + 1;
  connection.setState(TCP_SYN_RECV);
  publish(connection);
  listener.pending++;
  emit(connection, connection.sendUnacknowledged, SYN | ACK, 0, 0, packetOf(skb));
  arm(connection);
  return 0;
}

function finish(socket: Socket): void {
  socket.setState(TCP_CLOSE);
  setTimer(TIMER_SOCKET, socket.number, 0);
  if (socket.owner != socket.number) {
    if (socket.queue.count == 0) releaseSocket(socket);
  } else if (socket.application == APPLICATION_client && socket.sent != 0) {
    freeObject(socket.sent);
    socket.sent = 0;
    socket.sentBytes = 0;
  }
}

/** A segment of a connection: 0, KEPT, or why it is dropped. */
function segment(socket: Socket, _device: NetDevice, skb: usize, headerSize: u32, flags: u32): u32 {
  const header = dataOf(skb);
  const sequence = bswap<u32>(load<u32>(header, 4));
  const acknowledged = bswap<u32>(load<u32>(header, 8));
  const size = lengthOf(skb) - headerSize;
  if (socket.state == TCP_SYN_SENT) return answered(socket, skb, sequence, acknowledged, flags);

  // Is it where it should be?
  const end = sequence + size + (flags & FIN ? 1 : 0);
  if (before(end, socket.receiveNext) || before(socket.receiveNext + WINDOW, sequence)) {
    if (!(flags & RST)) emit(socket, socket.sendNext, ACK, 0, 0, packetOf(skb));
    return before(end, socket.receiveNext) ? DROP_TCP_OLD_DATA : DROP_TCP_OVERWINDOW;
  }
  if (flags & RST) {
    if (sequence != socket.receiveNext) return DROP_TCP_INVALID_SEQUENCE;
    leave(socket);
    finish(socket);
    return DROP_TCP_RESET;
  }
  if (flags & SYN) {
    if (socket.state == TCP_SYN_RECV && sequence + 1 == socket.receiveNext) {
      emit(socket, socket.sendUnacknowledged, SYN | ACK, 0, 0, packetOf(skb));
      return 0;
    }
    emit(socket, socket.sendNext, ACK, 0, 0, packetOf(skb));
    return DROP_TCP_INVALID_SYN;
  }
  if (!(flags & ACK)) return DROP_TCP_FLAGS;
  if (before(socket.sendNext, acknowledged)) {
    emit(socket, socket.sendNext, ACK, 0, 0, packetOf(skb));
    return DROP_TCP_ACK_UNSENT_DATA;
  }
  acknowledge(socket, acknowledged);
  if (socket.state == TCP_SYN_RECV) {
    leave(socket);
    socket.setState(TCP_ESTABLISHED);
    socket.retries = 0;
    setTimer(TIMER_SOCKET, socket.number, 0);
    ownerOf(socket).count(CONNECTIONS, 1);
  }
  // Was that the acknowledgement of our FIN?
  if (socket.finSent && acknowledged == socket.sendNext) {
    if (socket.state == TCP_FIN_WAIT1) socket.setState(TCP_FIN_WAIT2);
    else if (socket.state == TCP_LAST_ACK || socket.state == TCP_CLOSING) {
      finish(socket);
      return 0;
    }
  }
  if (size == 0 && !(flags & FIN)) return 0;
  if (sequence != socket.receiveNext) {
    // Not the next one: ask for that again.
    emit(socket, socket.sendNext, ACK, 0, 0, packetOf(skb));
    return before(sequence, socket.receiveNext) ? DROP_TCP_OLD_DATA : DROP_TCP_INVALID_SEQUENCE;
  }
  if (socket.state != TCP_ESTABLISHED && socket.state != TCP_FIN_WAIT1 && socket.state != TCP_FIN_WAIT2)
    return DROP_TCP_CLOSE;
  socket.receiveNext = end;
  let answer: u32 = 0;
  const packet = packetOf(skb);
  if (size != 0) {
    pull(skb, headerSize);
    queueToSocket(socket, skb);
    answer = KEPT;
  }
  if (flags & FIN) {
    if (socket.state == TCP_ESTABLISHED) {
      socket.setState(TCP_CLOSE_WAIT);
      awaken(socket, true);
    } else if (socket.state == TCP_FIN_WAIT1) socket.setState(TCP_CLOSING);
  }
  emit(socket, socket.sendNext, ACK, 0, 0, packet);
  if (flags & FIN && socket.state == TCP_FIN_WAIT2) finish(socket);
  return answer;
}

/** A listener has one unfinished connection less. */
function leave(socket: Socket): void {
  if (socket.state != TCP_SYN_RECV || socket.owner == socket.number) return;
  const listener = socketAt(socket.owner);
  if (listener != null && listener.pending > 0) listener.pending--;
}

function acknowledge(socket: Socket, acknowledged: u32): void {
  if (!before(socket.sendUnacknowledged, acknowledged)) return;
  let bytes = acknowledged - socket.sendUnacknowledged;
  // The first byte of the stream is the SYN, the last one the FIN: neither is kept.
  if (socket.state == TCP_SYN_RECV) bytes--;
  bytes = min<u32>(bytes, socket.sentBytes);
  if (bytes != 0) {
    socket.sentBytes -= bytes;
    memory.copy(socket.sent, socket.sent + bytes, socket.sentBytes);
  }
  socket.sendUnacknowledged = acknowledged;
  socket.retries = 0;
  if (acknowledged == socket.sendNext) setTimer(TIMER_SOCKET, socket.number, 0);
  else arm(socket);
}

/** Sends data of the stream and keeps it until it is acknowledged. */
function sendData(socket: Socket, from: usize, size: u32, cause: u32): void {
  const room = SEND_BUFFER - socket.sentBytes;
  const taken = min<u32>(size, room);
  if (socket.sent == 0) {
    socket.sent = reserve(SEND_BUFFER);
    if (socket.sent == 0) return;
  }
  memory.copy(socket.sent + socket.sentBytes, from, taken);
  socket.sentBytes += taken;
  const counted = ownerOf(socket);
  counted.count(SENT_BYTES, taken);
  const most = segmentSize(socket.family);
  let reason = cause;
  for (let at: u32 = 0; at < taken; at += most) {
    const part = min<u32>(most, taken - at);
    counted.count(SENT, 1);
    const sequence = socket.sendNext;
    socket.sendNext += part;
    emit(socket, sequence, ACK | PSH, from + at, part, reason);
    reason = 0;
  }
  arm(socket);
}

/** The process closes its side. */
function shut(socket: Socket): void {
  if (socket.finSent || (socket.state != TCP_ESTABLISHED && socket.state != TCP_CLOSE_WAIT)) return;
  socket.finSent = true;
  const sequence = socket.sendNext;
  socket.sendNext++;
  socket.setState(socket.state == TCP_ESTABLISHED ? TCP_FIN_WAIT1 : TCP_LAST_ACK);
  emit(socket, sequence, FIN | ACK, 0, 0, 0);
  arm(socket);
}

function textBytes(text: string, to: usize): u32 {
  for (let i = 0; i < text.length; i++) store<u8>(to + i, <u8>text.charCodeAt(i));
  return <u32>text.length;
}

const PAGE =
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 22\r\nConnection: close\r\n\r\nHello from the kernel\n';
const ASK = 'GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n';
const text: usize = memory.data(256);

/** The process behind a connection reads: `skb` holds the data, 0: there is none, but something has changed. */
export function tcpRead(socket: Socket, skb: usize): void {
  if (socket.type != STREAM) return;
  if (skb != 0) {
    charge(COST_syscall, 1);
    if (socket.application == APPLICATION_echo) sendData(socket, dataOf(skb), lengthOf(skb), packetOf(skb));
    else if (socket.application == APPLICATION_http) {
      sendData(socket, text, textBytes(PAGE, text), packetOf(skb));
      shut(socket);
    } else if (socket.application == APPLICATION_client) socket.done++;
  }
  if (socket.state == TCP_CLOSE_WAIT && socket.queue.count <= 0) {
    charge(COST_syscall, 1);
    shut(socket);
  }
  if (socket.state == TCP_CLOSE && socket.owner != socket.number && socket.queue.count == 0) releaseSocket(socket);
}

/** A client asks for a page: SYN. */
export function tcpConnect(socket: Socket): void {
  const namespace = namespaceOf(socket.namespace);
  if (socket.family == INET) {
    const source = sourceTo4(namespace, bswap<u32>(load<u32>(socket.remote)));
    store<u32>(socket.local, bswap<u32>(source));
  } else {
    const source = sourceTo6(namespace, socket.remote);
    if (source == 0) return;
    memory.copy(socket.local, source, 16);
  }
  socket.localPort = freePort(namespace);
  publish(socket);
  socket.finSent = false;
  socket.retries = 0;
  socket.sentBytes = 0;
  socket.sendUnacknowledged = nextRandom();
  socket.sendNext = socket.sendUnacknowledged + 1;
  socket.setState(TCP_SYN_SENT);
  emit(socket, socket.sendUnacknowledged, SYN, 0, 0, 0);
  arm(socket);
}

/** An answer to our SYN. */
function answered(socket: Socket, skb: usize, sequence: u32, acknowledged: u32, flags: u32): u32 {
  if (!(flags & ACK) || acknowledged != socket.sendNext) return DROP_TCP_INVALID_SEQUENCE;
  if (flags & RST) {
    finish(socket);
    return DROP_TCP_RESET;
  }
  if (!(flags & SYN)) return DROP_TCP_FLAGS;
  socket.receiveNext = sequence + 1;
  socket.sendUnacknowledged = acknowledged;
  socket.retries = 0;
  socket.setState(TCP_ESTABLISHED);
  socket.count(CONNECTIONS, 1);
  setTimer(TIMER_SOCKET, socket.number, 0);
  emit(socket, socket.sendNext, ACK, 0, 0, packetOf(skb));
  charge(COST_syscall, 1);
  sendData(socket, text, textBytes(ASK, text), 0);
  return 0;
}

/** Nobody has acknowledged what was sent. */
export function socketTimer(number: u32): void {
  const socket = socketAt(number);
  if (socket == null) return;
  socket.retries++;
  const most =
    socket.state == TCP_SYN_SENT ? SYN_RETRIES : socket.state == TCP_SYN_RECV ? SYNACK_RETRIES : DATA_RETRIES;
  if (socket.retries > most) {
    ownerOf(socket).count(DROPS, 1);
    leave(socket);
    finish(socket);
    return;
  }
  if (socket.state == TCP_SYN_SENT) emit(socket, socket.sendUnacknowledged, SYN, 0, 0, 0);
  else if (socket.state == TCP_SYN_RECV) emit(socket, socket.sendUnacknowledged, SYN | ACK, 0, 0, 0);
  else if (socket.sentBytes != 0) {
    const size = min<u32>(socket.sentBytes, segmentSize(socket.family));
    emit(socket, socket.sendUnacknowledged, ACK | PSH, socket.sent, size, 0);
  } else if (socket.finSent) emit(socket, socket.sendNext - 1, FIN | ACK, 0, 0, 0);
  else return;
  arm(socket);
}

/** A client's next round. */
export function clientTimer(number: u32): void {
  const socket = socketAt(number);
  if (socket != null) clientRound(socket);
}
