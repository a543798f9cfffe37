// The receive core: what every packet passes on its way in, whatever brought it (Linux: __netif_receive_skb_core). Generic XDP, the VLAN
// tag, whoever listens, tc's ingress, VLAN interfaces, then the protocol.
import { COST_copy_byte, COST_receive_core, COST_xdp_frame } from '../generated/costs';
import {
  DROP_LOOP_LIMIT,
  DROP_NOT_SPECIFIED,
  DROP_PKT_TOO_SMALL,
  DROP_UNHANDLED_PROTO,
  DROP_XDP,
  STAGE_receive,
  STAGE_vlan,
  STAGE_xdp_generic,
  VERDICT_drop,
  VERDICT_pass,
  VERDICT_redirect,
} from '../generated/network';
import { toLinear, toVirtual } from '../memory/layout';
import {
  SHARED_INFO_SIZE,
  SKB_DATA,
  SKB_DEV,
  SKB_END,
  SKB_IIF,
  SKB_LEN,
  SKB_MAC_LEN,
  SKB_PKT_TYPE,
  SKB_PROTOCOL,
  SKB_TAIL,
  SKB_TSTAMP,
  SKB_VLAN_PROTO,
  SKB_VLAN_TCI,
} from '../memory/structures';
import { openXdpAt, setXdpEgress, xdpData, xdpMetaSize, xdpPacketSize } from '../syscall/xdp-buffer';
import { arpReceive } from './arp';
import { charge } from './account';
import {
  crossDevice,
  dataOf,
  expandHead,
  freeSkb,
  headOf,
  headroomOf,
  lengthOf,
  macOf,
  packetOf,
  pull,
  push,
  resetMac,
  resetMacLength,
  resetNetwork,
  resetTransport,
  setMetadata,
} from './buffers';
import { capture } from './capture';
import { NetDevice, RX_BYTES, RX_DROPPED, RX_PACKETS, XDP_VERDICTS, deviceCount, deviceOf, netDevice } from './device';
import { XDP_PASS, XDP_REDIRECT, XDP_TX } from './driver';
import { ipReceive } from './ip';
import { ip6Receive } from './ip6';
import { halted, noteRun, runOnPacket } from './programs';
import { markSkb } from './record';
import { redirectSkb } from './redirect';
import { TC_GONE, TC_REDIRECT, runTc } from './tc';
import { devXmit, redirectByTc } from './transmit';

const ETHERNET_HEADER: u32 = 14;
const TAG: u32 = 4;
export const PACKET_HOST: u8 = 0;
export const PACKET_BROADCAST: u8 = 1;
export const PACKET_MULTICAST: u8 = 2;
export const PACKET_OTHERHOST: u8 = 3;

const ETH_P_IP: u16 = 0x0008;
const ETH_P_IPV6: u16 = 0xdd86;
const ETH_P_ARP: u16 = 0x0608;
const ETH_P_8021Q: u16 = 0x0081;
const ETH_P_8021AD: u16 = 0xa888;
const ETH_P_802_2: u16 = 0x0400;
/** below it stands a length (IEEE 802.3) */
const ETH_P_802_3_MIN: u16 = 0x0600;
const XDP_HEADROOM: u32 = 256;
/** devices that one packet may cross before it is called a loop */
const MOST_HOPS: u32 = 255;

export function packetType(skb: usize): u8 {
  return load<u8>(skb, SKB_PKT_TYPE) & 7;
}

export function setPacketType(skb: usize, type: u8): void {
  store<u8>(skb, (load<u8>(skb, SKB_PKT_TYPE) & ~7) | type, SKB_PKT_TYPE);
}

function sameMac(a: usize, b: usize): bool {
  return load<u32>(a) == load<u32>(b) && load<u16>(a, 4) == load<u16>(b, 4);
}

/** eth_type_trans: the link-layer header is noted and taken off; false: there is not even one. */
export function typeOfFrame(device: NetDevice, skb: usize): bool {
  if (lengthOf(skb) < ETHERNET_HEADER) return false;
  store<u64>(skb, toVirtual(device.address), SKB_DEV);
  resetMac(skb);
  const frame = dataOf(skb);
  pull(skb, ETHERNET_HEADER);
  let type = PACKET_HOST;
  if (load<u8>(frame) & 1) {
    type = load<u32>(frame) == 0xffffffff && load<u16>(frame, 4) == 0xffff ? PACKET_BROADCAST : PACKET_MULTICAST;
  } else if (!sameMac(frame, device.mac())) type = PACKET_OTHERHOST;
  setPacketType(skb, type);
  const protocol = load<u16>(frame, 12);
  if (bswap<u16>(protocol) >= ETH_P_802_3_MIN) store<u16>(skb, protocol, SKB_PROTOCOL);
  else {
    const raw = lengthOf(skb) >= 2 && load<u16>(frame, 14) == 0xffff;
    store<u16>(skb, raw ? 0x0100 : 0x0400, SKB_PROTOCOL);
  }
  return true;
}

function gone(device: NetDevice, skb: usize, stage: i32, reason: u32): void {
  markSkb(skb, stage, VERDICT_drop, reason, device.ifindex, lengthOf(skb), 0, device.namespace);
  freeSkb(skb);
}

/** A frame with its link-layer header arrived on `device`, as an sk_buff. */
export function receiveFrame(device: NetDevice, skb: usize): void {
  if (!typeOfFrame(device, skb)) {
    gone(device, skb, STAGE_receive, DROP_PKT_TOO_SMALL);
    return;
  }
  receive(device, skb);
}

/** netif_rx brought it: device and protocol are known. */
export function receiveFromBacklog(skb: usize): void {
  const device = deviceOf(load<u64>(skb, SKB_DEV));
  if (device == null) {
    freeSkb(skb);
    return;
  }
  device.count(RX_PACKETS, 1);
  device.count(RX_BYTES, lengthOf(skb) + ETHERNET_HEADER);
  receive(device, skb);
}

/** XDP after the sk_buff. 0: go on; 1: the packet is gone. */
function genericXdp(device: NetDevice, skb: usize): bool {
  const xdp = device.xdpGeneric;
  if (xdp == null) return false;
  // The program sees the link-layer header.
  if (push(skb, <u32>(dataOf(skb) - macOf(skb))) == 0) return false;
  if (headroomOf(skb) < XDP_HEADROOM) {
    charge(COST_copy_byte, lengthOf(skb));
    expandHead(skb, XDP_HEADROOM, 128);
  }
  charge(COST_xdp_frame, 1);
  const data = dataOf(skb);
  const size = lengthOf(skb);
  const frame = load<u32>(skb, SKB_END) + <u32>SHARED_INFO_SIZE;
  const queue = device.rings.length > 0 ? device.rings[0].rxq : genericQueue(device);
  const context = openXdpAt(headOf(skb), frame, data, size, 0, queue);
  setXdpEgress(0);
  const action = <u32>runOnPacket(xdp.program, context, packetOf(skb), data, size);
  if (halted != 0) return true;
  const at = toLinear(xdpData());
  const length = xdpPacketSize();
  noteRun(at, length);
  const meta = xdpMetaSize();
  store<u64>(skb, toVirtual(at), SKB_DATA);
  store<u32>(skb, length, SKB_LEN);
  store<u32>(skb, headroomOf(skb) + length, SKB_TAIL);
  resetMac(skb);
  if (action <= XDP_REDIRECT) device.count(XDP_VERDICTS + <i32>action, 1);
  if (action == XDP_PASS) {
    if (meta != 0) setMetadata(skb, meta);
    markSkb(skb, STAGE_xdp_generic, VERDICT_pass, action, device.ifindex, length, 0, device.namespace);
    return !typeOfFrame(device, skb);
  }
  if (action == XDP_TX || action == XDP_REDIRECT) {
    markSkb(skb, STAGE_xdp_generic, VERDICT_redirect, action, device.ifindex, length, 0, device.namespace);
    if (action == XDP_TX) devXmit(skb, device, false);
    else redirectSkb(device, skb);
    return true;
  }
  gone(device, skb, STAGE_xdp_generic, DROP_XDP);
  return true;
}

/** A queue to name for interfaces that have none of their own. */
function genericQueue(_device: NetDevice): usize {
  const first = netDevice(1);
  return first == null || first.rings.length == 0 ? 0 : first.rings[0].rxq;
}

/** skb_vlan_untag: the tag goes beside the packet. False: it is cut short. */
function untag(skb: usize): bool {
  if (lengthOf(skb) < TAG) return false;
  const at = dataOf(skb);
  store<u16>(skb, load<u16>(skb, SKB_PROTOCOL), SKB_VLAN_PROTO);
  store<u16>(skb, bswap<u16>(load<u16>(at)), SKB_VLAN_TCI);
  const protocol = load<u16>(at, 2);
  pull(skb, TAG);
  const mac = macOf(skb);
  memory.copy(mac + TAG, mac, 12);
  charge(COST_copy_byte, 12);
  store<u16>(mac + TAG, protocol, 12);
  // The header's place moves up by the tag's size.
  const network = dataOf(skb);
  store<u64>(skb, toVirtual(mac + TAG), SKB_DATA);
  resetMac(skb);
  store<u64>(skb, toVirtual(network), SKB_DATA);
  if (bswap<u16>(protocol) >= ETH_P_802_3_MIN) store<u16>(skb, protocol, SKB_PROTOCOL);
  else store<u16>(skb, lengthOf(skb) >= 2 && load<u16>(network) == 0xffff ? 0x0100 : 0x0400, SKB_PROTOCOL);
  resetNetwork(skb);
  resetMacLength(skb);
  return true;
}

/** The VLAN interface for the packet's tag on `device`; null: there is none. */
function vlanDevice(device: NetDevice, skb: usize): NetDevice | null {
  const protocol = <u32>bswap<u16>(load<u16>(skb, SKB_VLAN_PROTO));
  const id = (<u32>load<u16>(skb, SKB_VLAN_TCI)) & 0xfff;
  for (let i: u32 = 1; i < deviceCount(); i++) {
    const other = netDevice(i);
    if (other == null || other.lower != device.ifindex || !other.up()) continue;
    if (other.vlanId == id && other.vlanProtocol == protocol) return other;
  }
  return null;
}

/** The packet's data begins at its network header, its device is `from`. */
export function receive(from: NetDevice, skb: usize): void {
  let device = from;
  resetNetwork(skb);
  resetTransport(skb);
  resetMacLength(skb);
  store<u64>(skb, 0, SKB_TSTAMP);
  if (crossDevice(skb) > MOST_HOPS) {
    gone(device, skb, STAGE_receive, DROP_LOOP_LIMIT);
    return;
  }
  charge(COST_receive_core, 1);
  for (;;) {
    store<u32>(skb, device.ifindex, SKB_IIF);
    if (device.xdpGeneric != null) {
      if (genericXdp(device, skb)) return;
      resetNetwork(skb);
      resetMacLength(skb);
    }
    const protocol = load<u16>(skb, SKB_PROTOCOL);
    if ((protocol == ETH_P_8021Q || protocol == ETH_P_8021AD) && load<u16>(skb, SKB_VLAN_PROTO) == 0) {
      if (!untag(skb)) {
        gone(device, skb, STAGE_vlan, DROP_NOT_SPECIFIED);
        return;
      }
      markSkb(
        skb,
        STAGE_vlan,
        VERDICT_pass,
        load<u16>(skb, SKB_VLAN_TCI),
        device.ifindex,
        lengthOf(skb),
        0,
        device.namespace,
      );
    }
    if (device.captured) capture(device, skb, true);
    if (device.tcxIngress.length != 0 || device.filtersIngress.length != 0) {
      const header = <u32>load<u16>(skb, SKB_MAC_LEN);
      if (push(skb, header) == 0) {
        freeSkb(skb);
        return;
      }
      const next = runTc(device, skb, true);
      if (next == TC_GONE || halted != 0) return;
      if (next == TC_REDIRECT) {
        redirectByTc(device, skb, true);
        return;
      }
      // The program may have changed where the network header begins.
      pull(skb, min<u32>(<u32>load<u16>(skb, SKB_MAC_LEN), lengthOf(skb)));
      resetNetwork(skb);
    }
    if (load<u16>(skb, SKB_VLAN_PROTO) == 0) break;
    const vlan = vlanDevice(device, skb);
    if (vlan == null) {
      // A priority tag (VLAN 0) is nobody's in particular.
      if ((load<u16>(skb, SKB_VLAN_TCI) & 0xfff) != 0) setPacketType(skb, PACKET_OTHERHOST);
      store<u16>(skb, 0, SKB_VLAN_PROTO);
      break;
    }
    device = vlan;
    store<u16>(skb, 0, SKB_VLAN_PROTO);
    store<u64>(skb, toVirtual(device.address), SKB_DEV);
    if (packetType(skb) == PACKET_OTHERHOST && sameMac(macOf(skb), device.mac())) setPacketType(skb, PACKET_HOST);
    device.count(RX_PACKETS, 1);
    device.count(RX_BYTES, lengthOf(skb));
    markSkb(skb, STAGE_vlan, VERDICT_pass, device.vlanId, device.ifindex, lengthOf(skb), 0, device.namespace);
  }
  deliver(device, skb);
}

function deliver(device: NetDevice, skb: usize): void {
  const protocol = load<u16>(skb, SKB_PROTOCOL);
  if (protocol == ETH_P_IP || protocol == ETH_P_IPV6 || protocol == ETH_P_ARP) {
    markSkb(skb, STAGE_receive, VERDICT_pass, bswap<u16>(protocol), device.ifindex, lengthOf(skb), 0, device.namespace);
    if (protocol == ETH_P_IP) ipReceive(device, skb);
    else if (protocol == ETH_P_IPV6) ip6Receive(device, skb);
    else arpReceive(device, skb);
    return;
  }
  device.count(RX_DROPPED, 1);
  // IEEE 802.2 has a receiver (LLC), but nobody behind it.
  gone(device, skb, STAGE_receive, protocol == ETH_P_802_2 ? DROP_NOT_SPECIFIED : DROP_UNHANDLED_PROTO);
}
