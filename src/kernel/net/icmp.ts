// ICMP: echo replies, and the errors that tell a sender what became of its packet, at a limited rate (icmp_ratelimit).
import { clock } from '../cpu';
import { COST_checksum_byte, COST_copy_byte, COST_transport } from '../generated/costs';
import {
  DROP_ICMP_CSUM,
  DROP_INVALID_PROTO,
  DROP_NO_SOCKET,
  DROP_PKT_TOO_SMALL,
  DROP_UNHANDLED_PROTO,
  ROUTE_broadcast,
  ROUTE_local,
  STAGE_icmp,
  VERDICT_consumed,
} from '../generated/network';
import { foldSum, partialSum } from '../memory/checksum';
import { SKB_DEV } from '../memory/structures';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, networkOf, packetOf, put } from './buffers';
import { NetDevice, deviceOf } from './device';
import { fromNetwork, gone, hasRoute4, ipSend, isForUsAlone, makePacket, setServiceClass, sourceTo4 } from './ip';
import { UNREACHABLE6, icmp6Error } from './icmp6';
import { Namespace, namespaceOf } from './namespace';
import { PACKET_HOST, packetType } from './receive';
import { markSkb } from './record';
import { INET, lookup4, routeKind, sourceFor4 } from './route';
import { clientAnswered } from './socket';

export const UNREACHABLE: u8 = 3;
export const TIME_EXCEEDED: u8 = 11;
export const CODE_NET: u8 = 0;
export const CODE_HOST: u8 = 1;
export const CODE_PROTOCOL: u8 = 2;
export const CODE_PORT: u8 = 3;
export const CODE_FRAGMENTATION: u8 = 4;
export const CODE_PROHIBITED: u8 = 13;

const ECHO_REPLY: u8 = 0;
const ECHO: u8 = 8;
const HEADER: u32 = 8;
const PROTOCOL_ICMP: u32 = 1;
/** an error quotes as much of the packet as fits into 576 bytes */
const MOST_ERROR: u32 = 576;

/** six at once, then one a second, for each host that is told */
const BURST: u64 = 6;
const INTERVAL: u64 = 1_000_000_000;
const PEERS: u32 = 64;
/** by hash of the address: address (u64), when the bucket would be empty (u64) */
const peers: usize = memory.data(64 * 16);

export function resetIcmp(): void {
  memory.fill(peers, 0, PEERS * 16);
}

/** May an error go to `address` now? (a bucket of six tokens that fills by one a second) */
export function errorAllowed(address: u32): bool {
  const at = peers + ((<usize>((address ^ (address >> 8) ^ (address >> 16)) % PEERS)) << 4);
  if (load<u64>(at) != <u64>address + 1) {
    store<u64>(at, <u64>address + 1);
    store<u64>(at, clock > BURST * INTERVAL ? clock - BURST * INTERVAL : 0, 8);
  }
  const start = max<u64>(load<u64>(at, 8), clock > BURST * INTERVAL ? clock - BURST * INTERVAL : 0);
  if (start + INTERVAL > clock) return false;
  store<u64>(at, start + INTERVAL, 8);
  return true;
}

/** The packet's data begins at the ICMP header. */
export function icmpReceive(device: NetDevice, skb: usize): void {
  const size = lengthOf(skb);
  charge(COST_transport, 1);
  charge(COST_checksum_byte, size);
  const header = dataOf(skb);
  if (foldSum(partialSum(header, size, 0)) != 0) {
    gone(device, skb, STAGE_icmp, DROP_ICMP_CSUM);
    return;
  }
  if (size < HEADER) {
    gone(device, skb, STAGE_icmp, DROP_PKT_TOO_SMALL);
    return;
  }
  const type = load<u8>(header);
  if (type > 18) {
    gone(device, skb, STAGE_icmp, DROP_UNHANDLED_PROTO);
    return;
  }
  const namespace = namespaceOf(device.namespace);
  // Echo to everybody is not answered (icmp_echo_ignore_broadcasts); an answer is for whoever asked.
  if (type == ECHO && !isForUsAlone(namespace, bswap<u32>(load<u32>(networkOf(skb), 16)))) {
    gone(device, skb, STAGE_icmp, DROP_INVALID_PROTO);
    return;
  }
  if (type == ECHO_REPLY && !clientAnswered(namespace, skb, INET)) {
    gone(device, skb, STAGE_icmp, DROP_NO_SOCKET);
    return;
  }
  markSkb(skb, STAGE_icmp, VERDICT_consumed, type, device.ifindex, size, load<u8>(header, 1), device.namespace);
  if (type == ECHO) reply(namespace, skb);
  freeSkb(skb);
}

function reply(namespace: Namespace, skb: usize): void {
  const network = networkOf(skb);
  const size = lengthOf(skb);
  if (!hasRoute4(namespace, bswap<u32>(load<u32>(network, 12)))) return;
  const answer = makePacket(size, STAGE_icmp, packetOf(skb), namespace.id);
  if (answer == 0) return;
  const to = put(answer, size);
  memory.copy(to, dataOf(skb), size);
  charge(COST_copy_byte, size);
  store<u8>(to, ECHO_REPLY);
  store<u16>(to, 0, 2);
  store<u16>(to, foldSum(partialSum(to, size, 0)), 2);
  charge(COST_checksum_byte, size);
  const asked = bswap<u32>(load<u32>(network, 16));
  const target = bswap<u32>(load<u32>(network, 12));
  setServiceClass(load<u8>(network, 1));
  ipSend(namespace, answer, asked, target, PROTOCOL_ICMP, 64, false, null);
}

/**
 * Tells the packet's sender: its network header is noted. Nothing is sent about errors, fragments but the first, or packets that went
 * to more than one (RFC 1122, 3.2.2).
 */
export function icmpError(namespace: Namespace, skb: usize, type: u8, code: u8, mtu: u32): void {
  const network = networkOf(skb);
  const have = fromNetwork(skb, network);
  if (have < 20 || packetType(skb) != PACKET_HOST) return;
  if (bswap<u16>(load<u16>(network, 6)) & 0x1fff) return;
  const headerSize = ((<u32>load<u8>(network)) & 15) << 2;
  if (load<u8>(network, 9) == PROTOCOL_ICMP) {
    const inner = have > headerSize ? load<u8>(network + headerSize) : 0;
    if (inner == UNREACHABLE || inner == TIME_EXCEEDED || inner == 4 || inner == 5 || inner == 12) return;
  }
  const target = bswap<u32>(load<u32>(network, 12));
  if (target == 0 || target >> 24 == 127 || target >> 28 >= 14) return;
  const meant = bswap<u32>(load<u32>(network, 16));
  if (meant >> 28 >= 14 || (lookup4(namespace, meant) && routeKind == ROUTE_broadcast)) return;
  if (!hasRoute4(namespace, target)) return;
  if (namespace.limitsErrors && !errorAllowed(target)) return;
  // From the address that was meant, if it is ours; else from the interface that the packet came by.
  let source = bswap<u32>(load<u32>(network, 16));
  if (!lookup4(namespace, source) || routeKind != ROUTE_local) {
    const device = deviceOf(load<u64>(skb, SKB_DEV));
    source = device == null ? 0 : sourceFor4(device, target);
    if (source == 0) source = sourceTo4(namespace, target);
  }
  if (source == 0) return;
  const quoted = min<u32>(have, MOST_ERROR - 20 - HEADER);
  const answer = makePacket(HEADER + quoted, STAGE_icmp, packetOf(skb), namespace.id);
  if (answer == 0) return;
  const to = put(answer, HEADER + quoted);
  store<u64>(to, 0);
  store<u8>(to, type);
  store<u8>(to, code, 1);
  store<u16>(to, bswap<u16>(<u16>mtu), 6);
  memory.copy(to + HEADER, network, quoted);
  charge(COST_copy_byte, quoted);
  store<u16>(to, foldSum(partialSum(to, HEADER + quoted, 0)), 2);
  charge(COST_checksum_byte, HEADER + quoted);
  // "internetwork control" (RFC 1812, 4.3.2.5), and what the packet asked for
  setServiceClass((load<u8>(network, 1) & 0x1e) | 0xc0);
  ipSend(namespace, answer, source, target, PROTOCOL_ICMP, 64, false, null);
}

/** iptables -j REJECT: "port unreachable", as its default is. */
export function rejectPacket(namespace: Namespace, skb: usize, family: u32): void {
  if (family == INET) icmpError(namespace, skb, UNREACHABLE, CODE_PORT, 0);
  else icmp6Error(namespace, skb, UNREACHABLE6, 4, 0);
}

/** ping: an echo request with `size` bytes behind its header. `destination` in host order. */
export function ping4(namespace: Namespace, destination: u32, id: u32, sequence: u32, size: u32): void {
  const source = sourceTo4(namespace, destination);
  const packet = makePacket(HEADER + size, STAGE_icmp, 0, namespace.id);
  if (packet == 0) return;
  const to = put(packet, HEADER + size);
  store<u32>(to, ECHO);
  store<u16>(to, bswap<u16>(<u16>id), 4);
  store<u16>(to, bswap<u16>(<u16>sequence), 6);
  for (let i: u32 = 0; i < size; i++) store<u8>(to + HEADER + i, <u8>i);
  store<u16>(to, foldSum(partialSum(to, HEADER + size, 0)), 2);
  charge(COST_checksum_byte, HEADER + size);
  ipSend(namespace, packet, source, destination, PROTOCOL_ICMP, 64, true, null);
}
