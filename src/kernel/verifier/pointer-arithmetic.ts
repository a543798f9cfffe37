// Adding to and subtracting from pointers: constants move the fixed offset, numbers widen the variable one, the rest is refused.
import { EINVAL } from '../generated/errno';
import { BPF_MAX_VAR_OFF } from '../generated/limits';
import { BPF_ADD, BPF_ALU64, BPF_AND, BPF_OR, BPF_SUB, BPF_XOR } from '../generated/opcodes';
import {
  MESSAGE_MATH_KNOWN,
  MESSAGE_MATH_OUT_OF_BOUNDS,
  MESSAGE_MATH_UNBOUNDED,
  MESSAGE_POINTER_32BIT,
  MESSAGE_POINTER_BITWISE,
  MESSAGE_POINTER_FROM_SCALAR,
  MESSAGE_POINTER_NULL_CHECK_FIRST,
  MESSAGE_POINTER_OFFSET,
  MESSAGE_POINTER_OPERATOR,
  MESSAGE_POINTER_TYPE_PROHIBITED,
  MESSAGE_STACK_POINTER_SUBTRACTION,
  WORD_OP_ADD,
} from '../generated/verifier-messages';
import {
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  REG_id,
  REG_mask,
  REG_off,
  REG_smax,
  REG_smin,
  REG_type,
  REG_umax,
  REG_umin,
  REG_value,
} from '../generated/verifier-records';
import { synchronizeBounds, unbound32 } from './bounds';
import { env, opcodeAt } from './environment';
import { fail1, fail2 } from './fail';
import { registerNow } from './operands';
import { baseType, markUnknown } from './registers';
import { checkPointerSpeculation, checkSpeculationBounds } from './speculation';
import { tnumAdd, tnumMask, tnumSub, tnumValue } from './tnum';

const MAP_AND_NEXT: usize = 80;
const MAP_AND_NEXT_SIZE: usize = 20;

/** An offset that pointers may not have at all, whatever they point to. */
function checkSane(r: usize, type: i32): i32 {
  const limit = <i64>BPF_MAX_VAR_OFF;
  const known = load<u64>(r, REG_mask) == 0;
  const value = load<i64>(r, REG_value);
  if (known && (value >= limit || value <= -limit)) return fail2(MESSAGE_MATH_KNOWN, type, value);
  const off = <i64>load<i32>(r, REG_off);
  if (off >= limit || off <= -limit) return fail2(MESSAGE_POINTER_OFFSET, type, off);
  const smin = load<i64>(r, REG_smin);
  if (smin == i64.MIN_VALUE) return fail1(MESSAGE_MATH_UNBOUNDED, type);
  if (smin >= limit || smin <= -limit) return fail2(MESSAGE_MATH_OUT_OF_BOUNDS, smin, type);
  return 0;
}
function allowsArithmetic(type: i32, zeroAdded: bool, known: bool): bool {
  switch (baseType(type)) {
    case PTR_TO_CTX:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MAP_KEY:
    case PTR_TO_STACK:
    case PTR_TO_PACKET_META:
    case PTR_TO_PACKET:
    case PTR_TO_TP_BUFFER:
    case PTR_TO_BTF_ID:
    case PTR_TO_MEM:
    case PTR_TO_BUF:
    case PTR_TO_FUNC:
    case CONST_PTR_TO_DYNPTR:
      return true;
    case PTR_TO_FLOW_KEYS:
      return known;
    case CONST_PTR_TO_MAP:
      return zeroAdded;
    default:
      return false;
  }
}
function copyRanges(to: usize, from: usize): void {
  memory.copy(to + REG_umin, from + REG_umin, 48);
}
function isPacket(type: i32): bool {
  return type == PTR_TO_PACKET || type == PTR_TO_PACKET_META;
}

/** The number of an operator's word. */
export function operatorWord(operation: i32): i32 {
  return WORD_OP_ADD + (operation >> 4);
}

/** @param d the destination's register number; @param pointer,@param offset the operands' states, one of which is the destination */
export function pointerArithmetic(d: i32, pointer: usize, offset: usize): i32 {
  const opcode = opcodeAt(env.instruction);
  const operation = opcode & 0xf0;
  const target = registerNow(d);
  const type = load<i32>(pointer, REG_type);
  const known = load<u64>(offset, REG_mask) == 0;
  const smin = load<i64>(offset, REG_smin);
  const smax = load<i64>(offset, REG_smax);
  const umin = load<u64>(offset, REG_umin);
  const umax = load<u64>(offset, REG_umax);
  const pointerSmin = load<i64>(pointer, REG_smin);
  const pointerSmax = load<i64>(pointer, REG_smax);
  const pointerUmin = load<u64>(pointer, REG_umin);
  const pointerUmax = load<u64>(pointer, REG_umax);
  const pointerOff = <i64>load<i32>(pointer, REG_off);
  if ((known && (smin != smax || umin != umax)) || smin > smax || umin > umax) {
    markUnknown(target);
    return 0;
  }
  if ((opcode & 7) != BPF_ALU64) {
    if (operation == BPF_SUB && env.mayLeak) {
      markUnknown(target);
      return 0;
    }
    return fail1(MESSAGE_POINTER_32BIT, d);
  }
  if ((type & PTR_MAYBE_NULL) != 0) return fail2(MESSAGE_POINTER_NULL_CHECK_FIRST, d, type);
  if (!allowsArithmetic(type, known && smin == 0 && operation == BPF_ADD, known))
    return fail2(MESSAGE_POINTER_TYPE_PROHIBITED, d, type);
  const offsetIsTarget = target == offset;
  store<i32>(target, type, REG_type);
  store<u32>(target, load<u32>(pointer, REG_id), REG_id);
  if (checkSane(offset, type) != 0 || checkSane(pointer, type) != 0) return -EINVAL;
  unbound32(target);
  const speculation = checkPointerSpeculation(d, pointer, offset, operation);
  if (speculation < 0) return speculation;

  if (operation == BPF_ADD) {
    const sum = pointerOff + smin;
    if (known && sum == <i64>(<i32>sum)) {
      if (target != pointer) copyRanges(target, pointer);
      store<i32>(target, <i32>sum, REG_off);
      if (target != pointer) memory.copy(target + MAP_AND_NEXT, pointer + MAP_AND_NEXT, MAP_AND_NEXT_SIZE);
    } else {
      tnumAdd(
        load<u64>(pointer, REG_value),
        load<u64>(pointer, REG_mask),
        load<u64>(offset, REG_value),
        load<u64>(offset, REG_mask),
      );
      const least = pointerSmin + smin;
      const most = pointerSmax + smax;
      const signedWraps = ((pointerSmin ^ least) & (smin ^ least)) < 0 || ((pointerSmax ^ most) & (smax ^ most)) < 0;
      store<i64>(target, signedWraps ? i64.MIN_VALUE : least, REG_smin);
      store<i64>(target, signedWraps ? i64.MAX_VALUE : most, REG_smax);
      const wraps = pointerUmin + umin < umin || pointerUmax + umax < umax;
      store<u64>(target, wraps ? 0 : pointerUmin + umin, REG_umin);
      store<u64>(target, wraps ? u64.MAX_VALUE : pointerUmax + umax, REG_umax);
      finishVariable(target, pointer, type, true);
    }
  } else if (operation == BPF_SUB) {
    if (offsetIsTarget) return fail1(MESSAGE_POINTER_FROM_SCALAR, d);
    if (type == PTR_TO_STACK) return fail1(MESSAGE_STACK_POINTER_SUBTRACTION, d);
    const difference = pointerOff - smin;
    if (known && difference == <i64>(<i32>difference)) {
      store<i32>(target, <i32>difference, REG_off);
    } else {
      tnumSub(
        load<u64>(pointer, REG_value),
        load<u64>(pointer, REG_mask),
        load<u64>(offset, REG_value),
        load<u64>(offset, REG_mask),
      );
      const least = pointerSmin - smax;
      const most = pointerSmax - smin;
      const signedWraps =
        ((pointerSmin ^ smax) & (pointerSmin ^ least)) < 0 || ((pointerSmax ^ smin) & (pointerSmax ^ most)) < 0;
      store<i64>(target, signedWraps ? i64.MIN_VALUE : least, REG_smin);
      store<i64>(target, signedWraps ? i64.MAX_VALUE : most, REG_smax);
      const wraps = pointerUmin < umax;
      store<u64>(target, wraps ? 0 : pointerUmin - umax, REG_umin);
      store<u64>(target, wraps ? u64.MAX_VALUE : pointerUmax - umin, REG_umax);
      finishVariable(target, pointer, type, smin < 0);
    }
  } else if (operation == BPF_AND || operation == BPF_OR || operation == BPF_XOR) {
    return fail2(MESSAGE_POINTER_BITWISE, d, operatorWord(operation));
  } else {
    return fail2(MESSAGE_POINTER_OPERATOR, d, operatorWord(operation));
  }
  if (checkSane(target, type) != 0) return -EINVAL;
  synchronizeBounds(target);
  return checkSpeculationBounds(d, target);
}
/** The tnum just computed becomes the pointer's; a packet pointer has a new identity and, if it may have gone forward, no range. */
function finishVariable(target: usize, pointer: usize, type: i32, losesRange: bool): void {
  store<u64>(target, tnumValue, REG_value);
  store<u64>(target, tnumMask, REG_mask);
  store<i32>(target, load<i32>(pointer, REG_off), REG_off);
  if (target != pointer) memory.copy(target + MAP_AND_NEXT, pointer + MAP_AND_NEXT, MAP_AND_NEXT_SIZE);
  if (!isPacket(type)) return;
  store<u32>(target, ++env.nextId, REG_id);
  if (losesRange) memory.fill(target + MAP_AND_NEXT, 0, MAP_AND_NEXT_SIZE);
}
