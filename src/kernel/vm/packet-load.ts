// BPF_LD_ABS and BPF_LD_IND: the loads of classic BPF, of a socket buffer, in network byte order.
import { toLinear } from '../memory/layout';
import { accessible } from '../memory/shadow';
import { SKB_DATA, SKB_DATA_LEN, SKB_HEAD, SKB_LEN, SKB_MAC_HEADER, SKB_NETWORK_HEADER } from '../memory/structures';

/** offsets from here on are relative to the network header, and to the link-layer header (linux/filter.h: SKF_NET_OFF, SKF_LL_OFF) */
const NETWORK_OFFSET: i32 = -0x100000;
const LINK_OFFSET: i32 = -0x200000;

/** what the last successful load gave */
export let packetValue: u64 = 0;

/** Loads `size` bytes at `offset` of the buffer at virtual `skb`. False: outside the packet, the program ends with 0. */
export function loadPacket(skb: u64, offset: i32, size: u32): bool {
  const buffer = toLinear(skb);
  if (!accessible(buffer, 224)) return false;
  const data = toLinear(load<u64>(buffer, SKB_DATA));
  const length = load<u32>(buffer, SKB_LEN) - load<u32>(buffer, SKB_DATA_LEN);
  let at: usize;
  if (offset >= 0) {
    if (<u64>offset + <u64>size > <u64>length) return false;
    at = data + <usize>offset;
  } else {
    const head = toLinear(load<u64>(buffer, SKB_HEAD));
    if (offset >= NETWORK_OFFSET)
      at = head + <usize>load<u16>(buffer, SKB_NETWORK_HEADER) + <usize>(offset - NETWORK_OFFSET);
    else if (offset >= LINK_OFFSET)
      at = head + <usize>load<u16>(buffer, SKB_MAC_HEADER) + <usize>(offset - LINK_OFFSET);
    else return false;
    if (at < head || at + <usize>size > data + <usize>length) return false;
  }
  // An unverified program's r6 may be anything: then this is nowhere.
  if (<u64>at + <u64>size > (<u64>memory.size()) << 16) return false;
  if (size == 1) packetValue = <u64>load<u8>(at);
  else if (size == 2) packetValue = <u64>bswap<u16>(load<u16>(at));
  else packetValue = <u64>bswap<u32>(load<u32>(at));
  return true;
}
