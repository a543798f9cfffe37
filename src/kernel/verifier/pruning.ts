// Keeping states and stopping where a kept one covers the current one; and noticing loops that never end.
import { ENOMEM } from '../generated/errno';
import { BPF_COMPLEXITY_LIMIT_STATES } from '../generated/limits';
import { BPF_JCOND, BPF_JMP } from '../generated/opcodes';
import { MESSAGE_INFINITE_LOOP, MESSAGE_OUT_OF_MEMORY } from '../generated/verifier-messages';
import { SLOT_kinds, STATE_LOOP_CURRENT, STATE_LOOP_OLD } from '../generated/verifier-records';
import { addBackEdge, enterComponent, leaveComponent, marksIncomplete, updatePeak } from './components';
import { AUX_CALLBACK, AUX_CHECKPOINT, AUX_JUMP, AUX_LIVE, auxOf, env, opcodeAt } from './environment';
import {
  COMPARE_EXACT,
  COMPARE_RELEVANT,
  COMPARE_WITHIN,
  frameInstruction,
  mayBeLooping,
  statesEqual,
} from './equivalence';
import { fail1 } from './fail';
import { pushHistory } from './history';
import { isIteratorNext, iteratorsMoved, nextIsActive } from './iterators';
import {
  FRAME_ASYNC_ENTRIES,
  FRAME_CALLSITE,
  FRAME_IN_ASYNC,
  FRAME_NUMBER,
  STATE_BRANCHES,
  STATE_CLEANED,
  STATE_DEPTH,
  STATE_EVICTED,
  STATE_FIRST,
  STATE_FRAME,
  STATE_HISTORY_COUNT,
  STATE_HITS,
  STATE_INSTRUCTION,
  STATE_MAY_GOTO_DEPTH,
  STATE_MISSES,
  STATE_NEXT,
  STATE_NUMBER,
  STATE_PARENT_STATE,
  STATE_PINNED,
  STATE_UNROLL_DEPTH,
  currentFrame,
  frameOf,
  registerOf,
  slotCount,
  slotOf,
} from './layout';
import { poolHeld, powerPool, take } from './pool';
import { forgetPrecision, propagatePrecision } from './precision';
import { recordCheckpoint, recordState } from './record-state';
import { exchangeSource } from './recorder';
import { markNotInit } from './registers';
import { queryLiveStack, stackSlotAlive } from './stack-liveness';
import { clearHistory, copyState, freeState, newState } from './states';
import { sameCallsites } from './widening';

/** bytes of states and analyses: what the machine's memory leaves for a verification */
const MOST_MEMORY: u64 = 288 << 20;

/** first kept state of each bucket */
let buckets: usize = 0;
/** the state that covered, and how, after a hit */
export let coveringState: usize = 0;
export let coveredByLoop: bool = false;

export function resetKept(): void {
  const size = (<usize>env.count) << 2;
  buckets = take(powerPool(size));
  memory.fill(buckets, 0, size);
}
function bucketOf(instruction: i32): usize {
  const callsite = load<i32>(currentFrame(env.state), FRAME_CALLSITE);
  return buckets + ((<usize>(<u32>(instruction ^ callsite) % <u32>env.count)) << 2);
}

/** Dead registers and slots of a finished state need not agree: they are emptied once. */
function clean(state: usize): void {
  queryLiveStack(state);
  store<i32>(state, 1, STATE_CLEANED);
  const last = load<i32>(state, STATE_FRAME);
  for (let f = 0; f <= last; f++) {
    const frame = frameOf(state, f);
    const live = <u32>load<u16>(auxOf(frameInstruction(state, f)), AUX_LIVE);
    for (let i = 0; i < 10; i++) if (((live >> i) & 1) == 0) markNotInit(registerOf(frame, i));
    const count = slotCount(frame);
    for (let i = 0; i < count; i++) {
      if (stackSlotAlive(load<i32>(frame, FRAME_NUMBER), i)) continue;
      markNotInit(slotOf(frame, i));
      store<u64>(slotOf(frame, i), 0, SLOT_kinds);
    }
  }
}
function cleanFinished(bucket: usize, instruction: i32): void {
  for (let kept = load<usize>(bucket); kept != 0; kept = load<usize>(kept, STATE_NEXT)) {
    if (load<i32>(kept, STATE_BRANCHES) != 0 || load<i32>(kept, STATE_INSTRUCTION) != instruction) continue;
    if (load<i32>(kept, STATE_CLEANED) != 0 || !sameCallsites(kept, env.state)) continue;
    if (marksIncomplete(kept)) continue;
    clean(kept);
  }
}

function infiniteLoop(kept: usize, instruction: i32): i32 {
  exchangeSource(instruction);
  const error = fail1(MESSAGE_INFINITE_LOOP, instruction);
  const frame = load<i32>(env.state, STATE_FRAME);
  recordState(STATE_LOOP_CURRENT, env.state, frame, true, instruction, 0);
  recordState(STATE_LOOP_OLD, kept, frame, true, instruction, 0);
  return error;
}
const MISS: i32 = 0;
const HIT: i32 = 1;
const HIT_IN_LOOP: i32 = 2;

/** A kept state whose paths are unfinished: the walk is inside a loop through it. */
function compareUnfinished(kept: usize, instruction: i32): i32 {
  const frame = currentFrame(kept);
  const now = env.state;
  if (
    load<i32>(frame, FRAME_IN_ASYNC) != 0 &&
    load<i32>(frame, FRAME_ASYNC_ENTRIES) != load<i32>(currentFrame(now), FRAME_ASYNC_ENTRIES)
  )
    return MISS;
  // a round of the iterator's loop that changes nothing, while there may be more elements
  if (isIteratorNext(instruction))
    return statesEqual(kept, now, COMPARE_WITHIN) && nextIsActive(now) ? HIT_IN_LOOP : MISS;
  const mayGoto = opcodeAt(instruction) == (BPF_JMP | BPF_JCOND);
  if (mayGoto) {
    if (
      load<i32>(kept, STATE_MAY_GOTO_DEPTH) != load<i32>(now, STATE_MAY_GOTO_DEPTH) &&
      statesEqual(kept, now, COMPARE_WITHIN)
    )
      return HIT_IN_LOOP;
  } else if (load<u8>(auxOf(instruction), AUX_CALLBACK) != 0) {
    // a round of the callback that changes nothing: no edge of the flow graph leads back here
    return statesEqual(kept, now, COMPARE_WITHIN) ? HIT : MISS;
  }
  if (
    mayBeLooping(kept, now) &&
    statesEqual(kept, now, COMPARE_EXACT) &&
    load<i32>(kept, STATE_MAY_GOTO_DEPTH) == load<i32>(now, STATE_MAY_GOTO_DEPTH) &&
    load<i32>(kept, STATE_UNROLL_DEPTH) == load<i32>(now, STATE_UNROLL_DEPTH) &&
    !iteratorsMoved(kept, now)
  )
    return infiniteLoop(kept, instruction);
  return MISS;
}

function hit(kept: usize, instruction: i32, inLoop: bool): i32 {
  store<i32>(kept, load<i32>(kept, STATE_HITS) + 1, STATE_HITS);
  coveringState = kept;
  coveredByLoop = inLoop;
  if (load<u8>(auxOf(instruction), AUX_JUMP) != 0) pushHistory(0, 0);
  const error = propagatePrecision(kept, env.state);
  if (error != 0) return error;
  if (inLoop) {
    const edge = newState();
    copyState(edge, env.state);
    store<i32>(edge, instruction, STATE_INSTRUCTION);
    addBackEdge(kept, edge);
  }
  return 1;
}
/** An evicted state stays while paths that start in it are unfinished, or a back edge refers to it. */
function dropIfDone(kept: usize): void {
  if (load<i32>(kept, STATE_EVICTED) == 0 || load<i32>(kept, STATE_BRANCHES) != 0) return;
  env.evictedStates--;
  if (load<i32>(kept, STATE_PINNED) == 0) freeState(kept);
}

function keep(bucket: usize, instruction: i32): void {
  const now = env.state;
  env.totalStates++;
  env.keptStates++;
  updatePeak();
  env.previousJumps = env.jumps;
  env.previousProcessed = env.processed;
  if (env.privileged) forgetPrecision(now);
  const kept = newState();
  copyState(kept, now);
  store<i32>(kept, instruction, STATE_INSTRUCTION);
  store<i32>(kept, <i32>env.totalStates, STATE_NUMBER);
  enterComponent(kept);
  store<usize>(now, kept, STATE_PARENT_STATE);
  store<i32>(now, instruction, STATE_FIRST);
  store<i32>(now, load<i32>(kept, STATE_DEPTH) + 1, STATE_DEPTH);
  clearHistory(now);
  store<usize>(kept, load<usize>(bucket), STATE_NEXT);
  store<usize>(bucket, kept);
  recordCheckpoint(kept);
}

/** 1: covered, this path may stop; 0: go on; negative: an error. */
export function visitState(instruction: i32): i32 {
  const force =
    env.testStateFrequency ||
    load<u8>(auxOf(instruction), AUX_CHECKPOINT) != 0 ||
    load<i32>(env.state, STATE_HISTORY_COUNT) > 40;
  let add = force || (env.jumps - env.previousJumps >= 2 && env.processed - env.previousProcessed >= 8);
  const bucket = bucketOf(instruction);
  cleanFinished(bucket, instruction);
  let states: u32 = 0;
  let link = bucket;
  let isBucket = true;
  while (true) {
    const kept = isBucket ? load<usize>(link) : load<usize>(link, STATE_NEXT);
    if (kept == 0) break;
    states++;
    if (load<i32>(kept, STATE_INSTRUCTION) != instruction) {
      link = kept;
      isBucket = false;
      continue;
    }
    if (load<i32>(kept, STATE_BRANCHES) != 0) {
      const found = compareUnfinished(kept, instruction);
      if (found < 0) return found;
      if (found != MISS) return hit(kept, instruction, found == HIT_IN_LOOP);
      if (!force && env.jumps - env.previousJumps < 20 && env.processed - env.previousProcessed < 100) add = false;
    } else {
      const open = marksIncomplete(kept);
      if (statesEqual(kept, env.state, open ? COMPARE_WITHIN : COMPARE_RELEVANT)) return hit(kept, instruction, open);
    }
    if (add) store<i32>(kept, load<i32>(kept, STATE_MISSES) + 1, STATE_MISSES);
    const patience = load<u8>(auxOf(instruction), AUX_CHECKPOINT) != 0 && load<i32>(kept, STATE_BRANCHES) > 0 ? 64 : 3;
    if (load<i32>(kept, STATE_MISSES) > load<i32>(kept, STATE_HITS) * patience + patience) {
      // it never helps: out of the list
      const next = load<usize>(kept, STATE_NEXT);
      if (isBucket) store<usize>(link, next);
      else store<usize>(link, next, STATE_NEXT);
      store<i32>(kept, 1, STATE_EVICTED);
      env.evictedStates++;
      env.keptStates--;
      dropIfDone(kept);
      continue;
    }
    link = kept;
    isBucket = false;
  }
  if (env.maxStatesPerInstruction < states) env.maxStatesPerInstruction = states;
  if (!env.privileged && states > <u32>BPF_COMPLEXITY_LIMIT_STATES) return 0;
  if (!add) return 0;
  if (poolHeld() > MOST_MEMORY) {
    fail1(MESSAGE_OUT_OF_MEMORY, env.totalStates);
    return -ENOMEM;
  }
  keep(bucket, instruction);
  return 0;
}

/** The newest unfinished kept state at `instruction` with `state`'s callers, above it on its path; 0: none. */
export function previousEntry(state: usize, instruction: i32): usize {
  if (state == 0) return 0;
  for (let kept = load<usize>(bucketOf(instruction)); kept != 0; kept = load<usize>(kept, STATE_NEXT)) {
    if (load<i32>(kept, STATE_INSTRUCTION) != instruction || load<i32>(kept, STATE_BRANCHES) == 0) continue;
    if (sameCallsites(kept, state) && load<i32>(kept, STATE_DEPTH) < load<i32>(state, STATE_DEPTH)) return kept;
  }
  return 0;
}

/** The current path ended: kept states whose last path this was are finished. */
export function finishPath(): i32 {
  let state = env.state;
  let isKept = false;
  while (state != 0) {
    const left = load<i32>(state, STATE_BRANCHES) - 1;
    store<i32>(state, left, STATE_BRANCHES);
    if (left != 0) break;
    const error = leaveComponent(state);
    if (error != 0) return error;
    const parent = load<usize>(state, STATE_PARENT_STATE);
    if (isKept) dropIfDone(state);
    state = parent;
    isKept = true;
  }
  return 0;
}
