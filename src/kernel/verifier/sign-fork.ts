// `x s>> 63` is 0 or -1 and nothing between, which a range cannot say. Compilers make masks of it (`& 8`, `| 1`), so Linux 6.18 walks both
// values apart: here with -1, and the instruction once more with 0 later.
import { EFAULT } from '../generated/errno';
import {
  REG_mask,
  REG_s32max,
  REG_s32min,
  REG_smax,
  REG_smin,
  REG_u32max,
  REG_u32min,
  REG_value,
} from '../generated/verifier-records';
import { currentFrame, registerOf } from './layout';
import { markKnown } from './registers';
import { pushState } from './states';

const HIGH: u64 = 0xffffffff00000000;

function setLowHalf(r: usize, value: i32): void {
  store<u64>(r, (load<u64>(r, REG_value) & HIGH) | (<u64>(<u32>value)), REG_value);
  store<u64>(r, load<u64>(r, REG_mask) & HIGH, REG_mask);
  store<i32>(r, value, REG_s32min);
  store<i32>(r, value, REG_s32max);
  store<i32>(r, value, REG_u32min);
  store<i32>(r, value, REG_u32max);
}

/** Register `number` is about to be masked by a constant. 0 or -errno. */
export function forkSign(instruction: i32, number: i32, r: usize): i32 {
  const whole = load<i64>(r, REG_smin) == -1 && load<i64>(r, REG_smax) == 0;
  if (!whole && (load<i32>(r, REG_s32min) != -1 || load<i32>(r, REG_s32max) != 0)) return 0;
  const later = pushState(instruction, instruction, false);
  if (later == 0) return -EFAULT;
  const other = registerOf(currentFrame(later), number);
  if (whole) {
    markKnown(other, 0);
    markKnown(r, u64.MAX_VALUE);
  } else {
    setLowHalf(other, 0);
    setLowHalf(r, -1);
  }
  return 0;
}
