// Primary expressions: names, constants, strings, parentheses, statement expressions, _Generic and builtins that take types.
import type { DiagnosticNote } from '../../diagnostics/diagnostic.ts';
import { canonical } from '../tree.ts';
import type { Expression, Location, Type } from '../tree.ts';
import { LIBRARY_BUILTINS, isBuiltinFunction } from '../check/builtin-names.ts';
import { builtinCall, stringNode, vaArg } from '../check/builtins.ts';
import { constantTruth, integerConstant } from '../check/constants.ts';
import { floatConstant, isPoison, makeInteger, poison, rvalue } from '../check/conversions.ts';
import { findMember } from '../check/members.ts';
import { nearest } from '../check/suggest.ts';
import { whoseName } from '../check/whose-name.ts';
import {
  CHAR, DOUBLE, FLOAT, INT, LONG, LONG_LONG, POISON, UNSIGNED_INT, UNSIGNED_LONG, UNSIGNED_LONG_LONG, UNSIGNED_SHORT, VOID, arrayOf, isComplete, isConst, qualifiersOf,
  quotedType, sameType, sizeOf, unqualified,
} from '../check/types.ts'; // prettier-ignore
import { intern, textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { parseTypeName } from './declarations.ts';
import { parseArguments, parseAssignment, parseConditional, parseExpression } from './expressions.ts';
import { literalWidth, parseCharacter, parseFloating, parseInteger, parseString } from './literals.ts';
import type { LiteralProblem } from './literals.ts';
import type { Parser } from './parser.ts';
import { isTypeStart } from './specifiers.ts';
import { parseBlock } from './statements.ts';

/** primary = name | constant | string+ | "(" expression ")" | "(" block ")" | generic | builtin */
export function parsePrimary(p: Parser): Expression {
  const at = p.position;
  switch (p.kind) {
    case T.IDENTIFIER:
      return parseName(p);
    case T.NUMBER: {
      p.advance();
      return number(p, at);
    }
    case T.CHARACTER: {
      p.advance();
      return character(p, at);
    }
    case T.STRING:
      return parseStrings(p);
    case T.LPAREN:
      return parseParenthesized(p);
    case T.FUNCTION_NAME: {
      p.advance();
      return stringNode(p.function?.declaration.name ?? '', at);
    }
    case T.GENERIC:
      return parseGeneric(p);
    case T.OFFSETOF:
      return parseOffsetof(p);
    case T.TYPES_COMPATIBLE: {
      p.advance();
      const open = p.position;
      p.expect(T.LPAREN);
      const a = parseTypeName(p);
      p.expect(T.COMMA);
      const b = parseTypeName(p);
      p.expectClosing(T.RPAREN, open);
      const same = canonical(a) !== POISON && canonical(b) !== POISON && sameType(a, b, false) && sameKind(a, b);
      return makeInteger(same ? 1n : 0n, INT, at);
    }
    case T.CHOOSE_EXPR:
      return parseChoose(p);
    case T.VA_ARG: {
      p.advance();
      const open = p.position;
      p.expect(T.LPAREN);
      const list = parseAssignment(p);
      p.expect(T.COMMA);
      const type = parseTypeName(p);
      p.expectClosing(T.RPAREN, open);
      return vaArg(p, list, type, at);
    }
    case T.STRAY:
      return p.failOnStray();
    default:
      return p.fail('expected-expression', at, {});
  }
}

/** __builtin_types_compatible_p tells an enum from its integer. */
function sameKind(a: Type, b: Type): boolean {
  return canonical(a).kind === canonical(b).kind;
}

function parseName(p: Parser): Expression {
  const at = p.position;
  const id = p.value;
  const symbol = p.scopes.ordinary.get(id);
  p.advance();
  if (!symbol) return parseUndeclared(p, id, at);
  if (p.function) p.references.set(at, symbol);
  switch (symbol.kind) {
    case 'variable': {
      const { variable } = symbol;
      if (p.unevaluated === 0) p.countUse(variable);
      return { kind: 'variable', type: variable.type, variable, at };
    }
    case 'function':
      // memcpy and its like, once declared, are the builtins.
      if (p.kind === T.LPAREN && !symbol.function.defined && LIBRARY_BUILTINS.has(symbol.function.name)) {
        return parseBuiltinCall(p, `__builtin_${symbol.function.name}`, at);
      }
      if (p.unevaluated === 0) p.usedFunctions.add(symbol.function);
      return { kind: 'function', type: symbol.function.type, function: symbol.function, at };
    case 'constant':
      return makeInteger(symbol.value, symbol.type, at);
    case 'typedef':
      p.report('unexpected-type-name', at, { name: textOf(id) });
      return poison(at);
  }
}

function parseBuiltinCall(p: Parser, name: string, at: Location): Expression {
  const { args, close } = parseArguments(p);
  const around = p.function?.declaration;
  return builtinCall(p, {
    name,
    args,
    at,
    close,
    inFunction: around?.name ?? '',
    inAlwaysInline: around?.attributes.alwaysInline ?? false,
  });
}

function parseUndeclared(p: Parser, id: number, at: Location): Expression {
  const name = textOf(id);
  if (id === p.probe && p.inSight === null) {
    p.inSight = p.scopes.inSight();
    p.probeAt = at;
  }
  if (isBuiltinFunction(name) && p.kind === T.LPAREN) return parseBuiltinCall(p, name, at);
  const library = LIBRARY_BUILTINS.get(name);
  if (library !== undefined && p.kind === T.LPAREN) {
    p.report('implicit-library-function', at, { name, type: library });
    return parseBuiltinCall(p, `__builtin_${name}`, at);
  }
  if (p.kind === T.LPAREN) {
    // Its arguments are looked at for errors of their own.
    const candidates = names(p, (kind) => kind === 'function' || kind === 'variable');
    const guess = nearest(name, candidates);
    const more =
      guess === null
        ? whoseName(p, name, at)
        : {
            notes: [p.note('did-you-mean', at, { guess }), ...declaredHere(p, guess)],
            fixes: [{ span: p.span(at), text: guess }],
          };
    p.report('implicit-function', at, { name }, more);
    parseArguments(p);
    return poison(at);
  }
  const guess = nearest(
    name,
    names(p, (kind) => kind !== 'typedef'),
  );
  if (guess === null) p.report('undeclared', at, { name }, whoseName(p, name, at));
  else {
    const more = { fixes: [{ span: p.span(at), text: guess }], notes: declaredHere(p, guess) };
    p.report('undeclared-guess', at, { name, guess }, more);
  }
  return poison(at);
}

function declaredHere(p: Parser, name: string): DiagnosticNote[] {
  const symbol = p.scopes.ordinary.get(intern(name));
  return symbol && symbol.at >= 0 ? [p.note('declared-here', symbol.at, { name })] : [];
}

function names(p: Parser, wanted: (kind: string) => boolean): string[] {
  const result: string[] = [];
  for (const [id, symbol] of p.scopes.ordinary.all()) if (wanted(symbol.kind)) result.push(textOf(id));
  return result;
}

function number(p: Parser, at: Location): Expression {
  const text = p.text(at);
  const literal = parseInteger(text);
  if (!literal) {
    const value = parseFloating(text);
    if (value !== null) return floatConstant(value, /[fF]$/.test(text) ? FLOAT : DOUBLE, at);
    p.report('bad-suffix', at, { suffix: text.replace(/^[\d.]*([eEpP][+-]?\d*)?/, '') });
    return poison(at);
  }
  const { value, unsigned, longs, decimal, problem } = literal;
  if (problem) {
    const base = /^0[bB]/.test(text) ? 'binary' : /^0\d/.test(text) ? 'octal' : 'decimal';
    const span = p.span(at);
    const place = { ...span, column: span.column + problem.at };
    if (problem.kind === 'digit') p.reporter.report('bad-digit', place, { digit: problem.text, base });
    else if (problem.kind === 'too-large') p.report('integer-too-large', at, {});
    else p.reporter.report('bad-suffix', place, { suffix: problem.text });
    return poison(at);
  }
  const type = literalType(value, unsigned, longs, decimal);
  if (decimal && !unsigned && value >= 1n << 63n) p.report('integer-unsigned', at, {});
  return makeInteger(value, type, at);
}

/** C11 6.4.4.1: the first type of the list that holds the value. */
function literalType(value: bigint, unsigned: boolean, longs: number, decimal: boolean): Type {
  if (longs === 0) {
    if (!unsigned && value < 1n << 31n) return INT;
    if ((unsigned || !decimal) && value < 1n << 32n) return UNSIGNED_INT;
  }
  if (longs < 2) {
    if (!unsigned && value < 1n << 63n) return LONG;
    return UNSIGNED_LONG;
  }
  return !unsigned && value < 1n << 63n ? LONG_LONG : UNSIGNED_LONG_LONG;
}

function complainLiteral(p: Parser, at: Location, problem: LiteralProblem | null): void {
  if (!problem) return;
  const span = p.span(at);
  const column = span.column + p.text(at).search(/["']/) + 1 + problem.at;
  const place = { ...span, column, endColumn: Math.max(span.endColumn, column + 1) };
  if (problem.kind === 'unknown-escape') p.reporter.report('unknown-escape', place, { letter: problem.text });
  else if (problem.kind === 'hex-no-digits') p.reporter.report('hex-no-digits', place, {});
  else p.reporter.report('escape-out-of-range', place, {});
}

function character(p: Parser, at: Location): Expression {
  const text = p.text(at);
  const { value, empty, count, problem } = parseCharacter(text);
  complainLiteral(p, at, problem);
  if (empty) {
    p.report('empty-character', at, {});
    return poison(at);
  }
  const width = literalWidth(text);
  if (width === 1 && count > 1) p.report(count > 4 ? 'character-too-long' : 'multi-character', at, {});
  const type = width === 1 || text.startsWith('L') ? INT : width === 2 ? UNSIGNED_SHORT : UNSIGNED_INT;
  return makeInteger(BigInt(value), type, at);
}

/** string+: neighbours are one literal */
function parseStrings(p: Parser): Expression {
  const at = p.position;
  let width: 1 | 2 | 4 = 1;
  const texts: { text: string; place: Location }[] = [];
  while (p.kind === T.STRING) {
    const text = p.text();
    width = Math.max(width, literalWidth(text)) as 1 | 2 | 4;
    texts.push({ text, place: p.position });
    p.advance();
  }
  const units: number[] = [];
  for (const { text, place } of texts) {
    const part = parseString(text, width);
    complainLiteral(p, place, part.problem);
    for (const unit of part.units) units.push(unit);
  }
  units.push(0);
  const bytes = new Uint8Array(units.length * width);
  units.forEach((unit, i) => {
    for (let k = 0; k < width; k++) bytes[i * width + k] = (unit >>> (8 * k)) & 0xff;
  });
  const element =
    width === 1 ? CHAR : width === 2 ? UNSIGNED_SHORT : texts[0]?.text.startsWith('L') ? INT : UNSIGNED_INT;
  return { kind: 'string', type: arrayOf(element, units.length), bytes, at };
}

/** "(" expression ")" | "(" block ")" */
function parseParenthesized(p: Parser): Expression {
  const open = p.position;
  p.enter();
  p.advance();
  let e: Expression;
  if (p.kind === T.LBRACE) e = parseStatementExpression(p, open);
  else {
    e = parseExpression(p);
    p.parenthesized.add(e);
  }
  p.leave();
  p.expectClosing(T.RPAREN, open);
  return e;
}

/** GNU: the value of the last expression statement is the block's. */
function parseStatementExpression(p: Parser, open: Location): Expression {
  if (!p.function) {
    p.fail('statement-expression-file-scope', open, {});
  }
  const block = parseBlock(p, true);
  const last = block.statements[block.statements.length - 1];
  if (last?.kind !== 'expression') {
    return { kind: 'statement-expression', type: VOID, block, result: null, at: open };
  }
  const result = rvalue(last.expression);
  if (isPoison(result)) return poison(open);
  const shorter = { ...block, statements: block.statements.slice(0, -1) };
  return { kind: 'statement-expression', type: result.type, block: shorter, result, at: open };
}

/** _Generic "(" assignment ("," (type-name | "default") ":" assignment)+ ")" */
function parseGeneric(p: Parser): Expression {
  const at = p.position;
  p.advance();
  const open = p.position;
  p.expect(T.LPAREN);
  p.enter();
  p.unevaluated++;
  const control = p.position;
  let type: Type;
  if (isTypeStart(p)) type = parseTypeName(p);
  else {
    type = unqualified(rvalue(parseAssignment(p)).type);
  }
  p.unevaluated--;
  let chosen: Expression | null = null;
  let fallback: Expression | null = null;
  while (p.accept(T.COMMA)) {
    let matches = false;
    let isDefault = false;
    if (p.accept(T.DEFAULT)) isDefault = true;
    else {
      const candidate = parseTypeName(p);
      matches = sameType(candidate, type) && sameQualifier(candidate, type);
    }
    p.expect(T.COLON);
    const wanted: boolean = (matches && !chosen) || (isDefault && !chosen);
    if (!wanted) p.unevaluated++;
    const e = parseAssignment(p);
    if (!wanted) p.unevaluated--;
    if (matches) chosen ??= e;
    if (isDefault) fallback ??= e;
  }
  p.leave();
  p.expectClosing(T.RPAREN, open);
  const result = chosen ?? fallback;
  if (result) return result;
  if (canonical(type) !== POISON) p.report('generic-no-match', control, { type: quotedType(type) });
  return poison(at);
}

function sameQualifier(a: Type, b: Type): boolean {
  return isConst(a) === isConst(b) && qualifiersOf(a).isVolatile === qualifiersOf(b).isVolatile;
}

/** __builtin_choose_expr "(" constant "," assignment "," assignment ")": the other one is not evaluated */
function parseChoose(p: Parser): Expression {
  const at = p.position;
  p.advance();
  const open = p.position;
  p.expect(T.LPAREN);
  p.enter();
  const conditionAt = p.position;
  const condition = rvalue(parseAssignment(p));
  const truth = constantTruth(condition);
  if (truth === null && !isPoison(condition)) p.report('not-constant', conditionAt, {}, { last: p.previous });
  p.expect(T.COMMA);
  if (truth === false) p.unevaluated++;
  const then = parseAssignment(p);
  if (truth === false) p.unevaluated--;
  p.expect(T.COMMA);
  if (truth === true) p.unevaluated++;
  const otherwise = parseAssignment(p);
  if (truth === true) p.unevaluated--;
  p.leave();
  p.expectClosing(T.RPAREN, open);
  if (truth === null) return poison(at);
  return truth ? then : otherwise;
}

/** __builtin_offsetof "(" type-name "," name ("." name | "[" expression "]")* ")" */
function parseOffsetof(p: Parser): Expression {
  const at = p.position;
  p.advance();
  const open = p.position;
  p.expect(T.LPAREN);
  p.enter();
  let type = parseTypeName(p);
  p.expect(T.COMMA);
  let offset = 0n;
  let sound = true;
  let variable: Expression | null = null;
  for (let first = true; ; first = false) {
    if (p.kind === T.LBRACKET) {
      const bracket = p.position;
      p.advance();
      const index = rvalue(parseConditional(p));
      p.expectClosing(T.RBRACKET, bracket);
      const array = canonical(type);
      if (array.kind !== 'array') {
        if (sound && array !== POISON) p.report('offsetof-not-array', bracket, { type: quotedType(type) });
        sound = false;
        continue;
      }
      const value = integerConstant(index);
      if (value === null) variable = index;
      else offset += value * BigInt(sizeOf(array.element));
      type = array.element;
      continue;
    }
    if (!first && !p.accept(T.DOT)) break;
    if (p.kind !== T.IDENTIFIER) p.fail('expected-identifier', p.position, {});
    const place = p.position;
    const name = p.text();
    p.advance();
    if (!sound) continue;
    const record = canonical(type);
    if (record.kind !== 'record' || !isComplete(record)) {
      if (record !== POISON)
        p.report(record.kind === 'record' ? 'offsetof-incomplete' : 'offsetof-not-record', at, {
          type: quotedType(type),
        });
      sound = false;
      continue;
    }
    const path = findMember(record, name);
    if (!path) {
      p.report('no-member', place, { name, type: quotedType(record) });
      sound = false;
      continue;
    }
    for (const index of path) {
      const inner = canonical(type);
      const member = inner.kind === 'record' ? inner.members[index] : undefined;
      if (!member) break;
      if (member.bitField) {
        p.report('offsetof-bit-field', place, { name });
        sound = false;
      }
      offset += BigInt(member.offset);
      ({ type } = member);
    }
  }
  p.leave();
  p.expectClosing(T.RPAREN, open);
  if (variable && sound) {
    p.report('not-constant', variable.at, {});
    return poison(at);
  }
  return sound ? makeInteger(offset, UNSIGNED_LONG, at) : poison(at);
}
