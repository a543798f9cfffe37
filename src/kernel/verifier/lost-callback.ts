// A callback that no path reaches is taken out as dead code. Linux then misses it where a live instruction takes its address, unless
// another function has moved into its place: a mistake of Linux 6.18's own (bpf_loop(0, …) is enough), which is its verdict all the same.
import { MESSAGE_NO_PROGRAM_TO_JIT } from '../generated/verifier-messages';
import { HELPER_LOOP, isFunctionLoad, isHelperCall, isLoadImmediate64 } from './calls';
import { AUX_SEEN, auxOf, env, immediateAt, subprogramStart } from './environment';
import { fail1 } from './fail';
import { subprogramAt } from './subprograms';

/** slots of the plain loop that Linux puts in bpf_loop's place, less the call's own */
const INLINED_LOOP: i32 = 18;

function isReached(subprogram: i32): bool {
  return load<u8>(auxOf(subprogramStart(subprogram)), AUX_SEEN) != 0;
}

/** After everything was walked. 0 or -errno. */
export function checkLostCallbacks(): i32 {
  let last = 0;
  let reached = 0;
  for (let number = 0; number < env.subprogramCount; number++) {
    if (!isReached(number)) continue;
    last = number;
    reached++;
  }
  // a program of one function is compiled without looking for others
  if (reached < 2) return 0;
  let left = 0;
  let lost = false;
  for (let i = 0; i < env.count; i++) {
    if (load<u8>(auxOf(i), AUX_SEEN) == 0) continue;
    left++;
    if (isHelperCall(i) && immediateAt(i) == HELPER_LOOP) left += INLINED_LOOP;
    if (!isLoadImmediate64(i)) continue;
    if (isFunctionLoad(i) && subprogramAt(i + immediateAt(i) + 1) > last) lost = true;
    left++;
    i++;
  }
  // where the lost function would begin: behind the last instruction (other calls that Linux writes out are not counted here)
  return lost ? fail1(MESSAGE_NO_PROGRAM_TO_JIT, left) : 0;
}
