// A conditional jump: decided, or both ways walked, each with what it teaches.
import { EFAULT, ENOMEM } from '../generated/errno';
import { BPF_JA, BPF_JCOND, BPF_JEQ, BPF_JMP, BPF_JMP32, BPF_JNE } from '../generated/opcodes';
import {
  MESSAGE_BAD_JUMP_OPCODE,
  MESSAGE_POINTER_COMPARISON,
  MESSAGE_RESERVED_JMP,
  MESSAGE_RESERVED_MAY_GOTO,
} from '../generated/verifier-messages';
import { PTR_TO_BTF_ID, PTR_TO_STACK, REG_SIZE, REG_id, REG_type, SCALAR_VALUE } from '../generated/verifier-records';
import { branchOutcome, isPacketAny } from './branch-outcome';
import { forgetImpossible, refine, tryBothWays } from './branch-refinement';
import { AUX_DECIDED, auxOf, dstAt, env, immediateAt, offsetAt, opcodeAt, srcAt } from './environment';
import { fail, fail1 } from './fail';
import { pushHistory } from './history';
import {
  HISTORY_DST_STACK,
  HISTORY_SRC_STACK,
  STATE_MAY_GOTO_DEPTH,
  STATE_PARENT_STATE,
  currentFrame,
  registerOf,
} from './layout';
import { clearLinked, collectLinked, linkedCount, packLinked, synchronizeLinked } from './linked-registers';
import { markNotNull, markNullBranch } from './null-branches';
import { checkSource, registerNow } from './operands';
import { matchPacketPointers } from './packet-ranges';
import { markChainPrecision } from './precision';
import { recordDecided, recordDelta } from './record-state';
import { baseType, isPointerValue, markKnown, markUnknown, mayBeNull } from './registers';
import { pushState } from './states';
import { previousEntry } from './pruning';
import { widenImprecise } from './widening';

/** The immediate as a register, once for each way. */
const hereOperand: usize = memory.data(REG_SIZE, 8);
const thereOperand: usize = memory.data(REG_SIZE, 8);

function isScalar(r: usize): bool {
  return load<i32>(r, REG_type) == SCALAR_VALUE;
}
function noteDecision(i: i32, outcome: i32): void {
  const at = auxOf(i);
  const bit: u8 = outcome == 1 ? 1 : outcome == 0 ? 2 : 3;
  store<u8>(at, load<u8>(at, AUX_DECIDED) | bit, AUX_DECIDED);
}

/** may_goto: the loop may go on or end here; the way out waits. */
function checkMayGoto(i: i32): i32 {
  if (opcodeAt(i) != (BPF_JMP | BPF_JCOND) || srcAt(i) != 0 || dstAt(i) != 0 || immediateAt(i) != 0)
    return fail1(MESSAGE_RESERVED_MAY_GOTO, immediateAt(i));
  const before = previousEntry(load<usize>(env.state, STATE_PARENT_STATE), i);
  const waiting = pushState(i + 1, i, false);
  if (waiting == 0) return -ENOMEM;
  store<i32>(waiting, load<i32>(waiting, STATE_MAY_GOTO_DEPTH) + 1, STATE_MAY_GOTO_DEPTH);
  if (before != 0) widenImprecise(before, waiting);
  env.instruction = i + offsetAt(i) + 1;
  return 0;
}

/** Two pointers are equal where one may be null and the other is not: then neither is. */
function compareNullness(operation: i32, d: usize, s: usize, there: usize): void {
  const dt = load<i32>(d, REG_type);
  const st = load<i32>(s, REG_type);
  if (dt == SCALAR_VALUE || st == SCALAR_VALUE || mayBeNull(dt) == mayBeNull(st)) return;
  if (baseType(dt) == PTR_TO_BTF_ID || baseType(st) == PTR_TO_BTF_ID) return;
  if (operation != BPF_JEQ && operation != BPF_JNE) return;
  const frame = currentFrame(operation == BPF_JEQ ? there : env.state);
  const i = env.instruction;
  markNotNull(registerOf(frame, mayBeNull(st) ? srcAt(i) : dstAt(i)));
}

/** Walks the jump at `i`: env.instruction becomes where this path goes on. */
export function checkConditionalJump(i: i32): i32 {
  const opcode = opcodeAt(i);
  const operation = opcode & 0xf0;
  const is32 = (opcode & 7) == BPF_JMP32;
  const byRegister = (opcode & 8) != 0;
  if (operation == BPF_JA || operation > BPF_JCOND) return fail1(MESSAGE_BAD_JUMP_OPCODE, operation);
  if (operation == BPF_JCOND) return checkMayGoto(i);
  const dn = dstAt(i);
  const sn = srcAt(i);
  let error = checkSource(dn);
  if (error != 0) return error;
  const d = registerNow(dn);
  let s = hereOperand;
  let flags = 0;
  if (byRegister) {
    if (immediateAt(i) != 0) return fail(MESSAGE_RESERVED_JMP);
    error = checkSource(sn);
    if (error != 0) return error;
    s = registerNow(sn);
    const bothPacket = isPacketAny(load<i32>(d, REG_type)) && isPacketAny(load<i32>(s, REG_type));
    if (!bothPacket && isPointerValue(s)) return fail1(MESSAGE_POINTER_COMPARISON, sn);
    if (load<i32>(s, REG_type) == PTR_TO_STACK) flags |= HISTORY_SRC_STACK;
  } else {
    if (sn != 0) return fail(MESSAGE_RESERVED_JMP);
    memory.fill(hereOperand, 0, REG_SIZE);
    markKnown(hereOperand, <u64>(<i64>immediateAt(i)));
    store<i32>(hereOperand, SCALAR_VALUE, REG_type);
  }
  if (load<i32>(d, REG_type) == PTR_TO_STACK) flags |= HISTORY_DST_STACK;
  if (flags != 0) pushHistory(flags, 0);

  let outcome = branchOutcome(d, s, operation, is32);
  // Linux tries both only with whole registers
  if (outcome < 0 && !is32) outcome = tryBothWays(d, s, operation, false);
  noteDecision(i, outcome);
  if (outcome >= 0) {
    if (isScalar(d)) error = markChainPrecision(dn);
    if (error == 0 && byRegister && isScalar(s)) error = markChainPrecision(sn);
    if (error != 0) return error;
    if (!env.bypassSpeculation) {
      // a processor may go the other way for a while
      const astray = pushState(outcome == 1 ? i + 1 : i + offsetAt(i) + 1, i, true);
      if (astray == 0) return -EFAULT;
      markUnknown(registerOf(currentFrame(astray), dn));
      if (byRegister) markUnknown(registerOf(currentFrame(astray), sn));
    }
    recordDecided(outcome == 1);
    recordDelta();
    env.instruction = outcome == 1 ? i + offsetAt(i) + 1 : i + 1;
    return 0;
  }

  clearLinked();
  if (byRegister && isScalar(s) && load<u32>(s, REG_id) != 0) collectLinked(env.state, load<u32>(s, REG_id), i);
  if (isScalar(d) && load<u32>(d, REG_id) != 0) collectLinked(env.state, load<u32>(d, REG_id), i);
  if (linkedCount() > 1) pushHistory(0, packLinked());

  const there = pushState(i + offsetAt(i) + 1, i, false);
  if (there == 0) return -EFAULT;
  const thereD = registerOf(currentFrame(there), dn);
  let thereS = thereOperand;
  if (byRegister) thereS = registerOf(currentFrame(there), sn);
  else memory.copy(thereOperand, hereOperand, REG_SIZE);
  refine(thereD, thereS, d, s, operation, is32);
  // what was not tried both ways may leave no possible value: then Linux forgets the ranges and goes on
  forgetImpossible(thereD);
  forgetImpossible(thereS);
  forgetImpossible(d);
  forgetImpossible(s);
  if (byRegister && isScalar(s) && load<u32>(s, REG_id) != 0) {
    synchronizeLinked(env.state, s);
    synchronizeLinked(there, thereS);
  }
  if (isScalar(d) && load<u32>(d, REG_id) != 0) {
    synchronizeLinked(env.state, d);
    synchronizeLinked(there, thereD);
  }
  if (!is32 && byRegister) compareNullness(operation, d, s, there);

  if (
    !is32 &&
    !byRegister &&
    immediateAt(i) == 0 &&
    (operation == BPF_JEQ || operation == BPF_JNE) &&
    mayBeNull(load<i32>(d, REG_type))
  ) {
    markNullBranch(env.state, dn, operation == BPF_JNE);
    markNullBranch(there, dn, operation == BPF_JEQ);
  } else {
    const matched = byRegister && !is32 && matchPacketPointers(operation, dn, d, sn, s, env.state, there);
    if (!matched && isPointerValue(d)) return fail1(MESSAGE_POINTER_COMPARISON, dn);
  }
  recordDelta();
  env.instruction = i + 1;
  return 0;
}
