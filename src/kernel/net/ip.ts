// IPv4: the checks at the door, routing in, delivery, forwarding, and the way out (Linux: ip_rcv_core, ip_rcv_finish, ip_local_deliver,
// ip_forward, ip_output). Drop reasons are Linux 6.18's.
import { COST_ip_checks } from '../generated/costs';
import {
  DROP_IP_CSUM,
  DROP_IP_INADDRERRORS,
  DROP_IP_INHDR,
  DROP_IP_INNOROUTES,
  DROP_IP_INVALID_DEST,
  DROP_IP_INVALID_SOURCE,
  DROP_IP_LOCALNET,
  DROP_IP_LOCAL_SOURCE,
  DROP_IP_NOPROTO,
  DROP_IP_OUTNOROUTES,
  DROP_IP_RPFILTER,
  DROP_NOT_SPECIFIED,
  DROP_OTHERHOST,
  DROP_PKT_TOO_BIG,
  DROP_PKT_TOO_SMALL,
  HOOK_FORWARD,
  HOOK_LOCAL_IN,
  HOOK_LOCAL_OUT,
  HOOK_POST_ROUTING,
  HOOK_PRE_ROUTING,
  ROUTE_blackhole,
  ROUTE_broadcast,
  ROUTE_local,
  ROUTE_prohibit,
  ROUTE_unicast,
  ROUTE_unreachable,
  STAGE_fragment,
  STAGE_forward,
  STAGE_ip_output,
  STAGE_ip_rcv,
  STAGE_route,
  VERDICT_drop,
  VERDICT_made,
  VERDICT_pass,
} from '../generated/network';
import { foldSum, partialSum } from '../memory/checksum';
import { toVirtual } from '../memory/layout';
import { SKB_DEV, SKB_PROTOCOL } from '../memory/structures';
import { charge } from './account';
import {
  HEADROOM,
  dataOf,
  freeSkb,
  headOf,
  headroomOf,
  lengthOf,
  newSkb,
  packetOf,
  pull,
  push,
  put,
  resetNetwork,
  resetTransport,
  setHops,
  hopsOf,
  setPacket,
  trim,
} from './buffers';
import { egressAllowed } from './cgroup';
import { NetDevice, netDevice } from './device';
import { reassemble4 } from './fragments';
import {
  CODE_FRAGMENTATION,
  CODE_HOST,
  CODE_NET,
  CODE_PROHIBITED,
  CODE_PROTOCOL,
  TIME_EXCEEDED,
  UNREACHABLE,
  icmpError,
  icmpReceive,
} from './icmp';
import { Namespace, namespaceOf } from './namespace';
import { output4 } from './neighbour';
import { runHook } from './netfilter';
import { PATCH_ip_rcv, isPatched, patched } from './patches';
import { halted } from './programs';
import { PACKET_HOST, PACKET_OTHERHOST, packetType } from './receive';
import { markSkb, nextPacket } from './record';
import { INET, lookup4, toThisHost, routeDevice, routeGateway4, routeKind, sourceFor4 } from './route';
import { Socket } from './socket';
import { tcpReceive } from './tcp';
import { udpReceive } from './udp';
import { SKB_SK } from '../memory/structures';

export const IP_HEADER: u32 = 20;
const PROTOCOL_ICMP: u32 = 1;
const PROTOCOL_IGMP: u32 = 2;
const PROTOCOL_TCP: u32 = 6;
const PROTOCOL_UDP: u32 = 17;
const DONT_FRAGMENT: u32 = 0x4000;
const MORE_FRAGMENTS: u32 = 0x2000;
const OFFSET: u32 = 0x1fff;

export function gone(device: NetDevice, skb: usize, stage: i32, reason: u32): void {
  markSkb(skb, stage, VERDICT_drop, reason, device.ifindex, lengthOf(skb), 0, device.namespace);
  freeSkb(skb);
}

/** The packet's data begins at its IP header (Linux: ip_rcv). */
export function ipReceive(device: NetDevice, skb: usize): void {
  if (isPatched(PATCH_ip_rcv)) {
    patched(PATCH_ip_rcv, skb, device);
    return;
  }
  const reason = checkHeader(device, skb);
  if (reason != 0) {
    gone(device, skb, STAGE_ip_rcv, reason);
    return;
  }
  markSkb(skb, STAGE_ip_rcv, VERDICT_pass, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
  if (!runHook(device.namespace, HOOK_PRE_ROUTING, INET, skb, device.ifindex, 0) || halted != 0) return;
  ipReceiveFinish(device, skb);
}

/** ip_rcv_core: 0, or why the packet is dropped. A longer frame is cut to the packet. */
export function checkHeader(_device: NetDevice, skb: usize): u32 {
  if (packetType(skb) == PACKET_OTHERHOST) return DROP_OTHERHOST;
  charge(COST_ip_checks, 1);
  const size = lengthOf(skb);
  if (size < IP_HEADER) return DROP_IP_INHDR;
  const header = dataOf(skb);
  const first = <u32>load<u8>(header);
  const headerSize = (first & 15) << 2;
  if (first >> 4 != 4 || headerSize < IP_HEADER) return DROP_IP_INHDR;
  if (size < headerSize) return DROP_IP_INHDR;
  if (foldSum(partialSum(header, headerSize, 0)) != 0) return DROP_IP_CSUM;
  const total = <u32>bswap<u16>(load<u16>(header, 2));
  if (size < total) return DROP_PKT_TOO_SMALL;
  if (total < headerSize) return DROP_IP_INHDR;
  trim(skb, total);
  resetNetwork(skb);
  const data = dataOf(skb);
  pull(skb, headerSize);
  resetTransport(skb);
  push(skb, <u32>(dataOf(skb) - data));
  return 0;
}

/** Options: 0, or why the packet is dropped (ip_rcv_options): malformed ones, and source routes. */
function checkOptions(header: usize, headerSize: u32): u32 {
  let at: u32 = IP_HEADER;
  while (at < headerSize) {
    const kind = load<u8>(header + at);
    if (kind == 0) break;
    if (kind == 1) {
      at++;
      continue;
    }
    if (at + 2 > headerSize) return DROP_IP_INHDR;
    const size = <u32>load<u8>(header + at, 1);
    if (size < 2 || at + size > headerSize) return DROP_IP_INHDR;
    // loose and strict source routes are not accepted (accept_source_route = 0); record route and timestamp need room for a pointer
    if (kind == 131 || kind == 137) return DROP_IP_INHDR;
    if ((kind == 7 || kind == 68) && (size < 3 || load<u8>(header + at, 2) < 4)) return DROP_IP_INHDR;
    at += size;
  }
  return 0;
}

/** ip_rcv_finish: where to? */
export function ipReceiveFinish(device: NetDevice, skb: usize): void {
  const namespace = namespaceOf(device.namespace);
  const header = dataOf(skb);
  const headerSize = ((<u32>load<u8>(header)) & 15) << 2;
  const source = bswap<u32>(load<u32>(header, 12));
  const destination = bswap<u32>(load<u32>(header, 16));
  let reason = route(namespace, device, skb, source, destination);
  // Where no route leads is a route as well: options are looked at first.
  if ((reason == <u32>DROP_IP_INADDRERRORS || reason == <u32>DROP_IP_INNOROUTES) && headerSize > IP_HEADER) {
    const bad = checkOptions(header, headerSize);
    if (bad != 0) reason = bad;
  }
  if (reason != 0) {
    if (reason == <u32>DROP_IP_INNOROUTES && namespace.forwarding) icmpError(namespace, skb, UNREACHABLE, CODE_NET, 0);
    gone(device, skb, STAGE_route, reason);
    return;
  }
  if (headerSize > IP_HEADER) {
    const bad = checkOptions(header, headerSize);
    if (bad != 0) {
      gone(device, skb, STAGE_ip_rcv, bad);
      return;
    }
  }
  markSkb(skb, STAGE_route, VERDICT_pass, routeKind, device.ifindex, lengthOf(skb), routeDevice, device.namespace);
  if (routeKind == ROUTE_local || routeKind == ROUTE_broadcast) deliverLocally(device, skb);
  else forward(namespace, device, skb);
}

/** ip_route_input: 0 and the route, or why there is none. */
function route(namespace: Namespace, device: NetDevice, skb: usize, source: u32, destination: u32): u32 {
  const loopback = device.ifindex == namespace.loopback;
  // Sources that nobody can have.
  if (source >> 28 == 14 || source == 0xffffffff) return DROP_IP_INVALID_SOURCE;
  if (destination == 0xffffffff || (destination == 0 && source == 0)) {
    if (!namespaceHas4(namespace)) return DROP_IP_INADDRERRORS;
    if (!loopback && isOurs(namespace, source)) return DROP_IP_LOCAL_SOURCE;
    toThisHost();
    return 0;
  }
  if (destination >> 28 == 14) {
    // 224.0.0.1 is everybody; other groups nobody has joined.
    if (destination != 0xe0000001) return DROP_NOT_SPECIFIED;
    if (!loopback && source >> 24 == 127) return DROP_IP_LOCALNET;
    if (!loopback && isOurs(namespace, source)) return DROP_IP_LOCAL_SOURCE;
    toThisHost();
    return 0;
  }
  if (source >> 24 == 0) return DROP_IP_INVALID_SOURCE;
  if (destination >> 24 == 0) return DROP_IP_INVALID_DEST;
  if (!loopback && (destination >> 24 == 127 || source >> 24 == 127)) return DROP_IP_LOCALNET;
  if (!lookup4(namespace, destination)) return namespace.forwarding ? DROP_IP_INNOROUTES : DROP_IP_INADDRERRORS;
  const here = routeKind == ROUTE_local || routeKind == ROUTE_broadcast;
  if (!here && !namespace.forwarding) return DROP_IP_INADDRERRORS;
  if (routeKind == ROUTE_blackhole) return DROP_NOT_SPECIFIED;
  if (routeKind == ROUTE_unreachable || routeKind == ROUTE_prohibit) {
    icmpError(namespace, skb, UNREACHABLE, routeKind == ROUTE_prohibit ? CODE_PROHIBITED : CODE_HOST, 0);
    return DROP_NOT_SPECIFIED;
  }
  if (loopback) return 0;
  const bad = checkSource(namespace, device, source);
  if (bad == 0) lookup4(namespace, destination);
  return bad;
}

/** fib_validate_source: 0, or why a packet from there is nothing that this interface can bring. */
function checkSource(namespace: Namespace, device: NetDevice, source: u32): u32 {
  if (!lookup4(namespace, source)) return namespace.reversePath ? DROP_IP_RPFILTER : 0;
  // Our own address as source is somebody else's lie.
  if (routeKind == ROUTE_local) return DROP_IP_LOCAL_SOURCE;
  if (routeKind == ROUTE_broadcast) return DROP_IP_INVALID_SOURCE;
  return namespace.reversePath && routeDevice != device.ifindex ? DROP_IP_RPFILTER : 0;
}

function isOurs(namespace: Namespace, address: u32): bool {
  return lookup4(namespace, address) && routeKind == ROUTE_local;
}

/** Does a packet to this address go to one host alone, and is that us? */
export function isForUsAlone(namespace: Namespace, destination: u32): bool {
  return destination >> 28 < 14 && isOurs(namespace, destination);
}

/** Is there any way to `destination` (host order)? Who answers asks first: where there is none, nothing is made and nothing dropped. */
export function hasRoute4(namespace: Namespace, destination: u32): bool {
  return routeOut(namespace, destination);
}

function namespaceHas4(namespace: Namespace): bool {
  for (let i = 0; i < namespace.routes.length; i++) if (namespace.routes[i].family == INET) return true;
  return false;
}

/** ip_local_deliver: fragments are put together, LOCAL_IN is asked, the protocol takes it. */
function deliverLocally(device: NetDevice, skb: usize): void {
  let whole = skb;
  const flags = <u32>bswap<u16>(load<u16>(dataOf(skb), 6));
  if (flags & (MORE_FRAGMENTS | OFFSET)) {
    whole = reassemble4(device, skb);
    if (whole == 0) return;
    markSkb(whole, STAGE_fragment, VERDICT_pass, 0, device.ifindex, lengthOf(whole), 0, device.namespace);
  }
  if (!runHook(device.namespace, HOOK_LOCAL_IN, INET, whole, device.ifindex, 0) || halted != 0) return;
  ipDeliverFinish(device, whole);
}

/** ip_local_deliver_finish */
export function ipDeliverFinish(device: NetDevice, skb: usize): void {
  const header = dataOf(skb);
  const headerSize = ((<u32>load<u8>(header)) & 15) << 2;
  const protocol = <u32>load<u8>(header, 9);
  resetNetwork(skb);
  pull(skb, min<u32>(headerSize, lengthOf(skb)));
  resetTransport(skb);
  switch (protocol) {
    case PROTOCOL_ICMP:
      icmpReceive(device, skb);
      return;
    case PROTOCOL_TCP:
      tcpReceive(device, skb, INET);
      return;
    case PROTOCOL_UDP:
      udpReceive(device, skb, INET);
      return;
    case PROTOCOL_IGMP:
      // It has a receiver; nobody here has joined a group.
      gone(device, skb, STAGE_ip_rcv, DROP_NOT_SPECIFIED);
      return;
    default:
      icmpError(namespaceOf(device.namespace), skb, UNREACHABLE, CODE_PROTOCOL, 0);
      gone(device, skb, STAGE_ip_rcv, DROP_IP_NOPROTO);
  }
}

/** ip_forward */
function forward(namespace: Namespace, device: NetDevice, skb: usize): void {
  const out = netDevice(routeDevice);
  const gateway = routeGateway4;
  if (packetType(skb) != PACKET_HOST || out == null) {
    gone(device, skb, STAGE_forward, DROP_NOT_SPECIFIED);
    return;
  }
  const header = dataOf(skb);
  const life = <u32>load<u8>(header, 8);
  if (life <= 1) {
    icmpError(namespace, skb, TIME_EXCEEDED, 0, 0);
    gone(device, skb, STAGE_forward, DROP_IP_INHDR);
    return;
  }
  const flags = <u32>bswap<u16>(load<u16>(header, 6));
  if (lengthOf(skb) > out.mtu() && flags & DONT_FRAGMENT) {
    icmpError(namespace, skb, UNREACHABLE, CODE_FRAGMENTATION, out.mtu());
    gone(device, skb, STAGE_forward, DROP_PKT_TOO_BIG);
    return;
  }
  store<u8>(header, <u8>(life - 1), 8);
  // The checksum is adapted, not computed anew (ip_decrease_ttl).
  const sum = <u32>load<u16>(header, 10) + 1;
  store<u16>(header, <u16>(sum + (sum >= 0xffff ? 1 : 0)), 10);
  const destination = bswap<u32>(load<u32>(header, 16));
  markSkb(skb, STAGE_forward, VERDICT_pass, life - 1, out.ifindex, lengthOf(skb), 0, device.namespace);
  if (!runHook(device.namespace, HOOK_FORWARD, INET, skb, device.ifindex, out.ifindex) || halted != 0) return;
  send(namespace, out, skb, gateway != 0 ? gateway : destination, false);
}

/** From POST_ROUTING on: the packet's IP header is complete. `next` in host order. */
function send(namespace: Namespace, out: NetDevice, skb: usize, next: u32, broadcast: bool): void {
  store<u64>(skb, toVirtual(out.address), SKB_DEV);
  store<u16>(skb, 0x0008, SKB_PROTOCOL);
  if (!runHook(namespace.id, HOOK_POST_ROUTING, INET, skb, 0, out.ifindex) || halted != 0) return;
  if (!egressAllowed(skb)) {
    // The program's record says why.
    if (halted == 0) freeSkb(skb);
    return;
  }
  if (lengthOf(skb) > out.mtu()) {
    fragment(out, skb, next, broadcast);
    return;
  }
  output4(out, skb, next, broadcast);
}

/** ip_do_fragment: pieces that fit the interface, each with a header of its own. */
function fragment(out: NetDevice, skb: usize, next: u32, broadcast: bool): void {
  const header = dataOf(skb);
  const headerSize = ((<u32>load<u8>(header)) & 15) << 2;
  const flags = <u32>bswap<u16>(load<u16>(header, 6));
  const piece = (out.mtu() - headerSize) & ~7;
  if (flags & DONT_FRAGMENT || piece == 0) {
    gone(out, skb, STAGE_fragment, DROP_PKT_TOO_BIG);
    return;
  }
  const body = lengthOf(skb) - headerSize;
  for (let at: u32 = 0; at < body; at += piece) {
    const size = min<u32>(piece, body - at);
    const part = newSkb(HEADROOM, headerSize + size);
    if (part == 0) break;
    setPacket(part, nextPacket());
    setHops(part, hopsOf(skb));
    const to = put(part, headerSize + size);
    memory.copy(to, dataOf(skb), headerSize);
    memory.copy(to + headerSize, dataOf(skb) + headerSize + at, size);
    store<u16>(to, bswap<u16>(<u16>(headerSize + size)), 2);
    const more = at + size < body || (flags & MORE_FRAGMENTS) != 0 ? MORE_FRAGMENTS : 0;
    store<u16>(to, bswap<u16>(<u16>(((flags & OFFSET) + (at >> 3)) | more)), 6);
    seal(to, headerSize);
    resetNetwork(part);
    store<u16>(part, 0x0008, SKB_PROTOCOL);
    store<u64>(part, toVirtual(out.address), SKB_DEV);
    markSkb(part, STAGE_fragment, VERDICT_made, at, out.ifindex, lengthOf(part), packetOf(skb), out.namespace);
    output4(out, part, next, broadcast);
  }
  markSkb(skb, STAGE_fragment, VERDICT_pass, 0, out.ifindex, lengthOf(skb), 0, out.namespace);
  freeSkb(skb);
}

/** The header's checksum. */
export function seal(header: usize, size: u32): void {
  store<u16>(header, 0, 10);
  store<u16>(header, foldSum(partialSum(header, size, 0)), 10);
}

/**
 * A packet of our own: its data is what stands behind the IP header; addresses in host order, source 0 is chosen by the route. The
 * source is needed before, for checksums: see sourceTo4. Linux: ip_queue_xmit, ip_push_pending_frames.
 */
export function ipSend(
  namespace: Namespace,
  skb: usize,
  source: u32,
  destination: u32,
  protocol: u32,
  life: u32,
  dontFragment: bool,
  socket: Socket | null,
): void {
  const header = push(skb, IP_HEADER);
  if (header == 0) {
    freeSkb(skb);
    return;
  }
  if (socket != null) store<u64>(skb, toVirtual(socket.address), SKB_SK);
  store<u8>(header, 0x45);
  store<u8>(header, serviceClass, 1);
  serviceClass = 0;
  store<u16>(header, bswap<u16>(<u16>lengthOf(skb)), 2);
  store<u16>(header, bswap<u16>(<u16>namespace.nextId), 4);
  namespace.nextId = (namespace.nextId + 1) & 0xffff;
  store<u16>(header, dontFragment ? 0x0040 : 0, 6);
  store<u8>(header, <u8>life, 8);
  store<u8>(header, <u8>protocol, 9);
  store<u32>(header, bswap<u32>(source), 12);
  store<u32>(header, bswap<u32>(destination), 16);
  seal(header, IP_HEADER);
  resetNetwork(skb);
  store<u16>(skb, 0x0008, SKB_PROTOCOL);
  const known = routeOut(namespace, destination);
  const out = known ? netDevice(outDevice) : null;
  if (out == null) {
    markSkb(skb, STAGE_ip_output, VERDICT_drop, DROP_IP_OUTNOROUTES, 0, lengthOf(skb), 0, namespace.id);
    freeSkb(skb);
    return;
  }
  const next = outNext;
  const broadcast = outBroadcast;
  store<u64>(skb, toVirtual(out.address), SKB_DEV);
  markSkb(skb, STAGE_ip_output, VERDICT_pass, 0, out.ifindex, lengthOf(skb), 0, namespace.id);
  if (!runHook(namespace.id, HOOK_LOCAL_OUT, INET, skb, 0, out.ifindex) || halted != 0) return;
  send(namespace, out, skb, next, broadcast);
}

let outDevice: u32 = 0;
let outNext: u32 = 0;
let outBroadcast: bool = false;

/** ip_route_output: false when there is none. */
function routeOut(namespace: Namespace, destination: u32): bool {
  outBroadcast = false;
  if (!lookup4(namespace, destination)) return false;
  if (routeKind == ROUTE_local) {
    outDevice = namespace.loopback;
    outNext = destination;
    return true;
  }
  if (routeKind != ROUTE_unicast && routeKind != ROUTE_broadcast) return false;
  outBroadcast = routeKind == ROUTE_broadcast;
  outDevice = routeDevice;
  outNext = routeGateway4 != 0 ? routeGateway4 : destination;
  return true;
}

/** The address that packets to `destination` will have as source (host order); 0: there is no way. */
export function sourceTo4(namespace: Namespace, destination: u32): u32 {
  if (!routeOut(namespace, destination)) return 0;
  if (outDevice == namespace.loopback) return destination;
  const out = netDevice(outDevice);
  return out == null ? 0 : sourceFor4(out, outNext);
}

/** An empty packet of our own, with room for headers, for `size` bytes; 0: no memory. `cause`: what it answers. */
export function makePacket(size: u32, stage: i32, cause: u32, namespace: u32): usize {
  const skb = newSkb(HEADROOM, size);
  if (skb == 0) return 0;
  setPacket(skb, nextPacket());
  markSkb(skb, stage, VERDICT_made, 0, 0, size, cause, namespace);
  return skb;
}

/** the next packet's type of service */
let serviceClass: u8 = 0;

export function setServiceClass(value: u8): void {
  serviceClass = value;
}

/** Bytes of the packet from its IP header on, when its data has moved past it. */
export function fromNetwork(skb: usize, network: usize): u32 {
  return <u32>(headOf(skb) + headroomOf(skb) + lengthOf(skb) - network);
}
