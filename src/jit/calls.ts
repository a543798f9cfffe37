// Calls: of helpers, of subprograms, and the two helpers that are control flow.
import type { Instruction } from '../bpf/instruction.ts';
import { BPF_MAX_LOOPS } from '../bpf/limits.ts';
import * as op from '../bpf/opcodes.ts';
import { ADDRESS, LOOP_FRAME, LOOP_INDEX, SCRATCH64, type Emitter } from './emitter.ts';
import * as w from './wasm.ts';

/** Helpers that are control flow, and are therefore translated instead of called: bpf_tail_call and bpf_loop. */
const TAIL_CALL = 12;
const LOOP = 181;
const EINVAL = 22n;
const E2BIG = 7n;

export function call(f: Emitter, instruction: Instruction, slot: number): boolean {
  const { code, around } = f;
  if ((instruction.opcode & 0xf0) !== op.BPF_CALL || (instruction.opcode & 7) !== op.BPF_JMP) return false;
  if (instruction.opcode & op.BPF_X) return callByRegister(f, instruction, slot);
  if (instruction.src === op.BPF_PSEUDO_CALL) return callSubprogram(f, slot + 1 + instruction.imm, slot);
  if (instruction.src !== 0) return false;
  if (instruction.imm === TAIL_CALL) return tailCall(f, slot);
  if (instruction.imm === LOOP) return callbackLoop(f, slot);
  const helper = around.helper(instruction.imm);
  // A number that no helper has: the kernel says so when it comes to that.
  if (helper === undefined) return callByNumber(f, slot, () => code.i32(instruction.imm));
  // A verified program's helper neither faults nor looks at the budget, unless it calls the program back.
  const watched = around.checked || around.machine.callbackHelpers.has(instruction.imm);
  if (watched) f.enterKernel(slot);
  pushArguments(f);
  code.call(helper);
  f.assign(0);
  if (watched) f.leaveKernel(slot);
  return true;
}

function pushArguments(f: Emitter): void {
  for (let register = 1; register <= 5; register++) f.register(register);
}

/** callx: the register holds a helper's number (bpf_conformance's callx group). */
function callByRegister(f: Emitter, instruction: Instruction, slot: number): boolean {
  return callByNumber(f, slot, () => f.register(instruction.dst).byte(w.I32_WRAP_I64));
}

function callByNumber(f: Emitter, slot: number, number: () => void): boolean {
  f.enterKernel(slot);
  number();
  f.code.i32(slot);
  pushArguments(f);
  f.code.call(f.around.imported('callByNumber'));
  f.assign(0);
  f.leaveKernel(slot);
  return true;
}

function callSubprogram(f: Emitter, target: number, slot: number): boolean {
  const { code, around } = f;
  const index = around.subprogram(target);
  if (index === undefined) return false;
  f.enterKernel(slot);
  // The kernel hands out the frame: r10 of the callee, or 0 when there is none left (it has reported the fault then).
  code.i32(slot).call(around.imported('enterFrame')).tee(SCRATCH64).byte(w.I64_EQZ, w.IF, w.EMPTY);
  code.i64(0n).byte(w.RETURN, w.END);
  pushArguments(f);
  code.get(SCRATCH64).call(index);
  f.assign(0);
  code.call(around.imported('leaveFrame'));
  f.leaveKernel(slot);
  return true;
}

/**
 * bpf_loop(count, callback, context, flags): one frame for all turns; a turn that gives another value than 0 is the last.
 * Gives the number of turns.
 */
function callbackLoop(f: Emitter, slot: number): boolean {
  const { code, around } = f;
  f.register(4).i64(0n).byte(w.I64_NE, w.IF, w.I64).i64(-EINVAL).byte(w.ELSE);
  // The count is 32 bits wide.
  f.register(1).byte(w.I32_WRAP_I64).i32(BPF_MAX_LOOPS).byte(w.I32_GT_U, w.IF, w.I64).i64(-E2BIG).byte(w.ELSE);
  f.register(1).byte(w.I32_WRAP_I64, w.I32_EQZ, w.IF, w.I64).i64(0n).byte(w.ELSE);
  f.enterKernel(slot);
  // Which of this program's functions? Anything else cannot come from a program that the verifier accepted.
  f.register(2).byte(w.I32_WRAP_I64, w.GLOBAL_GET, 0, w.I32_SUB).i32(around.functionCount).byte(w.I32_GE_U);
  f.register(2)
    .i64(32n)
    .byte(w.I64_SHR_U)
    .i64(around.machine.callbackBase >> 32n)
    .byte(w.I64_NE, w.I32_OR);
  code.byte(w.IF, w.EMPTY);
  f.fault(around.machine.faults.helperArgument, slot);
  code.byte(w.END);
  code.i32(slot).call(around.imported('enterFrame')).tee(LOOP_FRAME).byte(w.I64_EQZ, w.IF, w.EMPTY);
  code.i64(0n).byte(w.RETURN, w.END).i64(0n).set(LOOP_INDEX).byte(w.BLOCK, w.EMPTY, w.LOOP, w.EMPTY);
  code.get(LOOP_INDEX);
  f.register(3).i64(0n).i64(0n).i64(0n).get(LOOP_FRAME);
  f.register(2).byte(w.I32_WRAP_I64, w.CALL_INDIRECT).unsigned(around.functionType).unsigned(0).set(SCRATCH64);
  code.get(LOOP_INDEX).i64(1n).byte(w.I64_ADD).set(LOOP_INDEX);
  code.i32(around.machine.faultWord).memory(w.I32_LOAD).byte(w.BR_IF, 1);
  code.get(SCRATCH64).i64(0n).byte(w.I64_NE, w.BR_IF, 1);
  code.get(LOOP_INDEX);
  f.register(1).i64(0xffffffffn).byte(w.I64_AND, w.I64_LT_U, w.BR_IF, 0, w.END, w.END);
  code.call(around.imported('leaveFrame'));
  f.leaveKernel(slot);
  code.get(LOOP_INDEX).byte(w.END, w.END, w.END);
  f.assign(0);
  return true;
}

/** bpf_tail_call: on success nothing after it runs. The frame stays, as in Linux. */
function tailCall(f: Emitter, slot: number): boolean {
  const { code, around } = f;
  f.enterKernel(slot);
  f.register(1);
  f.register(2);
  f.register(3);
  code.call(around.imported('tailCall')).tee(ADDRESS).i32(0).byte(w.I32_GE_S, w.IF, w.EMPTY);
  f.register(1);
  for (let i = 0; i < 4; i++) code.i64(0n);
  f.register(10).get(ADDRESS).byte(w.CALL_INDIRECT).unsigned(around.functionType).unsigned(0);
  code.byte(w.RETURN, w.END);
  f.leaveKernel(slot);
  return true;
}
