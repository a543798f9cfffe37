// VLAN tags of socket buffers. Like Linux, the outermost tag is kept beside the packet (vlan_proto, vlan_tci); a second one goes
// into the packet.
import { ENOMEM } from '../generated/errno';
import { helperMemory } from '../memory/access';
import {
  SKB_MAC_HEADER,
  SKB_NETWORK_HEADER,
  SKB_PROTOCOL,
  SKB_SIZE,
  SKB_VLAN_PROTO,
  SKB_VLAN_TCI,
} from '../memory/structures';
import { fitSkb, headerAt, makeRoom, moveData, offsetOf, skb, skbData, skbLength } from '../syscall/skb-buffer';
import { result } from './arguments';

const ETH_P_8021Q: u16 = 0x8100;
const ETH_P_8021AD: u16 = 0x88a8;
const ETH_P_802_3_MIN: u16 = 0x0600;
/** in network order */
const ETH_P_802_3: u16 = 0x0100;
const ETH_P_802_2: u16 = 0x0400;
const ETHERNET_HEADER: u32 = 14;
const TAG: u32 = 4;

function isVlan(protocol: u16): bool {
  const value = bswap<u16>(protocol);
  return value == ETH_P_8021Q || value == ETH_P_8021AD;
}

/** bpf_skb_vlan_push(skb, protocol, tag): 0 */
export function vlanPush(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (helperMemory(r1, <u32>SKB_SIZE) == 0) return 0;
  let protocol = <u16>r2;
  if (!isVlan(protocol)) protocol = bswap<u16>(ETH_P_8021Q);
  if (load<u16>(skb, SKB_VLAN_PROTO) != 0) {
    if (!makeRoom(TAG, 0)) return result(-ENOMEM);
    // The tag that is beside the packet moves in behind the addresses.
    moveData(-(<i32>TAG));
    const frame = skbData();
    memory.copy(frame, frame + TAG, 12);
    store<u16>(frame, load<u16>(skb, SKB_VLAN_PROTO), 12);
    store<u16>(frame, bswap<u16>(load<u16>(skb, SKB_VLAN_TCI)), 14);
    store<u16>(skb, load<u16>(skb, SKB_VLAN_PROTO), SKB_PROTOCOL);
    store<u16>(skb, offsetOf(frame), SKB_MAC_HEADER);
    store<u16>(skb, offsetOf(frame + ETHERNET_HEADER), SKB_NETWORK_HEADER);
    fitSkb();
  }
  store<u16>(skb, protocol, SKB_VLAN_PROTO);
  store<u16>(skb, <u16>r3, SKB_VLAN_TCI);
  return 0;
}

/** What a frame carries (vlan_set_encap_proto): below 0x0600 stands a length, and the frame is one of IEEE 802.2 or 802.3. */
function protocolBehind(frame: usize): u16 {
  const type = load<u16>(frame, 12);
  if (bswap<u16>(type) >= ETH_P_802_3_MIN) return type;
  return load<u16>(frame, 14) == 0xffff ? ETH_P_802_3 : ETH_P_802_2;
}

/** Takes the tag behind the addresses out of the packet; it goes beside it when `keep`. */
function takeOut(keep: bool): void {
  const frame = skbData();
  const protocol = load<u16>(frame, 12);
  const tag = bswap<u16>(load<u16>(frame, 14));
  memory.copy(frame + TAG, frame, 12);
  moveData(TAG);
  store<u16>(skb, protocolBehind(skbData()), SKB_PROTOCOL);
  store<u16>(skb, offsetOf(skbData()), SKB_MAC_HEADER);
  store<u16>(skb, offsetOf(skbData() + ETHERNET_HEADER), SKB_NETWORK_HEADER);
  fitSkb();
  store<u16>(skb, keep ? protocol : 0, SKB_VLAN_PROTO);
  store<u16>(skb, keep ? tag : 0, SKB_VLAN_TCI);
}

/** bpf_skb_vlan_pop(skb): 0, or -ENOMEM when a tag is cut short; without a tag there is nothing to do */
export function vlanPop(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (helperMemory(r1, <u32>SKB_SIZE) == 0) return 0;
  if (load<u16>(skb, SKB_VLAN_PROTO) != 0) {
    store<u16>(skb, 0, SKB_VLAN_PROTO);
    store<u16>(skb, 0, SKB_VLAN_TCI);
  } else {
    if (!isVlan(load<u16>(skb, SKB_PROTOCOL))) return 0;
    if (skbLength() < ETHERNET_HEADER + TAG) return result(-ENOMEM);
    takeOut(false);
  }
  // A tag that comes to light behind it takes its place beside the packet.
  if (!isVlan(load<u16>(skb, SKB_PROTOCOL))) return 0;
  if (skbLength() < ETHERNET_HEADER + TAG) return result(-ENOMEM);
  if (headerAt(SKB_MAC_HEADER) == skbData()) takeOut(true);
  return 0;
}
