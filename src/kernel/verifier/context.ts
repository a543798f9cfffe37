// Which fields of its context a program may read and write, by the table of its type, and what a read yields.
import {
  CONTEXT_PACKET,
  CONTEXT_PACKET_END,
  CONTEXT_PACKET_META,
  CONTEXT_FLOW_KEYS,
  CONTEXT_SOCK,
  CONTEXT_SOCKET,
  CONTEXT_SOCKET_OR_NULL,
  CONTEXT_TP_BUFFER,
  contextAccess,
} from '../generated/contexts';
import {
  MESSAGE_CONTEXT_ACCESS,
  MESSAGE_MODIFIED_POINTER,
  MESSAGE_NEGATIVE_OFFSET_POINTER,
  MESSAGE_VARIABLE_POINTER,
} from '../generated/verifier-messages';
import {
  PTR_MAYBE_NULL,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_FLOW_KEYS,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  REG_mask,
  REG_off,
  REG_type,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { isConstant } from './bounds';
import { env } from './environment';
import { fail2, fail3 } from './fail';
import { baseType } from './registers';

/** Register type that the last allowed context access yields. */
export let contextYields: i32 = SCALAR_VALUE;

/** A pointer that must be used as it was given: no variable offset and, unless `fixedOk`, no constant one. */
export function checkUnmodifiedPointer(r: usize, number: i32, fixedOk: bool): i32 {
  const off = load<i32>(r, REG_off);
  const type = load<i32>(r, REG_type);
  if (off < 0) return fail3(MESSAGE_NEGATIVE_OFFSET_POINTER, type, number, off);
  if (!fixedOk && off != 0) return fail3(MESSAGE_MODIFIED_POINTER, type, number, off);
  if (!isConstant(r) || load<u64>(r, REG_value) != 0)
    return fail3(MESSAGE_VARIABLE_POINTER, type, load<u64>(r, REG_value), load<u64>(r, REG_mask));
  return 0;
}

/**
 * May this pointer be passed on where it points now? Memory may be pointed into anywhere, since what is read of it is checked by
 * its bounds; anything else is passed as it was given. Linux: check_func_arg_reg_off().
 */
export function checkArgumentOffset(r: usize, number: i32): i32 {
  switch (baseType(load<i32>(r, REG_type))) {
    case PTR_TO_STACK:
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
    case PTR_TO_MAP_KEY:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MEM:
    case PTR_TO_BUF:
    case PTR_TO_ARENA:
    case SCALAR_VALUE:
      return 0;
    case PTR_TO_BTF_ID:
      return checkUnmodifiedPointer(r, number, true);
    default:
      return checkUnmodifiedPointer(r, number, false);
  }
}

/** @param signExtends a load that extends the sign, which pointers cannot be read with */
export function checkContext(off: i32, size: i32, write: bool, signExtends: bool): i32 {
  const kind = contextAccess(env.program.type, env.program.expectedAttachType, off, size, write);
  contextYields = SCALAR_VALUE;
  switch (kind) {
    case CONTEXT_PACKET:
      contextYields = PTR_TO_PACKET;
      break;
    case CONTEXT_PACKET_META:
      contextYields = PTR_TO_PACKET_META;
      break;
    case CONTEXT_PACKET_END:
      contextYields = PTR_TO_PACKET_END;
      break;
    case CONTEXT_SOCK:
      contextYields = PTR_TO_SOCK_COMMON | PTR_MAYBE_NULL;
      break;
    case CONTEXT_SOCKET:
      contextYields = PTR_TO_SOCKET;
      break;
    case CONTEXT_SOCKET_OR_NULL:
      contextYields = PTR_TO_SOCKET | PTR_MAYBE_NULL;
      break;
    case CONTEXT_FLOW_KEYS:
      contextYields = PTR_TO_FLOW_KEYS;
      break;
    case CONTEXT_TP_BUFFER:
      contextYields = PTR_TO_TP_BUFFER;
      break;
  }
  if (kind == 0 || (signExtends && contextYields != SCALAR_VALUE)) return fail2(MESSAGE_CONTEXT_ACCESS, off, size);
  return 0;
}
