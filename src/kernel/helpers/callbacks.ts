// Helpers that call one of the program's own functions. The interpreter does bpf_loop and bpf_for_each_map_elem itself, on its
// frames (vm/calls.ts); these are for compiled code, and for callbacks that come later (timers).
import { E2BIG, EINVAL, EOPNOTSUPP } from '../generated/errno';
import { BPF_MAX_LOOPS } from '../generated/limits';
import { toVirtual } from '../memory/layout';
import { FAULT_HELPER_MEMORY, faultKind, raise } from '../vm/fault';
import { CALLBACK_COMPILED, CALLBACK_INTERPRETED } from '../vm/operations';
import { interpret, runCompiled } from '../vm/run';
import { mapArgument, result } from './arguments';

/** Calls the function that a program named in a register. */
export function callBack(callback: u64, r1: u64, r2: u64, r3: u64, r4: u64): u64 {
  const place = <u32>callback;
  if (callback >= CALLBACK_INTERPRETED) return interpret(place, place, r1, r2, r3, r4, 0);
  if (callback >= CALLBACK_COMPILED) return runCompiled(place, r1, r2, r3, r4, 0);
  raise(FAULT_HELPER_MEMORY, callback);
  return 0;
}

/** bpf_loop(times, callback, context, flags): turns taken, or -errno */
export function loop(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const times = <u32>r1;
  if (r4 != 0) return result(-EINVAL);
  if (times > <u32>BPF_MAX_LOOPS) return result(-E2BIG);
  for (let i: u32 = 0; i < times; i++) {
    const stop = callBack(r2, <u64>i, r3, 0, 0);
    if (faultKind() != 0) return 0;
    if (stop != 0) return <u64>(i + 1);
  }
  return <u64>times;
}

/** bpf_for_each_map_elem(map, callback, context, flags): elements visited, or -errno */
export function forEach(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  if (r4 != 0) return result(-EINVAL);
  if (!map.canIterate()) return result(-EOPNOTSUPP);
  let visited: u64 = 0;
  let cursor = map.nextElement(0);
  while (cursor != 0) {
    // The callback may delete its element, so the one after it is found first.
    const next = map.nextElement(cursor);
    const stop = callBack(r2, r1, toVirtual(map.elementKey(cursor)), toVirtual(map.elementValue(cursor)), r3);
    if (faultKind() != 0) return 0;
    visited++;
    if (stop != 0) break;
    cursor = next;
  }
  return visited;
}
