// What the interpreter's records hold as operation: dense numbers, in the order in which the interpreter's switch has them, so that
// it becomes one jump table. An instruction whose eight opcode bits say it all has its class's base plus those bits shifted right
// by three; the others, where offset or immediate decide, have numbers of their own.

/** bases of the classes: plus operation >> 3, plus X when the second operand is a register */
export const ALU64: i32 = 0;
export const ALU: i32 = 32;
export const JMP: i32 = 64;
export const JMP32: i32 = 96;
export const X: i32 = 1;
/** bases of loads and stores: plus size >> 3 */
export const LOAD: i32 = 128;
export const LOAD_SIGNED: i32 = 132;
export const STORE_IMMEDIATE: i32 = 136;
export const STORE: i32 = 140;

export const OP_SDIV64_K: i32 = 144;
export const OP_SDIV64_X: i32 = 145;
export const OP_SMOD64_K: i32 = 146;
export const OP_SMOD64_X: i32 = 147;
export const OP_SDIV32_K: i32 = 148;
export const OP_SDIV32_X: i32 = 149;
export const OP_SMOD32_K: i32 = 150;
export const OP_SMOD32_X: i32 = 151;
export const OP_MOVSX64_8: i32 = 152;
export const OP_MOVSX64_16: i32 = 153;
export const OP_MOVSX64_32: i32 = 154;
export const OP_MOVSX32_8: i32 = 155;
export const OP_MOVSX32_16: i32 = 156;
/** byte order: swap or, on a little-endian machine, cut to the width */
export const OP_SWAP16: i32 = 157;
export const OP_SWAP32: i32 = 158;
export const OP_SWAP64: i32 = 159;
export const OP_CUT16: i32 = 160;
export const OP_CUT32: i32 = 161;
export const OP_NOTHING: i32 = 162;
export const OP_HELPER: i32 = 163;
export const OP_CALL: i32 = 164;
export const OP_CALL_REGISTER: i32 = 165;
export const OP_TAIL_CALL: i32 = 166;
export const OP_LOOP: i32 = 167;
export const OP_FOR_EACH: i32 = 168;
export const OP_MAY_GOTO: i32 = 169;
export const OP_ATOMIC32: i32 = 170;
export const OP_ATOMIC64: i32 = 171;
export const OP_LOAD_ACQUIRE8: i32 = 172;
export const OP_LOAD_ACQUIRE16: i32 = 173;
export const OP_LOAD_ACQUIRE32: i32 = 174;
export const OP_LOAD_ACQUIRE64: i32 = 175;
export const OP_STORE_RELEASE8: i32 = 176;
export const OP_STORE_RELEASE16: i32 = 177;
export const OP_STORE_RELEASE32: i32 = 178;
export const OP_STORE_RELEASE64: i32 = 179;
/** loads through BTF pointers: a bad address gives zero */
export const OP_PROBE8: i32 = 180;
export const OP_PROBE16: i32 = 181;
export const OP_PROBE32: i32 = 182;
export const OP_PROBE64: i32 = 183;
export const OP_PROBE_SIGNED8: i32 = 184;
export const OP_PROBE_SIGNED16: i32 = 185;
export const OP_PROBE_SIGNED32: i32 = 186;
/** legacy packet loads, of a socket buffer in r6 */
export const OP_PACKET: i32 = 187;
/** 64-bit immediate: the value in one, the second slot skipped */
export const OP_IMM64: i32 = 188;
/** address of a subprogram, for callbacks */
export const OP_FUNCTION: i32 = 189;
/** behind the last instruction */
export const OP_END: i32 = 190;
export const OP_BAD: i32 = 191;

// Kernel mode (vm/kernel-mode.ts): pages decide, not objects.
/** bases of its loads and stores: plus size >> 3 as above */
export const OP_KERNEL_LOAD: i32 = 192;
export const OP_KERNEL_LOAD_SIGNED: i32 = 196;
export const OP_KERNEL_STORE_IMMEDIATE: i32 = 200;
export const OP_KERNEL_STORE: i32 = 204;
export const OP_KERNEL_ATOMIC32: i32 = 208;
export const OP_KERNEL_ATOMIC64: i32 = 209;
/** a division that may trap; the field holds what it is otherwise */
export const OP_KERNEL_DIVIDE: i32 = 210;
export const OP_KERNEL_CALL: i32 = 211;
export const OP_KERNEL_CALL_REGISTER: i32 = 212;
export const OP_KERNEL_ENTER: i32 = 213;
export const OP_KERNEL_EXIT: i32 = 214;
/** exit from a function that entered no frame */
export const OP_KERNEL_RETURN: i32 = 215;
export const OP_KERNEL_NATIVE: i32 = 216;

// Two instructions in one go, where compilers write them side by side (vm/fuse.ts); the second one keeps its own record as well.
/** a copy into a register, and arithmetic on it: plus operation >> 4 of the second */
export const FUSED_MOVE64_K: i32 = 224;
export const FUSED_MOVE32_K: i32 = 240;
/** an addition to a register, and a jump that compares it with a number */
export const FUSED_ADD64_JNE: i32 = 256;
export const FUSED_ADD32_JNE: i32 = 257;
export const FUSED_ADD32_JLT: i32 = 258;

/** A record: operation u16, destination register × 8 u8, source register × 8 u8, target or offset i32, immediate i64. */
export const RECORD_SIZE: usize = 16;
export const RECORD_SHIFT: usize = 4;

/** High halves of a callback's value: the interpreter's code, its record's address in the low half; or a table index. */
export const CALLBACK_INTERPRETED: u64 = 0xffffffff00000000;
export const CALLBACK_COMPILED: u64 = 0xfffffffe00000000;
