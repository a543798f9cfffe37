// bpf_timer: in a map value, at the place that the map's BTF gives.
import {
  MESSAGE_TIMER_BTF,
  MESSAGE_TIMER_FIELD,
  MESSAGE_TIMER_MAP,
  MESSAGE_TIMER_OFFSET,
  WORD_TIMER,
} from '../generated/verifier-messages';
import { REG_map, REG_mapUid, REG_off, REG_value } from '../generated/verifier-records';
import { isConstant } from './bounds';
import { call } from './call-meta';
import { fail2, fail3 } from './fail';
import { mapOf } from './regions';

export function checkTimerArgument(r: usize, number: i32): i32 {
  const map = mapOf(r);
  const mapIndex = load<i32>(r, REG_map) - 1;
  if (!isConstant(r)) return fail2(MESSAGE_TIMER_MAP, number, WORD_TIMER);
  if (map.btf == 0) return fail2(MESSAGE_TIMER_BTF, mapIndex, WORD_TIMER);
  if (map.timerOffset < 0) return fail2(MESSAGE_TIMER_FIELD, mapIndex, WORD_TIMER);
  const at = load<i32>(r, REG_off) + <i32>load<u64>(r, REG_value);
  if (at != map.timerOffset) return fail3(MESSAGE_TIMER_OFFSET, at, WORD_TIMER, map.timerOffset);
  call.map = load<i32>(r, REG_map);
  call.mapUid = load<u32>(r, REG_mapUid);
  call.mapObject = map;
  return 0;
}
