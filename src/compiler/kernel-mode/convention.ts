// How kernel-mode code calls: modules, and the simulated kernel's own C (src/kernel/linux). The instruction set is eBPF's, run by the
// same interpreter (src/kernel/vm), without a verifier and with all of kernel memory in reach. What eBPF lacks for that:
//
//   STACK. r11 is the stack pointer (x86's RSP), r10 the frame pointer (RBP). A task's or a CPU's stack is 16 kB of simulated memory,
//   growing downwards, with an unmapped guard page below it. Frames are real: a call trace is read from this memory.
//
//     higher   r10 + 16 + 8 i   the i-th argument that did not go into a register
//              r10 +  8         return address, pushed by `call`
//              r10              the caller's r10, pushed by `enter`
//              r10 -  8 … - 32  r6, r7, r8, r9 of the caller, those that the function uses
//              below            locals and spilled values
//     lower    r11 +  8 i       arguments of the calls that this function makes
//
//   CALLS. r1 to r5 hold the first five arguments; the others, and every argument that `...` stands for, take eight bytes each on
//   the caller's stack. A structure of at most 8 bytes travels as one argument, of 16 as two, a bigger one as the address of a copy. The
//   result is in r0. r6 to r9 survive a call.
//
//   INSTRUCTIONS that eBPF does not have, in encodings that it refuses:
//     r11 += -N     (alu64 add, dst 11)   enter: push r10, r10 = r11, save the registers whose bits (1 r6 … 8 r9) are in the
//                                         offset, r11 = r10 - N
//     exit                                restore the registers in imm, leave the frame, return; with offset 1: a function
//                                         that entered no frame returns
//     call pc+N     (source 1)            push the address of the next instruction, jump; N counts instructions, over 32 bits
//     callx r       (call, BPF_X)         the same to the kernel address in dst
//     native N      (call, source 3)      the body of a kernel function that the machine itself brings (src/kernel/module/natives.ts)
//
//   An instruction takes 8 bytes, so symbol+0x18 is a function's fourth. Division by zero traps as on x86 ("divide error"): the
//   zero that eBPF defines is a check that the verifier patches in, and nobody verifies a module.
//
// An oops names registers as Linux's eBPF JIT maps them: R0 RAX, R1 RDI, R2 RSI, R3 RDX, R4 RCX, R5 R8, R6 RBX, R7 R13, R8 R14,
// R9 R15, R10 RBP; R11 is RSP. x86's R10, R11 and R12 have no counterpart and read zero.
import type { Instruction } from '../../bpf/instruction.ts';
import { BPF_ADD, BPF_ALU64, BPF_EXIT, BPF_JMP } from '../../bpf/opcodes.ts';

export const STACK_POINTER = 11;
const ARGUMENT_REGISTERS = 5;
/** bytes below r10 that hold the caller's r6 to r9 */
export const SAVED_REGISTERS = 32;

/** Which arguments go into registers and which to the stack; the last `variadic` ones always go there. */
export function placeArguments<T>(
  args: readonly T[],
  variadic: number,
): { readonly registers: readonly T[]; readonly stacked: readonly T[] } {
  const named = Math.min(ARGUMENT_REGISTERS, args.length - variadic);
  return { registers: args.slice(0, named), stacked: args.slice(named) };
}

/** Offset from r10 of parameter `index` (from 0) when it is none of the first five. */
export function incomingArgument(index: number): number {
  return 16 + 8 * (index - ARGUMENT_REGISTERS);
}

/** Offset from r10 of the first argument of `...` in a function with `named` parameters. */
export function firstVariadic(named: number): number {
  return 16 + 8 * Math.max(0, named - ARGUMENT_REGISTERS);
}

/** `saved`: bits of r6 to r9. */
export function enterFrame(frame: number, outgoing: number, saved: number): Instruction {
  const size = Math.ceil((frame + outgoing) / 16) * 16;
  return { opcode: BPF_ALU64 | BPF_ADD, dst: STACK_POINTER, src: 0, offset: saved, imm: -size };
}

export function leaveFrame(saved: number): Instruction {
  return { opcode: BPF_JMP | BPF_EXIT, dst: 0, src: 0, offset: 0, imm: saved };
}
