// Accesses to sockets: a program sees struct bpf_sock, the kernel has struct sock (Linux: bpf_sock_convert_ctx_access).
import { BPF_ALU, BPF_AND, BPF_B, BPF_H, BPF_JMP, BPF_JNE, BPF_MOV, BPF_RSH, BPF_W } from '../generated/opcodes';
import {
  SOCK_BOUND_DEV_IF,
  SOCK_DADDR,
  SOCK_DPORT,
  SOCK_FAMILY,
  SOCK_MARK,
  SOCK_NUM,
  SOCK_PRIORITY,
  SOCK_PROTOCOL,
  SOCK_RCV_SADDR,
  SOCK_RX_QUEUE_MAPPING,
  SOCK_STATE,
  SOCK_TYPE,
  SOCK_V6_DADDR,
  SOCK_V6_RCV_SADDR,
} from '../memory/structures';
import { emit, emitAlu32, emitLoad, sizeBits } from './emit';

/** struct bpf_sock */
const BOUND_DEV_IF: i32 = 0;
const FAMILY: i32 = 4;
const TYPE: i32 = 8;
const PROTOCOL: i32 = 12;
const MARK: i32 = 16;
const PRIORITY: i32 = 20;
const SRC_IP4: i32 = 24;
const SRC_IP6: i32 = 28;
const SRC_PORT: i32 = 44;
const DST_PORT: i32 = 48;
const DST_IP4: i32 = 52;
const DST_IP6: i32 = 56;
const STATE: i32 = 72;
const RX_QUEUE_MAPPING: i32 = 76;

/** skc_rx_queue_mapping of a socket that no queue has delivered to */
const NO_QUEUE: i32 = 0xffff;

function whole(field: i32, dst: i32, src: i32): bool {
  if (field == BOUND_DEV_IF) emitLoad(BPF_W, dst, src, SOCK_BOUND_DEV_IF);
  else if (field == FAMILY) emitLoad(BPF_H, dst, src, SOCK_FAMILY);
  else if (field == TYPE) emitLoad(BPF_H, dst, src, SOCK_TYPE);
  else if (field == PROTOCOL) emitLoad(BPF_H, dst, src, SOCK_PROTOCOL);
  else if (field == MARK) emitLoad(BPF_W, dst, src, SOCK_MARK);
  else if (field == PRIORITY) emitLoad(BPF_W, dst, src, SOCK_PRIORITY);
  else if (field == SRC_PORT) emitLoad(BPF_H, dst, src, SOCK_NUM);
  else if (field == DST_PORT) emitLoad(BPF_H, dst, src, SOCK_DPORT);
  else if (field == STATE) emitLoad(BPF_B, dst, src, SOCK_STATE);
  else if (field == RX_QUEUE_MAPPING) {
    emitLoad(BPF_H, dst, src, SOCK_RX_QUEUE_MAPPING);
    emit(BPF_JMP | BPF_JNE, dst, 0, 1, NO_QUEUE);
    emit(BPF_ALU | BPF_MOV, dst, 0, 0, -1);
  } else return false;
  return true;
}

/** A load of `size` bytes at `offset` of struct bpf_sock. False: no such field. */
export function emitSocketLoad(size: i32, dst: i32, src: i32, offset: i32): bool {
  // Addresses are the same bytes in both structures.
  if (offset >= SRC_IP4 && offset < SRC_IP6)
    emitLoad(sizeBits(size), dst, src, SOCK_RCV_SADDR + <usize>(offset - SRC_IP4));
  else if (offset >= SRC_IP6 && offset < SRC_PORT)
    emitLoad(sizeBits(size), dst, src, SOCK_V6_RCV_SADDR + <usize>(offset - SRC_IP6));
  else if (offset >= DST_IP4 && offset < DST_IP6)
    emitLoad(sizeBits(size), dst, src, SOCK_DADDR + <usize>(offset - DST_IP4));
  else if (offset >= DST_IP6 && offset < STATE)
    emitLoad(sizeBits(size), dst, src, SOCK_V6_DADDR + <usize>(offset - DST_IP6));
  else {
    const field = offset & ~3;
    if (!whole(field, dst, src)) return false;
    if (size < 4) {
      if (offset != field) emitAlu32(BPF_RSH, dst, (offset - field) * 8);
      emitAlu32(BPF_AND, dst, size == 1 ? 0xff : 0xffff);
    }
  }
  return true;
}
