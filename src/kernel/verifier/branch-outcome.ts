// Is a conditional jump decided by what is known of its operands?
import {
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
} from '../generated/opcodes';
import {
  AT_PKT_END,
  BEYOND_PKT_END,
  CONST_PTR_TO_MAP,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_TCP_SOCK,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  REG_mask,
  REG_range,
  REG_s32max,
  REG_s32min,
  REG_smax,
  REG_smin,
  REG_type,
  REG_u32max,
  REG_u32min,
  REG_umax,
  REG_umin,
  REG_value,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { baseType, mayBeNull } from './registers';

export const UNDECIDED: i32 = -1;

/** The same comparison with its sides exchanged. */
export function flip(operation: i32): i32 {
  switch (operation) {
    case BPF_JGT:
      return BPF_JLT;
    case BPF_JLT:
      return BPF_JGT;
    case BPF_JGE:
      return BPF_JLE;
    case BPF_JLE:
      return BPF_JGE;
    case BPF_JSGT:
      return BPF_JSLT;
    case BPF_JSLT:
      return BPF_JSGT;
    case BPF_JSGE:
      return BPF_JSLE;
    case BPF_JSLE:
      return BPF_JSGE;
    default:
      return operation;
  }
}
export function isPacketAny(type: i32): bool {
  return type == PTR_TO_PACKET || type == PTR_TO_PACKET_META || type == PTR_TO_PACKET_END;
}
/** A scalar known in all bits that the comparison looks at. */
export function isKnownScalar(r: usize, is32: bool): bool {
  if (load<i32>(r, REG_type) != SCALAR_VALUE) return false;
  return is32 ? <u32>load<u64>(r, REG_mask) == 0 : load<u64>(r, REG_mask) == 0;
}
export function knownValue(r: usize, is32: bool): u64 {
  return is32 ? <u64>(<u32>load<u64>(r, REG_value)) : load<u64>(r, REG_value);
}
function isNotNull(r: usize): bool {
  const type = load<i32>(r, REG_type);
  if (mayBeNull(type)) return false;
  switch (baseType(type)) {
    case PTR_TO_SOCKET:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MAP_KEY:
    case PTR_TO_SOCK_COMMON:
    case CONST_PTR_TO_MAP:
      return true;
    case PTR_TO_BTF_ID:
      return (type & PTR_TRUSTED) != 0;
    case PTR_TO_MEM:
      return (type & PTR_UNTRUSTED) == 0;
    default:
      return false;
  }
}

/** A pointer already known to be at or beyond the packet's end, compared with the end. */
function packetOutcome(a: usize, b: usize, operation: i32): i32 {
  let pointer = a;
  if (load<i32>(b, REG_type) != PTR_TO_PACKET_END) {
    if (load<i32>(a, REG_type) != PTR_TO_PACKET_END) return UNDECIDED;
    pointer = b;
    operation = flip(operation);
  }
  const range = load<i32>(pointer, REG_range);
  if (range >= 0) return UNDECIDED;
  if (operation == BPF_JLE || operation == BPF_JGT)
    return range == BEYOND_PKT_END ? (operation == BPF_JGT ? 1 : 0) : UNDECIDED;
  if (operation == BPF_JLT || operation == BPF_JGE)
    return range == BEYOND_PKT_END || range == AT_PKT_END ? (operation == BPF_JGE ? 1 : 0) : UNDECIDED;
  return UNDECIDED;
}

function apart32(a: usize, b: usize): bool {
  return (
    load<u32>(a, REG_u32min) > load<u32>(b, REG_u32max) ||
    load<u32>(a, REG_u32max) < load<u32>(b, REG_u32min) ||
    load<i32>(a, REG_s32min) > load<i32>(b, REG_s32max) ||
    load<i32>(a, REG_s32max) < load<i32>(b, REG_s32min)
  );
}
/** 1 equal, 0 different, -1 either. */
function equality(a: usize, b: usize, is32: bool): i32 {
  const cut: u64 = is32 ? 0xffffffff : u64.MAX_VALUE;
  const av = load<u64>(a, REG_value) & cut;
  const am = load<u64>(a, REG_mask) & cut;
  const bv = load<u64>(b, REG_value) & cut;
  const bm = load<u64>(b, REG_mask) & cut;
  if (am == 0 && bm == 0) return av == bv ? 1 : 0;
  const both = ~am & ~bm;
  if ((av & both) != (bv & both)) return 0;
  if (apart32(a, b)) return 0;
  if (is32) return UNDECIDED;
  const apart =
    load<u64>(a, REG_umin) > load<u64>(b, REG_umax) ||
    load<u64>(a, REG_umax) < load<u64>(b, REG_umin) ||
    load<i64>(a, REG_smin) > load<i64>(b, REG_smax) ||
    load<i64>(a, REG_smax) < load<i64>(b, REG_smin);
  return apart ? 0 : UNDECIDED;
}
function decided(yes: bool, no: bool): i32 {
  return yes ? 1 : no ? 0 : UNDECIDED;
}
function scalarOutcome(a: usize, b: usize, operation: i32, is32: bool): i32 {
  if (operation == BPF_JEQ) return equality(a, b, is32);
  if (operation == BPF_JNE) {
    const equal = equality(a, b, is32);
    return equal == UNDECIDED ? UNDECIDED : 1 - equal;
  }
  if (operation == BPF_JSET) {
    if (!isKnownScalar(b, is32)) {
      const other = a;
      a = b;
      b = other;
    }
    if (!isKnownScalar(b, is32)) return UNDECIDED;
    const bits = knownValue(b, is32);
    return decided(
      (load<u64>(a, REG_value) & bits) != 0,
      ((load<u64>(a, REG_value) | load<u64>(a, REG_mask)) & bits) == 0,
    );
  }
  const signed = operation == BPF_JSGT || operation == BPF_JSGE || operation == BPF_JSLT || operation == BPF_JSLE;
  if (operation == BPF_JLT || operation == BPF_JLE || operation == BPF_JSLT || operation == BPF_JSLE) {
    const other = a;
    a = b;
    b = other;
    operation = flip(operation);
  }
  // a > b or a >= b
  if (signed) {
    const amin = is32 ? <i64>load<i32>(a, REG_s32min) : load<i64>(a, REG_smin);
    const amax = is32 ? <i64>load<i32>(a, REG_s32max) : load<i64>(a, REG_smax);
    const bmin = is32 ? <i64>load<i32>(b, REG_s32min) : load<i64>(b, REG_smin);
    const bmax = is32 ? <i64>load<i32>(b, REG_s32max) : load<i64>(b, REG_smax);
    return operation == BPF_JSGT ? decided(amin > bmax, amax <= bmin) : decided(amin >= bmax, amax < bmin);
  }
  const amin = is32 ? <u64>load<u32>(a, REG_u32min) : load<u64>(a, REG_umin);
  const amax = is32 ? <u64>load<u32>(a, REG_u32max) : load<u64>(a, REG_umax);
  const bmin = is32 ? <u64>load<u32>(b, REG_u32min) : load<u64>(b, REG_umin);
  const bmax = is32 ? <u64>load<u32>(b, REG_u32max) : load<u64>(b, REG_umax);
  return operation == BPF_JGT ? decided(amin > bmax, amax <= bmin) : decided(amin >= bmax, amax < bmin);
}

/** 1 taken, 0 not taken, -1 either way. */
export function branchOutcome(a: usize, b: usize, operation: i32, is32: bool): i32 {
  const at = load<i32>(a, REG_type);
  const bt = load<i32>(b, REG_type);
  if (isPacketAny(at) && isPacketAny(bt) && !is32) return packetOutcome(a, b, operation);
  if (at == SCALAR_VALUE && bt == SCALAR_VALUE) return scalarOutcome(a, b, operation, is32);
  // a pointer that cannot be null against zero
  if (!isKnownScalar(b, is32)) {
    const other = a;
    a = b;
    b = other;
    operation = flip(operation);
  }
  if (!isKnownScalar(b, is32) || !isNotNull(a) || knownValue(b, is32) != 0) return UNDECIDED;
  if (operation == BPF_JEQ) return 0;
  return operation == BPF_JNE ? 1 : UNDECIDED;
}
