// Where subprograms begin, and that no jump leaves its own.
import { BPF_MAX_SUBPROGS } from '../generated/limits';
import { BPF_ABS, BPF_CALL, BPF_EXIT, BPF_IND, BPF_JA, BPF_JMP, BPF_JMP32, BPF_LD } from '../generated/opcodes';
import {
  MESSAGE_CALL_INVALID_DESTINATION,
  MESSAGE_FUNCTIONS_NEED_CAP_BPF,
  MESSAGE_JUMP_OUT_OF_RANGE,
  MESSAGE_LAST_NOT_EXIT,
  MESSAGE_TOO_MANY_SUBPROGRAMS,
} from '../generated/verifier-messages';
import {
  RECORD_HEADER,
  RECORD_SUBPROGRAM,
  SUBPROGRAM_RECORD_instruction,
  SUBPROGRAM_RECORD_number,
} from '../generated/verifier-records';
import { HELPER_TAIL_CALL, isFunctionLoad, isHelperCall, isKernelFunctionCall, isSubprogramCall } from './calls';
import {
  SUB_END,
  SUB_FLAGS,
  SUB_HAS_LD_ABS,
  SUB_HAS_TAIL_CALL,
  SUB_SIZE,
  SUB_START,
  SUB_TAIL_CALL_REACHABLE,
  env,
  immediateAt,
  offsetAt,
  opcodeAt,
  subOf,
} from './environment';
import { fail, fail2 } from './fail';
import { checkKernelFunctionNumber } from './kernel-functions';
import { newRecord, recordingAll } from './recorder';

/** Number of the subprogram that begins at `start`, -1: none. */
export function subprogramAt(start: i32): i32 {
  for (let i = 0; i < env.subprogramCount; i++) if (load<i32>(subOf(i), SUB_START) == start) return i;
  return -1;
}
/** Number of the subprogram that `instruction` belongs to. */
export function subprogramContaining(instruction: i32): i32 {
  let low = 0;
  let high = env.subprogramCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (load<i32>(subOf(middle), SUB_START) <= instruction) low = middle;
    else high = middle - 1;
  }
  return low;
}

function add(start: i32): i32 {
  if (start < 0 || start >= env.count) return fail(MESSAGE_CALL_INVALID_DESTINATION);
  if (subprogramAt(start) >= 0) return 0;
  if (env.subprogramCount >= BPF_MAX_SUBPROGS) return fail(MESSAGE_TOO_MANY_SUBPROGRAMS);
  let at = env.subprogramCount;
  while (at > 0 && load<i32>(subOf(at - 1), SUB_START) > start) at--;
  memory.copy(subOf(at + 1), subOf(at), <usize>(env.subprogramCount - at) * SUB_SIZE);
  memory.fill(subOf(at), 0, SUB_SIZE);
  store<i32>(subOf(at), start, SUB_START);
  env.subprogramCount++;
  return 0;
}

/** Finds every subprogram: what is called, and what a function pointer is taken of. */
export function findSubprograms(): i32 {
  add(0);
  for (let i = 0; i < env.count; i++) {
    const isTarget = isFunctionLoad(i) || isSubprogramCall(i);
    if (!isTarget && !isKernelFunctionCall(i)) continue;
    if (!env.privileged) return fail(MESSAGE_FUNCTIONS_NEED_CAP_BPF);
    if (!isTarget) {
      const wrong = checkKernelFunctionNumber(i);
      if (wrong != 0) return wrong;
      continue;
    }
    const error = add(i + immediateAt(i) + 1);
    if (error != 0) return error;
  }
  // one more entry, so that every subprogram has a next one
  memory.fill(subOf(env.subprogramCount), 0, SUB_SIZE);
  store<i32>(subOf(env.subprogramCount), env.count, SUB_START);
  for (let i = 0; i < env.subprogramCount; i++) {
    store<i32>(subOf(i), load<i32>(subOf(i + 1), SUB_START), SUB_END);
    if (!recordingAll()) continue;
    const record = newRecord(RECORD_SUBPROGRAM, RECORD_HEADER + 8);
    if (record == 0) continue;
    store<i32>(record, i, SUBPROGRAM_RECORD_number);
    store<i32>(record, load<i32>(subOf(i), SUB_START), SUBPROGRAM_RECORD_instruction);
  }
  return 0;
}

/** Target of the jump at `i`: a 32-bit class unconditional jump has its distance in the immediate. */
export function jumpTarget(i: i32): i32 {
  return i + 1 + (opcodeAt(i) == (BPF_JMP32 | BPF_JA) ? immediateAt(i) : offsetAt(i));
}
function setFlags(number: i32, flags: i32): void {
  store<i32>(subOf(number), load<i32>(subOf(number), SUB_FLAGS) | flags, SUB_FLAGS);
}

/** Every jump stays in its subprogram, and no subprogram falls into the next. */
export function checkSubprogramShape(): i32 {
  let number = 0;
  for (let i = 0; i < env.count; i++) {
    const sub = subOf(number);
    const end = load<i32>(sub, SUB_END);
    const opcode = opcodeAt(i);
    const kind = opcode & 7;
    if (isHelperCall(i) && immediateAt(i) == HELPER_TAIL_CALL)
      setFlags(number, SUB_HAS_TAIL_CALL | SUB_TAIL_CALL_REACHABLE);
    if (kind == BPF_LD && ((opcode & 0xe0) == BPF_ABS || (opcode & 0xe0) == BPF_IND)) setFlags(number, SUB_HAS_LD_ABS);
    if (kind == BPF_JMP || kind == BPF_JMP32) {
      const operation = opcode & 0xf0;
      if (operation != BPF_CALL && operation != BPF_EXIT) {
        const target = jumpTarget(i);
        if (target < load<i32>(sub, SUB_START) || target >= end) return fail2(MESSAGE_JUMP_OUT_OF_RANGE, i, target);
      }
    }
    if (i == end - 1) {
      if (opcode != (BPF_JMP | BPF_EXIT) && opcode != (BPF_JMP32 | BPF_JA) && opcode != (BPF_JMP | BPF_JA))
        return fail(MESSAGE_LAST_NOT_EXIT);
      number++;
    }
  }
  return 0;
}
