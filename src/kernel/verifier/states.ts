// States of the whole program: making, copying, freeing them; growing a stack; the list of branches that wait.
import { BPF_COMPLEXITY_LIMIT_JMP_SEQ } from '../generated/limits';
import { E2BIG } from '../generated/errno';
import { MESSAGE_TOO_COMPLEX } from '../generated/verifier-messages';
import {
  BRANCH_RECORD_from,
  BRANCH_RECORD_state,
  BRANCH_RECORD_to,
  RECORD_HEADER,
  RECORD_PUSH,
  SLOT_SIZE,
} from '../generated/verifier-records';
import { env, SUB_DEPTH, subOf } from './environment';
import { fail1 } from './fail';
import {
  FRAME_ALLOCATED,
  FRAME_CALLSITE,
  FRAME_CAPACITY,
  FRAME_NUMBER,
  FRAME_SIZE,
  FRAME_SLOTS,
  FRAME_SUBPROGRAM,
  HISTORY_SIZE,
  REFERENCE_SIZE,
  REGISTERS,
  STATE_BRANCHES,
  STATE_BYTES,
  STATE_FRAME,
  STATE_HISTORY,
  STATE_HISTORY_COUNT,
  STATE_PARENT_STATE,
  STATE_REFERENCES,
  STATE_REFERENCE_COUNT,
  STATE_SPECULATIVE,
  STATE_WAIT_FROM,
  STATE_WAIT_LOG,
  STATE_WAIT_NEXT,
  STATE_WAIT_NUMBER,
  STATE_WAIT_TARGET,
  frameOf,
  registerOf,
} from './layout';
import {
  FULL_STACK,
  POOL_FRAME,
  POOL_STACK_FULL,
  POOL_STACK_SMALL,
  POOL_STATE,
  SMALL_STACK,
  give,
  poolBytes,
  powerPool,
  take,
} from './pool';
import { newRecord, recordPosition, recordPop, recording } from './recorder';
import { markNotInit } from './registers';

export function newFrame(callsite: i32, number: i32, subprogram: i32): usize {
  const frame = take(POOL_FRAME);
  memory.fill(frame, 0, FRAME_SIZE);
  store<i32>(frame, callsite, FRAME_CALLSITE);
  store<i32>(frame, number, FRAME_NUMBER);
  store<i32>(frame, subprogram, FRAME_SUBPROGRAM);
  for (let i = 0; i < REGISTERS; i++) markNotInit(registerOf(frame, i));
  return frame;
}
function freeStack(frame: usize): void {
  const slots = load<usize>(frame, FRAME_SLOTS);
  if (slots == 0) return;
  give(load<i32>(frame, FRAME_CAPACITY) == SMALL_STACK ? POOL_STACK_SMALL : POOL_STACK_FULL, slots);
  store<usize>(frame, 0, FRAME_SLOTS);
  store<i32>(frame, 0, FRAME_CAPACITY);
}
export function freeFrame(frame: usize): void {
  if (frame == 0) return;
  freeStack(frame);
  give(POOL_FRAME, frame);
}
/** Room for `slots` slots; what was there stays when `keep`. */
function reserveSlots(frame: usize, slots: i32, keep: bool): void {
  if (load<i32>(frame, FRAME_CAPACITY) >= slots) return;
  const capacity = slots <= SMALL_STACK ? SMALL_STACK : FULL_STACK;
  const fresh = take(capacity == SMALL_STACK ? POOL_STACK_SMALL : POOL_STACK_FULL);
  if (keep) {
    const used = load<i32>(frame, FRAME_ALLOCATED) >> 3;
    if (used > 0) memory.copy(fresh, load<usize>(frame, FRAME_SLOTS), <usize>used * SLOT_SIZE);
  }
  freeStack(frame);
  store<usize>(frame, fresh, FRAME_SLOTS);
  store<i32>(frame, capacity, FRAME_CAPACITY);
}
/** The stack reaches `size` bytes down now; new slots are empty. */
export function growStack(frame: usize, size: i32): void {
  size = (size + 7) & ~7;
  const before = load<i32>(frame, FRAME_ALLOCATED);
  if (before < size) {
    reserveSlots(frame, size >> 3, true);
    memory.fill(
      load<usize>(frame, FRAME_SLOTS) + <usize>(before >> 3) * SLOT_SIZE,
      0,
      <usize>((size - before) >> 3) * SLOT_SIZE,
    );
    store<i32>(frame, size, FRAME_ALLOCATED);
  }
  const sub = subOf(load<i32>(frame, FRAME_SUBPROGRAM));
  if (load<i32>(sub, SUB_DEPTH) < size) store<i32>(sub, size, SUB_DEPTH);
}
function copyFrame(to: usize, from: usize): void {
  const slots = load<i32>(from, FRAME_ALLOCATED) >> 3;
  reserveSlots(to, slots, false);
  const keptSlots = load<usize>(to, FRAME_SLOTS);
  const keptCapacity = load<i32>(to, FRAME_CAPACITY);
  memory.copy(to, from, FRAME_SIZE);
  store<usize>(to, keptSlots, FRAME_SLOTS);
  store<i32>(to, keptCapacity, FRAME_CAPACITY);
  if (slots > 0) memory.copy(keptSlots, load<usize>(from, FRAME_SLOTS), <usize>slots * SLOT_SIZE);
}

/** Room for `count` entries of `size` bytes in the array whose address, count and capacity lie at `at`. */
function reserveArray(state: usize, at: i32, count: i32, size: i32): void {
  const capacity = load<i32>(state + at, 8);
  if (capacity >= count) return;
  const pool = powerPool(<usize>(count * size));
  const fresh = take(pool);
  const old = load<usize>(state + at);
  if (old != 0) {
    memory.copy(fresh, old, <usize>(load<i32>(state + at, 4) * size));
    give(powerPool(<usize>(capacity * size)), old);
  }
  store<usize>(state + at, fresh);
  store<i32>(state + at, <i32>(poolBytes(pool) / size), 8);
}
export function reserveHistory(state: usize, count: i32): void {
  reserveArray(state, STATE_HISTORY, count, HISTORY_SIZE);
}
export function reserveReferences(state: usize, count: i32): void {
  reserveArray(state, STATE_REFERENCES, count, REFERENCE_SIZE);
}
function freeArray(state: usize, at: i32, size: i32): void {
  const old = load<usize>(state + at);
  if (old != 0) give(powerPool(<usize>(load<i32>(state + at, 8) * size)), old);
  store<usize>(state + at, 0);
  store<i32>(state + at, 0, 4);
  store<i32>(state + at, 0, 8);
}
export function clearHistory(state: usize): void {
  store<i32>(state, 0, STATE_HISTORY_COUNT);
}

export function newState(): usize {
  const state = take(POOL_STATE);
  memory.fill(state, 0, STATE_BYTES);
  return state;
}
/** Frees the state's frames and arrays and the state itself. */
export function freeState(state: usize): void {
  for (let i = 0; i < 8; i++) freeFrame(frameOf(state, i));
  freeArray(state, STATE_HISTORY, HISTORY_SIZE);
  freeArray(state, STATE_REFERENCES, REFERENCE_SIZE);
  give(POOL_STATE, state);
}
/** Makes `to` what `from` is; what belongs to `to` as a kept or waiting state (from STATE_NUMBER on) stays. */
export function copyState(to: usize, from: usize): void {
  const history = load<i32>(from, STATE_HISTORY_COUNT);
  store<i32>(to, 0, STATE_HISTORY_COUNT);
  reserveHistory(to, history);
  if (history > 0)
    memory.copy(load<usize>(to, STATE_HISTORY), load<usize>(from, STATE_HISTORY), <usize>(history * HISTORY_SIZE));
  store<i32>(to, history, STATE_HISTORY_COUNT);
  const references = load<i32>(from, STATE_REFERENCE_COUNT);
  store<i32>(to, 0, STATE_REFERENCE_COUNT);
  reserveReferences(to, references);
  if (references > 0)
    memory.copy(
      load<usize>(to, STATE_REFERENCES),
      load<usize>(from, STATE_REFERENCES),
      <usize>(references * REFERENCE_SIZE),
    );
  store<i32>(to, references, STATE_REFERENCE_COUNT);
  const last = load<i32>(from, STATE_FRAME);
  for (let i = last + 1; i < 8; i++) {
    freeFrame(frameOf(to, i));
    store<usize>(to + (i << 2), 0);
  }
  for (let i = 0; i <= last; i++) {
    let frame = frameOf(to, i);
    if (frame == 0) {
      frame = take(POOL_FRAME);
      memory.fill(frame, 0, FRAME_SIZE);
      store<usize>(to + (i << 2), frame);
    }
    copyFrame(frame, frameOf(from, i));
  }
  // parent, branches, instruction, frame
  memory.copy(to + 32, from + 32, 16);
  // first, last
  memory.copy(to + 60, from + 60, 8);
  // depths, speculative
  memory.copy(to + 80, from + 80, 16);
  // locks, equal state
  memory.copy(to + 100, from + 100, 16);
  // regions, the lock's place
  memory.copy(to + 160, from + 160, 16);
}

/** A copy of the current state waits to be walked from `target`; 0 when too many wait (the failure is recorded). */
export function pushState(target: i32, from: i32, speculative: bool): usize {
  const current = env.state;
  env.waitingNumber++;
  if (recording()) {
    const record = newRecord(RECORD_PUSH, RECORD_HEADER + 16);
    if (record != 0) {
      store<i32>(record, env.waitingNumber, BRANCH_RECORD_state);
      store<i32>(record, from, BRANCH_RECORD_from);
      store<i32>(record, target, BRANCH_RECORD_to);
    }
  }
  const state = newState();
  copyState(state, current);
  store<i32>(state, target, STATE_WAIT_TARGET);
  store<i32>(state, from, STATE_WAIT_FROM);
  store<i32>(state, recordPosition(), STATE_WAIT_LOG);
  store<i32>(state, env.waitingNumber, STATE_WAIT_NUMBER);
  store<usize>(state, env.waiting, STATE_WAIT_NEXT);
  env.waiting = state;
  env.waitingCount++;
  if (speculative) store<i32>(state, 1, STATE_SPECULATIVE);
  if (env.waitingCount > BPF_COMPLEXITY_LIMIT_JMP_SEQ) {
    env.error = fail1(MESSAGE_TOO_COMPLEX, env.waitingCount);
    if (env.error == 0) env.error = -E2BIG;
    return 0;
  }
  const parent = load<usize>(state, STATE_PARENT_STATE);
  if (parent != 0) store<i32>(parent, load<i32>(parent, STATE_BRANCHES) + 1, STATE_BRANCHES);
  return state;
}
/** The newest waiting state becomes the current one; false when none waits. */
export function popState(): bool {
  const state = env.waiting;
  if (state == 0) return false;
  env.waiting = load<usize>(state, STATE_WAIT_NEXT);
  env.waitingCount--;
  env.instruction = load<i32>(state, STATE_WAIT_TARGET);
  env.previous = load<i32>(state, STATE_WAIT_FROM);
  recordPop(load<i32>(state, STATE_WAIT_LOG), load<i32>(state, STATE_WAIT_NUMBER), env.previous, env.instruction);
  freeState(env.state);
  env.state = state;
  return true;
}
export function dropWaiting(): void {
  while (env.waiting != 0) {
    const state = env.waiting;
    env.waiting = load<usize>(state, STATE_WAIT_NEXT);
    freeState(state);
  }
  env.waitingCount = 0;
}
