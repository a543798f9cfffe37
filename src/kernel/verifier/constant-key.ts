// A lookup in an array with a key that is known and in range cannot give null.
import {
  PTR_TO_STACK,
  REG_frame,
  REG_mask,
  REG_off,
  REG_type,
  REG_value,
  STACK_SPILL,
  STACK_ZERO,
} from '../generated/verifier-records';
import { BpfMap } from '../maps/map';
import { call } from './call-meta';
import { env } from './environment';
import { FRAME_NUMBER, frameOf, slotOf } from './layout';
import { markSlotPrecision } from './precision';
import { isSpilledScalar, kindOf } from './stack-slots';

const MAP_TYPE_ARRAY: i32 = 2;
const MAP_TYPE_PERCPU_ARRAY: i32 = 6;

export function alwaysFinds(map: BpfMap): bool {
  return map.type == MAP_TYPE_ARRAY || map.type == MAP_TYPE_PERCPU_ARRAY;
}
/** Leaves the key in call.constantKey when the stack holds one value of exactly its size. */
export function readConstantKey(r: usize, map: BpfMap): i32 {
  call.constantKey = -1;
  if (!alwaysFinds(map) || !env.privileged) return 0;
  if (load<i32>(r, REG_type) != PTR_TO_STACK || load<u64>(r, REG_mask) != 0) return 0;
  const frame = frameOf(env.state, load<i32>(r, REG_frame));
  const at = -(load<i32>(r, REG_off) + <i32>load<u64>(r, REG_value)) - 1;
  const slot = slotOf(frame, at >> 3);
  const first = at & 7;
  const size = <i32>map.keySize;
  let zeroes = 0;
  for (let i = first; i >= 0 && kindOf(slot, i) == STACK_ZERO; i--) zeroes++;
  if (zeroes >= size) {
    call.constantKey = 0;
    return 0;
  }
  if (!isSpilledScalar(slot)) return 0;
  let spilled = 0;
  for (let i = first; i >= 0 && kindOf(slot, i) == STACK_SPILL; i--) spilled++;
  if (spilled != size || load<u64>(slot, REG_mask) != 0) return 0;
  const error = markSlotPrecision(load<i32>(frame, FRAME_NUMBER), at >> 3);
  if (error != 0) return error;
  call.constantKey = load<i64>(slot, REG_value);
  return 0;
}
