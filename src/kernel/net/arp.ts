// ARP (RFC 826): questions for the hardware address of an IPv4 address, and answers for our own.
import {
  DROP_NOT_SPECIFIED,
  DROP_PKT_TOO_SMALL,
  STAGE_arp,
  VERDICT_consumed,
  VERDICT_drop,
  VERDICT_made,
} from '../generated/network';
import { SKB_PROTOCOL } from '../memory/structures';
import { HEADROOM, dataOf, freeSkb, lengthOf, newSkb, packetOf, put, resetNetwork, setPacket, push } from './buffers';
import { NetDevice } from './device';
import { namespaceOf } from './namespace';
import { learn } from './neighbour';
import { PACKET_OTHERHOST, packetType } from './receive';
import { markSkb, nextPacket } from './record';
import { isForUsAlone } from './ip';
import { INET, lookup4, routeKind, sourceFor4 } from './route';
import { devXmit } from './transmit';
import { ROUTE_local } from '../generated/network';

const SIZE: u32 = 28;
const REQUEST: u16 = 0x0100;
const REPLY: u16 = 0x0200;

function done(device: NetDevice, skb: usize, verdict: i32, reason: u32): void {
  markSkb(skb, STAGE_arp, verdict, reason, device.ifindex, lengthOf(skb), 0, device.namespace);
  freeSkb(skb);
}

/** Sends an ARP packet; `cause` is the packet that it answers, 0: none. Addresses in network order. */
function sendArp(
  device: NetDevice,
  operation: u16,
  to: usize,
  sender: u32,
  target: u32,
  targetMac: usize,
  cause: u32,
): void {
  const skb = newSkb(HEADROOM, 64);
  if (skb == 0) return;
  setPacket(skb, nextPacket());
  const at = put(skb, SIZE);
  store<u32>(at, 0x00080100);
  store<u16>(at, 0x0406, 4);
  store<u16>(at, operation, 6);
  memory.copy(at + 8, device.mac(), 6);
  store<u32>(at, sender, 14);
  if (targetMac != 0) memory.copy(at + 18, targetMac, 6);
  else memory.fill(at + 18, 0, 6);
  store<u32>(at, target, 24);
  resetNetwork(skb);
  store<u16>(skb, 0x0608, SKB_PROTOCOL);
  const frame = push(skb, 14);
  if (to != 0) memory.copy(frame, to, 6);
  else memory.fill(frame, 0xff, 6);
  memory.copy(frame + 6, device.mac(), 6);
  store<u16>(frame, 0x0608, 12);
  markSkb(
    skb,
    STAGE_arp,
    VERDICT_made,
    <u32>bswap<u16>(operation),
    device.ifindex,
    lengthOf(skb),
    cause,
    device.namespace,
  );
  devXmit(skb, device, true);
}

/** Who has `address` (network order)? */
export function askArp(device: NetDevice, address: u32): void {
  const source = sourceFor4(device, bswap<u32>(address));
  sendArp(device, REQUEST, 0, bswap<u32>(source), address, 0, 0);
}

/** The packet's data begins at the ARP header. */
export function arpReceive(device: NetDevice, skb: usize): void {
  if (packetType(skb) == PACKET_OTHERHOST) {
    done(device, skb, VERDICT_consumed, 0);
    return;
  }
  if (lengthOf(skb) < SIZE) {
    done(device, skb, VERDICT_drop, DROP_PKT_TOO_SMALL);
    return;
  }
  const at = dataOf(skb);
  const operation = load<u16>(at, 6);
  // Ethernet and IPv4, addresses of six and four bytes.
  if (load<u32>(at) != 0x00080100 || load<u16>(at, 4) != 0x0406 || (operation != REQUEST && operation != REPLY)) {
    done(device, skb, VERDICT_drop, DROP_NOT_SPECIFIED);
    return;
  }
  const sender = load<u32>(at, 14);
  const target = load<u32>(at, 24);
  const namespace = namespaceOf(device.namespace);
  // Nobody asks for a group or for the host itself.
  const about = bswap<u32>(target);
  if (about >> 28 == 14 || about >> 24 == 127) {
    done(device, skb, VERDICT_drop, DROP_NOT_SPECIFIED);
    return;
  }
  const own = lookup4(namespace, bswap<u32>(target)) && routeKind == ROUTE_local;
  const first = bswap<u32>(sender) >> 24;
  if (sender != 0 && first != 127 && first < 224) {
    store<u32>(scratch, sender);
    learn(device, INET, scratch, at + 8, own && operation == REQUEST);
  }
  // Whoever asks must be somebody who may; an address is probed for from 0.
  const may = sender == 0 || (first != 127 && first < 224 && !isForUsAlone(namespace, bswap<u32>(sender)));
  if (operation == REQUEST && own && may) sendArp(device, REPLY, at + 8, target, sender, at + 8, packetOf(skb));
  done(device, skb, VERDICT_consumed, 0);
}

const scratch: usize = memory.data(16);
