// UDP over IPv4 and IPv6 (Linux: __udp4_lib_rcv, udp_sendmsg).
import { COST_checksum_byte, COST_copy_byte, COST_transport } from '../generated/costs';
import {
  DROP_NO_SOCKET,
  DROP_NOT_SPECIFIED,
  DROP_PKT_TOO_SMALL,
  DROP_UDP_CSUM,
  STAGE_udp,
  VERDICT_pass,
} from '../generated/network';
import { foldSum, partialSum } from '../memory/checksum';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, networkOf, pull, put, trim } from './buffers';
import { filterAllows } from './cgroup';
import { NetDevice } from './device';
import { CODE_PORT, UNREACHABLE, icmpError } from './icmp';
import { UNREACHABLE6, icmp6Error } from './icmp6';
import { gone, ipSend, isForUsAlone, makePacket, sourceTo4 } from './ip';
import { ip6Send, pseudo6, sourceTo6 } from './ip6';
import { namespaceOf } from './namespace';
import { halted } from './programs';
import { markSkb } from './record';
import { INET } from './route';
import { DATAGRAM, DROPS, SENT_BYTES, SENT, Socket, lookupSocket, queueToSocket } from './socket';

const HEADER: u32 = 8;
const PROTOCOL_UDP: u32 = 17;

/** Sum over IPv4's pseudo header; addresses as they stand in the packet. */
export function pseudo4(source: usize, destination: usize, size: u32, protocol: u32): u32 {
  store<u32>(scratch, load<u32>(source));
  store<u32>(scratch, load<u32>(destination), 4);
  store<u32>(scratch, bswap<u32>(size | (protocol << 16)), 8);
  return partialSum(scratch, 12, 0);
}

const scratch: usize = memory.data(16);

/** The packet's data begins at the UDP header, its network header is noted. */
export function udpReceive(device: NetDevice, skb: usize, family: u32): void {
  charge(COST_transport, 1);
  const size = lengthOf(skb);
  if (size < HEADER) {
    gone(device, skb, STAGE_udp, DROP_PKT_TOO_SMALL);
    return;
  }
  const header = dataOf(skb);
  const network = networkOf(skb);
  const four = family == INET;
  const source = four ? network + 12 : network + 8;
  const destination = four ? network + 16 : network + 24;
  let length = <u32>bswap<u16>(load<u16>(header, 4));
  // 0 means "all of it" in an IPv6 jumbogram only.
  if (!four && length == 0) length = size;
  if (length > size || length < HEADER) {
    gone(device, skb, STAGE_udp, DROP_PKT_TOO_SMALL);
    return;
  }
  trim(skb, length);
  const sum = load<u16>(header, 6);
  if (sum != 0 || !four) {
    charge(COST_checksum_byte, length);
    const pseudo = four
      ? pseudo4(source, destination, length, PROTOCOL_UDP)
      : pseudo6(source, destination, length, PROTOCOL_UDP);
    if (sum == 0 || foldSum(partialSum(header, length, pseudo)) != 0) {
      gone(device, skb, STAGE_udp, DROP_UDP_CSUM);
      return;
    }
  }
  const namespace = namespaceOf(device.namespace);
  const sourcePort = <u32>bswap<u16>(load<u16>(header));
  const port = <u32>bswap<u16>(load<u16>(header, 2));
  const socket = lookupSocket(namespace, family, DATAGRAM, source, sourcePort, destination, port);
  if (socket == null) {
    // What went to many concerns nobody in particular: its sender is not told.
    const alone = four ? isForUsAlone(namespace, bswap<u32>(load<u32>(destination))) : load<u8>(destination) != 0xff;
    if (alone && four) icmpError(namespace, skb, UNREACHABLE, CODE_PORT, 0);
    else if (alone) icmp6Error(namespace, skb, UNREACHABLE6, 4, 0);
    gone(device, skb, STAGE_udp, alone ? DROP_NO_SOCKET : DROP_NOT_SPECIFIED);
    return;
  }
  markSkb(skb, STAGE_udp, VERDICT_pass, port, device.ifindex, length, socket.number, device.namespace);
  if (!filterAllows(socket, skb, HEADER)) {
    if (halted != 0) return;
    socket.count(DROPS, 1);
    freeSkb(skb);
    return;
  }
  pull(skb, HEADER);
  queueToSocket(socket, skb);
}

/**
 * Sends a datagram of `size` bytes at `from`. `source` 0: the route decides. Addresses are where they stand in a packet (network order),
 * `cause` the packet that this one answers.
 */
export function udpSend(
  socket: Socket,
  source: usize,
  destination: usize,
  port: u32,
  from: usize,
  size: u32,
  cause: u32,
): void {
  const namespace = namespaceOf(socket.namespace);
  const four = socket.family == INET;
  const length = HEADER + size;
  const skb = makePacket(length, STAGE_udp, cause, namespace.id);
  if (skb == 0) return;
  charge(COST_transport, 1);
  charge(COST_copy_byte, size);
  const to = put(skb, length);
  store<u16>(to, bswap<u16>(<u16>socket.localPort));
  store<u16>(to, bswap<u16>(<u16>port), 2);
  store<u16>(to, bswap<u16>(<u16>length), 4);
  store<u16>(to, 0, 6);
  memory.copy(to + HEADER, from, size);
  if (cause != 0) {
    socket.count(SENT, 1);
    socket.count(SENT_BYTES, size);
  }
  charge(COST_checksum_byte, length);
  if (four) {
    const target = bswap<u32>(load<u32>(destination));
    store<u32>(address, source != 0 ? load<u32>(source) : bswap<u32>(sourceTo4(namespace, target)));
    const sum = foldSum(partialSum(to, length, pseudo4(address, destination, length, PROTOCOL_UDP)));
    store<u16>(to, sum == 0 ? 0xffff : sum, 6);
    ipSend(namespace, skb, bswap<u32>(load<u32>(address)), target, PROTOCOL_UDP, 64, false, socket);
    return;
  }
  const own = source != 0 ? source : sourceTo6(namespace, destination);
  if (own == 0) {
    freeSkb(skb);
    return;
  }
  const sum = foldSum(partialSum(to, length, pseudo6(own, destination, length, PROTOCOL_UDP)));
  store<u16>(to, sum == 0 ? 0xffff : sum, 6);
  ip6Send(namespace, skb, own, destination, PROTOCOL_UDP, 64, socket);
}

const address: usize = memory.data(16);
