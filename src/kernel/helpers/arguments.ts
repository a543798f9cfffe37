// What helpers do with their arguments before anything else.
import { BpfMap } from '../maps/map';
import { mapAt } from '../maps/registry';
import { FAULT_HELPER_MEMORY, raise } from '../vm/fault';

/** The map that a program passed; null after raising a fault, which only unverified programs can cause. */
export function mapArgument(address: u64): BpfMap | null {
  const map = mapAt(address);
  if (map == null) raise(FAULT_HELPER_MEMORY, address);
  return map;
}

/** A negative errno (or any 32-bit result that C returns as int) as r0. */
export function result(value: i32): u64 {
  return <u64>(<i64>value);
}
