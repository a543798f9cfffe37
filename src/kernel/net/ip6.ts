// IPv6: header and extension headers in, delivery, forwarding, the way out (Linux: ip6_rcv_core, ip6_input, ip6_forward, ip6_output).
import { COST_ip_checks } from '../generated/costs';
import {
  DROP_IPV6_BAD_EXTHDR,
  DROP_IP_INADDRERRORS,
  DROP_IP_INHDR,
  DROP_IP_INNOROUTES,
  DROP_IP_NOPROTO,
  DROP_IP_OUTNOROUTES,
  DROP_NOT_SPECIFIED,
  DROP_OTHERHOST,
  DROP_PKT_TOO_BIG,
  DROP_PKT_TOO_SMALL,
  DROP_UNHANDLED_PROTO,
  HOOK_FORWARD,
  HOOK_LOCAL_IN,
  HOOK_LOCAL_OUT,
  HOOK_POST_ROUTING,
  HOOK_PRE_ROUTING,
  ROUTE_blackhole,
  ROUTE_local,
  ROUTE_unicast,
  STAGE_forward,
  STAGE_fragment,
  STAGE_ip_output,
  STAGE_ipv6_rcv,
  STAGE_route,
  VERDICT_drop,
  VERDICT_pass,
} from '../generated/network';
import { partialSum } from '../memory/checksum';
import { toVirtual } from '../memory/layout';
import { SKB_DEV, SKB_PROTOCOL, SKB_SK } from '../memory/structures';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, pull, push, resetNetwork, resetTransport, trim } from './buffers';
import { egressAllowed } from './cgroup';
import { NetDevice, netDevice } from './device';
import { reassemble6 } from './fragments';
import { PARAMETER6, TIME_EXCEEDED6, TOO_BIG6, UNREACHABLE6, icmp6Error, icmp6Receive } from './icmp6';
import { gone } from './ip';
import { Namespace, namespaceOf } from './namespace';
import { output6 } from './neighbour';
import { runHook } from './netfilter';
import { halted } from './programs';
import { PACKET_HOST, PACKET_OTHERHOST, packetType } from './receive';
import { markSkb } from './record';
import { INET6, isZero6, lookup6, routeDevice, routeGateway6, routeKind, sourceFor6 } from './route';
import { Socket } from './socket';
import { tcpReceive } from './tcp';
import { udpReceive } from './udp';

const HEADER: u32 = 40;
const HOP_BY_HOP: u32 = 0;
const ROUTING: u32 = 43;
const FRAGMENT: u32 = 44;
const NO_NEXT: u32 = 59;
const DESTINATION: u32 = 60;
const PROTOCOL_TCP: u32 = 6;
const PROTOCOL_UDP: u32 = 17;
const PROTOCOL_ICMP6: u32 = 58;

/** The packet's data begins at its IPv6 header (Linux: ipv6_rcv). */
export function ip6Receive(device: NetDevice, skb: usize): void {
  const reason = checkHeader(device, skb);
  if (reason != 0) {
    gone(device, skb, STAGE_ipv6_rcv, reason);
    return;
  }
  markSkb(skb, STAGE_ipv6_rcv, VERDICT_pass, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
  if (!runHook(device.namespace, HOOK_PRE_ROUTING, INET6, skb, device.ifindex, 0) || halted != 0) return;
  receiveFinish(device, skb);
}

function checkHeader(device: NetDevice, skb: usize): u32 {
  if (packetType(skb) == PACKET_OTHERHOST) return DROP_OTHERHOST;
  charge(COST_ip_checks, 1);
  const size = lengthOf(skb);
  if (size < HEADER) return DROP_IP_INHDR;
  const header = dataOf(skb);
  if (load<u8>(header) >> 4 != 6) return DROP_UNHANDLED_PROTO;
  const loopback = device.ifindex == namespaceOf(device.namespace).loopback;
  // ::1 belongs to this host alone; a group sends nothing; one's own group of scope 0 or 1 stays inside.
  if (!loopback && (isLoopback(header + 8) || isLoopback(header + 24))) return DROP_IP_INHDR;
  if (load<u8>(header + 8) == 0xff) return DROP_IP_INHDR;
  if (load<u8>(header + 24) == 0xff && !loopback && (load<u8>(header + 24, 1) & 15) <= 1) return DROP_IP_INHDR;
  const payload = <u32>bswap<u16>(load<u16>(header, 4));
  if (payload == 0 && load<u8>(header, 6) == HOP_BY_HOP) return 0;
  if (payload + HEADER > size) return DROP_PKT_TOO_SMALL;
  trim(skb, payload + HEADER);
  resetNetwork(skb);
  return 0;
}

function isLoopback(address: usize): bool {
  return load<u64>(address) == 0 && load<u64>(address, 8) == 0x0100000000000000;
}

function receiveFinish(device: NetDevice, skb: usize): void {
  const namespace = namespaceOf(device.namespace);
  const destination = dataOf(skb) + 24;
  if (load<u8>(destination) == 0xff) {
    // All nodes, and the solicited-node groups of our addresses.
    if (!joined(device, destination)) {
      gone(device, skb, STAGE_route, DROP_NOT_SPECIFIED);
      return;
    }
    markSkb(skb, STAGE_route, VERDICT_pass, ROUTE_local, device.ifindex, lengthOf(skb), 0, device.namespace);
    deliver(device, skb);
    return;
  }
  const known = lookup6(namespace, destination);
  const kind = routeKind;
  const out = routeDevice;
  const gateway = routeGateway6;
  if (!known || kind == ROUTE_blackhole || isZero6(destination)) {
    if (!known) icmp6Error(namespace, skb, UNREACHABLE6, 0, 0);
    gone(device, skb, STAGE_route, known ? DROP_NOT_SPECIFIED : DROP_IP_INNOROUTES);
    return;
  }
  if (kind != ROUTE_local && !namespace.forwarding) {
    gone(device, skb, STAGE_route, DROP_IP_INADDRERRORS);
    return;
  }
  markSkb(skb, STAGE_route, VERDICT_pass, kind, device.ifindex, lengthOf(skb), out, device.namespace);
  if (kind == ROUTE_local) deliver(device, skb);
  else forward(namespace, device, skb, netDevice(out), gateway);
}

function joined(device: NetDevice, group: usize): bool {
  if (load<u64>(group, 8) == 0x0100000000000000) return true;
  if (load<u32>(group, 8) != 0x01000000 || load<u8>(group, 12) != 0xff) return false;
  for (let i = 0; i < device.addresses6.length; i++) {
    const own = device.addresses6[i];
    if (load<u8>(own, 13) == load<u8>(group, 13) && load<u16>(own, 14) == load<u16>(group, 14)) return true;
  }
  return false;
}

function deliver(device: NetDevice, skb: usize): void {
  if (!runHook(device.namespace, HOOK_LOCAL_IN, INET6, skb, device.ifindex, 0) || halted != 0) return;
  const namespace = namespaceOf(device.namespace);
  let packet = skb;
  let at: u32 = HEADER;
  /** where the number of the next header stands */
  let previous: u32 = 6;
  for (;;) {
    const header = dataOf(packet);
    const next = <u32>load<u8>(header + previous);
    const rest = lengthOf(packet) - at;
    if (next == HOP_BY_HOP || next == ROUTING || next == DESTINATION) {
      const size = rest >= 8 ? (<u32>load<u8>(header + at, 1) + 1) << 3 : 0;
      // Hop-by-hop options come first or not at all.
      if (size == 0 || size > rest || (next == HOP_BY_HOP && at != HEADER)) {
        if (next == HOP_BY_HOP && at != HEADER) icmp6Error(namespace, packet, PARAMETER6, 1, previous);
        gone(device, packet, STAGE_ipv6_rcv, DROP_IP_INHDR);
        return;
      }
      const bad = next == ROUTING ? routingHeader(header + at) : tlvs(header + at + 2, size - 2);
      if (bad != 0) {
        if (bad == 2) icmp6Error(namespace, packet, PARAMETER6, next == ROUTING ? 0 : 2, at + 2);
        gone(device, packet, STAGE_ipv6_rcv, next == ROUTING ? DROP_IP_INHDR : DROP_IPV6_BAD_EXTHDR);
        return;
      }
      previous = at;
      at += size;
      continue;
    }
    if (next == FRAGMENT) {
      if (rest < 8) {
        gone(device, packet, STAGE_fragment, DROP_IP_INHDR);
        return;
      }
      packet = reassemble6(device, packet, at, previous);
      if (packet == 0) return;
      markSkb(packet, STAGE_fragment, VERDICT_pass, 0, device.ifindex, lengthOf(packet), 0, device.namespace);
      resetNetwork(packet);
      continue;
    }
    resetNetwork(packet);
    pull(packet, at);
    resetTransport(packet);
    if (next == PROTOCOL_ICMP6) icmp6Receive(device, packet);
    else if (next == PROTOCOL_TCP) tcpReceive(device, packet, INET6);
    else if (next == PROTOCOL_UDP) udpReceive(device, packet, INET6);
    else if (next == NO_NEXT) gone(device, packet, STAGE_ipv6_rcv, DROP_NOT_SPECIFIED);
    else {
      icmp6Error(namespace, packet, PARAMETER6, 1, previous);
      gone(device, packet, STAGE_ipv6_rcv, DROP_IP_NOPROTO);
    }
    return;
  }
}

/** 0 when nothing is left to be visited; 2: an unknown kind with segments left, which is told the sender. */
function routingHeader(at: usize): i32 {
  return load<u8>(at, 3) == 0 ? 0 : 2;
}

/** Options of hop-by-hop and destination headers: 0; 1 malformed or to be dropped; 2 unknown, to be told. */
function tlvs(at: usize, size: u32): i32 {
  let padding: u32 = 0;
  while (size > 0) {
    const type = <u32>load<u8>(at);
    if (type == 0) {
      if (++padding > 7) return 1;
      at++;
      size--;
      continue;
    }
    if (size < 2) return 1;
    const length = <u32>load<u8>(at, 1) + 2;
    if (length > size) return 1;
    if (type == 1) {
      padding += length;
      if (padding > 7) return 1;
      for (let i: u32 = 2; i < length; i++) if (load<u8>(at + i) != 0) return 1;
    } else {
      padding = 0;
      // The two upper bits say what a host does with an option it does not know; 5 is the router alert.
      if (type != 5) {
        if (type >> 6 == 1) return 1;
        if (type >> 6 >= 2) return 2;
      }
    }
    at += length;
    size -= length;
  }
  return 0;
}

function forward(namespace: Namespace, device: NetDevice, skb: usize, out: NetDevice | null, gateway: usize): void {
  if (packetType(skb) != PACKET_HOST || out == null) {
    gone(device, skb, STAGE_forward, DROP_NOT_SPECIFIED);
    return;
  }
  const header = dataOf(skb);
  const life = <u32>load<u8>(header, 7);
  if (life <= 1) {
    icmp6Error(namespace, skb, TIME_EXCEEDED6, 0, 0);
    gone(device, skb, STAGE_forward, DROP_IP_INHDR);
    return;
  }
  if (lengthOf(skb) > out.mtu()) {
    icmp6Error(namespace, skb, TOO_BIG6, 0, out.mtu());
    gone(device, skb, STAGE_forward, DROP_PKT_TOO_BIG);
    return;
  }
  store<u8>(header, <u8>(life - 1), 7);
  markSkb(skb, STAGE_forward, VERDICT_pass, life - 1, out.ifindex, lengthOf(skb), 0, device.namespace);
  if (!runHook(device.namespace, HOOK_FORWARD, INET6, skb, device.ifindex, out.ifindex) || halted != 0) return;
  send(namespace, out, skb, gateway);
}

/** `gateway` 0: the destination itself is next. */
function send(namespace: Namespace, out: NetDevice, skb: usize, gateway: usize): void {
  store<u64>(skb, toVirtual(out.address), SKB_DEV);
  store<u16>(skb, 0xdd86, SKB_PROTOCOL);
  if (!runHook(namespace.id, HOOK_POST_ROUTING, INET6, skb, 0, out.ifindex) || halted != 0) return;
  if (!egressAllowed(skb)) {
    if (halted == 0) freeSkb(skb);
    return;
  }
  if (lengthOf(skb) > out.mtu()) {
    gone(out, skb, STAGE_ip_output, DROP_PKT_TOO_BIG);
    return;
  }
  output6(out, skb, gateway != 0 ? gateway : dataOf(skb) + 24);
}

/** Sum over the pseudo header: addresses, length and protocol. */
export function pseudo6(source: usize, destination: usize, size: u32, protocol: u32): u32 {
  let sum = partialSum(source, 16, 0);
  sum = partialSum(destination, 16, sum);
  store<u32>(scratch, bswap<u32>(size));
  store<u32>(scratch, bswap<u32>(protocol), 4);
  return partialSum(scratch, 8, sum);
}

const scratch: usize = memory.data(8);

function addHeader(skb: usize, source: usize, destination: usize, protocol: u32, life: u32): usize {
  const size = lengthOf(skb);
  const header = push(skb, HEADER);
  if (header == 0) return 0;
  store<u32>(header, 0x60);
  store<u16>(header, bswap<u16>(<u16>size), 4);
  store<u8>(header, <u8>protocol, 6);
  store<u8>(header, <u8>life, 7);
  memory.copy(header + 8, source, 16);
  memory.copy(header + 24, destination, 16);
  resetNetwork(skb);
  store<u16>(skb, 0xdd86, SKB_PROTOCOL);
  return header;
}

/** A packet of our own: its data is what stands behind the header. */
export function ip6Send(
  namespace: Namespace,
  skb: usize,
  source: usize,
  destination: usize,
  protocol: u32,
  life: u32,
  socket: Socket | null,
): void {
  const header = addHeader(skb, source, destination, protocol, life);
  if (header == 0) {
    freeSkb(skb);
    return;
  }
  if (socket != null) store<u64>(skb, toVirtual(socket.address), SKB_SK);
  const out = routeOut(namespace, header + 24);
  const gateway = outGateway;
  if (out == null) {
    markSkb(skb, STAGE_ip_output, VERDICT_drop, DROP_IP_OUTNOROUTES, 0, lengthOf(skb), 0, namespace.id);
    freeSkb(skb);
    return;
  }
  store<u64>(skb, toVirtual(out.address), SKB_DEV);
  markSkb(skb, STAGE_ip_output, VERDICT_pass, 0, out.ifindex, lengthOf(skb), 0, namespace.id);
  if (!runHook(namespace.id, HOOK_LOCAL_OUT, INET6, skb, 0, out.ifindex) || halted != 0) return;
  send(namespace, out, skb, gateway);
}

/** The same on a link whose interface is known, for neighbour discovery. */
export function ip6SendOn(
  device: NetDevice,
  skb: usize,
  source: usize,
  destination: usize,
  next: usize,
  life: u32,
): void {
  if (addHeader(skb, source, destination, PROTOCOL_ICMP6, life) == 0) {
    freeSkb(skb);
    return;
  }
  store<u64>(skb, toVirtual(device.address), SKB_DEV);
  markSkb(skb, STAGE_ip_output, VERDICT_pass, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
  output6(device, skb, next);
}

let outGateway: usize = 0;

function routeOut(namespace: Namespace, destination: usize): NetDevice | null {
  outGateway = 0;
  if (!lookup6(namespace, destination)) return null;
  if (routeKind == ROUTE_local) return netDevice(namespace.loopback);
  if (routeKind != ROUTE_unicast) return null;
  outGateway = routeGateway6;
  return netDevice(routeDevice);
}

/** Linear address of the address that packets to `destination` will have as source; 0: there is no way. */
export function sourceTo6(namespace: Namespace, destination: usize): usize {
  const out = routeOut(namespace, destination);
  if (out == null) return 0;
  if (out.ifindex == namespace.loopback) return destination;
  return sourceFor6(out, outGateway != 0 ? outGateway : destination);
}
