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
import { kernelAccess } from '../memory/pages';
import { deliverPacket } from './call';

export const FATE_UNKNOWN: i32 = 0;
export const FATE_DELIVERED: i32 = 1;
export const FATE_DROPPED: i32 = 2;
let fate: i32 = FATE_UNKNOWN;
let detail: i32 = 0;
/** a packet is on its way that no network knows of */
export let standalone: bool = false;

/** Why the last packet was dropped, or the protocol that it carried when nobody objected. */
export function fateDetail(): i32 {
  return detail;
}

/** It would be routed now. */
export function finishAlone(skb: u64): u64 {
  fate = FATE_DELIVERED;
  const at = kernelAccess(skb + <u64>SKB_HEAD, 8, false);
  const header = at == 0 ? 0 : kernelAccess(load<u64>(at) + <u64>(HEADROOM + ETHERNET), 20, false);
  detail = header == 0 ? 0 : <i32>load<u8>(header, 9);
  return 0;
}

export function dropAlone(reason: u32): u64 {
  fate = FATE_DROPPED;
  detail = <i32>reason;
  return 0;
}

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
  fate = FATE_UNKNOWN;
  detail = 0;
  standalone = true;
  deliverPacket(skb);
  standalone = false;
  // Whoever ended the packet's way noted it; its memory is given back here, as the road's last owner would.
  if (fate != FATE_UNKNOWN) {
    slabFree(head);
    slabFree(skb);
  }
  return fate;
}
