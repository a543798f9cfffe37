// Fragments: held until a packet is whole (ip_defrag, ipv6_frag_rcv), at most 30 s and a bounded number of them. Overlaps end the whole
// packet, duplicates only themselves, as in Linux.
import { COST_copy_byte, COST_fragment_lookup } from '../generated/costs';
import {
  DROP_DUP_FRAG,
  DROP_FRAG_REASM_TIMEOUT,
  DROP_NOMEM,
  DROP_NOT_SPECIFIED,
  DROP_PKT_TOO_BIG,
  STAGE_fragment,
  VERDICT_drop,
  VERDICT_queued,
} from '../generated/network';
import { reserve } from '../memory/arena';
import { charge } from './account';
import { dataOf, expandHead, freeSkb, lengthOf, nextOf, packetOf, put, setNext, trim } from './buffers';
import { NetDevice, netDevice } from './device';
import { TIME_EXCEEDED, icmpError } from './icmp';
import { seal } from './ip';
import { setTimer } from './machine';
import { namespaceOf } from './namespace';
import { markSkb } from './record';
import { INET, INET6 } from './route';
import { TIMER_FRAGMENT } from './timers';

const TIMEOUT: u64 = 30_000_000_000;
const QUEUES: i32 = 64;
const MORE: u32 = 0x2000;
const OFFSET: u32 = 0x1fff;
const LONGEST: u32 = 65535;

class FragmentQueue {
  used: bool = false;
  family: u32 = 0;
  namespace: u32 = 0;
  ifindex: u32 = 0;
  id: u32 = 0;
  protocol: u32 = 0;
  /** addresses: 32 bytes */
  key: usize = reserve(32);
  /** sk_buffs in the order of their offsets */
  first: usize = 0;
  /** bytes that have come, and where the packet ends; 0: the end is not known */
  have: u32 = 0;
  end: u32 = 0;
  /** queues are told apart by age: the oldest goes when there is no room */
  age: u32 = 0;
  number: u32 = 0;
}

let queues: FragmentQueue[] = [];
let age: u32 = 0;

export function resetFragments(): void {
  queues = [];
  for (let i = 0; i < QUEUES; i++) {
    const queue = new FragmentQueue();
    queue.number = i;
    queues.push(queue);
  }
  age = 0;
}

/** bytes of headers before the fragment's own data, offset of the data in the packet, of each held sk_buff: in skb->cb */
const CB: usize = 40;

function startOf(skb: usize): u32 {
  return load<u32>(skb, CB);
}

function headersOf(skb: usize): u32 {
  return load<u32>(skb, CB + 4);
}

function endOf(skb: usize): u32 {
  return startOf(skb) + lengthOf(skb) - headersOf(skb);
}

function find(family: u32, device: NetDevice, id: u32, protocol: u32, addresses: usize, size: u32): FragmentQueue {
  charge(COST_fragment_lookup, 1);
  let oldest = queues[0];
  for (let i = 0; i < queues.length; i++) {
    const queue = queues[i];
    if (!queue.used) {
      if (oldest.used) oldest = queue;
      continue;
    }
    if (oldest.used && queue.age < oldest.age) oldest = queue;
    if (queue.family != family || queue.namespace != device.namespace) continue;
    if (queue.id == id && queue.protocol == protocol && memory.compare(queue.key, addresses, size) == 0) return queue;
  }
  if (oldest.used) give(oldest, DROP_FRAG_REASM_TIMEOUT);
  oldest.used = true;
  oldest.family = family;
  oldest.namespace = device.namespace;
  oldest.ifindex = device.ifindex;
  oldest.id = id;
  oldest.protocol = protocol;
  memory.copy(oldest.key, addresses, size);
  oldest.first = 0;
  oldest.have = 0;
  oldest.end = 0;
  oldest.age = ++age;
  setTimer(TIMER_FRAGMENT, oldest.number, TIMEOUT);
  return oldest;
}

/** Drops everything that a queue holds. */
function give(queue: FragmentQueue, reason: u32): void {
  for (let skb = queue.first; skb != 0;) {
    const next = nextOf(skb);
    drop(queue.ifindex, queue.namespace, skb, reason);
    skb = next;
  }
  queue.used = false;
  queue.first = 0;
  setTimer(TIMER_FRAGMENT, queue.number, 0);
}

function drop(ifindex: u32, namespace: u32, skb: usize, reason: u32): void {
  markSkb(skb, STAGE_fragment, VERDICT_drop, reason, ifindex, lengthOf(skb), 0, namespace);
  freeSkb(skb);
}

/** Thirty seconds without the rest. */
export function fragmentTimer(number: u32): void {
  const queue = queues[<i32>number];
  if (!queue.used) return;
  // Who sent the first piece is told.
  const first = queue.first;
  const device = netDevice(queue.ifindex);
  if (first != 0 && startOf(first) == 0 && device != null && queue.family == INET)
    icmpError(namespaceOf(queue.namespace), first, TIME_EXCEEDED, 1, 0);
  give(queue, DROP_FRAG_REASM_TIMEOUT);
}

/**
 * Puts a fragment, `headers` bytes of headers and its data from `start` on, into its queue. The sk_buff with all data behind the first one's
 * headers when the packet is whole, else 0; the fragment is the queue's, or gone.
 */
function file(queue: FragmentQueue, device: NetDevice, skb: usize, headers: u32, start: u32, more: bool): usize {
  let size = lengthOf(skb) - headers;
  if (more && size & 7) {
    // All but the last piece are multiples of eight.
    size &= ~7;
    trim(skb, headers + size);
  }
  const end = start + size;
  if (end > LONGEST || (size == 0 && more)) {
    drop(device.ifindex, device.namespace, skb, end > LONGEST ? DROP_PKT_TOO_BIG : DROP_NOT_SPECIFIED);
    return 0;
  }
  if (!more) {
    if (queue.end != 0 && queue.end != end) {
      drop(device.ifindex, device.namespace, skb, DROP_NOT_SPECIFIED);
      give(queue, DROP_NOT_SPECIFIED);
      return 0;
    }
    queue.end = end;
  }
  store<u32>(skb, start, CB);
  store<u32>(skb, headers, CB + 4);
  let before: usize = 0;
  let after = queue.first;
  while (after != 0 && startOf(after) < start) {
    before = after;
    after = nextOf(after);
  }
  if (after != 0 && startOf(after) == start && endOf(after) == end) {
    drop(device.ifindex, device.namespace, skb, DROP_DUP_FRAG);
    return 0;
  }
  if (
    (before != 0 && endOf(before) > start) ||
    (after != 0 && startOf(after) < end) ||
    (queue.end != 0 && end > queue.end)
  ) {
    drop(device.ifindex, device.namespace, skb, DROP_NOT_SPECIFIED);
    give(queue, DROP_NOT_SPECIFIED);
    return 0;
  }
  setNext(skb, after);
  if (before == 0) queue.first = skb;
  else setNext(before, skb);
  queue.have += size;
  markSkb(skb, STAGE_fragment, VERDICT_queued, start, device.ifindex, lengthOf(skb), queue.id, device.namespace);
  if (queue.end == 0 || queue.have != queue.end || startOf(queue.first) != 0) return 0;
  return join(queue, device);
}

function join(queue: FragmentQueue, device: NetDevice): usize {
  const whole = queue.first;
  const rest = nextOf(whole);
  const headers = headersOf(whole);
  setNext(whole, 0);
  queue.first = rest;
  if (queue.end + headers > LONGEST || !expandHead(whole, 0, queue.end)) {
    drop(device.ifindex, device.namespace, whole, queue.end + headers > LONGEST ? DROP_PKT_TOO_BIG : DROP_NOMEM);
    give(queue, DROP_NOT_SPECIFIED);
    return 0;
  }
  for (let skb = rest; skb != 0;) {
    const next = nextOf(skb);
    const size = lengthOf(skb) - headersOf(skb);
    memory.copy(put(whole, size), dataOf(skb) + headersOf(skb), size);
    charge(COST_copy_byte, size);
    markSkb(skb, STAGE_fragment, 2, 0, device.ifindex, lengthOf(skb), packetOf(whole), device.namespace);
    freeSkb(skb);
    skb = next;
  }
  queue.used = false;
  queue.first = 0;
  setTimer(TIMER_FRAGMENT, queue.number, 0);
  return whole;
}

/** The packet that this fragment completes; 0: it waits, or was dropped. The data begins at the IP header. */
export function reassemble4(device: NetDevice, skb: usize): usize {
  const header = dataOf(skb);
  const flags = <u32>bswap<u16>(load<u16>(header, 6));
  const queue = find(INET, device, load<u16>(header, 4), load<u8>(header, 9), header + 12, 8);
  const headers = ((<u32>load<u8>(header)) & 15) << 2;
  const whole = file(queue, device, skb, headers, (flags & OFFSET) << 3, (flags & MORE) != 0);
  if (whole == 0) return 0;
  const first = dataOf(whole);
  store<u16>(first, bswap<u16>(<u16>lengthOf(whole)), 2);
  store<u16>(first, 0, 6);
  seal(first, headersOf(whole));
  return whole;
}

/** The same for IPv6: the fragment header stands `at` bytes behind the packet's beginning; it is taken out. */
export function reassemble6(device: NetDevice, skb: usize, at: u32, previous: u32): usize {
  const header = dataOf(skb);
  const fragment = header + at;
  const flags = <u32>bswap<u16>(load<u16>(fragment, 2));
  const next = load<u8>(fragment);
  const queue = find(INET6, device, load<u32>(fragment, 4), 0, header + 8, 32);
  const whole = file(queue, device, skb, at + 8, flags & 0xfff8, (flags & 1) != 0);
  if (whole == 0) return 0;
  const first = dataOf(whole);
  store<u8>(first + previous, next);
  memory.copy(first + at, first + at + 8, lengthOf(whole) - at - 8);
  trim(whole, lengthOf(whole) - 8);
  store<u16>(first, bswap<u16>(<u16>(lengthOf(whole) - 40)), 4);
  return whole;
}
