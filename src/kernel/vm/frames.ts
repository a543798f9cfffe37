// The interpreter's call frames and the programs' stacks.
//
// A frame record (96 bytes, at FRAMES) is what a call has to put back. The stack itself is an object of the arena: frames of 512
// bytes, FRAME_STRIDE apart, growing downwards; the bytes between two frames are never accessible, and a frame is accessible
// from its call to its return.
import { FRAMES, FRAMES_END, REGISTERS, toVirtual } from '../memory/layout';
import { reserve } from '../memory/arena';
import { SHADOW_DEAD_FRAME, conceal, expose } from '../memory/shadow';
import { MAX_BPF_STACK } from '../generated/limits';

export const FRAME_SIZE: usize = 96;
/** offsets in a frame record */
export const FRAME_RETURN: usize = 0;
/** FRAME_…: what happens at exit */
export const FRAME_KIND: usize = 4;
/** r6 to r10 of the caller */
const FRAME_R6: usize = 8;
/** state of a callback loop: iterations done (u64), iterations at most or the map (u64), callback's context (u64), its code (u32) */
export const FRAME_DONE: usize = 48;
export const FRAME_LIMIT: usize = 56;
export const FRAME_CONTEXT: usize = 64;
export const FRAME_CODE: usize = 72;
/** instructions of may_goto left in this frame */
export const FRAME_MAY_GOTO: usize = 80;
/** first record of the caller's code (u32) */
export const FRAME_PROGRAM: usize = 88;
/** cursor of the element after the one that the callback has (u32) */
export const FRAME_NEXT: usize = 92;

/** the frame that the host entered: exit ends the run */
export const FRAME_MAIN: i32 = 0;
/** a subprogram: exit returns to the caller */
export const FRAME_CALL: i32 = 1;
/** the callback of bpf_loop: exit goes round again */
export const FRAME_LOOP: i32 = 2;
/** the callback of bpf_for_each_map_elem */
export const FRAME_EACH: i32 = 3;

/** bytes from one frame's r10 to the next one's */
export const FRAME_STRIDE: usize = 576;
/** frames of all nested runs together; a single program has 8 */
const STACK_FRAMES: usize = 30;

/** r10 of the next frame to be entered, as a virtual address. Compiled code keeps it too (see index.ts). */
export let stackPointer: u64 = 0;
let stackBottom: u64 = 0;

/** A new stack; the arena was just reset. */
export function resetStack(): void {
  const size = STACK_FRAMES * FRAME_STRIDE;
  const base = reserve(size);
  conceal(base, size, SHADOW_DEAD_FRAME);
  stackPointer = toVirtual(base + size - 32);
  stackBottom = toVirtual(base);
}

/** Another processor's stack goes on (race.ts). */
export function setStackPointer(at: u64): void {
  stackPointer = at;
}

/** Makes the next frame accessible and returns its r10; 0: no room. */
export function enterFrame(): u64 {
  const top = stackPointer;
  if (top < stackBottom + <u64>FRAME_STRIDE) return 0;
  expose(<usize>(<u32>top) - MAX_BPF_STACK, MAX_BPF_STACK);
  stackPointer = top - <u64>FRAME_STRIDE;
  return top;
}

/** Leaves the frame whose r10 is `top`. */
export function leaveFrame(top: u64): void {
  conceal(<usize>(<u32>top) - MAX_BPF_STACK, MAX_BPF_STACK, SHADOW_DEAD_FRAME);
  stackPointer = top;
}

/** Saves r6 to r10 in the record at `frame`. */
export function saveRegisters(frame: usize): void {
  memory.copy(frame + FRAME_R6, REGISTERS + 48, 40);
}

export function restoreRegisters(frame: usize): void {
  memory.copy(REGISTERS + 48, frame + FRAME_R6, 40);
}

/** Is there room for one more record behind `frame`? */
export function frameFits(frame: usize): bool {
  return frame + 2 * FRAME_SIZE <= FRAMES_END;
}

export const FIRST_FRAME: usize = FRAMES;
