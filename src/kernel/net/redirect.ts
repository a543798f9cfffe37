// Where XDP sends frames: back out, to another interface, to another processor. Frames are pages still; sk_buffs in generic mode.
import { COST_cross_cpu, COST_redirect, COST_tx_descriptor, COST_xdp_frame } from '../generated/costs';
import {
  DEVICE_nic,
  DEVICE_veth,
  DROP_NOMEM,
  DROP_XDP,
  DROP_XDP_DROP,
  DROP_XDP_REDIRECT_FAILED,
  DROP_LOOP_LIMIT,
  NET_LIMIT_devices,
  STAGE_cpumap,
  STAGE_devmap,
  STAGE_driver_xmit,
  STAGE_redirect,
  VERDICT_drop,
  VERDICT_pass,
  VERDICT_queued,
  VERDICT_redirect,
} from '../generated/network';
import {
  REDIRECT_BROADCAST,
  REDIRECT_CPU,
  REDIRECT_DEVICE,
  redirectExcludes,
  redirectFrom,
  redirectKey,
  redirectKind,
  redirectNumber,
} from '../helpers/redirect';
import { redirectProgram, redirectTarget } from '../maps/devices';
import { toLinear, toVirtual } from '../memory/layout';
import { openXdpAt, setXdpEgress, xdpData, xdpPacketSize } from '../syscall/xdp-buffer';
import { programById } from '../syscall/programs';
import { charge } from './account';
import { PAGE, copySkb, freeSkb, givePage, lengthOf, setPacket, skbAroundPage, takePage } from './buffers';
import { NetDevice, TX_BYTES, TX_DROPPED, TX_PACKETS, netDevice } from './device';
import { announce, toCpu } from './machine';
import { halted, noteRun, runOnPacket } from './programs';
import { receiveFrame } from './receive';
import { mark, markFrame, markSkb, nextPacket } from './record';
import { devXmit } from './transmit';
import { wireOut } from './wire';

const XDP_PASS: u32 = 2;

/**
 * ndo_xdp_xmit: a frame in a page leaves by `device`; true: the page is no longer the caller's. A veth takes it only when its other end
 * has an XDP program too, as only then somebody polls there.
 */
export function sendFrame(device: NetDevice, page: usize, offset: u32, size: u32, packet: u32): bool {
  if (!device.up()) return false;
  if (device.kind == DEVICE_nic) {
    charge(COST_tx_descriptor, 1);
    count(device, size);
    markFrame(packet, STAGE_driver_xmit, VERDICT_pass, 0, device.ifindex, page + offset, size, 0, device.namespace);
    wireOut(device, page + offset, size, packet);
    givePage(page);
    return true;
  }
  if (device.kind != DEVICE_veth) return false;
  const peer = netDevice(device.peer);
  if (peer == null || !peer.up() || peer.xdp == null || peer.rings.length == 0) return false;
  charge(COST_tx_descriptor, 1);
  const ring = peer.rings[0];
  announce(ring);
  if (!ring.add(page, offset, size, packet)) return false;
  count(device, size);
  markFrame(packet, STAGE_driver_xmit, VERDICT_queued, 0, peer.ifindex, page + offset, size, 0, peer.namespace);
  return true;
}

function count(device: NetDevice, size: u32): void {
  device.count(TX_PACKETS, 1);
  device.count(TX_BYTES, size);
}

function lost(device: NetDevice, page: usize, offset: u32, size: u32, packet: u32): void {
  givePage(page);
  const reason = DROP_XDP_REDIRECT_FAILED;
  markFrame(packet, STAGE_redirect, VERDICT_drop, reason, device.ifindex, page + offset, size, 0, device.namespace);
}

/** The program that a devmap's entry carries sees the frame before it leaves; its verdict, XDP_PASS: go. */
function devmapProgram(
  id: u32,
  from: NetDevice,
  to: NetDevice,
  page: usize,
  offset: u32,
  size: u32,
  packet: u32,
): bool {
  const program = programById(<i32>id);
  if (program == null) return true;
  charge(COST_xdp_frame, 1);
  const context = openXdpAt(page, PAGE, page + offset, size, 0, from.rings.length > 0 ? from.rings[0].rxq : 0);
  setXdpEgress(toVirtual(to.address));
  const action = <u32>runOnPacket(program, context, packet, page + offset, size);
  setXdpEgress(0);
  sentOffset = <u32>(toLinear(xdpData()) - page);
  sentSize = xdpPacketSize();
  if (halted != 0) return false;
  noteRun(page + sentOffset, sentSize);
  const good = action == XDP_PASS;
  markFrame(
    packet,
    STAGE_devmap,
    good ? VERDICT_pass : VERDICT_drop,
    good ? action : DROP_XDP_DROP,
    to.ifindex,
    page + sentOffset,
    sentSize,
    0,
    to.namespace,
  );
  return good;
}

/** where the frame is after a devmap's program */
let sentOffset: u32 = 0;
let sentSize: u32 = 0;

function toDevice(
  device: NetDevice,
  target: NetDevice | null,
  program: u32,
  page: usize,
  offset: u32,
  size: u32,
  packet: u32,
): void {
  if (target == null) {
    lost(device, page, offset, size, packet);
    return;
  }
  sentOffset = offset;
  sentSize = size;
  if (program != 0 && !devmapProgram(program, device, target, page, offset, size, packet)) {
    givePage(page);
    return;
  }
  markFrame(
    packet,
    STAGE_redirect,
    VERDICT_redirect,
    target.ifindex,
    device.ifindex,
    page + sentOffset,
    sentSize,
    0,
    device.namespace,
  );
  if (!sendFrame(target, page, sentOffset, sentSize, packet)) {
    target.count(TX_DROPPED, 1);
    lost(target, page, sentOffset, sentSize, packet);
  }
}

/** xdp_do_redirect: the frame goes where the program's helper said. */
export function redirectFrame(device: NetDevice, page: usize, offset: u32, size: u32, packet: u32): void {
  charge(COST_redirect, 1);
  const map = redirectFrom;
  if (redirectKind == REDIRECT_DEVICE) {
    const program = map == null ? 0 : redirectProgram(map, redirectKey);
    toDevice(device, netDevice(redirectNumber), program, page, offset, size, packet);
    return;
  }
  if (redirectKind == REDIRECT_CPU) {
    charge(COST_cross_cpu, 1);
    const program = map == null ? 0 : redirectProgram(map, redirectKey);
    const target = redirectNumber;
    // The program of a cpumap's entry is noted with the frame: its number is above the interface's.
    if (toCpu(target, page, offset, size, packet, device.ifindex | (program << 16))) {
      markFrame(packet, STAGE_cpumap, VERDICT_queued, target, device.ifindex, page + offset, size, 0, device.namespace);
    } else lost(device, page, offset, size, packet);
    return;
  }
  if (redirectKind == REDIRECT_BROADCAST && map != null) {
    const excluded = redirectExcludes ? device.ifindex : 0;
    const most = min<u32>(map.maxEntries, <u32>NET_LIMIT_devices);
    for (let key: u32 = 0; key < most; key++) {
      const target = redirectTarget(map, key);
      if (target == 0 || target == excluded) continue;
      const copy = takePage();
      if (copy == 0) break;
      memory.copy(copy + offset, page + offset, size);
      toDevice(device, netDevice(target), redirectProgram(map, key), copy, offset, size, nextPacket());
    }
    givePage(page);
    return;
  }
  lost(device, page, offset, size, packet);
}

/** The same for an sk_buff (generic mode): its data begins at the link-layer header. */
export function redirectSkb(device: NetDevice, skb: usize): void {
  charge(COST_redirect, 1);
  const map = redirectFrom;
  if (redirectKind == REDIRECT_DEVICE) {
    const target = netDevice(redirectNumber);
    if (target != null && target.up()) {
      markSkb(
        skb,
        STAGE_redirect,
        VERDICT_redirect,
        target.ifindex,
        device.ifindex,
        lengthOf(skb),
        0,
        device.namespace,
      );
      devXmit(skb, target, false);
      return;
    }
  } else if (redirectKind == REDIRECT_CPU) {
    charge(COST_cross_cpu, 1);
    if (toCpu(redirectNumber, 0, 0, 0, <u32>skb, device.ifindex)) {
      markSkb(skb, STAGE_cpumap, VERDICT_queued, redirectNumber, device.ifindex, lengthOf(skb), 0, device.namespace);
      return;
    }
  } else if (redirectKind == REDIRECT_BROADCAST && map != null) {
    const excluded = redirectExcludes ? device.ifindex : 0;
    const most = min<u32>(map.maxEntries, <u32>NET_LIMIT_devices);
    for (let key: u32 = 0; key < most; key++) {
      const number = redirectTarget(map, key);
      if (number == 0 || number == excluded) continue;
      const target = netDevice(number);
      if (target == null) continue;
      const copy = copySkb(skb, 256);
      if (copy != 0) devXmit(copy, target, false);
    }
    freeSkb(skb);
    return;
  }
  markSkb(skb, STAGE_redirect, VERDICT_drop, DROP_XDP, device.ifindex, lengthOf(skb), 0, device.namespace);
  freeSkb(skb);
}

/** A frame that a cpumap brought here: now its sk_buff is made. `at`: see Processor.frames. */
export function receiveFromCpumap(at: usize): void {
  const page = <usize>load<u32>(at);
  const number = load<u32>(at, 12);
  const device = netDevice(number & 0xffff);
  const packet = load<u32>(at, 8);
  if (device == null) return;
  if (page == 0) {
    markSkb(packet, STAGE_cpumap, VERDICT_pass, 0, device.ifindex, lengthOf(packet), 0, device.namespace);
    receiveFrame(device, packet);
    return;
  }
  let offset = load<u32>(at, 4) & 0xffff;
  let size = load<u32>(at, 4) >> 16;
  const program = programById(<i32>(number >> 16));
  if (program != null) {
    charge(COST_xdp_frame, 1);
    const context = openXdpAt(page, PAGE, page + offset, size, 0, device.rings.length > 0 ? device.rings[0].rxq : 0);
    const action = <u32>runOnPacket(program, context, packet, page + offset, size);
    if (halted != 0) return;
    offset = <u32>(toLinear(xdpData()) - page);
    size = xdpPacketSize();
    noteRun(page + offset, size);
    if (action != XDP_PASS) {
      givePage(page);
      markFrame(
        packet,
        STAGE_cpumap,
        VERDICT_drop,
        DROP_XDP_DROP,
        device.ifindex,
        page + offset,
        size,
        0,
        device.namespace,
      );
      return;
    }
  }
  const skb = skbAroundPage(page, offset, size);
  if (skb == 0) {
    givePage(page);
    markFrame(packet, STAGE_cpumap, VERDICT_drop, DROP_NOMEM, device.ifindex, page + offset, size, 0, device.namespace);
    return;
  }
  setPacket(skb, packet);
  markFrame(packet, STAGE_cpumap, VERDICT_pass, 0, device.ifindex, page + offset, size, 0, device.namespace);
  receiveFrame(device, skb);
}

/** Throws a waiting frame away. */
export function dropFrame(at: usize): void {
  const page = <usize>load<u32>(at);
  const packet = load<u32>(at, 8);
  if (page != 0) {
    mark(packet, STAGE_cpumap, VERDICT_drop, DROP_LOOP_LIMIT, load<u32>(at, 12) & 0xffff, 0, 0, 0);
    givePage(page);
  } else freeSkb(packet);
}
