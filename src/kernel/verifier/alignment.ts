// Accesses must be aligned to their size: always on the stack, elsewhere only when the loader asks for it.
import {
  MESSAGE_MISALIGNED,
  MESSAGE_MISALIGNED_PACKET,
  WORD_CONTEXT_,
  WORD_EMPTY,
  WORD_KEY_,
  WORD_SOCK_,
  WORD_SOCK_COMMON_,
  WORD_STACK_,
  WORD_TCP_SOCK_,
  WORD_VALUE_,
} from '../generated/verifier-messages';
import {
  PTR_TO_CTX,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  REG_mask,
  REG_off,
  REG_type,
  REG_value,
} from '../generated/verifier-records';
import { EACCES } from '../generated/errno';
import { env } from './environment';
import { note } from './fail';
import { tnumAdd, tnumMask, tnumValue } from './tnum';

/** On machines without unaligned access the packet's IP header is aligned by this pad. */
const NET_IP_ALIGN: i32 = 2;

function isAligned(r: usize, constant: i64, size: i32): bool {
  tnumAdd(load<u64>(r, REG_value), load<u64>(r, REG_mask), <u64>constant, 0);
  return ((tnumValue | tnumMask) & (<u64>(size - 1))) == 0;
}
export function checkAlignment(r: usize, off: i32, size: i32, strictOnce: bool): i32 {
  let strict = env.strictAlignment || strictOnce;
  let word = WORD_EMPTY;
  const own = load<i32>(r, REG_off);
  switch (load<i32>(r, REG_type)) {
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
      if (!strict || size == 1 || isAligned(r, <i64>NET_IP_ALIGN + <i64>own + <i64>off, size)) return 0;
      note(MESSAGE_MISALIGNED_PACKET, 6, NET_IP_ALIGN, load<u64>(r, REG_value), load<u64>(r, REG_mask), own, off, size);
      return -EACCES;
    case PTR_TO_MAP_KEY:
      word = WORD_KEY_;
      break;
    case PTR_TO_MAP_VALUE:
      word = WORD_VALUE_;
      break;
    case PTR_TO_CTX:
      word = WORD_CONTEXT_;
      break;
    case PTR_TO_STACK:
      word = WORD_STACK_;
      // spills are tracked by whole slots
      strict = true;
      break;
    case PTR_TO_SOCKET:
      word = WORD_SOCK_;
      break;
    case PTR_TO_SOCK_COMMON:
      word = WORD_SOCK_COMMON_;
      break;
    case PTR_TO_TCP_SOCK:
      word = WORD_TCP_SOCK_;
      break;
  }
  if (!strict || size == 1 || isAligned(r, <i64>own + <i64>off, size)) return 0;
  note(MESSAGE_MISALIGNED, 6, word, load<u64>(r, REG_value), load<u64>(r, REG_mask), own, off, size);
  return -EACCES;
}
