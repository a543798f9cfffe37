// struct sk_buff and the memory behind it, as the stack handles them: taken from the arena, cloned, pushed, pulled, given back. Driver
// pages come from a pool and go back to it. Each sk_buff carries the number of its packet in the padding that its slab has behind
// the structure (256 bytes an object, as skbuff_head_cache).
import {
  COST_buffer_alloc,
  COST_buffer_free,
  COST_copy_byte,
  COST_page_recycle,
  COST_skb_alloc,
  COST_skb_free,
} from '../generated/costs';
import { NET_LIMIT_buffers } from '../generated/network';
import { allocateObject, freeObject, reserve } from '../memory/arena';
import { toLinear, toVirtual } from '../memory/layout';
import { SHADOW_OUTSIDE_PACKET, conceal, expose } from '../memory/shadow';
import {
  SHARED_INFO_SIZE,
  SHARED_META_LEN,
  SKB_DATA,
  SKB_END,
  SKB_HEAD,
  SKB_LEN,
  SKB_MAC_HEADER,
  SKB_MAC_LEN,
  SKB_NETWORK_HEADER,
  SKB_SIZE,
  SKB_TAIL,
  SKB_TRANSPORT_HEADER,
  SKB_TRUESIZE,
  SKB_USERS,
} from '../memory/structures';
import { charge } from './account';
import { nextPacket } from './record';

/** object size of skbuff_head_cache */
const OBJECT: usize = 256;
/** behind the structure: number of the packet (u32), crossings of devices (u32), link of the receiving device (u32) */
const PACKET: usize = SKB_SIZE;
const HOPS: usize = SKB_SIZE + 4;
/** struct sk_buff: next and prev, for queues */
const NEXT: usize = 0;
/** cloned, head_frag and pp_recycle among the bits at 126 */
const BITS: usize = 126;
const HEAD_FRAG: u8 = 0x20;

export const PAGE: u32 = 4096;
/** headroom that the stack asks for (NET_SKB_PAD and a link-layer header) */
export const HEADROOM: u32 = 128;
const UNSET: u16 = 0xffff;

/** sk_buffs alive */
export let alive: u32 = 0;
/** what allocation failed for */
export let failed: u32 = 0;

/** free driver pages: linear addresses, u32 each */
const pool: usize = memory.data(8192 * 4);
let pooled: i32 = 0;

export function resetBuffers(): void {
  alive = 0;
  failed = 0;
  pooled = 0;
}

/** A page for a driver's ring; 0: no memory. */
export function takePage(): usize {
  if (pooled > 0) {
    pooled--;
    return <usize>load<u32>(pool + ((<usize>pooled) << 2));
  }
  return reserve(PAGE);
}

export function givePage(page: usize): void {
  charge(COST_page_recycle, 1);
  if (pooled < 8192) {
    store<u32>(pool + ((<usize>pooled) << 2), <u32>page);
    pooled++;
  } else freeObject(page);
}

function blank(): usize {
  if (alive >= <u32>NET_LIMIT_buffers) {
    failed++;
    return 0;
  }
  const skb = allocateObject(OBJECT);
  if (skb == 0) {
    failed++;
    return 0;
  }
  alive++;
  charge(COST_skb_alloc, 1);
  store<u32>(skb, 1, SKB_USERS);
  store<u16>(skb, UNSET, SKB_MAC_HEADER);
  store<u16>(skb, UNSET, SKB_NETWORK_HEADER);
  store<u16>(skb, UNSET, SKB_TRANSPORT_HEADER);
  return skb;
}

function setHead(skb: usize, head: usize, end: u32): void {
  store<u64>(skb, toVirtual(head), SKB_HEAD);
  store<u32>(skb, end, SKB_END);
  store<u32>(skb, end + <u32>SHARED_INFO_SIZE + <u32>OBJECT, SKB_TRUESIZE);
  conceal(head, <usize>end, SHADOW_OUTSIDE_PACKET);
  const shared = head + end;
  memory.fill(shared, 0, SHARED_INFO_SIZE);
  expose(shared, SHARED_INFO_SIZE);
  store<u32>(shared, 1, 32);
}

/** An sk_buff with an empty buffer of its own (Linux: alloc_skb): room for `size` bytes behind `headroom`. 0: no memory. */
export function newSkb(headroom: u32, size: u32): usize {
  const end = (headroom + size + 63) & ~63;
  const head = reserve(<usize>end + SHARED_INFO_SIZE);
  if (head == 0) {
    failed++;
    return 0;
  }
  const skb = blank();
  if (skb == 0) {
    freeObject(head);
    return 0;
  }
  charge(COST_buffer_alloc, 1);
  setHead(skb, head, end);
  store<u64>(skb, toVirtual(head + headroom), SKB_DATA);
  store<u32>(skb, headroom, SKB_TAIL);
  return skb;
}

/** An sk_buff around a driver's page (Linux: napi_build_skb): nothing is copied. 0: no memory. */
export function skbAroundPage(page: usize, offset: u32, size: u32): usize {
  const skb = blank();
  if (skb == 0) return 0;
  setHead(skb, page, PAGE - <u32>SHARED_INFO_SIZE);
  store<u8>(skb, HEAD_FRAG, BITS);
  store<u64>(skb, toVirtual(page + offset), SKB_DATA);
  store<u32>(skb, size, SKB_LEN);
  store<u32>(skb, offset + size, SKB_TAIL);
  return skb;
}

function freeHead(skb: usize): void {
  const head = toLinear(load<u64>(skb, SKB_HEAD));
  if (load<u8>(skb, BITS) & HEAD_FRAG) givePage(head);
  else {
    charge(COST_buffer_free, 1);
    freeObject(head);
  }
}

/** Gives an sk_buff and its buffer back; whoever saw it last has said why. */
export function freeSkb(skb: usize): void {
  const users = load<u32>(skb, SKB_USERS);
  if (users > 1) {
    store<u32>(skb, users - 1, SKB_USERS);
    return;
  }
  freeHead(skb);
  charge(COST_skb_free, 1);
  if (freeObject(skb)) alive--;
}

/** A copy with a buffer of its own and a number of its own (Linux: skb_copy). 0: no memory. */
export function copySkb(skb: usize, headroom: u32): usize {
  const length = lengthOf(skb);
  const from = dataOf(skb);
  const room = max<u32>(headroom, headroomOf(skb));
  const copy = newSkb(room, length + 128);
  if (copy == 0) return 0;
  const to = dataOf(copy);
  const head = load<u64>(copy, SKB_HEAD);
  const end = load<u32>(copy, SKB_END);
  const truesize = load<u32>(copy, SKB_TRUESIZE);
  const shift = <i32>room - <i32>headroomOf(skb);
  memory.copy(copy, skb, SKB_SIZE);
  store<u64>(copy, 0, NEXT);
  store<u64>(copy, 0, NEXT + 8);
  store<u64>(copy, head, SKB_HEAD);
  store<u32>(copy, end, SKB_END);
  store<u32>(copy, truesize, SKB_TRUESIZE);
  store<u32>(copy, 1, SKB_USERS);
  store<u8>(copy, load<u8>(copy, BITS) & ~HEAD_FRAG, BITS);
  store<u64>(copy, toVirtual(to), SKB_DATA);
  shiftHeaders(copy, shift);
  store<u32>(copy, load<u32>(skb, SKB_TAIL) + shift, SKB_TAIL);
  // What was pulled off the front still counts as headers.
  const before = min<u32>(headroomOf(skb), room);
  memory.copy(to - before, from - before, before + length);
  charge(COST_copy_byte, length);
  store<u32>(copy, nextPacket(), PACKET);
  store<u32>(copy, load<u32>(skb, HOPS), HOPS);
  return copy;
}

function shiftHeaders(skb: usize, shift: i32): void {
  shiftHeader(skb + SKB_MAC_HEADER, shift);
  shiftHeader(skb + SKB_NETWORK_HEADER, shift);
  shiftHeader(skb + SKB_TRANSPORT_HEADER, shift);
}

function shiftHeader(at: usize, shift: i32): void {
  const offset = load<u16>(at);
  if (offset != UNSET) store<u16>(at, <u16>(<i32>offset + shift));
}

/** A bigger buffer under the same sk_buff (Linux: pskb_expand_head): at least so many bytes before and behind the data. */
export function expandHead(skb: usize, before: u32, behind: u32): bool {
  const old = toLinear(load<u64>(skb, SKB_HEAD));
  const end = load<u32>(skb, SKB_END);
  const headroom = headroomOf(skb);
  const length = lengthOf(skb);
  const front = max<u32>(before + 64, headroom);
  const size = (front + length + max<u32>(behind + 64, 64) + 63) & ~63;
  const head = reserve(<usize>size + SHARED_INFO_SIZE);
  if (head == 0) return false;
  charge(COST_buffer_alloc, 1);
  charge(COST_copy_byte, length);
  memory.copy(head + front - headroom, old, headroom + length);
  memory.copy(head + size, old + end, SHARED_INFO_SIZE);
  freeHead(skb);
  store<u8>(skb, load<u8>(skb, BITS) & ~HEAD_FRAG, BITS);
  store<u64>(skb, toVirtual(head), SKB_HEAD);
  store<u32>(skb, size, SKB_END);
  store<u32>(skb, size + <u32>SHARED_INFO_SIZE + <u32>OBJECT, SKB_TRUESIZE);
  conceal(head, <usize>size, SHADOW_OUTSIDE_PACKET);
  expose(head + size, SHARED_INFO_SIZE);
  store<u64>(skb, toVirtual(head + front), SKB_DATA);
  store<u32>(skb, front + length, SKB_TAIL);
  shiftHeaders(skb, <i32>front - <i32>headroom);
  return true;
}

// ---- fields ----

export function packetOf(skb: usize): u32 {
  return load<u32>(skb, PACKET);
}

export function setPacket(skb: usize, number: u32): void {
  store<u32>(skb, number, PACKET);
}

/** One more device crossed in this breath; how many that makes. */
export function crossDevice(skb: usize): u32 {
  const hops = load<u32>(skb, HOPS) + 1;
  store<u32>(skb, hops, HOPS);
  return hops;
}

export function hopsOf(skb: usize): u32 {
  return load<u32>(skb, HOPS);
}

export function setHops(skb: usize, hops: u32): void {
  store<u32>(skb, hops, HOPS);
}

export function dataOf(skb: usize): usize {
  return toLinear(load<u64>(skb, SKB_DATA));
}

export function headOf(skb: usize): usize {
  return toLinear(load<u64>(skb, SKB_HEAD));
}

export function lengthOf(skb: usize): u32 {
  return load<u32>(skb, SKB_LEN);
}

export function headroomOf(skb: usize): u32 {
  return <u32>(load<u64>(skb, SKB_DATA) - load<u64>(skb, SKB_HEAD));
}

export function tailroomOf(skb: usize): u32 {
  return load<u32>(skb, SKB_END) - headroomOf(skb) - lengthOf(skb);
}

/** Takes `size` bytes off the front (skb_pull). */
export function pull(skb: usize, size: u32): void {
  store<u64>(skb, load<u64>(skb, SKB_DATA) + <u64>size, SKB_DATA);
  store<u32>(skb, lengthOf(skb) - size, SKB_LEN);
}

/** Adds `size` bytes at the front (skb_push), making room where there is none; linear address of the first one, 0: no memory. */
export function push(skb: usize, size: u32): usize {
  if (headroomOf(skb) < size && !expandHead(skb, size, 0)) return 0;
  store<u64>(skb, load<u64>(skb, SKB_DATA) - <u64>size, SKB_DATA);
  store<u32>(skb, lengthOf(skb) + size, SKB_LEN);
  return dataOf(skb);
}

/** Adds `size` bytes behind (skb_put); linear address of the first one, 0: no memory. */
export function put(skb: usize, size: u32): usize {
  if (tailroomOf(skb) < size && !expandHead(skb, 0, size)) return 0;
  const at = dataOf(skb) + lengthOf(skb);
  store<u32>(skb, lengthOf(skb) + size, SKB_LEN);
  store<u32>(skb, load<u32>(skb, SKB_TAIL) + size, SKB_TAIL);
  return at;
}

/** Cuts the data to `size` bytes (skb_trim). */
export function trim(skb: usize, size: u32): void {
  if (lengthOf(skb) <= size) return;
  store<u32>(skb, size, SKB_LEN);
  store<u32>(skb, headroomOf(skb) + size, SKB_TAIL);
}

export function resetMac(skb: usize): void {
  store<u16>(skb, <u16>headroomOf(skb), SKB_MAC_HEADER);
}

export function resetNetwork(skb: usize): void {
  store<u16>(skb, <u16>headroomOf(skb), SKB_NETWORK_HEADER);
}

export function resetTransport(skb: usize): void {
  store<u16>(skb, <u16>headroomOf(skb), SKB_TRANSPORT_HEADER);
}

/** skb->mac_len from the headers as they are noted. */
export function resetMacLength(skb: usize): void {
  store<u16>(skb, load<u16>(skb, SKB_NETWORK_HEADER) - load<u16>(skb, SKB_MAC_HEADER), SKB_MAC_LEN);
}

export function macOf(skb: usize): usize {
  return headOf(skb) + <usize>load<u16>(skb, SKB_MAC_HEADER);
}

/** Is it noted yet where the link-layer header begins, or the network header? */
export function macKnown(skb: usize): bool {
  return load<u16>(skb, SKB_MAC_HEADER) != UNSET;
}

export function networkKnown(skb: usize): bool {
  return load<u16>(skb, SKB_NETWORK_HEADER) != UNSET;
}

export function networkOf(skb: usize): usize {
  return headOf(skb) + <usize>load<u16>(skb, SKB_NETWORK_HEADER);
}

export function setMetadata(skb: usize, size: u32): void {
  store<u8>(headOf(skb) + <usize>load<u32>(skb, SKB_END), <u8>size, SHARED_META_LEN);
}

// ---- queues: linked through skb->next, as struct sk_buff_head ----

export function nextOf(skb: usize): usize {
  return toLinear(load<u64>(skb, NEXT));
}

export function setNext(skb: usize, next: usize): void {
  store<u64>(skb, next == 0 ? 0 : toVirtual(next), NEXT);
}
