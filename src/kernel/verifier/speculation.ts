// What a loader without CAP_PERFMON must not do because a processor might run it speculatively: pointers at offsets that only
// a branch keeps in bounds. Root is not held to it.
import { EACCES } from '../generated/errno';
import { BPF_ADD, BPF_SUB } from '../generated/opcodes';
import {
  MESSAGE_STACK_ARITHMETIC_RANGE,
  MESSAGE_STACK_VARIABLE_PROHIBITED,
  MESSAGE_STACK_POINTER_RANGE,
  MESSAGE_SANITIZE_BOUNDS,
  MESSAGE_SANITIZE_LIMIT,
  MESSAGE_SANITIZE_PATHS,
  MESSAGE_SANITIZE_STACK,
  MESSAGE_SANITIZE_TYPE,
  WORD_ADD,
  WORD_SUB,
} from '../generated/verifier-messages';
import {
  PTR_TO_MAP_VALUE,
  PTR_TO_STACK,
  REG_mask,
  REG_off,
  REG_smax,
  REG_smin,
  REG_type,
  REG_umax,
  REG_value,
} from '../generated/verifier-records';
import { MAX_BPF_STACK } from '../generated/limits';
import { isConstant } from './bounds';
import { AUX_BARRIER, AUX_MASKING, AUX_MASKING_LIMIT, auxOf, env, opcodeAt, srcAt } from './environment';
import { fail1, fail2, fail4 } from './fail';
import { STATE_SPECULATIVE, currentFrame, registerOf } from './layout';
import { copyRegister } from './registers';
import { pushState } from './states';
import { registerNow } from './operands';
import { checkMapValue, mapOf } from './regions';

/** What the pending operation is masked with: how far the pointer may move, and in which direction. */
let limit: u32 = 0;
let toLeft: bool = false;
let kind: u32 = 0;
let pending: bool = false;

const NEGATIVE: u32 = 1;
const CONSTANT: u32 = 2;
const MASKS_SOURCE: u32 = 4;
const MASKS_DESTINATION: u32 = 8;
const NOT_A_POINTER: u32 = 16;

function word(): i32 {
  return (opcodeAt(env.instruction) & 0xf0) == BPF_ADD ? WORD_ADD : WORD_SUB;
}
/** How far from its object's edge the pointer is, in `limit`. 0 or an error. */
function findLimit(number: i32, offsetNumber: i32, pointer: usize): i32 {
  const type = load<i32>(pointer, REG_type);
  const off = load<i32>(pointer, REG_off);
  let most: u32 = 0;
  if (type == PTR_TO_STACK) {
    most = <u32>MAX_BPF_STACK + (toLeft ? 1 : 0);
    limit = <u32>-(load<i32>(pointer, REG_value) + off);
  } else if (type == PTR_TO_MAP_VALUE) {
    most = mapOf(pointer).valueSize;
    limit = <u32>((toLeft ? load<i32>(pointer, REG_smin) : load<i32>(pointer, REG_umax)) + off);
  } else return fail1(MESSAGE_SANITIZE_TYPE, offsetNumber == number ? srcAt(env.instruction) : number);
  return limit >= most ? fail2(MESSAGE_SANITIZE_LIMIT, number, word()) : 0;
}
/** All paths through an instruction must ask for the same masking. */
function agree(number: i32, wantedKind: u32, wantedLimit: u32): i32 {
  const aux = auxOf(env.instruction);
  const before = load<u32>(aux, AUX_MASKING);
  if (before != 0 && (before != wantedKind + 1 || load<u32>(aux, AUX_MASKING_LIMIT) != wantedLimit))
    return fail2(MESSAGE_SANITIZE_PATHS, number, word());
  store<u32>(aux, wantedKind + 1, AUX_MASKING);
  store<u32>(aux, wantedLimit, AUX_MASKING_LIMIT);
  return 0;
}
/** No masking is needed: by right, for a constant, or behind a barrier. */
function isExempt(): bool {
  return (
    env.bypassSpeculation || (opcodeAt(env.instruction) & 8) == 0 || load<u8>(auxOf(env.instruction), AUX_BARRIER) != 0
  );
}
/** The path is one that a processor only guesses: what is to be masked was settled on the paths that exist. */
function isGuessed(): bool {
  return load<i32>(env.state, STATE_SPECULATIVE) != 0;
}
/** An addition of two numbers by the same instruction that elsewhere moves a pointer. */
export function checkScalarSpeculation(number: i32, operation: i32): i32 {
  if (isExempt() || (operation != BPF_ADD && operation != BPF_SUB)) return 0;
  return agree(number, NOT_A_POINTER, 0);
}
/** Before the offset is applied to register `number`. */
export function checkPointerSpeculation(number: i32, pointer: usize, offset: usize, operation: i32): i32 {
  pending = false;
  if (isExempt() || (operation != BPF_ADD && operation != BPF_SUB)) return 0;
  if (isGuessed()) return isConstant(offset) ? 0 : walkMasked(number, pointer);
  const target = registerNow(number);
  const offsetNumber = offset == target ? number : srcAt(env.instruction);
  const constant = isConstant(offset);
  const negative = load<i64>(offset, REG_smin) < 0;
  if (!constant && negative != load<i64>(offset, REG_smax) < 0) return fail1(MESSAGE_SANITIZE_BOUNDS, offsetNumber);
  toLeft = operation == BPF_ADD ? negative : !negative;
  const error = findLimit(number, offsetNumber, pointer);
  if (error != 0) return error;
  kind = (negative ? NEGATIVE : 0) | (constant ? CONSTANT : 0) | (pointer == target ? MASKS_SOURCE : MASKS_DESTINATION);
  if (!constant) env.comparesLimits = true;
  pending = true;
  return constant ? 0 : walkMasked(number, pointer);
}
/** Where the offset is out of its window, masking makes it zero: the walk also goes on with the pointer as it was. */
function walkMasked(number: i32, pointer: usize): i32 {
  const masked = pushState(env.instruction + 1, env.instruction, true);
  if (masked == 0) return fail1(MESSAGE_SANITIZE_STACK, number);
  copyRegister(registerOf(currentFrame(masked), number), pointer);
  return 0;
}
/** With the pointer moved: the window that it moved in is what is masked. */
function commit(number: i32, r: usize): i32 {
  if (!pending) return 0;
  pending = false;
  const before = limit;
  const error = findLimit(number, srcAt(env.instruction), r);
  if (error != 0) return error;
  return agree(number, kind, <u32>abs<i32>(<i32>before - <i32>limit));
}
/** The pointer that resulted must stay inside its object. */
export function checkSpeculationBounds(number: i32, r: usize): i32 {
  if (env.bypassSpeculation) return 0;
  const type = load<i32>(r, REG_type);
  if (type == PTR_TO_STACK) {
    if (load<u64>(r, REG_mask) != 0)
      return fail4(
        MESSAGE_STACK_VARIABLE_PROHIBITED,
        number,
        load<u64>(r, REG_value),
        load<u64>(r, REG_mask),
        <i64>load<i32>(r, REG_off) + load<i64>(r, REG_value),
      );
    const at = <i64>load<i32>(r, REG_off) + load<i64>(r, REG_value);
    if (at >= 0 || at < -(<i64>MAX_BPF_STACK)) return fail2(MESSAGE_STACK_POINTER_RANGE, number, at);
  } else if (type == PTR_TO_MAP_VALUE) {
    if (checkMapValue(number, load<i32>(r, REG_off), 1, false) != 0) {
      fail1(MESSAGE_STACK_ARITHMETIC_RANGE, number);
      return -EACCES;
    }
  }
  return commit(number, r);
}
