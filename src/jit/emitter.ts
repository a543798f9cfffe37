// The state of one function's translation, and what every instruction needs of it: registers, budget, faults, the way into the
// kernel and back.
import type { Instruction } from '../bpf/instruction.ts';
import { BPF_X } from '../bpf/opcodes.ts';
import type { KernelFunction, Machine } from './machine.ts';
import * as w from './wasm.ts';

/** Parameters are r1 to r5 and r10; the other registers and the scratch locals follow. */
export const REGISTER_LOCAL = [6, 0, 1, 2, 3, 4, 7, 8, 9, 10, 5] as const;
export const SCRATCH64 = 11;
export const BUDGET = 12;
export const ADDRESS = 13;
export const DISPATCH = 14;
export const MAY_GOTO = 15;
export const LOOP_INDEX = 16;
export const LOOP_FRAME = 17;
export const LOCALS: readonly number[] = [
  ...[w.I64, w.I64, w.I64, w.I64, w.I64, w.I64, w.I64, w.I32, w.I32, w.I32, w.I64, w.I64],
];
export const FUNCTION_PARAMETERS: readonly number[] = [w.I64, w.I64, w.I64, w.I64, w.I64, w.I64];

/** What the translator needs to know of the module around the function. */
export interface Surroundings {
  readonly instructions: readonly Instruction[];
  /** test accesses; implies counting */
  readonly checked: boolean;
  readonly counting: boolean;
  readonly machine: Machine;
  /** slots of loads whose address may be wrong and then give zero */
  readonly probes: ReadonlySet<number>;
  /** WebAssembly function index of the subprogram that starts at a slot */
  readonly subprogram: (slot: number) => number | undefined;
  /** where that function stands in the table, counted from the module's own place (global 0) */
  readonly tablePosition: (slot: number) => number | undefined;
  /** index of an imported function of the kernel */
  readonly imported: (name: KernelFunction) => number;
  /** index of an imported helper, undefined where the kernel has none of that number */
  readonly helper: (id: number) => number | undefined;
  /** how many functions the program has */
  readonly functionCount: number;
  /** type index of a translated function */
  readonly functionType: number;
}

export type Code = w.Bytes;

/** From this byte of a function's code on it does what the instruction at `slot` says. */
export interface CodeMark {
  readonly at: number;
  readonly slot: number;
}

export class Emitter {
  readonly code: Code = new w.Bytes();
  /** where in `code` the instruction of a slot begins, in the order of the code */
  readonly marks: CodeMark[] = [];
  readonly around: Surroundings;
  /** the local BUDGET mirrors the machine's word */
  readonly paysForLoops: boolean;
  /** instructions of the current block, that one included, from each of its slots on (when counting) */
  readonly remaining = new Map<number, number>();

  constructor(around: Surroundings, paysForLoops: boolean) {
    this.around = around;
    this.paysForLoops = paysForLoops;
  }

  reloadBudget(): void {
    this.code.i32(this.around.machine.budgetWord).memory(w.I64_LOAD).set(BUDGET);
  }

  storeBudget(): void {
    if (this.paysForLoops) this.code.i32(this.around.machine.budgetWord).get(BUDGET).memory(w.I64_STORE);
  }

  spend(count: number): void {
    if (count !== 0) this.code.get(BUDGET).i64(BigInt(count)).byte(w.I64_SUB).set(BUDGET);
  }

  stopWithoutBudget(slot: number): void {
    const { code } = this;
    code.get(BUDGET).i64(0n).byte(w.I64_LE_S, w.IF, w.EMPTY);
    this.endByBudget(slot);
    code.byte(w.END);
  }

  /** Reports a fault and returns. */
  fault(kind: number, slot: number): void {
    this.code.i32(kind).i32(slot).call(this.around.imported('fault'));
    this.abandon(slot);
  }

  /** The budget is used up: exactly, although it was taken a block at a time. */
  endByBudget(slot: number): void {
    const { code, around } = this;
    code.i32(around.machine.budgetWord).i64(0n).memory(w.I64_STORE);
    code.i32(around.machine.faults.budget).i32(slot).call(around.imported('fault')).i64(0n).byte(w.RETURN);
  }

  /** Returns after a fault at `slot` that the kernel knows of: what follows in its block was not executed. */
  abandon(slot: number): void {
    this.spend(-this.ahead(slot));
    this.storeBudget();
    this.code.i64(0n).byte(w.RETURN);
  }

  /** After a call that may have faulted: leave as well. */
  returnIfFaulted(slot: number): void {
    const { code, around } = this;
    code.i32(around.machine.faultWord).memory(w.I32_LOAD).byte(w.IF, w.EMPTY);
    code.i32(slot).call(around.imported('locate')).i64(0n).byte(w.RETURN, w.END);
  }

  register(number: number): Code {
    return this.code.get(REGISTER_LOCAL[number] ?? SCRATCH64);
  }

  assign(number: number): void {
    this.code.set(REGISTER_LOCAL[number] ?? SCRATCH64);
  }

  operand(instruction: Instruction, wide: boolean): void {
    const { code } = this;
    if (instruction.opcode & BPF_X) {
      this.register(instruction.src);
      if (!wide) code.byte(w.I32_WRAP_I64);
    } else if (wide) code.i64(BigInt(instruction.imm));
    else code.i32(instruction.imm);
  }

  /** What of the block at `slot` has been taken from the budget but is still to come. */
  ahead(slot: number): number {
    return (this.remaining.get(slot) ?? 1) - 1;
  }

  /** Before a call that may run more of the program: the machine's word is up to date. */
  enterKernel(slot: number): void {
    if (!this.paysForLoops) return;
    const ahead = this.ahead(slot);
    this.code.i32(this.around.machine.budgetWord).get(BUDGET);
    if (ahead > 0) this.code.i64(BigInt(ahead)).byte(w.I64_ADD);
    this.code.memory(w.I64_STORE);
  }

  leaveKernel(slot: number): void {
    this.returnIfFaulted(slot);
    if (!this.paysForLoops) return;
    this.reloadBudget();
    this.spend(this.ahead(slot));
  }

  mark(slot: number): void {
    this.marks.push({ at: this.code.length, slot });
  }

  at(slot: number): Instruction {
    return this.around.instructions[slot] as Instruction;
  }
}
