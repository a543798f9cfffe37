// Open-coded iterators: the state that new() makes on the stack, next() moves on and destroy() ends. Whether there is another element
// is not known, so next() goes both ways; a round that changes nothing that matters ends the walk of the loop.
import { ENOMEM } from '../generated/errno';
import { KFUNC_ARG_ITER_NEXT, kfuncArgument, kfuncArgumentCount, kfuncRow, iteratorSlots } from '../generated/kfuncs';
import {
  MESSAGE_ITER_INITIALIZED,
  MESSAGE_ITER_NOT_ON_STACK,
  MESSAGE_ITER_UNINITIALIZED,
  WORD_ITERATOR,
  WORD_ITERATOR_NUM,
} from '../generated/verifier-messages';
import {
  ITERATOR_ACTIVE,
  ITERATOR_DRAINED,
  PTR_MAYBE_NULL,
  PTR_TO_STACK,
  REG_frame,
  REG_iteratorDepth,
  REG_iteratorKind,
  REG_iteratorState,
  REG_reference,
  REG_type,
  SLOT_kinds,
  STACK_ITER,
} from '../generated/verifier-records';
import { isKernelFunctionCall } from './calls';
import { env, immediateAt } from './environment';
import { fail1, fail2 } from './fail';
import { STATE_FRAME, STATE_PARENT_STATE, currentFrame, frameOf, registerOf, slotCount, slotOf } from './layout';
import { checkMemory } from './memory-access';
import { registerNow } from './operands';
import { previousEntry } from './pruning';
import { acquireReference, releaseReference } from './references';
import { markConstantZero, markKnownZero } from './registers';
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
import { pushState } from './states';
import { widenImprecise } from './widening';

/** WORD_… of iterator `kind` (ITERATORS of src/bpf/kfuncs.ts) */
function wordOf(kind: i32): i32 {
  return WORD_ITERATOR_NUM + kind;
}
/** Does the instruction call an iterator's next()? */
export function isIteratorNext(instruction: i32): bool {
  if (!isKernelFunctionCall(instruction)) return false;
  const row = kfuncRow(immediateAt(instruction));
  return row >= 0 && kfuncArgumentCount(row) > 0 && kfuncArgument(row, 0) == KFUNC_ARG_ITER_NEXT;
}

/** new(): the slots hold no iterator yet, and do from now on. */
export function beginIterator(number: i32, kind: i32, instruction: i32): i32 {
  const r = registerNow(number);
  if (load<i32>(r, REG_type) != PTR_TO_STACK) return fail1(MESSAGE_ITER_NOT_ON_STACK, number - 1);
  const slots = iteratorSlots(kind);
  let at = objectSlot(r, slots, WORD_ITERATOR);
  let fresh = at != MISPLACED;
  if (at >= 0) {
    const frame = objectFrame(r);
    for (let i = at; i > at - slots; i--)
      for (let b = 0; b < 8; b++)
        if (load<u8>(slotOf(frame, i) + <usize>b, SLOT_kinds) == <u8>STACK_ITER) fresh = false;
  }
  if (!fresh) return fail2(MESSAGE_ITER_INITIALIZED, wordOf(kind), number - 1);
  for (let i = 0; i < slots; i++) {
    const error = checkMemory(number, i * 8, 8, true, -1, false, false);
    if (error != 0) return error;
  }
  const frame = objectFrame(r);
  at = objectSlot(r, slots, WORD_ITERATOR);
  const reference = acquireReference(instruction);
  for (let i = 0; i < slots; i++) {
    const slot = slotOf(frame, at - i);
    markKnownZero(slot);
    store<i32>(slot, PTR_TO_STACK, REG_type);
    store<u32>(slot, i == 0 ? reference : 0, REG_reference);
    store<i32>(slot, kind + 1, REG_iteratorKind);
    store<i32>(slot, ITERATOR_ACTIVE, REG_iteratorState);
    store<i32>(slot, 0, REG_iteratorDepth);
    setSlotKind(frame, at - i, STACK_ITER);
  }
  noteObjectWrite(frame, at, slots);
  return 0;
}

/** number of the slot, and of the frame, of the iterator that useIterator() found */
let foundSlot: i32 = 0;
let foundFrame: i32 = 0;
/** id of the reference that the found iterator holds */
export let foundReference: u32 = 0;

/** next() and destroy(): register `number` points at an iterator of `kind`. */
export function useIterator(number: i32, kind: i32): i32 {
  const r = registerNow(number);
  if (load<i32>(r, REG_type) != PTR_TO_STACK) return fail1(MESSAGE_ITER_NOT_ON_STACK, number - 1);
  const slots = iteratorSlots(kind);
  const at = objectSlot(r, slots, WORD_ITERATOR);
  const frame = objectFrame(r);
  let begun = at >= 0;
  for (let i = 0; begun && i < slots; i++) {
    const slot = slotOf(frame, at - i);
    if (!slotIs(frame, at - i, STACK_ITER) || load<i32>(slot, REG_iteratorKind) != kind + 1) begun = false;
    else if ((load<u32>(slot, REG_reference) != 0) != (i == 0)) begun = false;
  }
  if (!begun) return fail2(MESSAGE_ITER_UNINITIALIZED, wordOf(kind), number - 1);
  noteObjectRead(frame, at, slots);
  foundSlot = at;
  foundFrame = load<i32>(r, REG_frame);
  foundReference = load<u32>(slotOf(frame, at), REG_reference);
  return 0;
}
/** destroy(): the found iterator is gone, with its elements. */
export function endIterator(kind: i32): void {
  const frame = frameOf(env.state, foundFrame);
  releaseReference(foundReference);
  noteObjectWrite(frame, foundSlot, iteratorSlots(kind));
  clearObjectSlots(frame, foundSlot, iteratorSlots(kind));
}

/** next(), behind everything else: one way with an element (that waits), the other without, and then there is never one again. */
export function forkNext(instruction: i32): i32 {
  const state = env.state;
  const slot = slotOf(frameOf(state, foundFrame), foundSlot);
  if (load<i32>(slot, REG_iteratorState) == ITERATOR_ACTIVE) {
    const before = previousEntry(load<usize>(state, STATE_PARENT_STATE), instruction);
    const there = pushState(instruction + 1, instruction, false);
    if (there == 0) return -ENOMEM;
    const slotThere = slotOf(frameOf(there, foundFrame), foundSlot);
    store<i32>(slotThere, load<i32>(slotThere, REG_iteratorDepth) + 1, REG_iteratorDepth);
    if (before != 0) widenImprecise(before, there);
    const r0 = registerOf(currentFrame(there), 0);
    store<i32>(r0, load<i32>(r0, REG_type) & ~PTR_MAYBE_NULL, REG_type);
  }
  store<i32>(slot, ITERATOR_DRAINED, REG_iteratorState);
  markConstantZero(registerNow(0));
  return 0;
}

/** Is the iterator that r1 points at in `state` (at a call of next()) still giving elements? */
export function nextIsActive(state: usize): bool {
  const r = registerOf(currentFrame(state), 1);
  const at = objectSlot(r, 1, WORD_ITERATOR);
  return at >= 0 && load<i32>(slotOf(objectFrame(r), at), REG_iteratorState) == ITERATOR_ACTIVE;
}
/** Some iterator is in another round than it was: that is no endless loop. */
export function iteratorsMoved(old: usize, now: usize): bool {
  for (let f = load<i32>(old, STATE_FRAME); f >= 0; f--) {
    const before = frameOf(old, f);
    const frame = frameOf(now, f);
    const count = min<i32>(slotCount(before), slotCount(frame));
    for (let i = 0; i < count; i++) {
      const slot = slotOf(before, i);
      if (load<u8>(slot, SLOT_kinds) != <u8>STACK_ITER || load<i32>(slot, REG_iteratorState) != ITERATOR_ACTIVE)
        continue;
      if (load<i32>(slot, REG_iteratorDepth) != load<i32>(slotOf(frame, i), REG_iteratorDepth)) return true;
    }
  }
  return false;
}
