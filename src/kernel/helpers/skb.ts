// Helpers on struct sk_buff. There is one buffer at a time (syscall/skb-buffer.ts), and its data is linear.
import { EACCES, EFAULT, EINVAL, ENODEV, ENOMEM, ENOTSUPP } from '../generated/errno';
import { deviceAt } from '../memory/devices';
import { helperMemory } from '../memory/access';
import { addSums, partialSum, replaceByDifference, replaceHalf, replaceWord, subtractSums } from '../memory/checksum';
import { toLinear } from '../memory/layout';
import {
  SHARED_GSO_SEGS,
  SHARED_GSO_SIZE,
  SKB_CSUM,
  SKB_DEV,
  SKB_HASH,
  SKB_MAC_HEADER,
  SKB_NETWORK_HEADER,
  SKB_PKT_TYPE,
  SKB_SIZE,
  SKB_TRANSPORT_HEADER,
  SKB_PROTOCOL,
} from '../memory/structures';
import {
  fitSkb,
  hasTransport,
  headerAt,
  makeRoom,
  moveData,
  offsetOf,
  setLength,
  sharedInfo,
  skb,
  skbData,
  skbLength,
} from '../syscall/skb-buffer';
import { inNetwork } from '../net/programs';
import { cloneTo } from '../net/transmit';
import { compareMtu } from './xdp';
import { result } from './arguments';
import { REDIRECT_CLONE, noteRedirect } from './redirect';

const MOST_OFFSET: u32 = 0xffff;

/** flags of skb_store_bytes */
const BPF_F_RECOMPUTE_CSUM: u64 = 1;
const BPF_F_INVALIDATE_HASH: u64 = 2;
/** flags of the checksum helpers: size of the field that changed, pseudo header, what to do with a zero checksum */
const BPF_F_HDR_FIELD_MASK: u64 = 0xf;
const BPF_F_PSEUDO_HDR: u64 = 0x10;
const BPF_F_MARK_MANGLED_0: u64 = 0x20;
const BPF_F_MARK_ENFORCE: u64 = 0x40;
const BPF_F_IPV6: u64 = 0x80;

/** skb->ip_summed: bits 5 and 6 of the byte with pkt_type */
const CHECKSUM_NONE: u32 = 0;
const CHECKSUM_UNNECESSARY: u32 = 1;
const CHECKSUM_COMPLETE: u32 = 2;

/** skb->l4_hash and sw_hash */
const HASH_MARKS: usize = 130;
const L4_HASH: u8 = 2;
const SW_HASH: u8 = 4;

function bad(context: u64): bool {
  return helperMemory(context, <u32>SKB_SIZE) == 0;
}

function summed(): u32 {
  return ((<u32>load<u8>(skb, SKB_PKT_TYPE)) >> 5) & 3;
}

function setSummed(state: u32): void {
  store<u8>(skb, <u8>(((<u32>load<u8>(skb, SKB_PKT_TYPE)) & ~0x60) | (state << 5)), SKB_PKT_TYPE);
}

function forgetHash(): void {
  store<u32>(skb, 0, SKB_HASH);
  store<u8>(skb, load<u8>(skb, HASH_MARKS) & ~(L4_HASH | SW_HASH), HASH_MARKS);
}

/** Are `size` bytes at `offset` inside the packet? */
function inside(offset: u32, size: u32): bool {
  return <u64>offset + <u64>size <= <u64>skbLength();
}

/** bpf_skb_store_bytes(skb, offset, from, size, flags): 0, -EINVAL, -EFAULT */
export function storeBytes(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const size = <u32>r4;
  const from = helperMemory(r3, size);
  if (bad(r1) || from == 0) return 0;
  if (r5 & ~(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH)) return result(-EINVAL);
  const offset = <u32>r2;
  if (offset > 0x7fffffff || !inside(offset, size)) return result(-EFAULT);
  const at = skbData() + offset;
  if (r5 & BPF_F_RECOMPUTE_CSUM && summed() == CHECKSUM_COMPLETE) {
    const sum = subtractSums(load<u32>(skb, SKB_CSUM), partialSum(at, size, 0));
    store<u32>(skb, addSums(sum, partialSum(from, size, 0)), SKB_CSUM);
  }
  memory.copy(at, from, size);
  if (r5 & BPF_F_INVALIDATE_HASH) forgetHash();
  return 0;
}

/** Copies out, or clears `to`: what a program reads is never what was there before. */
function loadFrom(at: usize, to: usize, size: u32, good: bool): u64 {
  if (good) {
    memory.copy(to, at, size);
    return 0;
  }
  memory.fill(to, 0, size);
  return result(-EFAULT);
}

/** bpf_skb_load_bytes(skb, offset, to, size): 0, or -EFAULT with `to` cleared */
export function loadBytes(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const size = <u32>r4;
  const to = helperMemory(r3, size);
  if (bad(r1) || to == 0) return 0;
  const offset = <u32>r2;
  return loadFrom(skbData() + offset, to, size, offset <= 0x7fffffff && inside(offset, size));
}

/** bpf_skb_load_bytes_relative(skb, offset, to, size, start): from the link-layer (0) or network header (1) */
export function loadBytesRelative(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const size = <u32>r4;
  const to = helperMemory(r3, size);
  if (bad(r1) || to == 0) return 0;
  const offset = <u32>r2;
  if (offset > MOST_OFFSET || r5 > 1) return loadFrom(0, to, size, false);
  const at = headerAt(r5 == 0 ? SKB_MAC_HEADER : SKB_NETWORK_HEADER) + offset;
  return loadFrom(at, to, size, at + size <= skbData() + skbLength());
}

/** bpf_l3_csum_replace(skb, offset, from, to, size): 0, -EINVAL, -EFAULT */
export function replaceNetworkSum(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  if (bad(r1)) return 0;
  if (r5 & ~BPF_F_HDR_FIELD_MASK) return result(-EINVAL);
  const offset = <u32>r2;
  if (offset > MOST_OFFSET || offset & 1 || !inside(offset, 2)) return result(-EFAULT);
  return replaceSum(skbData() + offset, r3, r4, r5);
}

function replaceSum(at: usize, from: u64, to: u64, flags: u64): u64 {
  const size = flags & BPF_F_HDR_FIELD_MASK;
  const field = load<u16>(at);
  if (size == 0) {
    if (from != 0) return result(-EINVAL);
    store<u16>(at, replaceByDifference(field, <u32>to));
  } else if (size == 2) store<u16>(at, replaceHalf(field, <u16>from, <u16>to));
  else if (size == 4) store<u16>(at, replaceWord(field, <u32>from, <u32>to));
  else return result(-EINVAL);
  return 0;
}

/** bpf_l4_csum_replace(skb, offset, from, to, flags): 0, -EINVAL, -EFAULT */
export function replaceTransportSum(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  if (bad(r1)) return 0;
  const known = BPF_F_HDR_FIELD_MASK | BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_IPV6;
  if (r5 & ~known) return result(-EINVAL);
  const offset = <u32>r2;
  if (offset > MOST_OFFSET || offset & 1 || !inside(offset, 2)) return result(-EFAULT);
  const at = skbData() + offset;
  // A UDP checksum of zero says that there is none; it stays so, and a computed zero is written as ones.
  const udp = (r5 & BPF_F_MARK_MANGLED_0) != 0;
  if (udp && !(r5 & BPF_F_MARK_ENFORCE) && load<u16>(at) == 0) return 0;
  const answer = replaceSum(at, r3, r4, r5);
  if (answer == 0 && udp && load<u16>(at) == 0) store<u16>(at, 0xffff);
  return answer;
}

/** bpf_skb_pull_data(skb, size): 0, or -ENOMEM when the packet is shorter */
export function pullData(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  return <u32>r2 > skbLength() ? result(-ENOMEM) : 0;
}

/** The longest that a packet may become: what one allocation of four pages holds (BPF_SKB_MAX_LEN). */
const LONGEST: u32 = 4 * 4096 - 320;

/** bpf_skb_change_tail(skb, length, flags): 0 or -EINVAL; new bytes are zero */
export function changeTail(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  const length = <u32>r2;
  const data = skbData();
  const shortest = <u32>(headerAt(hasTransport() ? SKB_TRANSPORT_HEADER : SKB_NETWORK_HEADER) - data);
  if (r3 != 0 || length > LONGEST || <i32>length < <i32>shortest) return result(-EINVAL);
  const before = skbLength();
  if (length > before) {
    if (!makeRoom(0, length - before)) return result(-ENOMEM);
    memory.fill(skbData() + before, 0, length - before);
  }
  setLength(length);
  // It is no longer what a segmentation offload promised.
  if (load<u16>(sharedInfo(), SHARED_GSO_SIZE) != 0) {
    store<u16>(sharedInfo(), 0, SHARED_GSO_SIZE);
    store<u16>(sharedInfo(), 0, SHARED_GSO_SEGS);
  }
  fitSkb();
  return 0;
}

/** bpf_skb_change_head(skb, room, flags): 0, -EINVAL, -ENOMEM; new bytes are zero */
export function changeHead(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  const room = <u32>r2;
  if (r3 != 0 || <u64>skbLength() + <u64>room > <u64>LONGEST) return result(-EINVAL);
  if (!makeRoom(room, 0)) return result(-ENOMEM);
  moveData(-(<i32>room));
  memory.fill(skbData(), 0, room);
  store<u16>(skb, offsetOf(skbData()), SKB_MAC_HEADER);
  fitSkb();
  return 0;
}

/** bpf_skb_change_type(skb, type): 0 or -EINVAL */
export function changeType(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  const type = load<u8>(skb, SKB_PKT_TYPE);
  if ((type & 7) > 3 || <u32>r2 > 3) return result(-EINVAL);
  store<u8>(skb, (type & ~7) | (<u8>r2), SKB_PKT_TYPE);
  return 0;
}

/** bpf_csum_update(skb, sum): the new sum, or -ENOTSUPP when the packet has no complete one */
export function updateSum(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  if (summed() != CHECKSUM_COMPLETE) return result(-ENOTSUPP);
  const sum = addSums(load<u32>(skb, SKB_CSUM), <u32>r2);
  store<u32>(skb, sum, SKB_CSUM);
  return <u64>sum;
}

/** bpf_csum_level(skb, what): 0 ask, 1 up, 2 down, 3 reset; the level, 0, -EACCES or -EINVAL */
export function sumLevel(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  const marks = <u32>load<u8>(skb, 129);
  const level = marks >> 6;
  const state = summed();
  if (r2 == 0) return state == CHECKSUM_UNNECESSARY ? <u64>level : result(-EACCES);
  if (r2 > 3) return result(-EINVAL);
  let next = level;
  if (r2 == 1) {
    if (state == CHECKSUM_UNNECESSARY) next = min<u32>(level + 1, 3);
    else if (state == CHECKSUM_NONE) {
      setSummed(CHECKSUM_UNNECESSARY);
      next = 0;
    }
  } else if (r2 == 2) {
    if (state == CHECKSUM_UNNECESSARY) {
      if (level == 0) setSummed(CHECKSUM_NONE);
      else next = level - 1;
    }
  } else if (state == CHECKSUM_UNNECESSARY) {
    setSummed(CHECKSUM_NONE);
    next = 0;
  }
  store<u8>(skb, <u8>((marks & 0x3f) | (next << 6)), 129);
  return 0;
}

/** bpf_set_hash_invalid(skb) */
export function setHashInvalid(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (!bad(r1)) forgetHash();
  return 0;
}

/** bpf_set_hash(skb, hash): 0 */
export function setHash(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  store<u32>(skb, <u32>r2, SKB_HASH);
  store<u8>(skb, (load<u8>(skb, HASH_MARKS) & ~L4_HASH) | SW_HASH, HASH_MARKS);
  return 0;
}

/** bpf_get_hash_recalc(skb): the packet's hash, computed from its addresses and ports if nobody has set it */
export function getHash(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  if (!(load<u8>(skb, HASH_MARKS) & (L4_HASH | SW_HASH))) {
    const network = headerAt(SKB_NETWORK_HEADER);
    const bytes = min<u32>(40, <u32>(skbData() + skbLength() - network));
    store<u32>(skb, partialSum(network, bytes, 0x9e3779b9) | 1, SKB_HASH);
    store<u8>(skb, load<u8>(skb, HASH_MARKS) | SW_HASH, HASH_MARKS);
  }
  return <u64>load<u32>(skb, SKB_HASH);
}

/** bpf_skb_ecn_set_ce(skb): 1 when the packet is marked now, 0 when it cannot be */
export function markCongestion(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  const at = headerAt(SKB_NETWORK_HEADER);
  const room = skbData() + skbLength() - at;
  const protocol = bswap<u16>(load<u16>(skb, SKB_PROTOCOL));
  if (protocol == 0x0800 && room >= 20) {
    const service = load<u8>(at, 1);
    const mark = service & 3;
    if (mark == 0) return 0;
    if (mark != 3) {
      const changed = service | 3;
      store<u8>(at, changed, 1);
      store<u16>(at, replaceHalf(load<u16>(at, 10), bswap<u16>(<u16>service), bswap<u16>(<u16>changed)), 10);
    }
    return 1;
  }
  if (protocol == 0x86dd && room >= 40) {
    const mark = (load<u8>(at, 1) >> 4) & 3;
    if (mark == 0) return 0;
    store<u8>(at, load<u8>(at, 1) | 0x30, 1);
    return 1;
  }
  return 0;
}

/** bpf_check_mtu of a socket buffer: see xdp.ts */
export function checkMtu(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const length = helperMemory(r3, 4);
  if (bad(r1) || length == 0) return 0;
  if (r5 & ~1) return result(-EINVAL);
  const device = <u32>r2 == 0 ? load<u64>(skb, SKB_DEV) : deviceAt(<u32>r2);
  if (device == 0) return result(-ENODEV);
  return compareMtu(toLinear(device), length, skbLength(), <i32>r4);
}

/** bpf_clone_redirect(skb, ifindex, flags): 0, or -EINVAL when there is no such interface */
export function cloneRedirect(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (bad(r1)) return 0;
  if (r3 & ~1 || deviceAt(<u32>r2) == 0) return result(-EINVAL);
  if (inNetwork) return result(cloneTo(<u32>r2, r3 != 0));
  noteRedirect(REDIRECT_CLONE, <u32>r2);
  return 0;
}

/** bpf_csum_diff(from, from_size, to, to_size, seed): a sum for the checksum helpers */
export function sumDifference(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const fromSize = <u32>r2;
  const toSize = <u32>r4;
  const from = helperMemory(r1, fromSize);
  const to = helperMemory(r3, toSize);
  if (from == 0 || to == 0) return 0;
  let sum = <u32>r5;
  if (fromSize != 0 && toSize != 0) sum = subtractSums(partialSum(to, toSize, sum), partialSum(from, fromSize, 0));
  else if (toSize != 0) sum = partialSum(to, toSize, sum);
  else if (fromSize != 0) sum = ~partialSum(from, fromSize, ~sum);
  sum = (sum & 0xffff) + (sum >> 16);
  return <u64>((sum & 0xffff) + (sum >> 16));
}
