// Routing: one table a namespace, longest prefix first. Own addresses are routes of kind `local`, as in Linux's table 255.
import { COST_route_lookup } from '../generated/costs';
import { NET_LIMIT_routes, ROUTE_broadcast, ROUTE_local, ROUTE_unicast } from '../generated/network';
import { reserve } from '../memory/arena';
import { charge } from './account';
import { NetDevice } from './device';
import { Namespace } from './namespace';

export const INET: u32 = 2;
export const INET6: u32 = 10;

export class Route {
  family: u32 = INET;
  /** the network: host order, or address of 16 bytes */
  net4: u32 = 0;
  net6: usize = 0;
  bits: u32 = 0;
  kind: i32 = ROUTE_unicast;
  ifindex: u32 = 0;
  /** 0: the destination is on the link */
  gateway4: u32 = 0;
  gateway6: usize = 0;
  metric: u32 = 0;
}

/** what the last lookup found; `routeKind` 0: nothing. Gateways: 0 is none */
export let routeKind: i32 = 0;
export let routeDevice: u32 = 0;
export let routeGateway4: u32 = 0;
export let routeGateway6: usize = 0;

/** Do the first `bits` of 16 bytes agree? */
export function samePrefix6(a: usize, b: usize, bits: u32): bool {
  const bytes = bits >> 3;
  for (let i: u32 = 0; i < bytes; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  const rest = bits & 7;
  if (rest == 0) return true;
  const mask = <u8>(0xff00 >> rest);
  return (load<u8>(a + bytes) & mask) == (load<u8>(b + bytes) & mask);
}

export function same6(a: usize, b: usize): bool {
  return load<u64>(a) == load<u64>(b) && load<u64>(a, 8) == load<u64>(b, 8);
}

export function isZero6(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8)) == 0;
}

function mask4(bits: u32): u32 {
  return bits == 0 ? 0 : <u32>(0xffffffff << (32 - bits));
}

/** Adds a route behind those that are more exact, or as exact and of a better metric. False: the table is full. */
export function addRoute(namespace: Namespace, route: Route): bool {
  if (namespace.routes.length >= NET_LIMIT_routes) return false;
  if (route.family == INET) route.net4 &= mask4(route.bits);
  let at = 0;
  const routes = namespace.routes;
  while (at < routes.length) {
    const other = routes[at];
    // The local table is asked before the main one.
    const mine = rank(route);
    const its = rank(other);
    if (its < mine || (its == mine && other.metric > route.metric)) break;
    at++;
  }
  routes.push(route);
  for (let i = routes.length - 1; i > at; i--) routes[i] = routes[i - 1];
  routes[at] = route;
  return true;
}

function rank(route: Route): i32 {
  const own = route.kind == ROUTE_local || route.kind == ROUTE_broadcast;
  return (own ? 1000 : 0) + <i32>route.bits;
}

/** A destination that no table decides: everybody's, this host's too. */
export function toThisHost(): void {
  routeKind = ROUTE_broadcast;
  routeGateway4 = 0;
}

/** `destination` in host order. False: no route. */
export function lookup4(namespace: Namespace, destination: u32): bool {
  charge(COST_route_lookup, 1);
  const routes = namespace.routes;
  for (let i = 0; i < routes.length; i++) {
    const route = routes[i];
    if (route.family != INET || (destination & mask4(route.bits)) != route.net4) continue;
    routeKind = route.kind;
    routeDevice = route.ifindex;
    routeGateway4 = route.gateway4;
    return true;
  }
  routeKind = 0;
  return false;
}

export function lookup6(namespace: Namespace, destination: usize): bool {
  charge(COST_route_lookup, 1);
  const routes = namespace.routes;
  for (let i = 0; i < routes.length; i++) {
    const route = routes[i];
    if (route.family != INET6 || !samePrefix6(destination, route.net6, route.bits)) continue;
    routeKind = route.kind;
    routeDevice = route.ifindex;
    routeGateway6 = route.gateway6;
    return true;
  }
  routeKind = 0;
  return false;
}

/** The interface's own address for packets to `destination` (host order both); 0: it has none. */
export function sourceFor4(device: NetDevice, destination: u32): u32 {
  for (let i = 0; i < device.addresses4.length; i++) {
    const address = bswap<u32>(device.addresses4[i]);
    if ((address & mask4(device.prefixes4[i])) == (destination & mask4(device.prefixes4[i]))) return address;
  }
  return device.addresses4.length > 0 ? bswap<u32>(device.addresses4[0]) : 0;
}

/** Linear address of the interface's own address for packets to `destination`; 0: it has none. */
export function sourceFor6(device: NetDevice, destination: usize): usize {
  for (let i = 0; i < device.addresses6.length; i++) {
    if (samePrefix6(device.addresses6[i], destination, device.prefixes6[i])) return device.addresses6[i];
  }
  return device.addresses6.length > 0 ? device.addresses6[0] : 0;
}

function plain4(address: u32, bits: u32, kind: i32, ifindex: u32): Route {
  const route = new Route();
  route.net4 = address;
  route.bits = bits;
  route.kind = kind;
  route.ifindex = ifindex;
  return route;
}

/** ip addr add: the address is local, its network on the link, the network's ends broadcast. `address` in network order. */
export function addAddress4(namespace: Namespace, device: NetDevice, address: u32, bits: u32): bool {
  const own = bswap<u32>(address);
  device.addresses4.push(address);
  device.prefixes4.push(bits);
  let good: bool = true;
  const loopback = own >> 24 == 127;
  if (loopback) good = addRoute(namespace, plain4(own, 8, ROUTE_local, device.ifindex));
  else if (bits < 32) good = addRoute(namespace, plain4(own, bits, ROUTE_unicast, device.ifindex));
  if (!loopback && bits < 31) {
    const last = own | ~mask4(bits);
    good = good && addRoute(namespace, plain4(last, 32, ROUTE_broadcast, device.ifindex));
  }
  return good && addRoute(namespace, plain4(own, 32, ROUTE_local, device.ifindex));
}

function plain6(address: usize, bits: u32, kind: i32, ifindex: u32): Route {
  const route = new Route();
  route.family = INET6;
  route.net6 = address;
  route.bits = bits;
  route.kind = kind;
  route.ifindex = ifindex;
  return route;
}

/** Keeps 16 bytes for good. */
export function keep6(address: usize): usize {
  const own = reserve(16);
  memory.copy(own, address, 16);
  return own;
}

export function addAddress6(namespace: Namespace, device: NetDevice, address: usize, bits: u32): bool {
  const own = keep6(address);
  device.addresses6.push(own);
  device.prefixes6.push(bits);
  if (bits < 128 && !addRoute(namespace, plain6(own, bits, ROUTE_unicast, device.ifindex))) return false;
  return addRoute(namespace, plain6(own, 128, ROUTE_local, device.ifindex));
}
