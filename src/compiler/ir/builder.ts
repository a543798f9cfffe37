// The state in which one function's body becomes SSA: the current block, variables, jump targets.
import type { Expression, FunctionDeclaration, Label, Location, SwitchStatement, Type, Variable } from '../tree.ts';
import { canonical, isVolatile } from '../tree.ts';
import { foldBinary, foldCompare } from './fold.ts';
import type { BinaryOp, Block, IrType, Op, Predicate } from './ir.ts';
import { append, bitsOf, Func, Inst, signedValue } from './ir.ts';
import { alignOf, irType, isAggregate, sizeOf } from './layout.ts';
import { SsaVariables } from './ssa.ts';
import type { UnitBuilder } from './unit.ts';

export interface JumpTargets {
  readonly breakTo: Block;
  readonly continueTo: Block | null;
  /** how many cleanups are to be done later than there */
  readonly cleanups: number;
}

/** How a C value travels as a parameter or result: eBPF has five argument registers and one for the result. */
export type Passing = 'scalar' | 'word' | 'pair' | 'pointer';

export function passingOf(type: Type): Passing {
  if (!isAggregate(type)) return 'scalar';
  const size = sizeOf(type);
  return size <= 8 ? 'word' : size <= 16 ? 'pair' : 'pointer';
}

export class FunctionBuilder {
  readonly unit: UnitBuilder;
  readonly func: Func;
  readonly declaration: FunctionDeclaration;
  readonly ssa: SsaVariables<Variable>;
  readonly memory = new Map<Variable, Inst>();
  readonly jumps: JumpTargets[] = [];
  readonly labels = new Map<Label, Block>();
  /** what is to be called at the end of the scopes that are open here, the last one first */
  readonly cleanups: Expression[] = [];
  /** gotos to labels further down, from scopes with cleanups: which of them it leaves is known at the label */
  readonly waiting = new Map<Label, { readonly from: Block; readonly cleanups: readonly Expression[] }[]>();
  /** how many cleanups were open at a label */
  readonly labelDepths = new Map<Label, number>();
  readonly switches = new Map<SwitchStatement, { cases: Block[]; otherwise: Block }>();
  /** > 0 inside __builtin_preserve_access_index(…) */
  preserving = 0;
  /** where a result that does not fit a register goes */
  resultAddress: Inst | null = null;
  block: Block;
  at: Location = 0;
  private readonly entry: Block;
  private allocas = 0;

  constructor(unit: UnitBuilder, declaration: FunctionDeclaration) {
    this.unit = unit;
    this.declaration = declaration;
    const result = declaration.type.result;
    const passing = passingOf(result);
    const type = passing === 'scalar' ? irType(result) : passing === 'word' ? 'i64' : 'void';
    this.func = new Func(declaration, type);
    this.ssa = new SsaVariables(this.func, (v) => irType(v.type));
    this.entry = this.startBlock();
    this.block = this.entry;
    this.ssa.seal(this.entry);
  }

  // ------------------------------------------------------------ blocks

  newBlock(): Block {
    return this.func.block();
  }

  /** Places a block after those that exist and goes on there. */
  startBlock(block = this.newBlock()): Block {
    this.func.blocks.push(block);
    this.block = block;
    return block;
  }

  /** As startBlock, when all its predecessors are known. */
  startSealed(block: Block): void {
    this.startBlock(block);
    this.ssa.seal(block);
  }

  get terminated(): boolean {
    return this.block.terminator !== null;
  }

  jump(target: Block): void {
    if (this.terminated) return;
    const inst = new Inst('jump', 'void', [], this.at);
    inst.targets = [target];
    append(this.block, inst);
    target.preds.push(this.block);
  }

  branch(condition: Inst, then: Block, otherwise: Block): void {
    if (this.terminated) return;
    if (condition.op === 'const') {
      this.jump(condition.value !== 0n ? then : otherwise);
      return;
    }
    const inst = new Inst('br', 'void', [condition], this.at);
    inst.targets = [then, otherwise];
    append(this.block, inst);
    then.preds.push(this.block);
    otherwise.preds.push(this.block);
  }

  /** After a jump away: what follows is dead until a label. */
  startDead(): void {
    if (this.terminated) this.startSealed(this.newBlock());
  }

  labelBlock(label: Label): Block {
    let block = this.labels.get(label);
    if (!block) this.labels.set(label, (block = this.newBlock()));
    return block;
  }

  // ------------------------------------------------------------ instructions

  emit(op: Op, type: IrType, args: Inst[]): Inst {
    // after a return inside a statement expression: dead code, in a block of its own
    this.startDead();
    return append(this.block, new Inst(op, type, args, this.at));
  }

  constant(type: IrType, value: bigint | number): Inst {
    return this.func.constant(type, BigInt(value));
  }

  binary(op: BinaryOp, type: IrType, a: Inst, b: Inst, nsw = false): Inst {
    if (a.op === 'const' && b.op === 'const') return this.constant(type, foldBinary(op, type, a.value, b.value));
    const inst = this.emit(op, type, [a, b]);
    inst.nsw = nsw;
    return inst;
  }

  compare(predicate: Predicate, a: Inst, b: Inst): Inst {
    if (a.op === 'const' && b.op === 'const') {
      return this.constant('i1', foldCompare(predicate, a.type, a.value, b.value) ? 1 : 0);
    }
    const inst = this.emit('icmp', 'i1', [a, b]);
    inst.predicate = predicate;
    return inst;
  }

  isZero(value: Inst): Inst {
    return this.compare('eq', value, this.constant(value.type, 0));
  }

  isNonZero(value: Inst): Inst {
    return value.type === 'i1' ? value : this.compare('ne', value, this.constant(value.type, 0));
  }

  /** Truncates or extends to another width; `signed` is the operand's. */
  resize(value: Inst, type: IrType, signed: boolean): Inst {
    const from = bitsOf(value.type);
    const to = bitsOf(type);
    if (from === to) return value;
    if (value.op === 'const') return this.constant(type, signed && from > 1 ? signedValue(value) : value.value);
    return this.emit(to < from ? 'trunc' : signed && from > 1 ? 'sext' : 'zext', type, [value]);
  }

  /** Makes a register value what a narrower C integer type would hold, extended again by its sign. */
  narrow(value: Inst, size: number, signed: boolean): Inst {
    if (value.op === 'const') {
      const v = signed ? BigInt.asIntN(size * 8, value.value) : BigInt.asUintN(size * 8, value.value);
      return this.constant(value.type, v);
    }
    if (!signed) return this.binary('and', value.type, value, this.constant(value.type, (1n << BigInt(size * 8)) - 1n));
    const inst = this.emit('sextlow', value.type, [value]);
    inst.width = size;
    return inst;
  }

  offset(base: Inst, bytes: Inst | number): Inst {
    if (typeof bytes === 'number') {
      if (bytes === 0) return base;
      bytes = this.constant('i64', bytes);
    }
    if (bytes.op === 'const' && bytes.value === 0n) return base;
    return this.emit('ptradd', 'ptr', [base, bytes]);
  }

  load(type: IrType, address: Inst, width: number, signed: boolean, align: number, volatile = false): Inst {
    const inst = this.emit('load', type, [address]);
    inst.width = width;
    inst.signed = signed;
    inst.align = align;
    inst.volatile = volatile;
    return inst;
  }

  store(address: Inst, value: Inst, width: number, align: number, volatile = false): Inst {
    const inst = this.emit('store', 'void', [address, value]);
    inst.width = width;
    inst.align = align;
    inst.volatile = volatile;
    return inst;
  }

  copy(to: Inst, from: Inst, size: number, align: number, sourceAlign: number): void {
    if (size === 0 || to === from) return;
    const inst = this.emit('memcpy', 'void', [to, from]);
    inst.size = size;
    inst.align = align;
    inst.sourceAlign = sourceAlign;
  }

  fill(to: Inst, byte: Inst, size: number, align: number): void {
    if (size === 0) return;
    const inst = this.emit('memset', 'void', [to, byte]);
    inst.size = size;
    inst.align = align;
  }

  // ------------------------------------------------------------ variables

  /** Stack memory, reserved in the entry block. */
  alloca(size: number, align: number, name: string): Inst {
    const inst = new Inst('alloca', 'ptr', [], this.at);
    inst.size = Math.max(1, size);
    // as clang does, so that copies use whole words
    inst.align = Math.max(align, size >= 8 ? 8 : 1);
    inst.name = name;
    inst.block = this.entry;
    this.entry.insts.splice(this.allocas++, 0, inst);
    return inst;
  }

  /** Does the variable live in SSA form rather than in memory? */
  isRegister(variable: Variable): boolean {
    return (
      (variable.storage === 'local' || variable.storage === 'parameter') &&
      !variable.addressTaken &&
      !isAggregate(variable.type) &&
      !isVolatile(variable.type) &&
      canonical(variable.type).kind !== 'function'
    );
  }

  addressOf(variable: Variable): Inst {
    if (variable.storage !== 'local' && variable.storage !== 'parameter') {
      const symbol = this.emit('symbol', 'ptr', []);
      symbol.symbol = { kind: 'data', data: this.unit.data(variable) };
      return symbol;
    }
    let slot = this.memory.get(variable);
    if (!slot) {
      const align = Math.max(alignOf(variable.type), variable.attributes.align ?? 1);
      slot = this.alloca(sizeOf(variable.type), align, variable.name);
      this.memory.set(variable, slot);
    }
    return slot;
  }

  temporary(type: Type): Inst {
    return this.alloca(sizeOf(type), alignOf(type), '');
  }
}
