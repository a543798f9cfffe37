// Neighbours: which hardware address an IP address of the link has (ARP and neighbour discovery). Packets wait while the question is
// open: three questions, a second apart, then they are dropped.
import { COST_neighbour_lookup } from '../generated/costs';
import {
  DEVICE_loopback,
  DROP_NEIGH_FAILED,
  DROP_NEIGH_QUEUEFULL,
  NET_LIMIT_neighbours,
  STAGE_neighbour,
  VERDICT_drop,
  VERDICT_pass,
  VERDICT_queued,
} from '../generated/network';
import { SKB_PROTOCOL } from '../memory/structures';
import { reserve } from '../memory/arena';
import { askArp } from './arp';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, push } from './buffers';
import { NetDevice, Queue, netDevice } from './device';
import { setTimer } from './machine';
import { Namespace, namespaceOf } from './namespace';
import { askNeighbour } from './ndisc';
import { dequeue, enqueue } from './queue';
import { markSkb } from './record';
import { INET, INET6, lookup4, lookup6, routeGateway4, routeGateway6 } from './route';
import { TIMER_NEIGHBOUR } from './timers';
import { devXmit } from './transmit';

const INCOMPLETE: i32 = 0;
const REACHABLE: i32 = 1;
const PERMANENT: i32 = 2;
const PROBES: u32 = 3;
const RETRANSMIT: u64 = 1_000_000_000;
/** packets that wait for an answer (unres_qlen is bytes; 101 packets of the usual size) */
const WAITING: u32 = 101;
const ETHERNET_HEADER: u32 = 14;

export class Neighbour {
  state: i32 = INCOMPLETE;
  probes: u32 = 0;
  /** 16 bytes; an IPv4 address is the first four, in network order */
  key: usize = reserve(16);
  mac: usize = reserve(8);
  waiting: Queue = new Queue(WAITING);
  constructor(
    public family: u32,
    public ifindex: u32,
    public number: u32,
  ) {}
}

/** all of them, by number: timers name them */
let all: Neighbour[] = [];
const key: usize = memory.data(16);

export function resetNeighbours(): void {
  all = [];
}

function find(namespace: Namespace, device: NetDevice, family: u32, at: usize): Neighbour | null {
  charge(COST_neighbour_lookup, 1);
  const list = namespace.neighbours;
  for (let i = 0; i < list.length; i++) {
    const neighbour = list[i];
    if (neighbour.ifindex != device.ifindex || neighbour.family != family) continue;
    if (load<u32>(neighbour.key) != load<u32>(at)) continue;
    if (
      family == INET ||
      (load<u64>(neighbour.key) == load<u64>(at) && load<u64>(neighbour.key, 8) == load<u64>(at, 8))
    )
      return neighbour;
  }
  return null;
}

function make(namespace: Namespace, device: NetDevice, family: u32, at: usize): Neighbour | null {
  if (all.length >= NET_LIMIT_neighbours) return null;
  const neighbour = new Neighbour(family, device.ifindex, all.length);
  memory.copy(neighbour.key, at, family == INET ? 4 : 16);
  all.push(neighbour);
  namespace.neighbours.push(neighbour);
  return neighbour;
}

/** ip neigh add: known for good. False: the table is full. */
export function addNeighbour(device: NetDevice, family: u32, at: usize, mac: usize): bool {
  const namespace = namespaceOf(device.namespace);
  let neighbour = find(namespace, device, family, at);
  if (neighbour == null) neighbour = make(namespace, device, family, at);
  if (neighbour == null) return false;
  memory.copy(neighbour.mac, mac, 6);
  neighbour.state = PERMANENT;
  return true;
}

/** Somebody said where an address lives. `create`: worth remembering even if nobody had asked. */
export function learn(device: NetDevice, family: u32, at: usize, mac: usize, create: bool): void {
  const namespace = namespaceOf(device.namespace);
  let neighbour = find(namespace, device, family, at);
  if (neighbour == null && create) neighbour = make(namespace, device, family, at);
  if (neighbour == null || neighbour.state == PERMANENT) return;
  memory.copy(neighbour.mac, mac, 6);
  neighbour.state = REACHABLE;
  neighbour.probes = 0;
  setTimer(TIMER_NEIGHBOUR, neighbour.number, 0);
  for (let skb = dequeue(neighbour.waiting); skb != 0; skb = dequeue(neighbour.waiting))
    send(device, skb, neighbour.mac);
}

/** Puts the link-layer header on and sends. */
function send(device: NetDevice, skb: usize, mac: usize): void {
  const frame = push(skb, ETHERNET_HEADER);
  if (frame == 0) {
    freeSkb(skb);
    return;
  }
  memory.copy(frame, mac, 6);
  memory.copy(frame + 6, device.mac(), 6);
  store<u16>(frame, load<u16>(skb, SKB_PROTOCOL), 12);
  devXmit(skb, device, true);
}

const group: usize = memory.data(8);

/** neigh_output: the packet, whose data begins at its network header, goes to the neighbour with the address at `at`. */
function output(device: NetDevice, skb: usize, family: u32, at: usize): void {
  const namespace = namespaceOf(device.namespace);
  let neighbour = find(namespace, device, family, at);
  if (neighbour == null) neighbour = make(namespace, device, family, at);
  if (neighbour == null) {
    drop(device, skb, DROP_NEIGH_FAILED);
    return;
  }
  if (neighbour.state != INCOMPLETE) {
    markSkb(skb, STAGE_neighbour, VERDICT_pass, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
    send(device, skb, neighbour.mac);
    return;
  }
  if (!enqueue(neighbour.waiting, skb)) {
    // The oldest goes, as in Linux.
    drop(device, dequeue(neighbour.waiting), DROP_NEIGH_QUEUEFULL);
    enqueue(neighbour.waiting, skb);
  }
  markSkb(skb, STAGE_neighbour, VERDICT_queued, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
  if (neighbour.probes == 0) ask(device, neighbour);
}

function drop(device: NetDevice, skb: usize, reason: u32): void {
  markSkb(skb, STAGE_neighbour, VERDICT_drop, reason, device.ifindex, lengthOf(skb), 0, device.namespace);
  freeSkb(skb);
}

function ask(device: NetDevice, neighbour: Neighbour): void {
  neighbour.probes++;
  setTimer(TIMER_NEIGHBOUR, neighbour.number, RETRANSMIT);
  if (neighbour.family == INET) askArp(device, load<u32>(neighbour.key));
  else askNeighbour(device, neighbour.key);
}

/** Nobody has answered for a second. */
export function neighbourTimer(number: u32): void {
  const neighbour = all[<i32>number];
  const device = netDevice(neighbour.ifindex);
  if (device == null || neighbour.state != INCOMPLETE) return;
  if (neighbour.probes < PROBES) {
    ask(device, neighbour);
    return;
  }
  neighbour.probes = 0;
  for (let skb = dequeue(neighbour.waiting); skb != 0; skb = dequeue(neighbour.waiting))
    drop(device, skb, DROP_NEIGH_FAILED);
}

/** Sends an IPv4 packet to `next` (host order) on the link. */
export function output4(device: NetDevice, skb: usize, next: u32, broadcast: bool): void {
  if (device.kind == DEVICE_loopback) {
    send(device, skb, device.mac());
    return;
  }
  if (broadcast || next == 0xffffffff) {
    memory.fill(group, 0xff, 6);
    send(device, skb, group);
    return;
  }
  if (next >> 28 == 14) {
    store<u32>(group, 0x5e0001);
    store<u8>(group, <u8>((next >> 16) & 0x7f), 3);
    store<u16>(group, bswap<u16>(<u16>next), 4);
    send(device, skb, group);
    return;
  }
  memory.fill(key, 0, 16);
  store<u32>(key, bswap<u32>(next));
  output(device, skb, INET, key);
}

export function output6(device: NetDevice, skb: usize, next: usize): void {
  if (device.kind == DEVICE_loopback) {
    send(device, skb, device.mac());
    return;
  }
  if (load<u8>(next) == 0xff) {
    store<u16>(group, 0x3333);
    store<u32>(group, load<u32>(next, 12), 2);
    send(device, skb, group);
    return;
  }
  output(device, skb, INET6, next);
}

/** bpf_redirect_neigh: by the routing table of the device's namespace, with the destination as next hop where there is no route. */
export function resolveNext(device: NetDevice, skb: usize): void {
  const namespace = namespaceOf(device.namespace);
  const header = dataOf(skb);
  if (load<u16>(skb, SKB_PROTOCOL) == 0x0008 && lengthOf(skb) >= 20) {
    const destination = bswap<u32>(load<u32>(header, 16));
    const gateway = lookup4(namespace, destination) ? routeGateway4 : 0;
    output4(device, skb, gateway != 0 ? gateway : destination, false);
  } else if (load<u16>(skb, SKB_PROTOCOL) == 0xdd86 && lengthOf(skb) >= 40) {
    const gateway: usize = lookup6(namespace, header + 24) ? routeGateway6 : 0;
    output6(device, skb, gateway != 0 ? gateway : header + 24);
  } else drop(device, skb, DROP_NEIGH_FAILED);
}
