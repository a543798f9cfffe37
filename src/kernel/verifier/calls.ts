// Which calls are which: helpers, subprograms, and helpers that call back into the program.
import { BPF_CALL, BPF_JMP, BPF_PSEUDO_CALL, BPF_PSEUDO_FUNC, BPF_PSEUDO_KFUNC_CALL } from '../generated/opcodes';
import { opcodeAt, immediateAt, srcAt } from './environment';

export const HELPER_MAP_LOOKUP: i32 = 1;
export const HELPER_MAP_UPDATE: i32 = 2;
export const HELPER_MAP_DELETE: i32 = 3;
export const HELPER_TAIL_CALL: i32 = 12;
export const HELPER_FOR_EACH_MAP_ELEM: i32 = 164;
export const HELPER_TIMER_SET_CALLBACK: i32 = 170;
export const HELPER_FIND_VMA: i32 = 180;
export const HELPER_LOOP: i32 = 181;
export const HELPER_USER_RINGBUF_DRAIN: i32 = 209;

export const LD_IMM64: i32 = 0x18;
const CALL: i32 = BPF_JMP | BPF_CALL;

export function isLoadImmediate64(i: i32): bool {
  return opcodeAt(i) == LD_IMM64;
}
export function isHelperCall(i: i32): bool {
  return opcodeAt(i) == CALL && srcAt(i) == 0;
}
export function isSubprogramCall(i: i32): bool {
  return opcodeAt(i) == CALL && srcAt(i) == BPF_PSEUDO_CALL;
}
export function isKernelFunctionCall(i: i32): bool {
  return opcodeAt(i) == CALL && srcAt(i) == BPF_PSEUDO_KFUNC_CALL;
}
/** An ld_imm64 of a function's address. */
export function isFunctionLoad(i: i32): bool {
  return opcodeAt(i) == LD_IMM64 && srcAt(i) == BPF_PSEUDO_FUNC;
}
export function isSyncCallbackHelper(id: i32): bool {
  return (
    id == HELPER_FOR_EACH_MAP_ELEM || id == HELPER_FIND_VMA || id == HELPER_LOOP || id == HELPER_USER_RINGBUF_DRAIN
  );
}
export function isAsyncCallbackHelper(id: i32): bool {
  return id == HELPER_TIMER_SET_CALLBACK;
}
export function isSyncCallbackCall(i: i32): bool {
  return isHelperCall(i) && isSyncCallbackHelper(immediateAt(i));
}
export function isAsyncCallbackCall(i: i32): bool {
  return isHelperCall(i) && isAsyncCallbackHelper(immediateAt(i));
}
