// Atomic instructions: read and write the same memory, and leave the old value in a register where they fetch.
import {
  BPF_ADD,
  BPF_AND,
  BPF_CMPXCHG,
  BPF_DW,
  BPF_FETCH,
  BPF_LOAD_ACQ,
  BPF_OR,
  BPF_STORE_REL,
  BPF_W,
  BPF_XCHG,
  BPF_XOR,
} from '../generated/opcodes';
import {
  MESSAGE_ATOMIC_LOAD_TYPE,
  MESSAGE_ATOMIC_STORE_TYPE,
  MESSAGE_BAD_ATOMIC_OPCODE,
  MESSAGE_BAD_ATOMIC_SIZE,
  MESSAGE_LEAKS_ADDR_MEM,
} from '../generated/verifier-messages';
import {
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  REG_type,
} from '../generated/verifier-records';
import { dstAt, immediateAt, offsetAt, opcodeAt, srcAt } from './environment';
import { fail, fail1, fail2 } from './fail';
import { checkLoad, checkStore, sizeOfAccess } from './load-store';
import { checkMemory } from './memory-access';
import { checkDestination, checkSource, registerNow } from './operands';
import { baseType, isPointerValue } from './registers';

function allowsAtomics(number: i32): bool {
  const type = load<i32>(registerNow(number), REG_type);
  switch (baseType(type)) {
    case PTR_TO_CTX:
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
    case PTR_TO_FLOW_KEYS:
    case PTR_TO_SOCKET:
    case PTR_TO_SOCK_COMMON:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_XDP_SOCK:
      return false;
    default:
      return true;
  }
}
function typeOf(number: i32): i32 {
  return load<i32>(registerNow(number), REG_type);
}

function checkReadModifyWrite(i: i32): i32 {
  const opcode = opcodeAt(i);
  const operation = immediateAt(i);
  const d = dstAt(i);
  const s = srcAt(i);
  const width = opcode & 0x18;
  if (width != BPF_W && width != BPF_DW) return fail(MESSAGE_BAD_ATOMIC_SIZE);
  let error = checkSource(s);
  if (error == 0) error = checkSource(d);
  if (error != 0) return error;
  if (operation == BPF_CMPXCHG) {
    error = checkSource(0);
    if (error != 0) return error;
    if (isPointerValue(registerNow(0))) return fail1(MESSAGE_LEAKS_ADDR_MEM, 0);
  }
  if (isPointerValue(registerNow(s))) return fail1(MESSAGE_LEAKS_ADDR_MEM, s);
  if (!allowsAtomics(d)) return fail2(MESSAGE_ATOMIC_STORE_TYPE, d, typeOf(d));
  let result = -1;
  if ((operation & BPF_FETCH) != 0) {
    result = operation == BPF_CMPXCHG ? 0 : s;
    error = checkDestination(result);
    if (error != 0) return error;
  }
  const off = offsetAt(i);
  const size = sizeOfAccess(opcode);
  error = checkMemory(d, off, size, false, -1, true, false);
  if (error == 0 && result >= 0) error = checkMemory(d, off, size, false, result, true, false);
  if (error == 0) error = checkMemory(d, off, size, true, -1, true, false);
  return error;
}

export function checkAtomic(i: i32): i32 {
  const operation = immediateAt(i);
  switch (operation) {
    case BPF_ADD:
    case BPF_ADD | BPF_FETCH:
    case BPF_AND:
    case BPF_AND | BPF_FETCH:
    case BPF_OR:
    case BPF_OR | BPF_FETCH:
    case BPF_XOR:
    case BPF_XOR | BPF_FETCH:
    case BPF_XCHG:
    case BPF_CMPXCHG:
      return checkReadModifyWrite(i);
    case BPF_LOAD_ACQ: {
      const error = checkLoad(i, true, false);
      if (error != 0) return error;
      return allowsAtomics(srcAt(i)) ? 0 : fail2(MESSAGE_ATOMIC_LOAD_TYPE, srcAt(i), typeOf(srcAt(i)));
    }
    case BPF_STORE_REL: {
      const error = checkStore(i, true);
      if (error != 0) return error;
      return allowsAtomics(dstAt(i)) ? 0 : fail2(MESSAGE_ATOMIC_STORE_TYPE, dstAt(i), typeOf(dstAt(i)));
    }
    default:
      return fail1(MESSAGE_BAD_ATOMIC_OPCODE, operation);
  }
}
