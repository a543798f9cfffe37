// Stores to the stack: a register is remembered (spilled), anything else leaves data.
import {
  MESSAGE_SPILL_CALLEE_POINTER,
  MESSAGE_SPILL_CORRUPT,
  MESSAGE_SPILL_SIZE,
  MESSAGE_STACK_VARIABLE_WRITE_SPILL,
  MESSAGE_STACK_VARIABLE_WRITE_UNINITIALIZED,
} from '../generated/verifier-messages';
import {
  PTR_TO_STACK,
  REG_SIZE,
  REG_smax,
  REG_smin,
  REG_type,
  REG_value,
  SCALAR_VALUE,
  STACK_INVALID,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
} from '../generated/verifier-records';
import { BPF_MEM, BPF_ST } from '../generated/opcodes';
import { isConstant, widthOf } from './bounds';
import { overwriteDynptr } from './dynptrs';
import { AUX_BARRIER_BEHIND, auxOf, env, immediateAt, opcodeAt, scratchSlot } from './environment';
import { fail, fail2 } from './fail';
import { pushHistory, stackFlags } from './history';
import { FRAME_NUMBER, currentFrame, registerOf, slotOf } from './layout';
import { markChainPrecision } from './precision';
import { isNullScalar, markKnown } from './registers';
import { clearScalarId, giveScalarId } from './scalar-id';
import { markStackWrite } from './stack-liveness';
import {
  forgetSpill,
  isSpillable,
  isSpilled,
  isSpilledScalar,
  kindOf,
  scrubSpill,
  setKind,
  spillRegister,
} from './stack-slots';

/** A store of an immediate has no register; its value is made up here. */
const made: usize = memory.data(REG_SIZE, 8);

function isImmediateStore(): bool {
  const opcode = opcodeAt(env.instruction);
  return (opcode & 0x07) == BPF_ST && (opcode & 0xe0) == BPF_MEM;
}
function storesZero(value: usize): bool {
  return value != 0 ? isNullScalar(value) : isImmediateStore() && immediateAt(env.instruction) == 0;
}

/** Would a load that a processor runs before this store see what it must not: a pointer, or what was never written? */
function mayBeBypassed(slot: usize, value: usize, off: i32, size: i32): bool {
  if (value != 0 && isSpillable(load<i32>(value, REG_type))) return true;
  for (let i = 0; i < size; i++) {
    const kind = kindOf(slot, (-off - 1 - i) & 7);
    if (kind != STACK_MISC && kind != STACK_ZERO) return true;
  }
  return false;
}

/** @param frame whose stack; @param value the stored register's number, -1: an immediate or unknown data */
function writeFixed(frame: usize, off: i32, size: i32, value: i32): i32 {
  const current = currentFrame(env.state);
  const slotNumber = (-off - 1) >> 3;
  const slot = slotOf(frame, slotNumber);
  const r = value >= 0 ? registerOf(current, value) : 0;
  let flags = stackFlags(load<i32>(frame, FRAME_NUMBER), slotNumber);
  // off + size never crosses a slot: accesses are aligned
  if (!env.mayLeak && isSpilled(slot) && !isSpilledScalar(slot) && size != 8) return fail(MESSAGE_SPILL_CORRUPT);
  if (!env.bypassSpeculation && mayBeBypassed(slot, r, off, size))
    store<u8>(auxOf(env.instruction), 1, AUX_BARRIER_BEHIND);
  const overwritten = overwriteDynptr(frame, slotNumber);
  if (overwritten != 0) return overwritten;
  scratchSlot(slotNumber);
  if (size == 8) markStackWrite(load<i32>(frame, FRAME_NUMBER), (<u64>1) << slotNumber);
  const atStart = (off & 7) == 0;
  if (r != 0 && atStart && load<i32>(r, REG_type) == SCALAR_VALUE && env.privileged) {
    const fits = widthOf(r) <= 8 * size;
    if (fits) giveScalarId(r);
    spillRegister(slot, r, size);
    if (!fits) clearScalarId(slot);
  } else if (r == 0 && atStart && isImmediateStore() && env.privileged) {
    memory.fill(made, 0, REG_SIZE);
    markKnown(made, <u64>(<i64>immediateAt(env.instruction)));
    store<i32>(made, SCALAR_VALUE, REG_type);
    spillRegister(slot, made, size);
  } else if (r != 0 && isSpillable(load<i32>(r, REG_type))) {
    if (size != 8) return fail(MESSAGE_SPILL_SIZE);
    if (frame != current && load<i32>(r, REG_type) == PTR_TO_STACK) return fail(MESSAGE_SPILL_CALLEE_POINTER);
    spillRegister(slot, r, size);
  } else {
    const wasObject = isSpilled(slot) || kindOf(slot, 7) == STACK_ITER;
    forgetSpill(slot);
    if (wasObject) scrubSpill(slot);
    let kind = STACK_MISC;
    if (storesZero(r)) {
      // a zero that is not a spill: later states rely on it, so the register's value counts
      if (value >= 0) {
        const error = markChainPrecision(value);
        if (error != 0) return error;
      }
      kind = STACK_ZERO;
    }
    for (let i = 0; i < size; i++) setKind(slot, (-off - 1 - i) & 7, kind);
    flags = 0;
  }
  if (flags != 0) pushHistory(flags, 0);
  return 0;
}

function writeVariable(frame: usize, pointer: usize, off: i32, size: i32, value: i32): i32 {
  const min = <i32>load<i64>(pointer, REG_smin) + off;
  const max = <i32>load<i64>(pointer, REG_smax) + off + size;
  const r = value >= 0 ? registerOf(currentFrame(env.state), value) : 0;
  const zero = storesZero(r);
  let zeroUsed = false;
  for (let i = min; i < max; i++) {
    const overwritten = overwriteDynptr(frame, (-i - 1) >> 3);
    if (overwritten != 0) return overwritten;
  }
  for (let i = min; i < max; i++) {
    const number = (-i - 1) >> 3;
    const byte = (-i - 1) & 7;
    const slot = slotOf(frame, number);
    const kind = kindOf(slot, byte);
    scratchSlot(number);
    if (!env.mayLeak && kind != STACK_MISC && kind != STACK_ZERO)
      return fail2(MESSAGE_STACK_VARIABLE_WRITE_SPILL, env.instruction, i);
    if (zero && kind == STACK_SPILL && isSpilledScalar(slot) && isConstant(slot) && load<u64>(slot, REG_value) == 0) {
      zeroUsed = true;
      continue;
    }
    if (isSpilled(slot)) scrubSpill(slot);
    forgetSpill(slot);
    let fresh = STACK_MISC;
    if (zero && kind == STACK_ZERO) {
      fresh = STACK_ZERO;
      zeroUsed = true;
    }
    if (kind == STACK_INVALID && !env.mayReadUninitialized)
      return fail2(MESSAGE_STACK_VARIABLE_WRITE_UNINITIALIZED, env.instruction, i);
    setKind(slot, byte, fresh);
  }
  return zeroUsed && value >= 0 ? markChainPrecision(value) : 0;
}

/** @param pointer a stack pointer whose frame is `frame`; bounds are checked already; @param off with the pointer's own */
export function writeStack(frame: usize, pointer: usize, off: i32, size: i32, value: i32): i32 {
  if (isConstant(pointer)) return writeFixed(frame, off + <i32>load<u64>(pointer, REG_value), size, value);
  return writeVariable(frame, pointer, off, size, value);
}
