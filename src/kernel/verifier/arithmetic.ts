// ALU instructions: their form, moves, and which arithmetic applies.
import {
  BPF_ADD,
  BPF_ALU64,
  BPF_AND,
  BPF_DIV,
  BPF_END,
  BPF_LSH,
  BPF_ARSH,
  BPF_MOD,
  BPF_MOV,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
} from '../generated/opcodes';
import {
  MESSAGE_ADDRESS_SPACE_ARENA,
  MESSAGE_ADDRESS_SPACE_CAST,
  MESSAGE_BAD_ALU_OPCODE,
  MESSAGE_BAD_SHIFT,
  MESSAGE_DIV_BY_ZERO,
  MESSAGE_PARTIAL_COPY,
  MESSAGE_POINTER_ARITHMETIC,
  MESSAGE_POINTER_OP_POINTER,
  MESSAGE_RESERVED_ALU,
  MESSAGE_RESERVED_END,
  MESSAGE_RESERVED_MOV,
  MESSAGE_RESERVED_NEG,
  MESSAGE_SIGN_EXTEND_POINTER,
} from '../generated/verifier-messages';
import {
  BPF_ADD_CONST,
  BPF_ADD_CONST32,
  BPF_ADD_CONST64,
  REG_SIZE,
  REG_id,
  REG_off,
  REG_precise,
  REG_type,
  REG_umax,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { isConstant, synchronizeBounds, widthOf, zeroExtend32 } from './bounds';
import { dstAt, env, immediateAt, offsetAt, opcodeAt, srcAt, unsignedImmediateAt } from './environment';
import { fail, fail1, fail2 } from './fail';
import { signNarrow32To, signNarrowTo } from './narrowing';
import { checkDestination, checkDestinationOnly, checkSource, registerNow } from './operands';
import { operatorWord, pointerArithmetic } from './pointer-arithmetic';
import { markChainPrecision } from './precision';
import { copyRegister, isPointerValue, markKnown, markUnknown } from './registers';
import { isKnownScalar } from './branch-outcome';
import { swapBytes } from './byte-order';
import { checkScalarSpeculation } from './speculation';
import { scalarArithmetic } from './scalar-arithmetic';
import { forkSign } from './sign-fork';
import { clearScalarId, giveScalarId } from './scalar-id';

/** An immediate operand as a register. */
const operand: usize = memory.data(REG_SIZE, 8);
/** BPF_MOV's offset for a cast between address spaces */
const ADDRESS_SPACE_CAST: i32 = 1;

function loadOperand(immediate: i32): usize {
  memory.fill(operand, 0, REG_SIZE);
  markKnown(operand, <u64>(<i64>immediate));
  store<i32>(operand, SCALAR_VALUE, REG_type);
  return operand;
}

function checkUnary(i: i32): i32 {
  const opcode = opcodeAt(i);
  const operation = opcode & 0xf0;
  const d = dstAt(i);
  const immediate = immediateAt(i);
  if (operation == BPF_NEG) {
    if ((opcode & 8) != 0 || srcAt(i) != 0 || offsetAt(i) != 0 || immediate != 0) return fail(MESSAGE_RESERVED_NEG);
  } else if (
    srcAt(i) != 0 ||
    offsetAt(i) != 0 ||
    (immediate != 16 && immediate != 32 && immediate != 64) ||
    ((opcode & 7) == BPF_ALU64 && (opcode & 8) != 0)
  )
    return fail(MESSAGE_RESERVED_END);
  let error = checkSource(d);
  if (error != 0) return error;
  const r = registerNow(d);
  if (isPointerValue(r)) return fail1(MESSAGE_POINTER_ARITHMETIC, d);
  if (operation == BPF_NEG && load<i32>(r, REG_type) == SCALAR_VALUE) {
    error = checkDestinationOnly(d);
    if (error == 0) scalarArithmetic(BPF_NEG, r, r, (opcode & 7) != BPF_ALU64);
    return error;
  }
  if (operation == BPF_END && load<i32>(r, REG_type) == SCALAR_VALUE) {
    error = checkDestinationOnly(d);
    if (error == 0) swapBytes(r, immediate, (opcode & 7) == BPF_ALU64 || (opcode & 8) != 0);
    return error;
  }
  return checkDestination(d);
}

/** Is the sign bit of an `bits`-bit part surely clear? Then extending it changes nothing. */
function signIsClear(r: usize, bits: i32): bool {
  return load<u64>(r, REG_umax) < (<u64>1) << (bits - 1);
}
function move64(d: usize, s: usize, number: i32, off: i32): i32 {
  if (off == 0) {
    giveScalarId(s);
    copyRegister(d, s);
    return 0;
  }
  if (isPointerValue(s)) return fail1(MESSAGE_SIGN_EXTEND_POINTER, number);
  if (load<i32>(s, REG_type) != SCALAR_VALUE) {
    markUnknown(d);
    return 0;
  }
  const same = signIsClear(s, off);
  if (same) giveScalarId(s);
  copyRegister(d, s);
  if (!same) clearScalarId(d);
  signNarrowTo(d, off >> 3);
  return 0;
}
function move32(d: usize, s: usize, number: i32, off: i32): i32 {
  if (isPointerValue(s)) return fail1(MESSAGE_PARTIAL_COPY, number);
  if (load<i32>(s, REG_type) == SCALAR_VALUE) {
    const same = off == 0 ? widthOf(s) <= 32 : signIsClear(s, off);
    if (same) giveScalarId(s);
    copyRegister(d, s);
    if (!same) clearScalarId(d);
    if (off != 0) signNarrow32To(d, off >> 3);
  } else markUnknown(d);
  zeroExtend32(d);
  synchronizeBounds(d);
  return 0;
}
function checkMove(i: i32): i32 {
  const opcode = opcodeAt(i);
  const is64 = (opcode & 7) == BPF_ALU64;
  const d = dstAt(i);
  const s = srcAt(i);
  const off = offsetAt(i);
  const immediate = immediateAt(i);
  if ((opcode & 8) != 0) {
    if (is64 && off == ADDRESS_SPACE_CAST) {
      if (immediate != 1 && immediate != 1 << 16) return fail(MESSAGE_ADDRESS_SPACE_CAST);
      return fail(MESSAGE_ADDRESS_SPACE_ARENA);
    }
    if ((off != 0 && off != 8 && off != 16 && !(is64 && off == 32)) || immediate != 0)
      return fail(MESSAGE_RESERVED_MOV);
    const error = checkSource(s);
    if (error != 0) return error;
  } else if (s != 0 || off != 0) return fail(MESSAGE_RESERVED_MOV);
  const error = checkDestinationOnly(d);
  if (error != 0) return error;
  const target = registerNow(d);
  if ((opcode & 8) != 0) return is64 ? move64(target, registerNow(s), s, off) : move32(target, registerNow(s), s, off);
  markUnknown(target);
  markKnown(target, is64 ? <u64>(<i64>immediate) : unsignedImmediateAt(i));
  return 0;
}

/** After `dst += constant` the link to what dst was copied from becomes "this much ahead"; any other result is on its own. */
function relink(d: usize, s: usize, operation: i32, is32: bool): void {
  const id = load<u32>(d, REG_id);
  const linkable = (operation == BPF_ADD || operation == BPF_SUB) && isKnownScalar(s, is32);
  if (!env.privileged || id == 0 || !linkable) {
    clearScalarId(d);
    return;
  }
  let constant = is32 ? <i64>load<i32>(s, REG_value) : load<i64>(s, REG_value);
  if (operation == BPF_SUB) constant = -constant;
  if ((id & BPF_ADD_CONST) != 0 || constant > <i64>i32.MAX_VALUE || constant < <i64>i32.MIN_VALUE) {
    clearScalarId(d);
  } else {
    store<u32>(d, id | (is32 ? BPF_ADD_CONST32 : BPF_ADD_CONST64), REG_id);
    store<i32>(d, <i32>constant, REG_off);
  }
}

function compute(i: i32): i32 {
  const opcode = opcodeAt(i);
  const operation = opcode & 0xf0;
  const is32 = (opcode & 7) != BPF_ALU64;
  const number = dstAt(i);
  const d = registerNow(number);
  const pointer = load<i32>(d, REG_type) != SCALAR_VALUE;
  let s: usize = 0;
  if ((opcode & 8) != 0) {
    s = registerNow(srcAt(i));
    if (load<i32>(s, REG_type) != SCALAR_VALUE) {
      if (pointer) {
        if (operation == BPF_SUB && env.mayLeak) {
          markUnknown(d);
          return 0;
        }
        return fail2(MESSAGE_POINTER_OP_POINTER, number, operatorWord(operation));
      }
      const error = markChainPrecision(number);
      return error != 0 ? error : pointerArithmetic(number, s, d);
    }
    if (pointer || load<u8>(d, REG_precise) != 0) {
      const error = markChainPrecision(srcAt(i));
      if (error != 0) return error;
    }
    if (pointer) return pointerArithmetic(number, d, s);
    if (s == d) {
      // the operation changes its own source
      memory.copy(operand, s, REG_SIZE);
      s = operand;
    }
  } else {
    s = loadOperand(immediateAt(i));
    if (pointer) return pointerArithmetic(number, d, s);
  }
  // a 32-bit addition to a wider value loses what the link was about
  const keepsLink = !is32 || widthOf(d) <= 32;
  const masking = checkScalarSpeculation(number, operation);
  if (masking != 0) return masking;
  if ((operation == BPF_AND || operation == BPF_OR) && isConstant(s)) {
    const error = forkSign(i, number, d);
    if (error != 0) return error;
  }
  scalarArithmetic(operation, d, s, is32);
  if (keepsLink) relink(d, s, operation, is32);
  else clearScalarId(d);
  return 0;
}

function checkBinary(i: i32): i32 {
  const opcode = opcodeAt(i);
  const operation = opcode & 0xf0;
  const off = offsetAt(i);
  const immediate = immediateAt(i);
  const divides = operation == BPF_MOD || operation == BPF_DIV;
  const register = (opcode & 8) != 0;
  if ((register ? immediate != 0 : srcAt(i) != 0) || (off != 0 && off != 1) || (off == 1 && !divides))
    return fail(MESSAGE_RESERVED_ALU);
  if (register) {
    const error = checkSource(srcAt(i));
    if (error != 0) return error;
  }
  let error = checkSource(dstAt(i));
  if (error != 0) return error;
  if (divides && !register && immediate == 0) return fail(MESSAGE_DIV_BY_ZERO);
  if ((operation == BPF_LSH || operation == BPF_RSH || operation == BPF_ARSH) && !register) {
    const bits = (opcode & 7) == BPF_ALU64 ? 64 : 32;
    if (immediate < 0 || immediate >= bits) return fail1(MESSAGE_BAD_SHIFT, immediate);
  }
  error = checkDestinationOnly(dstAt(i));
  return error != 0 ? error : compute(i);
}

export function checkArithmetic(i: i32): i32 {
  const operation = opcodeAt(i) & 0xf0;
  if (operation == BPF_END || operation == BPF_NEG) return checkUnary(i);
  if (operation == BPF_MOV) return checkMove(i);
  if (operation > BPF_END) return fail1(MESSAGE_BAD_ALU_OPCODE, operation);
  return checkBinary(i);
}
