// Reading and writing a register by number.
import {
  MESSAGE_FRAME_POINTER_READ_ONLY,
  MESSAGE_NOT_READABLE,
  MESSAGE_REGISTER_INVALID,
} from '../generated/verifier-messages';
import { NOT_INIT, REG_type } from '../generated/verifier-records';
import { env, scratchRegister } from './environment';
import { fail, fail1 } from './fail';
import { REGISTERS, currentFrame, registerOf } from './layout';
import { markUnknown } from './registers';

/** Register `number` of the running frame. */
export function registerNow(number: i32): usize {
  return registerOf(currentFrame(env.state), number);
}
/** It exists and was written. */
export function checkSource(number: i32): i32 {
  if (number >= REGISTERS) return fail1(MESSAGE_REGISTER_INVALID, number);
  scratchRegister(number);
  return load<i32>(registerNow(number), REG_type) == NOT_INIT ? fail1(MESSAGE_NOT_READABLE, number) : 0;
}
/** It exists and is not the frame pointer. */
export function checkDestinationOnly(number: i32): i32 {
  if (number >= REGISTERS) return fail1(MESSAGE_REGISTER_INVALID, number);
  scratchRegister(number);
  return number == 10 ? fail(MESSAGE_FRAME_POINTER_READ_ONLY) : 0;
}
/** The same, and it holds something unknown now. */
export function checkDestination(number: i32): i32 {
  const error = checkDestinationOnly(number);
  if (error == 0) markUnknown(registerNow(number));
  return error;
}
