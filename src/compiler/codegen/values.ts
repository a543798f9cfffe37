// Where is a value: in which register, in which stack slot, or made anew where it is used? And what does that take?
import { BPF_ADD, BPF_ALU, BPF_ALU64, BPF_MOV, BPF_X } from '../../bpf/opcodes.ts';
import type { Func, Inst } from '../ir/ir.ts';
import { signedValue } from '../ir/ir.ts';
import { countUses, loopDepths } from '../optimize/analysis.ts';
import type { Location } from '../tree.ts';
import {
  FRAME_POINTER,
  Machine,
  MachineBlock,
  MachineFunction,
  type MachineKind,
  NO_REGISTER,
  type Register,
} from './machine.ts';
import type { Target } from './target.ts';

/** Where a load or store goes. */
interface Address {
  readonly base: Register;
  readonly offset: number;
  readonly core: Inst['relocation'];
}

export function fitsImmediate(value: bigint): boolean {
  return value >= -0x80000000n && value <= 0x7fffffffn;
}

function fitsOffset(offset: number): boolean {
  return offset >= -32768 && offset <= 32767;
}

/** What instruction selection knows of a function's values, and the instructions that it has made so far. */
export abstract class Values {
  readonly func: Func;
  readonly target: Target;
  readonly out: MachineFunction;
  protected readonly uses: Int32Array;
  protected readonly registers = new Map<Inst, Register>();
  protected readonly slots = new Map<Inst, number>();
  /** values that somebody reads from a register or a slot */
  protected readonly needed = new Set<Inst>();
  private readonly clean = new Map<Inst, boolean>();
  /** what was made in this block, since the last call */
  protected readonly recent = new Map<Inst, Register>();
  protected current: MachineBlock;
  protected at: Location = 0;

  constructor(func: Func, target: Target) {
    this.func = func;
    this.target = target;
    this.out = new MachineFunction(func.name);
    this.uses = countUses(func);
    const depths = loopDepths(func);
    for (const block of func.blocks) {
      const machine = new MachineBlock(block.id);
      machine.depth = depths.get(block) ?? 0;
      machine.index = this.out.blocks.length;
      this.out.blocks.push(machine);
    }
    this.current = this.out.blocks[0]!;
  }

  // ------------------------------------------------------------ what must be in a register

  protected findNeeded(): void {
    const work: Inst[] = [];
    const need = (inst: Inst): void => {
      if (this.needed.has(inst)) return;
      this.needed.add(inst);
      work.push(inst);
    };
    for (const block of this.func.blocks) {
      for (const inst of block.insts) {
        switch (inst.op) {
          case 'store':
          case 'atomic':
          case 'call':
          case 'ret':
          case 'br':
          case 'asm':
          case 'asmgoto':
            need(inst);
            break;
          case 'load':
            if (inst.volatile) need(inst);
            break;
          default:
            break;
        }
      }
    }
    while (work.length > 0) {
      const inst = work.pop()!;
      let rest = inst.args;
      if (inst.op === 'load' || inst.op === 'store' || inst.op === 'atomic') {
        need(this.addressRoot(inst.args[0]!).root);
        rest = inst.args.slice(1);
      } else if (inst.op === 'br' && inst.args[0]!.op === 'icmp') {
        rest = inst.args[0]!.args;
      } else if (inst.op === 'ptradd' && inst.args[1]!.op === 'const' && this.stackOffset(inst) !== null) {
        rest = [this.addressRoot(inst).root];
      } else if (inst.op === 'ptradd' && inst.args[1]!.op === 'core') {
        // the addition itself carries the offset
        rest = [inst.args[0]!];
      }
      for (const arg of rest) need(arg);
    }
  }

  /** Strips a constant (or a CO-RE) offset that fits a load or store. */
  private addressRoot(address: Inst): { root: Inst; offset: number; core: Inst['relocation'] } {
    if (address.op === 'ptradd') {
      const [base, by] = address.args as [Inst, Inst];
      if (by.op === 'const') {
        const offset = Number(BigInt.asIntN(64, by.value));
        if (base.op === 'ptradd' && base.args[1]!.op === 'const') {
          const inner = Number(BigInt.asIntN(64, base.args[1]!.value));
          if (fitsOffset(offset + inner)) return { root: base.args[0]!, offset: offset + inner, core: null };
        }
        if (fitsOffset(offset)) return { root: base, offset, core: null };
      }
      if (by.op === 'core' && fitsOffset(Number(by.value)))
        return { root: base, offset: Number(by.value), core: by.relocation };
    }
    return { root: address, offset: 0, core: null };
  }

  protected address(inst: Inst): Address {
    const { root, offset, core } = this.addressRoot(inst);
    if (root.op === 'alloca' && !core) {
      const slot = this.slots.get(root)!;
      if (fitsOffset(slot + offset)) return { base: FRAME_POINTER, offset: slot + offset, core: null };
    }
    return { base: this.use(root), offset, core };
  }

  /** Constant distance from r10, for addresses of stack slots. */
  protected stackOffset(inst: Inst): number | null {
    if (inst.op === 'alloca') return this.slots.get(inst) ?? 0;
    if (inst.op === 'ptradd' && inst.args[1]!.op === 'const') {
      const inner = this.stackOffset(inst.args[0]!);
      return inner === null ? null : inner + Number(BigInt.asIntN(64, inst.args[1]!.value));
    }
    return null;
  }

  // ------------------------------------------------------------ emitting

  emit(kind: MachineKind, opcode: number, dst: Register, src: Register, imm = 0, offset = 0): Machine {
    const m = new Machine(kind, opcode, dst, src, this.at);
    m.imm = imm;
    m.offset = offset;
    this.current.code.push(m);
    return m;
  }

  copy(dst: Register, src: Register): void {
    this.emit('copy', BPF_ALU64 | BPF_MOV | BPF_X, dst, src);
  }

  protected classOf(inst: Inst): number {
    return inst.type === 'i32' || (inst.type === 'i1' && this.target.alu32)
      ? this.target.alu32
        ? BPF_ALU
        : BPF_ALU64
      : BPF_ALU64;
  }

  protected immediate(inst: Inst): number | null {
    if (inst.op !== 'const') return null;
    const value = signedValue(inst);
    return fitsImmediate(value) ? Number(value) : null;
  }

  constant(dst: Register, inst: Inst): void {
    if (inst.type === 'i1') {
      this.emit('constant', (this.target.alu32 ? BPF_ALU : BPF_ALU64) | BPF_MOV, dst, NO_REGISTER, Number(inst.value));
      return;
    }
    const value = signedValue(inst);
    if (fitsImmediate(value)) {
      this.emit('constant', this.classOf(inst) | BPF_MOV, dst, NO_REGISTER, Number(value));
    } else if (this.target.alu32 && inst.value < 1n << 32n) {
      // a 32-bit move clears the upper half
      this.emit('constant', BPF_ALU | BPF_MOV, dst, NO_REGISTER, Number(BigInt.asIntN(32, inst.value)));
    } else {
      this.emit('wide', 0, dst, NO_REGISTER).wide = inst.value;
    }
  }

  /** Puts a value into a given register. */
  into(dst: Register, inst: Inst): void {
    if (inst.op === 'const') {
      this.constant(dst, inst);
      return;
    }
    if (inst.op === 'undef') {
      this.emit('constant', BPF_ALU64 | BPF_MOV, dst, NO_REGISTER, 0);
      return;
    }
    if (inst.op === 'symbol') {
      this.emit('wide', 0, dst, NO_REGISTER).symbol = inst.symbol;
      return;
    }
    const stack = this.stackOffset(inst);
    if (stack !== null) {
      this.copy(dst, FRAME_POINTER);
      if (stack !== 0) this.emit('alu', BPF_ALU64 | BPF_ADD, dst, NO_REGISTER, stack);
      return;
    }
    this.copy(dst, this.use(inst));
  }

  /** As into(), with the upper half of a 32-bit value cleared: assembly may look at all of the register. */
  intoWhole(dst: Register, inst: Inst): void {
    if (inst.type !== 'i32' || !this.target.alu32 || inst.op === 'const' || inst.op === 'undef') this.into(dst, inst);
    else if (this.upperIsZero(inst)) this.into(dst, inst);
    else this.emit('move', BPF_ALU | BPF_MOV | BPF_X, dst, this.use(inst));
  }

  useWhole(inst: Inst): Register {
    if (inst.type !== 'i32' || !this.target.alu32 || inst.op === 'const' || this.upperIsZero(inst))
      return this.use(inst);
    const register = this.out.register();
    this.intoWhole(register, inst);
    return register;
  }

  /** The register that holds a value; what is cheap to make is made anew. */
  use(inst: Inst): Register {
    const known = this.registers.get(inst);
    if (known !== undefined) return known;
    if (inst.op === 'alloca' && this.slots.get(inst) === 0) return FRAME_POINTER;
    const recent = this.recent.get(inst);
    if (recent !== undefined) return recent;
    const register = this.out.register();
    if (!this.isRematerialised(inst)) {
      // its block comes later in the layout: the definition will find the register here
      this.registers.set(inst, register);
      return register;
    }
    this.into(register, inst);
    // what is made for one use serves the next ones too, as long as no call would need it saved
    if (inst.op === 'const' || inst.op === 'symbol') this.recent.set(inst, register);
    return register;
  }

  protected define(inst: Inst): Register {
    let register = this.registers.get(inst);
    if (register === undefined) {
      register = this.out.register();
      this.registers.set(inst, register);
    }
    return register;
  }

  /** The value is another one's register, seen differently. */
  protected alias(inst: Inst, register: Register): void {
    const expected = this.registers.get(inst);
    if (expected === undefined) this.registers.set(inst, register);
    else this.copy(expected, register);
  }

  /** The upper half of the register of a 32-bit value is surely zero. */
  protected upperIsZero(inst: Inst): boolean {
    if (!this.target.alu32) return inst.op === 'const' || inst.op === 'load' || inst.op === 'lshr' || inst.op === 'and';
    const known = this.clean.get(inst);
    if (known !== undefined) return known;
    this.clean.set(inst, true);
    let result: boolean;
    switch (inst.op) {
      case 'param':
      case 'call':
      case 'opaque':
      case 'asmout':
      case 'undef':
        result = false;
        break;
      case 'load':
        result = !(inst.signed && inst.width < 4 && this.target.v4);
        break;
      case 'trunc':
        result = this.isBelow32(inst.args[0]!);
        break;
      case 'phi':
        result = inst.args.every((a) => this.upperIsZero(a));
        break;
      default:
        result = true;
        break;
    }
    this.clean.set(inst, result);
    return result;
  }

  private isBelow32(inst: Inst): boolean {
    switch (inst.op) {
      case 'zext':
        return true;
      case 'lshr':
        return inst.args[1]!.op === 'const' && inst.args[1]!.value >= 32n;
      case 'and':
        return inst.args.some((a) => a.op === 'const' && a.value < 1n << 31n);
      case 'const':
        return inst.value < 1n << 32n;
      default:
        return false;
    }
  }

  protected isRematerialised(inst: Inst): boolean {
    return inst.op === 'const' || inst.op === 'undef' || inst.op === 'symbol' || this.stackOffset(inst) !== null;
  }

  protected isSingleUse(inst: Inst): boolean {
    return inst.block !== null && (this.uses[inst.id] ?? 2) === 1;
  }
}
