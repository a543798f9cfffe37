// May this program use this map at all? Locks and timers in values are not for every program type.
import {
  MESSAGE_LOCK_SOCKET_FILTER,
  MESSAGE_FIELD_TRACING,
  MESSAGE_SLEEPABLE_MAP,
  WORD_SPIN_LOCK,
  WORD_TIMER,
} from '../generated/verifier-messages';
import { BPF_F_SLEEPABLE } from '../generated/syscall';
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
/** Maps whose elements stay while a program sleeps, one bit a type. */
const SLEEPABLE: u64 =
  (1 << 1) | (1 << 2) | (1 << 5) | (1 << 6) | (1 << 9) | (1 << 10) | (1 << 12) | (1 << 13) | (1 << 22) | (1 << 23) |
  (1 << 24) | (1 << 27) | (1 << 28) | (1 << 29) | (1 << 31) | ((<u64>1) << 32) | ((<u64>1) << 33); // prettier-ignore

export function checkMapCompatibility(map: BpfMap): i32 {
  const type = env.program.type;
  if (map.lockOffset >= 0) {
    if (type == SOCKET_FILTER) return fail(MESSAGE_LOCK_SOCKET_FILTER);
    if (runsAnywhere(type)) return fail1(MESSAGE_FIELD_TRACING, WORD_SPIN_LOCK);
  }
  if (map.timerOffset >= 0 && runsAnywhere(type)) return fail1(MESSAGE_FIELD_TRACING, WORD_TIMER);
  if ((env.program.flags & BPF_F_SLEEPABLE) != 0 && ((SLEEPABLE >> map.type) & 1) == 0)
    return fail(MESSAGE_SLEEPABLE_MAP);
  return 0;
}
