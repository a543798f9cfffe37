// The socket buffer that tc, socket and cgroup programs work on: struct sk_buff, its data and struct skb_shared_info in 6.18's layout.
// A test run has one of its own; the network path (net/) puts its packets here one after the other (selectSkb). All data is linear. Only data … data + len is accessible; helpers that move the borders call `fitSkb`.
import { allocateObject, reserve } from '../memory/arena';
import { LOOPBACK, deviceAt } from '../memory/devices';
import { toLinear, toVirtual } from '../memory/layout';
import { SHADOW_OUTSIDE_PACKET, conceal, expose } from '../memory/shadow';
import { expandHead } from '../net/buffers';
import {
  NET_DEVICE_BROADCAST,
  NET_DEVICE_DEV_ADDR,
  SHARED_INFO_SIZE,
  SHARED_META_LEN,
  SKB_CB_DATA_END,
  SKB_CB_DATA_META,
  SKB_DATA,
  SKB_DEV,
  SKB_END,
  SKB_HEAD,
  SKB_IIF,
  SKB_LEN,
  SKB_MAC_HEADER,
  SKB_MAC_LEN,
  SKB_NETWORK_HEADER,
  SKB_PKT_TYPE,
  SKB_PROTOCOL,
  SKB_SIZE,
  SKB_SK,
  SKB_TAIL,
  SKB_TRANSPORT_HEADER,
  SKB_TRUESIZE,
  SKB_USERS,
  SOCK_DADDR,
  SOCK_FAMILY,
  SOCK_RCV_SADDR,
  SOCK_RX_QUEUE_MAPPING,
  SOCK_SIZE,
  SOCK_STATE,
  SOCK_V6_DADDR,
  SOCK_V6_RCV_SADDR,
} from '../memory/structures';

/** room in front of the packet and behind it: as much as a program may make it grow; Linux takes more memory when it is needed */
const HEADROOM: u32 = 16384;
const ROOM: u32 = 16384;
export const ETHERNET_HEADER: u32 = 14;

const ETH_P_802_3_MIN: u16 = 0x0600;
const ETH_P_802_3: u16 = 0x0001;
const ETH_P_802_2: u16 = 0x0004;
/** packet types: to us, to all, to some, to somebody else */
const PACKET_HOST: u8 = 0;
const PACKET_BROADCAST: u8 = 1;
const PACKET_MULTICAST: u8 = 2;
const PACKET_OTHERHOST: u8 = 3;
/** "no such header": headers' offsets before they are set */
const UNSET: u16 = 0xffff;

let head: usize = 0;
/** bytes from `head` to struct skb_shared_info (skb->end) */
let room: u32 = HEADROOM + ROOM;
/** linear address of the struct sk_buff */
export let skb: usize = 0;
/** a test run's own buffer and sk_buff */
let ownHead: usize = 0;
let ownSkb: usize = 0;
/** a word in kernel memory that holds the address of the struct skb_shared_info of the buffer that programs work on */
export let sharedCell: usize = 0;
/** a socket that a packet's pointer can point at */
let socket: usize = 0;

/** what of the buffer is accessible now */
let exposed: usize = 0;
let exposedSize: usize = 0;

export function resetSkb(): void {
  ownHead = reserve(<usize>(HEADROOM + ROOM) + SHARED_INFO_SIZE);
  ownSkb = allocateObject(SKB_SIZE);
  sharedCell = allocateObject(8);
  skb = 0;
  selectOwn();
  socket = allocateObject(SOCK_SIZE);
  expose(sharedInfo(), SHARED_INFO_SIZE);
  exposed = 0;
}

function selectOwn(): void {
  if (skb == ownSkb && head == ownHead && room == HEADROOM + ROOM) return;
  skb = ownSkb;
  head = ownHead;
  room = HEADROOM + ROOM;
  exposed = 0;
  store<u64>(sharedCell, toVirtual(sharedInfo()));
}

/** Programs and helpers work on this struct sk_buff from now on. */
export function selectSkb(which: usize): void {
  skb = which;
  head = toLinear(load<u64>(which, SKB_HEAD));
  room = load<u32>(which, SKB_END);
  exposed = 0;
  store<u64>(sharedCell, toVirtual(sharedInfo()));
}

/** Room for so many bytes before and behind the packet; false: there is none (-ENOMEM). */
export function makeRoom(before: u32, behind: u32): bool {
  if (before <= skbHeadroom() && behind <= skbTailroom()) return true;
  if (skb == ownSkb || !expandHead(skb, before, behind)) return false;
  selectSkb(skb);
  return true;
}

export function skbData(): usize {
  return toLinear(load<u64>(skb, SKB_DATA));
}

/** Virtual address of the packet's first byte. */
export function skbStart(): u64 {
  return load<u64>(skb, SKB_DATA);
}

export function skbLength(): u32 {
  return load<u32>(skb, SKB_LEN);
}

/** Bytes between the buffer's start and the data. */
export function skbHeadroom(): u32 {
  return <u32>(skbData() - head);
}

/** Bytes behind the data. */
export function skbTailroom(): u32 {
  return room - skbHeadroom() - skbLength();
}

/** Makes the packet's bytes accessible and brings data_meta, data_end and tail up to date. */
export function fitSkb(): void {
  const data = skbData();
  const length = <usize>skbLength();
  if (exposed != 0) conceal(exposed, exposedSize, SHADOW_OUTSIDE_PACKET);
  else conceal(head, <usize>room, SHADOW_OUTSIDE_PACKET);
  const meta = <usize>load<u8>(sharedInfo(), SHARED_META_LEN);
  expose(data - meta, length + meta);
  exposed = data - meta;
  exposedSize = length + meta;
  store<u32>(skb, <u32>(data + length - head), SKB_TAIL);
  store<u64>(skb, toVirtual(data - meta), SKB_CB_DATA_META);
  store<u64>(skb, toVirtual(data + length), SKB_CB_DATA_END);
}

/** Moves the front border: positive takes bytes off (skb_pull), negative adds some (skb_push). */
export function moveData(delta: i32): void {
  store<u64>(skb, load<u64>(skb, SKB_DATA) + <u64>(<i64>delta), SKB_DATA);
  store<u32>(skb, skbLength() - delta, SKB_LEN);
}

export function setLength(length: u32): void {
  store<u32>(skb, length, SKB_LEN);
}

/** Offset from the buffer's start that headers are noted in. */
export function offsetOf(at: usize): u16 {
  return <u16>(at - head);
}

export function headerAt(field: usize): usize {
  return head + <usize>load<u16>(skb + field);
}

/** Does the packet have a transport header that somebody noted? */
export function hasTransport(): bool {
  return load<u16>(skb, SKB_TRANSPORT_HEADER) != UNSET;
}

function sameMac(a: usize, b: usize): bool {
  return load<u32>(a) == load<u32>(b) && load<u16>(a, 4) == load<u16>(b, 4);
}

const nobody: usize = memory.data(8);

/** eth_skb_pkt_type: the loopback device's address and its broadcast address are all zero. */
function typeOf(frame: usize, device: u64): u8 {
  const at = toLinear(device);
  const address = load<u64>(at, NET_DEVICE_DEV_ADDR);
  if (sameMac(frame, address == 0 ? nobody : toLinear(address))) return PACKET_HOST;
  if (!(load<u8>(frame) & 1)) return PACKET_OTHERHOST;
  return sameMac(frame, at + NET_DEVICE_BROADCAST) ? PACKET_BROADCAST : PACKET_MULTICAST;
}

/** The EtherType of a frame in network order; for frames with a length instead, what Linux makes of them. */
function protocolOf(frame: usize, size: u32): u16 {
  const field = load<u16>(frame, 12);
  if (bswap<u16>(field) >= ETH_P_802_3_MIN) return field;
  const raw = size >= ETHERNET_HEADER + 2 && load<u16>(frame, 14) == 0xffff;
  return bswap<u16>(raw ? ETH_P_802_3 : ETH_P_802_2);
}

const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
const TCP_CLOSE: u8 = 7;
const NO_QUEUE: u16 = 0xffff;

/** The socket that a packet in a test run belongs to: not connected, with the packet's addresses as its own. */
function fillSocket(protocol: u16, header: usize, size: u32): void {
  memory.fill(socket, 0, SOCK_SIZE);
  store<u8>(socket, TCP_CLOSE, SOCK_STATE);
  store<u16>(socket, NO_QUEUE, SOCK_RX_QUEUE_MAPPING);
  const family = bswap<u16>(protocol);
  if (family == 0x0800) {
    store<u16>(socket, AF_INET, SOCK_FAMILY);
    if (size < 20) return;
    store<u32>(socket, load<u32>(header, 12), SOCK_RCV_SADDR);
    store<u32>(socket, load<u32>(header, 16), SOCK_DADDR);
  } else if (family == 0x86dd) {
    store<u16>(socket, AF_INET6, SOCK_FAMILY);
    if (size < 40) return;
    memory.copy(socket + SOCK_V6_RCV_SADDR, header + 8, 16);
    memory.copy(socket + SOCK_V6_DADDR, header + 24, 16);
  }
}

/** A frame has arrived on interface `ifindex`: its context's virtual address. With `linkLayer` the program sees the header. */
export function openSkb(from: usize, size: u32, ifindex: u32, linkLayer: bool): u64 {
  selectOwn();
  const frame = head + HEADROOM;
  memory.fill(skb, 0, SKB_SIZE);
  memory.fill(head + <usize>(HEADROOM + ROOM), 0, SHARED_INFO_SIZE);
  memory.copy(frame, from, size);
  store<u64>(skb, toVirtual(head), SKB_HEAD);
  store<u32>(skb, HEADROOM + ROOM, SKB_END);
  store<u64>(skb, deviceAt(ifindex == 0 ? LOOPBACK : ifindex), SKB_DEV);
  store<u64>(skb, toVirtual(socket), SKB_SK);
  store<u32>(skb, 1, SKB_USERS);
  store<u32>(skb, 768, SKB_TRUESIZE);
  store<u8>(skb, typeOf(frame, load<u64>(skb, SKB_DEV)), SKB_PKT_TYPE);
  store<u16>(skb, protocolOf(frame, size), SKB_PROTOCOL);
  store<u16>(skb, offsetOf(frame), SKB_MAC_HEADER);
  store<u16>(skb, offsetOf(frame + ETHERNET_HEADER), SKB_NETWORK_HEADER);
  store<u16>(skb, UNSET, SKB_TRANSPORT_HEADER);
  store<u32>(skb, 0, SKB_IIF);
  store<u16>(skb, linkLayer ? 0 : <u16>ETHERNET_HEADER, SKB_MAC_LEN);
  store<u64>(skb, toVirtual(linkLayer ? frame : frame + ETHERNET_HEADER), SKB_DATA);
  setLength(linkLayer ? size : size - ETHERNET_HEADER);
  fillSocket(load<u16>(skb, SKB_PROTOCOL), frame + ETHERNET_HEADER, size - ETHERNET_HEADER);
  fitSkb();
  return toVirtual(skb);
}

/** Linear address of the struct skb_shared_info. */
export function sharedInfo(): usize {
  return head + <usize>room;
}
