// The driver's receive side: frames from the ring, XDP before any sk_buff exists, then a socket buffer around the page.
import { COST_rx_descriptor, COST_xdp_frame } from '../generated/costs';
import {
  DROP_DEVICE_DOWN,
  DROP_NOMEM,
  DROP_RX_LENGTH_ERROR,
  DROP_RX_RING_FULL,
  DROP_XDP_ABORTED,
  DROP_XDP_DROP,
  DROP_XDP_TX_FAILED,
  NET_LIMIT_frame,
  STAGE_napi_poll,
  STAGE_nic_ring,
  STAGE_skb_alloc,
  STAGE_xdp,
  VERDICT_drop,
  VERDICT_pass,
  VERDICT_queued,
  VERDICT_redirect,
} from '../generated/network';
import { toLinear } from '../memory/layout';
import { XDP_HEADROOM, openXdpAt, setXdpEgress, xdpData, xdpMetaSize, xdpPacketSize } from '../syscall/xdp-buffer';
import { charge } from './account';
import { PAGE, givePage, setHops, setMetadata, setPacket, skbAroundPage, takePage } from './buffers';
import { NetDevice, RX_BYTES, RX_DROPPED, RX_LENGTH_ERRORS, RX_MISSED, RX_PACKETS, Ring, XDP_VERDICTS } from './device';
import { halted, noteRun, runOnPacket } from './programs';
import { receiveFrame } from './receive';
import { markFrame, nextPacket } from './record';
import { redirectFrame, sendFrame } from './redirect';

export const XDP_ABORTED: u32 = 0;
export const XDP_DROP: u32 = 1;
export const XDP_PASS: u32 = 2;
export const XDP_TX: u32 = 3;
export const XDP_REDIRECT: u32 = 4;

const ETHERNET_HEADER: u32 = 14;
const VLAN_TAG: u32 = 4;
/** headroom of a receive buffer when no XDP program asks for more */
const NET_SKB_PAD: u32 = 64;

/** The queue of a NIC that a frame goes to: by its addresses and ports, as receive side scaling does. */
export function queueFor(device: NetDevice, frame: usize, size: u32): Ring {
  const rings = device.rings;
  if (rings.length == 1 || size < 34) return rings[0];
  const type = load<u16>(frame, 12);
  let hash: u32 = 0;
  if (type == 0x0008) {
    hash = load<u32>(frame, 26) ^ (load<u32>(frame, 30) * 0x9e3779b1);
    const protocol = load<u8>(frame, 23);
    const at: u32 = 14 + (((<u32>load<u8>(frame, 14)) & 15) << 2);
    const whole = (load<u16>(frame, 20) & 0xff3f) == 0;
    if ((protocol == 6 || protocol == 17) && whole && size >= at + 4) hash ^= load<u32>(frame + at) * 0x85ebca6b;
  } else if (type == 0xdd86 && size >= 54) {
    for (let i: u32 = 22; i < 54; i += 4) hash = (hash ^ load<u32>(frame + i)) * 0x9e3779b1;
  }
  hash ^= hash >> 15;
  hash *= 0x85ebca6b;
  hash ^= hash >> 13;
  return rings[<i32>(hash % <u32>rings.length)];
}

/** A frame reaches a NIC: it lies in the ring then, or is lost. The number of the packet. */
export function arrive(ring: Ring, frame: usize, size: u32): u32 {
  const device = ring.device;
  const packet = nextPacket();
  let reason: u32 = 0;
  if (!device.up()) reason = DROP_DEVICE_DOWN;
  else if (
    size > device.mtu() + ETHERNET_HEADER + 2 * VLAN_TAG ||
    size > <u32>NET_LIMIT_frame ||
    size < ETHERNET_HEADER
  ) {
    device.count(RX_LENGTH_ERRORS, 1);
    reason = DROP_RX_LENGTH_ERROR;
  } else if (ring.count == ring.size) {
    device.count(RX_MISSED, 1);
    reason = DROP_RX_RING_FULL;
  } else {
    const page = takePage();
    if (page == 0) {
      device.count(RX_MISSED, 1);
      reason = DROP_RX_RING_FULL;
    } else {
      const offset = device.xdp != null ? XDP_HEADROOM : NET_SKB_PAD;
      memory.copy(page + offset, frame, size);
      ring.add(page, offset, size, packet);
    }
  }
  markFrame(
    packet,
    STAGE_nic_ring,
    reason != 0 ? VERDICT_drop : VERDICT_queued,
    reason,
    device.ifindex,
    frame,
    size,
    ring.queue,
    device.namespace,
  );
  return packet;
}

/** An sk_buff around the frame, into the stack. */
function passUp(device: NetDevice, page: usize, offset: u32, size: u32, meta: u32, packet: u32): void {
  const skb = skbAroundPage(page, offset, size);
  if (skb == 0) {
    device.count(RX_DROPPED, 1);
    markFrame(
      packet,
      STAGE_skb_alloc,
      VERDICT_drop,
      DROP_NOMEM,
      device.ifindex,
      page + offset,
      size,
      0,
      device.namespace,
    );
    givePage(page);
    return;
  }
  setPacket(skb, packet);
  setHops(skb, 0);
  if (meta != 0) setMetadata(skb, meta);
  markFrame(packet, STAGE_skb_alloc, VERDICT_pass, 0, device.ifindex, page + offset, size, 0, device.namespace);
  receiveFrame(device, skb);
}

/** NAPI takes one frame off the ring. */
export function pollOne(ring: Ring): void {
  const device = ring.device;
  const slot = ring.take();
  const page = <usize>load<u32>(slot);
  let offset = load<u32>(slot, 4);
  const size = load<u32>(slot, 8);
  const packet = load<u32>(slot, 12);
  charge(COST_rx_descriptor, 1);
  device.count(RX_PACKETS, 1);
  device.count(RX_BYTES, size);
  markFrame(
    packet,
    STAGE_napi_poll,
    VERDICT_pass,
    0,
    device.ifindex,
    page + offset,
    size,
    ring.queue,
    device.namespace,
  );
  const xdp = device.xdp;
  if (xdp == null) {
    passUp(device, page, offset, size, 0, packet);
    return;
  }
  charge(COST_xdp_frame, 1);
  if (offset < XDP_HEADROOM) {
    // It was there before the program.
    memory.copy(page + XDP_HEADROOM, page + offset, size);
    offset = XDP_HEADROOM;
  }
  const context = openXdpAt(page, PAGE, page + offset, size, 0, ring.rxq);
  setXdpEgress(0);
  const action = <u32>runOnPacket(xdp.program, context, packet, page + offset, size);
  if (halted != 0) return;
  const data = toLinear(xdpData());
  const length = xdpPacketSize();
  noteRun(data, length);
  const from = <u32>(data - page);
  if (action <= XDP_REDIRECT) device.count(XDP_VERDICTS + <i32>action, 1);
  switch (action) {
    case XDP_PASS:
      markFrame(packet, STAGE_xdp, VERDICT_pass, action, device.ifindex, data, length, 0, device.namespace);
      passUp(device, page, from, length, xdpMetaSize(), packet);
      return;
    case XDP_TX:
      markFrame(packet, STAGE_xdp, VERDICT_redirect, action, device.ifindex, data, length, 0, device.namespace);
      if (!sendFrame(device, page, from, length, packet)) {
        markFrame(
          packet,
          STAGE_xdp,
          VERDICT_drop,
          DROP_XDP_TX_FAILED,
          device.ifindex,
          data,
          length,
          0,
          device.namespace,
        );
        givePage(page);
      }
      return;
    case XDP_REDIRECT:
      markFrame(packet, STAGE_xdp, VERDICT_redirect, action, device.ifindex, data, length, 0, device.namespace);
      redirectFrame(device, page, from, length, packet);
      return;
    default:
      // An unknown value is XDP_ABORTED, with a warning in the log.
      givePage(page);
      markFrame(
        packet,
        STAGE_xdp,
        VERDICT_drop,
        action == XDP_DROP ? DROP_XDP_DROP : DROP_XDP_ABORTED,
        device.ifindex,
        data,
        length,
        0,
        device.namespace,
      );
  }
}
