// 64-bit immediates that stand for maps, and a first look at every opcode. The loader has put indexes into program.maps where
// user space had descriptors; an index that no map has is a descriptor that was none.
import { EINVAL } from '../generated/errno';
import { BPF_MAX_VAR_OFF } from '../generated/limits';
import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_ALU64,
  BPF_ATOMIC,
  BPF_CALL,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_IMM,
  BPF_IND,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_LD,
  BPF_LDX,
  BPF_MEM,
  BPF_MEMSX,
  BPF_NEG,
  BPF_PSEUDO_BTF_ID,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
  BPF_ST,
  BPF_STX,
} from '../generated/opcodes';
import {
  MESSAGE_BAD_BTF_ID,
  MESSAGE_BAD_LD_IMM64,
  MESSAGE_BAD_MAP_FD,
  MESSAGE_BAD_MAP_VALUE_ACCESS,
  MESSAGE_CONST_STR_DIRECT,
  MESSAGE_DIRECT_OFFSET_TOO_LARGE,
  MESSAGE_MAP_HAS_FD_IDX,
  MESSAGE_RESERVED_LDX,
  MESSAGE_UNKNOWN_OPCODE,
  MESSAGE_UNRECOGNIZED_LD_IMM64,
} from '../generated/verifier-messages';
import { LD_IMM64 } from './calls';
import { AUX_MAP, AUX_MAP_OFFSET, auxOf, env, immediateAt, opcodeAt, srcAt } from './environment';
import { fail, fail1, fail2 } from './fail';
import { checkMapCompatibility } from './map-compatibility';

/** Array maps' values can be addressed without a lookup. */
const MAP_TYPE_ARRAY: i32 = 2;

/** Does the instruction set have this opcode at all? */
export function isKnownOpcode(opcode: i32): bool {
  const operation = opcode & 0xf0;
  const mode = opcode & 0xe0;
  const size = opcode & 0x18;
  switch (opcode & 7) {
    case BPF_LD:
      if (mode == BPF_IMM) return size == BPF_DW;
      return (mode == BPF_ABS || mode == BPF_IND) && size != BPF_DW;
    case BPF_LDX:
      if (mode == BPF_MEMSX) return size != BPF_DW;
      return mode == BPF_MEM;
    case BPF_ST:
      return mode == BPF_MEM;
    case BPF_STX:
      if (mode == BPF_ATOMIC) return true;
      return mode == BPF_MEM;
    case BPF_ALU:
    case BPF_ALU64:
      if (operation > BPF_END) return false;
      if (operation == BPF_NEG) return (opcode & 8) == 0;
      if (operation == BPF_END) return (opcode & 7) == BPF_ALU || (opcode & 8) == 0;
      return operation >= BPF_ADD;
    default: {
      const is64 = (opcode & 7) == BPF_JMP;
      if (operation > BPF_JCOND) return false;
      if (operation == BPF_JA) return (opcode & 8) == 0;
      if (operation == BPF_CALL) return is64 && (opcode & 8) == 0;
      if (operation == BPF_EXIT) return is64 && (opcode & 8) == 0;
      if (operation == BPF_JCOND) return is64 && (opcode & 8) == 0;
      return true;
    }
  }
}

function resolveMap(i: i32, source: i32): i32 {
  const index = immediateAt(i);
  if (index < 0 || index >= env.program.maps.length) return fail1(MESSAGE_BAD_MAP_FD, index < 0 ? ~index : index);
  store<i32>(auxOf(i), index + 1, AUX_MAP);
  const incompatible = checkMapCompatibility(env.program.maps[index]);
  if (incompatible != 0) return incompatible;
  if (source == BPF_PSEUDO_MAP_FD) return 0;
  const map = env.program.maps[index];
  const off = <u32>immediateAt(i + 1);
  if (off >= <u32>BPF_MAX_VAR_OFF) return fail1(MESSAGE_DIRECT_OFFSET_TOO_LARGE, off);
  if (map.type != MAP_TYPE_ARRAY) {
    fail(MESSAGE_CONST_STR_DIRECT);
    return -EINVAL;
  }
  if (map.maxEntries != 1) {
    fail2(MESSAGE_BAD_MAP_VALUE_ACCESS, map.valueSize, off);
    return -524;
  }
  if (off >= map.valueSize) return fail2(MESSAGE_BAD_MAP_VALUE_ACCESS, map.valueSize, off);
  store<u32>(auxOf(i), off, AUX_MAP_OFFSET);
  return 0;
}

export function resolveImmediates(): i32 {
  for (let i = 0; i < env.count; i++) {
    const opcode = opcodeAt(i);
    const mode = opcode & 0xe0;
    if ((opcode & 7) == BPF_LDX && ((mode != BPF_MEM && mode != BPF_MEMSX) || immediateAt(i) != 0))
      return fail(MESSAGE_RESERVED_LDX);
    if (opcode == LD_IMM64) {
      const second = env.instructions + ((<usize>(i + 1)) << 3);
      if (i == env.count - 1 || (load<u64>(second) & 0xffffffff) != 0) return fail(MESSAGE_BAD_LD_IMM64);
      const source = srcAt(i);
      if (source == BPF_PSEUDO_BTF_ID) return fail1(MESSAGE_BAD_BTF_ID, immediateAt(i));
      if (source != 0 && source != BPF_PSEUDO_FUNC) {
        const isMap = source == BPF_PSEUDO_MAP_FD || source == BPF_PSEUDO_MAP_IDX;
        const isValue = source == BPF_PSEUDO_MAP_VALUE || source == BPF_PSEUDO_MAP_IDX_VALUE;
        if (!isValue && !(isMap && immediateAt(i + 1) == 0)) return fail(MESSAGE_UNRECOGNIZED_LD_IMM64);
        if (source == BPF_PSEUDO_MAP_IDX || source == BPF_PSEUDO_MAP_IDX_VALUE) return fail(MESSAGE_MAP_HAS_FD_IDX);
        const error = resolveMap(i, source);
        if (error != 0) return error;
      }
      i++;
      continue;
    }
    if (!isKnownOpcode(opcode)) return fail1(MESSAGE_UNKNOWN_OPCODE, opcode);
  }
  return 0;
}
