// Open-coded iterators. struct bpf_iter_num lies on the program's stack: the number given last, and the first that is not given.
import { E2BIG, EINVAL } from '../generated/errno';
import { BPF_MAX_LOOPS } from '../generated/limits';
import { helperMemory } from '../memory/access';
import { result } from './arguments';

const CURRENT: usize = 0;
const END: usize = 4;
const SIZE: u32 = 8;

/** bpf_iter_num_new(state, start, end): 0, -EINVAL when start is beyond end, -E2BIG for more than 8 million numbers */
export function iterateNumbers(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const state = helperMemory(r1, SIZE);
  if (state == 0) return 0;
  const start = <i32>r2;
  const end = <i32>r3;
  store<u64>(state, 0);
  if (start > end) return result(-EINVAL);
  if (<i64>end - <i64>start > <i64>BPF_MAX_LOOPS) return result(-E2BIG);
  store<i32>(state, start - 1, CURRENT);
  store<i32>(state, end, END);
  return 0;
}

/** bpf_iter_num_next(state): address of the next number, 0 at the end */
export function nextNumber(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const state = helperMemory(r1, SIZE);
  if (state == 0) return 0;
  const next = load<i32>(state, CURRENT) + 1;
  if (next >= load<i32>(state, END)) {
    store<u64>(state, 0);
    return 0;
  }
  store<i32>(state, next, CURRENT);
  return r1;
}

/** bpf_iter_num_destroy(state) */
export function endNumbers(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const state = helperMemory(r1, SIZE);
  if (state != 0) store<u64>(state, 0);
  return 0;
}
