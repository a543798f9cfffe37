// Simplification of comparisons. Each keeps comparing the value that the program compared.
import { foldCompare, swapBytes } from '../ir/fold.ts';
import type { Inst } from '../ir/ir.ts';
import { bitsOf, signedValue, swappedPredicate, wrap } from '../ir/ir.ts';
import type { Combiner } from './combine.ts';
import { significantBits } from './facts.ts';

export function simplifyCompare(c: Combiner, inst: Inst): Inst | null {
  let [a, b] = inst.args as [Inst, Inst];
  if (a.op === 'const' && b.op === 'const')
    return c.constant('i1', foldCompare(inst.predicate, a.type, a.value, b.value) ? 1 : 0);
  if (a === b) return c.constant('i1', /e$|^eq$/.test(inst.predicate) && inst.predicate !== 'ne' ? 1 : 0);
  if (a.op === 'const') {
    inst.args = [b, a];
    inst.predicate = swappedPredicate(inst.predicate);
    [a, b] = [b, a];
  }
  if (b.op !== 'const') return extendedPair(inst, a, b);
  return againstConstant(c, inst, a, b);
}

/** Both sides extended from 32 bits: compare those. */
function extendedPair(inst: Inst, a: Inst, b: Inst): Inst | null {
  if (a.op !== b.op || (a.op !== 'zext' && a.op !== 'sext')) return null;
  const x = a.args[0]!;
  const y = b.args[0]!;
  if (x.type !== 'i32' || y.type !== 'i32') return null;
  inst.args = [x, y];
  if (a.op === 'zext') inst.predicate = unsigned(inst.predicate);
  return inst;
}

function unsigned(predicate: Inst['predicate']): Inst['predicate'] {
  return predicate.startsWith('s') ? (`u${predicate.slice(1)}` as Inst['predicate']) : predicate;
}

function againstConstant(c: Combiner, inst: Inst, a: Inst, k: Inst): Inst | null {
  const equality = inst.predicate === 'eq' || inst.predicate === 'ne';
  const value = k.value;
  const type = a.type;
  // a condition stored as 0 or 1
  if (a.op === 'zext' && a.args[0]!.type === 'i1' && equality) {
    if (value > 1n) return c.constant('i1', inst.predicate === 'ne' ? 1 : 0);
    return (inst.predicate === 'ne') === (value === 0n) ? a.args[0]! : c.negated(a.args[0]!);
  }
  if (type === 'i1' && equality) return (inst.predicate === 'ne') === (value === 0n) ? a : c.negated(a);
  // against the whole range
  if (inst.predicate === 'ult' && value === 0n) return c.constant('i1', 0);
  if (inst.predicate === 'uge' && value === 0n) return c.constant('i1', 1);
  if ((inst.predicate === 'ult' && value === 1n) || (inst.predicate === 'ule' && value === 0n)) {
    inst.predicate = 'eq';
    inst.args = [a, c.constant(type, 0)];
    return inst;
  }
  if ((inst.predicate === 'ugt' && value === 0n) || (inst.predicate === 'uge' && value === 1n)) {
    inst.predicate = 'ne';
    inst.args = [a, c.constant(type, 0)];
    return inst;
  }
  const bits = significantBits(a);
  if (bits < bitsOf(type)) {
    const beyond = value >= 1n << BigInt(bits);
    const signed = signedValue(k);
    // the value is not negative
    if (signed < 0n && inst.predicate.startsWith('s')) {
      return c.constant('i1', inst.predicate === 'sgt' || inst.predicate === 'sge' ? 1 : 0);
    }
    if (inst.predicate === 'slt' && signed === 0n) return c.constant('i1', 0);
    if (inst.predicate === 'sge' && signed === 0n) return c.constant('i1', 1);
    if (beyond && equality) return c.constant('i1', inst.predicate === 'ne' ? 1 : 0);
    if (beyond && (inst.predicate === 'ult' || inst.predicate === 'ule')) return c.constant('i1', 1);
    if (beyond && (inst.predicate === 'ugt' || inst.predicate === 'uge')) return c.constant('i1', 0);
  }
  if (a.op === 'zext' && a.args[0]!.type === 'i32' && value < 1n << 32n) {
    inst.args = [a.args[0]!, c.constant('i32', value)];
    inst.predicate = unsigned(inst.predicate);
    return inst;
  }
  if (a.op === 'sext' && a.args[0]!.type === 'i32' && BigInt.asIntN(32, value) === signedValue(k)) {
    inst.args = [a.args[0]!, c.constant('i32', value)];
    return inst;
  }
  const decided = againstSignedRange(c, inst, a, k);
  if (decided) return decided;
  // a value with other readers stays the compared one: two versions of a loop counter would need two registers
  if (!equality || !c.isSingleUse(a)) return null;
  if (a.op === 'add' && a.args[1]!.op === 'const') {
    inst.args = [a.args[0]!, c.constant(type, wrap(type, value - a.args[1]!.value))];
    return inst;
  }
  if (a.op === 'xor' && a.args[1]!.op === 'const') {
    inst.args = [a.args[0]!, c.constant(type, value ^ a.args[1]!.value)];
    return inst;
  }
  if (a.op === 'sub' && value === 0n && a.type !== 'i1') {
    inst.args = [a.args[0]!, a.args[1]!];
    return inst;
  }
  if (a.op === 'xor' && value === 0n) {
    inst.args = [a.args[0]!, a.args[1]!];
    return inst;
  }
  // compare in the byte order of the memory
  if (a.op === 'bswap' && significantBits(a.args[0]!) <= a.width * 8 && value < 1n << BigInt(a.width * 8)) {
    inst.args = [a.args[0]!, c.constant(type, swapBytes(value, a.width))];
    return inst;
  }
  return null;
}

/** A value that was extended from fewer bits lies between their limits. */
function againstSignedRange(c: Combiner, inst: Inst, a: Inst, k: Inst): Inst | null {
  const narrow = (a.op === 'sextlow' || (a.op === 'load' && a.signed)) && a.width < 4;
  if (!narrow) return null;
  const limit = 1n << BigInt(a.width * 8 - 1);
  const value = signedValue(k);
  if (value >= -limit && value < limit) return null;
  switch (inst.predicate) {
    case 'eq':
    case 'ne':
      return c.constant('i1', inst.predicate === 'ne' ? 1 : 0);
    case 'slt':
    case 'sle':
      return c.constant('i1', value >= limit ? 1 : 0);
    case 'sgt':
    case 'sge':
      return c.constant('i1', value >= limit ? 0 : 1);
    default:
      return null;
  }
}
