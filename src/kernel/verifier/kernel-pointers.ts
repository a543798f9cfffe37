// Accesses through pointers to the kernel's own structures: sockets, tracepoint buffers, maps, BTF-typed objects.
import { socketAccess } from '../generated/contexts';
import {
  MESSAGE_BTF_POINTER_ACCESS,
  MESSAGE_MAP_PTR_ACCESS,
  MESSAGE_MAP_PTR_CAPABILITY,
  MESSAGE_MAP_PTR_NEGATIVE,
  MESSAGE_MIN_NEGATIVE_INDEX,
  MESSAGE_SOCK_ACCESS,
  MESSAGE_TP_BUFFER_ACCESS,
  MESSAGE_TP_BUFFER_VARIABLE,
  WORD_BPF_ARRAY,
  WORD_BPF_HTAB,
  WORD_BPF_MAP,
  WORD_BPF_RINGBUF_MAP,
  WORD_EMPTY,
  WORD_TRACEPOINT,
} from '../generated/verifier-messages';
import {
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  REG_mask,
  REG_smin,
  REG_type,
  REG_value,
} from '../generated/verifier-records';
import { isConstant } from './bounds';
import { env } from './environment';
import { fail1, fail3, fail4 } from './fail';
import { registerNow } from './operands';
import { mapOf } from './regions';
import { markUnknown } from './registers';

/** Fields of struct bpf_sock (bpf_tcp_sock), read only. */
export function checkSocket(number: i32, off: i32, size: i32): i32 {
  const r = registerNow(number);
  if (load<i64>(r, REG_smin) < 0) return fail1(MESSAGE_MIN_NEGATIVE_INDEX, number);
  const type = load<i32>(r, REG_type);
  if (type == PTR_TO_XDP_SOCK && off == 0 && size == 4) return 0;
  const kind = type == PTR_TO_SOCK_COMMON ? 1 : type == PTR_TO_TCP_SOCK ? 2 : 0;
  if (type != PTR_TO_XDP_SOCK && socketAccess(kind, off, size)) return 0;
  return fail4(MESSAGE_SOCK_ACCESS, number, type, off, size);
}

export function checkTracepointBuffer(number: i32, off: i32, size: i32): i32 {
  const r = registerNow(number);
  if (off < 0) return fail4(MESSAGE_TP_BUFFER_ACCESS, number, WORD_TRACEPOINT, off, size);
  if (!isConstant(r) || load<u64>(r, REG_value) != 0)
    return fail4(MESSAGE_TP_BUFFER_VARIABLE, number, off, load<u64>(r, REG_value), load<u64>(r, REG_mask));
  return 0;
}

/** Name of the kernel's structure for a map type. */
function structureOf(type: i32): i32 {
  switch (type) {
    case 1:
    case 5:
    case 9:
    case 10:
    case 13:
      return WORD_BPF_HTAB;
    case 2:
    case 3:
    case 4:
    case 6:
    case 12:
      return WORD_BPF_ARRAY;
    case 27:
      return WORD_BPF_RINGBUF_MAP;
    default:
      return WORD_BPF_MAP;
  }
}
/** Plain members of struct bpf_map of 6.18: a read lies within one of them, aligned or not. */
function isPlainMember(off: i32, size: i32): bool {
  const end = off + size;
  // the program's hash, whether the map is exclusive
  if (off < 36) return end <= 32 || (off >= 32 && end <= 36);
  // map_extra between numbers of 32 bits: type, sizes, flags, id; NUMA node and BTF numbers
  if (off >= 80 && off < 88) return end <= 88;
  if ((off >= 64 && off < 96) || (off >= 104 && off < 120)) return (off & 3) + size <= 4;
  // the name
  return off >= 136 && end <= 152;
}
/** struct bpf_map through a map pointer: reads of its plain members only. */
export function checkMapPointer(number: i32, off: i32, size: i32, write: bool, value: i32): i32 {
  const word = structureOf(mapOf(registerNow(number)).type);
  if (!env.mayLeak) return fail1(MESSAGE_MAP_PTR_CAPABILITY, word);
  if (off < 0) return fail3(MESSAGE_MAP_PTR_NEGATIVE, number, word, off);
  if (write) return fail1(MESSAGE_MAP_PTR_ACCESS, word);
  if (!isPlainMember(off, size)) return fail3(MESSAGE_BTF_POINTER_ACCESS, word, off, size);
  if (value >= 0) markUnknown(registerNow(value));
  return 0;
}

/** Loads through BTF pointers are checked at run time; their fields are not followed. */
export function checkBtfPointer(_number: i32, off: i32, size: i32, write: bool, value: i32): i32 {
  if (write || off < 0) return fail3(MESSAGE_BTF_POINTER_ACCESS, WORD_EMPTY, off, size);
  if (value >= 0) markUnknown(registerNow(value));
  return 0;
}
