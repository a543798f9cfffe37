// Peephole simplification on SSA: each rule replaces one instruction by something smaller that computes the same.
// Rules that would merge comparisons, or make another value than the checked one, are left out on purpose.
import { foldBinary } from '../ir/fold.ts';
import type { BinaryOp, Func, Inst, Op } from '../ir/ir.ts';
import {
  bitsOf,
  Inst as Instruction,
  inversePredicate,
  isBinary,
  isCommutative,
  resolve,
  signedValue,
  sweepForwards,
} from '../ir/ir.ts';
import { countUses, reversePostorder } from './analysis.ts';
import { simplifyCompare } from './compare.ts';
import { foldUnary } from './constant-propagation.ts';
import { constantLoad } from './constant-data.ts';
import { bitsKnownToVerifier, isNonNegative, significantBits } from './facts.ts';

/** The low bits of the result depend on the low bits of the operands only. */
const LOW_BITS_ONLY: ReadonlySet<Op> = new Set<Op>(['add', 'sub', 'mul', 'and', 'or', 'xor']);

export class Combiner {
  readonly func: Func;
  readonly uses: Int32Array;
  /** instructions that a rule made, to stand before the current one */
  private readonly made: Inst[] = [];
  private current: Inst | null = null;

  constructor(func: Func) {
    this.func = func;
    this.uses = countUses(func);
  }

  constant(type: Inst['type'], value: bigint | number): Inst {
    return this.func.constant(type, BigInt(value));
  }

  isSingleUse(inst: Inst): boolean {
    return (this.uses[inst.id] ?? 1) <= 1;
  }

  /** A new instruction in front of the one that is being simplified. */
  make(op: Op, type: Inst['type'], args: Inst[]): Inst {
    const inst = new Instruction(op, type, args, this.current!.at);
    inst.block = this.current!.block;
    this.made.push(inst);
    return inst;
  }

  run(): boolean {
    let changed = false;
    for (const block of reversePostorder(this.func)) {
      for (const phi of block.phis) resolveArgs(phi);
      const out: Inst[] = [];
      for (const inst of block.insts) {
        resolveArgs(inst);
        this.current = inst;
        for (let guard = 0; guard < 8 && !inst.forward; guard++) {
          const replacement = this.simplify(inst);
          if (!replacement) break;
          changed = true;
          if (replacement !== inst) inst.forward = replacement;
        }
        for (const made of this.made) out.push(made);
        this.made.length = 0;
        if (!inst.forward) out.push(inst);
      }
      block.insts = out;
    }
    if (changed) sweepForwards(this.func);
    return changed;
  }

  /** null: nothing to do; the instruction itself: changed in place; another: use that instead. */
  private simplify(inst: Inst): Inst | null {
    if (isBinary(inst.op)) return this.binary(inst, inst.op);
    const x = inst.args[0];
    switch (inst.op) {
      case 'icmp':
        return simplifyCompare(this, inst);
      case 'zext':
      case 'sext':
      case 'trunc':
      case 'sextlow':
      case 'bswap':
        if (x!.op === 'const') return this.constant(inst.type, foldUnary(inst, x!.value));
        return this.conversion(inst, x!);
      case 'ptradd': {
        const by = inst.args[1]!;
        if (by.op === 'const') {
          if (by.value === 0n) return x!;
          if (x!.op === 'const') return this.constant('ptr', x!.value + by.value);
          if (x!.op === 'ptradd' && x!.args[1]!.op === 'const') {
            inst.args = [x!.args[0]!, this.constant('i64', x!.args[1]!.value + by.value)];
            return inst;
          }
        }
        return null;
      }
      case 'select': {
        const [c, a, b] = inst.args as [Inst, Inst, Inst];
        if (c.op === 'const') return c.value !== 0n ? a : b;
        if (a === b) return a;
        if (inst.type === 'i1' && a.op === 'const' && b.op === 'const') return a.value !== 0n ? c : this.negated(c);
        return null;
      }
      case 'br': {
        // branch on !c: exchange the targets
        if (x!.op === 'xor' && x!.type === 'i1' && x!.args[1]!.op === 'const' && x!.args[1]!.value === 1n) {
          inst.args = [x!.args[0]!];
          inst.targets = [inst.targets[1]!, inst.targets[0]!];
          return inst;
        }
        return null;
      }
      case 'load':
        return constantLoad(this.func, inst);
      case 'store': {
        const value = inst.args[1]!;
        const stripped = inst.width < 4 ? this.lowBits(value, inst.width * 8, 0) : value;
        if (stripped === value) return null;
        inst.args = [x!, stripped];
        return inst;
      }
      default:
        return null;
    }
  }

  /** The opposite of a condition. */
  negated(condition: Inst): Inst | null {
    if (condition.op === 'const') return this.constant('i1', condition.value ^ 1n);
    if (condition.op === 'icmp') {
      const inst = this.make('icmp', 'i1', condition.args.slice());
      inst.predicate = inversePredicate(condition.predicate);
      return inst;
    }
    return null;
  }

  /** The same low bits with less work: masks and extensions that only shape the upper ones go. */
  private lowBits(value: Inst, bits: number, depth: number): Inst {
    if (value.op === 'sextlow' && value.width * 8 >= bits) return this.lowBits(value.args[0]!, bits, depth + 1);
    if (value.op === 'and' && value.args[1]!.op === 'const') {
      const mask = (1n << BigInt(bits)) - 1n;
      if ((value.args[1]!.value & mask) === mask) return this.lowBits(value.args[0]!, bits, depth + 1);
    }
    // use counts are as old as this round, so a value is never changed in place: others may read it by now
    if (depth < 4 && this.isSingleUse(value) && LOW_BITS_ONLY.has(value.op)) {
      const args = value.args.map((arg) => this.lowBits(arg, bits, depth + 1));
      if (args.some((arg, i) => arg !== value.args[i])) return this.make(value.op, value.type, args);
    }
    return value;
  }

  /** Simplifies the first operand of an instruction that reads its low bits only. */
  private stripOperand(inst: Inst, bits: number): boolean {
    const before = inst.args[0]!;
    const after = this.lowBits(before, bits, 0);
    if (after === before) return false;
    inst.args = [after, ...inst.args.slice(1)];
    return true;
  }

  private conversion(inst: Inst, x: Inst): Inst | null {
    const bits = bitsOf(inst.type);
    switch (inst.op) {
      case 'zext':
        if (x.op === 'trunc' && x.args[0]!.type === inst.type && significantBits(x.args[0]!) <= bitsOf(x.type))
          return x.args[0]!;
        if (x.op === 'zext') {
          inst.args = [x.args[0]!];
          return inst;
        }
        return null;
      case 'sext':
        if (x.type !== 'i1' && isNonNegative(x)) {
          inst.op = 'zext';
          return inst;
        }
        if (inst.type === 'i64' && x.type === 'i32' && this.isSingleUse(x)) {
          // extend once, to the full width
          if (x.op === 'sextlow') {
            const wide = this.make('sextlow', 'i64', [this.make('zext', 'i64', [x.args[0]!])]);
            wide.width = x.width;
            return wide;
          }
        }
        return null;
      case 'trunc':
        if (x.op === 'zext' || x.op === 'sext') {
          const inner = x.args[0]!;
          if (bitsOf(inner.type) === bits) return inner;
          if (bitsOf(inner.type) < bits) {
            inst.op = x.op;
            inst.args = [inner];
            return inst;
          }
        }
        return this.narrowed(inst, x);
      case 'sextlow':
        if (significantBits(x) < inst.width * 8) return x;
        if (x.op === 'sextlow' && x.width <= inst.width) return x;
        if (this.stripOperand(inst, inst.width * 8)) return inst;
        if (x.op === 'load' && x.signed && x.width <= inst.width) return x;
        if (x.op === 'and' && x.args[1]!.op === 'const') {
          const mask = (1n << BigInt(inst.width * 8)) - 1n;
          if ((x.args[1]!.value & mask) === mask) {
            inst.args = [x.args[0]!];
            return inst;
          }
        }
        return null;
      case 'bswap':
        if (x.op === 'bswap' && x.width === inst.width) {
          const original = x.args[0]!;
          return significantBits(original) <= inst.width * 8 ? original : null;
        }
        return null;
      default:
        return null;
    }
  }

  /** trunc(a op b) of values that were extended: compute in 32 bits at once. */
  private narrowed(inst: Inst, x: Inst): Inst | null {
    if (inst.type !== 'i32' || !this.isSingleUse(x)) return null;
    if (!['add', 'sub', 'mul', 'and', 'or', 'xor'].includes(x.op)) return null;
    const inner = (v: Inst): Inst | null => {
      if (v.op === 'const') return this.constant('i32', v.value);
      if ((v.op === 'zext' || v.op === 'sext') && v.args[0]!.type === 'i32') return v.args[0]!;
      return null;
    };
    const a = inner(x.args[0]!);
    const b = inner(x.args[1]!);
    return a && b ? this.make(x.op, 'i32', [a, b]) : null;
  }

  private binary(inst: Inst, op: BinaryOp): Inst | null {
    let [a, b] = inst.args as [Inst, Inst];
    const type = inst.type;
    if (a.op === 'const' && b.op === 'const') return this.constant(type, foldBinary(op, type, a.value, b.value));
    if (a.op === 'const' && isCommutative(op)) {
      inst.args = [b, a];
      [a, b] = [b, a];
    }
    if (a === b) {
      if (op === 'sub' || op === 'xor') return this.constant(type, 0);
      if (op === 'and' || op === 'or') return a;
    }
    if (b.op === 'const') return this.withConstant(inst, op, a, b);
    if (a.op === 'const') {
      // nothing to shift, or nothing but signs
      if (a.value === 0n && (op === 'shl' || op === 'lshr' || op === 'ashr')) return a;
      if (signedValue(a) === -1n && op === 'ashr') return a;
    }
    if ((op === 'sdiv' || op === 'srem') && isNonNegative(a) && isNonNegative(b)) {
      inst.op = op === 'sdiv' ? 'udiv' : 'urem';
      return inst;
    }
    if (op === 'add' && b.op === 'sub' && b.args[0]!.op === 'const' && b.args[0]!.value === 0n && this.isSingleUse(b)) {
      inst.op = 'sub';
      inst.args = [a, b.args[1]!];
      return inst;
    }
    return null;
  }

  private withConstant(inst: Inst, op: BinaryOp, a: Inst, k: Inst): Inst | null {
    const type = inst.type;
    const bits = bitsOf(type);
    const value = k.value;
    const ones = (1n << BigInt(bits)) - 1n;
    const power = value !== 0n && (value & (value - 1n)) === 0n ? value.toString(2).length - 1 : -1;
    const again = (to: BinaryOp, x: Inst, constant: bigint | number): Inst => {
      inst.op = to;
      inst.args = [x, this.constant(type, constant)];
      inst.nsw = false;
      return inst;
    };
    switch (op) {
      case 'add':
        if (value === 0n) return a;
        if (a.op === 'add' && a.args[1]!.op === 'const') return again('add', a.args[0]!, a.args[1]!.value + value);
        return null;
      case 'sub': {
        if (value === 0n) return a;
        const nsw = inst.nsw && signedValue(k) !== -(1n << BigInt(bits - 1));
        again('add', a, -value);
        inst.nsw = nsw;
        return inst;
      }
      case 'mul':
        if (value === 0n) return k;
        if (value === 1n) return a;
        if (power > 0) return again('shl', a, power);
        if (value === ones) {
          inst.op = 'sub';
          inst.args = [this.constant(type, 0), a];
          return inst;
        }
        return null;
      case 'udiv':
        if (value === 1n) return a;
        return power > 0 ? again('lshr', a, power) : null;
      case 'urem':
        return power >= 0 ? again('and', a, value - 1n) : null;
      case 'sdiv':
      case 'srem':
        return this.signedDivision(inst, op, a, k, power);
      case 'and': {
        if (value === 0n) return k;
        if (value === ones) return a;
        const significant = bitsKnownToVerifier(a);
        if ((value & ((1n << BigInt(significant)) - 1n)) === (1n << BigInt(significant)) - 1n) return a;
        if (a.op === 'and' && a.args[1]!.op === 'const') return again('and', a.args[0]!, a.args[1]!.value & value);
        if ((value & (value + 1n)) === 0n && this.stripOperand(inst, value.toString(2).length)) return inst;
        if (a.op === 'sextlow' && value < 1n << BigInt(a.width * 8)) return again('and', a.args[0]!, value);
        if (a.op === 'xor' && a.args[1]!.op === 'const' && this.isSingleUse(a)) {
          const low = this.make('and', type, [a.args[0]!, k]);
          return again('xor', low, a.args[1]!.value & value);
        }
        return null;
      }
      case 'or':
        if (value === 0n) return a;
        if (value === ones) return k;
        if (a.op === 'or' && a.args[1]!.op === 'const') return again('or', a.args[0]!, a.args[1]!.value | value);
        return null;
      case 'xor':
        if (value === 0n) return a;
        if (type === 'i1' && value === 1n) return this.negated(a);
        if (a.op === 'xor' && a.args[1]!.op === 'const') return again('xor', a.args[0]!, a.args[1]!.value ^ value);
        if (a.op === 'zext' && a.args[0]!.type === 'i1' && value === 1n) {
          const opposite = this.negated(a.args[0]!);
          return opposite && this.make('zext', type, [opposite]);
        }
        return null;
      case 'shl':
      case 'lshr':
      case 'ashr':
        return this.shift(inst, op, a, Number(value & BigInt(bits - 1)));
    }
  }

  private shift(inst: Inst, op: 'shl' | 'lshr' | 'ashr', a: Inst, by: number): Inst | null {
    const type = inst.type;
    const bits = bitsOf(type);
    if (by === 0) return a;
    if (op === 'ashr' && isNonNegative(a)) {
      inst.op = 'lshr';
      return inst;
    }
    if (op === 'lshr' && significantBits(a) <= by) return this.constant(type, 0);
    const inner = a.args[1];
    if (!inner || inner.op !== 'const') return null;
    const before = Number(inner.value & BigInt(bits - 1));
    if (a.op === op) {
      const sum = before + by;
      if (sum >= bits && op !== 'ashr') return this.constant(type, 0);
      inst.args = [a.args[0]!, this.constant(type, Math.min(sum, bits - 1))];
      return inst;
    }
    if (op === 'lshr' && a.op === 'shl' && before === by && bits - by <= 31 + (type === 'i32' ? 1 : 0)) {
      inst.op = 'and';
      inst.args = [a.args[0]!, this.constant(type, (1n << BigInt(bits - by)) - 1n)];
      return inst;
    }
    if (op === 'ashr' && a.op === 'shl' && before === by && (bits - by === 8 || bits - by === 16)) {
      inst.op = 'sextlow';
      inst.width = (bits - by) / 8;
      inst.args = [a.args[0]!];
      return inst;
    }
    return null;
  }

  /** Only v4 has a signed division; by a power of two it is shifts, by non-negative numbers it is unsigned. */
  private signedDivision(inst: Inst, op: 'sdiv' | 'srem', a: Inst, k: Inst, power: number): Inst | null {
    const type = inst.type;
    const bits = bitsOf(type);
    if (isNonNegative(a) && signedValue(k) > 0n) {
      inst.op = op === 'sdiv' ? 'udiv' : 'urem';
      return inst;
    }
    if (signedValue(k) === 1n) return op === 'sdiv' ? a : this.constant(type, 0);
    if (signedValue(k) === -1n) {
      return op === 'sdiv' ? this.make('sub', type, [this.constant(type, 0), a]) : this.constant(type, 0);
    }
    if (power <= 0 || power >= bits - 1) return null;
    const sign = this.make('ashr', type, [a, this.constant(type, bits - 1)]);
    const bias = this.make('lshr', type, [sign, this.constant(type, bits - power)]);
    const biased = this.make('add', type, [a, bias]);
    if (op === 'sdiv') return this.make('ashr', type, [biased, this.constant(type, power)]);
    const whole = this.make('and', type, [biased, this.constant(type, -(1n << BigInt(power)))]);
    return this.make('sub', type, [a, whole]);
  }
}

function resolveArgs(inst: Inst): void {
  const args = inst.args;
  for (let i = 0; i < args.length; i++) if (args[i]!.forward) args[i] = resolve(args[i]!);
}

export function combine(func: Func): boolean {
  return new Combiner(func).run();
}
