// Which function does which helper. All have the same shape: r1 to r5 in, r0 out, so that the interpreter and compiled code call
// them through the exported function table without knowing them.
import { HELPER_COUNT } from '../generated/helpers';
import { HELPER_TABLE } from '../memory/layout';
import { mapDelete, mapLookup, mapUpdate } from './maps';
import { getCpu, getTime, random } from './machine';
import { tracePrintk } from './trace';

export type HelperFunction = (r1: u64, r2: u64, r3: u64, r4: u64, r5: u64) => u64;

function set(id: i32, implementation: HelperFunction): void {
  store<u32>(HELPER_TABLE + ((<usize>id) << 2), implementation.index);
}

export function resetHelpers(): void {
  memory.fill(HELPER_TABLE, 0, (<usize>HELPER_COUNT) << 2);
  set(1, mapLookup);
  set(2, mapUpdate);
  set(3, mapDelete);
  set(5, getTime);
  set(6, tracePrintk);
  set(7, random);
  set(8, getCpu);
}

/** Index of helper `id` in the exported function table; 0: not simulated. */
export function helperIndex(id: i32): u32 {
  return id > 0 && id < HELPER_COUNT ? load<u32>(HELPER_TABLE + ((<usize>id) << 2)) : 0;
}
