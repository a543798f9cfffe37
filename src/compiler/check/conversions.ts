// Implicit conversions: lvalues to values, integer promotion, common types, and what may be assigned to what.
import { canonical } from '../tree.ts';
import type { Expression, IntegerType, Location, Type } from '../tree.ts';
import { integerConstant, wrapInteger } from './constants.ts';
import type { Context } from './context.ts';
import {
  BOOL, INT, POISON, UNSIGNED_INT, isArithmetic, isConst, isFloat, isInteger, isPointer, isScalar, isVoid, integerOf, pointerTo, qualifiersOf,
  quotedType, rank, sameType, sizeOf, unqualified, unsignedOf,
} from './types.ts'; // prettier-ignore

export function isPoison(e: Expression): boolean {
  return e.type === POISON;
}

/** Stands for an expression that could not be understood. */
export function poison(at: Location): Expression {
  return { kind: 'integer', type: POISON, value: 0n, at };
}

export function makeInteger(value: bigint, type: Type, at: Location): Expression {
  return { kind: 'integer', type, value: wrapInteger(value, type), at };
}

/** Values of floating-point constants: they exist only while constant expressions are folded. */
const reals = new WeakMap<Expression, number>();

export function floatConstant(value: number, type: Type, at: Location): Expression {
  const e: Expression = { kind: 'integer', type, value: 0n, at };
  reals.set(e, value);
  return e;
}

/** The number that a constant stands for, floating-point or integer; null when it is no constant. */
export function realConstant(e: Expression): number | null {
  const real = reals.get(e);
  if (real !== undefined) return real;
  const integer = isInteger(e.type) ? integerConstant(e) : null;
  return integer === null ? null : Number(integer);
}

/** A floating-point constant as an integer constant, cut towards zero; null when it does not fit or is none. */
export function truncateReal(e: Expression, type: Type): Expression | null {
  const real = reals.get(e);
  if (real === undefined || !isInteger(type)) return null;
  const whole = Math.trunc(real);
  if (!Number.isFinite(whole)) return null;
  const value = BigInt(whole);
  if (integerOf(type)?.isBool) return makeInteger(real === 0 ? 0n : 1n, type, e.at);
  return wrapInteger(value, type) === value ? { kind: 'integer', type, value, at: e.at } : null;
}

export function isLvalue(e: Expression): boolean {
  switch (e.kind) {
    case 'variable':
    case 'string':
    case 'dereference':
    case 'index':
    case 'compound-literal':
      return true;
    case 'member':
      return isLvalue(e.base);
    default:
      return false;
  }
}

/** The declaration at the bottom of an lvalue: a.b[1].c → a; null behind a pointer. */
export function rootVariable(e: Expression): (Expression & { kind: 'variable' | 'compound-literal' }) | null {
  let at = e;
  for (;;) {
    if (at.kind === 'variable' || at.kind === 'compound-literal') return at;
    if (at.kind === 'member') at = at.base;
    else if (at.kind === 'index') {
      if (at.pointer.kind !== 'cast' || at.pointer.cast !== 'decay') return null;
      at = at.pointer.operand;
    } else return null;
  }
}

export function markAddressTaken(c: Context, e: Expression): void {
  const root = rootVariable(e);
  if (!root) return;
  root.variable.addressTaken = true;
  if (c.unevaluated === 0) c.writtenVariables.add(root.variable);
}

/** A value: arrays and functions become pointers, lvalues are loaded (C11 6.3.2.1). */
export function rvalue(e: Expression): Expression {
  const type = canonical(e.type);
  if (type === POISON) return e;
  if (type.kind === 'array') {
    const element = type.element;
    return { kind: 'cast', cast: 'decay', type: pointerTo(element), operand: e, at: e.at };
  }
  if (type.kind === 'function') {
    return { kind: 'cast', cast: 'decay', type: pointerTo(e.type), operand: e, at: e.at };
  }
  if (!isLvalue(e)) return e;
  return { kind: 'load', type: unqualified(e.type), source: e, at: e.at };
}

/** A cast that is known to be allowed; nothing where the value stays as it is. */
export function convert(e: Expression, type: Type): Expression {
  if (e.type === POISON || type === POISON || e.type === type) return e;
  const from = canonical(e.type);
  const to = canonical(type);
  const node = (
    cast: 'integer' | 'bool' | 'pointer-to-integer' | 'integer-to-pointer' | 'pointer' | 'void',
  ): Expression => ({
    kind: 'cast',
    cast,
    type,
    operand: e,
    at: e.at,
  });
  if (to.kind === 'void') return node('void');
  if (to.kind === 'integer' && to.isBool) return from === BOOL ? e : node('bool');
  if (to.kind === 'integer' || to.kind === 'enum') {
    if (from.kind === 'pointer') return node('pointer-to-integer');
    if (from === to) return e;
    if (e.kind === 'integer') return { ...e, type, value: wrapInteger(e.value, type) };
    return node('integer');
  }
  if (to.kind === 'pointer') {
    if (from.kind === 'pointer') return sameType(from, to) ? e : node('pointer');
    return node('integer-to-pointer');
  }
  return e;
}

/** The bit-field that a value was loaded from. */
function bitFieldWidth(e: Expression): number | null {
  const source = e.kind === 'load' ? e.source : e;
  return source.kind === 'member' && source.member.bitField ? source.member.bitField.width : null;
}

/** The type after integer promotion (C11 6.3.1.1). */
export function promotedType(e: Expression): Type {
  const integer = integerOf(e.type);
  if (!integer) return e.type;
  const width = bitFieldWidth(e);
  if (width !== null && integer.size <= 4) {
    return width < 32 || (width === 32 && integer.signed) ? INT : UNSIGNED_INT;
  }
  if (rank(integer) < rank(INT)) return INT;
  return canonical(e.type).kind === 'enum' ? integer : e.type;
}

export function promote(e: Expression): Expression {
  return convert(e, promotedType(e));
}

/** The usual arithmetic conversions' common type of two promoted integer types (C11 6.3.1.8). */
export function commonInteger(a: IntegerType, b: IntegerType): IntegerType {
  if (a === b) return a;
  if (a.signed === b.signed) return rank(a) >= rank(b) ? a : b;
  const [signed, unsigned] = a.signed ? [a, b] : [b, a];
  if (rank(unsigned) >= rank(signed)) return unsigned;
  return signed.size > unsigned.size ? signed : unsignedOf(signed);
}

/** Both operands converted to their common type, which keeps a typedef's name where one has it. */
export function balance(left: Expression, right: Expression): { left: Expression; right: Expression; type: Type } {
  const leftType = promotedType(left);
  const rightType = promotedType(right);
  const a = integerOf(leftType);
  const b = integerOf(rightType);
  if (!a || !b) {
    const type =
      isFloat(left.type) && (!isFloat(right.type) || sizeOf(left.type) >= sizeOf(right.type)) ? left.type : right.type;
    return { left, right, type };
  }
  const common = commonInteger(a, b);
  const type = common === a ? leftType : common === b ? rightType : common;
  return { left: convert(left, type), right: convert(right, type), type };
}

/** Is it an integer constant 0, or such a one cast to void *? */
export function isNullPointerConstant(e: Expression): boolean {
  if (e.kind === 'cast' && e.cast === 'integer-to-pointer') {
    const target = canonical(e.type);
    if (target.kind !== 'pointer' || target.target.kind !== 'void') return false;
    return integerConstant(e.operand) === 0n;
  }
  return isInteger(e.type) && e.kind !== 'load' && integerConstant(e) === 0n;
}

/** Where a value goes; it decides the wording of a complaint. */
export type AssignmentContext =
  | { readonly kind: 'assign' | 'initialize' | 'return' }
  | { readonly kind: 'pass'; readonly parameter: { readonly name: string; readonly at: Location } | null };

/** clang's opening words, with both types in the order in which it names them. */
function openingWords(context: AssignmentContext, to: Type, from: Type): string {
  switch (context.kind) {
    case 'assign':
      return `assigning to ${quotedType(to)} from`;
    case 'initialize':
      return `initializing ${quotedType(to)} with an expression of`;
    case 'return':
      return `returning ${quotedType(from)} from a function with`;
    case 'pass':
      return `passing ${quotedType(from)} to parameter of`;
  }
}

/** The type that ends the sentence begun by `openingWords`. */
function closingType(context: AssignmentContext, to: Type, from: Type, key: AssignmentMessage): string {
  switch (context.kind) {
    case 'return':
      return `result type ${quotedType(to)}`;
    case 'pass':
      return `type ${quotedType(to)}`;
    case 'initialize':
      return `type ${quotedType(from)}`;
    case 'assign':
      return key === 'incompatible-types' ? `type ${quotedType(from)}` : quotedType(from);
  }
}

type AssignmentMessage =
  'incompatible-types' | 'integer-to-pointer' | 'pointer-to-integer' | Exclude<PointerComplaint, null>;

type PointerComplaint =
  | 'incompatible-pointers'
  | 'incompatible-function-pointers'
  | 'pointer-sign'
  | 'char-sign'
  | 'discards-qualifiers'
  | 'nested-qualifiers'
  | null;

/** What is questionable about one pointer going where another is expected. */
function comparePointers(to: Type, from: Type): PointerComplaint {
  const target = canonical(to);
  const source = canonical(from);
  if (target.kind !== 'pointer' || source.kind !== 'pointer') return null;
  const a = target.target;
  const b = source.target;
  const x = qualifiersOf(a);
  const y = qualifiersOf(b);
  const discards = (y.isConst && !x.isConst) || (y.isVolatile && !x.isVolatile);
  if (isVoid(a) || isVoid(b)) return discards ? 'discards-qualifiers' : null;
  if (sameType(a, b, false)) return discards && canonical(b).kind !== 'function' ? 'discards-qualifiers' : null;
  const m = integerOf(a);
  const n = integerOf(b);
  if (m && n && m.size === n.size && !m.isBool && !n.isBool && rank(m) === rank(n)) {
    return m.isChar || n.isChar ? 'char-sign' : 'pointer-sign';
  }
  if (canonical(a).kind === 'function' && canonical(b).kind === 'function') return 'incompatible-function-pointers';
  if (isPointer(a) && isPointer(b) && sameType(stripped(a), stripped(b), false)) return 'nested-qualifiers';
  return 'incompatible-pointers';
}

/** A pointer to pointer type with all qualifiers beneath taken off. */
function stripped(type: Type): Type {
  const t = canonical(type);
  return t.kind === 'pointer' ? pointerTo(stripped(t.target)) : unqualified(type);
}

/** Would an & or a * in front make the types agree? */
function conversionRemedy(value: Expression, to: Type): { words: string; text: string } | null {
  const target = canonical(to);
  const source = canonical(value.type);
  if (target.kind === 'pointer' && value.kind === 'load' && sameType(target.target, value.type, false)) {
    return { words: '; take the address with &', text: '&' };
  }
  if (source.kind === 'pointer' && value.kind === 'load' && sameType(source.target, to, false)) {
    return { words: '; dereference with *', text: '*' };
  }
  return null;
}

/**
 * Converts a value (already an rvalue) to the type of where it goes, complaining as clang does.
 * @param at the token that complaints point at; `last` the value's last token
 */
export function assignTo(
  c: Context,
  value: Expression,
  to: Type,
  context: AssignmentContext,
  at: Location,
  last: Location = at,
): Expression {
  if (isPoison(value) || to === POISON) {
    c.wants(value, to);
    return value;
  }
  const from = value.type;
  // Texts are made only when something is to be said.
  const complain = (key: AssignmentMessage): void => {
    const notes =
      context.kind === 'pass' && context.parameter
        ? [
            c.note('pass-argument-here', context.parameter.at, {
              name: context.parameter.name ? `'${context.parameter.name}' ` : '',
            }),
          ]
        : [];
    const shown = value.kind === 'cast' && value.cast === 'decay' ? value.operand.type : from;
    const words = { context: openingWords(context, to, shown), type: closingType(context, to, shown, key) };
    if (key !== 'integer-to-pointer' && key !== 'pointer-to-integer') {
      c.report(key, at, words, { last, notes });
      return;
    }
    const remedy = conversionRemedy(value, to);
    const start = c.span(value.at);
    const fixes = remedy
      ? [{ span: { ...start, endLine: start.line, endColumn: start.column }, text: remedy.text }]
      : [];
    c.report(key, at, { ...words, remedy: remedy?.words ?? '' }, { last, notes, fixes });
  };
  const incompatible = (): Expression => {
    complain('incompatible-types');
    return poison(value.at);
  };
  if (isVoid(to)) return incompatible();
  if (isArithmetic(to) && isArithmetic(from)) {
    warnConstantChange(c, value, to);
    if (isFloat(to)) return value;
    if (isFloat(from)) {
      const whole = truncateReal(value, to);
      if (!whole) {
        c.report('floating-point', value.at, {}, { last });
        return poison(value.at);
      }
      const real = realConstant(value) ?? 0;
      if (!Number.isInteger(real) && !integerOf(to)?.isBool) {
        const words = {
          from: quotedType(from),
          to: quotedType(to),
          before: String(real),
          after: String(Math.trunc(real)),
        };
        c.report('constant-conversion', value.at, words);
      }
      return whole;
    }
    return convert(value, to);
  }
  if (isPointer(to) && isPointer(from)) {
    const complaint = isNullPointerConstant(value) ? null : comparePointers(to, from);
    if (complaint) complain(complaint);
    return convert(value, to);
  }
  if (isPointer(to) && isInteger(from)) {
    if (!isNullPointerConstant(value)) complain('integer-to-pointer');
    return convert(value, to);
  }
  if (isInteger(to) && isPointer(from)) {
    if (integerOf(to) !== BOOL) complain('pointer-to-integer');
    return convert(value, to);
  }
  if (canonical(to).kind === 'record' && sameType(to, from, false)) return value;
  return incompatible();
}

/** 'implicit conversion … changes value': a constant that its new type cannot hold. */
function warnConstantChange(c: Context, value: Expression, to: Type): void {
  const target = integerOf(to);
  const source = integerOf(value.type);
  if (!target || !source || target.isBool || value.kind === 'load' || source.size <= target.size) return;
  const constant = integerConstant(value);
  if (constant === null) return;
  const changed = wrapInteger(constant, to);
  if (changed === constant) return;
  // All-ones patterns such as ~0 and -1 are meant; so is a bit mask that fits without its sign.
  const bits = BigInt(target.size * 8);
  const fitsUnsigned = constant >= 0n && constant < 1n << bits;
  const fitsSigned = constant < 0n && constant >= -(1n << (bits - 1n));
  if (fitsSigned || (fitsUnsigned && target.signed && value.kind !== 'integer')) return;
  c.report('constant-conversion', value.at, {
    from: quotedType(value.type),
    to: quotedType(to),
    before: String(constant),
    after: String(changed),
  });
}

/** A value that is tested for truth: any scalar. Null after a complaint. */
export function asCondition(c: Context, e: Expression, at: Location, last: Location = at): Expression {
  const value = rvalue(e);
  if (isPoison(value)) return value;
  if (isFloat(value.type)) {
    c.report('floating-point', at, {}, { last });
    return poison(value.at);
  }
  if (isScalar(value.type)) return value;
  c.report('not-scalar-condition', at, { type: quotedType(value.type) }, { last });
  return poison(value.at);
}

/** May the lvalue be written to? Complains and says no otherwise. */
export function checkModifiable(c: Context, e: Expression, at: Location): boolean {
  if (isPoison(e)) return false;
  if (!isLvalue(e)) {
    c.report('not-assignable', at, {});
    return false;
  }
  const type = canonical(e.type);
  if (type.kind === 'array') {
    c.report('array-not-assignable', at, { type: quotedType(e.type) });
    return false;
  }
  if (isConst(e.type) || (e.kind === 'member' && isConstMember(e))) {
    const root = rootVariable(e);
    if (root?.kind === 'variable') {
      const { name } = root.variable;
      const notes = [c.note('variable-declared-const', root.variable.at, { name })];
      c.report('const-variable', at, { name, type: quotedType(root.variable.type) }, { notes });
    } else c.report('read-only', at, {});
    return false;
  }
  return true;
}

/** Is the member, or the record that holds it, const? */
function isConstMember(e: Expression): boolean {
  let at = e;
  while (at.kind === 'member') {
    if (isConst(at.type)) return true;
    at = at.base;
  }
  return isConst(at.type);
}
