// Loops whose end is not decided by a value (may_goto, callbacks): what changed from one round to the next and mattered to nobody
// is forgotten, so that rounds become alike.
import { REG_precise, REG_type, SCALAR_VALUE } from '../generated/verifier-records';
import { FRAME_CALLSITE, REGISTERS, STATE_FRAME, frameOf, registerOf, slotCount, slotOf } from './layout';
import { registersExact, resetIds } from './equivalence';
import { markUnknown } from './registers';
import { isSpilled } from './stack-slots';

export function sameCallsites(a: usize, b: usize): bool {
  if (load<i32>(a, STATE_FRAME) != load<i32>(b, STATE_FRAME)) return false;
  for (let i = load<i32>(a, STATE_FRAME); i >= 0; i--) {
    if (load<i32>(frameOf(a, i), FRAME_CALLSITE) != load<i32>(frameOf(b, i), FRAME_CALLSITE)) return false;
  }
  return true;
}

function widen(old: usize, r: usize): void {
  if (load<i32>(old, REG_type) != SCALAR_VALUE || load<i32>(r, REG_type) != SCALAR_VALUE) return;
  if (load<u8>(old, REG_precise) != 0 || load<u8>(r, REG_precise) != 0 || registersExact(old, r)) return;
  markUnknown(r);
}
/** Scalars of `state` that differ from `old`'s and are precise in neither become unknown. */
export function widenImprecise(old: usize, state: usize): void {
  resetIds();
  for (let f = load<i32>(old, STATE_FRAME); f >= 0; f--) {
    const before = frameOf(old, f);
    const frame = frameOf(state, f);
    for (let i = 0; i < REGISTERS; i++) widen(registerOf(before, i), registerOf(frame, i));
    const slots = min<i32>(slotCount(before), slotCount(frame));
    for (let i = 0; i < slots; i++) {
      if (isSpilled(slotOf(before, i)) && isSpilled(slotOf(frame, i))) widen(slotOf(before, i), slotOf(frame, i));
    }
  }
}
