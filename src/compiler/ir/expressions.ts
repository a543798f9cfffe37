// Expressions to SSA: scalar values (`rvalue`), the memory of aggregates (`aggregateAddress`), and conditions.
import type { ArithmeticOperator, CompareOperator, Expression, Type } from '../tree.ts';
import { canonical } from '../tree.ts';
import type { FunctionBuilder } from './builder.ts';
import { buildBuiltin, isExpect } from './builtins.ts';
import { buildCall } from './calls.ts';
import type { BinaryOp, Block, Inst, Predicate } from './ir.ts';
import { Inst as Instruction } from './ir.ts';
import { alignOf, irType, isAggregate, isBool, isFloat, isSigned, isVoid, isWide, sizeOf } from './layout.ts';
import {
  afterBitFieldWrite,
  memoryPlace,
  type Place,
  placeAddress,
  placeOf,
  readPlace,
  scaled,
  writePlace,
} from './places.ts';
import { buildStatements, endScope, leaveScopes } from './statements.ts';
import { compareWide, loadWide, storeWide, wideIsNonZero, wideValue } from './wide.ts';

/** A void expression's value, which nobody reads. */
function nothing(b: FunctionBuilder): Inst {
  return b.constant('i32', 0);
}

/** Evaluates for effect only. */
export function evaluate(b: FunctionBuilder, e: Expression): void {
  if (isAggregate(e.type) && !isVoid(e.type)) {
    if (e.kind === 'load') placeOf(b, e.source);
    else aggregateAddress(b, e);
  } else {
    rvalue(b, e);
  }
}

/** The value of a scalar expression. Integers narrower than 32 bits are extended by their sign. */
export function rvalue(b: FunctionBuilder, e: Expression): Inst {
  b.at = e.at;
  if (isFloat(e.type)) {
    b.unit.report('C902', e.at, 'floating point is not supported: eBPF has only integers', {});
    return b.constant('i64', 0);
  }
  switch (e.kind) {
    case 'integer':
      return b.constant(irType(e.type), e.value);
    case 'load':
      if (isAggregate(e.type)) return aggregateAddress(b, e);
      return loadValue(b, e);
    case 'address': {
      const target = e.target;
      if (target.kind === 'function') return functionSymbol(b, target);
      return placeAddress(b, placeOf(b, target));
    }
    case 'function':
      return functionSymbol(b, e);
    case 'variable':
    case 'string':
    case 'dereference':
    case 'index':
    case 'member':
    case 'compound-literal': {
      // a bit-field or member of a record value; or an lvalue where only its address can be meant
      const place = placeOf(b, e);
      return isAggregate(e.type) ? placeAddress(b, place) : readPlace(b, place);
    }
    case 'negate': {
      const x = rvalue(b, e.operand);
      return b.binary('sub', x.type, b.constant(x.type, 0), x, isSigned(e.type));
    }
    case 'complement': {
      const x = rvalue(b, e.operand);
      return b.binary('xor', x.type, x, b.constant(x.type, -1));
    }
    case 'not':
    case 'logical':
    case 'compare':
      return truth(b, e);
    case 'arithmetic': {
      const left = rvalue(b, e.left);
      const right = rvalue(b, e.right);
      b.at = e.at;
      return arithmetic(b, e.operator, e.type, left, right);
    }
    case 'pointer-add': {
      const pointer = rvalue(b, e.pointer);
      let index = scaled(b, rvalue(b, e.index), e.scale);
      b.at = e.at;
      if (e.subtract) index = b.binary('sub', 'i64', b.constant('i64', 0), index);
      return b.offset(pointer, index);
    }
    case 'pointer-difference': {
      const left = rvalue(b, e.left);
      const right = rvalue(b, e.right);
      b.at = e.at;
      const bytes = b.binary('sub', 'i64', left, right);
      if (e.scale <= 1) return bytes;
      const shift = Math.log2(e.scale);
      if (Number.isInteger(shift)) return b.binary('ashr', 'i64', bytes, b.constant('i64', shift));
      return exactDivision(b, bytes, BigInt(e.scale));
    }
    case 'conditional':
      return conditional(b, e);
    case 'comma':
      evaluate(b, e.left);
      return rvalue(b, e.right);
    case 'assign':
      return assign(b, e);
    case 'compound-assign':
      return compoundAssign(b, e);
    case 'increment':
      return increment(b, e);
    case 'cast':
      return cast(b, e);
    case 'call':
      return buildCall(b, e) ?? nothing(b);
    case 'statement-expression': {
      const depth = b.cleanups.length;
      buildStatements(b, e.block);
      const value = e.result && !isVoid(e.result.type) ? rvalue(b, e.result) : null;
      if (e.result && !value) evaluate(b, e.result);
      endScope(b, e.block, depth);
      return value ?? nothing(b);
    }
    case 'builtin':
      return buildBuiltin(b, e) ?? nothing(b);
  }
}

function loadValue(b: FunctionBuilder, e: Extract<Expression, { kind: 'load' }>): Inst {
  const place = placeOf(b, e.source);
  b.at = e.at;
  return readPlace(b, place);
}

function functionSymbol(b: FunctionBuilder, e: Extract<Expression, { kind: 'function' }>): Inst {
  const symbol = b.emit('symbol', 'ptr', []);
  symbol.symbol = { kind: 'function', declaration: e.function };
  b.unit.functionUsed(e.function);
  return symbol;
}

/** Division without remainder: strip the power of two, multiply by the odd part's inverse modulo 2^64. */
function exactDivision(b: FunctionBuilder, bytes: Inst, scale: bigint): Inst {
  let odd = scale;
  let shift = 0;
  while ((odd & 1n) === 0n) {
    odd >>= 1n;
    shift++;
  }
  let inverse = odd;
  for (let i = 0; i < 6; i++) inverse = BigInt.asUintN(64, inverse * (2n - odd * inverse));
  if (shift > 0) bytes = b.binary('ashr', 'i64', bytes, b.constant('i64', shift));
  return b.binary('mul', 'i64', bytes, b.constant('i64', inverse));
}

const OPERATIONS: Record<ArithmeticOperator, readonly [signed: BinaryOp, unsigned: BinaryOp]> = {
  '+': ['add', 'add'],
  '-': ['sub', 'sub'],
  '*': ['mul', 'mul'],
  '/': ['sdiv', 'udiv'],
  '%': ['srem', 'urem'],
  '&': ['and', 'and'],
  '|': ['or', 'or'],
  '^': ['xor', 'xor'],
  '<<': ['shl', 'shl'],
  '>>': ['ashr', 'lshr'],
};

/** Both operands have the type's width already, but for shift counts. */
export function arithmetic(
  b: FunctionBuilder,
  operator: ArithmeticOperator,
  type: Type,
  left: Inst,
  right: Inst,
): Inst {
  const ir = irType(type);
  const signed = isSigned(type);
  const op = OPERATIONS[operator][signed ? 0 : 1];
  const shift = operator === '<<' || operator === '>>';
  const count = shift ? b.resize(right, ir, false) : right;
  return b.binary(op, ir, left, count, signed && (operator === '+' || operator === '-' || operator === '*'));
}

function predicateOf(operator: CompareOperator, signed: boolean): Predicate {
  switch (operator) {
    case '==':
      return 'eq';
    case '!=':
      return 'ne';
    case '<':
      return signed ? 'slt' : 'ult';
    case '<=':
      return signed ? 'sle' : 'ule';
    case '>':
      return signed ? 'sgt' : 'ugt';
    case '>=':
      return signed ? 'sge' : 'uge';
  }
}

function comparison(b: FunctionBuilder, e: Extract<Expression, { kind: 'compare' }>): Inst {
  if (isWide(e.left.type)) return compareWide(b, e.operator, e.left, e.right);
  const left = rvalue(b, e.left);
  const right = rvalue(b, e.right);
  b.at = e.at;
  return b.compare(predicateOf(e.operator, isSigned(e.left.type)), left, right);
}

/** A condition's value as 0 or 1 of type int. */
function truth(b: FunctionBuilder, e: Expression): Inst {
  const type = irType(e.type);
  if (e.kind === 'compare') return b.resize(comparison(b, e), type, false);
  if (e.kind === 'not' && !hasBranches(e.operand)) {
    const x = isWide(e.operand.type) ? wideIsNonZero(b, e.operand) : rvalue(b, e.operand);
    b.at = e.at;
    return b.resize(b.isZero(x), type, false);
  }
  const yes = b.newBlock();
  const no = b.newBlock();
  const done = b.newBlock();
  condition(b, e, yes, no);
  b.startSealed(yes);
  b.jump(done);
  b.startSealed(no);
  b.jump(done);
  b.startSealed(done);
  return joinValues(b, done, type, [
    [yes, b.constant(type, 1)],
    [no, b.constant(type, 0)],
  ]);
}

function hasBranches(e: Expression): boolean {
  return (
    e.kind === 'logical' ||
    (e.kind === 'not' && hasBranches(e.operand)) ||
    (e.kind === 'cast' && hasBranches(e.operand))
  );
}

/** A phi over the given predecessors (those that reach the block). */
function joinValues(
  b: FunctionBuilder,
  block: Block,
  type: Inst['type'],
  values: readonly (readonly [Block, Inst])[],
): Inst {
  const phi = new Instruction('phi', type, [], b.at);
  phi.block = block;
  for (const pred of block.preds) {
    phi.args.push(values.find(([from]) => from === pred)?.[1] ?? b.func.undefined(type));
  }
  const first = phi.args[0];
  if (first && phi.args.every((a) => a === first)) return first;
  block.phis.push(phi);
  return phi;
}

/** Strips casts that cannot change whether an integer is zero. */
function bare(e: Expression): Expression {
  let at = e;
  while (at.kind === 'cast' && !isFloat(at.operand.type)) {
    if (at.cast === 'bool') at = at.operand;
    else if (at.cast === 'integer' && (isBool(at.operand.type) || isTruth(at.operand)) && !isWide(at.type))
      at = at.operand;
    else if (at.cast === 'integer' && sizeOf(at.type) >= sizeOf(at.operand.type) && !isWide(at.type)) at = at.operand;
    else break;
  }
  return at;
}

function isTruth(e: Expression): boolean {
  return (
    e.kind === 'compare' ||
    e.kind === 'logical' ||
    e.kind === 'not' ||
    (e.kind === 'cast' && e.cast === 'integer' && isTruth(e.operand))
  );
}

/** Evaluates and goes to one of two blocks. Comparisons stay apart: the verifier reads each one. */
export function condition(b: FunctionBuilder, e: Expression, yes: Block, no: Block): void {
  b.at = e.at;
  const c = bare(e);
  switch (c.kind) {
    case 'not':
      condition(b, c.operand, no, yes);
      return;
    case 'logical': {
      const middle = b.newBlock();
      if (c.operator === '&&') condition(b, c.left, middle, no);
      else condition(b, c.left, yes, middle);
      b.startSealed(middle);
      condition(b, c.right, yes, no);
      return;
    }
    case 'compare': {
      const value = comparison(b, c);
      b.branch(value, yes, no);
      return;
    }
    case 'builtin':
      if (isExpect(c.name)) {
        condition(b, c.arguments[0]!, yes, no);
        return;
      }
      break;
    case 'comma':
      evaluate(b, c.left);
      condition(b, c.right, yes, no);
      return;
    default:
      break;
  }
  const value = isWide(c.type) ? wideIsNonZero(b, c) : b.isNonZero(rvalue(b, c));
  b.at = e.at;
  b.branch(value, yes, no);
}

function conditional(b: FunctionBuilder, e: Extract<Expression, { kind: 'conditional' }>): Inst {
  const no = b.newBlock();
  const done = b.newBlock();
  const isNothing = isVoid(e.type);
  const type = isNothing ? 'i32' : irType(e.type);
  const values: [Block, Inst][] = [];
  if (e.then) {
    const yes = b.newBlock();
    condition(b, e.condition, yes, no);
    b.startSealed(yes);
    const value = branchValue(b, e.then, isNothing);
    if (!b.terminated) values.push([b.block, value]);
    b.jump(done);
  } else {
    const value = rvalue(b, e.condition);
    values.push([b.block, value]);
    b.branch(b.isNonZero(value), done, no);
  }
  b.startSealed(no);
  const value = branchValue(b, e.otherwise, isNothing);
  if (!b.terminated) values.push([b.block, value]);
  b.jump(done);
  b.startSealed(done);
  b.at = e.at;
  return isNothing ? nothing(b) : joinValues(b, done, type, values);
}

function branchValue(b: FunctionBuilder, e: Expression, isNothing: boolean): Inst {
  if (!isNothing) return rvalue(b, e);
  evaluate(b, e);
  return nothing(b);
}

function assign(b: FunctionBuilder, e: Extract<Expression, { kind: 'assign' }>): Inst {
  if (isAggregate(e.type)) return aggregateAddress(b, e);
  if (e.target.kind === 'variable' && b.isRegister(e.target.variable)) {
    const value = rvalue(b, e.value);
    b.ssa.write(e.target.variable, b.block, value);
    return value;
  }
  const value = rvalue(b, e.value);
  const place = placeOf(b, e.target);
  b.at = e.at;
  writePlace(b, place, value);
  return afterBitFieldWrite(b, place, value);
}

/** Integer conversion of a register value between two C integer types. */
export function convert(b: FunctionBuilder, value: Inst, from: Type, to: Type): Inst {
  if (isBool(to)) return b.resize(b.isNonZero(value), 'i32', false);
  const fromSize = sizeOf(from);
  const toSize = sizeOf(to);
  if (toSize >= 4) return b.resize(value, irType(to), isSigned(from));
  const word = b.resize(value, 'i32', false);
  const unchanged =
    fromSize < toSize ? !isSigned(from) || isSigned(to) : fromSize === toSize && isSigned(from) === isSigned(to);
  return unchanged ? word : b.narrow(word, toSize, isSigned(to));
}

function compoundAssign(b: FunctionBuilder, e: Extract<Expression, { kind: 'compound-assign' }>): Inst {
  if (isWide(e.type) || (e.computation && isWide(e.computation))) return wideCompound(b, e);
  const right = rvalue(b, e.value);
  const place = placeOf(b, e.target);
  b.at = e.at;
  const old = readPlace(b, place);
  let value: Inst;
  if (e.computation) {
    const shift = e.operator === '<<' || e.operator === '>>';
    const left = convert(b, old, e.target.type, e.computation);
    const operand = shift ? right : convert(b, right, e.value.type, e.computation);
    value = convert(b, arithmetic(b, e.operator, e.computation, left, operand), e.computation, e.target.type);
  } else {
    let index = scaled(b, b.resize(right, 'i64', isSigned(e.value.type)), e.scale);
    if (e.operator === '-') index = b.binary('sub', 'i64', b.constant('i64', 0), index);
    value = b.offset(old, index);
  }
  writePlace(b, place, value);
  return afterBitFieldWrite(b, place, value);
}

/** Wide op= value is computed through the ordinary wide arithmetic over a place that is evaluated once. */
function wideCompound(b: FunctionBuilder, e: Extract<Expression, { kind: 'compound-assign' }>): Inst {
  const place = placeOf(b, e.target);
  const address = placeAddress(b, place);
  const computation = e.computation ?? e.type;
  const slot = b.temporary(computation);
  if (isWide(e.type)) storeWide(b, slot, loadWide(b, address, place.align), 8);
  else {
    const narrow = readPlace(b, place);
    const low = b.resize(narrow, 'i64', isSigned(e.type));
    const sign = isSigned(e.type) ? b.binary('ashr', 'i64', low, b.constant('i64', 63)) : b.constant('i64', 0);
    storeWide(b, slot, { low, high: sign }, 8);
  }
  const held = wideOperand(b, slot, computation);
  const result = wideValue(b, {
    kind: 'arithmetic',
    operator: e.operator,
    left: held,
    right: e.value,
    type: computation,
    at: e.at,
  });
  if (isWide(e.type)) {
    storeWide(b, address, result, place.align);
    return address;
  }
  const value = convert(b, result.low, computation, e.type);
  writePlace(b, place, value);
  return value;
}

/** A tree node that reads a temporary. */
function wideOperand(b: FunctionBuilder, slot: Inst, type: Type): Expression {
  const variable = b.unit.temporaryVariable(type);
  b.memory.set(variable, slot);
  return { kind: 'load', type, at: b.at, source: { kind: 'variable', type, at: b.at, variable } };
}

function increment(b: FunctionBuilder, e: Extract<Expression, { kind: 'increment' }>): Inst {
  const place = placeOf(b, e.target);
  b.at = e.at;
  if (isWide(e.type)) {
    const address = placeAddress(b, place);
    const old = loadWide(b, address, place.align);
    const one = b.constant('i64', e.delta);
    const low = b.binary('add', 'i64', old.low, one);
    const carried = e.delta === 1 ? b.isZero(low) : b.isZero(old.low);
    const carry = b.resize(carried, 'i64', false);
    const high = b.binary(e.delta === 1 ? 'add' : 'sub', 'i64', old.high, carry);
    const before = b.temporary(e.type);
    storeWide(b, before, old, 8);
    storeWide(b, address, { low, high }, place.align);
    return e.prefix ? address : before;
  }
  const old = readPlace(b, place);
  let value: Inst;
  if (canonical(e.type).kind === 'pointer') {
    value = b.offset(old, e.delta * e.scale);
  } else if (isBool(e.type)) {
    value = e.delta === 1 ? b.constant(old.type, 1) : b.binary('xor', old.type, old, b.constant(old.type, 1));
  } else {
    value = b.binary('add', old.type, old, b.constant(old.type, e.delta), isSigned(e.type));
    if (sizeOf(e.type) < 4) value = b.narrow(value, sizeOf(e.type), isSigned(e.type));
  }
  writePlace(b, place, value);
  return e.prefix ? afterBitFieldWrite(b, place, value) : old;
}

function cast(b: FunctionBuilder, e: Extract<Expression, { kind: 'cast' }>): Inst {
  const operand = e.operand;
  switch (e.cast) {
    case 'void':
      evaluate(b, operand);
      return nothing(b);
    case 'decay':
      if (operand.kind === 'function') return functionSymbol(b, operand);
      return placeAddress(b, placeOf(b, operand));
    case 'pointer':
      return rvalue(b, operand);
    case 'bool': {
      if (isTruth(operand)) return b.resize(rvalue(b, operand), 'i32', false);
      const value = isWide(operand.type) ? wideIsNonZero(b, operand) : b.isNonZero(rvalue(b, operand));
      return b.resize(value, 'i32', false);
    }
    case 'integer':
    case 'pointer-to-integer':
    case 'integer-to-pointer': {
      if (isWide(e.type)) return aggregateAddress(b, e);
      if (isWide(operand.type)) return convert(b, wideValue(b, operand).low, b.unit.longType, e.type);
      const value = rvalue(b, operand);
      b.at = e.at;
      if (e.cast === 'integer-to-pointer') return b.resize(value, 'ptr', isSigned(operand.type));
      return convert(b, value, operand.type, e.type);
    }
  }
}

// ---------------------------------------------------------------- aggregates

/** The address of memory that holds the value of a record, an array or a 128-bit integer. */
export function aggregateAddress(b: FunctionBuilder, e: Expression): Inst {
  b.at = e.at;
  switch (e.kind) {
    case 'load':
      return placeAddress(b, placeOf(b, e.source));
    case 'variable':
    case 'string':
    case 'dereference':
    case 'index':
    case 'member':
    case 'compound-literal':
      return placeAddress(b, placeOf(b, e));
    case 'assign': {
      if (isWide(e.type)) {
        const value = wideValue(b, e.value);
        const target = placeOf(b, e.target);
        const address = placeAddress(b, target);
        storeWide(b, address, value, target.align);
        return address;
      }
      const source = placeOfValue(b, e.value);
      const target = placeOf(b, e.target);
      const to = placeAddress(b, target);
      b.at = e.at;
      b.copy(to, placeAddress(b, source), sizeOf(e.type), target.align, source.align);
      return to;
    }
    case 'comma':
      evaluate(b, e.left);
      return aggregateAddress(b, e.right);
    case 'conditional': {
      const slot = b.temporary(e.type);
      const yes = b.newBlock();
      const no = b.newBlock();
      const done = b.newBlock();
      const size = sizeOf(e.type);
      condition(b, e.condition, yes, no);
      b.startSealed(yes);
      b.copy(slot, aggregateAddress(b, e.then ?? e.condition), size, 8, alignOf(e.type));
      b.jump(done);
      b.startSealed(no);
      b.copy(slot, aggregateAddress(b, e.otherwise), size, 8, alignOf(e.type));
      b.jump(done);
      b.startSealed(done);
      return slot;
    }
    case 'statement-expression': {
      // its variables stay: the result is the address of one
      const depth = b.cleanups.length;
      buildStatements(b, e.block);
      const address = e.result ? aggregateAddress(b, e.result) : b.temporary(e.type);
      leaveScopes(b, depth);
      return address;
    }
    case 'call': {
      const slot = b.temporary(e.type);
      buildCall(b, e, slot);
      return slot;
    }
    case 'compound-assign':
      return compoundAssign(b, e);
    case 'increment':
      return increment(b, e);
    case 'builtin':
      return buildBuiltin(b, e) ?? b.temporary(e.type);
    default: {
      const slot = b.temporary(e.type);
      if (isWide(e.type)) storeWide(b, slot, wideValue(b, e), 8);
      return slot;
    }
  }
}

function placeOfValue(b: FunctionBuilder, e: Expression): Place {
  return e.kind === 'load' ? placeOf(b, e.source) : memoryPlace(aggregateAddress(b, e), e.type);
}
