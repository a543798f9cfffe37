// The verifier: is this program safe? In Linux's order, so that the first refusal is Linux's: shape, maps, flow, then every path,
// then every global function on its own, then the stack's depth.
import {
  PROGRAM_TYPE_KPROBE,
  PROGRAM_TYPE_LSM,
  PROGRAM_TYPE_STRUCT_OPS,
  PROGRAM_TYPE_SYSCALL,
  PROGRAM_TYPE_TRACING,
} from '../generated/contexts';
import {
  BPF_F_SLEEPABLE,
  BPF_F_STRICT_ALIGNMENT,
  BPF_F_TEST_STATE_FREQ,
  CAP_BPF,
  CAP_PERFMON,
} from '../generated/syscall';
import {
  MESSAGE_MAY_NOT_SLEEP,
  MESSAGE_MUST_SLEEP,
  MESSAGE_GLOBAL_SAFE,
  MESSAGE_GLOBAL_VALIDATING,
} from '../generated/verifier-messages';
import {
  END_RECORD_instruction,
  END_RECORD_maxStatesPerInstruction,
  END_RECORD_peakStates,
  END_RECORD_processed,
  END_RECORD_result,
  END_RECORD_totalStates,
  PTR_TO_CTX,
  RECORD_END,
  RECORD_HEADER,
  REG_type,
} from '../generated/verifier-records';
import { InstructionInfo, Program } from '../program';
import { forgetWanted } from './backtrack';
import { resetComponents } from './components';
import {
  AUX_DECIDED,
  AUX_MAP,
  AUX_POINTER,
  AUX_SEEN,
  AUX_SIZE,
  SUB_CALLED,
  SUB_DEPTH,
  SUB_FLAGS,
  SUB_GLOBAL,
  SUB_HAS_TAIL_CALL,
  SUB_SIZE,
  SUB_START,
  SUB_VERIFIED,
  auxOf,
  env,
  subOf,
  subprogramStart,
} from './environment';
import { fail, lastMessage, note, setWalking } from './fail';
import { EAGAIN } from '../generated/errno';
import { checkFlowGraph, computeComponents, computePostorder } from './flow-graph';
import { beginFrame } from './frames';
import { checkFunctionInfo, hasFunctionInfo, prepareMain, setArguments } from './global-functions';
import { resolveImmediates } from './immediates';
import { NO_CALLSITE, STATE_BRANCHES, STATE_FIRST, STATE_LAST, registerOf } from './layout';
import { checkEliminatedCalls } from './kernel-functions';
import { computeLiveRegisters } from './live-registers';
import { poolHeld, powerPool, releaseAll, take } from './pool';
import { resetKept } from './pruning';
import { dropFailingPath, newRecord, recording, resetRecords } from './recorder';
import { markKnownZero } from './registers';
import { resetStackLiveness } from './stack-liveness';
import { checkLostCallbacks } from './lost-callback';
import { checkStackDepth } from './stack-depth';
import { dropWaiting, newState } from './states';
import { checkSubprogramShape, findSubprograms } from './subprograms';
import { WALK_PAUSES, beginWalk, walk } from './walk';

export { recordsSize, recordsStart, setRecording } from './recorder';
export { lastMessage } from './fail';

/** bytes that the last verification held at its end, states and analyses together */
let heldAtEnd: u64 = 0;
export function verifierMemory(): u64 {
  return heldAtEnd;
}
export function processedInstructions(): u32 {
  return env.processed;
}
export function maxStatesPerInstruction(): u32 {
  return env.maxStatesPerInstruction;
}
export function totalStates(): u32 {
  return env.totalStates;
}
export function peakStates(): u32 {
  return env.peakStates;
}
/** Stops the running verification at its next instruction (from an imported function, or a later time slice). */
export function cancelVerification(): void {
  env.cancelled = true;
}

function begin(program: Program): void {
  env.program = program;
  env.instructions = program.instructions;
  env.count = program.instructionCount;
  const capabilities = program.capabilities;
  const privileged = (capabilities & CAP_PERFMON) != 0;
  env.privileged = (capabilities & CAP_BPF) != 0;
  env.mayLeak = privileged;
  env.mayReadUninitialized = privileged;
  env.bypassSpeculation = privileged;
  env.comparesLimits = false;
  env.strictAlignment = (program.flags & BPF_F_STRICT_ALIGNMENT) != 0;
  env.testStateFrequency = (program.flags & BPF_F_TEST_STATE_FREQ) != 0 && env.privileged;
  env.state = 0;
  env.waiting = 0;
  env.waitingCount = 0;
  env.waitingNumber = 0;
  env.instruction = 0;
  env.previous = 0;
  env.nextId = 0;
  env.processed = 0;
  env.jumps = 0;
  env.previousProcessed = 0;
  env.previousJumps = 0;
  env.maxStatesPerInstruction = 0;
  env.totalStates = 0;
  env.keptStates = 0;
  env.evictedStates = 0;
  env.backEdges = 0;
  env.peakStates = 0;
  env.error = 0;
  env.cancelled = false;
  env.subprogramCount = 0;
  env.historyEntry = 0;
  // a verification that nobody finished
  releaseAll();
  lastMessage[0] = -1;
  resetRecords();
  setWalking(false);
  forgetWanted();
  resetStackLiveness();
  resetComponents();
  const auxBytes = <usize>(env.count + 1) * AUX_SIZE;
  env.aux = take(powerPool(auxBytes));
  memory.fill(env.aux, 0, auxBytes);
  const subBytes: usize = 260 * SUB_SIZE;
  env.subprograms = take(powerPool(subBytes));
  memory.fill(env.subprograms, 0, subBytes);
}

/** The walk of subprogram `number` begins at its start: 0 is the program itself. */
function startWalk(number: i32): i32 {
  const state = newState();
  store<i32>(state, 1, STATE_BRANCHES);
  env.subprogram = number;
  env.state = state;
  env.instruction = subprogramStart(number);
  const frame = beginFrame(NO_CALLSITE, 0, number);
  store<usize>(state, frame);
  store<i32>(state, env.instruction, STATE_FIRST);
  store<i32>(state, -1, STATE_LAST);
  if (number > 0) {
    note(MESSAGE_GLOBAL_VALIDATING, 2, number, number);
    const error = setArguments(number, frame);
    if (error != 0) return error;
  } else {
    prepareMain();
    const context = registerOf(frame, 1);
    store<i32>(context, PTR_TO_CTX, REG_type);
    markKnownZero(context);
  }
  resetKept();
  resetComponents();
  beginWalk();
  return 0;
}
function endWalk(error: i32): void {
  dropWaiting();
  if (error != 0) return;
  dropFailingPath();
  const number = env.subprogram;
  if (number == 0) return;
  if (recording()) note(MESSAGE_GLOBAL_SAFE, 2, number, number);
  const sub = subOf(number);
  store<i32>(sub, load<i32>(sub, SUB_FLAGS) | SUB_VERIFIED, SUB_FLAGS);
}

/** where the search for the next global function goes on, and whether one was walked since it began at the first */
let globalAt: i32 = 1;
let globalWalked: bool = false;
/** A global function that was called and is not yet walked for all arguments of its prototype (it may call more); -1: none. */
function nextGlobal(): i32 {
  if (!hasFunctionInfo()) return -1;
  while (true) {
    for (; globalAt < env.subprogramCount; globalAt++) {
      const flags = load<i32>(subOf(globalAt), SUB_FLAGS);
      if ((flags & SUB_GLOBAL) == 0 || (flags & SUB_CALLED) == 0 || (flags & SUB_VERIFIED) != 0) continue;
      globalWalked = true;
      return globalAt;
    }
    if (!globalWalked) return -1;
    globalWalked = false;
    globalAt = 1;
  }
}

/** Programs called by a task may sleep; of those, system calls' own always can. */
function checkSleeping(): i32 {
  const sleeps = (env.program.flags & BPF_F_SLEEPABLE) != 0;
  switch (env.program.type) {
    case PROGRAM_TYPE_SYSCALL:
      return sleeps ? 0 : fail(MESSAGE_MUST_SLEEP);
    case PROGRAM_TYPE_KPROBE:
    case PROGRAM_TYPE_TRACING:
    case PROGRAM_TYPE_LSM:
    case PROGRAM_TYPE_STRUCT_OPS:
      return 0;
    default:
      return sleeps ? fail(MESSAGE_MAY_NOT_SLEEP) : 0;
  }
}

/** Everything that is looked at before the program is walked. */
function prepare(): i32 {
  let error = findSubprograms();
  if (error == 0) error = checkSubprogramShape();
  if (error == 0) error = checkFunctionInfo();
  if (error == 0) error = resolveImmediates();
  if (error == 0) error = checkFlowGraph();
  if (error == 0) error = checkSleeping();
  if (error != 0) return error;
  computePostorder();
  computeComponents();
  computeLiveRegisters();
  for (let i = 0; i < env.subprogramCount; i++)
    if ((load<i32>(subOf(i), SUB_FLAGS) & SUB_HAS_TAIL_CALL) != 0) env.hasTailCall = true;
  globalAt = 1;
  globalWalked = false;
  return startWalk(0);
}

/** What the rewriter needs to know. */
function publish(program: Program): void {
  const info = new Array<InstructionInfo>(env.count);
  for (let i = 0; i < env.count; i++) {
    const aux = auxOf(i);
    const entry = new InstructionInfo();
    entry.seen = load<u8>(aux, AUX_SEEN) != 0;
    entry.pointerType = load<i32>(aux, AUX_POINTER);
    const decided = load<u8>(aux, AUX_DECIDED);
    entry.alwaysTaken = decided == 1 ? 1 : decided == 2 ? -1 : 0;
    const map = load<i32>(aux, AUX_MAP);
    entry.mapIndex = map > 0 ? map - 1 : -1;
    info[i] = entry;
  }
  program.info = info;
  const starts = new Array<i32>(env.subprogramCount);
  const depths = new Array<i32>(env.subprogramCount);
  for (let i = 0; i < env.subprogramCount; i++) {
    starts[i] = load<i32>(subOf(i), SUB_START);
    depths[i] = load<i32>(subOf(i), SUB_DEPTH);
  }
  program.subprograms = starts;
  program.stackDepth = depths;
}
function recordEnd(result: i32): void {
  const record = newRecord(RECORD_END, RECORD_HEADER + 24);
  if (record == 0) return;
  store<i32>(record, result, END_RECORD_result);
  store<u32>(record, env.processed, END_RECORD_processed);
  store<u32>(record, env.maxStatesPerInstruction, END_RECORD_maxStatesPerInstruction);
  store<u32>(record, env.totalStates, END_RECORD_totalStates);
  store<u32>(record, env.peakStates, END_RECORD_peakStates);
  store<i32>(record, env.instruction, END_RECORD_instruction);
}

function end(error: i32): i32 {
  if (error == 0) publish(env.program);
  recordEnd(error);
  heldAtEnd = poolHeld();
  releaseAll();
  env.state = 0;
  env.waiting = 0;
  return error;
}

/** most instructions that one call walks; 0: all of them */
let slice: u32 = 0;
export function setVerifierSlice(instructions: u32): void {
  slice = instructions;
}

/** The next slice of the verification that verify() began: like verify(). */
export function continueVerification(): i32 {
  env.sliceEnd = slice == 0 ? u32.MAX_VALUE : env.processed + slice;
  let error = 0;
  while (error == 0) {
    error = walk();
    if (error == WALK_PAUSES) return -EAGAIN;
    endWalk(error);
    if (error != 0) break;
    const next = nextGlobal();
    if (next < 0) {
      error = checkStackDepth();
      if (error == 0) error = checkEliminatedCalls();
      return end(error != 0 ? error : checkLostCallbacks());
    }
    error = startWalk(next);
  }
  return end(error);
}
/**
 * 0: accepted, program.info, .subprograms and .stackDepth are filled; -EAGAIN: the slice is used up, continueVerification() goes on;
 * otherwise -errno, and lastMessage says why.
 */
export function verify(program: Program): i32 {
  begin(program);
  const error = prepare();
  return error != 0 ? end(error) : continueVerification();
}
