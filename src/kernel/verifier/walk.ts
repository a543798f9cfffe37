// The walk along every path: one instruction after the other, with the states of the branches not yet taken waiting.
import { EACCES, EINVAL, EPERM } from '../generated/errno';
import { BPF_COMPLEXITY_LIMIT_INSNS } from '../generated/limits';
import {
  BPF_ABS,
  BPF_ALU,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_EXIT,
  BPF_IMM,
  BPF_IND,
  BPF_JA,
  BPF_JMP,
  BPF_JMP32,
  BPF_LDX,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_ST,
  BPF_STX,
} from '../generated/opcodes';
import {
  MESSAGE_BAD_INSTRUCTION_INDEX,
  MESSAGE_BAD_LD_MODE,
  MESSAGE_CANCELLED,
  MESSAGE_FUNCTION_CALL_LOCKED,
  MESSAGE_RESERVED_CALL,
  MESSAGE_RESERVED_EXIT,
  MESSAGE_RESERVED_JA,
  MESSAGE_TOO_LARGE,
} from '../generated/verifier-messages';
import { STATE_FROM } from '../generated/verifier-records';
import { checkArithmetic } from './arithmetic';
import { checkAtomic } from './atomic';
import { isLoadImmediate64 } from './calls';
import { checkConditionalJump } from './conditional-jump';
import {
  AUX_BARRIER,
  AUX_BARRIER_BEHIND,
  AUX_JUMP,
  AUX_PRUNE,
  AUX_SEEN,
  auxOf,
  dstAt,
  env,
  immediateAt,
  isScratched,
  offsetAt,
  opcodeAt,
  scratchAll,
  scratchRegister,
  srcAt,
} from './environment';
import { PATH_ENDS, checkExit } from './exit';
import { fail, fail1, fail2, setWalking } from './fail';
import { checkHelperCall } from './helper-call';
import { pushHistory } from './history';
import { allowedUnderLock, checkKernelFunctionCall } from './kernel-functions';
import { STATE_FRAME, STATE_INSTRUCTION, STATE_LAST, STATE_LOCKS, STATE_SPECULATIVE } from './layout';
import {
  checkImmediateStore,
  checkLoadImmediate,
  checkPacketLoad,
  checkRegisterLoad,
  checkRegisterStore,
} from './load-store';
import { HELPER_SPIN_UNLOCK } from './locks';
import { coveredByLoop, coveringState, finishPath, visitState } from './pruning';
import { recordDelta, recordPruned, recordState, recordStep } from './record-state';
import { recording, recordingAll } from './recorder';
import { beginStackWrites, commitStackWrites, updateLiveStack } from './stack-liveness';
import { popState } from './states';
import { checkSubprogramCall } from './subprogram-call';
import { jumpTarget } from './subprograms';

function checkCall(i: i32): i32 {
  const source = srcAt(i);
  if (
    (opcodeAt(i) & 8) != 0 ||
    (opcodeAt(i) & 7) == BPF_JMP32 ||
    (source != BPF_PSEUDO_KFUNC_CALL && offsetAt(i) != 0) ||
    (source != 0 && source != BPF_PSEUDO_CALL && source != BPF_PSEUDO_KFUNC_CALL) ||
    dstAt(i) != 0
  )
    return fail(MESSAGE_RESERVED_CALL);
  if (load<i32>(env.state, STATE_LOCKS) != 0) {
    if (source == 0 && immediateAt(i) != HELPER_SPIN_UNLOCK) return fail(MESSAGE_FUNCTION_CALL_LOCKED);
    if (source == BPF_PSEUDO_KFUNC_CALL && !allowedUnderLock(immediateAt(i))) return fail(MESSAGE_FUNCTION_CALL_LOCKED);
  }
  const error =
    source == BPF_PSEUDO_CALL
      ? checkSubprogramCall(i)
      : source == BPF_PSEUDO_KFUNC_CALL
        ? checkKernelFunctionCall(i)
        : checkHelperCall(i);
  if (error != 0) return error;
  scratchRegister(0);
  return 0;
}
function checkJump(i: i32): i32 {
  const opcode = opcodeAt(i);
  const is32 = (opcode & 7) == BPF_JMP32;
  env.jumps++;
  switch (opcode & 0xf0) {
    case BPF_CALL:
      return checkCall(i);
    case BPF_JA:
      if ((opcode & 8) != 0 || srcAt(i) != 0 || dstAt(i) != 0 || (is32 ? offsetAt(i) != 0 : immediateAt(i) != 0))
        return fail(MESSAGE_RESERVED_JA);
      env.instruction = jumpTarget(i);
      return 0;
    case BPF_EXIT:
      if ((opcode & 8) != 0 || immediateAt(i) != 0 || srcAt(i) != 0 || dstAt(i) != 0 || is32)
        return fail(MESSAGE_RESERVED_EXIT);
      return checkExit();
    default:
      return checkConditionalJump(i);
  }
}

let printWhole: bool = false;

/** 0: the walk goes on at env.instruction; PATH_ENDS; negative: refused. */
function checkInstruction(i: i32): i32 {
  const opcode = opcodeAt(i);
  let error = 0;
  switch (opcode & 7) {
    case BPF_ALU:
    case BPF_ALU64:
      error = checkArithmetic(i);
      break;
    case BPF_LDX:
      error = checkRegisterLoad(i);
      break;
    case BPF_STX:
      error = (opcode & 0xe0) == BPF_ATOMIC ? checkAtomic(i) : checkRegisterStore(i);
      break;
    case BPF_ST:
      error = checkImmediateStore(i);
      break;
    case BPF_JMP:
    case BPF_JMP32: {
      const depth = load<i32>(env.state, STATE_FRAME);
      const result = checkJump(i);
      // a return to the caller shows the caller's state whole
      if (result == 0 && (opcode & 0xf0) == BPF_EXIT && load<i32>(env.state, STATE_FRAME) < depth) printWhole = true;
      return result;
    }
    default: {
      const mode = opcode & 0xe0;
      if (mode == BPF_ABS || mode == BPF_IND) error = checkPacketLoad(i);
      else if (mode == BPF_IMM) {
        error = checkLoadImmediate(i);
        if (error == 0) store<u8>(auxOf(i + 1), 1, AUX_SEEN);
      } else error = fail(MESSAGE_BAD_LD_MODE);
    }
  }
  if (error != 0) return error;
  env.instruction = isLoadImmediate64(i) ? i + 2 : i + 1;
  return 0;
}

/** Errors that only a path that a processor guesses wrongly can meet: it is cut off there. */
function isStoppable(error: i32): bool {
  return error == -EPERM || error == -EACCES || error == -EINVAL;
}
/** The path is done (it ended, or is covered): the next waiting one. 1: none waits. */
function nextPath(): i32 {
  scratchAll();
  const error = finishPath();
  updateLiveStack();
  if (error != 0) return error;
  if (!popState()) return 1;
  printWhole = true;
  return 0;
}

/** The slice is used up: walk() goes on from here when it is called again. */
export const WALK_PAUSES: i32 = 2;
/** instruction before the one to come on this path, -1: none */
let previousOnPath: i32 = -1;

export function beginWalk(): void {
  printWhole = false;
  previousOnPath = -1;
}
/** Walks every path from the current state. 0, -errno, or WALK_PAUSES. */
export function walk(): i32 {
  setWalking(true);
  const result = walkPaths();
  setWalking(false);
  return result;
}
function walkPaths(): i32 {
  let previous = previousOnPath;
  while (true) {
    env.historyEntry = 0;
    env.previous = previous;
    const i = env.instruction;
    if (i < 0 || i >= env.count) return fail2(MESSAGE_BAD_INSTRUCTION_INDEX, i, env.count);
    if (env.cancelled) return fail1(MESSAGE_CANCELLED, env.processed);
    if (env.processed >= env.sliceEnd) {
      previousOnPath = previous;
      return WALK_PAUSES;
    }
    if (++env.processed > <u32>BPF_COMPLEXITY_LIMIT_INSNS) return fail1(MESSAGE_TOO_LARGE, env.processed);
    store<i32>(env.state, previous, STATE_LAST);
    store<i32>(env.state, i, STATE_INSTRUCTION);
    const aux = auxOf(i);
    if (load<u8>(aux, AUX_PRUNE) != 0) {
      const covered = visitState(i);
      if (covered < 0) return covered;
      if (covered == 1) {
        recordPruned(coveringState, printWhole, coveredByLoop);
        const end = nextPath();
        if (end < 0) return end;
        if (end == 1) return 0;
        previous = env.previous;
        continue;
      }
    }
    if (load<u8>(aux, AUX_JUMP) != 0) pushHistory(0, 0);
    if (recording()) {
      if (recordingAll() && printWhole) {
        recordState(STATE_FROM, env.state, load<i32>(env.state, STATE_FRAME), true, i, previous);
        printWhole = false;
      }
      if (isScratched()) recordDelta();
      recordStep();
    }
    const astray = load<i32>(env.state, STATE_SPECULATIVE) != 0;
    if (!astray) store<u8>(aux, 1, AUX_SEEN);
    previous = i;
    let result = PATH_ENDS;
    if (!astray || load<u8>(aux, AUX_BARRIER) == 0) {
      beginStackWrites(i);
      result = checkInstruction(i);
      if (result == 0 && astray && load<u8>(aux, AUX_BARRIER_BEHIND) != 0) {
        commitStackWrites();
        result = PATH_ENDS;
      }
    }
    if (result < 0) {
      if (!astray || !isStoppable(result)) return result;
      // a barrier before the instruction keeps the processor from getting here
      store<u8>(aux, 1, AUX_BARRIER);
      result = PATH_ENDS;
    }
    commitStackWrites();
    if (result == PATH_ENDS) {
      const end = nextPath();
      if (end < 0) return end;
      if (end == 1) return 0;
      previous = env.previous;
    }
  }
}
