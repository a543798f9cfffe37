// Plain loads and stores, 64-bit immediates, and loads of packet bytes by position.
import {
  BPF_B,
  BPF_DW,
  BPF_H,
  BPF_IND,
  BPF_MEM,
  BPF_MEMSX,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_MAP_VALUE,
  BPF_W,
} from '../generated/opcodes';
import {
  MESSAGE_BAD_LD_IMM,
  MESSAGE_FUNC_NOT_STATIC,
  MESSAGE_LD_ABS_CONTEXT,
  MESSAGE_LD_ABS_TYPE,
  MESSAGE_NO_FUNC_INFO,
  MESSAGE_RESERVED_LD_ABS,
  MESSAGE_RESERVED_LD_IMM64,
  MESSAGE_RESERVED_ST,
  MESSAGE_RESERVED_STX,
  MESSAGE_SAME_INSTRUCTION_POINTERS,
  WORD_LD_ABS,
} from '../generated/verifier-messages';
import {
  CONST_PTR_TO_MAP,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_VALUE,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  REG_map,
  REG_off,
  REG_subprogram,
  REG_type,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { mayLoadPacketByPosition } from '../generated/contexts';
import { checkUnmodifiedPointer } from './context';
import {
  AUX_MAP,
  AUX_MAP_OFFSET,
  AUX_POINTER,
  SUB_FLAGS,
  SUB_GLOBAL,
  auxOf,
  dstAt,
  env,
  immediateAt,
  offsetAt,
  opcodeAt,
  srcAt,
  subOf,
  unsignedImmediateAt,
} from './environment';
import { fail } from './fail';
import { clobberCallerSaved } from './frames';
import { hasFunctionInfo } from './global-functions';
import { currentFrame } from './layout';
import { checkMemory } from './memory-access';
import { checkDestination, checkDestinationOnly, checkSource, registerNow } from './operands';
import { checkLeakedLock } from './exit';
import { checkReferenceLeak } from './references';
import { baseType, markKnown, markKnownZero, markUnknown } from './registers';
import { subprogramAt } from './subprograms';

export function sizeOfAccess(opcode: i32): i32 {
  switch (opcode & 0x18) {
    case BPF_W:
      return 4;
    case BPF_H:
      return 2;
    case BPF_B:
      return 1;
    default:
      return 8;
  }
}
/** Accesses through these are rewritten by type, so one instruction serves one type only. */
function isRewritten(type: i32): bool {
  switch (baseType(type)) {
    case PTR_TO_CTX:
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
    case PTR_TO_BTF_ID:
    case PTR_TO_ARENA:
      return true;
    default:
      return false;
  }
}
function notePointer(i: i32, type: i32): i32 {
  const aux = auxOf(i);
  const before = load<i32>(aux, AUX_POINTER);
  if (before == 0) store<i32>(aux, type, AUX_POINTER);
  else if (before != type && (isRewritten(type) || isRewritten(before))) return fail(MESSAGE_SAME_INSTRUCTION_POINTERS);
  return 0;
}

export function checkLoad(i: i32, strict: bool, signExtends: bool): i32 {
  const s = srcAt(i);
  let error = checkSource(s);
  if (error == 0) error = checkDestinationOnly(dstAt(i));
  if (error != 0) return error;
  const type = load<i32>(registerNow(s), REG_type);
  error = checkMemory(s, offsetAt(i), sizeOfAccess(opcodeAt(i)), false, dstAt(i), strict, signExtends);
  return error != 0 ? error : notePointer(i, type);
}
export function checkStore(i: i32, strict: bool): i32 {
  const d = dstAt(i);
  let error = checkSource(srcAt(i));
  if (error == 0) error = checkSource(d);
  if (error != 0) return error;
  const type = load<i32>(registerNow(d), REG_type);
  error = checkMemory(d, offsetAt(i), sizeOfAccess(opcodeAt(i)), true, srcAt(i), strict, false);
  return error != 0 ? error : notePointer(i, type);
}
export function checkRegisterStore(i: i32): i32 {
  if ((opcodeAt(i) & 0xe0) != BPF_MEM || immediateAt(i) != 0) return fail(MESSAGE_RESERVED_STX);
  return checkStore(i, false);
}
export function checkImmediateStore(i: i32): i32 {
  const d = dstAt(i);
  if ((opcodeAt(i) & 0xe0) != BPF_MEM || srcAt(i) != 0) return fail(MESSAGE_RESERVED_ST);
  let error = checkSource(d);
  if (error != 0) return error;
  const type = load<i32>(registerNow(d), REG_type);
  error = checkMemory(d, offsetAt(i), sizeOfAccess(opcodeAt(i)), true, -1, false, false);
  return error != 0 ? error : notePointer(i, type);
}
export function checkRegisterLoad(i: i32): i32 {
  return checkLoad(i, false, (opcodeAt(i) & 0xe0) == BPF_MEMSX);
}

/** A number, a map, a place in a map's value, or a function. */
export function checkLoadImmediate(i: i32): i32 {
  if ((opcodeAt(i) & 0x18) != BPF_DW) return fail(MESSAGE_BAD_LD_IMM);
  if (offsetAt(i) != 0) return fail(MESSAGE_RESERVED_LD_IMM64);
  const error = checkDestination(dstAt(i));
  if (error != 0) return error;
  const r = registerNow(dstAt(i));
  const source = srcAt(i);
  if (source == 0) {
    const value = (unsignedImmediateAt(i + 1) << 32) | unsignedImmediateAt(i);
    markKnown(r, value);
    store<i32>(r, SCALAR_VALUE, REG_type);
    return 0;
  }
  markKnownZero(r);
  if (source == BPF_PSEUDO_FUNC) {
    const number = subprogramAt(i + immediateAt(i) + 1);
    if (!hasFunctionInfo()) return fail(MESSAGE_NO_FUNC_INFO);
    if ((load<i32>(subOf(number), SUB_FLAGS) & SUB_GLOBAL) != 0) return fail(MESSAGE_FUNC_NOT_STATIC);
    store<i32>(r, PTR_TO_FUNC, REG_type);
    store<i32>(r, number, REG_subprogram);
    return 0;
  }
  const aux = auxOf(i);
  const map = load<i32>(aux, AUX_MAP);
  store<i32>(r, map, REG_map);
  if (source == BPF_PSEUDO_MAP_VALUE) {
    store<i32>(r, PTR_TO_MAP_VALUE, REG_type);
    store<i32>(r, load<i32>(aux, AUX_MAP_OFFSET), REG_off);
  } else store<i32>(r, CONST_PTR_TO_MAP, REG_type);
  return 0;
}

/** LD_ABS and LD_IND: packet bytes by position, with r6 the context; outside the packet the program ends. */
export function checkPacketLoad(i: i32): i32 {
  const opcode = opcodeAt(i);
  const indirect = (opcode & 0xe0) == BPF_IND;
  if (!mayLoadPacketByPosition(env.program.type)) return fail(MESSAGE_LD_ABS_TYPE);
  if (dstAt(i) != 0 || offsetAt(i) != 0 || (opcode & 0x18) == BPF_DW || (!indirect && srcAt(i) != 0))
    return fail(MESSAGE_RESERVED_LD_ABS);
  let error = checkSource(6);
  if (error == 0) error = checkReferenceLeak(WORD_LD_ABS);
  if (error == 0) error = checkLeakedLock(WORD_LD_ABS);
  if (error != 0) return error;
  const context = registerNow(6);
  if (load<i32>(context, REG_type) != PTR_TO_CTX) return fail(MESSAGE_LD_ABS_CONTEXT);
  if (indirect) {
    error = checkSource(srcAt(i));
    if (error != 0) return error;
  }
  error = checkUnmodifiedPointer(context, 6, false);
  if (error != 0) return error;
  clobberCallerSaved(currentFrame(env.state));
  markUnknown(registerNow(0));
  return 0;
}
