// One eBPF function → one WebAssembly function. Registers are i64 locals; an address is the low 32 bits of its register.
//
// Unchecked code trusts the verifier, as Linux's JIT does: no test before a load or store, but for loads through BTF
// pointers. Checked code tests every access and stops at the first fault.
//
// Counting code takes every instruction from the budget, block by block. Code that does not count still pays for each turn of
// a loop and each call in subprograms (a callback may run eight million times), but not in the main program: the verifier has
// walked through its loops, at most a million instructions long, unless may_goto is among them.
import { immediate64 } from '../bpf/disassemble.ts';
import { reservedFieldsInUse } from '../bpf/instruction-set.ts';
import { LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import { BPF_MAX_LOOPS } from '../bpf/limits.ts';
import * as op from '../bpf/opcodes.ts';
import { buildGraph, loopWeights, type Block, type Graph } from './graph.ts';
import type { KernelFunction, Machine } from './machine.ts';
import { emitControlFlow } from './structure.ts';
import * as w from './wasm.ts';

/** Parameters are r1 to r5 and r10; the other registers and the scratch locals follow. */
const REGISTER_LOCAL = [6, 0, 1, 2, 3, 4, 7, 8, 9, 10, 5] as const;
const SCRATCH64 = 11;
const BUDGET = 12;
const ADDRESS = 13;
const DISPATCH = 14;
const MAY_GOTO = 15;
const LOOP_INDEX = 16;
const LOOP_FRAME = 17;
export const LOCALS: readonly number[] = [
  ...[w.I64, w.I64, w.I64, w.I64, w.I64, w.I64, w.I64, w.I32, w.I32, w.I32, w.I64, w.I64],
];
export const FUNCTION_PARAMETERS: readonly number[] = [w.I64, w.I64, w.I64, w.I64, w.I64, w.I64];

/** Instructions that a loop of one block is unrolled to. */
const UNROLLED_SIZE = 48;

/** Helpers that are control flow, and are therefore translated instead of called: bpf_tail_call and bpf_loop. */
const TAIL_CALL = 12;
const LOOP = 181;
const EINVAL = 22n;
const E2BIG = 7n;

/** Turns of may_goto that a function has (BPF_MAX_LOOPS). */
const MAY_GOTO_TURNS = BPF_MAX_LOOPS;

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

type Code = w.Bytes;

const BINARY: Readonly<Record<number, readonly [wide: number, narrow: number]>> = {
  [op.BPF_ADD]: [w.I64_ADD, w.I32_ADD],
  [op.BPF_SUB]: [w.I64_SUB, w.I32_SUB],
  [op.BPF_MUL]: [w.I64_MUL, w.I32_MUL],
  [op.BPF_OR]: [w.I64_OR, w.I32_OR],
  [op.BPF_AND]: [w.I64_AND, w.I32_AND],
  [op.BPF_LSH]: [w.I64_SHL, w.I32_SHL],
  [op.BPF_RSH]: [w.I64_SHR_U, w.I32_SHR_U],
  [op.BPF_XOR]: [w.I64_XOR, w.I32_XOR],
  [op.BPF_ARSH]: [w.I64_SHR_S, w.I32_SHR_S],
};

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

const BYTES: Readonly<Record<number, 1 | 2 | 4 | 8>> = { [op.BPF_B]: 1, [op.BPF_H]: 2, [op.BPF_W]: 4, [op.BPF_DW]: 8 };
const LOAD = { 1: w.I64_LOAD8_U, 2: w.I64_LOAD16_U, 4: w.I64_LOAD32_U, 8: w.I64_LOAD } as const;
const LOAD_SIGNED = { 1: w.I64_LOAD8_S, 2: w.I64_LOAD16_S, 4: w.I64_LOAD32_S, 8: w.I64_LOAD } as const;
const STORE = { 1: w.I64_STORE8, 2: w.I64_STORE16, 4: w.I64_STORE32, 8: w.I64_STORE } as const;

export class FunctionTranslator {
  readonly code: Code = new w.Bytes();
  private readonly around: Surroundings;
  private readonly graph: Graph;
  private readonly weights: Int32Array;
  private readonly isMain: boolean;
  /** the local BUDGET mirrors the machine's word */
  private readonly paysForLoops: boolean;
  private readonly mayGoto: boolean;
  /** instructions of the current block, that one included, from each of its slots on (when counting) */
  private readonly remaining = new Map<number, number>();

  constructor(around: Surroundings, from: number, to: number) {
    this.around = around;
    this.graph = buildGraph(around.instructions, from, to);
    this.weights = loopWeights(this.graph);
    this.isMain = from === 0;
    this.mayGoto = this.usesMayGoto();
    this.paysForLoops = around.counting || !this.isMain || this.mayGoto;
  }

  translate(): Code {
    const { graph, code } = this;
    if (this.paysForLoops) this.reloadBudget();
    if (this.mayGoto) code.i32(MAY_GOTO_TURNS).set(MAY_GOTO);
    if (!this.isMain && !this.around.counting) {
      this.spend(graph.blocks.reduce((sum, block) => sum + block.count, 0));
      this.stopWithoutBudget((graph.blocks[0] as Block).start);
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

  private usesMayGoto(): boolean {
    return this.graph.order.some((index) => {
      const { end } = this.graph.blocks[index] as Block;
      return end.kind === 'branch' && this.at(end.slot).opcode === (op.BPF_JMP | op.BPF_JCOND);
    });
  }

  private at(slot: number): Instruction {
    return this.around.instructions[slot] as Instruction;
  }

  // ---- budget and faults ----

  private reloadBudget(): void {
    this.code.i32(this.around.machine.budgetWord).memory(w.I64_LOAD).set(BUDGET);
  }

  private storeBudget(): void {
    if (this.paysForLoops) this.code.i32(this.around.machine.budgetWord).get(BUDGET).memory(w.I64_STORE);
  }

  private spend(count: number): void {
    if (count !== 0) this.code.get(BUDGET).i64(BigInt(count)).byte(w.I64_SUB).set(BUDGET);
  }

  private stopWithoutBudget(slot: number): void {
    const { code } = this;
    code.get(BUDGET).i64(0n).byte(w.I64_LE_S, w.IF, w.EMPTY);
    this.endByBudget(slot);
    code.byte(w.END);
  }

  /** Reports a fault and returns. */
  private fault(kind: number, slot: number): void {
    this.code.i32(kind).i32(slot).call(this.around.imported('fault'));
    this.abandon(slot);
  }

  /** The budget is used up: exactly, although it was taken a block at a time. */
  private endByBudget(slot: number): void {
    const { code, around } = this;
    code.i32(around.machine.budgetWord).i64(0n).memory(w.I64_STORE);
    code.i32(around.machine.faults.budget).i32(slot).call(around.imported('fault')).i64(0n).byte(w.RETURN);
  }

  /** Returns after a fault at `slot` that the kernel knows of: what follows in its block was not executed. */
  private abandon(slot: number): void {
    this.spend(-this.ahead(slot));
    this.storeBudget();
    this.code.i64(0n).byte(w.RETURN);
  }

  /** After a call that may have faulted: leave as well. */
  private returnIfFaulted(slot: number): void {
    const { code, around } = this;
    code.i32(around.machine.faultWord).memory(w.I32_LOAD).byte(w.IF, w.EMPTY);
    code.i32(slot).call(around.imported('locate')).i64(0n).byte(w.RETURN, w.END);
  }

  private loopHead(block: number): void {
    if (!this.paysForLoops) return;
    const weight = this.weights[block] as number;
    // The dispatcher's loop turns once a block. Counting code counts in the blocks themselves.
    if (!this.around.counting) this.spend(weight === 0 ? 8 : weight);
    this.stopWithoutBudget((this.graph.blocks[block] as Block).start);
  }

  // ---- operands ----

  private register(number: number): Code {
    return this.code.get(REGISTER_LOCAL[number] ?? SCRATCH64);
  }

  private assign(number: number): void {
    this.code.set(REGISTER_LOCAL[number] ?? SCRATCH64);
  }

  private operand(instruction: Instruction, wide: boolean): void {
    const { code } = this;
    if (instruction.opcode & op.BPF_X) {
      this.register(instruction.src);
      if (!wide) code.byte(w.I32_WRAP_I64);
    } else if (wide) code.i64(BigInt(instruction.imm));
    else code.i32(instruction.imm);
  }

  // ---- blocks ----

  private body(block: Block): void {
    const { instructions, counting } = this.around;
    if (counting) {
      let left = block.count;
      for (let slot = block.start; left > 0; slot++) {
        this.remaining.set(slot, left--);
        if (this.at(slot).opcode === LD_IMM64) slot++;
      }
      this.spend(block.count);
    }
    for (let slot = block.start; slot < block.stop; slot++) {
      const instruction = this.at(slot);
      if (instruction.opcode === LD_IMM64) this.loadImmediate(instruction, instructions[++slot]?.imm ?? 0, slot - 1);
      else if (!this.instruction(instruction, slot)) {
        this.fault(this.around.machine.faults.instruction, slot);
        return;
      }
    }
  }

  private leave(block: Block): void {
    if (block.end.kind === 'exit') {
      if (this.around.counting && this.isMain) {
        // The last blocks may have taken more than there was.
        this.code.get(BUDGET).i64(0n).byte(w.I64_LT_S, w.IF, w.EMPTY);
        this.endByBudget(block.stop);
        this.code.byte(w.END);
      }
      this.storeBudget();
      this.register(0).byte(w.RETURN);
    } else if (block.end.kind === 'fall-off') {
      // The interpreter counts the step that finds nothing there.
      if (this.around.counting) this.spend(1);
      this.fault(this.around.machine.faults.end, block.end.slot);
    }
  }

  /** Short loops without calls are written several times over. */
  private copies(block: Block): number {
    for (let slot = block.start; slot < block.stop; slot++)
      if ((this.at(slot).opcode & 0xf7) === (op.BPF_JMP | op.BPF_CALL)) return 1;
    return this.around.checked ? 1 : Math.max(1, Math.min(8, Math.floor(UNROLLED_SIZE / block.count)));
  }

  private condition(block: Block): void {
    const { code } = this;
    if (block.end.kind !== 'branch') return;
    const instruction = this.at(block.end.slot);
    const wide = (instruction.opcode & 7) === op.BPF_JMP;
    const operation = instruction.opcode & 0xf0;
    if (wide && operation === op.BPF_JCOND) {
      // may_goto: jumps once the turns are used up.
      code.get(MAY_GOTO).byte(w.I32_EQZ, w.IF, w.I32).i32(1).byte(w.ELSE);
      code.get(MAY_GOTO).i32(1).byte(w.I32_SUB).set(MAY_GOTO).i32(0).byte(w.END);
      return;
    }
    this.register(instruction.dst);
    if (!wide) code.byte(w.I32_WRAP_I64);
    this.operand(instruction, wide);
    const compare = COMPARE[operation];
    if (compare) code.byte(compare[wide ? 0 : 1]);
    else if (wide) code.byte(w.I64_AND).i64(0n).byte(w.I64_NE);
    else code.byte(w.I32_AND).i32(0).byte(w.I32_NE);
  }

  // ---- instructions ----

  /** False: there is no such instruction. */
  private instruction(instruction: Instruction, slot: number): boolean {
    if (this.around.checked && reservedFieldsInUse(instruction) === null) return false;
    switch (instruction.opcode & 7) {
      case op.BPF_ALU:
      case op.BPF_ALU64:
        return this.arithmetic(instruction);
      case op.BPF_LDX:
        return this.load(instruction, slot);
      case op.BPF_ST:
      case op.BPF_STX:
        return (instruction.opcode & 0xe0) === op.BPF_ATOMIC
          ? this.atomic(instruction, slot)
          : this.store(instruction, slot);
      case op.BPF_LD:
        return this.packetLoad(instruction, slot);
      default:
        return this.call(instruction, slot);
    }
  }

  private arithmetic(instruction: Instruction): boolean {
    const { code } = this;
    const wide = (instruction.opcode & 7) === op.BPF_ALU64;
    const operation = instruction.opcode & 0xf0;
    const target = (): Code => {
      this.register(instruction.dst);
      return wide ? code : code.byte(w.I32_WRAP_I64);
    };
    const finish = (): true => {
      if (!wide) code.byte(w.I64_EXTEND_I32_U);
      this.assign(instruction.dst);
      return true;
    };
    const binary = BINARY[operation];
    if (binary) {
      target();
      this.operand(instruction, wide);
      code.byte(binary[wide ? 0 : 1]);
      return finish();
    }
    switch (operation) {
      case op.BPF_MOV:
        return this.move(instruction, wide, finish);
      case op.BPF_NEG:
        if (wide) code.i64(0n);
        else code.i32(0);
        target().byte(wide ? w.I64_SUB : w.I32_SUB);
        return finish();
      case op.BPF_DIV:
      case op.BPF_MOD:
        this.divide(instruction, wide, target);
        return finish();
      case op.BPF_END:
        this.swap(instruction, wide);
        return true;
      default:
        return false;
    }
  }

  private move(instruction: Instruction, wide: boolean, finish: () => true): boolean {
    const { code } = this;
    if (instruction.offset === op.BPF_ADDR_SPACE_CAST || instruction.offset === op.BPF_ADDR_PERCPU) return false;
    if (instruction.offset === 32 && wide) {
      this.register(instruction.src).byte(w.I64_EXTEND32_S);
      return finish();
    }
    this.operand(instruction, wide);
    if (instruction.offset === 8) code.byte(wide ? w.I64_EXTEND8_S : w.I32_EXTEND8_S);
    if (instruction.offset === 16) code.byte(wide ? w.I64_EXTEND16_S : w.I32_EXTEND16_S);
    return finish();
  }

  /** RFC 9669: x / 0 is 0, x % 0 is x; the smallest number divided by -1 is itself, without remainder. */
  private divide(instruction: Instruction, wide: boolean, target: () => Code): void {
    const { code } = this;
    const remainder = (instruction.opcode & 0xf0) === op.BPF_MOD;
    const signed = instruction.offset === 1;
    const type = wide ? w.I64 : w.I32;
    const constant = (value: number): Code => (wide ? code.i64(BigInt(value)) : code.i32(value));
    const plain = (): void => {
      target();
      this.operand(instruction, wide);
      if (remainder) code.byte(signed ? (wide ? w.I64_REM_S : w.I32_REM_S) : wide ? w.I64_REM_U : w.I32_REM_U);
      else code.byte(signed ? (wide ? w.I64_DIV_S : w.I32_DIV_S) : wide ? w.I64_DIV_U : w.I32_DIV_U);
    };
    const byZero = (): void => void (remainder ? target() : constant(0));
    // WebAssembly's rem_s of the smallest number by -1 is 0; its div_s traps.
    const byMinusOne = (): void => {
      constant(0);
      target().byte(wide ? w.I64_SUB : w.I32_SUB);
    };
    if (!(instruction.opcode & op.BPF_X)) {
      if (instruction.imm === 0) byZero();
      else if (signed && !remainder && instruction.imm === -1) byMinusOne();
      else plain();
      return;
    }
    this.operand(instruction, wide);
    code.byte(wide ? w.I64_EQZ : w.I32_EQZ, w.IF, type);
    byZero();
    code.byte(w.ELSE);
    if (signed && !remainder) {
      this.operand(instruction, wide);
      constant(-1).byte(wide ? w.I64_EQ : w.I32_EQ, w.IF, type);
      byMinusOne();
      code.byte(w.ELSE);
      plain();
      code.byte(w.END);
    } else plain();
    code.byte(w.END);
  }

  /** Byte order: the machine is little-endian, so le only cuts; be and bswap turn the bytes round. */
  private swap(instruction: Instruction, always: boolean): void {
    const { code } = this;
    const turn = always || (instruction.opcode & op.BPF_X) !== 0;
    this.register(instruction.dst);
    if (!turn) {
      if (instruction.imm === 16) code.i64(0xffffn).byte(w.I64_AND);
      if (instruction.imm === 32) code.i64(0xffffffffn).byte(w.I64_AND);
    } else if (instruction.imm === 64) {
      // Halves of each 16 bits, then of each 32 by rotation of both words, then the words.
      code.set(SCRATCH64);
      const half = (shift: number, mask: bigint): void => {
        code.get(SCRATCH64).i64(mask).byte(w.I64_AND).i64(BigInt(shift)).byte(w.I64_SHL);
        code.get(SCRATCH64).i64(BigInt(shift)).byte(w.I64_SHR_U).i64(mask).byte(w.I64_AND, w.I64_OR);
      };
      half(8, 0x00ff00ff00ff00ffn);
      code.set(SCRATCH64);
      half(16, 0x0000ffff0000ffffn);
      code.i64(32n).byte(w.I64_ROTL);
    } else {
      code.byte(w.I32_WRAP_I64).tee(ADDRESS);
      if (instruction.imm === 16) {
        code.i32(8).byte(w.I32_SHR_U).i32(0xff).byte(w.I32_AND).get(ADDRESS);
        code.i32(8).byte(w.I32_SHL).i32(0xff00).byte(w.I32_AND, w.I32_OR);
      } else {
        code.i32(8).byte(w.I32_ROTL).i32(0x00ff00ff).byte(w.I32_AND).get(ADDRESS);
        code.i32(24).byte(w.I32_ROTL).i32(0xff00ff00).byte(w.I32_AND, w.I32_OR);
      }
      code.byte(w.I64_EXTEND_I32_U);
    }
    this.assign(instruction.dst);
  }

  private loadImmediate(instruction: Instruction, high: number, slot: number): void {
    const { code, around } = this;
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
    this.assign(instruction.dst);
  }

  // ---- memory ----

  /**
   * Leaves the linear address of base + offset; gives what is left for the instruction's own offset field. Checked: the
   * kernel was asked, and a bad address ends the run.
   */
  private address(base: number, offset: number, size: number, write: boolean, slot: number): number {
    const { code } = this;
    if (!this.around.checked) {
      this.register(base);
      if (offset >= 0) {
        code.byte(w.I32_WRAP_I64);
        return offset;
      }
      code.byte(w.I32_WRAP_I64).i32(offset).byte(w.I32_ADD);
      return 0;
    }
    this.virtualAddress(base, offset);
    this.whenAccessible(size, () => {
      code.get(SCRATCH64).i32(size).i32(Number(write)).i32(slot).call(this.around.imported('access')).byte(w.BR_IF, 0);
      this.abandon(slot);
    });
    code.get(ADDRESS);
    return 0;
  }

  private virtualAddress(base: number, offset: number): void {
    const { code } = this;
    this.register(base);
    if (offset !== 0) code.i64(BigInt(offset)).byte(w.I64_ADD);
    code.tee(SCRATCH64).byte(w.I32_WRAP_I64).set(ADDRESS);
  }

  /**
   * Goes on behind this code when `size` bytes at SCRATCH64 (linear: ADDRESS) are in the kernel's range and, by the shadow byte of
   * their first eight, part of an object: nearly always. `slowly` decides about the others; its label 0 is the way on.
   */
  private whenAccessible(size: number, slowly: () => void): void {
    const { code } = this;
    const { shadow, shadowLimit, virtualBase } = this.around.machine;
    code.byte(w.BLOCK, w.EMPTY, w.BLOCK, w.EMPTY);
    code.get(SCRATCH64).i64(virtualBase).byte(w.I64_SUB).i64(shadowLimit).byte(w.I64_GE_U, w.BR_IF, 0);
    code.get(ADDRESS).i32(7).byte(w.I32_AND).i32(size).byte(w.I32_ADD);
    code.get(ADDRESS).i32(3).byte(w.I32_SHR_U).memory(w.I32_LOAD8_S, shadow).byte(w.I32_LE_S, w.BR_IF, 1, w.END);
    slowly();
    code.byte(w.END);
  }

  private load(instruction: Instruction, slot: number): boolean {
    const { code, around } = this;
    const size = BYTES[instruction.opcode & 0x18] as 1 | 2 | 4 | 8;
    const mode = instruction.opcode & 0xe0;
    if (mode !== op.BPF_MEM && mode !== op.BPF_MEMSX) return false;
    const operation = (mode === op.BPF_MEMSX ? LOAD_SIGNED : LOAD)[size];
    if (around.probes.has(slot)) {
      this.virtualAddress(instruction.src, instruction.offset);
      code.byte(w.BLOCK, w.I64);
      this.whenAccessible(size, () => {
        code.get(SCRATCH64).i32(size).call(around.imported('probe')).byte(w.BR_IF, 0).i64(0n).byte(w.BR, 1);
      });
      code.get(ADDRESS).memory(operation).byte(w.END);
    } else code.memory(operation, this.address(instruction.src, instruction.offset, size, false, slot));
    this.assign(instruction.dst);
    return true;
  }

  private store(instruction: Instruction, slot: number): boolean {
    if ((instruction.opcode & 0xe0) !== op.BPF_MEM) return false;
    const size = BYTES[instruction.opcode & 0x18] as 1 | 2 | 4 | 8;
    const rest = this.address(instruction.dst, instruction.offset, size, true, slot);
    if ((instruction.opcode & 7) === op.BPF_ST) this.code.i64(BigInt(instruction.imm));
    else this.register(instruction.src);
    this.code.memory(STORE[size], rest);
    return true;
  }

  /** One thread: an atomic operation is a load, the operation and a store. */
  private atomic(instruction: Instruction, slot: number): boolean {
    const { code } = this;
    const size = BYTES[instruction.opcode & 0x18] as 1 | 2 | 4 | 8;
    if ((instruction.opcode & 7) !== op.BPF_STX) return false;
    if (instruction.imm === op.BPF_LOAD_ACQ) {
      code.memory(LOAD[size], this.address(instruction.src, instruction.offset, size, false, slot));
      this.assign(instruction.dst);
      return true;
    }
    if (instruction.imm === op.BPF_STORE_REL) {
      const rest = this.address(instruction.dst, instruction.offset, size, true, slot);
      this.register(instruction.src).memory(STORE[size], rest);
      return true;
    }
    if (size < 4) return false;
    const rest = this.address(instruction.dst, instruction.offset, size, true, slot);
    if (rest !== 0) code.i32(rest).byte(w.I32_ADD);
    code.tee(ADDRESS).memory(LOAD[size]).set(SCRATCH64);
    const operation = instruction.imm & ~op.BPF_FETCH;
    const fetches = (instruction.imm & op.BPF_FETCH) !== 0;
    const source = (): void => void this.register(instruction.src);
    if (instruction.imm === op.BPF_XCHG) {
      code.get(ADDRESS);
      source();
      code.memory(STORE[size]);
    } else if (instruction.imm === op.BPF_CMPXCHG) {
      this.register(0);
      if (size === 4) code.i64(0xffffffffn).byte(w.I64_AND);
      code.get(SCRATCH64).byte(w.I64_EQ, w.IF, w.EMPTY).get(ADDRESS);
      source();
      code.memory(STORE[size]).byte(w.END).get(SCRATCH64);
      this.assign(0);
      return true;
    } else {
      const binary = BINARY[operation];
      if (!binary) return false;
      code.get(ADDRESS).get(SCRATCH64);
      source();
      code.byte(binary[0]).memory(STORE[size]);
    }
    if (fetches) {
      code.get(SCRATCH64);
      this.assign(instruction.src);
    }
    return true;
  }

  /** LD_ABS and LD_IND: r6 is the context; outside the packet the program ends with 0. */
  private packetLoad(instruction: Instruction, slot: number): boolean {
    const { code, around } = this;
    const mode = instruction.opcode & 0xe0;
    const size = BYTES[instruction.opcode & 0x18] as number;
    if ((mode !== op.BPF_ABS && mode !== op.BPF_IND) || size === 8) return false;
    this.register(6);
    if (mode === op.BPF_IND) this.register(instruction.src).byte(w.I32_WRAP_I64).i32(instruction.imm).byte(w.I32_ADD);
    else code.i32(instruction.imm);
    code.i32(size).call(around.imported('packetLoad')).tee(SCRATCH64).i64(0n).byte(w.I64_LT_S, w.IF, w.EMPTY);
    this.abandon(slot);
    code.byte(w.END).get(SCRATCH64);
    this.assign(0);
    return true;
  }

  // ---- calls ----

  private call(instruction: Instruction, slot: number): boolean {
    const { code, around } = this;
    if ((instruction.opcode & 0xf0) !== op.BPF_CALL || (instruction.opcode & 7) !== op.BPF_JMP) return false;
    if (instruction.opcode & op.BPF_X) return this.callByRegister(instruction, slot);
    if (instruction.src === op.BPF_PSEUDO_CALL) return this.callSubprogram(slot + 1 + instruction.imm, slot);
    if (instruction.src !== 0) return false;
    if (instruction.imm === TAIL_CALL) return this.tailCall(slot);
    if (instruction.imm === LOOP) return this.callbackLoop(slot);
    const helper = around.helper(instruction.imm);
    // A number that no helper has: the kernel says so when it comes to that.
    if (helper === undefined) return this.callByNumber(slot, () => code.i32(instruction.imm));
    // A verified program's helper neither faults nor looks at the budget, unless it calls the program back.
    const watched = around.checked || around.machine.callbackHelpers.has(instruction.imm);
    if (watched) this.enterKernel(slot);
    this.pushArguments();
    code.call(helper);
    this.assign(0);
    if (watched) this.leaveKernel(slot);
    return true;
  }

  private pushArguments(): void {
    for (let register = 1; register <= 5; register++) this.register(register);
  }

  /** What of the block at `slot` has been taken from the budget but is still to come. */
  private ahead(slot: number): number {
    return (this.remaining.get(slot) ?? 1) - 1;
  }

  /** Before a call that may run more of the program: the machine's word is up to date. */
  private enterKernel(slot: number): void {
    if (!this.paysForLoops) return;
    const ahead = this.ahead(slot);
    this.code.i32(this.around.machine.budgetWord).get(BUDGET);
    if (ahead > 0) this.code.i64(BigInt(ahead)).byte(w.I64_ADD);
    this.code.memory(w.I64_STORE);
  }

  private leaveKernel(slot: number): void {
    this.returnIfFaulted(slot);
    if (!this.paysForLoops) return;
    this.reloadBudget();
    this.spend(this.ahead(slot));
  }

  /** callx: the register holds a helper's number (bpf_conformance's callx group). */
  private callByRegister(instruction: Instruction, slot: number): boolean {
    return this.callByNumber(slot, () => this.register(instruction.dst).byte(w.I32_WRAP_I64));
  }

  private callByNumber(slot: number, number: () => void): boolean {
    this.enterKernel(slot);
    number();
    this.code.i32(slot);
    this.pushArguments();
    this.code.call(this.around.imported('callByNumber'));
    this.assign(0);
    this.leaveKernel(slot);
    return true;
  }

  private callSubprogram(target: number, slot: number): boolean {
    const { code, around } = this;
    const index = around.subprogram(target);
    if (index === undefined) return false;
    this.enterKernel(slot);
    // The kernel hands out the frame: r10 of the callee, or 0 when there is none left (it has reported the fault then).
    code.i32(slot).call(around.imported('enterFrame')).tee(SCRATCH64).byte(w.I64_EQZ, w.IF, w.EMPTY);
    code.i64(0n).byte(w.RETURN, w.END);
    this.pushArguments();
    code.get(SCRATCH64).call(index);
    this.assign(0);
    code.call(around.imported('leaveFrame'));
    this.leaveKernel(slot);
    return true;
  }

  /**
   * bpf_loop(count, callback, context, flags): one frame for all turns; a turn that gives another value than 0 is the last.
   * Gives the number of turns.
   */
  private callbackLoop(slot: number): boolean {
    const { code, around } = this;
    this.register(4).i64(0n).byte(w.I64_NE, w.IF, w.I64).i64(-EINVAL).byte(w.ELSE);
    // The count is 32 bits wide.
    this.register(1).byte(w.I32_WRAP_I64).i32(BPF_MAX_LOOPS).byte(w.I32_GT_U, w.IF, w.I64).i64(-E2BIG).byte(w.ELSE);
    this.register(1).byte(w.I32_WRAP_I64, w.I32_EQZ, w.IF, w.I64).i64(0n).byte(w.ELSE);
    this.enterKernel(slot);
    // Which of this program's functions? Anything else cannot come from a program that the verifier accepted.
    this.register(2).byte(w.I32_WRAP_I64, w.GLOBAL_GET, 0, w.I32_SUB).i32(around.functionCount).byte(w.I32_GE_U);
    this.register(2)
      .i64(32n)
      .byte(w.I64_SHR_U)
      .i64(around.machine.callbackBase >> 32n)
      .byte(w.I64_NE, w.I32_OR);
    code.byte(w.IF, w.EMPTY);
    this.fault(around.machine.faults.helperArgument, slot);
    code.byte(w.END);
    code.i32(slot).call(around.imported('enterFrame')).tee(LOOP_FRAME).byte(w.I64_EQZ, w.IF, w.EMPTY);
    code.i64(0n).byte(w.RETURN, w.END).i64(0n).set(LOOP_INDEX).byte(w.BLOCK, w.EMPTY, w.LOOP, w.EMPTY);
    code.get(LOOP_INDEX);
    this.register(3).i64(0n).i64(0n).i64(0n).get(LOOP_FRAME);
    this.register(2).byte(w.I32_WRAP_I64, w.CALL_INDIRECT).unsigned(around.functionType).unsigned(0).set(SCRATCH64);
    code.get(LOOP_INDEX).i64(1n).byte(w.I64_ADD).set(LOOP_INDEX);
    code.i32(around.machine.faultWord).memory(w.I32_LOAD).byte(w.BR_IF, 1);
    code.get(SCRATCH64).i64(0n).byte(w.I64_NE, w.BR_IF, 1);
    code.get(LOOP_INDEX);
    this.register(1).i64(0xffffffffn).byte(w.I64_AND, w.I64_LT_U, w.BR_IF, 0, w.END, w.END);
    code.call(around.imported('leaveFrame'));
    this.leaveKernel(slot);
    code.get(LOOP_INDEX).byte(w.END, w.END, w.END);
    this.assign(0);
    return true;
  }

  /** bpf_tail_call: on success nothing after it runs. The frame stays, as in Linux. */
  private tailCall(slot: number): boolean {
    const { code, around } = this;
    this.enterKernel(slot);
    this.register(1);
    this.register(2);
    this.register(3);
    code.call(around.imported('tailCall')).tee(ADDRESS).i32(0).byte(w.I32_GE_S, w.IF, w.EMPTY);
    this.register(1);
    for (let i = 0; i < 4; i++) code.i64(0n);
    this.register(10).get(ADDRESS).byte(w.CALL_INDIRECT).unsigned(around.functionType).unsigned(0);
    code.byte(w.RETURN, w.END);
    this.leaveKernel(slot);
    return true;
  }
}
