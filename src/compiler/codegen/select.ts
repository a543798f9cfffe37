// Instruction selection: one walk over the blocks. Constants, stack addresses and symbols are made where they are used;
// constant offsets go into loads and stores; comparisons go into the branches that read them.
import {
  BPF_ADD,
  BPF_ALU,
  BPF_ALU64,
  BPF_AND,
  BPF_ARSH,
  BPF_ATOMIC,
  BPF_B,
  BPF_CMPXCHG,
  BPF_DIV,
  BPF_DW,
  BPF_END,
  BPF_FETCH,
  BPF_H,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JMP,
  BPF_JMP32,
  BPF_JNE,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
  BPF_LDX,
  BPF_LSH,
  BPF_MEM,
  BPF_MEMSX,
  BPF_MOD,
  BPF_MOV,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_STX,
  BPF_SUB,
  BPF_TO_BE,
  BPF_W,
  BPF_X,
  BPF_XCHG,
  BPF_XOR,
} from '../../bpf/opcodes.ts';
import type { AtomicOp, BinaryOp, Block, Func, Predicate } from '../ir/ir.ts';
import { Inst, inversePredicate, isBinary, isCommutative, signedValue, swappedPredicate } from '../ir/ir.ts';
import { incomingArgument, placeArguments, STACK_POINTER } from '../kernel-mode/convention.ts';
import type { Location } from '../tree.ts';
import { selectAssembly } from './assembly.ts';
import { layOutFrame } from './frame.ts';
import { FRAME_POINTER, type MachineBlock, type MachineFunction, NO_REGISTER, type Register } from './machine.ts';
import type { Target } from './target.ts';
import { fitsImmediate, Values } from './values.ts';

export type SelectionError = (code: string, at: Location, message: string) => void;

const ALU_CODES: Record<BinaryOp, number> = {
  add: BPF_ADD,
  sub: BPF_SUB,
  mul: BPF_MUL,
  udiv: BPF_DIV,
  sdiv: BPF_DIV,
  urem: BPF_MOD,
  srem: BPF_MOD,
  and: BPF_AND,
  or: BPF_OR,
  xor: BPF_XOR,
  shl: BPF_LSH,
  lshr: BPF_RSH,
  ashr: BPF_ARSH,
};

const JUMP_CODES: Record<Predicate, number> = {
  eq: BPF_JEQ,
  ne: BPF_JNE,
  ult: BPF_JLT,
  ule: BPF_JLE,
  ugt: BPF_JGT,
  uge: BPF_JGE,
  slt: BPF_JSLT,
  sle: BPF_JSLE,
  sgt: BPF_JSGT,
  sge: BPF_JSGE,
};

const ATOMIC_CODES: Record<AtomicOp, number> = {
  add: BPF_ADD,
  and: BPF_AND,
  or: BPF_OR,
  xor: BPF_XOR,
  xchg: BPF_XCHG,
  cmpxchg: BPF_CMPXCHG,
};

export function sizeCode(width: number): number {
  return width === 1 ? BPF_B : width === 2 ? BPF_H : width === 4 ? BPF_W : BPF_DW;
}

export class Selector extends Values {
  private readonly error: SelectionError;
  private readonly blocks = new Map<Block, MachineBlock>();
  private readonly incoming = new Map<Inst, Register>();
  /** of each `asm goto`, by output */
  private readonly jumpOutputs = new Map<Inst, ReadonlyMap<number, Register>>();

  constructor(func: Func, target: Target, error: SelectionError) {
    super(func, target);
    this.error = error;
    func.blocks.forEach((block, i) => this.blocks.set(block, this.out.blocks[i]!));
  }

  run(): MachineFunction {
    this.findNeeded();
    const frame = layOutFrame(this.func, (alloca) => this.needed.has(alloca), this.target.stackLimit);
    const base = this.out.slot(frame.size, 8);
    for (const [alloca, offset] of frame.offsets) this.slots.set(alloca, base + offset);
    for (const block of this.func.blocks) {
      for (const phi of block.phis) {
        this.registers.set(phi, this.out.register());
        this.incoming.set(phi, this.out.register());
      }
    }
    this.func.blocks.forEach((block, i) => {
      this.current = this.blocks.get(block)!;
      this.recent.clear();
      for (const phi of block.phis) {
        if (!this.needed.has(phi)) continue;
        this.at = block.insts[0]?.at ?? 0;
        this.copy(this.registers.get(phi)!, this.incoming.get(phi)!);
      }
      for (const inst of block.insts) {
        this.at = inst.at;
        this.select(inst, this.func.blocks[i + 1] ?? null, block);
      }
    });
    for (const block of this.out.blocks) for (const s of block.successors) s.predecessors.push(block);
    return this.out;
  }

  // ------------------------------------------------------------ instructions

  private select(inst: Inst, next: Block | null, block: Block): void {
    switch (inst.op) {
      case 'jump':
      case 'br':
        this.phiCopies(block);
        this.at = inst.at;
        this.control(inst, next);
        return;
      case 'ret':
        this.selectReturn(inst);
        return;
      case 'unreachable':
        // a naked function is its assembly and nothing else
        if (!this.func.declaration.attributes.naked) this.emit('exit', 0, NO_REGISTER, NO_REGISTER);
        return;
      case 'store':
        this.selectStore(inst);
        return;
      case 'atomic':
        this.selectAtomic(inst);
        return;
      case 'call':
        this.selectCall(inst);
        return;
      case 'param':
        this.selectParam(inst);
        return;
      case 'asm':
        selectAssembly(
          this,
          inst,
          (out, register) => {
            this.alias(out, register);
          },
          this.asmOutputs(inst, block),
          this.error,
        );
        return;
      case 'asmgoto':
        this.phiCopies(block);
        this.at = inst.at;
        this.assemblyJump(inst, next);
        return;
      case 'asmout':
        this.asmOutput(inst);
        return;
      case 'fence':
      case 'lifestart':
      case 'lifeend':
      case 'alloca':
      case 'const':
      case 'symbol':
      case 'icmp':
        return;
      default:
        break;
    }
    if (!this.needed.has(inst)) return;
    if (isBinary(inst.op)) {
      this.selectBinary(inst, inst.op);
      return;
    }
    const x = inst.args[0]!;
    switch (inst.op) {
      case 'load':
        this.selectLoad(inst);
        return;
      case 'trunc':
      case 'opaque':
        if (inst.op === 'trunc' && !this.isRematerialised(x)) this.alias(inst, this.use(x));
        else this.into(this.define(inst), x);
        return;
      case 'zext':
        if (x.type === 'i1' || this.upperIsZero(x)) {
          if (this.isRematerialised(x)) this.into(this.define(inst), x);
          else this.alias(inst, this.use(x));
        } else if (this.target.alu32) {
          const source = this.use(x);
          this.emit('move', BPF_ALU | BPF_MOV | BPF_X, this.define(inst), source);
        } else {
          // widening left only clean values here
          this.alias(inst, this.use(x));
        }
        return;
      case 'sext':
        this.signExtend(inst, x, 4);
        return;
      case 'sextlow':
        this.signExtend(inst, x, inst.width);
        return;
      case 'bswap': {
        const source = this.use(x);
        const dst = this.define(inst);
        this.copy(dst, source);
        this.emit('alu', BPF_ALU | BPF_END | BPF_TO_BE, dst, NO_REGISTER, inst.width * 8);
        return;
      }
      case 'ptradd':
        this.selectAddress(inst);
        return;
      case 'core': {
        const dst = this.define(inst);
        const kind = inst.relocation!.kind;
        if (kind === 6 || kind === 7 || kind === 10 || kind === 11) {
          const m = this.emit('wide', 0, dst, NO_REGISTER);
          m.wide = BigInt.asUintN(64, inst.value);
          m.core = inst.relocation;
        } else {
          this.emit('constant', BPF_ALU64 | BPF_MOV, dst, NO_REGISTER, Number(inst.value)).core = inst.relocation;
        }
        return;
      }
      default:
        return;
    }
  }

  private selectBinary(inst: Inst, op: BinaryOp): void {
    let [a, b] = inst.args as [Inst, Inst];
    const cls = this.classOf(inst);
    if ((op === 'sdiv' || op === 'srem') && !this.target.v4) {
      this.error('C904', inst.at, 'unsupported signed division, please convert to unsigned div/mod.');
    }
    if (isCommutative(op) && b.op !== 'const' && !this.isSingleUse(a) && this.isSingleUse(b)) [a, b] = [b, a];
    if (op === 'sub' && a.op === 'const' && a.value === 0n) {
      const source = this.use(b);
      const dst = this.define(inst);
      this.copy(dst, source);
      this.emit('alu', cls | BPF_NEG, dst, NO_REGISTER);
      return;
    }
    // operands first: making them may take registers of their own
    const operand = this.immediate(b) === null ? this.use(b) : NO_REGISTER;
    const dst = this.define(inst);
    this.into(dst, a);
    const code = ALU_CODES[op];
    const m =
      operand === NO_REGISTER
        ? this.emit('alu', cls | code, dst, NO_REGISTER, this.immediate(b)!)
        : this.emit('alu', cls | code | BPF_X, dst, operand);
    if (op === 'sdiv' || op === 'srem') m.offset = 1;
  }

  private selectAddress(inst: Inst): void {
    const [base, by] = inst.args as [Inst, Inst];
    if (this.stackOffset(inst) !== null) return;
    const dst = this.define(inst);
    if (by.op === 'core') {
      this.copy(dst, this.use(base));
      const m = this.emit('alu', BPF_ALU64 | BPF_ADD, dst, NO_REGISTER, Number(by.value));
      m.core = by.relocation;
      return;
    }
    const imm = this.immediate(by);
    if (imm !== null) {
      this.into(dst, base);
      this.emit('alu', BPF_ALU64 | BPF_ADD, dst, NO_REGISTER, imm);
    } else if (!this.isSingleUse(base) && this.isSingleUse(by) && !this.isRematerialised(base)) {
      const pointer = this.use(base);
      this.into(dst, by);
      this.emit('alu', BPF_ALU64 | BPF_ADD | BPF_X, dst, pointer);
    } else {
      const offset = this.use(by);
      this.into(dst, base);
      this.emit('alu', BPF_ALU64 | BPF_ADD | BPF_X, dst, offset);
    }
  }

  private signExtend(inst: Inst, x: Inst, width: number): void {
    const source = this.use(x);
    const dst = this.define(inst);
    const word = inst.type === 'i32' && this.target.alu32;
    if (this.target.v4) {
      this.emit('move', (word ? BPF_ALU : BPF_ALU64) | BPF_MOV | BPF_X, dst, source, 0, width * 8);
      return;
    }
    const cls = word ? BPF_ALU : BPF_ALU64;
    const by = (word ? 32 : 64) - width * 8;
    this.copy(dst, source);
    this.emit('alu', cls | BPF_LSH, dst, NO_REGISTER, by);
    this.emit('alu', cls | BPF_ARSH, dst, NO_REGISTER, by);
  }

  private selectLoad(inst: Inst): void {
    const { base, offset, core } = this.address(inst.args[0]!);
    const dst = this.define(inst);
    const signed = inst.signed && inst.width < 4;
    const mode = signed && this.target.v4 ? BPF_MEMSX : BPF_MEM;
    this.emit('load', BPF_LDX | mode | sizeCode(inst.width), dst, base, 0, offset).core = core;
    if (!signed || this.target.v4) return;
    const word = this.target.alu32 && inst.type === 'i32';
    const cls = word ? BPF_ALU : BPF_ALU64;
    const by = (word ? 32 : 64) - inst.width * 8;
    this.emit('alu', cls | BPF_LSH, dst, NO_REGISTER, by);
    this.emit('alu', cls | BPF_ARSH, dst, NO_REGISTER, by);
  }

  private selectStore(inst: Inst): void {
    const value = inst.args[1]!;
    if (value.op === 'undef') return;
    const { base, offset, core } = this.address(inst.args[0]!);
    const imm = value.op === 'const' && this.target.v4 ? storeImmediate(value, inst.width) : null;
    if (imm !== null) {
      this.emit('storeimm', 0x02 | BPF_MEM | sizeCode(inst.width), base, NO_REGISTER, imm, offset).core = core;
      return;
    }
    let register: Register;
    if (value.op === 'const' && inst.width < 8) {
      // the narrow number, so that equal pieces share a register
      register = this.use(this.func.constant(value.type, BigInt.asUintN(inst.width * 8, value.value)));
    } else {
      register = this.use(value);
    }
    this.emit('store', BPF_STX | BPF_MEM | sizeCode(inst.width), base, register, 0, offset).core = core;
  }

  private selectAtomic(inst: Inst): void {
    const address = this.address(inst.args[0]!);
    const used = (this.uses[inst.id] ?? 0) > 0;
    const opcode = BPF_STX | BPF_ATOMIC | sizeCode(inst.width);
    if (inst.atomic === 'cmpxchg') {
      const value = this.use(inst.args[1]!);
      this.into(0, inst.args[2]!);
      const m = this.emit('atomic', opcode, address.base, value, BPF_CMPXCHG, address.offset);
      m.fetch = true;
      m.reads = 1;
      this.copy(this.define(inst), 0);
      return;
    }
    const fetch = used || inst.atomic === 'xchg';
    if (fetch && !this.target.alu32) this.error('C907', inst.at, 'Invalid usage of the XADD return value');
    let operand = this.use(inst.args[1]!);
    if (fetch) {
      const own = this.define(inst);
      this.copy(own, operand);
      operand = own;
    }
    const code = ATOMIC_CODES[inst.atomic] | (fetch ? BPF_FETCH : 0);
    this.emit('atomic', opcode, address.base, operand, code, address.offset).fetch = fetch;
  }

  private selectCall(inst: Inst): void {
    if (this.target.kernelMode) {
      this.selectKernelCall(inst);
      return;
    }
    const limit = this.target.argumentRegisters;
    const callee = inst.callee!;
    if (inst.args.length > limit) {
      this.error('C901', inst.at, 'stack arguments are not supported');
    }
    inst.args.slice(0, limit).forEach((arg, i) => {
      this.into(i + 1, arg);
    });
    const m = this.emit('call', 0x85, NO_REGISTER, NO_REGISTER);
    this.recent.clear();
    m.reads = Math.min(limit, inst.args.length);
    if (callee.kind === 'helper') m.imm = callee.number | 0;
    else if (callee.kind === 'function') m.callee = callee.declaration;
    if (inst.type !== 'void' && (this.uses[inst.id] ?? 0) > 0) this.copy(this.define(inst), 0);
  }

  /** Kernel mode: arguments after the fifth, and those that `...` stands for, go to the stack (kernel-mode/convention.ts). */
  private selectKernelCall(inst: Inst): void {
    const callee = inst.callee!;
    if (callee.kind === 'frame') {
      const dst = this.define(inst);
      this.copy(dst, FRAME_POINTER);
      this.emit('alu', BPF_ALU64 | BPF_ADD, dst, NO_REGISTER, callee.offset);
      return;
    }
    const indirect = callee.kind === 'indirect';
    const address = indirect ? this.use(inst.args[0]!) : NO_REGISTER;
    const args = indirect ? inst.args.slice(1) : inst.args;
    const { registers, stacked } = placeArguments(args, inst.size);
    stacked.forEach((arg, i) => {
      this.emit('store', BPF_STX | BPF_MEM | BPF_DW, STACK_POINTER, this.use(arg), 0, 8 * i);
    });
    this.out.outgoing = Math.max(this.out.outgoing, 8 * stacked.length);
    registers.forEach((arg, i) => {
      this.into(i + 1, arg);
    });
    const m = this.emit('call', 0x85, NO_REGISTER, address);
    this.recent.clear();
    m.reads = registers.length;
    if (callee.kind === 'helper') m.imm = callee.number | 0;
    else if (callee.kind === 'function') m.callee = callee.declaration;
    if (inst.type !== 'void' && (this.uses[inst.id] ?? 0) > 0) this.copy(this.define(inst), 0);
  }

  private selectParam(inst: Inst): void {
    if (this.target.kernelMode && inst.width >= this.target.argumentRegisters) {
      if ((this.uses[inst.id] ?? 0) === 0) return;
      const at = incomingArgument(inst.width);
      this.emit('load', BPF_LDX | BPF_MEM | BPF_DW, this.define(inst), FRAME_POINTER, 0, at);
      return;
    }
    if (inst.width >= this.target.argumentRegisters) {
      if (inst.width === this.target.argumentRegisters)
        this.error('C901', inst.at, 'stack arguments are not supported');
      this.emit('constant', BPF_ALU64 | BPF_MOV, this.define(inst), NO_REGISTER, 0);
      return;
    }
    if ((this.uses[inst.id] ?? 0) > 0) this.copy(this.define(inst), inst.width + 1);
  }

  private selectReturn(inst: Inst): void {
    if (this.func.declaration.attributes.naked) return;
    const value = inst.args[0];
    if (value && value.op !== 'undef') {
      if (value.type === 'i32' && this.target.alu32 && value.op !== 'const' && !this.upperIsZero(value)) {
        this.emit('move', BPF_ALU | BPF_MOV | BPF_X, 0, this.use(value));
      } else {
        this.into(0, value);
      }
    }
    this.emit('exit', 0, NO_REGISTER, NO_REGISTER).reads = value && value.op !== 'undef' ? 1 : 0;
  }

  private asmOutputs(inst: Inst, block: Block): Inst[] {
    return block.insts.filter((i) => i.op === 'asmout' && i.args[0] === inst);
  }

  /** Each way out of an `asm goto` begins with copies of what the assembly wrote. */
  private asmOutput(inst: Inst): void {
    const from = this.jumpOutputs.get(inst.args[0]!)?.get(inst.width);
    if (from !== undefined) this.copy(this.define(inst), from);
  }

  private assemblyJump(inst: Inst, next: Block | null): void {
    const written = inst.assembly!.outputs.map((output, i) => {
      const out = new Inst('asmout', output.type, [inst], inst.at);
      out.width = i;
      return out;
    });
    const registers = new Map<number, Register>();
    const keep = (out: Inst, register: Register): void => {
      registers.set(out.width, register);
      this.out.unspillable.add(register);
    };
    const m = selectAssembly(this, inst, keep, written, this.error);
    this.jumpOutputs.set(inst, registers);
    const [through, ...labels] = inst.targets as [Block, ...Block[]];
    m.assembly!.targets.push(...labels.map((label) => this.blocks.get(label)!));
    this.current.successors = [...new Set(inst.targets.map((target) => this.blocks.get(target)!))];
    if (through !== next) this.jumpTo(through);
  }

  // ------------------------------------------------------------ control flow

  /** Copies for the phis of all successors: each phi has a register of its own for arriving values. */
  private phiCopies(block: Block): void {
    for (const successor of new Set(block.successors)) {
      const edge = successor.preds.indexOf(block);
      for (const phi of successor.phis) {
        if (!this.needed.has(phi)) continue;
        const value = phi.args[edge]!;
        if (value.op === 'undef') continue;
        this.into(this.incoming.get(phi)!, value);
      }
    }
  }

  private control(inst: Inst, next: Block | null): void {
    const block = this.current;
    if (inst.op === 'jump') {
      const to = inst.targets[0]!;
      block.successors = [this.blocks.get(to)!];
      if (to !== next) this.jumpTo(to);
      return;
    }
    let [yes, no] = inst.targets as [Block, Block];
    block.successors = [...new Set([this.blocks.get(yes)!, this.blocks.get(no)!])];
    const condition = inst.args[0]!;
    let predicate: Predicate = 'ne';
    let a = condition;
    let b: Inst = this.func.constant(condition.type === 'i1' ? 'i32' : condition.type, 0n);
    if (condition.op === 'icmp') {
      predicate = condition.predicate;
      [a, b] = condition.args as [Inst, Inst];
    }
    if (yes === next) {
      [yes, no] = [no, yes];
      predicate = inversePredicate(predicate);
    }
    if (a.op === 'const' && b.op !== 'const') {
      [a, b] = [b, a];
      predicate = swappedPredicate(predicate);
    }
    let imm = this.immediate(b);
    if (!this.target.jumpLess && /l[te]$/.test(predicate)) {
      // v1 has no jumps on less: compare the other way round, with the constant in a register
      [a, b] = [b, a];
      predicate = swappedPredicate(predicate);
      imm = null;
    }
    const word = (a.type === 'i32' || b.type === 'i32' || a.type === 'i1') && this.target.alu32;
    const cls = word ? BPF_JMP32 : BPF_JMP;
    const left = this.use(a);
    const right = imm === null ? this.use(b) : NO_REGISTER;
    const code = cls | JUMP_CODES[predicate] | (right === NO_REGISTER ? 0 : BPF_X);
    this.emit('branch', code, left, right, imm ?? 0).target = this.blocks.get(yes)!;
    if (no !== next) this.jumpTo(no);
  }

  private jumpTo(block: Block): void {
    this.emit('jump', 0x05, NO_REGISTER, NO_REGISTER).target = this.blocks.get(block)!;
  }
}

function storeImmediate(value: Inst, width: number): number | null {
  if (width < 8) return Number(BigInt.asIntN(32, BigInt.asUintN(width * 8, value.value)));
  const signed = signedValue(value);
  return fitsImmediate(signed) ? Number(signed) : null;
}
