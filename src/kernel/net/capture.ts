// What tcpdump would see on interfaces that are listened to, and what passes, or ends at, a stage that is listened to: frames with time and
// place in a bounded buffer that the host reads and writes as pcap. A frame that finds no room is counted.
import { clock } from '../cpu';
import { NET_LIMIT_capture } from '../generated/network';
import { SKB_PROTOCOL, SKB_VLAN_PROTO, SKB_VLAN_TCI } from '../memory/structures';
import { dataOf, lengthOf, macKnown, macOf, networkKnown, networkOf, packetOf } from './buffers';
import { NetDevice } from './device';

/** a frame: time u64, interface u32, place u32, bytes u32, packet u32; the bytes, padded to 8 */
const HEADER: usize = 24;
/** place: a frame that comes in at an interface or goes out; at a stage, whose number and verdict are the next two bytes */
const IN: u32 = 0;
const OUT: u32 = 1;
const AT_STAGE: u32 = 2;
const ETHERNET_HEADER: u32 = 14;

/** verdicts that are listened to at each stage: bit 1 << VERDICT_…, u8 each */
const wanted: usize = memory.data(64);
/** some stage is listened to */
export let listening: bool = false;
let buffer: usize = 0;
let used: usize = 0;
export let lostFrames: u32 = 0;

export function resetCapture(): void {
  used = 0;
  lostFrames = 0;
  listening = false;
  memory.fill(wanted, 0, 64);
}

/** Somebody listens at a stage for packets that leave it with one of these verdicts (bit 1 << VERDICT_…). False: no such stage. */
export function listenAtStage(stage: u32, verdicts: u32): bool {
  if (stage >= 64) return false;
  store<u8>(wanted + <usize>stage, <u8>(load<u8>(wanted + <usize>stage) | verdicts));
  listening = true;
  return true;
}

function isWanted(stage: i32, verdict: i32): bool {
  return (((<u32>load<u8>(wanted + <usize>stage)) >> verdict) & 1) != 0;
}

export function captureStart(): usize {
  return buffer;
}

export function captureBytes(): u32 {
  return <u32>used;
}

export function clearCapture(): void {
  used = 0;
}

function open(ifindex: u32, size: u32, place: u32, packet: u32): usize {
  if (buffer == 0) buffer = heap.alloc(NET_LIMIT_capture);
  const whole = HEADER + ((<usize>size + 7) & ~7);
  if (used + whole > <usize>NET_LIMIT_capture) {
    lostFrames++;
    return 0;
  }
  const at = buffer + used;
  used += whole;
  store<u64>(at, clock);
  store<u32>(at, ifindex, 8);
  store<u32>(at, place, 12);
  store<u32>(at, size, 16);
  store<u32>(at, packet, 20);
  return at + HEADER;
}

/** The frame at `frame` as it is. */
export function captureFrame(device: NetDevice, frame: usize, size: u32, out: bool, packet: u32): void {
  const to = open(device.ifindex, size, out ? OUT : IN, packet);
  if (to != 0) memory.copy(to, frame, size);
}

/** An sk_buff whose data begins at its network header (in) or at its link-layer header (out); its VLAN tag is put back. */
export function capture(device: NetDevice, skb: usize, into: bool): void {
  copySkb(skb, into ? macOf(skb) : dataOf(skb), device.ifindex, into ? IN : OUT);
}

/** The sk_buff from its link-layer header at `frame` on. */
function copySkb(skb: usize, frame: usize, ifindex: u32, place: u32): void {
  const size = <u32>(dataOf(skb) + lengthOf(skb) - frame);
  const tag = load<u16>(skb, SKB_VLAN_PROTO);
  const to = open(ifindex, size + (tag != 0 ? 4 : 0), place, packetOf(skb));
  if (to == 0) return;
  if (tag == 0 || size < ETHERNET_HEADER) {
    memory.copy(to, frame, size);
    return;
  }
  memory.copy(to, frame, 12);
  store<u16>(to, tag, 12);
  store<u16>(to, bswap<u16>(load<u16>(skb, SKB_VLAN_TCI)), 14);
  memory.copy(to + 16, frame + 12, size - 12);
}

const placeOf = (stage: i32, verdict: i32): u32 => AT_STAGE | ((<u32>stage) << 8) | ((<u32>verdict) << 16);

/** A frame without an sk_buff leaves a stage. */
export function captureFrameAt(stage: i32, verdict: i32, ifindex: u32, frame: usize, size: u32, packet: u32): void {
  if (!isWanted(stage, verdict)) return;
  const to = open(ifindex, size, placeOf(stage, verdict), packet);
  if (to != 0) memory.copy(to, frame, size);
}

/** An sk_buff leaves a stage. Before it has a link-layer header, zeros with the protocol's number stand there. */
export function captureSkbAt(stage: i32, verdict: i32, ifindex: u32, skb: usize): void {
  if (!isWanted(stage, verdict)) return;
  const place = placeOf(stage, verdict);
  if (macKnown(skb) && macOf(skb) <= dataOf(skb)) {
    copySkb(skb, macOf(skb), ifindex, place);
    return;
  }
  const from = networkKnown(skb) && networkOf(skb) <= dataOf(skb) ? networkOf(skb) : dataOf(skb);
  const size = <u32>(dataOf(skb) + lengthOf(skb) - from);
  const to = open(ifindex, size + ETHERNET_HEADER, place, packetOf(skb));
  if (to == 0) return;
  memory.fill(to, 0, ETHERNET_HEADER);
  store<u16>(to, load<u16>(skb, SKB_PROTOCOL), 12);
  memory.copy(to + ETHERNET_HEADER, from, size);
}
