// Interfaces: a NetDevice beside each struct net_device of the arena, with what the simulator keeps of it: receive rings, queue,
// attached programs, counters. Interface numbers are the machine's, not the namespace's (a difference from Linux, where each namespace
// counts its own).
import { DEVICE_loopback, DEVICE_nic, DEVICE_veth, NET_LIMIT_devices, NET_LIMIT_ring } from '../generated/network';
import { allocateObject, reserve } from '../memory/arena';
import { addDevice } from '../memory/devices';
import { toLinear, toVirtual } from '../memory/layout';
import {
  NET_DEVICE_BROADCAST,
  NET_DEVICE_DEV_ADDR,
  NET_DEVICE_FLAGS,
  NET_DEVICE_MTU,
  RXQ_DEV,
  RXQ_QUEUE_INDEX,
  RXQ_SIZE,
} from '../memory/structures';
import { Program } from '../program';
import { givePage } from './buffers';

/** struct net_device of 6.18 */
const NET_DEVICE_NETNS: usize = 264;
const NET_DEVICE_TYPE: usize = 536;
const NET_DEVICE_OPERSTATE: usize = 768;
const NET_DEVICE_PERM_ADDR: usize = 775;
const NET_DEVICE_ADDR_LEN: usize = 808;
const NET_DEVICE_NUM_RX_QUEUES: usize = 976;

const ARPHRD_ETHER: u16 = 1;
const ARPHRD_LOOPBACK: u16 = 772;
const IF_OPER_UP: u8 = 6;
const IFF_UP: u32 = 0x1;
const IFF_BROADCAST: u32 = 0x2;
const IFF_LOOPBACK: u32 = 0x8;
const IFF_RUNNING: u32 = 0x40;
const IFF_MULTICAST: u32 = 0x1000;

/** positions of DEVICE_COUNTERS */
export const RX_PACKETS: i32 = 0;
export const RX_BYTES: i32 = 1;
export const TX_PACKETS: i32 = 2;
export const TX_BYTES: i32 = 3;
export const RX_DROPPED: i32 = 4;
export const TX_DROPPED: i32 = 5;
export const RX_MISSED: i32 = 6;
export const RX_LENGTH_ERRORS: i32 = 7;
/** XDP_ABORTED and the others follow in their order */
export const XDP_VERDICTS: i32 = 8;
const COUNTERS: usize = 13;

/** A program at a hook of an interface or cgroup. */
export class Attachment {
  /** number of the link that holds it; 0: attached without a link */
  link: u32 = 0;
  /** of a tc filter: preference and handle */
  priority: u32 = 0;
  handle: u32 = 0;
  directAction: bool = true;
  constructor(public program: Program) {}
}

/** Receive descriptors of one queue: pages with frames that the driver has not taken yet. Belongs to one processor. */
export class Ring {
  /** a slot: page (u32), offset of the frame (u32), bytes (u32), number of the packet (u32) */
  slots: usize = 0;
  head: u32 = 0;
  count: u32 = 0;
  /** frames that the poll in progress may still take; 0: no poll */
  budget: i32 = 0;
  /** struct xdp_rxq_info */
  rxq: usize = 0;

  constructor(
    public device: NetDevice,
    public queue: u32,
    public size: u32,
  ) {
    this.slots = reserve((<usize>size) << 4);
    this.rxq = allocateObject(RXQ_SIZE);
    store<u64>(this.rxq, toVirtual(device.address), RXQ_DEV);
    store<u32>(this.rxq, queue, RXQ_QUEUE_INDEX);
  }

  /** False: full. */
  add(page: usize, offset: u32, size: u32, packet: u32): bool {
    if (this.count == this.size) return false;
    const at = this.slots + ((<usize>((this.head + this.count) % this.size)) << 4);
    store<u32>(at, <u32>page);
    store<u32>(at, offset, 4);
    store<u32>(at, size, 8);
    store<u32>(at, packet, 12);
    this.count++;
    return true;
  }

  /** Address of the oldest slot; it is taken off. */
  take(): usize {
    const at = this.slots + ((<usize>this.head) << 4);
    this.head = (this.head + 1) % this.size;
    this.count--;
    return at;
  }
}

/** A list of sk_buffs with a bound. */
export class Queue {
  head: usize = 0;
  tail: usize = 0;
  count: u32 = 0;
  constructor(public limit: u32) {}
}

export class NetDevice {
  /** linear address of the struct net_device */
  address: usize = 0;
  peer: u32 = 0;
  /** VLAN interface: number and protocol (host order) of the tag, interface below */
  vlanId: u32 = 0;
  vlanProtocol: u32 = 0;
  lower: u32 = 0;
  rings: Ring[] = [];
  queue: Queue = new Queue(1000);
  /** XDP in the driver, and on socket buffers; the link that holds it */
  xdp: Attachment | null = null;
  xdpGeneric: Attachment | null = null;
  clsact: bool = false;
  tcxIngress: Attachment[] = [];
  tcxEgress: Attachment[] = [];
  filtersIngress: Attachment[] = [];
  filtersEgress: Attachment[] = [];
  /** somebody listens with tcpdump (PF_PACKET): the host's capture */
  captured: bool = false;
  counters: usize = 0;
  /** own IPv4 addresses (network order) and prefix lengths; IPv6 ones as linear addresses of 16 bytes */
  addresses4: u32[] = [];
  prefixes4: u32[] = [];
  addresses6: usize[] = [];
  prefixes6: u32[] = [];
  /** who answers address resolution at the other end of a NIC's cable: IPv4 or IPv6 address and its MAC */
  wire4: u32[] = [];
  wire6: usize[] = [];
  wireMac4: usize[] = [];
  wireMac6: usize[] = [];
  namespace: u32;

  constructor(
    public ifindex: u32,
    public kind: i32,
    namespace: u32,
  ) {
    this.namespace = namespace;
    this.counters = reserve(COUNTERS * 8);
  }

  count(counter: i32, by: u64): void {
    const at = this.counters + ((<usize>counter) << 3);
    store<u64>(at, load<u64>(at) + by);
  }

  up(): bool {
    return (load<u32>(this.address, NET_DEVICE_FLAGS) & IFF_UP) != 0;
  }

  mtu(): u32 {
    return load<u32>(this.address, NET_DEVICE_MTU);
  }

  /** linear address of the six bytes of the hardware address */
  mac(): usize {
    return toLinear(load<u64>(this.address, NET_DEVICE_DEV_ADDR));
  }
}

/** by interface number */
let devices: Array<NetDevice | null> = [];
let made: i32 = 0;

export function resetNetDevices(): void {
  devices = [];
  made = 0;
}

export function netDevice(ifindex: u32): NetDevice | null {
  return ifindex < <u32>devices.length ? devices[ifindex] : null;
}

/** The interface that a struct net_device's address belongs to. */
export function deviceOf(address: u64): NetDevice | null {
  for (let i = 0; i < devices.length; i++) {
    const device = devices[i];
    if (device != null && toVirtual(device.address) == address) return device;
  }
  return null;
}

export function deviceCount(): u32 {
  return <u32>devices.length;
}

function setMac(device: NetDevice, mac: usize): void {
  const own = allocateObject(32);
  memory.copy(own, mac, 6);
  store<u64>(device.address, toVirtual(own), NET_DEVICE_DEV_ADDR);
  memory.copy(device.address + NET_DEVICE_PERM_ADDR, mac, 6);
}

/** The loopback interface that the machine has from the start, or another namespace's; its struct net_device is there already. */
function describe(device: NetDevice, mac: usize, namespaceAddress: usize): void {
  const at = device.address;
  const loopback = device.kind == DEVICE_loopback;
  store<u64>(at, toVirtual(namespaceAddress), NET_DEVICE_NETNS);
  store<u16>(at, loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER, NET_DEVICE_TYPE);
  store<u8>(at, IF_OPER_UP, NET_DEVICE_OPERSTATE);
  store<u8>(at, 6, NET_DEVICE_ADDR_LEN);
  setMac(device, mac);
  if (!loopback) memory.fill(at + NET_DEVICE_BROADCAST, 0xff, 6);
}

function keep(device: NetDevice): void {
  while (<u32>devices.length <= device.ifindex) devices.push(null);
  devices[device.ifindex] = device;
  made++;
}

/** Adopts the struct net_device at linear `address` as interface `ifindex`. */
export function adoptDevice(
  ifindex: u32,
  address: usize,
  kind: i32,
  namespace: u32,
  namespaceAddress: usize,
  mac: usize,
): NetDevice {
  const device = new NetDevice(ifindex, kind, namespace);
  device.address = address;
  describe(device, mac, namespaceAddress);
  keep(device);
  return device;
}

/** A new interface, up; null: there are too many. `queues` receive queues of `ring` descriptors each. */
export function makeDevice(
  name: string,
  kind: i32,
  namespace: u32,
  namespaceAddress: usize,
  mac: usize,
  mtu: u32,
  queues: u32,
  ring: u32,
  addressOf: (ifindex: u32) => u64,
): NetDevice | null {
  if (made >= NET_LIMIT_devices) return null;
  const flags =
    kind == DEVICE_loopback
      ? IFF_UP | IFF_LOOPBACK | IFF_RUNNING
      : IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_MULTICAST;
  const ifindex = addDevice(name, mtu, flags);
  const device = adoptDevice(ifindex, toLinear(addressOf(ifindex)), kind, namespace, namespaceAddress, mac);
  store<u32>(device.address, queues, NET_DEVICE_NUM_RX_QUEUES);
  if (kind == DEVICE_nic || kind == DEVICE_veth) {
    const size = max<u32>(1, min<u32>(ring, NET_LIMIT_ring));
    for (let i: u32 = 0; i < queues; i++) device.rings.push(new Ring(device, i, size));
  }
  return device;
}

/** Gives the pages of a ring back. */
export function emptyRing(ring: Ring): void {
  while (ring.count > 0) givePage(<usize>load<u32>(ring.take()));
}

export function setUp(device: NetDevice, up: bool): void {
  const flags = load<u32>(device.address, NET_DEVICE_FLAGS);
  store<u32>(device.address, up ? flags | IFF_UP : flags & ~IFF_UP, NET_DEVICE_FLAGS);
}
