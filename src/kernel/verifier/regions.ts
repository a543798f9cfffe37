// Is an access within a region of known size: map value, map key, packet, memory?
import { EINVAL } from '../generated/errno';
import { BPF_F_RDONLY_PROG, BPF_F_WRONLY_PROG } from '../generated/maps';
import { BPF_MAX_VAR_OFF } from '../generated/limits';
import {
  MESSAGE_FIELD_DIRECT_ACCESS,
  MESSAGE_MAP_KEY_ACCESS,
  MESSAGE_MAP_READ_FORBIDDEN,
  MESSAGE_MAP_VALUE_ACCESS,
  MESSAGE_MAP_WRITE_FORBIDDEN,
  MESSAGE_MAX_OUTSIDE,
  MESSAGE_MEM_ACCESS,
  MESSAGE_MIN_NEGATIVE_INDEX,
  MESSAGE_MIN_OUTSIDE,
  MESSAGE_PACKET_ACCESS,
  MESSAGE_PACKET_OFFSET_OUTSIDE,
  MESSAGE_UNBOUNDED_ACCESS,
  WORD_SPIN_LOCK,
  WORD_TIMER,
} from '../generated/verifier-messages';
import {
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  REG_id,
  REG_map,
  REG_range,
  REG_smin,
  REG_type,
  REG_umax,
} from '../generated/verifier-records';
import { BpfMap } from '../maps/map';
import { env } from './environment';
import { fail1, fail3, fail6 } from './fail';
import { registerNow } from './operands';
import { baseType } from './registers';

/** Added to a map's number where the register holds a map found inside it: it is as the outer map's template says. */
export const INNER_MAP: i32 = 4096;

export function mapOf(r: usize): BpfMap {
  const number = load<i32>(r, REG_map);
  if (number > INNER_MAP) return env.program.maps[number - INNER_MAP - 1].innerMap!;
  return env.program.maps[number - 1];
}

/** off … off+size inside 0 … limit? The message is that of the register's kind. */
function checkSpan(number: i32, off: i64, size: i32, limit: u64, zeroAllowed: bool): i32 {
  const sizeOk = size > 0 || (size == 0 && zeroAllowed);
  if (<i32>off >= 0 && sizeOk && <u64>(<i64>(<i32>off)) + <u64>size <= limit) return 0;
  const r = registerNow(number);
  switch (baseType(load<i32>(r, REG_type))) {
    case PTR_TO_MAP_KEY:
      return fail3(MESSAGE_MAP_KEY_ACCESS, limit, off, size);
    case PTR_TO_MAP_VALUE:
      return fail3(MESSAGE_MAP_VALUE_ACCESS, limit, off, size);
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
      return fail6(MESSAGE_PACKET_ACCESS, off, size, number, load<u32>(r, REG_id), off, limit);
    default:
      return fail3(MESSAGE_MEM_ACCESS, limit, off, size);
  }
}

/** At its least and at its greatest offset, the access must be inside. */
export function checkRegion(number: i32, off: i32, size: i32, limit: u32, zeroAllowed: bool): i32 {
  const r = registerNow(number);
  const smin = load<i64>(r, REG_smin);
  const least = smin + <i64>off;
  if (smin < 0 && (smin == i64.MIN_VALUE || least != <i64>(<i32>least) || least < 0))
    return fail1(MESSAGE_MIN_NEGATIVE_INDEX, number);
  if (checkSpan(number, least, size, limit, zeroAllowed) != 0) return fail1(MESSAGE_MIN_OUTSIDE, number);
  const umax = load<u64>(r, REG_umax);
  if (umax >= <u64>BPF_MAX_VAR_OFF) return fail1(MESSAGE_UNBOUNDED_ACCESS, number);
  if (checkSpan(number, <i64>umax + <i64>off, size, limit, zeroAllowed) != 0) return fail1(MESSAGE_MAX_OUTSIDE, number);
  return 0;
}

/** Only what was compared with the packet's end may be touched. */
export function checkPacket(number: i32, off: i32, size: i32, zeroAllowed: bool): i32 {
  const r = registerNow(number);
  if (load<i64>(r, REG_smin) < 0) return fail1(MESSAGE_MIN_NEGATIVE_INDEX, number);
  const range = load<i32>(r, REG_range);
  let error = -EINVAL;
  if (range >= 0) error = checkSpan(number, off, size, range, zeroAllowed);
  if (error != 0) {
    fail1(MESSAGE_PACKET_OFFSET_OUTSIDE, number);
    return error;
  }
  return 0;
}

/** Inside the value, and not over a lock or timer in it. */
export function checkMapValue(number: i32, off: i32, size: i32, zeroAllowed: bool): i32 {
  const r = registerNow(number);
  const map = mapOf(r);
  const error = checkRegion(number, off, size, map.valueSize, zeroAllowed);
  if (error != 0) return error;
  const from = load<i64>(r, REG_smin) + <i64>off;
  const to = <i64>load<u64>(r, REG_umax) + <i64>off + <i64>size;
  if (map.lockOffset >= 0 && from < <i64>map.lockOffset + 4 && <i64>map.lockOffset < to)
    return fail1(MESSAGE_FIELD_DIRECT_ACCESS, WORD_SPIN_LOCK);
  if (map.timerOffset >= 0 && from < <i64>map.timerOffset + 16 && <i64>map.timerOffset < to)
    return fail1(MESSAGE_FIELD_DIRECT_ACCESS, WORD_TIMER);
  return 0;
}
export function mapIsReadOnly(map: BpfMap): bool {
  return (map.flags & BPF_F_RDONLY_PROG) != 0;
}
const MAP_TYPE_DEVMAP: i32 = 14;
const MAP_TYPE_DEVMAP_HASH: i32 = 25;
/** Programs may be shut out of reading or writing a map. */
export function checkMapRight(number: i32, off: i32, size: i32, write: bool): i32 {
  const map = mapOf(registerNow(number));
  // a lookup in a device map gives the kernel's own device index
  const device = map.type == MAP_TYPE_DEVMAP || map.type == MAP_TYPE_DEVMAP_HASH;
  if (write && (device || (map.flags & BPF_F_RDONLY_PROG) != 0))
    return fail3(MESSAGE_MAP_WRITE_FORBIDDEN, map.valueSize, off, size);
  if (!write && (map.flags & BPF_F_WRONLY_PROG) != 0)
    return fail3(MESSAGE_MAP_READ_FORBIDDEN, map.valueSize, off, size);
  return 0;
}
