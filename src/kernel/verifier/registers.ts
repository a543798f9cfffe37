// Giving a register a state: unknown, known, not written, a pointer.
import {
  NOT_INIT,
  PTR_MAYBE_NULL,
  REGISTER_BASE_TYPE,
  REG_SIZE,
  REG_id,
  REG_mask,
  REG_off,
  REG_precise,
  REG_reference,
  REG_subregisterDefinition,
  REG_type,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { setKnown, unbound } from './bounds';
import { env } from './environment';
import { registerOf } from './layout';

export function baseType(type: i32): i32 {
  return type & REGISTER_BASE_TYPE;
}
export function mayBeNull(type: i32): bool {
  return (type & PTR_MAYBE_NULL) != 0;
}
/** Everything but when it was last written in 32 bits. */
function clearState(r: usize): void {
  const definition = load<u32>(r, REG_subregisterDefinition);
  memory.fill(r, 0, REG_SIZE);
  store<u32>(r, definition, REG_subregisterDefinition);
}
export function copyRegister(to: usize, from: usize): void {
  memory.copy(to, from, REG_SIZE);
}
/** The kind and what belongs to it (map, range, size …) become nothing; bounds and tnum stay. */
export function clearKind(r: usize): void {
  store<i32>(r, 0, REG_off);
  store<u32>(r, 0, REG_id);
  store<u32>(r, 0, REG_reference);
  memory.fill(r + 80, 0, 20);
}
export function markUnknownImprecise(r: usize): void {
  clearState(r);
  store<i32>(r, SCALAR_VALUE, REG_type);
  store<u64>(r, u64.MAX_VALUE, REG_mask);
  unbound(r);
}
/** Any value; without CAP_BPF it counts as precise, since nothing is tracked back. */
export function markUnknown(r: usize): void {
  markUnknownImprecise(r);
  if (!env.privileged) store<u8>(r, 1, REG_precise);
}
export function markNotInit(r: usize): void {
  markUnknown(r);
  store<i32>(r, NOT_INIT, REG_type);
}
/** A pointer without a variable offset: tnum and ranges are zero. */
export function markKnownZero(r: usize): void {
  store<i32>(r, 0, REG_off);
  store<u32>(r, 0, REG_id);
  store<u32>(r, 0, REG_reference);
  memory.fill(r + 80, 0, 20);
  setKnown(r, 0);
}
/** A known scalar; what kind of thing the register was is forgotten. */
export function markKnown(r: usize, value: u64): void {
  clearKind(r);
  setKnown(r, value);
}
export function markConstantZero(r: usize): void {
  markKnown(r, 0);
  store<i32>(r, SCALAR_VALUE, REG_type);
  store<u8>(r, env.privileged ? 0 : 1, REG_precise);
}
export function isNullScalar(r: usize): bool {
  return load<i32>(r, REG_type) == SCALAR_VALUE && load<u64>(r, REG_mask) == 0 && load<u64>(r, REG_value) == 0;
}
/** Is it, to this loader, a pointer whose value must not leak? */
export function isPointerValue(r: usize): bool {
  return !env.mayLeak && load<i32>(r, REG_type) != SCALAR_VALUE;
}
export function registerType(frame: usize, number: i32): i32 {
  return load<i32>(registerOf(frame, number), REG_type);
}
