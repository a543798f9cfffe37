// Ids of scalars: equal ids mean equal values, so that a check of one refines the others.
import { BPF_ADD_CONST, REG_id, REG_off, REG_type, SCALAR_VALUE } from '../generated/verifier-records';
import { isConstant } from './bounds';
import { env } from './environment';

/** Nothing is linked with it any more: what it was ahead of the others counts no longer either. */
export function clearScalarId(r: usize): void {
  store<u32>(r, 0, REG_id);
  store<i32>(r, 0, REG_off);
}
/** Before a copy: the source gets an id, unless it is a constant (whose copies need no link). */
export function giveScalarId(r: usize): void {
  if (load<i32>(r, REG_type) != SCALAR_VALUE) return;
  if ((load<u32>(r, REG_id) & BPF_ADD_CONST) != 0) clearScalarId(r);
  if (load<u32>(r, REG_id) == 0 && !isConstant(r)) store<u32>(r, ++env.nextId, REG_id);
}
