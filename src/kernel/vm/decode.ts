// Rewritten instructions → the interpreter's records, one a slot. What is no instruction becomes one that faults when it is
// reached, as an unverified program may hold anything.
import {
  BPF_ABS,
  BPF_ADD,
  BPF_ALU,
  BPF_ALU64,
  BPF_AND,
  BPF_ARSH,
  BPF_ATOMIC,
  BPF_B,
  BPF_CALL,
  BPF_CMPXCHG,
  BPF_DIV,
  BPF_DW,
  BPF_END,
  BPF_EXIT,
  BPF_FETCH,
  BPF_H,
  BPF_IMM,
  BPF_IND,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_JSLE,
  BPF_LD,
  BPF_LDX,
  BPF_LOAD_ACQ,
  BPF_MEM,
  BPF_MEMSX,
  BPF_MOD,
  BPF_MOV,
  BPF_NEG,
  BPF_OR,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_ST,
  BPF_STORE_REL,
  BPF_STX,
  BPF_SUB,
  BPF_W,
  BPF_X,
  BPF_XCHG,
  BPF_XOR,
} from '../generated/opcodes';
import { fuse } from './fuse';
import {
  ALU,
  ALU64,
  JMP,
  JMP32,
  LOAD,
  LOAD_SIGNED,
  STORE,
  STORE_IMMEDIATE,
  OP_ATOMIC32,
  OP_ATOMIC64,
  OP_BAD,
  OP_CALL,
  OP_CALL_REGISTER,
  OP_CUT16,
  OP_CUT32,
  OP_END,
  OP_FOR_EACH,
  OP_FUNCTION,
  OP_HELPER,
  OP_IMM64,
  OP_LOAD_ACQUIRE16,
  OP_LOAD_ACQUIRE32,
  OP_LOAD_ACQUIRE64,
  OP_LOAD_ACQUIRE8,
  OP_LOOP,
  OP_MAY_GOTO,
  OP_MOVSX32_16,
  OP_MOVSX32_8,
  OP_MOVSX64_16,
  OP_MOVSX64_32,
  OP_MOVSX64_8,
  OP_NOTHING,
  OP_PACKET,
  OP_PROBE8,
  OP_PROBE_SIGNED8,
  OP_SDIV32_K,
  OP_SDIV64_K,
  OP_SMOD32_K,
  OP_SMOD64_K,
  OP_STORE_RELEASE16,
  OP_STORE_RELEASE32,
  OP_STORE_RELEASE64,
  OP_STORE_RELEASE8,
  OP_SWAP16,
  OP_SWAP32,
  OP_SWAP64,
  OP_TAIL_CALL,
  RECORD_SHIFT,
  RECORD_SIZE,
} from './operations';

/** Numbers of the helpers that change what runs next, and are therefore the interpreter's own. */
const HELPER_TAIL_CALL: i32 = 12;
const HELPER_FOR_EACH: i32 = 164;
const HELPER_LOOP: i32 = 181;

/** rewrite/ marks a load through a BTF pointer by this bit of the second register nibble's spare values (see rewrite.ts) */
export const MODE_PROBE: i32 = 0x20;
export const MODE_PROBE_SIGNED: i32 = 0x40;

function aluOperation(code: i32, src: i32, offset: i32, imm: i32): i32 {
  const wide = (code & 7) == BPF_ALU64;
  const byRegister = (code & BPF_X) != 0;
  const operation = code & 0xf0;
  if (operation == BPF_END) {
    if (offset != 0) return OP_BAD;
    // Class ALU: to little or big endian; class ALU64: always swap.
    const swap = wide ? !byRegister : byRegister;
    if (wide && byRegister) return OP_BAD;
    if (imm == 16) return swap ? OP_SWAP16 : OP_CUT16;
    if (imm == 32) return swap ? OP_SWAP32 : OP_CUT32;
    if (imm == 64) return swap ? OP_SWAP64 : OP_NOTHING;
    return OP_BAD;
  }
  const plain = (wide ? ALU64 : ALU) + (code >> 3);
  if (operation == BPF_NEG) return byRegister ? OP_BAD : plain;
  if (operation > BPF_ARSH) return OP_BAD;
  if (offset == 0) return plain;
  const x = byRegister ? 1 : 0;
  if (operation == BPF_DIV && offset == 1) return (wide ? OP_SDIV64_K : OP_SDIV32_K) + x;
  if (operation == BPF_MOD && offset == 1) return (wide ? OP_SMOD64_K : OP_SMOD32_K) + x;
  if (operation == BPF_MOV && byRegister) {
    if (offset == 8) return wide ? OP_MOVSX64_8 : OP_MOVSX32_8;
    if (offset == 16) return wide ? OP_MOVSX64_16 : OP_MOVSX32_16;
    if (offset == 32 && wide) return OP_MOVSX64_32;
  }
  return OP_BAD;
}

function atomicOperation(code: i32, imm: i32): i32 {
  const size = code & 0x18;
  if (imm == BPF_LOAD_ACQ) {
    if (size == BPF_B) return OP_LOAD_ACQUIRE8;
    if (size == BPF_H) return OP_LOAD_ACQUIRE16;
    return size == BPF_W ? OP_LOAD_ACQUIRE32 : OP_LOAD_ACQUIRE64;
  }
  if (imm == BPF_STORE_REL) {
    if (size == BPF_B) return OP_STORE_RELEASE8;
    if (size == BPF_H) return OP_STORE_RELEASE16;
    return size == BPF_W ? OP_STORE_RELEASE32 : OP_STORE_RELEASE64;
  }
  if (size != BPF_W && size != BPF_DW) return OP_BAD;
  const plain = imm & ~BPF_FETCH;
  const known =
    plain == BPF_ADD ||
    plain == BPF_OR ||
    plain == BPF_AND ||
    plain == BPF_XOR ||
    imm == BPF_XCHG ||
    imm == BPF_CMPXCHG;
  if (!known) return OP_BAD;
  return size == BPF_W ? OP_ATOMIC32 : OP_ATOMIC64;
}

function helperOperation(id: i32): i32 {
  if (id == HELPER_TAIL_CALL) return OP_TAIL_CALL;
  if (id == HELPER_LOOP) return OP_LOOP;
  if (id == HELPER_FOR_EACH) return OP_FOR_EACH;
  return OP_HELPER;
}

function sizeIndex(code: i32): i32 {
  const size = code & 0x18;
  return size == BPF_B ? 0 : size == BPF_H ? 1 : size == BPF_W ? 2 : 3;
}

/** Writes `count` + 1 records to `records` (RECORD_SIZE bytes each), the last one a fault. */
export function decode(instructions: usize, count: i32, records: usize): void {
  decodeSingly(instructions, count, records);
  fuse(records, count);
}

/** As decode(), each instruction for itself. */
export function decodeSingly(instructions: usize, count: i32, records: usize): void {
  const end = records + ((<usize>count) << RECORD_SHIFT);
  for (let i = 0; i < count; i++) {
    const at = instructions + ((<usize>i) << 3);
    const record = records + ((<usize>i) << RECORD_SHIFT);
    const code = <i32>load<u8>(at);
    const registers = <i32>load<u8>(at, 1);
    const dst = registers & 15;
    const src = registers >> 4;
    const offset = <i32>load<i16>(at, 2);
    const imm = load<i32>(at, 4);
    let operation = OP_BAD;
    let field = offset;
    let value = <i64>imm;
    const kind = code & 7;
    if (dst <= 10 && src <= 10) {
      if (kind == BPF_ALU || kind == BPF_ALU64) {
        operation = aluOperation(code, src, offset, imm);
      } else if (kind == BPF_JMP || kind == BPF_JMP32) {
        const jump = code & 0xf0;
        if (jump == BPF_CALL) {
          if (kind != BPF_JMP) operation = OP_BAD;
          else if (code & BPF_X) operation = OP_CALL_REGISTER;
          else if (src == 0) operation = helperOperation(imm);
          else if (src == BPF_PSEUDO_CALL) {
            operation = OP_CALL;
            field = i + 1 + imm;
          }
        } else if (jump == BPF_EXIT) {
          if (code == (BPF_JMP | BPF_EXIT)) operation = JMP + (BPF_EXIT >> 3);
        } else if (jump == BPF_JA) {
          // The 32-bit form (gotol) has its distance in imm.
          if (!(code & BPF_X)) {
            operation = JMP + (BPF_JA >> 3);
            field = i + 1 + (kind == BPF_JMP32 ? imm : offset);
          }
        } else if (jump == BPF_JCOND) {
          if (code == (BPF_JMP | BPF_JCOND) && src == 0) {
            operation = OP_MAY_GOTO;
            field = i + 1 + offset;
          }
        } else if (jump <= BPF_JSLE) {
          operation = (kind == BPF_JMP ? JMP : JMP32) + (code >> 3);
          field = i + 1 + offset;
        }
        const jumps =
          operation != OP_BAD &&
          operation != OP_HELPER &&
          jump != BPF_EXIT &&
          (jump != BPF_CALL || operation == OP_CALL);
        if (jumps) {
          if (field < 0 || field >= count) operation = OP_BAD;
          else field = <i32>(records + ((<usize>field) << RECORD_SHIFT));
        }
      } else if (kind == BPF_LD) {
        const mode = code & 0xe0;
        if (code == (BPF_LD | BPF_IMM | BPF_DW) && i + 1 < count && load<u8>(at, 8) == 0) {
          if (src == BPF_PSEUDO_FUNC) {
            const target = i + 1 + imm;
            // A callback that is never called is dead code, and gone: its address is then nothing that can be called.
            operation = target >= 0 && target < count ? OP_FUNCTION : OP_IMM64;
            value = operation == OP_FUNCTION ? <i64>(records + ((<usize>target) << RECORD_SHIFT)) : 0;
          } else {
            operation = OP_IMM64;
            value = <i64>(((<u64>load<u32>(at, 12)) << 32) | (<u64>(<u32>imm)));
          }
        } else if ((mode == BPF_ABS || mode == BPF_IND) && (code & 0x18) != BPF_DW) {
          operation = OP_PACKET;
          // 1, 2 or 4 bytes; bit 3: plus the source register
          field = (1 << sizeIndex(code)) | (mode == BPF_IND ? 8 : 0);
        }
      } else if (kind == BPF_LDX) {
        const mode = code & 0xe0;
        if (mode == BPF_MEM) operation = LOAD + ((code & 0x18) >> 3);
        else if (mode == BPF_MEMSX && (code & 0x18) != BPF_DW) operation = LOAD_SIGNED + ((code & 0x18) >> 3);
        else if (mode == MODE_PROBE) operation = OP_PROBE8 + sizeIndex(code);
        else if (mode == MODE_PROBE_SIGNED && (code & 0x18) != BPF_DW) operation = OP_PROBE_SIGNED8 + sizeIndex(code);
      } else if (kind == BPF_ST) {
        if ((code & 0xe0) == BPF_MEM) operation = STORE_IMMEDIATE + ((code & 0x18) >> 3);
      } else if (kind == BPF_STX) {
        if ((code & 0xe0) == BPF_MEM) operation = STORE + ((code & 0x18) >> 3);
        else if ((code & 0xe0) == BPF_ATOMIC) operation = atomicOperation(code, imm);
      }
    }
    // Taking a number away is adding its negative, in both widths.
    if (operation == ALU64 + (BPF_SUB >> 3) || operation == ALU + (BPF_SUB >> 3)) {
      operation += (BPF_ADD >> 3) - (BPF_SUB >> 3);
      value = -value;
    }
    store<u16>(record, <u16>operation);
    store<u8>(record, <u8>(dst << 3), 2);
    store<u8>(record, <u8>(src << 3), 3);
    store<i32>(record, field, 4);
    store<i64>(record, value, 8);
  }
  memory.fill(end, 0, RECORD_SIZE);
  store<u16>(end, <u16>OP_END);
}
