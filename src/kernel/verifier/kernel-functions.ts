// Calls of the kernel's own functions (kfuncs): does the number name one, may this program type call it, do the arguments fit, and
// what comes back.
import {
  DYNPTR_CLONE,
  KFUNC_ARG_CTX,
  KFUNC_ARG_DYNPTR,
  KFUNC_ARG_DYNPTR_NEW,
  KFUNC_ARG_IGNORE,
  KFUNC_ARG_ITER_DESTROY,
  KFUNC_ARG_ITER_NEW,
  KFUNC_ARG_ITER_NEXT,
  KFUNC_ARG_MEM_OPT,
  KFUNC_ARG_SCALAR,
  KFUNC_CHECKED,
  KFUNC_MAY_BE_NULL,
  KFUNC_RET_INTEGER,
  KFUNC_RET_MEM_RDONLY,
  KFUNC_RET_SLICE,
  KFUNC_RET_SLICE_RDONLY,
  KFUNC_TRUSTED_ARGUMENTS,
  kfuncAllowed,
  kfuncArgument,
  kfuncArgumentCount,
  kfuncArgumentDetail,
  kfuncFlags,
  kfuncReturn,
  kfuncReturnSize,
  kfuncRow,
} from '../generated/kfuncs';
import {
  MESSAGE_DYNPTR_SLICE_WRITE,
  MESSAGE_KFUNC_GPL,
  MESSAGE_KFUNC_MEMORY_PAIR,
  MESSAGE_KFUNC_NOT_ALLOWED,
  MESSAGE_KFUNC_NOT_A_FUNCTION,
  MESSAGE_KFUNC_NOT_CONSTANT,
  MESSAGE_KFUNC_NOT_CTX,
  MESSAGE_KFUNC_NOT_ELIMINATED,
  MESSAGE_KFUNC_NOT_SCALAR,
  MESSAGE_KFUNC_NOT_SIMULATED,
  MESSAGE_KFUNC_POINTER_TYPE,
  MESSAGE_KFUNC_TRUSTED_NULL,
  WORD_STRUCT_SK_BUFF,
  WORD_UNKNOWN_TYPE,
} from '../generated/verifier-messages';
import {
  DYNPTR_LOCAL,
  MEM_RDONLY,
  PTR_MAYBE_NULL,
  PTR_TO_CTX,
  PTR_TO_MEM,
  REG_dynptrId,
  REG_id,
  REG_memorySize,
  REG_reference,
  REG_type,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { isConstant } from './bounds';
import { call } from './call-meta';
import { isKernelFunctionCall } from './calls';
import { checkUnmodifiedPointer } from './context';
import { enterOrLeave } from './critical-sections';
import { foundId, foundKind, foundReference as dynptrReference, makeDynptr, useDynptr } from './dynptrs';
import { AUX_SEEN, auxOf, env, immediateAt, offsetAt } from './environment';
import { fail, fail1, fail2 } from './fail';
import { clobberCallerSaved } from './frames';
import { checkHelperSize } from './helper-memory';
import { beginIterator, endIterator, forkNext, foundReference as iteratorReference, useIterator } from './iterators';
import { currentFrame } from './layout';
import { registerNow } from './operands';
import { mayWritePacket } from './packet-rights';
import { markChainPrecision } from './precision';
import { isNullScalar, markKnownZero, markUnknown, mayBeNull } from './registers';

/** The call at `i`, before anything is walked: the licence, and that the number is a function's. */
export function checkKernelFunctionNumber(i: i32): i32 {
  if (!env.program.gplCompatible) return fail(MESSAGE_KFUNC_GPL);
  const id = immediateAt(i);
  // what a loader leaves where a function is missing: an error only if the call can be reached
  if (id == 0 && offsetAt(i) == 0) return 0;
  if (offsetAt(i) != 0 || env.program.kernelVersion < 618) return fail1(MESSAGE_KFUNC_NOT_SIMULATED, id);
  return kfuncRow(id) < 0 ? fail1(MESSAGE_KFUNC_NOT_A_FUNCTION, id) : 0;
}
/** Behind the walk: calls without a function must be dead code. */
export function checkEliminatedCalls(): i32 {
  for (let i = 0; i < env.count; i++) {
    if (isKernelFunctionCall(i) && immediateAt(i) == 0 && load<u8>(auxOf(i), AUX_SEEN) != 0)
      return fail(MESSAGE_KFUNC_NOT_ELIMINATED);
  }
  return 0;
}
/** Functions that may be called under a spin lock (of the simulated ones: those of the number iterator). */
export function allowedUnderLock(id: i32): bool {
  const row = kfuncRow(id);
  if (row < 0 || kfuncArgumentCount(row) == 0) return false;
  const kind = kfuncArgument(row, 0);
  return kind == KFUNC_ARG_ITER_NEW || kind == KFUNC_ARG_ITER_NEXT || kind == KFUNC_ARG_ITER_DESTROY;
}

/** Program types whose context is a socket buffer (enum bpf_prog_type): socket filters, tc, cgroup_skb, lwt, sk_skb, flow dissectors. */
const SOCKET_BUFFER_TYPES: u64 =
  (1 << 1) | (1 << 3) | (1 << 4) | (1 << 8) | (1 << 10) | (1 << 11) | (1 << 12) | (1 << 14) | (1 << 19) | (1 << 22);
function contextIsSocketBuffer(type: i32): bool {
  return ((SOCKET_BUFFER_TYPES >> (<u64>type)) & 1) != 0;
}

/** size of the slice asked for */
let constantSize: u32 = 0;

function checkContext(number: i32): i32 {
  const r = registerNow(number);
  if (load<i32>(r, REG_type) != PTR_TO_CTX) return fail2(MESSAGE_KFUNC_NOT_CTX, number - 1, load<i32>(r, REG_type));
  return checkUnmodifiedPointer(r, number, false);
}
/** A buffer that may be null, and its size in the next register. */
function checkMemoryAndSize(number: i32): i32 {
  const buffer = registerNow(number);
  const size = registerNow(number + 1);
  if (load<i32>(size, REG_type) != SCALAR_VALUE)
    return fail2(MESSAGE_KFUNC_POINTER_TYPE, number - 1, WORD_UNKNOWN_TYPE);
  if (!isNullScalar(buffer)) {
    call.raw = false;
    let error = checkHelperSize(number + 1, false, true);
    if (error == 0) error = checkHelperSize(number + 1, true, true);
    if (error != 0) {
      fail2(MESSAGE_KFUNC_MEMORY_PAIR, number - 1, number);
      return error;
    }
  }
  if (!isConstant(size)) return fail1(MESSAGE_KFUNC_NOT_CONSTANT, number + 1);
  constantSize = <u32>load<u64>(size, REG_value);
  return markChainPrecision(number + 1);
}

function checkArguments(row: i32, instruction: i32): i32 {
  const count = kfuncArgumentCount(row);
  for (let n = 0; n < count; n++) {
    const number = n + 1;
    const kind = kfuncArgument(row, n);
    const detail = kfuncArgumentDetail(row, n);
    const r = registerNow(number);
    const type = load<i32>(r, REG_type);
    let error = 0;
    if (kind == KFUNC_ARG_IGNORE) continue;
    if (kind == KFUNC_ARG_SCALAR) {
      if (type != SCALAR_VALUE) return fail1(MESSAGE_KFUNC_NOT_SCALAR, number);
      continue;
    }
    if ((kfuncFlags(row) & KFUNC_TRUSTED_ARGUMENTS) != 0 && (isNullScalar(r) || mayBeNull(type)))
      return fail1(MESSAGE_KFUNC_TRUSTED_NULL, n);
    switch (kind) {
      case KFUNC_ARG_CTX:
        // a socket buffer, which not every context is
        if ((kfuncFlags(row) & KFUNC_TRUSTED_ARGUMENTS) != 0 && !contextIsSocketBuffer(env.program.type))
          return fail2(MESSAGE_KFUNC_POINTER_TYPE, n, WORD_STRUCT_SK_BUFF);
        error = checkContext(number);
        break;
      case KFUNC_ARG_DYNPTR:
        error = useDynptr(number);
        break;
      case KFUNC_ARG_DYNPTR_NEW:
        error =
          detail == DYNPTR_CLONE
            ? makeDynptr(number, foundKind, dynptrReference, instruction)
            : makeDynptr(number, detail, 0, instruction);
        break;
      case KFUNC_ARG_MEM_OPT:
        error = checkMemoryAndSize(number);
        n++;
        break;
      case KFUNC_ARG_ITER_NEW:
        error = beginIterator(number, detail, instruction);
        break;
      case KFUNC_ARG_ITER_NEXT:
        error = useIterator(number, detail);
        break;
      case KFUNC_ARG_ITER_DESTROY:
        error = useIterator(number, detail);
        if (error == 0) endIterator(detail);
        break;
    }
    if (error != 0) return error;
  }
  return 0;
}

/** r0 by the function's declared result. */
function setResult(row: i32): i32 {
  const r0 = registerNow(0);
  switch (kfuncReturn(row)) {
    case KFUNC_RET_INTEGER:
      markUnknown(r0);
      return 0;
    case KFUNC_RET_MEM_RDONLY:
      markKnownZero(r0);
      store<i32>(r0, PTR_TO_MEM | MEM_RDONLY, REG_type);
      store<u32>(r0, kfuncReturnSize(row), REG_memorySize);
      store<u32>(r0, iteratorReference, REG_reference);
      break;
    case KFUNC_RET_SLICE:
    case KFUNC_RET_SLICE_RDONLY: {
      const readOnly = kfuncReturn(row) == KFUNC_RET_SLICE_RDONLY;
      if (!readOnly && !mayWritePacket()) return fail(MESSAGE_DYNPTR_SLICE_WRITE);
      markKnownZero(r0);
      store<i32>(r0, PTR_TO_MEM | (DYNPTR_LOCAL << (foundKind - 1)) | (readOnly ? MEM_RDONLY : 0), REG_type);
      store<u32>(r0, constantSize, REG_memorySize);
      store<u32>(r0, foundId, REG_dynptrId);
      break;
    }
    default:
      return 0;
  }
  if ((kfuncFlags(row) & KFUNC_MAY_BE_NULL) != 0) {
    store<i32>(r0, load<i32>(r0, REG_type) | PTR_MAYBE_NULL, REG_type);
    store<u32>(r0, ++env.nextId, REG_id);
  }
  return 0;
}

/** env.instruction becomes the one behind the call. */
export function checkKernelFunctionCall(instruction: i32): i32 {
  const id = immediateAt(instruction);
  env.instruction = instruction;
  if (id != 0) {
    const row = kfuncRow(id);
    if (!kfuncAllowed(row, env.program.type)) return fail1(MESSAGE_KFUNC_NOT_ALLOWED, id);
    if ((kfuncFlags(row) & KFUNC_CHECKED) == 0) return fail1(MESSAGE_KFUNC_NOT_SIMULATED, id);
    let error = checkArguments(row, instruction);
    if (error == 0) error = enterOrLeave(id);
    if (error != 0) return error;
    clobberCallerSaved(currentFrame(env.state));
    error = setResult(row);
    if (error != 0) return error;
    if (kfuncArgumentCount(row) > 0 && kfuncArgument(row, 0) == KFUNC_ARG_ITER_NEXT) {
      error = forkNext(instruction);
      if (error != 0) return error;
    }
  }
  env.instruction = instruction + 1;
  return 0;
}
/** Arguments that the call at `instruction` reads; -1: not known. */
export function kernelFunctionArguments(instruction: i32): i32 {
  const row = kfuncRow(immediateAt(instruction));
  if (row < 0 || !kfuncAllowed(row, env.program.type) || (kfuncFlags(row) & KFUNC_CHECKED) == 0) return -1;
  return kfuncArgumentCount(row);
}
