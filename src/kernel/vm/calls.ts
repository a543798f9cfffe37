// Control that leaves a straight line: calls between functions, callbacks, tail calls and exits, on the frames of frames.ts.
// Callback loops live in frames, not in recursion, so that the debugger can stop inside them.
import { E2BIG, EINVAL, EOPNOTSUPP } from '../generated/errno';
import { BPF_MAX_LOOPS, MAX_CALL_FRAMES, MAX_TAIL_CALL_CNT } from '../generated/limits';
import { REGISTERS, toVirtual } from '../memory/layout';
import { BpfMap } from '../maps/map';
import { mapAt } from '../maps/registry';
import { programAt } from '../maps/program-array';
import { FAULT_CALL_DEPTH, FAULT_HELPER_MEMORY, raise } from './fault';
import {
  FIRST_FRAME,
  FRAME_CALL,
  FRAME_CODE,
  FRAME_CONTEXT,
  FRAME_DONE,
  FRAME_EACH,
  FRAME_KIND,
  FRAME_LIMIT,
  FRAME_LOOP,
  FRAME_MAIN,
  FRAME_MAY_GOTO,
  FRAME_NEXT,
  FRAME_PROGRAM,
  FRAME_RETURN,
  FRAME_SIZE,
  FRAME_STRIDE,
  enterFrame,
  frameFits,
  leaveFrame,
  restoreRegisters,
  saveRegisters,
  stackPointer,
} from './frames';
import { CALLBACK_INTERPRETED, RECORD_SIZE } from './operations';

const R0: usize = REGISTERS;
const R1: usize = REGISTERS + 8;
const R2: usize = REGISTERS + 16;
const R3: usize = REGISTERS + 24;
const R4: usize = REGISTERS + 32;
const R10: usize = REGISTERS + 80;

/** record of the running frame */
let frame: usize = FIRST_FRAME;
/** record of the main program's frame of the innermost run */
let bottom: usize = FIRST_FRAME;
/** first record of the code that is running */
export let codeBase: usize = 0;
/** tail calls of this run */
let tailCalls: i32 = 0;
/** record behind the instruction that began a callback loop */
export let pcAfter: usize = 0;

/** calls below the main program of compiled code, which keeps no frame records */
let compiledDepth: i32 = 0;

export function resetCompiledDepth(): void {
  compiledDepth = 0;
  tailCalls = 0;
}

/** Compiled code calls a subprogram: r10 of its frame, 0 after a fault. */
export function enterCompiled(): u64 {
  const top = compiledDepth + 1 < MAX_CALL_FRAMES ? enterFrame() : 0;
  if (top == 0) raise(FAULT_CALL_DEPTH, 0);
  else compiledDepth++;
  return top;
}

/** Compiled code is back from one. */
export function leaveCompiled(): void {
  compiledDepth--;
  leaveFrame(stackPointer + <u64>FRAME_STRIDE);
}

/** Calls below the main program. */
export function depth(): i32 {
  return <i32>((frame - bottom) / FRAME_SIZE);
}

/** Record of the frame `level` calls below the main program. */
export function frameRecord(level: i32): usize {
  return bottom + <usize>level * FRAME_SIZE;
}

function push(kind: i32, back: usize): bool {
  if (depth() + 1 >= MAX_CALL_FRAMES || !frameFits(frame)) return false;
  const next = frame + FRAME_SIZE;
  saveRegisters(next);
  store<u32>(next, <u32>codeBase, FRAME_PROGRAM);
  return open(next, kind, back);
}

function open(next: usize, kind: i32, back: usize): bool {
  const top = enterFrame();
  if (top == 0) return false;
  store<u32>(next, <u32>back, FRAME_RETURN);
  store<u32>(next, <u32>kind, FRAME_KIND);
  store<u64>(next, 0, FRAME_MAY_GOTO);
  store<u64>(R10, top);
  frame = next;
  return true;
}

/** What a nested run has to put back. */
export class Suspended {
  frame: usize = 0;
  bottom: usize = 0;
  codeBase: usize = 0;
  tailCalls: i32 = 0;
  r0: u64 = 0;
  r1: u64 = 0;
  r2: u64 = 0;
  r3: u64 = 0;
  r4: u64 = 0;
  r5: u64 = 0;
}

/** Where a run stands on its frames. */
export class Place {
  frame: usize = 0;
  bottom: usize = 0;
  codeBase: usize = 0;
  tailCalls: i32 = 0;
}

export function noteTo(place: Place): void {
  place.frame = frame;
  place.bottom = bottom;
  place.codeBase = codeBase;
  place.tailCalls = tailCalls;
}

export function goTo(place: Place): void {
  frame = place.frame;
  bottom = place.bottom;
  codeBase = place.codeBase;
  tailCalls = place.tailCalls;
}

/** Opens the main frame of a run of the code at `records`, with frame records from `first` on. */
export function beginRunAt(first: usize, records: usize): bool {
  saveRegisters(first);
  bottom = first;
  codeBase = records;
  tailCalls = 0;
  return open(first, FRAME_MAIN, 0);
}

/** Opens the main frame of a run of the code at `records`. False: too many runs inside one another. */
export function beginRun(records: usize, nested: Suspended | null): bool {
  let next = FIRST_FRAME;
  if (nested) {
    if (!frameFits(frame)) return false;
    nested.frame = frame;
    nested.bottom = bottom;
    nested.codeBase = codeBase;
    nested.tailCalls = tailCalls;
    nested.r1 = load<u64>(R1);
    nested.r2 = load<u64>(R2);
    nested.r3 = load<u64>(R3);
    nested.r4 = load<u64>(R4);
    nested.r5 = load<u64>(R4 + 8);
    next = frame + FRAME_SIZE;
  }
  return beginRunAt(next, records);
}

/** Closes every frame of the innermost run, however it ended. */
export function endRun(nested: Suspended | null): void {
  while (frame > bottom) {
    leaveFrame(stackPointer + <u64>FRAME_STRIDE);
    restoreRegisters(frame);
    frame -= FRAME_SIZE;
  }
  leaveFrame(stackPointer + <u64>FRAME_STRIDE);
  restoreRegisters(frame);
  if (nested) {
    frame = nested.frame;
    bottom = nested.bottom;
    codeBase = nested.codeBase;
    tailCalls = nested.tailCalls;
    store<u64>(R1, nested.r1);
    store<u64>(R2, nested.r2);
    store<u64>(R3, nested.r3);
    store<u64>(R4, nested.r4);
    store<u64>(R4 + 8, nested.r5);
  }
}

/** A call to a subprogram; `back` is the record to return to. False: too deep. */
export function call(back: usize): bool {
  return push(FRAME_CALL, back);
}

function pop(): usize {
  const back = <usize>load<u32>(frame, FRAME_RETURN);
  codeBase = <usize>load<u32>(frame, FRAME_PROGRAM);
  leaveFrame(stackPointer + <u64>FRAME_STRIDE);
  restoreRegisters(frame);
  frame -= FRAME_SIZE;
  return back;
}

/** exit: where to go on, or 0 when the main program has returned. */
export function leave(): usize {
  const kind = <i32>load<u32>(frame, FRAME_KIND);
  if (kind == FRAME_CALL) return pop();
  if (kind == FRAME_MAIN) return 0;
  const done = load<u64>(frame, FRAME_DONE) + 1;
  store<u64>(frame, done, FRAME_DONE);
  const ended = load<u64>(R0) != 0;
  if (kind == FRAME_LOOP) {
    if (!ended && done < load<u64>(frame, FRAME_LIMIT)) return enterLoop(done);
  } else if (!ended && load<u32>(frame, FRAME_NEXT) != 0) return enterEach();
  const back = pop();
  store<u64>(R0, done);
  return back;
}

/** Record of a callback's first instruction; 0: not one. */
function callbackCode(value: u64): usize {
  return value >= CALLBACK_INTERPRETED ? <usize>(<u32>value) : 0;
}

function enterLoop(index: u64): usize {
  store<u64>(R1, index);
  store<u64>(R2, load<u64>(frame, FRAME_CONTEXT));
  return <usize>load<u32>(frame, FRAME_CODE);
}

/** bpf_loop(count, callback, context, flags) at record `pc`: the record to go on with, 0 after a fault. */
export function beginLoop(pc: usize): usize {
  pcAfter = pc + RECORD_SIZE;
  const count = <u64>load<u32>(R1);
  const code = callbackCode(load<u64>(R2));
  const context = load<u64>(R3);
  if (load<u64>(R4) != 0) store<i64>(R0, -EINVAL);
  else if (count > <u64>BPF_MAX_LOOPS) store<i64>(R0, -E2BIG);
  else if (count == 0) store<u64>(R0, 0);
  else {
    if (code == 0) {
      raise(FAULT_HELPER_MEMORY, load<u64>(R2));
      return 0;
    }
    if (!push(FRAME_LOOP, pcAfter)) {
      raise(FAULT_CALL_DEPTH, 0);
      return 0;
    }
    store<u64>(frame, 0, FRAME_DONE);
    store<u64>(frame, count, FRAME_LIMIT);
    store<u64>(frame, context, FRAME_CONTEXT);
    store<u32>(frame, <u32>code, FRAME_CODE);
    return enterLoop(0);
  }
  return pcAfter;
}

function enterEach(): usize {
  const map = changetype<BpfMap>(<usize>load<u32>(frame, FRAME_LIMIT));
  const cursor = <usize>load<u32>(frame, FRAME_NEXT);
  // The callback may delete its element, so the one after it is found first.
  store<u32>(frame, <u32>map.nextElement(cursor), FRAME_NEXT);
  store<u64>(R1, toVirtual(map.address));
  store<u64>(R2, toVirtual(map.elementKey(cursor)));
  store<u64>(R3, toVirtual(map.elementValue(cursor)));
  store<u64>(R4, load<u64>(frame, FRAME_CONTEXT));
  return <usize>load<u32>(frame, FRAME_CODE);
}

/** bpf_for_each_map_elem(map, callback, context, flags): as beginLoop. */
export function beginEach(pc: usize): usize {
  pcAfter = pc + RECORD_SIZE;
  const map = mapAt(load<u64>(R1));
  const code = callbackCode(load<u64>(R2));
  const context = load<u64>(R3);
  if (map == null || code == 0) {
    raise(FAULT_HELPER_MEMORY, map == null ? load<u64>(R1) : load<u64>(R2));
    return 0;
  }
  if (load<u64>(R4) != 0) store<i64>(R0, -EINVAL);
  else if (!map.canIterate()) store<i64>(R0, -EOPNOTSUPP);
  else {
    const first = map.nextElement(0);
    if (first == 0) {
      store<u64>(R0, 0);
      return pcAfter;
    }
    if (!push(FRAME_EACH, pcAfter)) {
      raise(FAULT_CALL_DEPTH, 0);
      return 0;
    }
    store<u64>(frame, 0, FRAME_DONE);
    store<u32>(frame, <u32>changetype<usize>(map), FRAME_LIMIT);
    store<u32>(frame, <u32>first, FRAME_NEXT);
    store<u64>(frame, context, FRAME_CONTEXT);
    store<u32>(frame, <u32>code, FRAME_CODE);
    return enterEach();
  }
  return pcAfter;
}

/**
 * bpf_tail_call(context, map, index): the other program's first record, or 0 to go on behind the call (no such entry, empty entry,
 * or the 33 tail calls are used up). r1 stays: it is the context.
 */
export function tailCall(map: u64, index: u32): usize {
  const target = programAt(map, index);
  if (target == null || tailCalls >= MAX_TAIL_CALL_CNT) return 0;
  tailCalls++;
  codeBase = target.records;
  return codeBase;
}

/** Counts a tail call of compiled code; false: no more. */
export function countTailCall(): bool {
  if (tailCalls >= MAX_TAIL_CALL_CNT) return false;
  tailCalls++;
  return true;
}

/** may_goto: true once the loop has had its turns (Linux: a quarter of a second; here a number, to be deterministic). */
export function mayGoto(): bool {
  const turns = load<u64>(frame, FRAME_MAY_GOTO) + 1;
  store<u64>(frame, turns, FRAME_MAY_GOTO);
  return turns > <u64>BPF_MAX_LOOPS;
}
