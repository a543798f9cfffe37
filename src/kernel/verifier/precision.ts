// Precision: a scalar whose exact value mattered is marked in every kept state on the way back to where it came from; states are
// compared by value only where such a mark stands.
import { EFAULT, ENOTSUPP } from '../generated/errno';
import {
  MESSAGE_FORCE_PRECISE,
  MESSAGE_FORCE_PRECISE_REGISTER,
  MESSAGE_FORCE_PRECISE_SLOT,
} from '../generated/verifier-messages';
import {
  PRECISION_BEFORE_RECORD_frame,
  PRECISION_BEFORE_RECORD_instruction,
  PRECISION_BEFORE_RECORD_registerMask,
  PRECISION_BEFORE_RECORD_slotMask,
  PRECISION_BEGIN_RECORD_first,
  PRECISION_BEGIN_RECORD_frame,
  PRECISION_BEGIN_RECORD_last,
  PRECISION_BEGIN_RECORD_subsequent,
  PROPAGATE_RECORD_frame,
  PROPAGATE_RECORD_registerMask,
  PROPAGATE_RECORD_slotMask,
  RECORD_HEADER,
  RECORD_PRECISION_BEFORE,
  RECORD_PRECISION_BEGIN,
  RECORD_PROPAGATE,
  REG_precise,
  REG_type,
  SCALAR_VALUE,
  STATE_PARENT,
} from '../generated/verifier-records';
import {
  backtrack,
  forgetWanted,
  nothingWanted,
  setWantedFrame,
  wantedFrame,
  wantedRegisters,
  wantedSlots,
} from './backtrack';
import { env, opcodeAt } from './environment';
import { note } from './fail';
import { historyEntryAt } from './history';
import {
  FRAME_ALLOCATED,
  FRAME_CALLSITE,
  FRAME_SUBPROGRAM,
  HISTORY_FROM,
  NO_CALLSITE,
  STATE_FIRST,
  STATE_FRAME,
  STATE_HISTORY_COUNT,
  STATE_INSTRUCTION,
  STATE_LAST,
  STATE_PARENT_STATE,
  frameOf,
  registerOf,
  slotCount,
  slotOf,
} from './layout';
import { newRecord, recordingAll } from './recorder';
import { recordState } from './record-state';
import { isSpilled, isSpilledScalar } from './stack-slots';

const NONE: i32 = i32.MIN_VALUE;
/** A mark was set that was not there. */
export let precisionChanged: bool = false;
export function clearPrecisionChanged(): void {
  precisionChanged = false;
}

function recordBegin(last: i32, first: i32, next: i32): void {
  const record = newRecord(RECORD_PRECISION_BEGIN, RECORD_HEADER + 16);
  if (record == 0) return;
  store<i32>(record, wantedFrame, PRECISION_BEGIN_RECORD_frame);
  store<i32>(record, last, PRECISION_BEGIN_RECORD_last);
  store<i32>(record, first, PRECISION_BEGIN_RECORD_first);
  store<i32>(record, next, PRECISION_BEGIN_RECORD_subsequent);
}
function recordBefore(i: i32): void {
  const record = newRecord(RECORD_PRECISION_BEFORE, RECORD_HEADER + 24);
  if (record == 0) return;
  store<i32>(record, wantedFrame, PRECISION_BEFORE_RECORD_frame);
  store<i32>(record, i, PRECISION_BEFORE_RECORD_instruction);
  store<u32>(record, wantedRegisters[wantedFrame], PRECISION_BEFORE_RECORD_registerMask);
  store<u64>(record, wantedSlots[wantedFrame], PRECISION_BEFORE_RECORD_slotMask);
}

let historyLeft: i32 = 0;
/** The instruction before `i` on the state's path; NONE at its beginning. */
function previousOf(state: usize, i: i32): i32 {
  const entry = historyEntryAt(state, historyLeft, i);
  if (i == load<i32>(state, STATE_FIRST)) {
    if (historyLeft == 0) return NONE;
    if (historyLeft == 1 && entry != 0) return NONE;
  }
  if (entry == 0) return i - 1;
  historyLeft--;
  return load<i32>(entry, HISTORY_FROM);
}

/** Marks what is wanted in a kept state; what it has already, or is no scalar there, is wanted no more. */
function markState(state: usize): i32 {
  for (let f = wantedFrame; f >= 0; f--) {
    const frame = frameOf(state, f);
    for (let i = 0; i < 10; i++) {
      if (((wantedRegisters[f] >> i) & 1) == 0) continue;
      const r = registerOf(frame, i);
      if (load<i32>(r, REG_type) != SCALAR_VALUE || load<u8>(r, REG_precise) != 0) {
        wantedRegisters[f] &= ~(1 << i);
        continue;
      }
      store<u8>(r, 1, REG_precise);
      precisionChanged = true;
    }
    const slots = load<i32>(frame, FRAME_ALLOCATED) >> 3;
    for (let i = 0; i < 64; i++) {
      if (((wantedSlots[f] >> i) & 1) == 0) continue;
      if (i >= slots) return -EFAULT;
      const slot = slotOf(frame, i);
      if (!isSpilledScalar(slot) || load<u8>(slot, REG_precise) != 0) {
        wantedSlots[f] &= ~((<u64>1) << i);
        continue;
      }
      store<u8>(slot, 1, REG_precise);
      precisionChanged = true;
    }
    if (recordingAll()) recordState(STATE_PARENT, state, f, true, 0, 0, wantedRegisters[f], wantedSlots[f]);
  }
  return 0;
}
/** At the beginning of a global function only its arguments can still be wanted. */
function markArguments(state: usize): i32 {
  const frame = frameOf(state, 0);
  const isStart =
    load<i32>(state, STATE_FRAME) == 0 &&
    load<i32>(frame, FRAME_SUBPROGRAM) > 0 &&
    load<i32>(frame, FRAME_CALLSITE) == NO_CALLSITE &&
    wantedSlots[0] == 0 &&
    (wantedRegisters[0] & ~0x3e) == 0;
  if (!isStart) return -EFAULT;
  for (let i = 1; i <= 5; i++) {
    if (((wantedRegisters[0] >> i) & 1) == 0) continue;
    const r = registerOf(frame, i);
    if (load<i32>(r, REG_type) != SCALAR_VALUE) continue;
    store<u8>(r, 1, REG_precise);
    precisionChanged = true;
  }
  wantedRegisters[0] = 0;
  return 0;
}

/** Follows what is wanted back from `start` until it is found everywhere. */
function follow(start: usize): i32 {
  let state = start;
  let first = load<i32>(state, STATE_FIRST);
  let last = load<i32>(state, STATE_INSTRUCTION);
  let next = -1;
  let skip = true;
  while (true) {
    historyLeft = load<i32>(state, STATE_HISTORY_COUNT);
    if (recordingAll()) recordBegin(last, first, next);
    if (last < 0) return markArguments(state);
    let i = last;
    while (true) {
      let error = 0;
      if (skip) skip = false;
      else {
        if (recordingAll() && opcodeAt(i) != 0) recordBefore(i);
        error = backtrack(i, next, historyEntryAt(state, historyLeft, i));
      }
      if (error == -ENOTSUPP) {
        markAllPrecise(start);
        return 0;
      }
      if (error != 0) return error;
      if (nothingWanted()) return 0;
      next = i;
      i = previousOf(state, i);
      if (i == NONE) break;
      if (i < 0 || i >= env.count) return -EFAULT;
    }
    state = load<usize>(state, STATE_PARENT_STATE);
    if (state == 0) break;
    const error = markState(state);
    if (error != 0) return error;
    if (nothingWanted()) return 0;
    next = first;
    last = load<i32>(state, STATE_LAST);
    first = load<i32>(state, STATE_FIRST);
  }
  markAllPrecise(start);
  return 0;
}

/** Register `number` of the current frame matters exactly. */
export function markChainPrecision(number: i32): i32 {
  if (!env.privileged) return 0;
  setWantedFrame(load<i32>(env.state, STATE_FRAME));
  wantedRegisters[wantedFrame] |= 1 << number;
  const error = follow(env.state);
  forgetWanted();
  return error;
}
/** The same for a spilled scalar. */
export function markSlotPrecision(frame: i32, slot: i32): i32 {
  if (!env.privileged) return 0;
  setWantedFrame(load<i32>(env.state, STATE_FRAME));
  wantedSlots[frame] |= (<u64>1) << slot;
  const error = follow(env.state);
  forgetWanted();
  return error;
}
/** Whatever is precise in `kept`, which covers `state`, must have been precise on the way to `state`. */
export function propagatePrecision(kept: usize, state: usize): i32 {
  for (let f = load<i32>(kept, STATE_FRAME); f >= 0; f--) {
    const frame = frameOf(kept, f);
    let registers: u32 = 0;
    let slots: u64 = 0;
    for (let i = 0; i < 10; i++) {
      const r = registerOf(frame, i);
      if (load<i32>(r, REG_type) == SCALAR_VALUE && load<u8>(r, REG_precise) != 0) registers |= 1 << i;
    }
    const count = slotCount(frame);
    for (let i = 0; i < count; i++) {
      const slot = slotOf(frame, i);
      if (isSpilledScalar(slot) && load<u8>(slot, REG_precise) != 0) slots |= (<u64>1) << i;
    }
    wantedRegisters[f] |= registers;
    wantedSlots[f] |= slots;
    if (!recordingAll() || (registers == 0 && slots == 0)) continue;
    const record = newRecord(RECORD_PROPAGATE, RECORD_HEADER + 16);
    if (record == 0) continue;
    store<i32>(record, f, PROPAGATE_RECORD_frame);
    store<u32>(record, registers, PROPAGATE_RECORD_registerMask);
    store<u64>(record, slots, PROPAGATE_RECORD_slotMask);
  }
  if (!env.privileged) {
    forgetWanted();
    return 0;
  }
  setWantedFrame(load<i32>(state, STATE_FRAME));
  const error = nothingWanted() ? 0 : follow(state);
  forgetWanted();
  return error;
}

function force(r: usize): bool {
  if (load<i32>(r, REG_type) != SCALAR_VALUE || load<u8>(r, REG_precise) != 0) return false;
  store<u8>(r, 1, REG_precise);
  return true;
}
/** What cannot be followed back: everything on the way counts as precise. */
export function markAllPrecise(start: usize): void {
  if (recordingAll()) note(MESSAGE_FORCE_PRECISE, 1, load<i32>(start, STATE_FRAME));
  for (let state = load<usize>(start, STATE_PARENT_STATE); state != 0; state = load<usize>(state, STATE_PARENT_STATE)) {
    const last = load<i32>(state, STATE_FRAME);
    for (let f = 0; f <= last; f++) {
      const frame = frameOf(state, f);
      for (let i = 0; i < 10; i++) {
        if (force(registerOf(frame, i)) && recordingAll()) note(MESSAGE_FORCE_PRECISE_REGISTER, 2, f, i);
      }
      const count = slotCount(frame);
      for (let i = 0; i < count; i++) {
        if (isSpilled(slotOf(frame, i)) && force(slotOf(frame, i)) && recordingAll())
          note(MESSAGE_FORCE_PRECISE_SLOT, 2, f, -(i + 1) * 8);
      }
    }
  }
}
/** A new kept state starts without marks: only what matters after it counts. */
export function forgetPrecision(state: usize): void {
  const last = load<i32>(state, STATE_FRAME);
  for (let f = 0; f <= last; f++) {
    const frame = frameOf(state, f);
    for (let i = 0; i < 10; i++) {
      const r = registerOf(frame, i);
      if (load<i32>(r, REG_type) == SCALAR_VALUE) store<u8>(r, 0, REG_precise);
    }
    const count = slotCount(frame);
    for (let i = 0; i < count; i++) if (isSpilledScalar(slotOf(frame, i))) store<u8>(slotOf(frame, i), 0, REG_precise);
  }
}
