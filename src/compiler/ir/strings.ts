// String builtins on text that is known here: lengths, comparisons, copies. eBPF has no C library, so that what is not
// known is refused; a comparison with one known string looks at the other byte by byte, as far as C's does.
import type { Expression } from '../tree.ts';
import { canonical } from '../tree.ts';
import { isConst } from '../check/types.ts';
import type { FunctionBuilder } from './builder.ts';
import type { Builtin } from './builtins.ts';
import { constantInteger, constantValue } from './constants.ts';
import { rvalue } from './expressions.ts';
import type { Block, Inst } from './ir.ts';
import { Inst as Instruction } from './ir.ts';

/** As many bytes of the other string are compared one by one. */
const MOST_COMPARED = 64;

/** Does the expression read nothing that a program may change? */
function isFixed(e: Expression): boolean {
  switch (e.kind) {
    case 'load':
      return isConst(e.source.type) && isFixed(e.source);
    case 'cast':
      return isFixed(e.operand);
    case 'address':
      return isFixed(e.target);
    case 'index':
    case 'pointer-add':
      return isFixed(e.pointer);
    case 'string':
      return true;
    case 'variable': {
      const type = canonical(e.type);
      return isConst(type.kind === 'array' ? type.element : e.type);
    }
    default:
      return false;
  }
}

/** The characters that a pointer expression points to, without the NUL; null when they are not known or not ended by one. */
function knownText(b: FunctionBuilder, e: Expression): Uint8Array | null {
  if (!isFixed(e)) return null;
  const value = constantValue(e);
  const base = value?.base;
  if (!base || (base.kind !== 'string' && base.kind !== 'variable')) return null;
  if (
    base.kind === 'variable' &&
    (!base.variable.initializer || !isFixed({ ...VARIABLE, variable: base.variable, type: base.variable.type }))
  )
    return null;
  const bytes = base.kind === 'string' ? base.bytes : b.unit.data(base.variable).bytes;
  const from = Number(value.value);
  const end = from < 0 ? -1 : bytes.indexOf(0, from);
  return end < from ? null : bytes.slice(from, end);
}

const VARIABLE = { kind: 'variable', at: 0 } as const;

/** undefined when it is none of these, or what it is about is not known; null for one without a value. */
export function stringBuiltin(b: FunctionBuilder, e: Builtin): Inst | undefined {
  const [first, second, third] = e.arguments;
  const count = third ? constantInteger(third) : null;
  if (third && count === null) return undefined;
  switch (e.name.replace('__builtin_', '')) {
    case 'strlen': {
      const text = knownText(b, first!);
      return text ? b.constant('i64', text.length) : undefined;
    }
    case 'strcmp':
    case 'strncmp':
      return compare(b, e, count === null ? Infinity : Number(count));
    case 'strcpy':
    case 'strncpy': {
      const text = knownText(b, second!);
      if (!text) return undefined;
      const room = count === null ? text.length + 1 : Number(count);
      const copied = Math.min(room, text.length + 1);
      const to = rvalue(b, first!);
      const from = rvalue(b, second!);
      b.at = e.at;
      b.copy(to, from, copied, 1, 1);
      b.fill(b.offset(to, copied), b.constant('i32', 0), room - copied, 1);
      return to;
    }
    default:
      return undefined;
  }
}

function compare(b: FunctionBuilder, e: Builtin, most: number): Inst | undefined {
  const [left, right] = e.arguments as [Expression, Expression];
  const x = knownText(b, left);
  const y = knownText(b, right);
  if (x && y) {
    const at = (text: Uint8Array, i: number): number => text[i] ?? 0;
    let i = 0;
    while (i < most - 1 && at(x, i) === at(y, i) && i < x.length) i++;
    return b.constant('i32', most === 0 ? 0 : Math.sign(at(x, i) - at(y, i)));
  }
  const text = x ?? y;
  if (!text || Math.min(most, text.length + 1) > MOST_COMPARED) return undefined;
  const addresses = [rvalue(b, left), rvalue(b, right)];
  const other = addresses[x ? 1 : 0]!;
  b.at = e.at;
  const done = b.newBlock();
  const values = new Map<Block, Inst>();
  const length = Math.min(most, text.length + 1);
  for (let i = 0; i < length; i++) {
    const byte = b.load('i32', b.offset(other, i), 1, false, 1);
    const known = b.constant('i32', text[i] ?? 0);
    const difference = x ? b.binary('sub', 'i32', known, byte) : b.binary('sub', 'i32', byte, known);
    const same = b.newBlock();
    values.set(b.block, difference);
    b.branch(b.compare('ne', byte, known), done, same);
    b.startSealed(same);
  }
  values.set(b.block, b.constant('i32', 0));
  b.jump(done);
  b.startSealed(done);
  const phi = new Instruction('phi', 'i32', [], b.at);
  phi.block = done;
  for (const pred of done.preds) phi.args.push(values.get(pred)!);
  done.phis.push(phi);
  return phi;
}
