// How verifier states lie in linear memory: fixed offsets, so that a copy is a memory.copy and the hot path allocates nothing.
// Registers and stack slots have the layout that records carry (generated/verifier-records); the rest is private to the verifier.
import { REG_SIZE, SLOT_SIZE } from '../generated/verifier-records';

export const REGISTERS: i32 = 11;

// A function's frame (Linux: bpf_func_state).
/** 11 register states come first */
export const FRAME_CALLSITE: i32 = 1320;
export const FRAME_NUMBER: i32 = 1324;
export const FRAME_SUBPROGRAM: i32 = 1328;
/** distinguishes entries into an asynchronous callback */
export const FRAME_ASYNC_ENTRIES: i32 = 1332;
export const FRAME_IN_CALLBACK: i32 = 1336;
export const FRAME_IN_ASYNC: i32 = 1340;
/** a callback's allowed results */
export const FRAME_RETURN_MIN: i32 = 1344;
export const FRAME_RETURN_MAX: i32 = 1348;
/** iterations of the callback called from this frame */
export const FRAME_CALLBACK_DEPTH: i32 = 1352;
/** bytes of stack that have a state */
export const FRAME_ALLOCATED: i32 = 1356;
/** address of the slots, and how many fit */
export const FRAME_SLOTS: i32 = 1360;
export const FRAME_CAPACITY: i32 = 1364;
export const FRAME_SIZE: i32 = 1368;

// A state of the whole program (Linux: bpf_verifier_state).
/** eight frame addresses come first */
export const STATE_PARENT_STATE: i32 = 32;
/** paths that start here and are not finished */
export const STATE_BRANCHES: i32 = 36;
export const STATE_INSTRUCTION: i32 = 40;
export const STATE_FRAME: i32 = 44;
/** references: address of 16-byte entries, count, capacity */
export const STATE_REFERENCES: i32 = 48;
export const STATE_REFERENCE_COUNT: i32 = 52;
export const STATE_REFERENCE_CAPACITY: i32 = 56;
export const STATE_FIRST: i32 = 60;
export const STATE_LAST: i32 = 64;
/** jump history: address of 24-byte entries, count, capacity */
export const STATE_HISTORY: i32 = 68;
export const STATE_HISTORY_COUNT: i32 = 72;
export const STATE_HISTORY_CAPACITY: i32 = 76;
export const STATE_DEPTH: i32 = 80;
export const STATE_UNROLL_DEPTH: i32 = 84;
export const STATE_MAY_GOTO_DEPTH: i32 = 88;
export const STATE_SPECULATIVE: i32 = 92;
export const STATE_CLEANED: i32 = 96;
/** locks held; and by whom: pointer id and map of the one spin lock */
export const STATE_LOCKS: i32 = 100;
export const STATE_LOCK_ID: i32 = 104;
export const STATE_LOCK_MAP: i32 = 108;
/** the kept state that a back edge met */
export const STATE_EQUAL: i32 = 112;
/** number of a kept state (from 1) */
export const STATE_NUMBER: i32 = 116;
// Of a kept state: its place in the list of its instruction.
export const STATE_NEXT: i32 = 120;
export const STATE_HITS: i32 = 124;
export const STATE_MISSES: i32 = 128;
/** evicted, but paths that start here are unfinished */
export const STATE_EVICTED: i32 = 132;
/** some back edge refers to it: its memory stays until the end */
export const STATE_PINNED: i32 = 136;
// Of a waiting state (Linux: bpf_verifier_stack_elem).
export const STATE_WAIT_NEXT: i32 = 140;
export const STATE_WAIT_TARGET: i32 = 144;
export const STATE_WAIT_FROM: i32 = 148;
export const STATE_WAIT_LOG: i32 = 152;
export const STATE_WAIT_NUMBER: i32 = 156;
/** inside bpf_rcu_read_lock()? how often bpf_preempt_disable() was called without its counterpart */
export const STATE_RCU: i32 = 160;
export const STATE_PREEMPT: i32 = 164;
/** how many references were held when the lock was taken: its place among them in the log */
export const STATE_LOCK_PLACE: i32 = 168;
export const STATE_BYTES: i32 = 176;

// One entry of the jump history.
export const HISTORY_AT: i32 = 0;
export const HISTORY_FROM: i32 = 4;
/** bits: frame (3), slot (6), stack access, dst is a stack pointer, src is a stack pointer */
export const HISTORY_FLAGS: i32 = 8;
export const HISTORY_LINKED: i32 = 16;
export const HISTORY_SIZE: i32 = 24;

export const HISTORY_STACK: i32 = 1 << 9;
export const HISTORY_DST_STACK: i32 = 1 << 10;
export const HISTORY_SRC_STACK: i32 = 1 << 11;

// One reference.
export const REFERENCE_ID: i32 = 0;
export const REFERENCE_INSTRUCTION: i32 = 4;
export const REFERENCE_KIND: i32 = 8;
export const REFERENCE_SIZE: i32 = 16;

/** callsite of a frame that nobody called */
export const NO_CALLSITE: i32 = -1;

export function frameOf(state: usize, number: i32): usize {
  return load<usize>(state + ((<usize>number) << 2));
}
export function currentFrame(state: usize): usize {
  return load<usize>(state + ((<usize>load<i32>(state, STATE_FRAME)) << 2));
}
export function registerOf(frame: usize, number: i32): usize {
  return frame + <usize>number * REG_SIZE;
}
export function slotOf(frame: usize, number: i32): usize {
  return load<usize>(frame, FRAME_SLOTS) + <usize>number * SLOT_SIZE;
}
/** slots that have a state */
export function slotCount(frame: usize): i32 {
  return load<i32>(frame, FRAME_ALLOCATED) >> 3;
}
