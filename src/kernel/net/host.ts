// What the host may ask of the network: build it, send it packets, let it work, read what happened. Every function of index.ts's NETWORK
// section is here; numbers are -errno where they are negative. Bounds are NET_LIMIT in src/bpf/network.ts: beyond them is -ENOSPC.
import { clock } from '../cpu';
import { EBADF, EBUSY, EINVAL, ENODEV, ENOSPC } from '../generated/errno';
import {
  APPLICATION_client,
  DEVICE_loopback,
  DEVICE_nic,
  DEVICE_veth,
  DEVICE_vlan,
  NET_LIMIT_ring,
  NET_LIMIT_routes,
  NET_LIMIT_rules,
  RULE_destination_bits,
  RULE_family,
  RULE_hook,
  RULE_priority,
  RULE_source_bits,
} from '../generated/network';
import { LOOPBACK, deviceAt } from '../memory/devices';
import { toLinear } from '../memory/layout';
import { resetAccount } from './account';
import { resetBuffers } from './buffers';
import { resetCapture } from './capture';
import { cgroupAt, makeCgroup as newCgroup, resetCgroups } from './cgroup';
import {
  address as boundAddress,
  mayBind,
  mayCreate,
  mayStayBound,
  port as boundPort,
  resetSocketContext,
} from './cgroup-socket';
import { resetLinks } from './links';
import { NetDevice, adoptDevice, makeDevice, netDevice, resetNetDevices, setUp } from './device';
import { arrive, queueFor } from './driver';
import { resetFragments } from './fragments';
import { resetIcmp } from './icmp';
import { addRings, arriveAt, letTimePass, machineTime, resetMachineWork, runOut } from './machine';
import { Namespace, makeNamespace, namespaceAt, resetNamespaces } from './namespace';
import { addNeighbour, resetNeighbours } from './neighbour';
import { addRule, hitsOf, removeHook, resetNetfilter } from './netfilter';
import { resetPatches } from './patches';
import { resetProfile } from './profile';
import { halted, resetNetPrograms } from './programs';
import { resetRecords } from './record';
import { INET, INET6, Route, addAddress4, addAddress6, addRoute, keep6 } from './route';
import {
  DATAGRAM,
  PING,
  STREAM,
  Socket,
  TCP_LISTEN,
  freePort,
  makeSocket,
  publish,
  releaseSocket,
  resetNetSockets,
  scheduleClient,
  socketAt,
} from './socket';
import { resetTransmit } from './transmit';
import { resetWire } from './wire';
import { openCgroup } from '../syscall/files';
import { resetPins } from '../syscall/links';

const MIN_MTU: u32 = 68;
const MAX_MTU: u32 = 65536;
const MOST_QUEUES: u32 = 64;
/** a pcap record: seconds, fraction, captured length, length on the wire; u32 each */
const RECORD_HEADER: usize = 16;

let ready: bool = false;

/** At boot: nothing is built until something is asked for. */
export function resetNetwork(): void {
  ready = false;
  resetProfile();
  resetNetPrograms();
  resetLinks();
  resetPins();
}

/** Namespace 0 with its loopback interface, and everything else empty. */
function begin(): void {
  if (ready) return;
  ready = true;
  resetAccount();
  resetRecords();
  resetBuffers();
  resetNetDevices();
  resetNamespaces();
  resetNeighbours();
  resetNetfilter();
  resetFragments();
  resetIcmp();
  resetNetSockets();
  resetCgroups();
  resetSocketContext();
  resetCapture();
  resetPatches();
  resetTransmit();
  resetMachineWork();
  resetWire();
  const namespace = makeNamespace('');
  if (namespace != null) addLoopback(namespace, LOOPBACK);
}

export function networkReady(): bool {
  return ready;
}

const zero: usize = memory.data(16);
const one: usize = memory.data(16);

function addLoopback(namespace: Namespace, ifindex: u32): void {
  let device: NetDevice | null;
  if (ifindex != 0)
    device = adoptDevice(ifindex, toLinear(deviceAt(ifindex)), DEVICE_loopback, namespace.id, namespace.address, zero);
  else device = makeDevice('lo', DEVICE_loopback, namespace.id, namespace.address, zero, MAX_MTU, 1, 1, deviceAt);
  if (device == null) return;
  namespace.loopback = device.ifindex;
  namespace.devices.push(device.ifindex);
  addAddress4(namespace, device, 0x0100007f, 8);
  memory.fill(one, 0, 16);
  store<u8>(one, 1, 15);
  addAddress6(namespace, device, one, 128);
}

/** ip netns add: its number; 0 is there from the start. */
export function addNamespace(name: usize, size: u32): i32 {
  begin();
  const namespace = makeNamespace(String.UTF8.decodeUnsafe(name, size));
  if (namespace == null) return -ENOSPC;
  addLoopback(namespace, 0);
  return namespace.id;
}

/** ip link add: its interface number. `kind`: DEVICE_…; a NIC has `queues` receive queues of `ring` descriptors. */
export function addInterface(
  namespaceId: u32,
  kind: i32,
  name: usize,
  size: u32,
  mac: usize,
  mtu: u32,
  queues: u32,
  ring: u32,
): i32 {
  begin();
  const namespace = namespaceAt(namespaceId);
  if (namespace == null || size == 0 || size > 15 || mtu < MIN_MTU || mtu > MAX_MTU) return -EINVAL;
  if (queues == 0 || queues > MOST_QUEUES || ring == 0 || ring > <u32>NET_LIMIT_ring) return -EINVAL;
  const text = String.UTF8.decodeUnsafe(name, size);
  const device = makeDevice(text, kind, namespaceId, namespace.address, mac, mtu, queues, ring, deviceAt);
  if (device == null) return -ENOSPC;
  namespace.devices.push(device.ifindex);
  addRings(device);
  return device.ifindex;
}

/** Two veth interfaces become a pair. */
export function pair(a: u32, b: u32): i32 {
  const first = netDevice(a);
  const second = netDevice(b);
  if (first == null || second == null) return -ENODEV;
  if (a == b || first.kind != DEVICE_veth || second.kind != DEVICE_veth) return -EINVAL;
  if (first.peer != 0 || second.peer != 0) return -EBUSY;
  first.peer = b;
  second.peer = a;
  return 0;
}

/** A VLAN interface stands on `lower`: 0x8100 or 0x88a8, and a number. */
export function onVlan(ifindex: u32, lower: u32, protocol: u32, id: u32): i32 {
  const device = netDevice(ifindex);
  const below = netDevice(lower);
  if (device == null || below == null) return -ENODEV;
  if (device.kind != DEVICE_vlan || lower >= ifindex || id > 4094) return -EINVAL;
  if (protocol != 0x8100 && protocol != 0x88a8) return -EINVAL;
  device.lower = lower;
  device.vlanId = id;
  device.vlanProtocol = protocol;
  return 0;
}

/** ip link set up, down */
export function setInterface(ifindex: u32, up: bool): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  setUp(device, up);
  return 0;
}

/** ip addr add: 4 or 16 bytes at `address`, as they stand in a packet. */
export function addAddress(ifindex: u32, family: u32, address: usize, bits: u32): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  const namespace = namespaceAt(device.namespace);
  if (namespace == null || bits > (family == INET ? 32 : 128) || (family != INET && family != INET6)) return -EINVAL;
  if (namespace.routes.length + 4 > NET_LIMIT_routes) return -ENOSPC;
  const good =
    family == INET
      ? addAddress4(namespace, device, load<u32>(address), bits)
      : addAddress6(namespace, device, address, bits);
  return good ? 0 : -ENOSPC;
}

/** ip route add: `kind` ROUTE_…; gateway 0: on the link. */
export function addRouteTo(
  namespaceId: u32,
  family: u32,
  address: usize,
  bits: u32,
  kind: i32,
  ifindex: u32,
  gateway: usize,
  metric: u32,
): i32 {
  begin();
  const namespace = namespaceAt(namespaceId);
  if (namespace == null || (family != INET && family != INET6) || bits > (family == INET ? 32 : 128)) return -EINVAL;
  if (ifindex != 0 && netDevice(ifindex) == null) return -ENODEV;
  const route = new Route();
  route.family = family;
  route.bits = bits;
  route.kind = kind;
  route.ifindex = ifindex;
  route.metric = metric;
  if (family == INET) {
    route.net4 = bswap<u32>(load<u32>(address));
    if (gateway != 0) route.gateway4 = bswap<u32>(load<u32>(gateway));
  } else {
    route.net6 = keep6(address);
    if (gateway != 0) route.gateway6 = keep6(gateway);
  }
  return addRoute(namespace, route) ? 0 : -ENOSPC;
}

/** ip neigh add */
export function addNeighbourAt(ifindex: u32, family: u32, address: usize, mac: usize): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  memory.fill(one, 0, 16);
  memory.copy(one, address, family == INET ? 4 : 16);
  return addNeighbour(device, family, one, mac) ? 0 : -ENOSPC;
}

/** A host at the other end of a NIC's cable, which answers ARP and neighbour solicitations for its address. */
export function addWireHost(ifindex: u32, family: u32, address: usize, mac: usize): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  if (device.kind != DEVICE_nic) return -EINVAL;
  if (device.wire4.length + device.wire6.length >= 1024) return -ENOSPC;
  const own = keep6(zero);
  memory.copy(own, mac, 6);
  if (family == INET) {
    device.wire4.push(load<u32>(address));
    device.wireMac4.push(own);
  } else {
    device.wire6.push(keep6(address));
    device.wireMac6.push(own);
  }
  return 0;
}

/** sysctl: 0 forwarding, 1 rp_filter, 2 limits on ICMP errors */
export function setOption(namespaceId: u32, option: i32, value: bool): i32 {
  begin();
  const namespace = namespaceAt(namespaceId);
  if (namespace == null || option < 0 || option > 2) return -EINVAL;
  if (option == 0) namespace.forwarding = value;
  else if (option == 1) namespace.reversePath = value;
  else namespace.limitsErrors = value;
  return 0;
}

/** iptables -A with a rule in RULE's layout: its number. */
export function addRuleTo(namespaceId: u32, rule: usize): i32 {
  begin();
  const namespace = namespaceAt(namespaceId);
  if (namespace == null) return -EINVAL;
  const family = load<u32>(rule + RULE_family);
  const most: u32 = family == INET ? 32 : 128;
  if ((family != INET && family != INET6) || load<u32>(rule + RULE_hook) > 4) return -EINVAL;
  if (load<u32>(rule + RULE_source_bits) > most || load<u32>(rule + RULE_destination_bits) > most) return -EINVAL;
  if (namespace.hooks.length >= NET_LIMIT_rules) return -ENOSPC;
  return addRule(namespace, load<u32>(rule + RULE_hook), load<i32>(rule + RULE_priority), rule);
}

export function removeRuleFrom(namespaceId: u32, id: u32): i32 {
  const namespace = namespaceAt(namespaceId);
  return namespace != null && removeHook(namespace, id) ? 0 : -EINVAL;
}

export function ruleHits(namespaceId: u32, id: u32): u64 {
  const namespace = namespaceAt(namespaceId);
  return namespace == null ? 0 : hitsOf(namespace, id);
}

/** mkdir in cgroupfs: its number; 0 is the root. Programs see the number + 1 as its id. */
export function addCgroup(parent: i32, name: usize, size: u32): i32 {
  begin();
  const number = newCgroup(parent, String.UTF8.decodeUnsafe(name, size));
  return number < 0 ? -ENOSPC : number;
}

/**
 * A server: a socket bound to a port with a process behind it (APPLICATION_…). `type` 1 stream, 2 datagram; address 0: any. Its number.
 */
export function addServer(
  namespaceId: u32,
  family: u32,
  type: u32,
  address: usize,
  port: u32,
  application: i32,
  cgroup: i32,
): i32 {
  begin();
  const namespace = namespaceAt(namespaceId);
  if (namespace == null || port == 0 || port > 65535 || (family != INET && family != INET6)) return -EINVAL;
  if (type != STREAM && type != DATAGRAM) return -EINVAL;
  for (let i = 0; i < namespace.sockets.length; i++) {
    const other = namespace.sockets[i];
    if (other.family == family && other.type == type && other.localPort == port) return -EBUSY;
  }
  const socket = makeSocket(namespace, family, type, application, cgroup);
  if (socket == null) return -ENOSPC;
  const error = bindServer(socket, address, port);
  if (error) {
    releaseSocket(socket);
    return error;
  }
  if (type == STREAM) socket.setState(TCP_LISTEN);
  publish(socket);
  return socket.number;
}

/** socket(2) and bind(2), as far as programs of the process's cgroup allow; they may choose another address. 0 or -errno. */
function bindServer(socket: Socket, at: usize, port: u32): i32 {
  let error = mayCreate(socket);
  if (error) return error;
  error = mayBind(socket, at, port);
  if (error) return error;
  memory.copy(socket.local, boundAddress, 16);
  socket.localPort = boundPort;
  return mayStayBound(socket);
}

/** A client: asks `rounds` times, `interval` ns apart, for the first time at `start` (simulated ns). `type` 3: ping. Its number. */
export function addClient(
  namespaceId: u32,
  family: u32,
  type: u32,
  address: usize,
  port: u32,
  rounds: u32,
  start: u64,
  interval: u64,
  payload: u32,
  cgroup: i32,
): i32 {
  begin();
  const namespace = namespaceAt(namespaceId);
  if (namespace == null || (family != INET && family != INET6)) return -EINVAL;
  if (type < STREAM || type > PING || (type != PING && (port == 0 || port > 65535)) || payload > 1400) return -EINVAL;
  const socket = makeSocket(namespace, family, type, APPLICATION_client, cgroup);
  if (socket == null) return -ENOSPC;
  const error = mayCreate(socket);
  if (error) {
    releaseSocket(socket);
    return error;
  }
  const target = type == PING ? socket.remote : socket.target;
  memory.copy(target, address, family == INET ? 4 : 16);
  socket.targetPort = port;
  socket.localPort = freePort(namespace);
  socket.rounds = rounds;
  socket.interval = interval;
  socket.payload = payload;
  publish(socket);
  scheduleClient(socket, start > clock ? start - clock : 1);
  return socket.number;
}

/** open(2) of a cgroup's folder: a descriptor to attach to. */
export function cgroupDescriptor(number: i32): i32 {
  begin();
  return cgroupAt(number) == null ? -EBADF : openCgroup(number);
}

/** Linear address of a socket's counters (SOCKET_COUNTERS); 0: no such socket. */
export function socketCounters(number: u32): usize {
  const socket = socketAt(number);
  if (socket == null) return 0;
  store<u64>(socket.counters, socket.queue.count, 48);
  return socket.counters;
}

/** Linear address of an interface's counters (DEVICE_COUNTERS); 0: no such interface. */
export function deviceCounters(ifindex: u32): usize {
  const device = netDevice(ifindex);
  return device == null ? 0 : device.counters;
}

/** Somebody listens at the interface (tcpdump), or stops. */
export function setCapture(ifindex: u32, on: bool): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  device.captured = on;
  return 0;
}

/** A frame arrives at a NIC at `time` (simulated ns); the machine works until then. The packet's number, or -errno. */
export function frameArrives(ifindex: u32, time: u64, frame: usize, size: u32): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  if (device.kind != DEVICE_nic) return -EINVAL;
  const ring = queueFor(device, frame, size);
  if (!arriveAt(max<u64>(time, lastArrival), ring)) return -EBUSY;
  lastArrival = max<u64>(time, lastArrival);
  return arrive(ring, frame, size);
}

let lastArrival: u64 = 0;

/**
 * The same for the whole pcap records in `size` bytes at `from` (numbers big-endian when `swapped`), `gap` ns apart, or as their time stamps say
 * (`unit` ns a fraction, 1 or 1000) from `time` on when `gap` is 0. Bytes consumed; frames that no ring takes are counted there.
 */
export function framesArrive(ifindex: u32, time: u64, gap: u64, unit: u32, from: usize, size: u32, swapped: bool): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  if (device.kind != DEVICE_nic) return -EINVAL;
  const end = from + size;
  let at = from;
  let first: u64 = 0;
  let index: u64 = 0;
  while (at + RECORD_HEADER <= end) {
    const length = word(at + 8, swapped);
    if (<usize>length > end - at - RECORD_HEADER) break;
    let when = time + gap * index;
    if (gap == 0) {
      const stamp = <u64>word(at, swapped) * 1_000_000_000 + <u64>word(at + 4, swapped) * <u64>unit;
      if (index == 0) first = stamp;
      when = time + (stamp > first ? stamp - first : 0);
    }
    index++;
    const ring = queueFor(device, at + RECORD_HEADER, length);
    when = max<u64>(when, lastArrival);
    if (!arriveAt(when, ring)) return -EBUSY;
    lastArrival = when;
    arrive(ring, at + RECORD_HEADER, length);
    at += RECORD_HEADER + <usize>length;
  }
  return <i32>(at - from);
}

function word(at: usize, swapped: bool): u32 {
  const value = load<u32>(at);
  return swapped ? bswap<u32>(value) : value;
}

/** Works until nothing is left to do; timers up to simulated time `limit` fire. 0; -EBUSY: it stands still after a fault. */
export function runNetwork(limit: u64): i32 {
  begin();
  return runOut(limit) ? 0 : -EBUSY;
}

/** Time goes on to `limit`, and everything that is due by then happens. */
export function passNetworkTime(limit: u64): i32 {
  if (runNetwork(limit) != 0) return -EBUSY;
  letTimePass(limit);
  return 0;
}

export function networkTime(): u64 {
  begin();
  lastArrival = min<u64>(lastArrival, machineTime());
  return machineTime();
}

/** 0; else the machine stands still, and this is the kind of fault */
export function networkHalted(): i32 {
  return halted;
}
