// All registers of a state, spilled ones included: by position, for loops without callbacks.
import { STATE_FRAME, REGISTERS, frameOf, registerOf, slotCount, slotOf } from './layout';
import { isSpilled } from './stack-slots';

let state: usize = 0;
let frameNumber: i32 = 0;
let position: i32 = 0;

export function beginRegisters(whole: usize): void {
  state = whole;
  frameNumber = 0;
  position = 0;
}
/** The next register's address, 0 at the end. */
export function nextRegister(): usize {
  while (frameNumber <= load<i32>(state, STATE_FRAME)) {
    const frame = frameOf(state, frameNumber);
    if (position < REGISTERS) return registerOf(frame, position++);
    const count = slotCount(frame);
    while (position - REGISTERS < count) {
      const slot = slotOf(frame, position - REGISTERS);
      position++;
      if (isSpilled(slot)) return slot;
    }
    frameNumber++;
    position = 0;
  }
  return 0;
}
