// Context accesses: a program sees struct xdp_md or struct __sk_buff, the kernel has struct xdp_buff and struct sk_buff. One access
// becomes one or more on the real structure (Linux: convert_ctx_access of each program type).
import {
  BPF_AND,
  BPF_DW,
  BPF_B,
  BPF_H,
  BPF_IMM,
  BPF_JEQ,
  BPF_JGE,
  BPF_JMP,
  BPF_LD,
  BPF_LSH,
  BPF_MOV,
  BPF_RSH,
  BPF_W,
} from '../generated/opcodes';
import {
  NET_DEVICE_IFINDEX,
  RXQ_DEV,
  RXQ_QUEUE_INDEX,
  SKB_CB,
  SKB_CB_DATA,
  SKB_CB_DATA_END,
  SKB_CB_DATA_META,
  SKB_CB_TC_CLASSID,
  SKB_DATA,
  SKB_DEV,
  SHARED_GSO_SEGS,
  SHARED_GSO_SIZE,
  SHARED_HWTSTAMP,
  SKB_HASH,
  SKB_IIF,
  SKB_LEN,
  SKB_MARK,
  SKB_NAPI_ID,
  SKB_PKT_TYPE,
  SKB_PRIORITY,
  SKB_PROTOCOL,
  SKB_QUEUE_MAPPING,
  SKB_SK,
  SKB_TC_AT,
  SKB_TC_INDEX,
  SKB_TSTAMP,
  SKB_VLAN_PROTO,
  SKB_VLAN_TCI,
  SOCK_DADDR,
  SOCK_DPORT,
  SOCK_FAMILY,
  SOCK_NUM,
  SOCK_RCV_SADDR,
  SOCK_V6_DADDR,
  SOCK_V6_RCV_SADDR,
  TXQ_DEV,
  XDP_DATA,
  XDP_DATA_END,
  XDP_DATA_META,
  XDP_RXQ,
  XDP_TXQ,
} from '../memory/structures';
import { toVirtual } from '../memory/layout';
import { sharedCell } from '../syscall/skb-buffer';
import { emit, emitAlu32, emitAlu64, emitLoad, emitStore, sizeBits } from './emit';

/** enum bpf_prog_type */
export const PROG_SOCKET: i32 = 1;
export const PROG_TC: i32 = 3;
export const PROG_TC_ACTION: i32 = 4;
export const PROG_XDP: i32 = 6;
export const PROG_CGROUP_SKB: i32 = 8;

/** struct xdp_md */
const MD_DATA: i32 = 0;
const MD_DATA_END: i32 = 4;
const MD_DATA_META: i32 = 8;
const MD_INGRESS_IFINDEX: i32 = 12;
const MD_RX_QUEUE_INDEX: i32 = 16;
const MD_EGRESS_IFINDEX: i32 = 20;

/** struct __sk_buff */
const SK_LEN: i32 = 0;
const SK_PKT_TYPE: i32 = 4;
const SK_MARK: i32 = 8;
const SK_QUEUE_MAPPING: i32 = 12;
const SK_PROTOCOL: i32 = 16;
const SK_VLAN_PRESENT: i32 = 20;
const SK_VLAN_TCI: i32 = 24;
const SK_VLAN_PROTO: i32 = 28;
const SK_PRIORITY: i32 = 32;
const SK_INGRESS_IFINDEX: i32 = 36;
const SK_IFINDEX: i32 = 40;
const SK_TC_INDEX: i32 = 44;
const SK_CB: i32 = 48;
const SK_HASH: i32 = 68;
const SK_TC_CLASSID: i32 = 72;
const SK_DATA: i32 = 76;
const SK_DATA_END: i32 = 80;
const SK_NAPI_ID: i32 = 84;
const SK_FAMILY: i32 = 88;
const SK_REMOTE_IP4: i32 = 92;
const SK_LOCAL_IP4: i32 = 96;
const SK_REMOTE_IP6: i32 = 100;
const SK_LOCAL_IP6: i32 = 116;
const SK_REMOTE_PORT: i32 = 132;
const SK_LOCAL_PORT: i32 = 136;
const SK_DATA_META: i32 = 140;
const SK_TSTAMP: i32 = 152;
const SK_WIRE_LEN: i32 = 160;
const SK_GSO_SEGS: i32 = 164;
const SK_SK: i32 = 168;
const SK_GSO_SIZE: i32 = 176;
const SK_TSTAMP_TYPE: i32 = 180;
const SK_HWTSTAMP: i32 = 184;

/** napi ids below this are processor numbers (MIN_NAPI_ID: NR_CPUS + 1 of a kernel built for 8192) */
const MIN_NAPI_ID: i32 = 8193;

/** Does a program of this type get a structure that is not what it says it sees? */
export function hasConvertedContext(type: i32): bool {
  return type == PROG_XDP || isSkb(type);
}

function isSkb(type: i32): bool {
  return type == PROG_SOCKET || type == PROG_TC || type == PROG_TC_ACTION || type == PROG_CGROUP_SKB;
}

/** Bytes of the field of the program's structure at `offset`. */
function fieldSize(type: i32, offset: i32): i32 {
  return isSkb(type) && (offset == SK_TSTAMP || offset == SK_SK || offset == SK_HWTSTAMP) ? 8 : 4;
}

function xdpLoad(field: i32, dst: i32, src: i32): bool {
  if (field == MD_DATA) emitLoad(BPF_DW, dst, src, XDP_DATA);
  else if (field == MD_DATA_END) emitLoad(BPF_DW, dst, src, XDP_DATA_END);
  else if (field == MD_DATA_META) emitLoad(BPF_DW, dst, src, XDP_DATA_META);
  else if (field == MD_INGRESS_IFINDEX) {
    emitLoad(BPF_DW, dst, src, XDP_RXQ);
    emitLoad(BPF_DW, dst, dst, RXQ_DEV);
    emitLoad(BPF_W, dst, dst, NET_DEVICE_IFINDEX);
  } else if (field == MD_RX_QUEUE_INDEX) {
    emitLoad(BPF_DW, dst, src, XDP_RXQ);
    emitLoad(BPF_W, dst, dst, RXQ_QUEUE_INDEX);
  } else if (field == MD_EGRESS_IFINDEX) {
    emitLoad(BPF_DW, dst, src, XDP_TXQ);
    emitLoad(BPF_DW, dst, dst, TXQ_DEV);
    emitLoad(BPF_W, dst, dst, NET_DEVICE_IFINDEX);
  } else return false;
  return true;
}

/** dst = a field of the struct skb_shared_info of the packet; where that is stands in a word of kernel memory */
function sharedLoad(size: i32, dst: i32, offset: usize): void {
  const cell = toVirtual(sharedCell);
  emit(BPF_LD | BPF_IMM | BPF_DW, dst, 0, 0, <i32>cell);
  emit(0, 0, 0, 0, <i32>(cell >> 32));
  emitLoad(BPF_DW, dst, dst, 0);
  emitLoad(size, dst, dst, offset);
}

function skbLoad(field: i32, dst: i32, src: i32): bool {
  if (field == SK_LEN) emitLoad(BPF_W, dst, src, SKB_LEN);
  else if (field == SK_PKT_TYPE) {
    emitLoad(BPF_B, dst, src, SKB_PKT_TYPE);
    emitAlu32(BPF_AND, dst, 7);
  } else if (field == SK_MARK) emitLoad(BPF_W, dst, src, SKB_MARK);
  else if (field == SK_QUEUE_MAPPING) emitLoad(BPF_H, dst, src, SKB_QUEUE_MAPPING);
  else if (field == SK_PROTOCOL) emitLoad(BPF_H, dst, src, SKB_PROTOCOL);
  else if (field == SK_VLAN_PRESENT) {
    emitLoad(BPF_W, dst, src, SKB_VLAN_PROTO);
    emit(BPF_JMP | BPF_JEQ, dst, 0, 1, 0);
    emitAlu32(BPF_MOV, dst, 1);
  } else if (field == SK_VLAN_TCI) emitLoad(BPF_H, dst, src, SKB_VLAN_TCI);
  else if (field == SK_VLAN_PROTO) emitLoad(BPF_H, dst, src, SKB_VLAN_PROTO);
  else if (field == SK_PRIORITY) emitLoad(BPF_W, dst, src, SKB_PRIORITY);
  else if (field == SK_INGRESS_IFINDEX) emitLoad(BPF_W, dst, src, SKB_IIF);
  else if (field == SK_IFINDEX) {
    emitLoad(BPF_DW, dst, src, SKB_DEV);
    emit(BPF_JMP | BPF_JEQ, dst, 0, 1, 0);
    emitLoad(BPF_W, dst, dst, NET_DEVICE_IFINDEX);
  } else if (field == SK_TC_INDEX) emitLoad(BPF_H, dst, src, SKB_TC_INDEX);
  else if (field == SK_HASH) emitLoad(BPF_W, dst, src, SKB_HASH);
  else if (field == SK_TC_CLASSID) emitLoad(BPF_H, dst, src, SKB_CB_TC_CLASSID);
  else if (field == SK_DATA) emitLoad(BPF_DW, dst, src, SKB_DATA);
  else if (field == SK_DATA_END) emitLoad(BPF_DW, dst, src, SKB_CB_DATA_END);
  else if (field == SK_DATA_META) emitLoad(BPF_DW, dst, src, SKB_CB_DATA_META);
  else if (field == SK_NAPI_ID) {
    emitLoad(BPF_W, dst, src, SKB_NAPI_ID);
    // jge +1
    emit(BPF_JMP | BPF_JGE, dst, 0, 1, MIN_NAPI_ID);
    emitAlu32(BPF_MOV, dst, 0);
  } else if (field == SK_TSTAMP) emitLoad(BPF_DW, dst, src, SKB_TSTAMP);
  else if (field == SK_WIRE_LEN) emitLoad(BPF_W, dst, src, SKB_CB);
  else if (field == SK_SK) emitLoad(BPF_DW, dst, src, SKB_SK);
  else if (field == SK_GSO_SEGS) sharedLoad(BPF_H, dst, SHARED_GSO_SEGS);
  else if (field == SK_GSO_SIZE) sharedLoad(BPF_H, dst, SHARED_GSO_SIZE);
  else if (field == SK_HWTSTAMP) sharedLoad(BPF_DW, dst, SHARED_HWTSTAMP);
  else if (field == SK_TSTAMP_TYPE) {
    emitLoad(BPF_B, dst, src, SKB_TC_AT);
    emitAlu32(BPF_AND, dst, 3);
  } else return socketField(field, dst, src);
  return true;
}

/** Fields of __sk_buff that are the socket's: addresses, ports, family. False: no such field. */
function socketField(field: i32, dst: i32, src: i32): bool {
  if (field < SK_FAMILY || field > SK_LOCAL_PORT) return false;
  emitLoad(BPF_DW, dst, src, SKB_SK);
  if (field == SK_FAMILY) emitLoad(BPF_H, dst, dst, SOCK_FAMILY);
  else if (field == SK_REMOTE_IP4) emitLoad(BPF_W, dst, dst, SOCK_DADDR);
  else if (field == SK_LOCAL_IP4) emitLoad(BPF_W, dst, dst, SOCK_RCV_SADDR);
  else if (field < SK_LOCAL_IP6) emitLoad(BPF_W, dst, dst, SOCK_V6_DADDR + <usize>(field - SK_REMOTE_IP6));
  else if (field < SK_REMOTE_PORT) emitLoad(BPF_W, dst, dst, SOCK_V6_RCV_SADDR + <usize>(field - SK_LOCAL_IP6));
  else if (field == SK_REMOTE_PORT) {
    // network order in the upper half of a word of 32 bits
    emitLoad(BPF_H, dst, dst, SOCK_DPORT);
    emitAlu32(BPF_LSH, dst, 16);
  } else emitLoad(BPF_H, dst, dst, SOCK_NUM);
  return true;
}

/**
 * A load of `size` bytes at `offset` of the context. A part of a field is cut out of the whole, as Linux does, since what the
 * program sees as one word may be another width in the kernel. False: no such field.
 */
export function emitContextLoad(type: i32, size: i32, dst: i32, src: i32, offset: i32): bool {
  if (isSkb(type) && offset >= SK_CB && offset < SK_CB + 20) {
    emitLoad(sizeBits(size), dst, src, SKB_CB_DATA + <usize>(offset - SK_CB));
    return true;
  }
  const whole = fieldSize(type, isSkb(type) && (offset & ~7) == SK_TSTAMP ? SK_TSTAMP : offset & ~3);
  const field = whole == 8 ? offset & ~7 : offset & ~3;
  if (!(isSkb(type) ? skbLoad(field, dst, src) : xdpLoad(field, dst, src))) return false;
  if (size < whole) {
    const shift = (offset - field) * 8;
    if (whole == 4) {
      if (shift != 0) emitAlu32(BPF_RSH, dst, shift);
      emitAlu32(BPF_AND, dst, size == 1 ? 0xff : 0xffff);
    } else {
      if (shift != 0) emitAlu64(BPF_RSH, dst, shift);
      if (size == 4) emitAlu32(BPF_AND, dst, -1);
      else emitAlu64(BPF_AND, dst, size == 1 ? 0xff : 0xffff);
    }
  }
  return true;
}

/** A store to a context field that programs may write. False: no such field. */
export function emitContextStore(
  type: i32,
  size: i32,
  dst: i32,
  src: i32,
  offset: i32,
  isImmediate: bool,
  imm: i32,
): bool {
  if (!isSkb(type)) {
    // Only BPF_XDP_DEVMAP's and offloaded programs may write rx_queue_index; it stays as it is.
    return offset == MD_RX_QUEUE_INDEX;
  }
  if (offset >= SK_CB && offset < SK_CB + 20) {
    emitStore(sizeBits(size), dst, src, SKB_CB_DATA + <usize>(offset - SK_CB), isImmediate, imm);
  } else if (offset == SK_MARK) emitStore(BPF_W, dst, src, SKB_MARK, isImmediate, imm);
  else if (offset == SK_PRIORITY) emitStore(BPF_W, dst, src, SKB_PRIORITY, isImmediate, imm);
  else if (offset == SK_TC_INDEX) emitStore(BPF_H, dst, src, SKB_TC_INDEX, isImmediate, imm);
  else if (offset == SK_TC_CLASSID) emitStore(BPF_H, dst, src, SKB_CB_TC_CLASSID, isImmediate, imm);
  else if (offset == SK_TSTAMP) emitStore(BPF_DW, dst, src, SKB_TSTAMP, isImmediate, imm);
  else if (offset == SK_QUEUE_MAPPING) {
    // 0xffff would mean "no queue": the store is left out then.
    if (isImmediate) {
      if (<u32>imm < 0xffff) emitStore(BPF_H, dst, src, SKB_QUEUE_MAPPING, true, imm + 1);
    } else {
      emit(BPF_JMP | BPF_JGE, src, 0, 1, 0xffff);
      emitStore(BPF_H, dst, src, SKB_QUEUE_MAPPING, false, 0);
    }
  } else return false;
  return true;
}
