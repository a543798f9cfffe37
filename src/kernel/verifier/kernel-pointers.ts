// Accesses through pointers to the kernel's own structures: sockets, tracepoint buffers, maps, BTF-typed objects.
import { socketAccess } from '../generated/contexts';
import {
  MESSAGE_BTF_POINTER_ACCESS,
  MESSAGE_MAP_PTR_ACCESS,
  MESSAGE_MIN_NEGATIVE_INDEX,
  MESSAGE_SOCK_ACCESS,
  MESSAGE_TP_BUFFER_ACCESS,
  MESSAGE_TP_BUFFER_VARIABLE,
  WORD_BPF_MAP,
  WORD_TRACEPOINT,
} from '../generated/verifier-messages';
import { PTR_TO_SOCK_COMMON, REG_mask, REG_smin, REG_type, REG_value } from '../generated/verifier-records';
import { isConstant } from './bounds';
import { fail1, fail2, fail4 } from './fail';
import { registerNow } from './operands';
import { markUnknown } from './registers';

/** Fields of struct bpf_sock (bpf_tcp_sock), read only. */
export function checkSocket(number: i32, off: i32, size: i32): i32 {
  const r = registerNow(number);
  if (load<i64>(r, REG_smin) < 0) return fail1(MESSAGE_MIN_NEGATIVE_INDEX, number);
  const type = load<i32>(r, REG_type);
  if (socketAccess(type == PTR_TO_SOCK_COMMON ? 1 : 0, off, size)) return 0;
  return fail4(MESSAGE_SOCK_ACCESS, number, type, off, size);
}

export function checkTracepointBuffer(number: i32, off: i32, size: i32): i32 {
  const r = registerNow(number);
  if (off < 0) return fail4(MESSAGE_TP_BUFFER_ACCESS, number, WORD_TRACEPOINT, off, size);
  if (!isConstant(r) || load<u64>(r, REG_value) != 0)
    return fail4(MESSAGE_TP_BUFFER_VARIABLE, number, off, load<u64>(r, REG_value), load<u64>(r, REG_mask));
  return 0;
}

/** struct bpf_map through a map pointer: reads of its plain members only. */
export function checkMapPointer(number: i32, off: i32, size: i32, write: bool, value: i32): i32 {
  if (write) return fail1(MESSAGE_MAP_PTR_ACCESS, WORD_BPF_MAP);
  if (off < 0 || off + size > 256) return fail2(MESSAGE_BTF_POINTER_ACCESS, off, size);
  if (value >= 0) markUnknown(registerNow(value));
  return 0;
}

/** Loads through BTF pointers are checked at run time; their fields are not followed. */
export function checkBtfPointer(number: i32, off: i32, size: i32, write: bool, value: i32): i32 {
  if (write || off < 0) return fail2(MESSAGE_BTF_POINTER_ACCESS, off, size);
  if (value >= 0) markUnknown(registerNow(value));
  return 0;
}
