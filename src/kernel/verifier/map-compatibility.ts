// May this program use this map at all? Locks and timers in values are not for every program type.
import {
  MESSAGE_LOCK_SOCKET_FILTER,
  MESSAGE_FIELD_TRACING,
  WORD_SPIN_LOCK,
  WORD_TIMER,
} from '../generated/verifier-messages';
import { BpfMap } from '../maps/map';
import { env } from './environment';
import { fail, fail1 } from './fail';

const SOCKET_FILTER: i32 = 1;
const KPROBE: i32 = 2;
const TRACEPOINT: i32 = 5;
const PERF_EVENT: i32 = 7;
const RAW_TRACEPOINT: i32 = 17;
const RAW_TRACEPOINT_WRITABLE: i32 = 24;

/** Types that run wherever the kernel happens to be (Linux: is_tracing_prog_type). */
function runsAnywhere(type: i32): bool {
  return (
    type == KPROBE ||
    type == TRACEPOINT ||
    type == PERF_EVENT ||
    type == RAW_TRACEPOINT ||
    type == RAW_TRACEPOINT_WRITABLE
  );
}
export function checkMapCompatibility(map: BpfMap): i32 {
  const type = env.program.type;
  if (map.lockOffset >= 0) {
    if (type == SOCKET_FILTER) return fail(MESSAGE_LOCK_SOCKET_FILTER);
    if (runsAnywhere(type)) return fail1(MESSAGE_FIELD_TRACING, WORD_SPIN_LOCK);
  }
  if (map.timerOffset >= 0 && runsAnywhere(type)) return fail1(MESSAGE_FIELD_TRACING, WORD_TIMER);
  return 0;
}
