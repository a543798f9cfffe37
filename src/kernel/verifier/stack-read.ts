// Loads from the stack: a spilled register comes back as it was, data comes back unknown.
import {
  MESSAGE_FILL_SIZE,
  MESSAGE_STACK_LEAKS_POINTER,
  MESSAGE_STACK_UNINITIALIZED,
  MESSAGE_STACK_VARIABLE_HELPER,
} from '../generated/verifier-messages';
import {
  REG_mask,
  REG_smax,
  REG_smin,
  REG_subregisterDefinition,
  REG_type,
  REG_value,
  SCALAR_VALUE,
  STACK_INVALID,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
} from '../generated/verifier-records';
import { isConstant, widthOf } from './bounds';
import { env, scratchSlot } from './environment';
import { fail, fail1, fail3, fail4 } from './fail';
import { pushHistory, stackFlags } from './history';
import { FRAME_NUMBER, currentFrame, registerOf, slotOf } from './layout';
import { copyRegister, isPointerValue, markConstantZero, markUnknown } from './registers';
import { clearScalarId, giveScalarId } from './scalar-id';
import { checkStackInitialized } from './stack-range';
import { markStackRead } from './stack-liveness';
import { isSpilled, kindOf } from './stack-slots';

/** The register gets zero when every byte read is a known zero, else something unknown. */
function readData(frame: usize, min: i32, max: i32, target: usize): void {
  let zeroes = 0;
  for (let i = min; i < max; i++) {
    const number = (-i - 1) >> 3;
    scratchSlot(number);
    if (kindOf(slotOf(frame, number), (-i - 1) & 7) != STACK_ZERO) break;
    zeroes++;
  }
  if (zeroes == max - min) markConstantZero(target);
  else markUnknown(target);
}

function fillPart(slot: usize, off: i32, size: i32, spilledSize: i32, target: usize): i32 {
  // little-endian: a narrower load sees the low bytes only at the spill's lowest address
  if (size <= spilledSize && (off & 7) == 0) {
    const definition = load<u32>(target, REG_subregisterDefinition);
    if (env.privileged && size == 4 && spilledSize == 4 && widthOf(slot) <= 32) giveScalarId(slot);
    copyRegister(target, slot);
    store<u32>(target, definition, REG_subregisterDefinition);
    if (widthOf(slot) > size * 8) clearScalarId(target);
    return 1;
  }
  let spilled = 0;
  let zeroes = 0;
  for (let i = 0; i < size; i++) {
    const kind = kindOf(slot, (-off - 1 - i) & 7);
    if (kind == STACK_SPILL) spilled++;
    else if (kind == STACK_ZERO) zeroes++;
    else if (kind != STACK_MISC && !(kind == STACK_INVALID && env.mayReadUninitialized))
      return fail3(MESSAGE_STACK_UNINITIALIZED, off, i, size);
  }
  if (spilled == size && load<u64>(slot, REG_mask) == 0 && load<u64>(slot, REG_value) == 0) {
    markConstantZero(target);
    return 1;
  }
  if (zeroes == size) markConstantZero(target);
  else markUnknown(target);
  return 0;
}

/** @param targetNumber the register that receives it, -1: the value is only used as data */
export function readFixed(frame: usize, off: i32, size: i32, targetNumber: i32): i32 {
  const number = (-off - 1) >> 3;
  const slot = slotOf(frame, number);
  const frameNumber = load<i32>(frame, FRAME_NUMBER);
  const target = targetNumber >= 0 ? registerOf(currentFrame(env.state), targetNumber) : 0;
  let restored = true;
  scratchSlot(number);
  markStackRead(frameNumber, env.instruction, (<u64>1) << number);
  if (isSpilled(slot)) {
    let spilledSize = 1;
    for (let i = 7; i > 0 && kindOf(slot, i - 1) == STACK_SPILL; i--) spilledSize++;
    if (size != 8 || spilledSize != 8) {
      if (load<i32>(slot, REG_type) != SCALAR_VALUE) return fail(MESSAGE_FILL_SIZE);
      if (target == 0) return 0;
      const outcome = fillPart(slot, off, size, spilledSize, target);
      if (outcome < 0) return outcome;
      restored = outcome == 1;
    } else if (target != 0) {
      copyRegister(target, slot);
    } else if (isPointerValue(slot)) {
      return fail1(MESSAGE_STACK_LEAKS_POINTER, off);
    }
  } else {
    for (let i = 0; i < size; i++) {
      const kind = kindOf(slot, (-off - 1 - i) & 7);
      if (kind == STACK_MISC || kind == STACK_ZERO || (kind == STACK_INVALID && env.mayReadUninitialized)) continue;
      return fail3(MESSAGE_STACK_UNINITIALIZED, off, i, size);
    }
    if (target != 0) readData(frame, off, off + size, target);
    restored = false;
  }
  if (restored) pushHistory(stackFlags(frameNumber, number), 0);
  return 0;
}

/** @param pointer stack pointer in register `pointerNumber`; @param off with the pointer's own constant offset */
export function readStack(frame: usize, pointerNumber: i32, off: i32, size: i32, targetNumber: i32): i32 {
  const pointer = registerOf(currentFrame(env.state), pointerNumber);
  if (isConstant(pointer)) return readFixed(frame, off + <i32>load<u64>(pointer, REG_value), size, targetNumber);
  if (targetNumber < 0)
    return fail4(MESSAGE_STACK_VARIABLE_HELPER, load<u64>(pointer, REG_value), load<u64>(pointer, REG_mask), off, size);
  const error = checkStackInitialized(pointerNumber, off, size, false, false, false);
  if (error != 0) return error;
  const min = <i32>load<i64>(pointer, REG_smin) + off;
  const max = <i32>load<i64>(pointer, REG_smax) + off;
  readData(frame, min, max + size, registerOf(currentFrame(env.state), targetNumber));
  return 0;
}
