// Strings that the verifier itself must read (formats): in a frozen read-only map, at a constant place, zero-terminated.
import { EACCES } from '../generated/errno';
import { BPF_F_RDONLY_PROG } from '../generated/maps';
import {
  MESSAGE_CONST_STR_CONSTANT,
  MESSAGE_CONST_STR_DIRECT,
  MESSAGE_CONST_STR_MAP,
  MESSAGE_CONST_STR_TERMINATED,
} from '../generated/verifier-messages';
import { REG_off, REG_value } from '../generated/verifier-records';
import { isConstant } from './bounds';
import { fail, fail1 } from './fail';
import { checkMapValue, mapOf } from './regions';

export function checkConstantString(r: usize, number: i32): i32 {
  const map = mapOf(r);
  if ((map.flags & BPF_F_RDONLY_PROG) == 0 || !map.frozen) return fail1(MESSAGE_CONST_STR_MAP, number);
  if (!isConstant(r)) return fail1(MESSAGE_CONST_STR_CONSTANT, number);
  const address = map.directValue(0);
  if (address == 0) {
    fail(MESSAGE_CONST_STR_DIRECT);
    return -EACCES;
  }
  const off = load<i32>(r, REG_off);
  const error = checkMapValue(number, off, <i32>map.valueSize - off, false);
  if (error != 0) return error;
  for (let i = <u32>(off + <i32>load<u64>(r, REG_value)); i < map.valueSize; i++)
    if (load<u8>(address + i) == 0) return 0;
  return fail(MESSAGE_CONST_STR_TERMINATED);
}
