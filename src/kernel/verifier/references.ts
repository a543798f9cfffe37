// References that the program acquired and must give back (ring-buffer records, sockets).
import { EINVAL } from '../generated/errno';
import { MESSAGE_REFERENCE_LEAK, MESSAGE_UNRELEASED } from '../generated/verifier-messages';
import { REG_reference, SLOT_kinds, STACK_SPILL } from '../generated/verifier-records';
import { env } from './environment';
import { fail1, fail2 } from './fail';
import {
  REFERENCE_ID,
  REFERENCE_INSTRUCTION,
  REFERENCE_KIND,
  REFERENCE_SIZE,
  REGISTERS,
  STATE_FRAME,
  STATE_REFERENCES,
  STATE_REFERENCE_COUNT,
  frameOf,
  registerOf,
  slotCount,
  slotOf,
} from './layout';
import { markNotInit, markUnknown } from './registers';
import { reserveReferences } from './states';

/** A new reference, acquired by `instruction`; its id. */
export function acquireReference(instruction: i32): u32 {
  const state = env.state;
  const count = load<i32>(state, STATE_REFERENCE_COUNT);
  reserveReferences(state, count + 1);
  const entry = load<usize>(state, STATE_REFERENCES) + <usize>(count * REFERENCE_SIZE);
  const id = ++env.nextId;
  store<u32>(entry, id, REFERENCE_ID);
  store<i32>(entry, instruction, REFERENCE_INSTRUCTION);
  store<i32>(entry, 0, REFERENCE_KIND);
  store<i32>(state, count + 1, STATE_REFERENCE_COUNT);
  return id;
}
function dropEntry(state: usize, id: u32): bool {
  const count = load<i32>(state, STATE_REFERENCE_COUNT);
  const list = load<usize>(state, STATE_REFERENCES);
  for (let i = 0; i < count; i++) {
    const entry = list + <usize>(i * REFERENCE_SIZE);
    if (load<u32>(entry, REFERENCE_ID) != id) continue;
    const behind = <usize>((count - 1 - i) * REFERENCE_SIZE);
    if (behind > 0) memory.copy(entry, entry + REFERENCE_SIZE, behind);
    store<i32>(state, count - 1, STATE_REFERENCE_COUNT);
    return true;
  }
  return false;
}
/** The reference stops existing without its pointers changing (a null branch). */
export function forgetReference(state: usize, id: u32): bool {
  return dropEntry(state, id);
}

/** What a register (or slot) pointed at is gone. */
export function invalidate(r: usize): void {
  if (env.mayLeak) markUnknown(r);
  else markNotInit(r);
}
/** Gives the reference back: every pointer that carries it becomes an unknown number. */
export function releaseReference(id: u32): i32 {
  const state = env.state;
  if (!dropEntry(state, id)) return -EINVAL;
  const last = load<i32>(state, STATE_FRAME);
  for (let f = 0; f <= last; f++) {
    const frame = frameOf(state, f);
    for (let i = 0; i < REGISTERS; i++) {
      const r = registerOf(frame, i);
      if (load<u32>(r, REG_reference) == id) invalidate(r);
    }
    const slots = slotCount(frame);
    for (let i = 0; i < slots; i++) {
      const slot = slotOf(frame, i);
      if (load<u8>(slot, SLOT_kinds + 7) == STACK_SPILL && load<u32>(slot, REG_reference) == id) invalidate(slot);
    }
  }
  return 0;
}

/** Fails when references are held at `where` (a WORD_…): all of them, or at a callback's end those that it acquired. */
export function checkReferenceLeak(where: i32): i32 {
  const state = env.state;
  const count = load<i32>(state, STATE_REFERENCE_COUNT);
  const list = load<usize>(state, STATE_REFERENCES);
  let leak = false;
  for (let i = 0; i < count; i++) {
    const entry = list + <usize>(i * REFERENCE_SIZE);
    fail2(MESSAGE_UNRELEASED, load<u32>(entry, REFERENCE_ID), load<i32>(entry, REFERENCE_INSTRUCTION));
    leak = true;
  }
  return leak ? fail1(MESSAGE_REFERENCE_LEAK, where) : 0;
}
