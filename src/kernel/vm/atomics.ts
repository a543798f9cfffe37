// Read-modify-write instructions. One CPU runs at a time and a slice ends between instructions, so each is atomic as it stands.
import { BPF_ADD, BPF_AND, BPF_CMPXCHG, BPF_FETCH, BPF_OR, BPF_XCHG, BPF_XOR } from '../generated/opcodes';

function combine(operation: i32, old: u64, operand: u64): u64 {
  if (operation == BPF_ADD) return old + operand;
  if (operation == BPF_OR) return old | operand;
  if (operation == BPF_AND) return old & operand;
  if (operation == BPF_XOR) return old ^ operand;
  return operand;
}

/**
 * Does `imm`'s operation on the word at `at`; `source` and `r0` are register addresses.
 * The source register receives the old value with BPF_FETCH and BPF_XCHG, r0 with BPF_CMPXCHG.
 */
export function atomic64(imm: i32, at: usize, source: usize, r0: usize): void {
  const old = load<u64>(at);
  const operand = load<u64>(source);
  if (imm == BPF_CMPXCHG) {
    if (old == load<u64>(r0)) store<u64>(at, operand);
    store<u64>(r0, old);
    return;
  }
  store<u64>(at, combine(imm == BPF_XCHG ? imm : imm & ~BPF_FETCH, old, operand));
  if (imm & BPF_FETCH) store<u64>(source, old);
}

/** The same on 32 bits; results are zero-extended. */
export function atomic32(imm: i32, at: usize, source: usize, r0: usize): void {
  const old = load<u32>(at);
  const operand = load<u32>(source);
  if (imm == BPF_CMPXCHG) {
    if (old == load<u32>(r0)) store<u32>(at, operand);
    store<u64>(r0, old);
    return;
  }
  store<u32>(at, <u32>combine(imm == BPF_XCHG ? imm : imm & ~BPF_FETCH, old, operand));
  if (imm & BPF_FETCH) store<u64>(source, old);
}
