// Entering a subprogram or a callback: a new frame with r1 to r5 set and nothing else.
import { E2BIG } from '../generated/errno';
import { MAX_CALL_FRAMES } from '../generated/limits';
import { MESSAGE_CALL_STACK_TOO_DEEP } from '../generated/verifier-messages';
import { PTR_TO_STACK, REG_frame, REG_type } from '../generated/verifier-records';
import { scratchAll, scratchRegister } from './environment';
import { fail1 } from './fail';
import { STATE_FRAME, registerOf } from './layout';
import { markKnownZero, markNotInit } from './registers';
import { newFrame } from './states';

/** A frame whose registers are unwritten but r10. */
export function beginFrame(callsite: i32, number: i32, subprogram: i32): usize {
  const frame = newFrame(callsite, number, subprogram);
  const pointer = registerOf(frame, 10);
  store<i32>(pointer, PTR_TO_STACK, REG_type);
  markKnownZero(pointer);
  store<i32>(pointer, number, REG_frame);
  scratchAll();
  return frame;
}
/** Puts a new frame on top of `state`; it becomes the running one with enterFrame. 0: too deep. */
export function pushFrame(state: usize, callsite: i32, subprogram: i32): usize {
  const depth = load<i32>(state, STATE_FRAME);
  if (depth + 1 >= MAX_CALL_FRAMES) {
    fail1(MESSAGE_CALL_STACK_TOO_DEEP, depth + 2);
    return 0;
  }
  const frame = beginFrame(callsite, depth + 1, subprogram);
  store<usize>(state + ((depth + 1) << 2), frame);
  return frame;
}
export function enterPushedFrame(state: usize): void {
  store<i32>(state, load<i32>(state, STATE_FRAME) + 1, STATE_FRAME);
}
export const TOO_DEEP: i32 = -E2BIG;

/** A call leaves r0 to r5 unwritten. */
export function clobberCallerSaved(frame: usize): void {
  for (let i = 0; i <= 5; i++) {
    markNotInit(registerOf(frame, i));
    scratchRegister(i);
  }
}
