// One argument of a helper call: type, offset, and what its kind asks for.
import { EACCES } from '../generated/errno';
import {
  ARG_ANYTHING,
  ARG_CONST_ALLOC_SIZE_OR_ZERO,
  ARG_CONST_MAP_PTR,
  ARG_CONST_SIZE,
  ARG_CONST_SIZE_OR_ZERO,
  ARG_DONTCARE,
  ARG_PTR_TO_BTF_ID_SOCK_COMMON,
  ARG_PTR_TO_CONST_STR,
  ARG_PTR_TO_DYNPTR,
  ARG_PTR_TO_FIXED_SIZE_MEM,
  ARG_PTR_TO_FIXED_SIZE_MEM_RDONLY,
  ARG_PTR_TO_FIXED_SIZE_UNINIT_MEM,
  ARG_PTR_TO_FUNC,
  ARG_PTR_TO_MAP_KEY,
  ARG_PTR_TO_MAP_VALUE,
  ARG_PTR_TO_MAP_VALUE_OR_NULL,
  ARG_PTR_TO_MEM,
  ARG_PTR_TO_MEM_OR_NULL,
  ARG_PTR_TO_MEM_RDONLY,
  ARG_PTR_TO_MEM_RDONLY_OR_NULL,
  ARG_PTR_TO_RINGBUF_MEM,
  ARG_PTR_TO_SPIN_LOCK,
  ARG_PTR_TO_TIMER,
  ARG_PTR_TO_UNINIT_MAP_VALUE,
  ARG_PTR_TO_UNINIT_MEM,
  helperArgumentSize,
  helperFlags,
  HELPER_PACKET_ACCESS,
  HELPER_VARIADIC,
} from '../generated/helpers';
import { DYNPTR_KIND_LOCAL, DYNPTR_KIND_RINGBUF } from '../generated/kfuncs';
import {
  MESSAGE_ARGUMENT_NOT_CONSTANT,
  MESSAGE_LEAKS_ADDR_HELPER,
  MESSAGE_MAP_PTR_MISSING,
  MESSAGE_MAP_PTR_MISSING_VALUE,
  MESSAGE_MORE_REFERENCES,
  MESSAGE_PACKET_HELPER_ACCESS,
  MESSAGE_RELEASE_OFFSET,
  MESSAGE_RELEASE_UNREFERENCED,
  MESSAGE_SOCKMAP_ARGUMENT,
  MESSAGE_TIMER_UID,
} from '../generated/verifier-messages';
import {
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  REG_map,
  REG_mapUid,
  REG_off,
  REG_reference,
  REG_subprogram,
  REG_type,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { checkAlignment } from './alignment';
import { argumentMayBeNull, checkArgumentType } from './argument-types';
import { isConstant } from './bounds';
import { call } from './call-meta';
import { readConstantKey } from './constant-key';
import { checkConstantString } from './constant-string';
import { checkUnmodifiedPointer } from './context';
import { checkReleasedDynptr, makeDynptr, useDynptr } from './dynptrs';
import { fail, fail1, fail2, fail3 } from './fail';
import { cannotFill, declaredArgument } from './helper-variants';
import { checkHelperMemory, checkHelperSize } from './helper-memory';
import { checkLockArgument } from './locks';
import { checkSource, registerNow } from './operands';
import { mayReadPacket } from './packet-rights';
import { markChainPrecision } from './precision';
import { mapOf } from './regions';
import { baseType, isNullScalar, isPointerValue } from './registers';
import { checkTimerArgument } from './timers';

/** Arguments whose reference the helper takes back. */
function isReleased(argument: i32): bool {
  return argument == ARG_PTR_TO_RINGBUF_MEM || (call.id == SK_RELEASE && argument == ARG_PTR_TO_BTF_ID_SOCK_COMMON);
}
function checkOffset(r: usize, number: i32, argument: i32): i32 {
  if (isReleased(argument)) {
    if (load<i32>(r, REG_off) != 0) return fail1(MESSAGE_RELEASE_OFFSET, number);
    return checkUnmodifiedPointer(r, number, false);
  }
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
/** bpf_sk_release */
const SK_RELEASE: i32 = 86;
export const DYNPTR_FROM_MEM: i32 = 197;
const RINGBUF_RESERVE_DYNPTR: i32 = 198;
const RINGBUF_SUBMIT_DYNPTR: i32 = 199;
const RINGBUF_DISCARD_DYNPTR: i32 = 200;

function takeMap(r: usize): i32 {
  const map = load<i32>(r, REG_map);
  const uid = load<u32>(r, REG_mapUid);
  if (call.map != 0 && (call.map != map || call.mapUid != uid)) return fail2(MESSAGE_TIMER_UID, call.mapUid, uid);
  call.map = map;
  call.mapUid = uid;
  call.mapObject = mapOf(r);
  return 0;
}
function takeKey(r: usize, number: i32): i32 {
  const map = call.mapObject;
  if (map == null) return fail(MESSAGE_MAP_PTR_MISSING);
  const error = checkHelperMemory(number, map.keySize, false, false, false);
  return error != 0 ? error : readConstantKey(r, map);
}
function takeValue(number: i32, raw: bool): i32 {
  const map = call.mapObject;
  if (map == null) return fail(MESSAGE_MAP_PTR_MISSING_VALUE);
  call.raw = raw;
  return checkHelperMemory(number, map.valueSize, raw, false, raw);
}
function takeFixed(r: usize, number: i32, position: i32, writes: bool, raw: bool, aligned: bool): i32 {
  const size = helperArgumentSize(call.id, position);
  call.raw = raw;
  const error = checkHelperMemory(number, size, writes, false, raw);
  return error != 0 || !aligned ? error : checkAlignment(r, 0, size, true);
}

/** A dynptr that the helper makes, gives back, or works with. */
function takeDynptr(number: i32, instruction: i32): i32 {
  if (call.id == DYNPTR_FROM_MEM) return makeDynptr(number, DYNPTR_KIND_LOCAL, 0, instruction);
  if (call.id == RINGBUF_RESERVE_DYNPTR) return makeDynptr(number, DYNPTR_KIND_RINGBUF, 0, instruction);
  if (call.id == RINGBUF_SUBMIT_DYNPTR || call.id == RINGBUF_DISCARD_DYNPTR) {
    const error = checkReleasedDynptr(number);
    if (error != 0) return error;
    call.releasedDynptr = number;
  }
  return useDynptr(number);
}

/** Argument `position` (0 to 4) of the call of helper call.id at `instruction`. */
export function checkHelperArgument(position: i32, instruction: i32): i32 {
  const number = position + 1;
  const argument = declaredArgument(position);
  if (argument == ARG_DONTCARE || (position >= 2 && (helperFlags(call.id) & HELPER_VARIADIC) != 0)) return 0;
  let error = checkSource(number);
  if (error != 0) return error;
  const r = registerNow(number);
  const type = load<i32>(r, REG_type);
  if (argument == ARG_ANYTHING) return isPointerValue(r) ? fail1(MESSAGE_LEAKS_ADDR_HELPER, number) : 0;
  const isPacket = type == PTR_TO_PACKET || type == PTR_TO_PACKET_META;
  if (isPacket && !(mayReadPacket() && (helperFlags(call.id) & HELPER_PACKET_ACCESS) != 0))
    return fail(MESSAGE_PACKET_HELPER_ACCESS);
  if (cannotFill(argument)) return fail(MESSAGE_SOCKMAP_ARGUMENT);
  if (!(isNullScalar(r) && argumentMayBeNull(argument))) {
    error = checkArgumentType(r, number, argument);
    if (error == 0) error = checkOffset(r, number, argument);
    if (error != 0) return error;
  }
  if (isReleased(argument)) {
    if (load<u32>(r, REG_reference) == 0 && !isNullScalar(r)) return fail1(MESSAGE_RELEASE_UNREFERENCED, number);
    call.released = number;
  }
  const reference = load<u32>(r, REG_reference);
  if (reference != 0) {
    if (call.reference != 0) {
      fail3(MESSAGE_MORE_REFERENCES, number, reference, call.reference);
      return -EACCES;
    }
    call.reference = reference;
  }
  switch (argument) {
    case ARG_CONST_MAP_PTR:
      return takeMap(r);
    case ARG_PTR_TO_MAP_KEY:
      return takeKey(r, number);
    case ARG_PTR_TO_MAP_VALUE_OR_NULL:
      if (isNullScalar(r)) return 0;
      return takeValue(number, false);
    case ARG_PTR_TO_MAP_VALUE:
      return takeValue(number, false);
    case ARG_PTR_TO_UNINIT_MAP_VALUE:
      return takeValue(number, true);
    case ARG_PTR_TO_MEM:
    case ARG_PTR_TO_MEM_OR_NULL:
      call.raw = false;
      call.writes = true;
      return 0;
    case ARG_PTR_TO_MEM_RDONLY:
    case ARG_PTR_TO_MEM_RDONLY_OR_NULL:
      call.raw = false;
      call.writes = false;
      return 0;
    case ARG_PTR_TO_UNINIT_MEM:
      call.raw = true;
      call.writes = true;
      return 0;
    case ARG_PTR_TO_FIXED_SIZE_MEM:
      return takeFixed(r, number, position, true, false, true);
    case ARG_PTR_TO_FIXED_SIZE_MEM_RDONLY:
      return takeFixed(r, number, position, false, false, false);
    case ARG_PTR_TO_FIXED_SIZE_UNINIT_MEM:
      return takeFixed(r, number, position, true, true, true);
    case ARG_CONST_SIZE:
      return checkHelperSize(number, call.writes, false);
    case ARG_CONST_SIZE_OR_ZERO:
      return checkHelperSize(number, call.writes, true);
    case ARG_CONST_ALLOC_SIZE_OR_ZERO:
      if (!isConstant(r)) return fail1(MESSAGE_ARGUMENT_NOT_CONSTANT, number);
      call.memorySize = <u32>load<u64>(r, REG_value);
      return markChainPrecision(number);
    case ARG_PTR_TO_FUNC:
      call.subprogram = load<i32>(r, REG_subprogram);
      return 0;
    case ARG_PTR_TO_CONST_STR:
      return checkConstantString(r, number);
    case ARG_PTR_TO_TIMER:
      return checkTimerArgument(r, number);
    case ARG_PTR_TO_SPIN_LOCK:
      return checkLockArgument(r, number);
    case ARG_PTR_TO_DYNPTR:
      return takeDynptr(number, instruction);
    default:
      return 0;
  }
}
