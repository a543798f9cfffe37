// One step back: which registers and stack slots must have been precise before an instruction, for those wanted after it to be?
import { EFAULT, ENOTSUPP } from '../generated/errno';
import {
  BPF_ABS,
  BPF_ALU,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_END,
  BPF_EXIT,
  BPF_IND,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MOV,
  BPF_NEG,
  BPF_ST,
  BPF_STX,
} from '../generated/opcodes';
import { HELPER_TAIL_CALL, isHelperCall, isSubprogramCall, isSyncCallbackCall } from './calls';
import { AUX_CALLBACK, SUB_FLAGS, SUB_GLOBAL, auxOf, dstAt, immediateAt, opcodeAt, srcAt, subOf } from './environment';
import { flagsFrame, flagsSlot } from './history';
import { HISTORY_DST_STACK, HISTORY_FLAGS, HISTORY_LINKED, HISTORY_SRC_STACK, HISTORY_STACK } from './layout';
import { packedCount, packedFrame, packedIsRegister, packedNumber } from './linked-registers';
import { subprogramAt } from './subprograms';

/** What is wanted, frame by frame. */
export const wantedRegisters: StaticArray<u32> = new StaticArray<u32>(8);
export const wantedSlots: StaticArray<u64> = new StaticArray<u64>(8);
/** the frame that the walk back is in */
export let wantedFrame: i32 = 0;

const ARGUMENTS: u32 = 0x3e;

export function setWantedFrame(frame: i32): void {
  wantedFrame = frame;
}
export function nothingWanted(): bool {
  for (let i = 0; i <= wantedFrame; i++) if (wantedRegisters[i] != 0 || wantedSlots[i] != 0) return false;
  return true;
}
export function forgetWanted(): void {
  for (let i = 0; i < 8; i++) {
    wantedRegisters[i] = 0;
    wantedSlots[i] = 0;
  }
  wantedFrame = 0;
}
function isWanted(register: i32): bool {
  return ((wantedRegisters[wantedFrame] >> register) & 1) != 0;
}
function want(register: i32): void {
  wantedRegisters[wantedFrame] |= 1 << register;
}
function unwant(register: i32): void {
  wantedRegisters[wantedFrame] &= ~(1 << register);
}
function leaveFrame(): i32 {
  if (wantedFrame == 0) return -EFAULT;
  wantedFrame--;
  return 0;
}
function enterFrame(): i32 {
  if (wantedFrame == 7) return -EFAULT;
  wantedFrame++;
  return 0;
}

/** One of the registers that were equal at a branch is wanted: then all are. */
function wantLinked(entry: usize): void {
  if (entry == 0) return;
  const packed = load<u64>(entry, HISTORY_LINKED);
  if (packed == 0) return;
  const count = packedCount(packed);
  let some = false;
  for (let i = 0; i < count; i++) {
    const frame = packedFrame(packed, i);
    const number = packedNumber(packed, i);
    if (
      packedIsRegister(packed, i) ? (wantedRegisters[frame] >> number) & 1 : <u32>((wantedSlots[frame] >> number) & 1)
    )
      some = true;
  }
  if (!some) return;
  for (let i = 0; i < count; i++) {
    const frame = packedFrame(packed, i);
    const number = packedNumber(packed, i);
    if (packedIsRegister(packed, i)) wantedRegisters[frame] |= 1 << number;
    else wantedSlots[frame] |= (<u64>1) << number;
  }
}

function backArithmetic(i: i32): void {
  const opcode = opcodeAt(i);
  const operation = opcode & 0xf0;
  const d = dstAt(i);
  const s = srcAt(i);
  if (!isWanted(d) || operation == BPF_END || operation == BPF_NEG) return;
  const register = (opcode & 8) != 0;
  if (operation == BPF_MOV) unwant(d);
  if (register && s != 10) want(s);
}
function backLoad(i: i32, flags: i32): void {
  const d = dstAt(i);
  if (!isWanted(d)) return;
  unwant(d);
  if ((flags & HISTORY_STACK) != 0) wantedSlots[flagsFrame(flags)] |= (<u64>1) << flagsSlot(flags);
}
function backStore(i: i32, flags: i32): i32 {
  // only pointer subtraction makes a store's address a wanted number
  if (isWanted(dstAt(i))) return -ENOTSUPP;
  if ((flags & HISTORY_STACK) == 0) return 0;
  const frame = flagsFrame(flags);
  const bit = (<u64>1) << flagsSlot(flags);
  if ((wantedSlots[frame] & bit) == 0) return 0;
  wantedSlots[frame] &= ~bit;
  if ((opcodeAt(i) & 7) == BPF_STX) want(srcAt(i));
  return 0;
}
/** Backwards into the call of the subprogram that the walk back is in, or over a global function's call. */
function backSubprogramCall(i: i32): i32 {
  const number = subprogramAt(i + immediateAt(i) + 1);
  if (number < 0) return -EFAULT;
  if ((load<i32>(subOf(number), SUB_FLAGS) & SUB_GLOBAL) != 0) {
    if ((wantedRegisters[wantedFrame] & ARGUMENTS) != 0) return -EFAULT;
    unwant(0);
    return 0;
  }
  if ((wantedRegisters[wantedFrame] & ~ARGUMENTS) != 0 || wantedSlots[wantedFrame] != 0) return -EFAULT;
  const passed = wantedRegisters[wantedFrame];
  wantedRegisters[wantedFrame] = 0;
  if (leaveFrame() != 0) return -EFAULT;
  wantedRegisters[wantedFrame] |= passed;
  return 0;
}
function backExit(next: i32): i32 {
  // what a callback's caller left in r1 to r5 was set by the helper
  if (next >= 0 && load<u8>(auxOf(next), AUX_CALLBACK) != 0) wantedRegisters[wantedFrame] &= ~ARGUMENTS;
  if ((wantedRegisters[wantedFrame] & ARGUMENTS) != 0) return -EFAULT;
  const result = next - 1 >= 0 && isSubprogramCall(next - 1) && isWanted(0);
  unwant(0);
  if (enterFrame() != 0) return -EFAULT;
  if (result) want(0);
  return 0;
}
function backJump(i: i32, next: i32, flags: i32): i32 {
  const opcode = opcodeAt(i);
  const operation = opcode & 0xf0;
  if (isSubprogramCall(i)) return backSubprogramCall(i);
  if (isSyncCallbackCall(i) && i != next - 1) {
    // out of a callback into the helper that calls it
    if ((wantedRegisters[wantedFrame] & ~ARGUMENTS) != 0 || wantedSlots[wantedFrame] != 0) return -EFAULT;
    wantedRegisters[wantedFrame] = 0;
    return leaveFrame();
  }
  if (operation == BPF_CALL) {
    unwant(0);
    if ((wantedRegisters[wantedFrame] & ARGUMENTS) != 0) return -EFAULT;
    if (isHelperCall(i) && immediateAt(i) == HELPER_TAIL_CALL && next - i != 1) return enterFrame();
    return 0;
  }
  if (operation == BPF_EXIT) return backExit(next);
  if ((opcode & 8) != 0) {
    const d = dstAt(i);
    const s = srcAt(i);
    if (!isWanted(d) && !isWanted(s)) return 0;
    if ((flags & HISTORY_SRC_STACK) == 0) want(s);
    if ((flags & HISTORY_DST_STACK) == 0) want(d);
  }
  return 0;
}

/**
 * @param i the instruction walked back over; @param next the one that ran after it, -1: none
 * @param entry its entry in the jump history, 0: none
 * @returns 0; -ENOTSUPP: cannot be followed; -EFAULT: the history is not what it should be
 */
export function backtrack(i: i32, next: i32, entry: usize): i32 {
  const opcode = opcodeAt(i);
  if (opcode == 0) return 0;
  const flags = entry == 0 ? 0 : load<i32>(entry, HISTORY_FLAGS);
  wantLinked(entry);
  let error = 0;
  switch (opcode & 7) {
    case BPF_ALU:
    case BPF_ALU64:
      backArithmetic(i);
      break;
    case BPF_LDX:
      backLoad(i, flags);
      break;
    case BPF_STX:
      if ((opcode & 0xe0) == BPF_ATOMIC && immediateAt(i) == BPF_LOAD_ACQ) backLoad(i, flags);
      else error = backStore(i, flags);
      break;
    case BPF_ST:
      error = backStore(i, flags);
      break;
    case BPF_JMP:
    case BPF_JMP32:
      error = backJump(i, next, flags);
      break;
    case BPF_LD:
      if (isWanted(dstAt(i))) {
        unwant(dstAt(i));
        const mode = opcode & 0xe0;
        if (mode == BPF_IND || mode == BPF_ABS) error = -ENOTSUPP;
      }
      break;
  }
  if (error == 0) wantLinked(entry);
  return error;
}
