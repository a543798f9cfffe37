// Neighbour discovery (RFC 4861), the part that resolves addresses: solicitations and advertisements.
import {
  DROP_IPV6_NDISC_BAD_CODE,
  DROP_IPV6_NDISC_BAD_OPTIONS,
  DROP_IPV6_NDISC_HOP_LIMIT,
  DROP_PKT_TOO_SMALL,
  ROUTE_local,
  STAGE_neighbour_discovery,
  VERDICT_consumed,
} from '../generated/network';
import { dataOf, freeSkb, lengthOf, networkOf, packetOf, put } from './buffers';
import { NetDevice } from './device';
import { close } from './icmp6';
import { gone, makePacket } from './ip';
import { ip6SendOn } from './ip6';
import { namespaceOf } from './namespace';
import { learn } from './neighbour';
import { markSkb } from './record';
import { INET6, isZero6, lookup6, routeKind, sourceFor6 } from './route';

const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;
const SIZE: u32 = 24;
const SOURCE_ADDRESS: u8 = 1;
const TARGET_ADDRESS: u8 = 2;
const HOP_LIMIT: u32 = 255;

/** the solicited-node group of an address, and other addresses that are made here */
const group: usize = memory.data(16);
/** where an option's hardware address was found */
let found: usize = 0;

/** Walks the options; false: one is malformed. */
function options(at: usize, end: usize, wanted: u8): bool {
  found = 0;
  while (at + 2 <= end) {
    const size = (<usize>load<u8>(at, 1)) << 3;
    if (size == 0 || at + size > end) return false;
    if (load<u8>(at) == wanted) found = at + 2;
    at += size;
  }
  return at == end;
}

/** Who has the address at `address`? */
export function askNeighbour(device: NetDevice, address: usize): void {
  const source = sourceFor6(device, address);
  if (source == 0) return;
  const skb = makePacket(SIZE + 8, STAGE_neighbour_discovery, 0, device.namespace);
  if (skb == 0) return;
  const to = put(skb, SIZE + 8);
  store<u64>(to, 0);
  store<u8>(to, SOLICITATION);
  memory.copy(to + 8, address, 16);
  store<u8>(to, SOURCE_ADDRESS, 24);
  store<u8>(to, 1, 25);
  memory.copy(to + 26, device.mac(), 6);
  memory.fill(group, 0, 16);
  store<u16>(group, 0x02ff);
  store<u8>(group, 1, 11);
  store<u8>(group, 0xff, 12);
  memory.copy(group + 13, address + 13, 3);
  close(to, SIZE + 8, source, group);
  ip6SendOn(device, skb, source, group, group, HOP_LIMIT);
}

function advertise(device: NetDevice, skb: usize, solicitation: usize, target: usize): void {
  const answer = makePacket(SIZE + 8, STAGE_neighbour_discovery, packetOf(skb), device.namespace);
  if (answer == 0) return;
  const to = put(answer, SIZE + 8);
  store<u64>(to, 0);
  store<u8>(to, ADVERTISEMENT);
  // solicited, override
  store<u8>(to, 0x60, 4);
  memory.copy(to + 8, solicitation + 8, 16);
  store<u8>(to, TARGET_ADDRESS, 24);
  store<u8>(to, 1, 25);
  memory.copy(to + 26, device.mac(), 6);
  close(to, SIZE + 8, solicitation + 8, target);
  ip6SendOn(device, answer, solicitation + 8, target, target, HOP_LIMIT);
}

/** The packet's data begins at the ICMPv6 header; its checksum is right. */
export function ndiscReceive(device: NetDevice, skb: usize): void {
  const network = networkOf(skb);
  const message = dataOf(skb);
  const type = load<u8>(message);
  const end = message + lengthOf(skb);
  let reason: u32 = 0;
  if (load<u8>(network, 7) != HOP_LIMIT) reason = DROP_IPV6_NDISC_HOP_LIMIT;
  else if (load<u8>(message, 1) != 0) reason = DROP_IPV6_NDISC_BAD_CODE;
  else if (type == SOLICITATION || type == ADVERTISEMENT) {
    if (lengthOf(skb) < SIZE) reason = DROP_PKT_TOO_SMALL;
    else if (!options(message + SIZE, end, type == SOLICITATION ? SOURCE_ADDRESS : TARGET_ADDRESS))
      reason = DROP_IPV6_NDISC_BAD_OPTIONS;
  }
  if (reason != 0) {
    gone(device, skb, STAGE_neighbour_discovery, reason);
    return;
  }
  const namespace = namespaceOf(device.namespace);
  if (type == SOLICITATION) {
    const own = lookup6(namespace, message + 8) && routeKind == ROUTE_local;
    if (own && !isZero6(network + 8)) {
      if (found != 0) learn(device, INET6, network + 8, found, true);
      advertise(device, skb, message, network + 8);
    }
  } else if (type == ADVERTISEMENT && found != 0) learn(device, INET6, message + 8, found, false);
  markSkb(skb, STAGE_neighbour_discovery, VERDICT_consumed, type, device.ifindex, lengthOf(skb), 0, device.namespace);
  freeSkb(skb);
}
