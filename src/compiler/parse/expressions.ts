// Expressions (C11 6.5), with GNU's: the grammar; what the operators mean is in check/.
import { canonical } from '../tree.ts';
import type { ArithmeticOperator, CompareOperator, Expression, Location, Type } from '../tree.ts';
import { isPoison, makeInteger, poison, rvalue } from '../check/conversions.ts';
import { integerConstant } from '../check/constants.ts';
import { call } from '../check/calls.ts';
import type { Argument } from '../check/calls.ts';
import { memberAccess } from '../check/members.ts';
import { assignment, compoundAssignment, increment } from '../check/assignments.ts';
import {
  addressOperation,
  arithmeticOperation,
  comparison,
  conditional,
  dereference,
  explicitCast,
  logical,
  subscript,
  unaryOperation,
} from '../check/operators.ts';
import {
  UNSIGNED_LONG,
  alignOf,
  isComplete,
  isFunction,
  isInteger,
  isVoid,
  quotedType,
  sizeOf,
} from '../check/types.ts';
import * as T from '../preprocess/token.ts';
import { parseTypeName } from './declarations.ts';
import { parseCompoundLiteral } from './initializers.ts';
import { labelNamed } from './labels.ts';
import { MAX_CHAIN } from './parser.ts';
import type { Parser } from './parser.ts';
import { parsePrimary } from './primary.ts';
import { isTypeStart } from './specifiers.ts';

/** by kind: binding strength of a binary operator, 0 for all others */
const STRENGTH = new Uint8Array(256);
const OPERATORS = [[T.PIPE_PIPE], [T.AMP_AMP], [T.PIPE], [T.CARET], [T.AMP], [T.EQUAL_EQUAL, T.NOT_EQUAL], [T.LESS, T.GREATER, T.LESS_EQUAL, T.GREATER_EQUAL], [T.SHIFT_LEFT, T.SHIFT_RIGHT], [T.PLUS, T.MINUS], [T.STAR, T.SLASH, T.PERCENT]]; // prettier-ignore
OPERATORS.forEach((kinds, i) => {
  for (const kind of kinds) STRENGTH[kind] = i + 1;
});

/** expression = assignment ("," assignment)* */
export function parseExpression(p: Parser): Expression {
  let left = parseAssignment(p);
  for (let count = 0; p.kind === T.COMMA; count++) {
    const at = p.position;
    limitChain(p, count);
    p.advance();
    const right = rvalue(parseAssignment(p));
    const value = rvalue(left);
    if (isPoison(value) || isPoison(right)) left = poison(at);
    else left = { kind: 'comma', type: right.type, left: value, right, at };
  }
  return left;
}

function limitChain(p: Parser, count: number): void {
  if (count > MAX_CHAIN) p.fail('expression-too-long', p.position, { limit: MAX_CHAIN });
}

const COMPOUND = new Map<number, ArithmeticOperator>([
  [T.STAR_ASSIGN, '*'],
  [T.SLASH_ASSIGN, '/'],
  [T.PERCENT_ASSIGN, '%'],
  [T.PLUS_ASSIGN, '+'],
  [T.MINUS_ASSIGN, '-'],
  [T.SHIFT_LEFT_ASSIGN, '<<'],
  [T.SHIFT_RIGHT_ASSIGN, '>>'],
  [T.AMP_ASSIGN, '&'],
  [T.CARET_ASSIGN, '^'],
  [T.PIPE_ASSIGN, '|'],
]);

/** assignment = conditional (("=" | "+=" | …) assignment)? */
export function parseAssignment(p: Parser): Expression {
  const first = p.position;
  const left = parseConditional(p);
  if (p.kind < T.ASSIGN || p.kind > T.PIPE_ASSIGN) return left;
  const at = p.position;
  const { kind } = p;
  p.enter();
  p.advance();
  const right = parseAssignment(p);
  p.leave();
  if (kind === T.ASSIGN) return assignment(p, left, right, at, { first, last: p.previous });
  return compoundAssignment(p, COMPOUND.get(kind) ?? '+', left, right, at);
}

/** conditional = binary ("?" expression? ":" conditional)? */
export function parseConditional(p: Parser): Expression {
  const condition = parseBinary(p, 1);
  if (p.kind !== T.QUESTION) return condition;
  const at = p.position;
  p.enter();
  p.advance();
  const then = p.kind === T.COLON ? null : parseExpression(p);
  if (!p.accept(T.COLON)) {
    p.report('expected', p.position, { token: ':' }, { notes: [p.note('to-match', at, { token: '?' })] });
  }
  const otherwise = parseConditional(p);
  p.leave();
  return conditional(p, condition, then, otherwise, at);
}

/** binary = cast (operator binary)*, by binding strength */
function parseBinary(p: Parser, strength: number): Expression {
  let left = parseCast(p);
  for (let count = 0; ; count++) {
    const binding = STRENGTH[p.kind] as number;
    if (binding < strength || binding === 0) return left;
    const { kind } = p;
    const at = p.position;
    limitChain(p, count);
    p.advance();
    const right = parseBinary(p, binding + 1);
    left = combine(p, kind, left, right, at);
  }
}

function combine(p: Parser, kind: number, left: Expression, right: Expression, at: Location): Expression {
  const operator = T.punctuatorText(kind);
  if (kind === T.AMP_AMP || kind === T.PIPE_PIPE) return logical(p, operator as '&&' | '||', left, right, at);
  if (kind >= T.LESS && kind <= T.NOT_EQUAL) return comparison(p, operator as CompareOperator, left, right, at);
  return arithmeticOperation(p, operator as ArithmeticOperator, left, right, at);
}

/** cast = "(" type-name ")" cast | unary */
export function parseCast(p: Parser): Expression {
  if (p.kind !== T.LPAREN || !isTypeStart(p, nextToken(p))) return parseUnary(p);
  const open = p.position;
  p.enter();
  p.advance();
  const type = parseTypeName(p);
  p.expectClosing(T.RPAREN, open);
  let result: Expression;
  if (p.kind === T.LBRACE) {
    result = parsePostfix(p, parseCompoundLiteral(p, type, open), open);
  } else {
    const operand = parseCast(p);
    result = explicitCast(p, type, operand, open);
  }
  p.leave();
  return result;
}

function nextToken(p: Parser): Location {
  let at = p.position + 1;
  while (p.kinds[at] === T.PRAGMA) at++;
  return at;
}

/** unary = ("+" | "-" | "~" | "!" | "*" | "&" | "++" | "--" | "__extension__") cast | sizeof | _Alignof | "&&" label | postfix */
export function parseUnary(p: Parser): Expression {
  const at = p.position;
  switch (p.kind) {
    case T.PLUS:
    case T.MINUS:
    case T.TILDE:
    case T.BANG: {
      const operator = T.punctuatorText(p.kind) as '+' | '-' | '~' | '!';
      return unaryOperation(p, operator, operandOf(p), at);
    }
    case T.STAR:
      return dereference(p, operandOf(p), at);
    case T.AMP:
      return addressOperation(p, operandOf(p), at);
    case T.PLUS_PLUS:
    case T.MINUS_MINUS: {
      const delta = p.kind === T.PLUS_PLUS ? 1 : -1;
      return increment(p, operandOf(p), delta, true, at);
    }
    case T.EXTENSION:
      return operandOf(p);
    case T.SIZEOF:
    case T.ALIGNOF:
      return parseSizeof(p);
    case T.AMP_AMP: {
      p.advance();
      if (p.kind !== T.IDENTIFIER) p.fail('expected-identifier', p.position, {});
      labelNamed(p, p.value, p.position);
      p.advance();
      p.report('label-address', at, {});
      return poison(at);
    }
    default: {
      const primary = parsePrimary(p);
      return parsePostfix(p, primary, at);
    }
  }
}

/** The operand behind a prefix operator. */
function operandOf(p: Parser): Expression {
  p.enter();
  p.advance();
  const operand = parseCast(p);
  p.leave();
  return operand;
}

/** sizeof unary | sizeof "(" type-name ")" | _Alignof likewise */
function parseSizeof(p: Parser): Expression {
  const at = p.position;
  const align = p.kind === T.ALIGNOF;
  const word = align ? '_Alignof' : 'sizeof';
  p.enter();
  p.advance();
  p.unevaluated++;
  let type: Type;
  let operand: Expression | null = null;
  if (p.kind === T.LPAREN && isTypeStart(p, nextToken(p))) {
    const open = p.position;
    p.advance();
    type = parseTypeName(p);
    p.expectClosing(T.RPAREN, open);
    if (p.kind === T.LBRACE) {
      operand = parsePostfix(p, parseCompoundLiteral(p, type, open), open);
      ({ type } = operand);
    }
  } else {
    operand = parseUnary(p);
    ({ type } = operand);
  }
  p.unevaluated--;
  p.leave();
  if (operand && isPoison(operand)) return operand;
  if (operand?.kind === 'member' && operand.member.bitField && !align) {
    p.report('sizeof-bit-field', at + 1, {}, { last: p.previous });
    return poison(at);
  }
  if (!isComplete(type) && !isVoid(type) && !isFunction(type)) {
    const array = canonical(type);
    const flexible = align && array.kind === 'array';
    if (!flexible) {
      p.report('sizeof-incomplete', at, { operator: word, type: quotedType(type) }, { last: p.previous });
      return poison(at);
    }
  }
  // A declared variable may be aligned more than its type.
  const declared = operand?.kind === 'variable' ? operand.variable.attributes.align : null;
  return makeInteger(BigInt(align ? Math.max(alignOf(type), declared ?? 0) : sizeOf(type)), UNSIGNED_LONG, at);
}

/** postfix = primary ("[" expression "]" | "(" arguments ")" | "." name | "->" name | "++" | "--")* */
export function parsePostfix(p: Parser, primary: Expression, first: Location): Expression {
  let e = primary;
  for (let count = 0; ; count++) {
    const at = p.position;
    switch (p.kind) {
      case T.LBRACKET: {
        limitChain(p, count);
        p.enter();
        p.advance();
        const index = parseExpression(p);
        p.leave();
        p.expectClosing(T.RBRACKET, at);
        e = subscript(p, e, index, first, at);
        break;
      }
      case T.LPAREN:
        limitChain(p, count);
        e = parseCall(p, e, first);
        break;
      case T.DOT:
      case T.ARROW: {
        limitChain(p, count);
        const arrow = p.kind === T.ARROW;
        p.advance();
        if (p.kind !== T.IDENTIFIER) p.fail('expected-identifier', p.position, {});
        const name = p.text();
        const place = p.position;
        p.advance();
        e = memberAccess(p, e, arrow, name, place, at);
        break;
      }
      case T.PLUS_PLUS:
      case T.MINUS_MINUS: {
        limitChain(p, count);
        const delta = p.kind === T.PLUS_PLUS ? 1 : -1;
        p.advance();
        e = increment(p, e, delta, false, at);
        break;
      }
      default:
        return e;
    }
  }
}

/** "(" (assignment ("," assignment)*)? ")" */
export function parseArguments(p: Parser): { args: Argument[]; close: Location } {
  const open = p.position;
  p.enter();
  p.advance();
  const args: Argument[] = [];
  if (p.kind !== T.RPAREN) {
    for (;;) {
      const first = p.position;
      const value = parseAssignment(p);
      args.push({ value, first, last: p.previous });
      if (!p.accept(T.COMMA)) break;
    }
  }
  p.leave();
  const close = p.position;
  p.expectClosing(T.RPAREN, open);
  return { args, close };
}

function parseCall(p: Parser, callee: Expression, first: Location): Expression {
  const open = p.position;
  const { args, close } = parseArguments(p);
  return call(p, callee, args, first, open, close);
}

/** An integer constant expression's value; null after a complaint. */
export function parseConstant(p: Parser): bigint | null {
  const first = p.position;
  const e = rvalue(parseConditional(p));
  if (isPoison(e)) return null;
  if (!isInteger(e.type)) {
    const { type } = e.kind === 'cast' && e.cast === 'decay' ? e.operand : e;
    p.report('constant-type', first, { type: quotedType(type) }, { last: p.previous });
    return null;
  }
  const value = integerConstant(e);
  if (value === null) p.report('not-constant', first, {}, { last: p.previous });
  return value;
}
