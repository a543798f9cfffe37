// The way out: tc's egress, the queueing discipline, the driver. Also what tc programs do with packets: redirect them, send copies.
import { EINVAL, ENODEV, ENOMEM } from '../generated/errno';
import { COST_copy_byte, COST_qdisc, COST_tx_descriptor } from '../generated/costs';
import {
  DEVICE_dummy,
  DEVICE_loopback,
  DEVICE_nic,
  DEVICE_veth,
  DEVICE_vlan,
  DROP_DEV_READY,
  DROP_FULL_RING,
  DROP_LOOP_LIMIT,
  DROP_NO_TX_TARGET,
  DROP_PKT_TOO_SMALL,
  DROP_TC_INGRESS,
  STAGE_clone,
  STAGE_driver_xmit,
  STAGE_qdisc,
  STAGE_redirect,
  VERDICT_consumed,
  VERDICT_drop,
  VERDICT_made,
  VERDICT_pass,
  VERDICT_queued,
  VERDICT_redirect,
} from '../generated/network';
import {
  REDIRECT_DEVICE,
  REDIRECT_INGRESS,
  REDIRECT_NEIGHBOUR,
  REDIRECT_PEER,
  redirectKind,
  redirectNumber,
} from '../helpers/redirect';
import { toVirtual } from '../memory/layout';
import { SKB_DEV, SKB_PROTOCOL, SKB_SK, SKB_VLAN_PROTO, SKB_VLAN_TCI } from '../memory/structures';
import { XDP_HEADROOM } from '../syscall/xdp-buffer';
import { fitSkb, selectSkb, skb as current } from '../syscall/skb-buffer';
import { charge } from './account';
import {
  copySkb,
  crossDevice,
  dataOf,
  freeSkb,
  givePage,
  lengthOf,
  packetOf,
  pull,
  push,
  resetMac,
  resetNetwork,
  takePage,
} from './buffers';
import { capture } from './capture';
import { NetDevice, RX_DROPPED, TX_BYTES, TX_DROPPED, TX_PACKETS, netDevice } from './device';
import { announce, toBacklog } from './machine';
import { resolveNext } from './neighbour';
import { halted } from './programs';
import { receiveFrame, typeOfFrame } from './receive';
import { markSkb } from './record';
import { TC_GONE, TC_REDIRECT, runTc } from './tc';
import { wireOut } from './wire';

const ETHERNET_HEADER: u32 = 14;
const TAG: u32 = 4;
const MOST_HOPS: u32 = 255;
/** calls of devXmit inside one another (XMIT_RECURSION_LIMIT) */
const RECURSION: i32 = 8;
let depth: i32 = 0;

export function resetTransmit(): void {
  depth = 0;
}

function gone(device: NetDevice, skb: usize, stage: i32, reason: u32): void {
  markSkb(skb, stage, VERDICT_drop, reason, device.ifindex, lengthOf(skb), 0, device.namespace);
  freeSkb(skb);
}

/** Puts the tag that is beside the packet back behind the addresses. */
function insertTag(skb: usize): bool {
  const tag = load<u16>(skb, SKB_VLAN_PROTO);
  if (tag == 0) return true;
  const frame = push(skb, TAG);
  if (frame == 0) return false;
  memory.copy(frame, frame + TAG, 12);
  store<u16>(frame, tag, 12);
  store<u16>(frame, bswap<u16>(load<u16>(skb, SKB_VLAN_TCI)), 14);
  store<u16>(skb, 0, SKB_VLAN_PROTO);
  store<u16>(skb, tag, SKB_PROTOCOL);
  resetMac(skb);
  return true;
}

/** __dev_queue_xmit: the packet's data begins at its link-layer header. It is no longer the caller's. */
export function devXmit(skb: usize, device: NetDevice, _fromStack: bool): void {
  if (!device.up()) {
    gone(device, skb, STAGE_qdisc, DROP_DEV_READY);
    return;
  }
  if (depth >= RECURSION || crossDevice(skb) > MOST_HOPS) {
    gone(device, skb, STAGE_qdisc, DROP_LOOP_LIMIT);
    return;
  }
  store<u64>(skb, toVirtual(device.address), SKB_DEV);
  resetMac(skb);
  if (device.tcxEgress.length != 0 || device.filtersEgress.length != 0) {
    const next = runTc(device, skb, false);
    if (next == TC_GONE || halted != 0) return;
    if (next == TC_REDIRECT) {
      redirectByTc(device, skb, false);
      return;
    }
  }
  // Loopback, veth and VLAN interfaces have no queueing discipline of their own.
  if (device.kind == DEVICE_nic || device.kind == DEVICE_dummy) {
    charge(COST_qdisc, 1);
    markSkb(skb, STAGE_qdisc, VERDICT_pass, 0, device.ifindex, lengthOf(skb), 0, device.namespace);
  }
  depth++;
  transmit(skb, device);
  depth--;
}

function transmit(skb: usize, device: NetDevice): void {
  const size = lengthOf(skb);
  device.count(TX_PACKETS, 1);
  device.count(TX_BYTES, size);
  if (device.captured && device.kind != DEVICE_nic) capture(device, skb, false);
  if (device.kind == DEVICE_vlan) {
    const lower = netDevice(device.lower);
    if (lower == null || !insertTag(skb)) {
      gone(device, skb, STAGE_driver_xmit, DROP_NO_TX_TARGET);
      return;
    }
    store<u16>(skb, bswap<u16>(<u16>device.vlanProtocol), SKB_VLAN_PROTO);
    store<u16>(skb, <u16>device.vlanId, SKB_VLAN_TCI);
    markSkb(skb, STAGE_driver_xmit, VERDICT_pass, 0, device.ifindex, size, 0, device.namespace);
    devXmit(skb, lower, true);
    return;
  }
  if (device.kind == DEVICE_nic) {
    charge(COST_tx_descriptor, 1);
    if (!insertTag(skb)) {
      freeSkb(skb);
      return;
    }
    markSkb(skb, STAGE_driver_xmit, VERDICT_pass, 0, device.ifindex, size, 0, device.namespace);
    wireOut(device, dataOf(skb), lengthOf(skb), packetOf(skb));
    freeSkb(skb);
    return;
  }
  if (device.kind == DEVICE_loopback) {
    markSkb(skb, STAGE_driver_xmit, VERDICT_pass, 0, device.ifindex, size, 0, device.namespace);
    intoBacklog(device, skb);
    return;
  }
  if (device.kind == DEVICE_veth) {
    toPeer(device, skb);
    return;
  }
  // A dummy interface swallows everything.
  markSkb(skb, STAGE_driver_xmit, VERDICT_consumed, 0, device.ifindex, size, 0, device.namespace);
  freeSkb(skb);
}

/** netif_rx on `device`: the packet's data begins at its link-layer header. */
function intoBacklog(device: NetDevice, skb: usize): void {
  store<u64>(skb, 0, SKB_SK);
  if (!typeOfFrame(device, skb)) {
    gone(device, skb, STAGE_driver_xmit, DROP_PKT_TOO_SMALL);
    return;
  }
  toBacklog(skb, device);
}

/** veth_xmit: the other end receives it, by its ring when an XDP program polls there. */
function toPeer(device: NetDevice, skb: usize): void {
  const peer = netDevice(device.peer);
  const size = lengthOf(skb);
  if (peer == null || !peer.up()) {
    device.count(TX_DROPPED, 1);
    gone(device, skb, STAGE_driver_xmit, DROP_NO_TX_TARGET);
    return;
  }
  if (size > peer.mtu() + ETHERNET_HEADER + TAG) {
    peer.count(RX_DROPPED, 1);
    gone(device, skb, STAGE_driver_xmit, DROP_NO_TX_TARGET);
    return;
  }
  if (peer.xdp == null) {
    markSkb(skb, STAGE_driver_xmit, VERDICT_pass, 0, device.ifindex, size, 0, device.namespace);
    intoBacklog(peer, skb);
    return;
  }
  // XDP wants a page with headroom: what the stack made is copied into one (veth_convert_skb_to_xdp_buff).
  const ring = peer.rings[0];
  if (!insertTag(skb) || lengthOf(skb) > 3520) {
    gone(device, skb, STAGE_driver_xmit, DROP_NO_TX_TARGET);
    return;
  }
  announce(ring);
  const page = takePage();
  if (page == 0 || !ring.add(page, XDP_HEADROOM, lengthOf(skb), packetOf(skb))) {
    if (page != 0) givePage(page);
    device.count(TX_DROPPED, 1);
    gone(device, skb, STAGE_driver_xmit, DROP_FULL_RING);
    return;
  }
  charge(COST_copy_byte, lengthOf(skb));
  memory.copy(page + XDP_HEADROOM, dataOf(skb), lengthOf(skb));
  markSkb(skb, STAGE_driver_xmit, VERDICT_queued, 0, peer.ifindex, size, 0, peer.namespace);
  freeSkb(skb);
}

/** TC_ACT_REDIRECT: where the program's helper said. The packet's data begins at its link-layer header. */
export function redirectByTc(device: NetDevice, skb: usize, ingress: bool): void {
  const kind = redirectKind;
  const target = netDevice(redirectNumber);
  if (target == null || !target.up() || (kind == REDIRECT_PEER && (!ingress || target.kind != DEVICE_veth))) {
    gone(device, skb, STAGE_redirect, ingress ? DROP_TC_INGRESS : DROP_NO_TX_TARGET);
    return;
  }
  markSkb(skb, STAGE_redirect, VERDICT_redirect, target.ifindex, device.ifindex, lengthOf(skb), kind, device.namespace);
  switch (kind) {
    case REDIRECT_DEVICE:
      devXmit(skb, target, false);
      return;
    case REDIRECT_INGRESS:
      intoBacklog(target, skb);
      return;
    case REDIRECT_PEER: {
      // Straight into the other end's namespace, without a backlog in between.
      const peer = netDevice(target.peer);
      if (peer == null || depth >= RECURSION) {
        gone(device, skb, STAGE_redirect, DROP_NO_TX_TARGET);
        return;
      }
      depth++;
      receiveFrame(peer, skb);
      depth--;
      return;
    }
    case REDIRECT_NEIGHBOUR: {
      if (lengthOf(skb) < ETHERNET_HEADER) {
        gone(device, skb, STAGE_redirect, DROP_PKT_TOO_SMALL);
        return;
      }
      pull(skb, ETHERNET_HEADER);
      resetNetwork(skb);
      resolveNext(target, skb);
      return;
    }
    default:
      gone(device, skb, STAGE_redirect, DROP_NO_TX_TARGET);
  }
}

/** bpf_clone_redirect of the packet that a tc program works on: 0 or -errno. */
export function cloneTo(ifindex: u32, ingress: bool): i32 {
  const target = netDevice(ifindex);
  if (target == null) return -EINVAL;
  if (!target.up()) return -ENODEV;
  const original = current;
  const copy = copySkb(original, 128);
  if (copy == 0) return -ENOMEM;
  markSkb(
    copy,
    STAGE_clone,
    VERDICT_made,
    target.ifindex,
    target.ifindex,
    lengthOf(copy),
    packetOf(original),
    target.namespace,
  );
  depth++;
  if (depth >= RECURSION) gone(target, copy, STAGE_clone, DROP_LOOP_LIMIT);
  else if (ingress) intoBacklog(target, copy);
  else devXmit(copy, target, false);
  depth--;
  // Programs at the other interface may have worked on the copy.
  selectSkb(original);
  fitSkb();
  return 0;
}
