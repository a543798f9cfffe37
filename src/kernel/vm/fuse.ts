// Pairs of instructions that the interpreter does in one go. The first of a pair gets an operation of its own and finds what it needs
// of the second in the record behind it, which stays as it was: a jump may lead there, and a run may stop between the two.
import {
  BPF_ADD,
  BPF_AND,
  BPF_ARSH,
  BPF_JLT,
  BPF_JNE,
  BPF_LSH,
  BPF_MOV,
  BPF_OR,
  BPF_RSH,
  BPF_XOR,
} from '../generated/opcodes';
import {
  ALU,
  ALU64,
  FUSED_ADD32_JLT,
  FUSED_ADD32_JNE,
  FUSED_ADD64_JNE,
  FUSED_MOVE32_K,
  FUSED_MOVE64_K,
  JMP,
  JMP32,
  RECORD_SHIFT,
  RECORD_SIZE,
  X,
} from './operations';

/** Arithmetic with a number that may follow a copy. */
function mayFollow(operation: i32): bool {
  return (
    operation == BPF_ADD ||
    operation == BPF_AND ||
    operation == BPF_OR ||
    operation == BPF_XOR ||
    operation == BPF_LSH ||
    operation == BPF_RSH ||
    operation == BPF_ARSH
  );
}

/** The pair's operation; 0: these two are none. */
function fused(first: i32, second: i32): i32 {
  switch (first) {
    case ALU64 + X + (BPF_MOV >> 3): {
      const operation = (second - ALU64) << 3;
      return second < ALU64 + 32 && mayFollow(operation) ? FUSED_MOVE64_K + (operation >> 4) : 0;
    }
    case ALU + X + (BPF_MOV >> 3): {
      const operation = (second - ALU) << 3;
      return second >= ALU && second < ALU + 32 && mayFollow(operation) ? FUSED_MOVE32_K + (operation >> 4) : 0;
    }
    case ALU64 + (BPF_ADD >> 3):
      return second == JMP + (BPF_JNE >> 3) ? FUSED_ADD64_JNE : 0;
    case ALU + (BPF_ADD >> 3):
      if (second == JMP32 + (BPF_JNE >> 3)) return FUSED_ADD32_JNE;
      return second == JMP32 + (BPF_JLT >> 3) ? FUSED_ADD32_JLT : 0;
    default:
      return 0;
  }
}

/** Joins the pairs among `count` records; both work on the same register. */
export function fuse(records: usize, count: i32): void {
  for (let i = 0; i + 1 < count; i++) {
    const record = records + ((<usize>i) << RECORD_SHIFT);
    const next = record + RECORD_SIZE;
    if (load<u8>(record, 2) != load<u8>(next, 2)) continue;
    const operation = fused(<i32>load<u16>(record), <i32>load<u16>(next));
    if (operation != 0) store<u16>(record, <u16>operation);
  }
}
