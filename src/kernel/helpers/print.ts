// bpf_snprintf, bpf_trace_vprintk: formats with their parameters in an array.
import { EINVAL } from '../generated/errno';
import { helperMemory } from '../memory/access';
import { shadowOf } from '../memory/shadow';
import { toLinear } from '../memory/layout';
import { textLength } from '../syscall/user';
import { format, parameters } from './format';
import { printLine } from './trace';
import { result } from './arguments';

/** MAX_BPRINTF_VARARGS × 8 */
const MOST_BYTES: u32 = 96;
const MOST_FORMAT: u32 = 4096;

/** Puts the parameters in place: how many there are, or -errno. */
function takeParameters(data: u64, size: u32): i32 {
  if (size & 7 || size > MOST_BYTES || (size != 0 && data == 0)) return -EINVAL;
  const at = helperMemory(data, size);
  if (at == 0) return -EINVAL;
  if (size != 0) memory.copy(parameters, at, size);
  return <i32>(size >> 3);
}

/** bpf_snprintf(to, room, format, data, size): length with terminator, whether it fitted or not, or -errno */
export function print(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const room = <u32>r2;
  const to = helperMemory(r1, room);
  const count = takeParameters(r4, <u32>r5);
  if (to == 0) return 0;
  if (count < 0) return result(count);
  const text = toLinear(r3);
  if (shadowOf(text) == 0) return result(-EINVAL);
  const size = textLength(text, MOST_FORMAT) + 1;
  const needed = format(text, size, count, 0, 0);
  if (needed < 0) return result(needed);
  return <u64>(format(text, size, count, room == 0 ? parameters + 96 : to, room) + 1);
}

/** bpf_trace_vprintk(format, size, data, size): length of the text or -errno */
export function traceVprintk(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const text = helperMemory(r1, <u32>r2);
  if (text == 0) return 0;
  const count = takeParameters(r3, <u32>r4);
  return result(count < 0 ? count : printLine(text, <u32>r2, count));
}
