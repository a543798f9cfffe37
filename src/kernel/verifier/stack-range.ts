// Is an access within the stack, and does a helper read only what was written?
import { EFAULT, EACCES, EINVAL } from '../generated/errno';
import { BPF_MAX_VAR_OFF, MAX_BPF_STACK } from '../generated/limits';
import {
  MESSAGE_DYNPTR_FILLED,
  MESSAGE_INVALID_ZERO_SIZED_READ,
  MESSAGE_STACK_HELPER_UNINITIALIZED,
  MESSAGE_STACK_HELPER_UNINITIALIZED_VARIABLE,
  MESSAGE_STACK_OUT_OF_BOUNDS,
  MESSAGE_STACK_VARIABLE_HELPER_PROHIBITED,
  MESSAGE_STACK_VARIABLE_OUT_OF_BOUNDS,
  MESSAGE_STACK_VARIABLE_UNBOUNDED,
  WORD_READ_FROM,
  WORD_WRITE_TO,
} from '../generated/verifier-messages';
import {
  REG_frame,
  REG_mask,
  REG_smax,
  REG_smin,
  REG_type,
  REG_value,
  SCALAR_VALUE,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_MISC,
  STACK_ZERO,
} from '../generated/verifier-records';
import { isConstant } from './bounds';
import { env } from './environment';
import { fail, fail1, fail2, fail3, fail4, note } from './fail';
import { FRAME_ALLOCATED, currentFrame, frameOf, registerOf, slotCount, slotOf } from './layout';
import { markUnknown } from './registers';
import { markStackRead } from './stack-liveness';
import { isSpilled, kindOf, scrubSpill, setKind } from './stack-slots';
import { growStack } from './states';

/** Set by checkStackInitialized for a buffer that the helper fills: how much it may write. 0: nothing. */
export let rawAccessSize: i32 = 0;
export let rawAccessRegister: i32 = -1;
export function resetRawAccess(): void {
  rawAccessSize = 0;
  rawAccessRegister = -1;
}

/** @param number the stack pointer's register; @param off with the pointer's constant offset; grows the stack as needed */
export function checkStackBounds(number: i32, off: i32, size: i32, write: bool): i32 {
  const r = registerOf(currentFrame(env.state), number);
  const frame = frameOf(env.state, load<i32>(r, REG_frame));
  const word = write ? WORD_WRITE_TO : WORD_READ_FROM;
  const constant = isConstant(r);
  let min: i64 = 0;
  let max: i64 = 0;
  if (constant) {
    min = load<i64>(r, REG_value) + <i64>off;
    max = min + <i64>size;
  } else {
    if (load<i64>(r, REG_smax) >= <i64>BPF_MAX_VAR_OFF || load<i64>(r, REG_smin) <= -(<i64>BPF_MAX_VAR_OFF))
      return fail2(MESSAGE_STACK_VARIABLE_UNBOUNDED, word, number);
    min = load<i64>(r, REG_smin) + <i64>off;
    max = load<i64>(r, REG_smax) + <i64>off + <i64>size;
  }
  const lowest: i64 =
    write || env.mayReadUninitialized ? -(<i64>MAX_BPF_STACK) : -(<i64>load<i32>(frame, FRAME_ALLOCATED));
  let error = 0;
  if (min < lowest || min > -1) error = -EACCES;
  else if (max > 0) error = -EINVAL;
  else if (size < 0) error = -EFAULT;
  if (error != 0) {
    if (constant) fail4(MESSAGE_STACK_OUT_OF_BOUNDS, word, number, min, size);
    else
      note(
        MESSAGE_STACK_VARIABLE_OUT_OF_BOUNDS,
        6,
        word,
        number,
        load<u64>(r, REG_value),
        load<u64>(r, REG_mask),
        off,
        size,
      );
    return error;
  }
  growStack(frame, <i32>-min);
  return 0;
}

/**
 * What a helper (or a load at a variable offset) reads must be written, or the helper writes it.
 * @param raw the helper only fills the buffer: at a constant offset nothing need be there
 */
export function checkStackInitialized(
  number: i32,
  off: i32,
  size: i32,
  zeroAllowed: bool,
  write: bool,
  raw: bool,
): i32 {
  if (size == 0 && !zeroAllowed) return fail(MESSAGE_INVALID_ZERO_SIZED_READ);
  const bounds = checkStackBounds(number, off, size, write);
  if (bounds != 0) return bounds;
  const r = registerOf(currentFrame(env.state), number);
  const frame = frameOf(env.state, load<i32>(r, REG_frame));
  const constant = isConstant(r);
  let min: i32 = 0;
  let max: i32 = 0;
  if (constant) {
    min = <i32>load<u64>(r, REG_value) + off;
    max = min;
  } else {
    if (!env.bypassSpeculation)
      return fail3(MESSAGE_STACK_VARIABLE_HELPER_PROHIBITED, number, load<u64>(r, REG_value), load<u64>(r, REG_mask));
    raw = false;
    min = <i32>load<i64>(r, REG_smin) + off;
    max = <i32>load<i64>(r, REG_smax) + off;
  }
  if (raw) {
    for (let i = min; i < max + size; i++) {
      const slotNumber = (-i - 1) >> 3;
      if (slotNumber < slotCount(frame) && kindOf(slotOf(frame, slotNumber), (-i - 1) & 7) == STACK_DYNPTR)
        return fail1(MESSAGE_DYNPTR_FILLED, i);
    }
    rawAccessSize = size;
    rawAccessRegister = number;
    return 0;
  }
  for (let i = min; i < max + size; i++) {
    const slotNumber = (-i - 1) >> 3;
    const byte = (-i - 1) & 7;
    if (load<i32>(frame, FRAME_ALLOCATED) <= -i - 1) return -EFAULT;
    const slot = slotOf(frame, slotNumber);
    const kind = kindOf(slot, byte);
    if (kind != STACK_MISC) {
      if (kind == STACK_ZERO || (kind == STACK_INVALID && env.mayReadUninitialized)) {
        if (write) setKind(slot, byte, STACK_MISC);
      } else if (isSpilled(slot) && (load<i32>(slot, REG_type) == SCALAR_VALUE || env.mayLeak)) {
        if (write) {
          markUnknown(slot);
          scrubSpill(slot);
        }
      } else {
        if (constant) return fail4(MESSAGE_STACK_HELPER_UNINITIALIZED, number, min, i - min, size);
        note(
          MESSAGE_STACK_HELPER_UNINITIALIZED_VARIABLE,
          5,
          number,
          load<u64>(r, REG_value),
          load<u64>(r, REG_mask),
          i - min,
          size,
        );
        return -EACCES;
      }
    }
    markStackRead(load<i32>(r, REG_frame), env.instruction, (<u64>1) << slotNumber);
  }
  return 0;
}
