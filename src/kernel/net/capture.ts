// What tcpdump would see on interfaces that are listened to: frames with time and direction in a bounded buffer that the host reads and
// writes as pcap. A frame that finds no room is counted.
import { clock } from '../cpu';
import { NET_LIMIT_capture } from '../generated/network';
import { SKB_VLAN_PROTO, SKB_VLAN_TCI } from '../memory/structures';
import { dataOf, lengthOf, macOf, packetOf } from './buffers';
import { NetDevice } from './device';

/** a frame: time u64, interface u32, direction u32 (0 in, 1 out), bytes u32, packet u32; the bytes, padded to 8 */
const HEADER: usize = 24;
let buffer: usize = 0;
let used: usize = 0;
export let lostFrames: u32 = 0;

export function resetCapture(): void {
  used = 0;
  lostFrames = 0;
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

function open(device: NetDevice, size: u32, out: bool, packet: u32): usize {
  if (buffer == 0) buffer = heap.alloc(NET_LIMIT_capture);
  const whole = HEADER + ((<usize>size + 7) & ~7);
  if (used + whole > <usize>NET_LIMIT_capture) {
    lostFrames++;
    return 0;
  }
  const at = buffer + used;
  used += whole;
  store<u64>(at, clock);
  store<u32>(at, device.ifindex, 8);
  store<u32>(at, out ? 1 : 0, 12);
  store<u32>(at, size, 16);
  store<u32>(at, packet, 20);
  return at + HEADER;
}

/** The frame at `frame` as it is. */
export function captureFrame(device: NetDevice, frame: usize, size: u32, out: bool, packet: u32): void {
  const to = open(device, size, out, packet);
  if (to != 0) memory.copy(to, frame, size);
}

/** An sk_buff whose data begins at its network header (in) or at its link-layer header (out); its VLAN tag is put back. */
export function capture(device: NetDevice, skb: usize, into: bool): void {
  const frame = into ? macOf(skb) : dataOf(skb);
  const size = <u32>(dataOf(skb) + lengthOf(skb) - frame);
  const tag = load<u16>(skb, SKB_VLAN_PROTO);
  const to = open(device, size + (tag != 0 ? 4 : 0), !into, packetOf(skb));
  if (to == 0) return;
  if (tag == 0 || size < 14) {
    memory.copy(to, frame, size);
    return;
  }
  memory.copy(to, frame, 12);
  store<u16>(to, tag, 12);
  store<u16>(to, bswap<u16>(load<u16>(skb, SKB_VLAN_TCI)), 14);
  memory.copy(to + 16, frame + 12, size - 12);
}
