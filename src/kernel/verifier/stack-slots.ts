// The 8-byte slots of a stack: what each holds, spilling a register into one. Byte i of slot n lies at fp-(8n+i+1).
import {
  NOT_INIT,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  CONST_PTR_TO_MAP,
  PTR_TO_ARENA,
  PTR_TO_FLOW_KEYS,
  REG_type,
  SCALAR_VALUE,
  SLOT_kinds,
  STACK_INVALID,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
} from '../generated/verifier-records';
import { baseType, copyRegister } from './registers';

export function kindOf(slot: usize, byte: i32): i32 {
  return <i32>load<u8>(slot + <usize>byte, SLOT_kinds);
}
export function setKind(slot: usize, byte: i32, kind: i32): void {
  store<u8>(slot + <usize>byte, <u8>kind, SLOT_kinds);
}
export function isSpilled(slot: usize): bool {
  return load<u8>(slot, SLOT_kinds + 7) == STACK_SPILL;
}
export function isSpilledScalar(slot: usize): bool {
  return isSpilled(slot) && load<i32>(slot, REG_type) == SCALAR_VALUE;
}
export function isSpilledScalar64(slot: usize): bool {
  return load<u8>(slot, SLOT_kinds) == STACK_SPILL && load<i32>(slot, REG_type) == SCALAR_VALUE;
}
/** Pointers that a slot can hold and give back. */
export function isSpillable(type: i32): bool {
  switch (baseType(type)) {
    case PTR_TO_MAP_VALUE:
    case PTR_TO_STACK:
    case PTR_TO_CTX:
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
    case PTR_TO_PACKET_END:
    case PTR_TO_FLOW_KEYS:
    case CONST_PTR_TO_MAP:
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
    case PTR_TO_BTF_ID:
    case PTR_TO_BUF:
    case PTR_TO_MEM:
    case PTR_TO_FUNC:
    case PTR_TO_MAP_KEY:
    case PTR_TO_ARENA:
      return true;
    default:
      return false;
  }
}
/** A byte that a partial spill leaves beside it: it keeps a known zero, and what was not written stays unwritten. */
export function degradeByte(slot: usize, byte: i32): void {
  const kind = kindOf(slot, byte);
  if (kind == STACK_ZERO || kind == STACK_INVALID) return;
  setKind(slot, byte, STACK_MISC);
}
/** Bytes of a register that is overwritten become plain data. */
export function scrubSpill(slot: usize): void {
  for (let i = 0; i < 8; i++) if (kindOf(slot, i) != STACK_INVALID) setKind(slot, i, STACK_MISC);
}
export function spillRegister(slot: usize, r: usize, size: i32): void {
  copyRegister(slot, r);
  for (let i = 8; i > 8 - size; i--) setKind(slot, i - 1, STACK_SPILL);
  for (let i = 8 - size; i > 0; i--) degradeByte(slot, i - 1);
}
export function forgetSpill(slot: usize): void {
  store<i32>(slot, NOT_INIT, REG_type);
}
