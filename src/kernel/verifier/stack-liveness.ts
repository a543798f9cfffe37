// Which stack slots may still be read? Reads and sure writes are marked per instruction and call chain as the walk meets them;
// when a path ends, a data-flow analysis over the instructions of each function on the chain says which slots are live before
// each. A slot that is dead need not agree when states are compared.
import {
  LIVE_STACK_DONE_RECORD_chain,
  LIVE_STACK_DONE_RECORD_entries,
  LIVE_STACK_DONE_RECORD_iterations,
  LIVE_STACK_RECORD_added,
  LIVE_STACK_RECORD_chain,
  LIVE_STACK_RECORD_entries,
  LIVE_STACK_RECORD_frame,
  LIVE_STACK_RECORD_instruction,
  LIVE_STACK_RECORD_removed,
  LIVE_STACK_RECORD_what,
  RECORD_LIVE_STACK,
  RECORD_LIVE_STACK_DONE,
} from '../generated/verifier-records';
import { AUX_CALLBACK, AUX_PRUNE, SUB_END, SUB_POSTORDER, SUB_START, auxOf, env, subOf } from './environment';
import { postorderAt, successorCount, successorOf } from './flow-graph';
import { FRAME_CALLSITE, FRAME_SUBPROGRAM, STATE_FRAME, STATE_INSTRUCTION, frameOf } from './layout';
import { powerPool, take } from './pool';
import { newRecord, recordingAll } from './recorder';

// A function on one call chain.
const NEXT: i32 = 0;
const LAST: i32 = 4;
/** 8 × u32 each: where each frame was called from (the last one: its start), where each function starts */
const CALLSITES: i32 = 8;
const STARTS: i32 = 40;
const SUBPROGRAM: i32 = 72;
const LENGTH: i32 = 76;
const UPDATED: i32 = 80;
const DROPPED: i32 = 84;
/** 8 × address of the masks of each frame, 0: none yet */
const FRAMES: i32 = 88;
/** u8 an instruction: a write mask was set */
const WRITE_SET: i32 = 120;
const INSTANCE_SIZE: i32 = 128;

// Masks of one instruction and frame.
const MAY_READ: i32 = 0;
const MUST_WRITE: i32 = 8;
const MUST_WRITE_ALL: i32 = 16;
const LIVE: i32 = 24;
const MASKS_SIZE: i32 = 32;

const BUCKETS: i32 = 256;
const buckets: StaticArray<usize> = new StaticArray<usize>(BUCKETS);
/** the chain of the frame that runs; 0: to be looked up */
let current: usize = 0;
const writes: StaticArray<u64> = new StaticArray<u64>(8);
let writeInstruction: i32 = 0;
const query: StaticArray<usize> = new StaticArray<usize>(8);
let queryLast: i32 = 0;
let queryInstruction: i32 = 0;
const key: StaticArray<i32> = new StaticArray<i32>(16);

export function resetStackLiveness(): void {
  for (let i = 0; i < BUCKETS; i++) buckets[i] = 0;
  current = 0;
}
/** The frame that runs changes: look its chain up anew. */
export function resetChain(): void {
  current = 0;
}

function cleared(size: usize): usize {
  const block = take(powerPool(size));
  memory.fill(block, 0, size);
  return block;
}
/** The instance whose key lies in `key`: callsites, then starts. */
function findOrMake(last: i32, subprogram: i32): usize {
  let hash: u32 = 17;
  for (let i = 0; i <= last; i++) hash = (hash * 31 + <u32>key[i]) * 31 + <u32>key[8 + i];
  const bucket = <i32>((hash ^ (hash >> 8)) % BUCKETS);
  for (let at = buckets[bucket]; at != 0; at = load<usize>(at, NEXT)) {
    if (load<i32>(at, LAST) != last) continue;
    let same = true;
    for (let i = 0; i <= last && same; i++) {
      same = load<i32>(at + (i << 2), CALLSITES) == key[i] && load<i32>(at + (i << 2), STARTS) == key[8 + i];
    }
    if (same) return at;
  }
  const made = cleared(INSTANCE_SIZE);
  store<i32>(made, last, LAST);
  for (let i = 0; i <= last; i++) {
    store<i32>(made + (i << 2), key[i], CALLSITES);
    store<i32>(made + (i << 2), key[8 + i], STARTS);
  }
  const sub = subOf(subprogram);
  store<i32>(made, subprogram, SUBPROGRAM);
  store<i32>(made, load<i32>(sub, SUB_END) - load<i32>(sub, SUB_START), LENGTH);
  store<usize>(made, cleared(<usize>load<i32>(made, LENGTH)), WRITE_SET);
  store<usize>(made, buckets[bucket], NEXT);
  buckets[bucket] = made;
  return made;
}
function instanceOf(state: usize, frameNumber: i32): usize {
  const last = load<i32>(state, STATE_FRAME);
  for (let i = 0; i <= frameNumber; i++) {
    key[8 + i] = load<i32>(subOf(load<i32>(frameOf(state, i), FRAME_SUBPROGRAM)), SUB_START);
    key[i] = i < last ? load<i32>(frameOf(state, i + 1), FRAME_CALLSITE) : 0;
  }
  key[frameNumber] = key[8 + frameNumber];
  return findOrMake(frameNumber, load<i32>(frameOf(state, frameNumber), FRAME_SUBPROGRAM));
}
function ensureCurrent(): usize {
  if (current == 0) current = instanceOf(env.state, load<i32>(env.state, STATE_FRAME));
  return current;
}
function startOf(instance: usize): i32 {
  return load<i32>(instance + (load<i32>(instance, LAST) << 2), STARTS);
}
/** Masks of `instruction` for slots of frame `frame`; 0 where nothing was ever marked. */
function masksOf(instance: usize, frame: i32, instruction: i32): usize {
  const block = load<usize>(instance + (frame << 2), FRAMES);
  return block == 0 ? 0 : block + <usize>(instruction - startOf(instance)) * MASKS_SIZE;
}
function makeMasks(instance: usize, frame: i32, instruction: i32): usize {
  if (load<usize>(instance + (frame << 2), FRAMES) == 0)
    store<usize>(instance + (frame << 2), cleared(<usize>load<i32>(instance, LENGTH) * MASKS_SIZE), FRAMES);
  return masksOf(instance, frame, instruction);
}

function markRead(instance: usize, frame: i32, instruction: i32, mask: u64): void {
  const masks = makeMasks(instance, frame, instruction);
  const before = load<u64>(masks, MAY_READ);
  const after = before | mask;
  if (after != before && (after & ~load<u64>(masks, LIVE)) != 0) store<i32>(instance, 1, UPDATED);
  store<u64>(masks, after, MAY_READ);
}
/** `instruction` may read these slots of frame `frame`. */
export function markStackRead(frame: i32, instruction: i32, mask: u64): void {
  markRead(ensureCurrent(), frame, instruction, mask);
}
/** The current instruction writes all of these slots. */
export function markStackWrite(frame: i32, mask: u64): void {
  writes[frame] |= mask;
}
function beginWritesFor(instance: usize, instruction: i32): void {
  writeInstruction = instruction;
  const last = load<i32>(instance, LAST);
  for (let i = 0; i <= last; i++) writes[i] = 0;
}
export function beginStackWrites(instruction: i32): void {
  beginWritesFor(ensureCurrent(), instruction);
}
/** What the instruction writes on every path: the intersection of what it wrote each time. */
function commitWritesFor(instance: usize): void {
  const last = load<i32>(instance, LAST);
  const flag = load<usize>(instance, WRITE_SET) + <usize>(writeInstruction - startOf(instance));
  const seen = load<u8>(flag) != 0;
  for (let frame = 0; frame <= last; frame++) {
    let mask = writes[frame];
    if (mask == 0 && load<usize>(instance + (frame << 2), FRAMES) == 0) continue;
    const masks = makeMasks(instance, frame, writeInstruction);
    const before = load<u64>(masks, MUST_WRITE);
    if (seen) mask &= before;
    if (before != mask) {
      store<u64>(masks, mask, MUST_WRITE);
      store<i32>(instance, 1, UPDATED);
    }
    if ((before & ~mask) != 0) store<i32>(instance, 1, DROPPED);
  }
  store<u8>(flag, 1);
  writeInstruction = 0;
}
export function commitStackWrites(): void {
  if (current != 0) commitWritesFor(current);
}

function recordChain(instance: usize, at: usize): void {
  const last = load<i32>(instance, LAST);
  for (let i = 0; i <= last; i++) store<i32>(at + (i << 2), load<i32>(instance + (i << 2), CALLSITES));
}
function recordChange(instance: usize, what: i32, frame: i32, instruction: i32, before: u64, after: u64): void {
  if (before == after) return;
  const chain = load<i32>(instance, LAST) + 1;
  const record = newRecord(RECORD_LIVE_STACK, LIVE_STACK_RECORD_entries + (chain << 2));
  if (record == 0) return;
  store<i32>(record, what, LIVE_STACK_RECORD_what);
  store<i32>(record, frame, LIVE_STACK_RECORD_frame);
  store<i32>(record, instruction, LIVE_STACK_RECORD_instruction);
  store<i32>(record, chain, LIVE_STACK_RECORD_chain);
  store<u64>(record, after & ~before, LIVE_STACK_RECORD_added);
  store<u64>(record, before & ~after, LIVE_STACK_RECORD_removed);
  recordChain(instance, record + LIVE_STACK_RECORD_entries);
}

function updateInstruction(instance: usize, frame: i32, instruction: i32): bool {
  const successors = successorCount(instruction);
  if (successors == 0) return false;
  const masks = masksOf(instance, frame, instruction);
  let after: u64 = 0;
  let written = u64.MAX_VALUE;
  for (let s = 0; s < successors; s++) {
    const next = masksOf(instance, frame, successorOf(instruction, s));
    after |= load<u64>(next, LIVE);
    written &= load<u64>(next, MUST_WRITE_ALL);
  }
  const mayRead = load<u64>(masks, MAY_READ);
  const mustWrite = load<u64>(masks, MUST_WRITE);
  written |= mustWrite;
  const before = (after & ~mustWrite) | mayRead;
  const oldBefore = load<u64>(masks, LIVE);
  const oldWritten = load<u64>(masks, MUST_WRITE_ALL);
  if (
    recordingAll() &&
    (mayRead != 0 || mustWrite != 0 || instruction == startOf(instance) || load<u8>(auxOf(instruction), AUX_PRUNE) != 0)
  ) {
    recordChange(instance, 0, frame, instruction, oldBefore, before);
    recordChange(instance, 1, frame, instruction, oldWritten, written);
  }
  store<u64>(masks, before, LIVE);
  store<u64>(masks, written, MUST_WRITE_ALL);
  return before != oldBefore || written != oldWritten;
}

/** What the callee reads and surely writes of its callers' frames counts as done by the call. */
function propagateOutward(instance: usize): void {
  const last = load<i32>(instance, LAST);
  for (let i = 0; i < last; i++) {
    key[i] = load<i32>(instance + (i << 2), CALLSITES);
    key[8 + i] = load<i32>(instance + (i << 2), STARTS);
  }
  const callsite = key[last - 1];
  key[last - 1] = key[8 + last - 1];
  let subprogram = 0;
  while (load<i32>(subOf(subprogram), SUB_START) != key[8 + last - 1]) subprogram++;
  const outer = findOrMake(last - 1, subprogram);
  beginWritesFor(outer, callsite);
  for (let frame = 0; frame < last; frame++) {
    const masks = masksOf(instance, frame, startOf(instance));
    if (masks == 0) continue;
    writes[frame] |= load<u64>(masks, MUST_WRITE_ALL);
    markRead(outer, frame, callsite, load<u64>(masks, LIVE));
  }
  commitWritesFor(outer);
}

function updateInstance(instance: usize): void {
  const last = load<i32>(instance, LAST);
  const length = load<i32>(instance, LENGTH);
  if (load<i32>(instance, DROPPED) != 0) {
    // a write set became smaller: what was concluded from it is void
    for (let frame = 0; frame <= last; frame++) {
      const block = load<usize>(instance + (frame << 2), FRAMES);
      if (block == 0) continue;
      for (let i = 0; i < length; i++) store<u64>(block + <usize>i * MASKS_SIZE, 0, MUST_WRITE_ALL);
    }
  }
  const sub = subOf(load<i32>(instance, SUBPROGRAM));
  const first = load<i32>(sub, SUB_POSTORDER);
  const beyond = load<i32>(subOf(load<i32>(instance, SUBPROGRAM) + 1), SUB_POSTORDER);
  let iterations = 0;
  let changed = true;
  while (changed) {
    iterations++;
    changed = false;
    for (let frame = 0; frame <= last; frame++) {
      if (load<usize>(instance + (frame << 2), FRAMES) == 0) continue;
      for (let i = first; i < beyond; i++) {
        if (updateInstruction(instance, frame, postorderAt(i))) changed = true;
      }
    }
  }
  if (recordingAll()) {
    const record = newRecord(RECORD_LIVE_STACK_DONE, LIVE_STACK_DONE_RECORD_entries + ((last + 1) << 2));
    if (record != 0) {
      store<i32>(record, iterations, LIVE_STACK_DONE_RECORD_iterations);
      store<i32>(record, last + 1, LIVE_STACK_DONE_RECORD_chain);
      recordChain(instance, record + LIVE_STACK_DONE_RECORD_entries);
    }
  }
  if (last > 0) propagateOutward(instance);
}

/** A path, or a subprogram on it, ended: brings the analysis of every function on its call chain up to date. */
export function updateLiveStack(): void {
  current = 0;
  for (let frame = load<i32>(env.state, STATE_FRAME); frame >= 0; frame--) {
    const instance = instanceOf(env.state, frame);
    if (load<i32>(instance, UPDATED) == 0) continue;
    updateInstance(instance);
    store<i32>(instance, 0, UPDATED);
    store<i32>(instance, 0, DROPPED);
  }
}

export function queryLiveStack(state: usize): void {
  queryLast = load<i32>(state, STATE_FRAME);
  queryInstruction = load<i32>(state, STATE_INSTRUCTION);
  for (let frame = 0; frame <= queryLast; frame++) query[frame] = instanceOf(state, frame);
}
function liveBefore(instance: usize, instruction: i32, frame: i32, slot: i32): bool {
  const masks = masksOf(instance, frame, instruction);
  return masks != 0 && ((load<u64>(masks, LIVE) >> slot) & 1) != 0;
}
/** May slot `slot` of frame `frame` of the queried state still be read? */
export function stackSlotAlive(frame: i32, slot: i32): bool {
  const inner = query[queryLast];
  if (liveBefore(inner, queryInstruction, frame, slot)) return true;
  for (let i = frame; i < queryLast; i++) {
    const callsite = load<i32>(inner + (i << 2), CALLSITES);
    const at = load<u8>(auxOf(callsite), AUX_CALLBACK) != 0 ? callsite : callsite + 1;
    if (liveBefore(query[i], at, frame, slot)) return true;
  }
  return false;
}
