// A frame straight to the kernel's C road, for trying a module without a network around it: struct sk_buff and its buffer from the slab,
// as a driver would hand them up.
import { deviceAt } from '../memory/devices';
import { VIRTUAL_BASE } from '../memory/layout';
import { slabAllocate, slabFree } from '../memory/slab';
import {
  SKB_DATA,
  SKB_DEV,
  SKB_END,
  SKB_HEAD,
  SKB_IIF,
  SKB_LEN,
  SKB_MAC_HEADER,
  SKB_MAC_LEN,
  SKB_NETWORK_HEADER,
  SKB_PROTOCOL,
  SKB_SIZE,
  SKB_TAIL,
  SKB_TRANSPORT_HEADER,
  SKB_TRUESIZE,
  SKB_USERS,
} from '../memory/structures';
import { FATE_UNKNOWN, deliverPacket, packetFate } from './call';

const HEADROOM: u32 = 64;
const ETHERNET: u32 = 14;
const SHARED_INFO: u32 = 320;

/** An Ethernet frame arrives at interface `device`; its fate (FATE_…), 0 when the machine did not survive it. */
export function receiveFrame(frame: usize, size: u32, device: u32): i32 {
  if (size < ETHERNET || size > 4096) return FATE_UNKNOWN;
  const room = (HEADROOM + size + 7) & ~7;
  const head = slabAllocate(<u64>(room + SHARED_INFO), true);
  const skb = slabAllocate(SKB_SIZE, true);
  if (head == 0 || skb == 0) return FATE_UNKNOWN;
  memory.copy(<usize>(head - VIRTUAL_BASE) + HEADROOM, frame, size);
  const at = <usize>(skb - VIRTUAL_BASE);
  const length = size - ETHERNET;
  store<u64>(at, deviceAt(device), SKB_DEV);
  store<u32>(at, length, SKB_LEN);
  store<u16>(at, <u16>ETHERNET, SKB_MAC_LEN);
  store<u32>(at, device, SKB_IIF);
  store<u16>(at, load<u16>(frame, 12), SKB_PROTOCOL);
  store<u16>(at, <u16>HEADROOM, SKB_MAC_HEADER);
  store<u16>(at, <u16>(HEADROOM + ETHERNET), SKB_NETWORK_HEADER);
  store<u16>(at, <u16>(HEADROOM + ETHERNET), SKB_TRANSPORT_HEADER);
  store<u32>(at, HEADROOM + size, SKB_TAIL);
  store<u32>(at, room, SKB_END);
  store<u64>(at, head, SKB_HEAD);
  store<u64>(at, head + <u64>(HEADROOM + ETHERNET), SKB_DATA);
  store<u32>(at, room + SHARED_INFO + <u32>SKB_SIZE, SKB_TRUESIZE);
  store<u32>(at, 1, SKB_USERS);
  deliverPacket(skb);
  const fate = packetFate();
  // Whoever ended the packet's way noted it; its memory is given back here, as the road's last owner would.
  if (fate != FATE_UNKNOWN) {
    slabFree(head);
    slabFree(skb);
  }
  return fate;
}
