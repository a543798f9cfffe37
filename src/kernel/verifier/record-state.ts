// Records of a state (whole, or what the last instruction changed), of a step, and of what the walk decides.
import {
  CHECKPOINT_RECORD_checkpoint,
  CHECKPOINT_RECORD_instruction,
  CHECKPOINT_RECORD_parent,
  DECIDED_RECORD_instruction,
  DECIDED_RECORD_taken,
  NOT_INIT,
  PRUNED_RECORD_branch,
  PRUNED_RECORD_checkpoint,
  PRUNED_RECORD_from,
  PRUNED_RECORD_instruction,
  PRUNED_RECORD_loop,
  PRUNED_RECORD_speculative,
  RECORD_CHECKPOINT,
  RECORD_DECIDED,
  RECORD_HEADER,
  RECORD_PRUNED,
  RECORD_STATE,
  RECORD_STEP,
  REG_SIZE,
  REG_type,
  SLOT_SIZE,
  SLOT_kinds,
  STATE_DELTA,
  STATE_FLAG_ASYNC,
  STATE_FLAG_CALLBACK,
  STATE_FLAG_SPECULATIVE,
  STATE_RECORD_body,
  STATE_RECORD_flags,
  STATE_RECORD_frame,
  STATE_RECORD_from,
  STATE_RECORD_instruction,
  STATE_RECORD_referenceCount,
  STATE_RECORD_registerCount,
  STATE_RECORD_registerMask,
  STATE_RECORD_slotCount,
  STATE_RECORD_slotMask,
  STATE_RECORD_why,
  STATE_REGISTER_SIZE,
  STATE_REGISTER_state,
  STATE_SLOT_SIZE,
  STATE_SLOT_state,
  STEP_RECORD_instruction,
  STEP_RECORD_source,
} from '../generated/verifier-records';
import { env, scratchNothing } from './environment';
import {
  FRAME_IN_ASYNC,
  FRAME_IN_CALLBACK,
  REFERENCE_ID,
  REFERENCE_SIZE,
  REGISTERS,
  STATE_FRAME,
  STATE_LOCKS,
  STATE_LOCK_ID,
  STATE_LOCK_PLACE,
  STATE_NUMBER,
  STATE_PARENT_STATE,
  STATE_REFERENCES,
  STATE_REFERENCE_COUNT,
  STATE_SPECULATIVE,
  frameOf,
  registerOf,
  slotCount,
  slotOf,
} from './layout';
import { exchangeSource, newRecord, recording } from './recorder';

function slotIsUsed(slot: usize): bool {
  return load<u64>(slot, SLOT_kinds) != 0;
}

/** Records frame `frameNumber` of `state`: all of it, or what is scratched (which is then forgotten). */
export function recordState(
  why: i32,
  state: usize,
  frameNumber: i32,
  all: bool,
  instruction: i32,
  from: i32,
  registerMask: u32 = 0,
  slotMask: u64 = 0,
): void {
  if (!recording()) {
    if (!all) scratchNothing();
    return;
  }
  const frame = frameOf(state, frameNumber);
  let registers: u32 = 0;
  let slots: u32 = 0;
  for (let i = 0; i < REGISTERS; i++) {
    if (load<i32>(registerOf(frame, i), REG_type) != NOT_INIT && (all || (env.scratchedRegisters >> i) & 1))
      registers++;
  }
  const count = slotCount(frame);
  for (let i = 0; i < count; i++) {
    if (slotIsUsed(slotOf(frame, i)) && (all || (env.scratchedSlots >> i) & 1)) slots++;
  }
  const held = <u32>load<i32>(state, STATE_REFERENCE_COUNT);
  // a lock that is held counts among the references
  const lockPlace =
    load<i32>(state, STATE_LOCKS) != 0 && load<u32>(state, STATE_LOCK_ID) != 0
      ? min<u32>(load<u32>(state, STATE_LOCK_PLACE), held)
      : u32.MAX_VALUE;
  const references = lockPlace == u32.MAX_VALUE ? held : held + 1;
  const record = newRecord(
    RECORD_STATE,
    STATE_RECORD_body + registers * STATE_REGISTER_SIZE + slots * STATE_SLOT_SIZE + (references << 2),
  );
  if (record != 0) {
    store<i32>(record, why, STATE_RECORD_why);
    store<i32>(record, instruction, STATE_RECORD_instruction);
    store<i32>(record, from, STATE_RECORD_from);
    store<i32>(record, frameNumber, STATE_RECORD_frame);
    store<i32>(record, registers, STATE_RECORD_registerCount);
    store<i32>(record, slots, STATE_RECORD_slotCount);
    store<i32>(record, references, STATE_RECORD_referenceCount);
    let flags = 0;
    if (load<i32>(frame, FRAME_IN_CALLBACK) != 0) flags |= STATE_FLAG_CALLBACK;
    if (load<i32>(frame, FRAME_IN_ASYNC) != 0) flags |= STATE_FLAG_ASYNC;
    if (load<i32>(state, STATE_SPECULATIVE) != 0) flags |= STATE_FLAG_SPECULATIVE;
    store<i32>(record, flags, STATE_RECORD_flags);
    store<u32>(record, registerMask, STATE_RECORD_registerMask);
    store<u64>(record, slotMask, STATE_RECORD_slotMask);
    let at = record + STATE_RECORD_body;
    for (let i = 0; i < REGISTERS; i++) {
      const r = registerOf(frame, i);
      if (load<i32>(r, REG_type) == NOT_INIT || (!all && !((env.scratchedRegisters >> i) & 1))) continue;
      store<i32>(at, i);
      memory.copy(at + STATE_REGISTER_state, r, REG_SIZE);
      at += STATE_REGISTER_SIZE;
    }
    for (let i = 0; i < count; i++) {
      const slot = slotOf(frame, i);
      if (!slotIsUsed(slot) || (!all && !((env.scratchedSlots >> i) & 1))) continue;
      store<i32>(at, i);
      memory.copy(at + STATE_SLOT_state, slot, SLOT_SIZE);
      at += STATE_SLOT_SIZE;
    }
    const list = load<usize>(state, STATE_REFERENCES);
    for (let i: u32 = 0; i <= held; i++) {
      if (i == lockPlace) {
        store<u32>(at, load<u32>(state, STATE_LOCK_ID));
        at += 4;
      }
      if (i == held) break;
      store<u32>(at, load<u32>(list + i * REFERENCE_SIZE, REFERENCE_ID));
      at += 4;
    }
  }
  if (!all) scratchNothing();
}

/** What the last instruction changed, if anything. */
export function recordDelta(): void {
  recordState(STATE_DELTA, env.state, load<i32>(env.state, STATE_FRAME), false, env.instruction, env.previous);
}

export function recordStep(): void {
  const record = newRecord(RECORD_STEP, RECORD_HEADER + 8);
  const source = exchangeSource(env.instruction);
  if (record == 0) return;
  store<i32>(record, env.instruction, STEP_RECORD_instruction);
  store<i32>(record, source, STEP_RECORD_source);
}

export function recordDecided(taken: bool): void {
  if (!recording()) return;
  const record = newRecord(RECORD_DECIDED, RECORD_HEADER + 8);
  if (record == 0) return;
  store<i32>(record, env.instruction, DECIDED_RECORD_instruction);
  store<i32>(record, taken ? 1 : 0, DECIDED_RECORD_taken);
}
export function recordCheckpoint(kept: usize): void {
  if (!recording()) return;
  const record = newRecord(RECORD_CHECKPOINT, RECORD_HEADER + 16);
  if (record == 0) return;
  const parent = load<usize>(kept, STATE_PARENT_STATE);
  store<i32>(record, env.instruction, CHECKPOINT_RECORD_instruction);
  store<i32>(record, load<i32>(kept, STATE_NUMBER), CHECKPOINT_RECORD_checkpoint);
  store<i32>(record, parent == 0 ? 0 : load<i32>(parent, STATE_NUMBER), CHECKPOINT_RECORD_parent);
}
export function recordPruned(kept: usize, branch: bool, loop: bool): void {
  if (!recording()) return;
  const record = newRecord(RECORD_PRUNED, RECORD_HEADER + 24);
  if (record == 0) return;
  store<i32>(record, env.previous, PRUNED_RECORD_from);
  store<i32>(record, env.instruction, PRUNED_RECORD_instruction);
  store<i32>(record, load<i32>(kept, STATE_NUMBER), PRUNED_RECORD_checkpoint);
  store<i32>(record, branch ? 1 : 0, PRUNED_RECORD_branch);
  store<i32>(record, loop ? 1 : 0, PRUNED_RECORD_loop);
  store<i32>(record, load<i32>(env.state, STATE_SPECULATIVE), PRUNED_RECORD_speculative);
}
