// After a comparison with null, every copy of the pointer is known to be null, or a pointer.
import { SOCKHASH, SOCKMAP, XSKMAP } from './map-functions';
import {
  CONST_PTR_TO_MAP,
  PTR_MAYBE_NULL,
  PTR_TO_MAP_VALUE,
  PTR_TO_SOCKET,
  PTR_TO_XDP_SOCK,
  REG_id,
  REG_map,
  REG_mapUid,
  REG_reference,
  REG_type,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { beginRegisters, nextRegister } from './every-register';
import { currentFrame, registerOf } from './layout';
import { forgetReference } from './references';
import { INNER_MAP, mapOf } from './regions';
import { baseType, mayBeNull } from './registers';

export function markNotNull(r: usize): void {
  const type = load<i32>(r, REG_type);
  if (baseType(type) != PTR_TO_MAP_VALUE) {
    store<i32>(r, type & ~PTR_MAYBE_NULL, REG_type);
    return;
  }
  const map = mapOf(r);
  if (map.innerMap != null) {
    store<i32>(r, CONST_PTR_TO_MAP, REG_type);
    store<i32>(r, load<i32>(r, REG_map) + INNER_MAP, REG_map);
    store<u32>(r, map.innerMap!.timerOffset >= 0 ? load<u32>(r, REG_id) : 0, REG_mapUid);
  } else if (map.type == SOCKMAP || map.type == SOCKHASH) {
    store<i32>(r, PTR_TO_SOCKET, REG_type);
  } else if (map.type == XSKMAP) {
    store<i32>(r, PTR_TO_XDP_SOCK, REG_type);
  } else store<i32>(r, PTR_TO_MAP_VALUE, REG_type);
}
function mayHoldLock(r: usize): bool {
  return load<i32>(r, REG_type) == PTR_TO_MAP_VALUE && mapOf(r).lockOffset >= 0;
}

/** Register `number` of `state` turned out to be null, or not. */
export function markNullBranch(state: usize, number: i32, isNull: bool): void {
  const compared = registerOf(currentFrame(state), number);
  const id = load<u32>(compared, REG_id);
  const reference = load<u32>(compared, REG_reference);
  if (reference != 0 && reference == id && isNull) forgetReference(state, id);
  beginRegisters(state);
  for (let r = nextRegister(); r != 0; r = nextRegister()) {
    if (!mayBeNull(load<i32>(r, REG_type)) || load<u32>(r, REG_id) != id || id == 0) continue;
    if (isNull) {
      store<i32>(r, SCALAR_VALUE, REG_type);
      store<u32>(r, 0, REG_id);
      store<u32>(r, 0, REG_reference);
      continue;
    }
    markNotNull(r);
    if (!mayHoldLock(r)) store<u32>(r, 0, REG_id);
  }
}
