// What is known of a value without running anything: significant bits and sign.
import type { Inst } from '../ir/ir.ts';
import { bitsOf, signedValue } from '../ir/ir.ts';

const DEPTH = 6;

/** The value is below 2^result, as an unsigned number of its type. */
export function significantBits(inst: Inst): number {
  return bitsBelow(inst, DEPTH, false);
}

/**
 * The same as far as Linux's verifier follows: what a division leaves, or a shift by a variable, is any number to it. Where the bits
 * that C knows of make a mask needless (`(x % 6) & 7`), the mask is what makes an index safe for Linux.
 */
export function bitsKnownToVerifier(inst: Inst): number {
  return bitsBelow(inst, DEPTH, true);
}

function bitsBelow(inst: Inst, depth: number, verifier: boolean): number {
  const below = (operand: Inst, cost = 1): number => bitsBelow(operand, depth - cost, verifier);
  const bits = bitsOf(inst.type);
  if (depth === 0) return bits;
  switch (inst.op) {
    case 'const':
      return inst.value === 0n ? 0 : inst.value.toString(2).length;
    case 'load':
      return inst.signed && inst.width * 8 < bits ? bits : Math.min(bits, inst.width * 8);
    case 'bswap':
      return Math.min(bits, inst.width * 8);
    case 'zext':
      return below(inst.args[0]!);
    case 'trunc':
      return Math.min(bits, below(inst.args[0]!));
    case 'icmp':
      return 1;
    case 'and':
      return Math.min(below(inst.args[0]!), below(inst.args[1]!));
    case 'or':
    case 'xor':
      return Math.max(below(inst.args[0]!), below(inst.args[1]!));
    case 'add': {
      const most = Math.max(below(inst.args[0]!), below(inst.args[1]!));
      return Math.min(bits, most + 1);
    }
    case 'mul':
      return Math.min(bits, below(inst.args[0]!) + below(inst.args[1]!));
    case 'shl': {
      const by = inst.args[1]!;
      return by.op === 'const' ? Math.min(bits, below(inst.args[0]!) + Number(by.value)) : bits;
    }
    case 'lshr': {
      const by = inst.args[1]!;
      const inner = below(inst.args[0]!);
      return by.op === 'const' ? Math.max(0, inner - Number(by.value)) : verifier ? bits : inner;
    }
    case 'udiv':
      return verifier ? bits : below(inst.args[0]!);
    case 'urem': {
      if (verifier) return bits;
      const by = inst.args[1]!;
      const inner = below(inst.args[0]!);
      return by.op === 'const' && by.value !== 0n ? Math.min(inner, by.value.toString(2).length) : inner;
    }
    case 'select':
      return Math.max(below(inst.args[1]!), below(inst.args[2]!));
    case 'phi': {
      if (depth < 3) return bits;
      let most = 0;
      for (const arg of inst.args) {
        if (arg === inst) continue;
        most = Math.max(most, below(arg, 3));
        if (most >= bits) return bits;
      }
      return most;
    }
    default:
      return bits;
  }
}

/** The sign bit is surely clear. */
export function isNonNegative(inst: Inst): boolean {
  if (inst.op === 'const') return signedValue(inst) >= 0n;
  if (significantBits(inst) < bitsOf(inst.type)) return true;
  return inst.op === 'phi' ? isCounter(inst) : inst.op === 'add' ? isCounterStep(inst) : false;
}

/**
 * A loop variable that starts at or above zero and only grows: signed overflow is undefined in C, so it stays there.
 */
function isCounter(phi: Inst): boolean {
  return phi.args.every((arg) => {
    if (arg === phi) return true;
    if (arg.op === 'add' && arg.nsw && arg.args[0] === phi)
      return arg.args[1]!.op === 'const' && signedValue(arg.args[1]!) >= 0n;
    return arg.op === 'phi'
      ? false
      : arg.op === 'const'
        ? signedValue(arg) >= 0n
        : significantBits(arg) < bitsOf(arg.type);
  });
}

function isCounterStep(add: Inst): boolean {
  const by = add.args[1]!;
  return add.nsw && by.op === 'const' && signedValue(by) >= 0n && isNonNegative(add.args[0]!);
}
