// Leaving a function: the program (its result must be in range), a callback, or a subprogram (back to its caller).
import { BPF_CGROUP_INET_EGRESS, PROGRAM_TYPE_CGROUP_SKB } from '../generated/contexts';
import {
  MESSAGE_CALLBACK_NOT_SCALAR,
  MESSAGE_LEAKS_ADDR_RETURN,
  MESSAGE_LOCK_LEAK,
  MESSAGE_PREEMPT_LEAK,
  MESSAGE_RCU_LEAK,
  MESSAGE_RETURN_NOT_KNOWN,
  MESSAGE_RETURN_RANGE_END,
  MESSAGE_RETURN_RANGE_SMAX,
  MESSAGE_RETURN_RANGE_SMIN,
  MESSAGE_RETURN_RANGE_START,
  MESSAGE_RETURN_RANGE_UNKNOWN,
  MESSAGE_RETURN_STACK_POINTER,
  MESSAGE_SUBPROGRAM_EXIT_NOT_SCALAR,
  WORD_ASYNC_CALLBACK_RETURN,
  WORD_CALLBACK_RETURN,
  WORD_EXIT_MAIN,
  WORD_PROGRAM_EXIT,
} from '../generated/verifier-messages';
import {
  PTR_TO_STACK,
  REG_smax,
  REG_smin,
  REG_type,
  SCALAR_VALUE,
  STATE_CALLEE_RETURN,
  STATE_CALLER_RETURN,
} from '../generated/verifier-records';
import { programReturnMax, programReturnMin, programReturnsRange } from '../generated/contexts';
import { env } from './environment';
import { fail, fail1, fail2, fail3 } from './fail';
import {
  FRAME_CALLSITE,
  FRAME_IN_ASYNC,
  FRAME_IN_CALLBACK,
  FRAME_RETURN_MAX,
  FRAME_RETURN_MIN,
  STATE_FRAME,
  STATE_LOCKS,
  STATE_PREEMPT,
  STATE_RCU,
  currentFrame,
  frameOf,
  registerOf,
} from './layout';
import { checkSource } from './operands';
import { markChainPrecision } from './precision';
import { previousEntry } from './pruning';
import { recordState } from './record-state';
import { checkReferenceLeak } from './references';
import { copyRegister, isPointerValue } from './registers';
import { updateLiveStack } from './stack-liveness';
import { freeFrame } from './states';
import { widenImprecise } from './widening';

/** The path is at its end. */
export const PATH_ENDS: i32 = 1;

/** Nothing that must be ended is left open at `where` (a WORD_…): a lock, an RCU section, a stretch without preemption. */
export function checkLeakedLock(where: i32): i32 {
  const state = env.state;
  if (load<i32>(state, STATE_LOCKS) != 0) return fail1(MESSAGE_LOCK_LEAK, where);
  if (load<i32>(state, STATE_RCU) != 0) return fail1(MESSAGE_RCU_LEAK, where);
  return load<i32>(state, STATE_PREEMPT) != 0 ? fail1(MESSAGE_PREEMPT_LEAK, where) : 0;
}

/** r0 is a scalar whose value is surely between `min` and `max`. */
function checkRange(r0: usize, min: i32, max: i32, where: i32): i32 {
  const smin = load<i64>(r0, REG_smin);
  const smax = load<i64>(r0, REG_smax);
  if (smin >= <i64>min && smax <= <i64>max) return 0;
  fail2(MESSAGE_RETURN_RANGE_START, where, 0);
  if (smin > i64.MIN_VALUE) fail1(MESSAGE_RETURN_RANGE_SMIN, smin);
  if (smax < i64.MAX_VALUE) fail1(MESSAGE_RETURN_RANGE_SMAX, smax);
  if (smin == i64.MIN_VALUE && smax == i64.MAX_VALUE) fail(MESSAGE_RETURN_RANGE_UNKNOWN);
  return fail2(MESSAGE_RETURN_RANGE_END, min, max);
}
function checkResult(): i32 {
  let error = checkSource(0);
  if (error != 0) return error;
  const frame = currentFrame(env.state);
  const r0 = registerOf(frame, 0);
  if (isPointerValue(r0)) return fail1(MESSAGE_LEAKS_ADDR_RETURN, 0);
  const type = load<i32>(r0, REG_type);
  let where = WORD_PROGRAM_EXIT;
  let min = 0;
  let max = 0;
  if (load<i32>(frame, FRAME_IN_ASYNC) != 0) {
    where = WORD_ASYNC_CALLBACK_RETURN;
    min = load<i32>(frame, FRAME_RETURN_MIN);
    max = load<i32>(frame, FRAME_RETURN_MAX);
  } else if (env.subprogram > 0) {
    return type == SCALAR_VALUE ? 0 : fail2(MESSAGE_SUBPROGRAM_EXIT_NOT_SCALAR, 0, type);
  } else {
    if (!programReturnsRange(env.program.type)) return 0;
    min = programReturnMin(env.program.type, env.program.expectedAttachType);
    max = programReturnMax(env.program.type, env.program.expectedAttachType);
    if (env.program.type == PROGRAM_TYPE_CGROUP_SKB && env.program.expectedAttachType == BPF_CGROUP_INET_EGRESS)
      max = 3;
  }
  if (type != SCALAR_VALUE) return fail3(MESSAGE_RETURN_NOT_KNOWN, where, 0, type);
  error = markChainPrecision(0);
  return error != 0 ? error : checkRange(r0, min, max, where);
}

/** Back to the caller; a callback goes back to the helper call itself, which may call it again. */
export function returnToCaller(): i32 {
  updateLiveStack();
  const state = env.state;
  const number = load<i32>(state, STATE_FRAME);
  const callee = frameOf(state, number);
  const caller = frameOf(state, number - 1);
  const r0 = registerOf(callee, 0);
  const type = load<i32>(r0, REG_type);
  if (type == PTR_TO_STACK) return fail(MESSAGE_RETURN_STACK_POINTER);
  const isCallback = load<i32>(callee, FRAME_IN_CALLBACK) != 0;
  if (isCallback) {
    if (type != SCALAR_VALUE) return fail(MESSAGE_CALLBACK_NOT_SCALAR);
    let error = markChainPrecision(0);
    if (error == 0)
      error = checkRange(
        r0,
        load<i32>(callee, FRAME_RETURN_MIN),
        load<i32>(callee, FRAME_RETURN_MAX),
        WORD_CALLBACK_RETURN,
      );
    if (error != 0) return error;
  } else copyRegister(registerOf(caller, 0), r0);
  const callsite = load<i32>(callee, FRAME_CALLSITE);
  const target = isCallback ? callsite : callsite + 1;
  recordState(STATE_CALLEE_RETURN, state, number, true, env.instruction, 0);
  recordState(STATE_CALLER_RETURN, state, number - 1, true, target, 0);
  freeFrame(callee);
  store<usize>(state + (number << 2), 0);
  store<i32>(state, number - 1, STATE_FRAME);
  env.instruction = target;
  if (isCallback) {
    const before = previousEntry(state, target);
    if (before != 0) widenImprecise(before, state);
  }
  return 0;
}

/** 0: the walk goes on in the caller; PATH_ENDS; negative: refused. */
export function checkExit(): i32 {
  const number = load<i32>(env.state, STATE_FRAME);
  if (number == 0) {
    let error = checkReferenceLeak(WORD_EXIT_MAIN);
    if (error == 0) error = checkLeakedLock(WORD_EXIT_MAIN);
    if (error != 0) return error;
    error = checkResult();
    return error != 0 ? error : PATH_ENDS;
  }
  return returnToCaller();
}
