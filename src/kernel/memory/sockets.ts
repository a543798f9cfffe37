// Sockets that programs can find (bpf_sk_lookup_tcp and its kin): struct sock in the arena, entered here when they are bound or
// connected, taken out when they are closed. The choice among several is Linux's (inet_lookup, udp4_lib_lookup): a connection before
// a listener, a bound address before any.
import { allocateObject, freeObject } from './arena';
import {
  SOCK_BOUND_DEV_IF,
  SOCK_DADDR,
  SOCK_DPORT,
  SOCK_FAMILY,
  SOCK_NUM,
  SOCK_PROTOCOL,
  SOCK_RCV_SADDR,
  SOCK_RX_QUEUE_MAPPING,
  SOCK_SIZE,
  SOCK_STATE,
  SOCK_TYPE,
  SOCK_V6_DADDR,
  SOCK_V6_RCV_SADDR,
} from './structures';

export const AF_INET: u16 = 2;
export const AF_INET6: u16 = 10;
export const TCP: u16 = 6;
export const UDP: u16 = 17;
const SOCK_STREAM: u16 = 1;
const SOCK_DGRAM: u16 = 2;
/** states of a connection (enum in net/tcp_states.h) */
export const TCP_ESTABLISHED: u8 = 1;
export const TCP_CLOSE: u8 = 7;
export const TCP_LISTEN: u8 = 10;
const NO_QUEUE: u16 = 0xffff;

let sockets: Array<usize> = [];

export function resetSocketTable(): void {
  sockets = [];
}

/** Programs may find the socket at linear `sock` from now on. */
export function enterSocket(sock: usize): void {
  sockets.push(sock);
}

export function removeSocket(sock: usize): void {
  const index = sockets.indexOf(sock);
  if (index >= 0) sockets.splice(index, 1);
}

export function addressSize(family: u16): usize {
  return family == AF_INET ? 4 : 16;
}

/** Where a socket of that family keeps its own address, and its peer's. */
export function localAddress(sock: usize, family: u16): usize {
  return sock + (family == AF_INET ? SOCK_RCV_SADDR : SOCK_V6_RCV_SADDR);
}

export function remoteAddress(sock: usize, family: u16): usize {
  return sock + (family == AF_INET ? SOCK_DADDR : SOCK_V6_DADDR);
}

/**
 * A socket, bound to `local` (linear address of 4 or 16 bytes) and `port`; with `remote` it is connected, without it a TCP socket
 * listens. Ports are in host order. Its linear address; 0: no memory.
 */
export function makeSocket(family: u16, protocol: u16, local: usize, port: u16, remote: usize, remotePort: u16): usize {
  const sock = allocateObject(SOCK_SIZE);
  if (sock == 0) return 0;
  const size = addressSize(family);
  store<u16>(sock, family, SOCK_FAMILY);
  store<u16>(sock, protocol, SOCK_PROTOCOL);
  store<u16>(sock, protocol == TCP ? SOCK_STREAM : SOCK_DGRAM, SOCK_TYPE);
  store<u16>(sock, NO_QUEUE, SOCK_RX_QUEUE_MAPPING);
  memory.copy(localAddress(sock, family), local, size);
  store<u16>(sock, port, SOCK_NUM);
  if (remote != 0) {
    memory.copy(remoteAddress(sock, family), remote, size);
    store<u16>(sock, bswap<u16>(remotePort), SOCK_DPORT);
  }
  store<u8>(sock, remote != 0 ? TCP_ESTABLISHED : protocol == TCP ? TCP_LISTEN : TCP_CLOSE, SOCK_STATE);
  enterSocket(sock);
  return sock;
}

export function closeSocket(sock: usize): void {
  removeSocket(sock);
  freeObject(sock);
}

function isZero(at: usize, size: usize): bool {
  for (let i: usize = 0; i < size; i++) if (load<u8>(at + i) != 0) return false;
  return true;
}

/** An IPv6 socket that is bound to no address takes IPv4 packets as well. */
function takesFamily(sock: usize, family: u16): bool {
  const own = load<u16>(sock, SOCK_FAMILY);
  if (own == family) return true;
  return (
    family == AF_INET && own == AF_INET6 && isZero(sock + SOCK_V6_RCV_SADDR, 16) && isZero(sock + SOCK_V6_DADDR, 16)
  );
}

/** How well a socket fits a packet from `source` to `target` that came in by a device; -1: not at all. */
function fit(
  sock: usize,
  family: u16,
  protocol: u16,
  source: usize,
  sourcePort: u16,
  target: usize,
  targetPort: u16,
  device: u32,
): i32 {
  if (load<u16>(sock, SOCK_PROTOCOL) != protocol || load<u16>(sock, SOCK_NUM) != targetPort) return -1;
  if (!takesFamily(sock, family)) return -1;
  const bound = load<u32>(sock, SOCK_BOUND_DEV_IF);
  if (bound != 0 && bound != device) return -1;
  let score = (load<u16>(sock, SOCK_FAMILY) == family ? 1 : 0) + (bound != 0 ? 4 : 0);
  if (load<u16>(sock, SOCK_FAMILY) != family) return score;
  const size = addressSize(family);
  const own = localAddress(sock, family);
  if (!isZero(own, size)) {
    if (memory.compare(own, target, size) != 0) return -1;
    score += 4;
  }
  const peer = load<u16>(sock, SOCK_DPORT);
  if (peer != 0) {
    if (bswap<u16>(peer) != sourcePort || memory.compare(remoteAddress(sock, family), source, size) != 0) return -1;
    score += 16;
  }
  return score;
}

/** The socket that would get such a packet; 0: none. Addresses are linear, in network order; ports are in host order. */
export function findSocket(
  family: u16,
  protocol: u16,
  source: usize,
  sourcePort: u16,
  target: usize,
  targetPort: u16,
  device: u32,
): usize {
  let best: usize = 0;
  let most = -1;
  for (let i = 0; i < sockets.length; i++) {
    const score = fit(sockets[i], family, protocol, source, sourcePort, target, targetPort, device);
    if (score > most) {
      most = score;
      best = sockets[i];
    }
  }
  return best;
}
