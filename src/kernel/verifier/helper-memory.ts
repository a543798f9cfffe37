// Memory that a helper reads or writes through an argument.
import { EACCES } from '../generated/errno';
import { BPF_MAX_VAR_SIZ } from '../generated/limits';
import {
  MESSAGE_ARGUMENT_STACK_EXPECTED,
  MESSAGE_CANNOT_WRITE,
  MESSAGE_MIN_NEGATIVE_SIZE,
  MESSAGE_UNBOUNDED_SIZE,
  MESSAGE_ZERO_SIZED_READ,
} from '../generated/verifier-messages';
import {
  MEM_RDONLY,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  REG_memorySize,
  REG_off,
  REG_smin,
  REG_type,
  REG_umax,
  REG_umin,
} from '../generated/verifier-records';
import { contextIsMemory } from '../generated/contexts';
import { env } from './environment';
import { checkMemory } from './memory-access';
import { isConstant } from './bounds';
import { call } from './call-meta';
import { fail1, fail2, fail3 } from './fail';
import { checkBtfPointer } from './kernel-pointers';
import { registerNow } from './operands';
import { markChainPrecision } from './precision';
import { checkMapRight, checkMapValue, checkPacket, checkRegion, mapOf } from './regions';
import { baseType, isNullScalar } from './registers';
import { checkStackInitialized } from './stack-range';

/** @param raw the helper fills it, and what was there before does not matter */
export function checkHelperMemory(number: i32, size: i32, writes: bool, zeroAllowed: bool, raw: bool): i32 {
  const r = registerNow(number);
  const type = load<i32>(r, REG_type);
  const off = load<i32>(r, REG_off);
  switch (baseType(type)) {
    case PTR_TO_PACKET:
    case PTR_TO_PACKET_META:
      return checkPacket(number, off, size, zeroAllowed);
    case PTR_TO_MAP_KEY:
      if (writes) return fail2(MESSAGE_CANNOT_WRITE, number, type);
      return checkRegion(number, off, size, mapOf(r).keySize, false);
    case PTR_TO_MAP_VALUE:
      if (checkMapRight(number, off, size, writes) != 0) return -EACCES;
      return checkMapValue(number, off, size, zeroAllowed);
    case PTR_TO_MEM:
      if (writes && (type & MEM_RDONLY) != 0) return fail2(MESSAGE_CANNOT_WRITE, number, type);
      return checkRegion(number, off, size, load<u32>(r, REG_memorySize), zeroAllowed);
    case PTR_TO_STACK:
      return checkStackInitialized(number, off, size, zeroAllowed, writes, raw);
    case PTR_TO_CTX:
      // a context that the verifier does not rewrite is plain memory: its last byte must be there
      if (!contextIsMemory(env.program.type)) break;
      if (size == 0) return zeroAllowed ? 0 : -EACCES;
      return checkMemory(number, size - 1, 1, writes, -1, false, false);
    case PTR_TO_BTF_ID:
      return checkBtfPointer(number, off, size, false, -1);
  }
  if (zeroAllowed && size == 0 && isNullScalar(r)) return 0;
  return fail3(MESSAGE_ARGUMENT_STACK_EXPECTED, number, type, PTR_TO_STACK);
}
/** The size that belongs to the buffer in the register before: all sizes it may have must fit. */
export function checkHelperSize(number: i32, writes: bool, zeroAllowed: bool): i32 {
  const r = registerNow(number);
  call.mostSize = load<u64>(r, REG_umax);
  if (load<i64>(r, REG_smin) < 0) return fail1(MESSAGE_MIN_NEGATIVE_SIZE, number);
  if (load<u64>(r, REG_umin) == 0 && !zeroAllowed)
    return fail3(MESSAGE_ZERO_SIZED_READ, number, load<u64>(r, REG_umin), load<u64>(r, REG_umax));
  if (load<u64>(r, REG_umax) >= <u64>BPF_MAX_VAR_SIZ) return fail1(MESSAGE_UNBOUNDED_SIZE, number);
  const error = checkHelperMemory(
    number - 1,
    <i32>load<u64>(r, REG_umax),
    writes,
    zeroAllowed,
    call.raw && isConstant(r),
  );
  return error != 0 ? error : markChainPrecision(number);
}
