// A fault while a program runs, as data: what happened, where, at which address. Verified programs have none; this is what
// unverified ones end in.

import { FAULT_WORD } from '../memory/layout';

/** kinds */
export const FAULT_NONE: i32 = 0;
/** a load from outside every object */
export const FAULT_READ: i32 = 1;
/** a store outside every object */
export const FAULT_WRITE: i32 = 2;
/** an access to an object that was freed */
export const FAULT_FREED: i32 = 3;
/** an access to a stack frame that was left, or below or above the frames */
export const FAULT_STACK: i32 = 4;
/** an access near address zero */
export const FAULT_NULL: i32 = 5;
/** an instruction that is none */
export const FAULT_INSTRUCTION: i32 = 6;
/** more than 8 frames */
export const FAULT_CALL_DEPTH: i32 = 7;
/** a call to what is no helper, or none that is simulated */
export const FAULT_HELPER: i32 = 8;
/** the instruction budget is used up */
export const FAULT_BUDGET: i32 = 9;
/** a helper's argument points outside every object */
export const FAULT_HELPER_MEMORY: i32 = 10;
/** a packet access outside data … data_end */
export const FAULT_PACKET: i32 = 11;
/** the program ran past its last instruction */
export const FAULT_END: i32 = 12;
// In kernel mode the processor's own exceptions take their place.
/** nothing is mapped there, or not for this; errorCode() says which (#PF) */
export const FAULT_PAGE: i32 = 13;
/** an address that no x86-64 processor has, as its upper bits do not agree (#GP) */
export const FAULT_GENERAL_PROTECTION: i32 = 14;
/** #DE */
export const FAULT_DIVIDE: i32 = 15;
/** #UD */
export const FAULT_OPCODE: i32 = 16;
/** the stack's guard page was hit (#DF) */
export const FAULT_GUARD: i32 = 17;

/** The record lies at FAULT_WORD, so that compiled code can look at it: kind i32, slot i32, address u64, frame i32. */
export function faultKind(): i32 {
  return load<i32>(FAULT_WORD);
}

/** slot of the rewritten program; -1 when it is not known */
export function faultSlot(): i32 {
  return load<i32>(FAULT_WORD, 4);
}

export function faultAddress(): u64 {
  return load<u64>(FAULT_WORD, 8);
}

/** call depth, 0 is the main program */
export function faultFrame(): i32 {
  return load<i32>(FAULT_WORD, 16);
}

/** x86's page fault error code */
export function errorCode(): u32 {
  return load<u32>(FAULT_WORD, 20);
}

export function setErrorCode(code: u32): void {
  store<u32>(FAULT_WORD, code, 20);
}

/** Records the first fault of a run. */
export function raise(kind: i32, address: u64): void {
  if (faultKind() != FAULT_NONE) return;
  store<i32>(FAULT_WORD, kind);
  store<i32>(FAULT_WORD, -1, 4);
  store<u64>(FAULT_WORD, address, 8);
}

/** Says where the fault happened, unless that is known already. */
export function locate(slot: i32, frame: i32): void {
  if (faultSlot() >= 0) return;
  store<i32>(FAULT_WORD, slot, 4);
  store<i32>(FAULT_WORD, frame, 16);
}

export function clearFault(): void {
  memory.fill(FAULT_WORD, 0, 24);
  store<i32>(FAULT_WORD, -1, 4);
}
