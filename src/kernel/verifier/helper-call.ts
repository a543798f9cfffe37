// A helper call: is it allowed, do its arguments fit, what does it leave in r0?
import { EFAULT, EINVAL } from '../generated/errno';
import {
  HELPER_CHANGES_PACKET,
  HELPER_COUNT,
  HELPER_GPL,
  HELPER_PERFMON,
  HELPER_SLEEPS,
  RET_INTEGER,
  RET_PTR_TO_BTF_ID,
  RET_PTR_TO_BTF_ID_OR_NULL,
  RET_PTR_TO_BTF_ID_TRUSTED,
  RET_PTR_TO_DYNPTR_MEM_OR_NULL,
  RET_PTR_TO_MAP_VALUE,
  RET_PTR_TO_MAP_VALUE_OR_NULL,
  RET_PTR_TO_RINGBUF_MEM_OR_NULL,
  RET_PTR_TO_SOCKET_OR_NULL,
  RET_PTR_TO_SOCK_COMMON_OR_NULL,
  RET_PTR_TO_TCP_SOCK_OR_NULL,
  RET_VOID,
  helperAllowed,
  helperFlags,
  helperReturn,
} from '../generated/helpers';
import { DYNPTR_KIND_SKB } from '../generated/kfuncs';
import { PROGRAM_TYPE_PERF_EVENT, PROGRAM_TYPE_RAW_TRACEPOINT, PROGRAM_TYPE_TRACEPOINT } from '../generated/contexts';
import { BPF_F_SLEEPABLE, CAP_PERFMON } from '../generated/syscall';
import {
  MESSAGE_CALLBACK_LOOP_LIMIT,
  MESSAGE_DYNPTR_DATA_TYPE,
  MESSAGE_HELPER_GPL,
  MESSAGE_HELPER_INVALID,
  MESSAGE_HELPER_NOT_ALLOWED,
  MESSAGE_HELPER_NOT_FOR_TYPE,
  MESSAGE_HELPER_NOT_SIMULATED,
  MESSAGE_HELPER_SLEEPABLE,
  MESSAGE_LOCAL_STORAGE_FLAGS,
  MESSAGE_MAP_PTR_POISON,
  MESSAGE_RELEASE_MORE,
  MESSAGE_TAIL_CALL_UNKNOWN_MAP,
  MESSAGE_VERIFIER_BUG,
  WORD_BACKTRACKING_MISUSE,
  WORD_TAIL_CALL,
} from '../generated/verifier-messages';
import {
  DYNPTR_SKB,
  DYNPTR_XDP,
  MEM_RINGBUF,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TRUSTED,
  REG_dynptrId,
  REG_id,
  REG_map,
  REG_mapUid,
  REG_mask,
  REG_memorySize,
  REG_reference,
  REG_s32max,
  REG_s32min,
  REG_smax,
  REG_smin,
  REG_type,
  REG_u32max,
  REG_umax,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { synchronizeBounds } from './bounds';
import { call } from './call-meta';
import { pushCallback } from './callbacks';
import { HELPER_LOOP, HELPER_TAIL_CALL, isAsyncCallbackHelper, isSyncCallbackHelper } from './calls';
import { alwaysFinds } from './constant-key';
import { checkMaySleep } from './critical-sections';
import { foundId, foundKind, foundReference, releaseDynptr } from './dynptrs';
import { env, immediateAt } from './environment';
import { beginRegisters, nextRegister } from './every-register';
import { fail, fail1, fail2, fail3, note } from './fail';
import { checkFormat } from './format-string';
import { clobberCallerSaved } from './frames';
import { DYNPTR_FROM_MEM, checkHelperArgument } from './helper-argument';
import { FRAME_CALLBACK_DEPTH, STATE_FRAME, currentFrame } from './layout';
import { checkMapFunction, noteMap } from './map-functions';
import { checkMemory } from './memory-access';
import { registerNow } from './operands';
import { markChainPrecision } from './precision';
import { recordingAll } from './recorder';
import { acquireReference, checkReferenceLeak, releaseReference } from './references';
import { baseType, isNullScalar, markKnownZero, markNotInit, markUnknown } from './registers';
import { rawAccessRegister, rawAccessSize, resetRawAccess } from './stack-range';
import { checkLeakedLock, returnToCaller } from './exit';
import { pushState } from './states';

const GET_STACK: i32 = 67;
const GET_TASK_STACK: i32 = 141;
const PROBE_READ_STR: i32 = 45;
const PROBE_READ_USER_STR: i32 = 114;
const PROBE_READ_KERNEL_STR: i32 = 115;
const GET_SMP_PROCESSOR_ID: i32 = 8;
const GET_LOCAL_STORAGE: i32 = 81;
const GET_FUNC_IP: i32 = 173;
const SNPRINTF: i32 = 165;
const MAP_LOOKUP: i32 = 1;
const SK_LOOKUP_TCP: i32 = 84;
const SK_LOOKUP_UDP: i32 = 85;
const SKC_LOOKUP_TCP: i32 = 99;
const RINGBUF_RESERVE: i32 = 131;
const PROG_ARRAY: i32 = 3;
const DYNPTR_WRITE: i32 = 202;
const MAX_ERRNO: i64 = 4095;
/** CPUs of the simulated machine as the verifier sees them (Linux: nr_cpu_ids) */
const CPUS: u32 = 2;

/** Tracing types whose programs could ask for the probed function's address, but are not probes of functions. */
function isTracing(type: i32): bool {
  return type == PROGRAM_TYPE_TRACEPOINT || type == PROGRAM_TYPE_RAW_TRACEPOINT || type == PROGRAM_TYPE_PERF_EVENT;
}
function checkAllowed(id: i32): i32 {
  const flags = helperFlags(id);
  if (id == 0) return fail2(MESSAGE_HELPER_NOT_ALLOWED, id, id);
  if (id < 0 || id >= HELPER_COUNT || flags == 0) return fail2(MESSAGE_HELPER_INVALID, id, id);
  if (id == GET_FUNC_IP && isTracing(env.program.type))
    return fail3(MESSAGE_HELPER_NOT_FOR_TYPE, id, id, env.program.type);
  if (!helperAllowed(id, env.program.type)) return fail2(MESSAGE_HELPER_NOT_ALLOWED, id, id);
  if ((flags & HELPER_PERFMON) != 0 && (env.program.capabilities & CAP_PERFMON) == 0)
    return fail2(MESSAGE_HELPER_NOT_ALLOWED, id, id);
  if (!env.program.gplCompatible && (flags & HELPER_GPL) != 0) return fail(MESSAGE_HELPER_GPL);
  if ((flags & HELPER_SLEEPS) == 0) return 0;
  if ((env.program.flags & BPF_F_SLEEPABLE) == 0) return fail(MESSAGE_HELPER_SLEEPABLE);
  return checkMaySleep(id);
}
/** bpf_loop: another round of the callback, while the count may not be reached. */
function checkLoop(instruction: i32): i32 {
  // Linux tracks the count back as a number, whatever it is
  if (load<i32>(registerNow(1), REG_type) != SCALAR_VALUE) return fail1(MESSAGE_VERIFIER_BUG, WORD_BACKTRACKING_MISUSE);
  // whether the call can become a plain loop depends on the flags, how often it is walked on the count
  let error = isNullScalar(registerNow(4)) ? markChainPrecision(4) : 0;
  if (error == 0) error = markChainPrecision(1);
  if (error != 0) return error;
  const frame = currentFrame(env.state);
  if (<u64>load<i32>(frame, FRAME_CALLBACK_DEPTH) < load<u64>(registerNow(1), REG_umax))
    return pushCallback(instruction);
  store<i32>(frame, 0, FRAME_CALLBACK_DEPTH);
  if (recordingAll()) note(MESSAGE_CALLBACK_LOOP_LIMIT, 1, load<i32>(env.state, STATE_FRAME));
  return 0;
}
function checkSpecial(id: i32, instruction: i32): i32 {
  if (id == HELPER_TAIL_CALL) {
    const error = checkReferenceLeak(WORD_TAIL_CALL);
    return error != 0 ? error : checkLeakedLock(WORD_TAIL_CALL);
  }
  if (id == GET_LOCAL_STORAGE && !isNullScalar(registerNow(2))) return fail(MESSAGE_LOCAL_STORAGE_FLAGS);
  if (id == SNPRINTF) return checkFormat();
  if (id == DYNPTR_FROM_MEM && load<i32>(registerNow(1), REG_type) != PTR_TO_MAP_VALUE)
    return fail1(MESSAGE_DYNPTR_DATA_TYPE, load<i32>(registerNow(1), REG_type));
  if (id == HELPER_LOOP) return checkLoop(instruction);
  if (isSyncCallbackHelper(id) || isAsyncCallbackHelper(id)) return pushCallback(instruction);
  return 0;
}
function release(id: i32): i32 {
  if (call.releasedDynptr > 0) releaseDynptr(call.releasedDynptr);
  if (call.released < 0) return 0;
  if (call.reference != 0) {
    const error = releaseReference(call.reference);
    if (error == 0) return 0;
  } else if (isNullScalar(registerNow(call.released))) return 0;
  return fail2(MESSAGE_RELEASE_MORE, id, id);
}

/** r0 by the helper's declared result. */
function setResult(id: i32): i32 {
  const r0 = registerNow(0);
  const kind = helperReturn(id);
  switch (kind) {
    case RET_INTEGER:
      markUnknown(r0);
      return 0;
    case RET_VOID:
      markNotInit(r0);
      return 0;
    case RET_PTR_TO_MAP_VALUE:
    case RET_PTR_TO_MAP_VALUE_OR_NULL: {
      const map = call.mapObject;
      if (map == null) return fail(MESSAGE_MAP_PTR_POISON);
      markKnownZero(r0);
      const finds =
        id == MAP_LOOKUP && alwaysFinds(map) && call.constantKey >= 0 && <u64>call.constantKey < <u64>map.maxEntries;
      const sure = kind == RET_PTR_TO_MAP_VALUE || finds;
      store<i32>(r0, sure ? PTR_TO_MAP_VALUE : PTR_TO_MAP_VALUE | PTR_MAYBE_NULL, REG_type);
      store<i32>(r0, call.map, REG_map);
      store<u32>(r0, call.mapUid, REG_mapUid);
      if (sure && map.lockOffset >= 0) store<u32>(r0, ++env.nextId, REG_id);
      break;
    }
    case RET_PTR_TO_RINGBUF_MEM_OR_NULL:
      markKnownZero(r0);
      store<i32>(r0, PTR_TO_MEM | MEM_RINGBUF | PTR_MAYBE_NULL, REG_type);
      store<u32>(r0, call.memorySize, REG_memorySize);
      break;
    case RET_PTR_TO_DYNPTR_MEM_OR_NULL:
      markKnownZero(r0);
      store<i32>(r0, PTR_TO_MEM | PTR_MAYBE_NULL, REG_type);
      store<u32>(r0, call.memorySize, REG_memorySize);
      store<u32>(r0, foundId, REG_dynptrId);
      store<u32>(r0, foundReference, REG_reference);
      break;
    case RET_PTR_TO_SOCKET_OR_NULL:
      markKnownZero(r0);
      store<i32>(r0, PTR_TO_SOCKET | PTR_MAYBE_NULL, REG_type);
      break;
    case RET_PTR_TO_SOCK_COMMON_OR_NULL:
      markKnownZero(r0);
      store<i32>(r0, PTR_TO_SOCK_COMMON | PTR_MAYBE_NULL, REG_type);
      break;
    case RET_PTR_TO_TCP_SOCK_OR_NULL:
      markKnownZero(r0);
      store<i32>(r0, PTR_TO_TCP_SOCK | PTR_MAYBE_NULL, REG_type);
      break;
    case RET_PTR_TO_BTF_ID:
    case RET_PTR_TO_BTF_ID_OR_NULL:
    case RET_PTR_TO_BTF_ID_TRUSTED:
      markKnownZero(r0);
      store<i32>(
        r0,
        PTR_TO_BTF_ID |
          (kind == RET_PTR_TO_BTF_ID_OR_NULL ? PTR_MAYBE_NULL : 0) |
          (kind == RET_PTR_TO_BTF_ID_TRUSTED ? PTR_TRUSTED : 0),
        REG_type,
      );
      break;
    default:
      return fail2(MESSAGE_HELPER_NOT_SIMULATED, id, id);
  }
  if ((load<i32>(r0, REG_type) & PTR_MAYBE_NULL) != 0) store<u32>(r0, ++env.nextId, REG_id);
  return 0;
}
function acquires(id: i32): bool {
  if (id == SK_LOOKUP_TCP || id == SK_LOOKUP_UDP || id == SKC_LOOKUP_TCP || id == RINGBUF_RESERVE) return true;
  const map = call.mapObject;
  return id == MAP_LOOKUP && map != null && (map.type == 15 || map.type == 18);
}
/** Helpers whose result is bounded by what they were passed, or by the machine. */
function refineResult(id: i32): void {
  const r0 = registerNow(0);
  if (id == GET_SMP_PROCESSOR_ID) {
    store<u64>(r0, CPUS - 1, REG_umax);
    store<u32>(r0, CPUS - 1, REG_u32max);
    store<i64>(r0, <i64>CPUS - 1, REG_smax);
    store<i32>(r0, <i32>CPUS - 1, REG_s32max);
    store<i64>(r0, 0, REG_smin);
    store<i32>(r0, 0, REG_s32min);
    synchronizeBounds(r0);
  } else if (
    id == GET_STACK ||
    id == GET_TASK_STACK ||
    id == PROBE_READ_STR ||
    id == PROBE_READ_USER_STR ||
    id == PROBE_READ_KERNEL_STR
  ) {
    store<i64>(r0, <i64>call.mostSize, REG_smax);
    store<i32>(r0, <i32>call.mostSize, REG_s32max);
    store<i64>(r0, -MAX_ERRNO, REG_smin);
    store<i32>(r0, <i32>-MAX_ERRNO, REG_s32min);
    synchronizeBounds(r0);
  }
}
/** The packet may have moved: pointers into it are numbers now. */
export function forgetPacketPointers(): void {
  beginRegisters(env.state);
  for (let r = nextRegister(); r != 0; r = nextRegister()) {
    const type = load<i32>(r, REG_type);
    const ofPacket = baseType(type) == PTR_TO_MEM && (type & (DYNPTR_SKB | DYNPTR_XDP)) != 0;
    if (type == PTR_TO_PACKET || type == PTR_TO_PACKET_META || type == PTR_TO_PACKET_END || ofPacket) {
      if (env.mayLeak) markUnknown(r);
      else markNotInit(r);
    }
  }
}

export function checkHelperCall(instruction: i32): i32 {
  const id = immediateAt(instruction);
  let error = checkAllowed(id);
  if (error != 0) return error;
  call.reset(id);
  resetRawAccess();
  for (let i = 0; i < 5; i++) {
    error = checkHelperArgument(i, instruction);
    if (error != 0) return error;
  }
  error = noteMap(instruction);
  if (error != 0) return error;
  if (id == HELPER_TAIL_CALL) {
    if (call.mapObject == null || call.mapObject!.type != PROG_ARRAY) {
      fail(MESSAGE_TAIL_CALL_UNKNOWN_MAP);
      return -EINVAL;
    }
    const index = registerNow(3);
    if (load<u64>(index, REG_mask) == 0 && load<u64>(index, REG_value) < <u64>call.mapObject!.maxEntries) {
      error = markChainPrecision(3);
      if (error != 0) return error;
    }
  }
  // what the helper fills is written byte by byte, as data
  const size = rawAccessSize;
  const filled = rawAccessRegister;
  for (let i = 0; i < size; i++) {
    error = checkMemory(filled, i, 1, true, -1, false, false);
    if (error != 0) return error;
  }
  error = release(id);
  if (error == 0) error = checkSpecial(id, instruction);
  if (error != 0) return error;
  clobberCallerSaved(currentFrame(env.state));
  error = setResult(id);
  if (error != 0) return error;
  if (id == 97 || id == 95 || id == 96 || id == 98) store<u32>(registerNow(0), call.reference, REG_reference);
  else if (acquires(id)) {
    const reference = acquireReference(instruction);
    store<u32>(registerNow(0), reference, REG_id);
    store<u32>(registerNow(0), reference, REG_reference);
  }
  refineResult(id);
  if (call.mapObject != null) {
    error = checkMapFunction(call.mapObject!, id);
    if (error != 0) return error;
  }
  const writesBuffer = id == DYNPTR_WRITE && foundKind == DYNPTR_KIND_SKB;
  if ((helperFlags(id) & HELPER_CHANGES_PACKET) != 0 || writesBuffer) forgetPacketPointers();
  if (id == HELPER_TAIL_CALL && load<i32>(env.state, STATE_FRAME) > 0) return leaveByTailCall(instruction);
  env.instruction = instruction + 1;
  return 0;
}
/** In a subprogram: the call fails and the walk goes on behind it, or another program returns to the caller with whatever it returns. */
function leaveByTailCall(instruction: i32): i32 {
  if (pushState(instruction + 1, instruction, false) == 0) return -EFAULT;
  markUnknown(registerNow(0));
  return returnToCaller();
}
