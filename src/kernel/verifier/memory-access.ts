// A load or store through a pointer: each kind of pointer has its rules.
import {
  MESSAGE_CANNOT_WRITE,
  MESSAGE_INVALID_MEM_ACCESS,
  MESSAGE_LEAKS_ADDR_CTX,
  MESSAGE_LEAKS_ADDR_MAP,
  MESSAGE_LEAKS_ADDR_MEM,
  MESSAGE_LEAKS_ADDR_PACKET,
  MESSAGE_MAP_KEY_WRITE,
  MESSAGE_PACKET_WRITE,
} from '../generated/verifier-messages';
import {
  CONST_PTR_TO_MAP,
  MEM_RDONLY,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_TP_BUFFER,
  PTR_TO_XDP_SOCK,
  REG_frame,
  REG_id,
  REG_memorySize,
  REG_off,
  REG_type,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { checkAlignment } from './alignment';
import { isConstant } from './bounds';
import { checkContext, checkUnmodifiedPointer, contextYields } from './context';
import { env } from './environment';
import { fail, fail1, fail2 } from './fail';
import { frameOf } from './layout';
import { checkMapPointer, checkBtfPointer, checkSocket, checkTracepointBuffer } from './kernel-pointers';
import { registerNow } from './operands';
import { mayWritePacket } from './packet-rights';
import { readConstantMap } from './constant-map';
import { checkMapRight, checkMapValue, checkPacket, checkRegion, mapIsReadOnly, mapOf } from './regions';
import { baseType, isPointerValue, markKnown, markKnownZero, markUnknown } from './registers';
import { narrowTo, signNarrowTo } from './narrowing';
import { checkStackBounds } from './stack-range';
import { readStack } from './stack-read';
import { writeStack } from './stack-write';

function storesPointer(write: bool, value: i32): bool {
  return write && value >= 0 && isPointerValue(registerNow(value));
}

function accessMapValue(number: i32, off: i32, size: i32, write: bool, value: i32, signExtends: bool): i32 {
  if (storesPointer(write, value)) return fail1(MESSAGE_LEAKS_ADDR_MAP, value);
  let error = checkMapRight(number, off, size, write);
  if (error == 0) error = checkMapValue(number, off, size, false);
  if (error != 0 || write || value < 0) return error;
  const r = registerNow(number);
  const map = mapOf(r);
  if (isConstant(r) && mapIsReadOnly(map) && map.frozen) {
    const address = map.directValue(<u32>(off + <i32>load<u64>(r, REG_value)));
    if (address != 0) {
      const target = registerNow(value);
      const known = readConstantMap(address, size, signExtends);
      markKnown(target, known);
      store<i32>(target, SCALAR_VALUE, REG_type);
      return 0;
    }
  }
  markUnknown(registerNow(value));
  return 0;
}

function accessContext(number: i32, off: i32, size: i32, write: bool, value: i32, signExtends: bool): i32 {
  if (storesPointer(write, value)) return fail1(MESSAGE_LEAKS_ADDR_CTX, value);
  let error = checkUnmodifiedPointer(registerNow(number), number, false);
  if (error == 0) error = checkContext(off, size, write, signExtends);
  if (error != 0 || write || value < 0) return error;
  const target = registerNow(value);
  if (contextYields == SCALAR_VALUE) {
    markUnknown(target);
    return 0;
  }
  markKnownZero(target);
  if ((contextYields & PTR_MAYBE_NULL) != 0) store<u32>(target, ++env.nextId, REG_id);
  store<i32>(target, contextYields, REG_type);
  return 0;
}

function accessMemory(number: i32, off: i32, size: i32, write: bool, value: i32): i32 {
  const r = registerNow(number);
  const type = load<i32>(r, REG_type);
  if ((type & PTR_MAYBE_NULL) != 0) return fail2(MESSAGE_INVALID_MEM_ACCESS, number, type);
  if (write && (type & MEM_RDONLY) != 0) return fail2(MESSAGE_CANNOT_WRITE, number, type);
  if (storesPointer(write, value)) return fail1(MESSAGE_LEAKS_ADDR_MEM, value);
  const error = checkRegion(number, off, size, load<u32>(r, REG_memorySize), false);
  if (error == 0 && !write && value >= 0) markUnknown(registerNow(value));
  return error;
}

/**
 * @param number the pointer's register; @param off the instruction's offset; @param size in bytes
 * @param value the register stored or loaded, -1: none
 * @returns 0 or -errno
 */
export function checkMemory(
  number: i32,
  off: i32,
  size: i32,
  write: bool,
  value: i32,
  strictOnce: bool,
  signExtends: bool,
): i32 {
  const r = registerNow(number);
  const type = load<i32>(r, REG_type);
  let error = checkAlignment(r, off, size, strictOnce);
  if (error != 0) return error;
  off += load<i32>(r, REG_off);
  if (type == PTR_TO_MAP_KEY) {
    if (write) return fail1(MESSAGE_MAP_KEY_WRITE, number);
    error = checkRegion(number, off, size, mapOf(r).keySize, false);
    if (error == 0 && value >= 0) markUnknown(registerNow(value));
  } else if (type == PTR_TO_MAP_VALUE) {
    error = accessMapValue(number, off, size, write, value, signExtends);
  } else if (baseType(type) == PTR_TO_MEM) {
    error = accessMemory(number, off, size, write, value);
  } else if (type == PTR_TO_CTX) {
    error = accessContext(number, off, size, write, value, signExtends);
  } else if (type == PTR_TO_STACK) {
    error = checkStackBounds(number, off, size, write);
    if (error != 0) return error;
    const frame = frameOf(env.state, load<i32>(r, REG_frame));
    error = write ? writeStack(frame, r, off, size, value) : readStack(frame, number, off, size, value);
  } else if (type == PTR_TO_PACKET || type == PTR_TO_PACKET_META) {
    if (write && !mayWritePacket()) return fail(MESSAGE_PACKET_WRITE);
    if (storesPointer(write, value)) return fail1(MESSAGE_LEAKS_ADDR_PACKET, value);
    error = checkPacket(number, off, size, false);
    if (error == 0 && !write && value >= 0) markUnknown(registerNow(value));
  } else if (
    type == PTR_TO_SOCKET ||
    type == PTR_TO_SOCK_COMMON ||
    type == PTR_TO_TCP_SOCK ||
    type == PTR_TO_XDP_SOCK
  ) {
    if (write) return fail2(MESSAGE_CANNOT_WRITE, number, type);
    error = checkSocket(number, off, size);
    if (error == 0 && value >= 0) markUnknown(registerNow(value));
  } else if (type == PTR_TO_TP_BUFFER) {
    error = checkTracepointBuffer(number, off, size);
    if (error == 0 && !write && value >= 0) markUnknown(registerNow(value));
  } else if (baseType(type) == PTR_TO_BTF_ID && (type & PTR_MAYBE_NULL) == 0) {
    error = checkBtfPointer(number, off, size, write, value);
  } else if (type == CONST_PTR_TO_MAP) {
    error = checkMapPointer(number, off, size, write, value);
  } else {
    return fail2(MESSAGE_INVALID_MEM_ACCESS, number, type);
  }
  if (error == 0 && size < 8 && value >= 0 && !write && load<i32>(registerNow(value), REG_type) == SCALAR_VALUE) {
    if (signExtends) signNarrowTo(registerNow(value), size);
    else narrowTo(registerNow(value), size);
  }
  return error;
}
