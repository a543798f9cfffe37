// Dynptrs: pointers with their length, kept by the kernel in two slots of the program's stack. The program may pass them on, and get
// memory through them; it may neither read nor change the slots. One made from a ring buffer holds a reference.
import { DYNPTR_KIND_RINGBUF } from '../generated/kfuncs';
import {
  MESSAGE_DYNPTR_INITIALIZED,
  MESSAGE_DYNPTR_OVERWRITTEN,
  MESSAGE_DYNPTR_POINTER,
  MESSAGE_DYNPTR_UNACQUIRED,
  MESSAGE_DYNPTR_UNINITIALIZED,
  WORD_DYNPTR,
} from '../generated/verifier-messages';
import {
  CONST_PTR_TO_DYNPTR,
  PTR_MAYBE_NULL,
  PTR_TO_MEM,
  PTR_TO_STACK,
  REG_dynptrFirst,
  REG_dynptrId,
  REG_dynptrKind,
  REG_id,
  REG_reference,
  REG_type,
  SLOT_kinds,
  STACK_DYNPTR,
} from '../generated/verifier-records';
import { env } from './environment';
import { beginRegisters, nextRegister } from './every-register';
import { fail, fail1 } from './fail';
import { STATE_FRAME, frameOf, slotCount, slotOf } from './layout';
import { checkMemory } from './memory-access';
import { registerNow } from './operands';
import { acquireReference, invalidate, releaseReference } from './references';
import { markKnownZero } from './registers';
import {
  MISPLACED,
  clearObjectSlots,
  noteObjectRead,
  noteObjectWrite,
  objectFrame,
  objectSlot,
  setSlotKind,
  slotIs,
} from './stack-objects';

const SLOTS: i32 = 2;

/** What useDynptr() found: kind (DYNPTR_KIND_…), the id that its memory carries, the reference that it holds. */
export let foundKind: i32 = 0;
export let foundId: u32 = 0;
export let foundReference: u32 = 0;

function isDynptrSlot(frame: usize, number: i32): bool {
  return load<u8>(slotOf(frame, number), SLOT_kinds) == <u8>STACK_DYNPTR;
}

/**
 * Plain memory that this dynptr gave is no longer known to be there. Slices that say of what kind they are stay, as in Linux: what they
 * point into is not gone with the dynptr. (A ring buffer's bytes stay readable, too, when a record made through a dynptr is submitted.)
 */
function forgetMemory(id: u32): void {
  beginRegisters(env.state);
  for (let r = nextRegister(); r != 0; r = nextRegister()) {
    const type = load<i32>(r, REG_type);
    if ((type & ~PTR_MAYBE_NULL) == PTR_TO_MEM && load<u32>(r, REG_dynptrId) == id) invalidate(r);
  }
}

/** Slot `number` is about to be written: a dynptr there is gone, if it may go. */
export function overwriteDynptr(frame: usize, number: i32): i32 {
  if (!isDynptrSlot(frame, number)) return 0;
  if (load<i32>(slotOf(frame, number), REG_dynptrFirst) == 0) number++;
  const slot = slotOf(frame, number);
  if (load<i32>(slot, REG_dynptrKind) == DYNPTR_KIND_RINGBUF) return fail(MESSAGE_DYNPTR_OVERWRITTEN);
  const id = load<u32>(slot, REG_id);
  noteObjectWrite(frame, number, SLOTS);
  clearObjectSlots(frame, number, SLOTS);
  forgetMemory(id);
  return 0;
}

/**
 * Register `number` points at two slots that become a dynptr.
 * @param reference of the dynptr that is cloned; 0: a new one where the kind has one
 */
export function makeDynptr(number: i32, kind: i32, reference: u32, instruction: i32): i32 {
  const r = registerNow(number);
  if (load<i32>(r, REG_type) != PTR_TO_STACK) {
    if (load<i32>(r, REG_type) == CONST_PTR_TO_DYNPTR) return fail(MESSAGE_DYNPTR_INITIALIZED);
    return fail1(MESSAGE_DYNPTR_POINTER, number - 1);
  }
  if (objectSlot(r, SLOTS, WORD_DYNPTR) == MISPLACED) return fail(MESSAGE_DYNPTR_INITIALIZED);
  for (let i = 0; i < SLOTS; i++) {
    const error = checkMemory(number, i * 8, 8, true, -1, false, false);
    if (error != 0) return error;
  }
  const frame = objectFrame(r);
  const at = objectSlot(r, SLOTS, WORD_DYNPTR);
  const id = ++env.nextId;
  if (kind == DYNPTR_KIND_RINGBUF && reference == 0) reference = acquireReference(instruction);
  for (let i = 0; i < SLOTS; i++) {
    const slot = slotOf(frame, at - i);
    markKnownZero(slot);
    store<i32>(slot, CONST_PTR_TO_DYNPTR, REG_type);
    store<u32>(slot, id, REG_id);
    store<i32>(slot, kind, REG_dynptrKind);
    store<i32>(slot, i == 0 ? 1 : 0, REG_dynptrFirst);
    store<u32>(slot, reference, REG_reference);
    setSlotKind(frame, at - i, STACK_DYNPTR);
  }
  noteObjectWrite(frame, at, SLOTS);
  return 0;
}

/** Register `number` points at a dynptr: what it is, is in found…. */
export function useDynptr(number: i32): i32 {
  const r = registerNow(number);
  if (load<i32>(r, REG_type) != PTR_TO_STACK) return fail1(MESSAGE_DYNPTR_POINTER, number - 1);
  const at = objectSlot(r, SLOTS, WORD_DYNPTR);
  const frame = objectFrame(r);
  const there =
    at >= 1 &&
    slotIs(frame, at, STACK_DYNPTR) &&
    slotIs(frame, at - 1, STACK_DYNPTR) &&
    load<i32>(slotOf(frame, at), REG_dynptrFirst) != 0;
  if (!there) return fail1(MESSAGE_DYNPTR_UNINITIALIZED, number - 1);
  noteObjectRead(frame, at, SLOTS);
  const slot = slotOf(frame, at);
  foundKind = load<i32>(slot, REG_dynptrKind);
  foundId = load<u32>(slot, REG_id);
  foundReference = load<u32>(slot, REG_reference);
  return 0;
}

/** What is given back must hold a reference. */
export function checkReleasedDynptr(number: i32): i32 {
  const r = registerNow(number);
  const at = objectSlot(r, SLOTS, WORD_DYNPTR);
  if (at < 0 || load<u32>(slotOf(objectFrame(r), at), REG_reference) == 0)
    return fail1(MESSAGE_DYNPTR_UNACQUIRED, number);
  return 0;
}
/** The dynptr that register `number` points at is given back, its clones with it. */
export function releaseDynptr(number: i32): void {
  const r = registerNow(number);
  const frame = objectFrame(r);
  const reference = load<u32>(slotOf(frame, objectSlot(r, SLOTS, WORD_DYNPTR)), REG_reference);
  releaseReference(reference);
  for (let f = load<i32>(env.state, STATE_FRAME); f >= 0; f--) {
    const holder = frameOf(env.state, f);
    for (let i = slotCount(holder) - 1; i > 0; i--) {
      const slot = slotOf(holder, i);
      if (!isDynptrSlot(holder, i) || load<u32>(slot, REG_reference) != reference) continue;
      if (load<i32>(slot, REG_dynptrFirst) == 0) continue;
      noteObjectWrite(holder, i, SLOTS);
      clearObjectSlots(holder, i, SLOTS);
    }
  }
}
