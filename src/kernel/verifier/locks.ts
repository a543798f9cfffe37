// bpf_spin_lock: one lock at a time, in a map value whose BTF says where it lies.
import {
  MESSAGE_LOCK_HELD,
  MESSAGE_LOCK_DIFFERENT,
  MESSAGE_LOCK_NOT_HELD,
  MESSAGE_TIMER_BTF,
  MESSAGE_TIMER_FIELD,
  MESSAGE_TIMER_MAP,
  MESSAGE_TIMER_OFFSET,
  WORD_SPIN_LOCK,
  WORD_SPIN_LOCK_SHORT,
} from '../generated/verifier-messages';
import { REG_id, REG_map, REG_off, REG_value } from '../generated/verifier-records';
import { isConstant } from './bounds';
import { call } from './call-meta';
import { env } from './environment';
import { fail, fail2, fail3 } from './fail';
import { STATE_LOCKS, STATE_LOCK_ID, STATE_LOCK_MAP, STATE_LOCK_PLACE, STATE_REFERENCE_COUNT } from './layout';
import { mapOf } from './regions';

export const HELPER_SPIN_LOCK: i32 = 93;
export const HELPER_SPIN_UNLOCK: i32 = 94;

export function checkLockArgument(r: usize, number: i32): i32 {
  const map = mapOf(r);
  const mapIndex = load<i32>(r, REG_map) - 1;
  if (!isConstant(r)) return fail2(MESSAGE_TIMER_MAP, number, WORD_SPIN_LOCK);
  if (map.btf == 0) return fail2(MESSAGE_TIMER_BTF, mapIndex, WORD_SPIN_LOCK);
  if (map.lockOffset < 0) return fail2(MESSAGE_TIMER_FIELD, mapIndex, WORD_SPIN_LOCK);
  const at = load<i32>(r, REG_off) + <i32>load<u64>(r, REG_value);
  if (at != map.lockOffset) return fail3(MESSAGE_TIMER_OFFSET, at, WORD_SPIN_LOCK, map.lockOffset);
  const state = env.state;
  if (call.id == HELPER_SPIN_LOCK) {
    if (load<i32>(state, STATE_LOCKS) != 0) return fail(MESSAGE_LOCK_HELD);
    store<i32>(state, 1, STATE_LOCKS);
    store<u32>(state, load<u32>(r, REG_id), STATE_LOCK_ID);
    store<i32>(state, mapIndex, STATE_LOCK_MAP);
    store<i32>(state, load<i32>(state, STATE_REFERENCE_COUNT), STATE_LOCK_PLACE);
    return 0;
  }
  if (load<i32>(state, STATE_LOCKS) == 0) return fail2(MESSAGE_LOCK_NOT_HELD, WORD_SPIN_LOCK_SHORT, 0);
  if (load<u32>(state, STATE_LOCK_ID) != load<u32>(r, REG_id) || load<i32>(state, STATE_LOCK_MAP) != mapIndex)
    return fail2(MESSAGE_LOCK_DIFFERENT, WORD_SPIN_LOCK_SHORT, 0);
  store<i32>(state, 0, STATE_LOCKS);
  store<u32>(state, 0, STATE_LOCK_ID);
  return 0;
}
