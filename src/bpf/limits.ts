// Linux 6.18's limits, by the kernel's names.

/** instructions that a privileged program may be verified through (BPF_COMPLEXITY_LIMIT_INSNS) */
export const BPF_COMPLEXITY_LIMIT_INSNS = 1_000_000;
/** pending branches (BPF_COMPLEXITY_LIMIT_JMP_SEQ) */
export const BPF_COMPLEXITY_LIMIT_JMP_SEQ = 8192;
/** states kept at one instruction; only without CAP_BPF (BPF_COMPLEXITY_LIMIT_STATES) */
export const BPF_COMPLEXITY_LIMIT_STATES = 64;
/** instructions of an unprivileged program (BPF_MAXINSNS) */
export const BPF_MAXINSNS = 4096;
/** bytes of one stack frame (MAX_BPF_STACK) */
export const MAX_BPF_STACK = 512;
export const MAX_CALL_FRAMES = 8;
/** register arguments of a call */
export const MAX_BPF_FUNC_REG_ARGS = 5;
export const MAX_USED_MAPS = 64;
export const BPF_MAX_SUBPROGS = 256;
export const MAX_TAIL_CALL_CNT = 33;
export const MAX_PACKET_OFF = 0xffff;
export const BPF_MAX_VAR_OFF = 1 << 29;
export const BPF_MAX_VAR_SIZ = 1 << 29;
/** iterations of bpf_loop (BPF_MAX_LOOPS) and of may_goto (BPF_MAX_TIMED_LOOPS budget of old) */
export const BPF_MAX_LOOPS = 8 * 1024 * 1024;
export const BPF_OBJ_NAME_LEN = 16;
