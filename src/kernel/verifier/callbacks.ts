// Helpers that call back into the program: the callback is walked as often as its effects differ, then the call goes on.
import { EFAULT, ENOMEM, ENOTSUPP } from '../generated/errno';
import { MESSAGE_CALLBACK_MAP, MESSAGE_HELPER_NOT_SIMULATED } from '../generated/verifier-messages';
import {
  CONST_PTR_TO_MAP,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  REG_map,
  REG_mapUid,
  REG_type,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { HELPER_FOR_EACH_MAP_ELEM, HELPER_LOOP, HELPER_TIMER_SET_CALLBACK } from './calls';
import { call } from './call-meta';
import { SUB_ASYNC, SUB_CALLBACK, SUB_FLAGS, SUB_START, env, subOf } from './environment';
import { fail, fail2 } from './fail';
import { TOO_DEEP, beginFrame, enterPushedFrame, pushFrame } from './frames';
import {
  FRAME_ASYNC_ENTRIES,
  FRAME_CALLBACK_DEPTH,
  FRAME_IN_ASYNC,
  FRAME_IN_CALLBACK,
  FRAME_RETURN_MAX,
  FRAME_RETURN_MIN,
  NO_CALLSITE,
  STATE_BRANCHES,
  STATE_DEPTH,
  STATE_FIRST,
  STATE_FRAME,
  STATE_LAST,
  STATE_MAY_GOTO_DEPTH,
  STATE_PARENT_STATE,
  STATE_PREEMPT,
  STATE_RCU,
  STATE_REFERENCE_COUNT,
  STATE_UNROLL_DEPTH,
  currentFrame,
  frameOf,
  registerOf,
} from './layout';
import { copyRegister, markKnownZero, markNotInit } from './registers';
import { clearHistory, freeFrame, pushState } from './states';

/** Map types that bpf_for_each_map_elem walks. */
function canIterate(type: i32): bool {
  return type == 1 || type == 2 || type == 5 || type == 6 || type == 9 || type == 10;
}
function setMapPart(frame: usize, number: i32, type: i32): void {
  const r = registerOf(frame, number);
  markKnownZero(r);
  store<i32>(r, type, REG_type);
  store<i32>(r, call.map, REG_map);
}
function setUpLoop(frame: usize, caller: usize): i32 {
  store<i32>(registerOf(frame, 1), SCALAR_VALUE, REG_type);
  copyRegister(registerOf(frame, 2), registerOf(caller, 3));
  store<i32>(frame, 1, FRAME_IN_CALLBACK);
  store<i32>(frame, 1, FRAME_RETURN_MAX);
  return 0;
}
function setUpForEach(frame: usize, caller: usize): i32 {
  if (!canIterate(call.mapObject!.type)) {
    fail(MESSAGE_CALLBACK_MAP);
    return -ENOTSUPP;
  }
  copyRegister(registerOf(frame, 1), registerOf(caller, 1));
  setMapPart(frame, 2, PTR_TO_MAP_KEY);
  setMapPart(frame, 3, PTR_TO_MAP_VALUE);
  copyRegister(registerOf(frame, 4), registerOf(caller, 3));
  markNotInit(registerOf(frame, 5));
  store<i32>(frame, 1, FRAME_IN_CALLBACK);
  store<i32>(frame, 1, FRAME_RETURN_MAX);
  return 0;
}
function setUpTimer(frame: usize): i32 {
  setMapPart(frame, 1, CONST_PTR_TO_MAP);
  store<u32>(registerOf(frame, 1), call.mapUid, REG_mapUid);
  setMapPart(frame, 2, PTR_TO_MAP_KEY);
  setMapPart(frame, 3, PTR_TO_MAP_VALUE);
  store<u32>(registerOf(frame, 3), call.mapUid, REG_mapUid);
  store<i32>(frame, 1, FRAME_IN_ASYNC);
  store<i32>(frame, 0, FRAME_RETURN_MIN);
  store<i32>(frame, 0, FRAME_RETURN_MAX);
  return 0;
}
function setUp(frame: usize, caller: usize): i32 {
  switch (call.id) {
    case HELPER_LOOP:
      return setUpLoop(frame, caller);
    case HELPER_FOR_EACH_MAP_ELEM:
      return setUpForEach(frame, caller);
    case HELPER_TIMER_SET_CALLBACK:
      return setUpTimer(frame);
    default:
      return fail2(MESSAGE_HELPER_NOT_SIMULATED, call.id, call.id);
  }
}

/** A timer's callback runs later, on its own: it is walked from a state with nothing but its arguments. */
function pushAsync(instruction: i32, caller: usize): i32 {
  const sub = subOf(call.subprogram);
  store<i32>(sub, load<i32>(sub, SUB_FLAGS) | SUB_ASYNC, SUB_FLAGS);
  const state = pushState(load<i32>(sub, SUB_START), instruction, false);
  if (state == 0) return -EFAULT;
  for (let i = load<i32>(state, STATE_FRAME); i >= 0; i--) {
    freeFrame(frameOf(state, i));
    store<usize>(state + (i << 2), 0);
  }
  // it has no ancestors: nothing of this path reaches it
  const parent = load<usize>(state, STATE_PARENT_STATE);
  if (parent != 0) store<i32>(parent, load<i32>(parent, STATE_BRANCHES) - 1, STATE_BRANCHES);
  store<usize>(state, 0, STATE_PARENT_STATE);
  store<i32>(state, 0, STATE_REFERENCE_COUNT);
  store<i32>(state, 0, STATE_FIRST);
  store<i32>(state, 0, STATE_LAST);
  store<i32>(state, 0, STATE_DEPTH);
  store<i32>(state, 0, STATE_UNROLL_DEPTH);
  store<i32>(state, 0, STATE_MAY_GOTO_DEPTH);
  store<i32>(state, 0, STATE_RCU);
  store<i32>(state, 0, STATE_PREEMPT);
  clearHistory(state);
  store<i32>(state, 0, STATE_FRAME);
  store<i32>(state, 1, STATE_BRANCHES);
  const frame = beginFrame(NO_CALLSITE, 0, call.subprogram);
  store<usize>(state, frame);
  store<i32>(frame, load<i32>(caller, FRAME_ASYNC_ENTRIES) + 1, FRAME_ASYNC_ENTRIES);
  return setUp(frame, caller);
}

/** The callback waits, to be entered with the state as it is now; the call itself goes on behind. */
export function pushCallback(instruction: i32): i32 {
  const caller = currentFrame(env.state);
  const sub = subOf(call.subprogram);
  store<i32>(sub, load<i32>(sub, SUB_FLAGS) | SUB_CALLBACK, SUB_FLAGS);
  if (call.id == HELPER_TIMER_SET_CALLBACK) return pushAsync(instruction, caller);
  const state = pushState(load<i32>(sub, SUB_START), instruction, false);
  if (state == 0) return -ENOMEM;
  const callerThere = currentFrame(state);
  const frame = pushFrame(state, instruction, call.subprogram);
  if (frame == 0) return TOO_DEEP;
  const error = setUp(frame, callerThere);
  if (error != 0) return error;
  enterPushedFrame(state);
  store<i32>(state, load<i32>(state, STATE_UNROLL_DEPTH) + 1, STATE_UNROLL_DEPTH);
  store<i32>(callerThere, load<i32>(callerThere, FRAME_CALLBACK_DEPTH) + 1, FRAME_CALLBACK_DEPTH);
  store<i32>(caller, 0, FRAME_CALLBACK_DEPTH);
  return 0;
}
