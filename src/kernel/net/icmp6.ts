// ICMPv6 (RFC 4443): echo replies and errors; neighbour discovery goes to ndisc.ts.
import { COST_checksum_byte, COST_copy_byte, COST_transport } from '../generated/costs';
import {
  DROP_ICMP_CSUM,
  DROP_NO_SOCKET,
  DROP_PKT_TOO_SMALL,
  ROUTE_local,
  STAGE_icmp,
  VERDICT_consumed,
} from '../generated/network';
import { foldSum, partialSum } from '../memory/checksum';
import { SKB_DEV } from '../memory/structures';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, networkOf, packetOf, put } from './buffers';
import { NetDevice, deviceOf } from './device';
import { errorAllowed } from './icmp';
import { fromNetwork, gone, makePacket } from './ip';
import { ip6Send, pseudo6, sourceTo6 } from './ip6';
import { Namespace, namespaceOf } from './namespace';
import { ndiscReceive } from './ndisc';
import { PACKET_HOST, packetType } from './receive';
import { markSkb } from './record';
import { INET6, lookup6, routeKind, sourceFor6 } from './route';
import { clientAnswered } from './socket';

export const UNREACHABLE6: u8 = 1;
export const TOO_BIG6: u8 = 2;
export const TIME_EXCEEDED6: u8 = 3;
export const PARAMETER6: u8 = 4;
const ECHO6: u8 = 128;
const ECHO_REPLY6: u8 = 129;
export const PROTOCOL_ICMP6: u32 = 58;
const HEADER: u32 = 8;
/** an error fits into the smallest MTU */
const MOST_ERROR: u32 = 1280;

/** The packet's data begins at the ICMPv6 header. */
export function icmp6Receive(device: NetDevice, skb: usize): void {
  const size = lengthOf(skb);
  const network = networkOf(skb);
  charge(COST_transport, 1);
  charge(COST_checksum_byte, size);
  const header = dataOf(skb);
  if (foldSum(partialSum(header, size, pseudo6(network + 8, network + 24, size, PROTOCOL_ICMP6))) != 0) {
    gone(device, skb, STAGE_icmp, DROP_ICMP_CSUM);
    return;
  }
  if (size < HEADER) {
    gone(device, skb, STAGE_icmp, DROP_PKT_TOO_SMALL);
    return;
  }
  const type = load<u8>(header);
  if (type >= 133 && type <= 137) {
    ndiscReceive(device, skb);
    return;
  }
  const namespace = namespaceOf(device.namespace);
  if (type == ECHO_REPLY6 && !clientAnswered(namespace, skb, INET6)) {
    gone(device, skb, STAGE_icmp, DROP_NO_SOCKET);
    return;
  }
  markSkb(skb, STAGE_icmp, VERDICT_consumed, type, device.ifindex, size, load<u8>(header, 1), device.namespace);
  if (type == ECHO6) reply(namespace, device, skb);
  freeSkb(skb);
}

function reply(namespace: Namespace, device: NetDevice, skb: usize): void {
  const network = networkOf(skb);
  const size = lengthOf(skb);
  if (!lookup6(namespace, network + 8)) return;
  const answer = makePacket(size, STAGE_icmp, packetOf(skb), namespace.id);
  if (answer == 0) return;
  const to = put(answer, size);
  memory.copy(to, dataOf(skb), size);
  charge(COST_copy_byte, size);
  store<u8>(to, ECHO_REPLY6);
  // A group's question is answered from an address of our own.
  let source = network + 24;
  if (load<u8>(source) == 0xff) source = sourceFor6(device, network + 8);
  if (source == 0) {
    freeSkb(answer);
    return;
  }
  close(to, size, source, network + 8);
  ip6Send(namespace, answer, source, network + 8, PROTOCOL_ICMP6, 64, null);
}

/** The checksum of a message between two addresses. */
export function close(message: usize, size: u32, source: usize, destination: usize): void {
  store<u16>(message, 0, 2);
  charge(COST_checksum_byte, size);
  store<u16>(message, foldSum(partialSum(message, size, pseudo6(source, destination, size, PROTOCOL_ICMP6))), 2);
}

export function icmp6Error(namespace: Namespace, skb: usize, type: u8, code: u8, more: u32): void {
  const network = networkOf(skb);
  const have = fromNetwork(skb, network);
  if (have < 40 || packetType(skb) != PACKET_HOST || load<u8>(network + 24) == 0xff) return;
  // Nothing about errors, and nothing to nobody or everybody.
  if (load<u8>(network, 6) == PROTOCOL_ICMP6 && have > 40 && load<u8>(network, 40) < 128) return;
  const target = network + 8;
  if (load<u8>(target) == 0xff || (load<u64>(target) | load<u64>(target, 8)) == 0) return;
  if (!lookup6(namespace, target)) return;
  if (namespace.limitsErrors && !errorAllowed(load<u32>(target, 12) ^ load<u32>(target, 4))) return;
  let source = network + 24;
  if (!lookup6(namespace, source) || routeKind != ROUTE_local) {
    const device = deviceOf(load<u64>(skb, SKB_DEV));
    source = device == null ? 0 : sourceFor6(device, target);
    if (source == 0) source = sourceTo6(namespace, target);
  }
  if (source == 0) return;
  const quoted = min<u32>(have, MOST_ERROR - 40 - HEADER);
  const answer = makePacket(HEADER + quoted, STAGE_icmp, packetOf(skb), namespace.id);
  if (answer == 0) return;
  const to = put(answer, HEADER + quoted);
  store<u64>(to, 0);
  store<u8>(to, type);
  store<u8>(to, code, 1);
  store<u32>(to, bswap<u32>(more), 4);
  memory.copy(to + HEADER, network, quoted);
  charge(COST_copy_byte, quoted);
  close(to, HEADER + quoted, source, target);
  ip6Send(namespace, answer, source, target, PROTOCOL_ICMP6, 64, null);
}

/** ping6: as ping4; `destination` is an address of 16 bytes. */
export function ping6(namespace: Namespace, destination: usize, id: u32, sequence: u32, size: u32): void {
  const source = sourceTo6(namespace, destination);
  const packet = makePacket(HEADER + size, STAGE_icmp, 0, namespace.id);
  if (packet == 0) return;
  if (source == 0) {
    freeSkb(packet);
    return;
  }
  const to = put(packet, HEADER + size);
  store<u32>(to, ECHO6);
  store<u16>(to, bswap<u16>(<u16>id), 4);
  store<u16>(to, bswap<u16>(<u16>sequence), 6);
  for (let i: u32 = 0; i < size; i++) store<u8>(to + HEADER + i, <u8>i);
  close(to, HEADER + size, source, destination);
  ip6Send(namespace, packet, source, destination, PROTOCOL_ICMP6, 64, null);
}
