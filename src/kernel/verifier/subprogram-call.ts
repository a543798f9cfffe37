// Calls of the program's own functions: static ones are walked with the caller's state, global ones are trusted by their prototype.
import { EFAULT } from '../generated/errno';
import {
  MESSAGE_CALL_SUBPROGRAM_MISSING,
  MESSAGE_GLOBAL_ASSUMED_VALID,
  MESSAGE_GLOBAL_LOCKED,
  MESSAGE_INVALID_ARGUMENTS,
} from '../generated/verifier-messages';
import { STATE_CALLEE, STATE_CALLER } from '../generated/verifier-records';
import {
  SUB_CALLED,
  SUB_CHANGES_PACKET,
  SUB_FLAGS,
  SUB_GLOBAL,
  env,
  immediateAt,
  subOf,
  subprogramStart,
} from './environment';
import { fail, fail1, note } from './fail';
import { TOO_DEEP, clobberCallerSaved, enterPushedFrame, pushFrame } from './frames';
import { checkGlobalArguments } from './global-functions';
import { forgetPacketPointers } from './helper-call';
import { STATE_FRAME, STATE_LOCKS, currentFrame, registerOf } from './layout';
import { recording } from './recorder';
import { recordState } from './record-state';
import { copyRegister, markUnknown } from './registers';
import { resetChain } from './stack-liveness';
import { subprogramAt } from './subprograms';

function callGlobal(number: i32): i32 {
  const caller = currentFrame(env.state);
  const sub = subOf(number);
  const error = checkGlobalArguments(number);
  if (error == -EFAULT) return error;
  if (load<i32>(env.state, STATE_LOCKS) != 0) return fail(MESSAGE_GLOBAL_LOCKED);
  if (error != 0) {
    note(MESSAGE_INVALID_ARGUMENTS, 2, number, number);
    return error;
  }
  if (recording()) note(MESSAGE_GLOBAL_ASSUMED_VALID, 2, number, number);
  const flags = load<i32>(sub, SUB_FLAGS);
  if ((flags & SUB_CHANGES_PACKET) != 0) forgetPacketPointers();
  store<i32>(sub, flags | SUB_CALLED, SUB_FLAGS);
  clobberCallerSaved(caller);
  markUnknown(registerOf(caller, 0));
  env.instruction++;
  return 0;
}

/** env.instruction becomes where the walk goes on: in the callee, or behind a global call. */
export function checkSubprogramCall(instruction: i32): i32 {
  const target = instruction + immediateAt(instruction) + 1;
  const number = subprogramAt(target);
  if (number < 0) return fail1(MESSAGE_CALL_SUBPROGRAM_MISSING, target);
  if ((load<i32>(subOf(number), SUB_FLAGS) & SUB_GLOBAL) != 0) return callGlobal(number);
  const state = env.state;
  const caller = currentFrame(state);
  const frame = pushFrame(state, instruction, number);
  if (frame == 0) return TOO_DEEP;
  for (let i = 1; i <= 5; i++) copyRegister(registerOf(frame, i), registerOf(caller, i));
  enterPushedFrame(state);
  clobberCallerSaved(caller);
  env.instruction = subprogramStart(number);
  resetChain();
  if (recording()) {
    const depth = load<i32>(state, STATE_FRAME);
    recordState(STATE_CALLER, state, depth - 1, true, instruction, 0);
    recordState(STATE_CALLEE, state, depth, true, instruction, 0);
  }
  return 0;
}
