// One eBPF function → one WebAssembly function. Registers are i64 locals; an address is the low 32 bits of its register.
//
// Unchecked code trusts the verifier, as Linux's JIT does: no test before a load or store, but for loads through BTF
// pointers. Checked code tests every access and stops at the first fault.
//
// Counting code takes every instruction from the budget, block by block. Code that does not count still pays for each turn of
// a loop and each call in subprograms (a callback may run eight million times), but not in the main program: the verifier has
// walked through its loops, at most a million instructions long, unless may_goto is among them.
import { immediate64 } from '../bpf/disassemble.ts';
import { operationOf } from '../bpf/instruction-set.ts';
import type { Instruction } from '../bpf/instruction.ts';
import { BPF_MAX_LOOPS } from '../bpf/limits.ts';
import * as op from '../bpf/opcodes.ts';
import { arithmetic } from './arithmetic.ts';
import { call } from './calls.ts';
import { BUDGET, DISPATCH, Emitter, MAY_GOTO, type Code, type CodeMark, type Surroundings } from './emitter.ts';
import { buildGraph, isWide, jumpTarget, loopWeights, type Block, type Graph } from './graph.ts';
import { atomic, load, packetLoad, store } from './memory-access.ts';
import { emitControlFlow } from './structure.ts';
import * as w from './wasm.ts';

/** Instructions that a loop of one block is unrolled to. */
const UNROLLED_SIZE = 48;

/** Turns of may_goto that a function has (BPF_MAX_LOOPS). */
const MAY_GOTO_TURNS = BPF_MAX_LOOPS;

const COMPARE: Readonly<Record<number, readonly [wide: number, narrow: number]>> = {
  [op.BPF_JEQ]: [w.I64_EQ, w.I32_EQ],
  [op.BPF_JGT]: [w.I64_GT_U, w.I32_GT_U],
  [op.BPF_JGE]: [w.I64_GE_U, w.I32_GE_U],
  [op.BPF_JNE]: [w.I64_NE, w.I32_NE],
  [op.BPF_JSGT]: [w.I64_GT_S, w.I32_GT_S],
  [op.BPF_JSGE]: [w.I64_GE_S, w.I32_GE_S],
  [op.BPF_JLT]: [w.I64_LT_U, w.I32_LT_U],
  [op.BPF_JLE]: [w.I64_LE_U, w.I32_LE_U],
  [op.BPF_JSLT]: [w.I64_LT_S, w.I32_LT_S],
  [op.BPF_JSLE]: [w.I64_LE_S, w.I32_LE_S],
};

export class FunctionTranslator {
  private readonly emitter: Emitter;
  private readonly around: Surroundings;
  private readonly graph: Graph;
  private readonly weights: Int32Array;
  private readonly isMain: boolean;
  private readonly mayGoto: boolean;

  constructor(around: Surroundings, from: number, to: number) {
    this.around = around;
    this.graph = buildGraph(around.instructions, from, to);
    this.weights = loopWeights(this.graph);
    this.isMain = from === 0;
    this.mayGoto = this.graph.order.some((index) => {
      const { end } = this.graph.blocks[index] as Block;
      return end.kind === 'branch' && around.instructions[end.slot]?.opcode === (op.BPF_JMP | op.BPF_JCOND);
    });
    this.emitter = new Emitter(around, around.counting || !this.isMain || this.mayGoto);
  }

  get marks(): readonly CodeMark[] {
    return this.emitter.marks;
  }

  translate(): Code {
    const { graph, emitter } = this;
    const { code } = emitter;
    if (emitter.paysForLoops) emitter.reloadBudget();
    if (this.mayGoto) code.i32(MAY_GOTO_TURNS).set(MAY_GOTO);
    if (!this.isMain && !this.around.counting) {
      this.emitter.spend(graph.blocks.reduce((sum, block) => sum + block.count, 0));
      this.emitter.stopWithoutBudget((graph.blocks[0] as Block).start);
    }
    emitControlFlow(
      graph,
      code,
      {
        loopHead: (block) => this.loopHead(block),
        body: (block) => this.body(graph.blocks[block] as Block),
        condition: (block) => this.condition(graph.blocks[block] as Block),
        leave: (block) => this.leave(graph.blocks[block] as Block),
        copies: (block) => this.copies(graph.blocks[block] as Block),
      },
      DISPATCH,
    );
    return code;
  }

  private loopHead(block: number): void {
    if (!this.emitter.paysForLoops) return;
    const weight = this.weights[block] as number;
    // The dispatcher's loop turns once a block. Counting code counts in the blocks themselves.
    if (!this.around.counting) this.emitter.spend(weight === 0 ? 8 : weight);
    this.emitter.stopWithoutBudget((this.graph.blocks[block] as Block).start);
  }

  private body(block: Block): void {
    const { instructions, counting } = this.around;
    if (counting) {
      let left = block.count;
      for (let slot = block.start; left > 0; slot++) {
        this.emitter.remaining.set(slot, left--);
        if (isWide(instructions, slot)) slot++;
      }
      this.emitter.spend(block.count);
    }
    for (let slot = block.start; slot < block.stop; slot++) {
      this.emitter.mark(slot);
      const instruction = this.emitter.at(slot);
      const wide = isWide(instructions, slot);
      if (wide && !this.isUnknown(instruction))
        this.loadImmediate(instruction, instructions[++slot]?.imm ?? 0, slot - 1);
      else if (wide || !this.instruction(instruction, slot)) {
        this.emitter.fault(this.around.machine.faults.instruction, slot);
        return;
      }
    }
    const slot = block.end.kind === 'branch' || block.end.kind === 'jump' ? block.end.slot : undefined;
    if (slot !== undefined && (this.isUnknown(this.emitter.at(slot)) || this.leavesProgram(slot)))
      this.emitter.fault(this.around.machine.faults.instruction, slot);
  }

  private leave(block: Block): void {
    if (block.end.kind === 'exit') {
      this.emitter.mark(block.stop);
      if (this.around.counting && this.isMain) {
        // The last blocks may have taken more than there was.
        this.emitter.code.get(BUDGET).i64(0n).byte(w.I64_LT_S, w.IF, w.EMPTY);
        this.emitter.endByBudget(block.stop);
        this.emitter.code.byte(w.END);
      }
      this.emitter.storeBudget();
      this.emitter.register(0).byte(w.RETURN);
    } else if (block.end.kind === 'fall-off') {
      // The interpreter counts the step that finds nothing there.
      if (this.around.counting) this.emitter.spend(1);
      this.emitter.fault(this.around.machine.faults.end, block.end.slot);
    }
  }

  /** Short loops without calls are written several times over. */
  private copies(block: Block): number {
    for (let slot = block.start; slot < block.stop; slot++)
      if ((this.emitter.at(slot).opcode & 0xf7) === (op.BPF_JMP | op.BPF_CALL)) return 1;
    return this.around.checked ? 1 : Math.max(1, Math.min(8, Math.floor(UNROLLED_SIZE / block.count)));
  }

  private condition(block: Block): void {
    const { code } = this.emitter;
    if (block.end.kind !== 'branch') return;
    this.emitter.mark(block.end.slot);
    const instruction = this.emitter.at(block.end.slot);
    const wide = (instruction.opcode & 7) === op.BPF_JMP;
    const operation = instruction.opcode & 0xf0;
    if (wide && operation === op.BPF_JCOND) {
      // may_goto: jumps once the turns are used up.
      code.get(MAY_GOTO).byte(w.I32_EQZ, w.IF, w.I32).i32(1).byte(w.ELSE);
      code.get(MAY_GOTO).i32(1).byte(w.I32_SUB).set(MAY_GOTO).i32(0).byte(w.END);
      return;
    }
    this.emitter.register(instruction.dst);
    if (!wide) code.byte(w.I32_WRAP_I64);
    this.emitter.operand(instruction, wide);
    const compare = COMPARE[operation];
    if (compare) code.byte(compare[wide ? 0 : 1]);
    else if (wide) code.byte(w.I64_AND).i64(0n).byte(w.I64_NE);
    else code.byte(w.I32_AND).i32(0).byte(w.I32_NE);
  }

  /** A jump to nowhere is no instruction either, taken or not. */
  private leavesProgram(slot: number): boolean {
    const target = jumpTarget(this.emitter.at(slot), slot);
    return this.around.checked && target !== undefined && (target < 0 || target >= this.around.instructions.length);
  }

  /** Is it none? Only unverified programs hold such, and they run checked. */
  private isUnknown(instruction: Instruction): boolean {
    if (!this.around.checked) return false;
    return Math.max(instruction.dst, instruction.src) > op.BPF_REG_10 || operationOf(instruction) === undefined;
  }

  /** False: there is no such instruction. */
  private instruction(instruction: Instruction, slot: number): boolean {
    const { emitter } = this;
    if (this.isUnknown(instruction)) return false;
    switch (instruction.opcode & 7) {
      case op.BPF_ALU:
      case op.BPF_ALU64:
        return arithmetic(emitter, instruction);
      case op.BPF_LDX:
        return load(emitter, instruction, slot);
      case op.BPF_ST:
      case op.BPF_STX:
        return (instruction.opcode & 0xe0) === op.BPF_ATOMIC
          ? atomic(emitter, instruction, slot)
          : store(emitter, instruction, slot);
      case op.BPF_LD:
        return packetLoad(emitter, instruction, slot);
      default:
        return call(emitter, instruction, slot);
    }
  }

  private loadImmediate(instruction: Instruction, high: number, slot: number): void {
    const { around } = this;
    const { code } = this.emitter;
    if (instruction.src === op.BPF_PSEUDO_FUNC) {
      // A function's value is what the kernel calls it by. A callback that is never called may be gone, as dead code.
      const target = slot + 1 + instruction.imm;
      const position = around.tablePosition(target);
      if (position === undefined) code.i64(0n);
      else {
        code.byte(w.GLOBAL_GET, 0).i32(position).byte(w.I32_ADD, w.I64_EXTEND_I32_U);
        code.i64(around.machine.callbackBase).byte(w.I64_OR);
      }
    } else code.i64(immediate64(instruction.imm, high));
    this.emitter.assign(instruction.dst);
  }
}
