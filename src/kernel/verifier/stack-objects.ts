// Objects that the kernel keeps in slots of the program's stack (iterators, dynptrs): where they lie, and marking their slots.
import { MESSAGE_STACK_OBJECT_CONSTANT_OFFSET, MESSAGE_STACK_OBJECT_OFFSET } from '../generated/verifier-messages';
import { REG_frame, REG_off, REG_value, SLOT_kinds, STACK_INVALID } from '../generated/verifier-records';
import { isConstant } from './bounds';
import { env, scratchSlot } from './environment';
import { fail1, fail2 } from './fail';
import { FRAME_NUMBER, frameOf, slotCount, slotOf } from './layout';
import { markNotInit } from './registers';
import { markStackRead, markStackWrite } from './stack-liveness';

/** the stack is not (yet) that deep: to be found out by the access itself */
export const NOT_ALLOCATED: i32 = -2;
export const MISPLACED: i32 = -1;

/** The frame that stack pointer `r` points into. */
export function objectFrame(r: usize): usize {
  return frameOf(env.state, load<i32>(r, REG_frame));
}

/**
 * Number of the highest of the `slots` slots of the object that stack pointer `r` points at; MISPLACED (said), or NOT_ALLOCATED.
 * @param what WORD_… of the object
 */
export function objectSlot(r: usize, slots: i32, what: i32): i32 {
  if (!isConstant(r)) {
    fail1(MESSAGE_STACK_OBJECT_CONSTANT_OFFSET, what);
    return MISPLACED;
  }
  const off = load<i32>(r, REG_off) + <i32>load<u64>(r, REG_value);
  const number = (-off - 1) / 8;
  if (off % 8 != 0 || number + 1 < slots) {
    fail2(MESSAGE_STACK_OBJECT_OFFSET, what, off);
    return MISPLACED;
  }
  // at fp+0 Linux takes the slot below for the one meant: what is read at run time is not the object
  if (off >= 0) return NOT_ALLOCATED;
  return number < slotCount(objectFrame(r)) && number - slots + 1 >= 0 ? number : NOT_ALLOCATED;
}

/** All eight bytes of slot `number` are of `kind`. */
export function setSlotKind(frame: usize, number: i32, kind: i32): void {
  memory.fill(slotOf(frame, number) + SLOT_kinds, <u8>kind, 8);
}
export function slotIs(frame: usize, number: i32, kind: i32): bool {
  const slot = slotOf(frame, number);
  for (let i = 0; i < 8; i++) if (<i32>load<u8>(slot + i, SLOT_kinds) != kind) return false;
  return true;
}
/** The object in the slots from `number` down is gone. */
export function clearObjectSlots(frame: usize, number: i32, slots: i32): void {
  for (let i = number; i > number - slots; i--) {
    markNotInit(slotOf(frame, i));
    setSlotKind(frame, i, STACK_INVALID);
    scratchSlot(i);
  }
}
function slotMask(number: i32, slots: i32): u64 {
  let mask: u64 = 0;
  for (let i = number; i > number - slots; i--) mask |= (<u64>1) << i;
  return mask;
}
export function noteObjectRead(frame: usize, number: i32, slots: i32): void {
  markStackRead(load<i32>(frame, FRAME_NUMBER), env.instruction, slotMask(number, slots));
  for (let i = number; i > number - slots; i--) scratchSlot(i);
}
export function noteObjectWrite(frame: usize, number: i32, slots: i32): void {
  markStackWrite(load<i32>(frame, FRAME_NUMBER), slotMask(number, slots));
  for (let i = number; i > number - slots; i--) scratchSlot(i);
}
