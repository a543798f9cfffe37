// What a loader without CAP_PERFMON must not do because a processor might run it speculatively: pointers at offsets that only
// a branch keeps in bounds. Root is not held to it.
import { EACCES } from '../generated/errno';
import {
  MESSAGE_STACK_ARITHMETIC_RANGE,
  MESSAGE_STACK_VARIABLE_PROHIBITED,
  MESSAGE_STACK_POINTER_RANGE,
} from '../generated/verifier-messages';
import { PTR_TO_MAP_VALUE, PTR_TO_STACK, REG_mask, REG_off, REG_type, REG_value } from '../generated/verifier-records';
import { MAX_BPF_STACK } from '../generated/limits';
import { env } from './environment';
import { fail1, fail2, fail4 } from './fail';
import { checkMapValue } from './regions';

/** Before the offset is applied. */
export function checkPointerSpeculation(_number: i32, _pointer: usize, _offset: usize, _operation: i32): i32 {
  return 0;
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
        load<i32>(r, REG_off),
      );
    const at = <i64>load<i32>(r, REG_off) + load<i64>(r, REG_value);
    if (at >= 0 || at < -(<i64>MAX_BPF_STACK)) return fail2(MESSAGE_STACK_POINTER_RANGE, number, at);
  } else if (type == PTR_TO_MAP_VALUE) {
    if (checkMapValue(number, load<i32>(r, REG_off), 1, false, true) != 0) {
      fail1(MESSAGE_STACK_ARITHMETIC_RANGE, number);
      return -EACCES;
    }
  }
  return 0;
}
