// Helpers on struct xdp_buff: moving the packet's borders, copying in and out. A packet longer than a page's room has its rest in
// a fragment, which only these helpers reach.
import { EACCES, EFAULT, EINVAL, ENODEV } from '../generated/errno';
import { deviceAt } from '../memory/devices';
import { helperMemory } from '../memory/access';
import { toLinear, toVirtual } from '../memory/layout';
import { expose } from '../memory/shadow';
import {
  NET_DEVICE_HARD_HEADER_LEN,
  NET_DEVICE_MTU,
  RXQ_DEV,
  XDP_BUFF_SIZE,
  XDP_DATA,
  XDP_DATA_END,
  XDP_DATA_HARD_START,
  XDP_DATA_META,
  XDP_FRAME_SIZE,
  XDP_RXQ,
} from '../memory/structures';
import { XDP_TAILROOM, fit, fragmentBytes, restSize, setRest } from '../syscall/xdp-buffer';
import { result } from './arguments';

const ETHERNET_HEADER: u64 = 14;
/** sizeof(struct xdp_frame): room that stays free at the start of the buffer */
const XDP_FRAME: u64 = 40;
const MOST_METADATA: u64 = 252;
/** bytes that a fragment has room for: a page */
const FRAGMENT: u32 = 4096;

function load64(buff: usize, field: usize): u64 {
  return load<u64>(buff + field);
}

/** bpf_xdp_adjust_head(context, delta): 0, or -EINVAL when the border would leave the buffer or the packet would get too short */
export function adjustHead(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  if (buff == 0) return 0;
  const start = load64(buff, XDP_DATA_HARD_START) + XDP_FRAME;
  const meta = load64(buff, XDP_DATA_META);
  const metaSize = load64(buff, XDP_DATA) - meta;
  const data = load64(buff, XDP_DATA) + <u64>(<i64>(<i32>r2));
  if (data < start + metaSize || data > load64(buff, XDP_DATA_END) - ETHERNET_HEADER) return result(-EINVAL);
  // Metadata stays in front of the packet.
  if (metaSize != 0) memory.copy(toLinear(data - metaSize), toLinear(meta), <usize>metaSize);
  store<u64>(buff, data - metaSize, XDP_DATA_META);
  store<u64>(buff, data, XDP_DATA);
  fit();
  return 0;
}

/** The tail of a packet that goes on in a fragment: the fragment grows and shrinks first, then the page. */
function adjustFragment(buff: usize, end: u64, delta: i32): u64 {
  const size = <i64>restSize + <i64>delta;
  if (delta >= 0) {
    if (size > <i64>FRAGMENT) return result(-EINVAL);
    memory.fill(fragmentBytes() + restSize, 0, delta);
    setRest(<u32>size);
    return 0;
  }
  const total = <i64>packetSize(buff) + <i64>delta;
  if (total < <i64>ETHERNET_HEADER) return result(-EINVAL);
  setRest(<u32>max<i64>(size, 0));
  if (size < 0) {
    store<u64>(buff, end + <u64>size, XDP_DATA_END);
    fit();
  }
  return 0;
}

/** bpf_xdp_adjust_tail(context, delta): 0 or -EINVAL; new bytes are zero */
export function adjustTail(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  if (buff == 0) return 0;
  const delta = <i32>r2;
  const end = load64(buff, XDP_DATA_END);
  if (restSize != 0) return adjustFragment(buff, end, delta);
  const moved = end + <u64>(<i64>delta);
  const hardEnd = load64(buff, XDP_DATA_HARD_START) + <u64>load<u32>(buff, XDP_FRAME_SIZE) - <u64>XDP_TAILROOM;
  if (moved > hardEnd || moved < load64(buff, XDP_DATA) + ETHERNET_HEADER) return result(-EINVAL);
  if (moved > end) memory.fill(toLinear(end), 0, <usize>(moved - end));
  store<u64>(buff, moved, XDP_DATA_END);
  fit();
  return 0;
}

/** bpf_xdp_adjust_meta(context, delta): 0, -EINVAL, or -EACCES (metadata must be short and a multiple of four) */
export function adjustMeta(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  if (buff == 0) return 0;
  const start = load64(buff, XDP_DATA_HARD_START) + XDP_FRAME;
  const data = load64(buff, XDP_DATA);
  const meta = load64(buff, XDP_DATA_META) + <u64>(<i64>(<i32>r2));
  if (meta < start || meta > data) return result(-EINVAL);
  const size = data - meta;
  if (size & 3 || size > MOST_METADATA) return result(-EACCES);
  store<u64>(buff, meta, XDP_DATA_META);
  fit();
  return 0;
}

/** Bytes from data to the end, fragments included. */
function packetSize(buff: usize): u64 {
  return load64(buff, XDP_DATA_END) - load64(buff, XDP_DATA) + <u64>restSize;
}

/** bpf_xdp_get_buff_len(context) */
export function bufferLength(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  return buff == 0 ? 0 : packetSize(buff);
}

/** Copies between the packet at `offset` and `memory`, across the border between page and fragment. */
function transfer(buff: usize, offset: u32, at: usize, size: u32, out: bool): void {
  const linear = <u32>(load64(buff, XDP_DATA_END) - load64(buff, XDP_DATA));
  const first = offset < linear ? min(size, linear - offset) : 0;
  const inPage = toLinear(load64(buff, XDP_DATA)) + offset;
  const inRest = fragmentBytes() + <usize>(offset > linear ? offset - linear : <u32>0);
  if (out) {
    memory.copy(at, inPage, first);
    memory.copy(at + first, inRest, size - first);
  } else {
    memory.copy(inPage, at, first);
    memory.copy(inRest, at + first, size - first);
  }
}

/** bpf_xdp_load_bytes(context, offset, to, size): 0, or -EINVAL outside the packet */
export function loadBytes(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  const to = helperMemory(r3, <u32>r4);
  if (buff == 0 || to == 0) return 0;
  if (<u32>r2 > 0xffff || <u32>r4 > 0xffff) return result(-EFAULT);
  if (<u64>(<u32>r2) + <u64>(<u32>r4) > packetSize(buff)) return result(-EINVAL);
  transfer(buff, <u32>r2, to, <u32>r4, true);
  return 0;
}

/** bpf_xdp_store_bytes(context, offset, from, size): 0, or -EINVAL outside the packet */
export function storeBytes(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  const from = helperMemory(r3, <u32>r4);
  if (buff == 0 || from == 0) return 0;
  if (<u32>r2 > 0xffff || <u32>r4 > 0xffff) return result(-EFAULT);
  if (<u64>(<u32>r2) + <u64>(<u32>r4) > packetSize(buff)) return result(-EINVAL);
  transfer(buff, <u32>r2, from, <u32>r4, false);
  return 0;
}

/** Virtual address of `size` bytes at `offset`, where they lie in one piece; 0: in two, or outside (Linux: bpf_xdp_pointer). */
export function packetSlice(r1: u64, offset: u32, size: u32): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  if (buff == 0 || <u64>offset + <u64>size > packetSize(buff)) return 0;
  const linear = <u32>(load64(buff, XDP_DATA_END) - load64(buff, XDP_DATA));
  if (offset + size <= linear) return load64(buff, XDP_DATA) + <u64>offset;
  if (offset < linear) return 0;
  expose(fragmentBytes(), <usize>restSize);
  return toVirtual(fragmentBytes() + <usize>(offset - linear));
}

/** bpf_check_mtu(context, ifindex, length, difference, flags): 0 fits, 1 would be fragmented; -EINVAL, -ENODEV */
export function checkMtu(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const buff = helperMemory(r1, <u32>XDP_BUFF_SIZE);
  const length = helperMemory(r3, 4);
  if (buff == 0 || length == 0) return 0;
  if (r5 != 0) return result(-EINVAL);
  const own = load<u64>(toLinear(load64(buff, XDP_RXQ)), RXQ_DEV);
  const device = <u32>r2 == 0 ? own : deviceAt(<u32>r2);
  if (device == 0) return result(-ENODEV);
  return compareMtu(toLinear(device), length, <u32>(load64(buff, XDP_DATA_END) - load64(buff, XDP_DATA)), <i32>r4);
}

/** Writes the device's MTU to `length`, which held the packet's own length on layer 3, or 0: then `size` (with header) is meant. */
export function compareMtu(device: usize, length: usize, size: u32, difference: i32): u64 {
  const mtu = load<u32>(device, NET_DEVICE_MTU);
  const header = <u32>load<u16>(device, NET_DEVICE_HARD_HEADER_LEN);
  const asked = load<u32>(length);
  const total = <i64>(asked != 0 ? asked + header : size) + <i64>difference;
  store<u32>(length, mtu);
  return total > <i64>(mtu + header) ? 1 : 0;
}
