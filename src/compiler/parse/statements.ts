// Statements and blocks (C11 6.8).
import type { Block, Expression, Location, LoopHint, Statement, SwitchStatement } from '../tree.ts';
import { constantTruth, wrapInteger } from '../check/constants.ts';
import { asCondition, assignTo, convert, isPoison, poison, promotedType, rvalue } from '../check/conversions.ts';
import { isFloat, isInteger, isVoid, quotedType } from '../check/types.ts';
import * as T from '../preprocess/token.ts';
import { endOfAttributes } from './records.ts';
import { parseAssembly } from './assembly.ts';
import { parseAttributes } from './attributes.ts';
import { parseLocalDeclaration, parseStaticAssert } from './declarations.ts';
import { parseConstant, parseExpression } from './expressions.ts';
import { hasLabel } from './flow.ts';
import { checkLabels, declareLocalLabel, defineLabel, labelNamed } from './labels.ts';
import type { FunctionState, OpenSwitch, Parser } from './parser.ts';
import { isDeclarationStart } from './specifiers.ts';

function state(p: Parser): FunctionState {
  if (!p.function) throw new Error('a statement outside of a function');
  return p.function;
}

/**
 * block = "{" (declaration | statement)* "}"
 * @param isValue the block of a statement expression: its last expression is used
 */
export function parseBlock(p: Parser, isValue = false): Block {
  const at = p.position;
  p.expect(T.LBRACE);
  p.enter();
  p.scopes.enter();
  const current = state(p);
  current.localLabels.push(new Map());
  const statements: Statement[] = [];
  while (p.kind === T.LABEL) {
    p.advance();
    do {
      if (p.kind !== T.IDENTIFIER) p.fail('expected-identifier', p.position, {});
      declareLocalLabel(p, p.value);
      p.advance();
    } while (p.accept(T.COMMA));
    p.expectAfter(T.SEMICOLON, '__label__ declaration');
  }
  parseStatements(p, statements, isValue);
  checkLabels(p, current.localLabels.pop() ?? new Map());
  p.scopes.leave();
  p.leave();
  const end = p.position;
  // At the end of the file every open block lacks its brace.
  if (p.kind === T.END) p.report('expected', end, { token: '}' }, { notes: [p.note('to-match', at, { token: '{' })] });
  else p.expectClosing(T.RBRACE, at);
  return { kind: 'block', statements, at, end };
}

/** Reads statements up to the closing brace; one that cannot be understood is skipped. */
function parseStatements(p: Parser, into: Statement[], isValue: boolean): void {
  const saved = p.saveState();
  const localLabels = state(p).localLabels.length;
  while (p.kind !== T.RBRACE && p.kind !== T.END) {
    const from = p.position;
    try {
      parseBlockItem(p, into, isValue);
    } catch (problem) {
      p.recover(saved, problem);
      state(p).localLabels.length = localLabels;
      p.skipStatement();
      if (p.position === from) p.advance();
    }
  }
}

function isLabel(p: Parser): boolean {
  return p.kind === T.IDENTIFIER && p.peek() === T.COLON;
}

function parseBlockItem(p: Parser, into: Statement[], isValue: boolean): void {
  if (isLabel(p)) {
    parseStatement(p, into, isValue);
    return;
  }
  if (
    isDeclarationStart(p) ||
    (p.kind === T.EXTENSION && declarationFollows(p)) ||
    (p.kind === T.ATTRIBUTE && !isFallthrough(p) && !STATEMENTS.has(p.kinds[endOfAttributes(p.kinds, p.position)]!))
  ) {
    parseLocalDeclaration(p, into);
    return;
  }
  if (p.kind === T.STATIC_ASSERT) {
    parseStaticAssert(p);
    return;
  }
  if (p.kind === T.IDENTIFIER && p.peek() === T.IDENTIFIER) {
    // `foo x`: foo was to be a type.
    parseLocalDeclaration(p, into);
    return;
  }
  parseStatement(p, into, isValue);
}

/** Behind attributes: what no declaration begins with. */
const STATEMENTS = new Set([T.IF, T.FOR, T.WHILE, T.DO, T.SWITCH, T.RETURN, T.GOTO, T.LBRACE, T.CASE, T.DEFAULT]);

function isFallthrough(p: Parser): boolean {
  let at = p.position;
  while ((p.kinds[at] !== T.IDENTIFIER || p.kinds[at + 1] === T.COLON) && p.kinds[at] !== T.END) at++;
  return /^(__)?fallthrough(__)?$/.test(p.text(at));
}

function declarationFollows(p: Parser): boolean {
  const start = p.position;
  p.advance();
  const answer = isDeclarationStart(p);
  p.rewind(start);
  return answer;
}

/** A statement that stands alone: the body of an if or a loop. Labels before it make it a block. */
function parseSubStatement(p: Parser): Statement {
  const at = p.position;
  const statements: Statement[] = [];
  p.enter();
  if (isDeclarationStart(p) && p.kind !== T.IDENTIFIER) {
    p.report('expected-statement', at, {});
    parseLocalDeclaration(p, statements);
  } else parseStatement(p, statements, false);
  p.leave();
  if (statements.length === 1) return statements[0] as Statement;
  return { kind: 'block', statements, at, end: p.previous };
}

/** Adds the statement (and the labels in front of it) to `into`. */
function parseStatement(p: Parser, into: Statement[], isValue: boolean): void {
  // Labels are statements of their own in the tree: any number may stand in a row.
  while (parseLabel(p, into)) {
    if (p.kind === T.RBRACE) return;
    if (isDeclarationStart(p) && !isLabel(p)) return;
  }
  const at = p.position;
  const hint = takeHint(p);
  switch (p.kind) {
    case T.SEMICOLON:
      p.advance();
      into.push({ kind: 'empty', at });
      return;
    case T.LBRACE:
      into.push(parseBlock(p));
      return;
    case T.IF:
      into.push(parseIf(p));
      return;
    case T.WHILE:
      into.push(parseWhile(p, hint));
      return;
    case T.DO:
      into.push(parseDo(p, hint));
      return;
    case T.FOR:
      into.push(parseFor(p, hint));
      return;
    case T.SWITCH:
      into.push(parseSwitch(p));
      return;
    case T.GOTO:
      into.push(parseGoto(p));
      return;
    case T.BREAK:
    case T.CONTINUE: {
      const isBreak = p.kind === T.BREAK;
      p.advance();
      if (isBreak && state(p).breakable === 0) p.report('break-outside', at, {});
      if (!isBreak && state(p).loops === 0) p.report('continue-outside', at, {});
      into.push({ kind: isBreak ? 'break' : 'continue', at });
      p.expectAfter(T.SEMICOLON, `${isBreak ? 'break' : 'continue'} statement`);
      return;
    }
    case T.RETURN:
      into.push(parseReturn(p));
      return;
    case T.ASM:
      into.push(parseAssembly(p));
      return;
    case T.ATTRIBUTE:
      parseAttributes(p, null);
      if (p.accept(T.SEMICOLON)) into.push({ kind: 'empty', at });
      else parseStatement(p, into, isValue);
      return;
    case T.ELSE:
      return p.fail('expected-expression', at, {});
    default:
      into.push(parseExpressionStatement(p, isValue));
  }
}

function takeHint(p: Parser): LoopHint {
  const unroll = p.pendingHint;
  p.pendingHint = null;
  return { unroll };
}

/** label = name ":" | "case" constant ("..." constant)? ":" | "default" ":" */
function parseLabel(p: Parser, into: Statement[]): boolean {
  const at = p.position;
  if (isLabel(p)) {
    const id = p.value;
    p.advance();
    p.advance();
    if (p.kind === T.ATTRIBUTE) parseAttributes(p, null);
    into.push({ kind: 'label', label: defineLabel(p, id, at).label, at });
    return true;
  }
  if (p.kind !== T.CASE && p.kind !== T.DEFAULT) return false;
  const open = state(p).switches.at(-1);
  if (p.accept(T.DEFAULT)) {
    p.expectAfter(T.COLON, "'default'");
    if (!open) {
      p.report('default-outside', at, {});
      return true;
    }
    if (open.defaultAt >= 0)
      p.report('duplicate-default', at, {}, { notes: [p.note('previous-case', open.defaultAt, {})] });
    open.defaultAt = at;
    open.node.hasDefault = true;
    into.push({ kind: 'default', owner: open.node, at });
    return true;
  }
  p.advance();
  const first = p.position;
  const low = parseConstant(p);
  if (low === null && open) {
    const { value } = open.node;
    p.wants(poison(first), value.kind === 'cast' ? value.operand.type : value.type);
  }
  const high = p.accept(T.ELLIPSIS) ? parseConstant(p) : low;
  p.expectAfter(T.COLON, "'case'");
  if (!open) {
    p.report('case-outside', at, {});
    return true;
  }
  if (low === null || high === null) return true;
  addCase(p, open, low, high, first);
  into.push({ kind: 'case', owner: open.node, index: open.cases.length - 1, at });
  return true;
}

function addCase(p: Parser, open: OpenSwitch, lowValue: bigint, highValue: bigint, at: Location): void {
  const { type } = open.node.value;
  const low = wrapInteger(lowValue, type);
  const high = wrapInteger(highValue, type);
  if (low !== lowValue && isInteger(type))
    p.report('case-overflow', at, { value: String(lowValue), changed: String(low) });
  if (high < low) p.report('case-empty-range', at, {});
  else {
    const clash = open.lookup(low, high);
    if (clash !== null) {
      const notes = [p.note('previous-case', clash, {})];
      p.report('duplicate-case', at, { value: String(low) }, { notes });
    }
  }
  open.add(low, high, at);
}

function parseParenthesizedCondition(p: Parser, word: string): Expression {
  const open = p.position;
  if (p.kind !== T.LPAREN) p.fail('expected-after-word', p.position, { token: '(', word });
  p.advance();
  const first = p.position;
  const e = parseExpression(p);
  const last = p.previous;
  p.expectClosing(T.RPAREN, open);
  if (p.kind === T.RPAREN) {
    p.report('extraneous-after-condition', p.position, {}, { fixes: [{ span: p.span(p.position), text: '' }] });
    p.advance();
  }
  warnAssignmentCondition(p, e, first);
  return asCondition(p, e, first, last);
}

/** `if (a = b)` is more often a mistake than not; parentheses of its own say that it is meant. */
function warnAssignmentCondition(p: Parser, e: Expression, at: Location): void {
  if (e.kind === 'assign' && !p.parenthesized.has(e)) {
    const notes = [p.note('silence-with-parentheses', e.at, {}), p.note('use-equality', e.at, {})];
    p.report('assignment-as-condition', e.at, {}, { notes, fixes: [{ span: p.span(e.at), text: '==' }] });
  } else if (
    e.kind === 'compare' &&
    e.operator === '==' &&
    p.parenthesized.has(e) &&
    e.left.kind === 'load' &&
    p.stream.macroPlace(at) === null
  ) {
    p.report('extraneous-parentheses', e.at, {});
  }
}

/** "if" "(" expression ")" statement ("else" statement)?; a chain of `else if` is read in a loop */
function parseIf(p: Parser): Statement {
  interface Link {
    condition: Expression;
    then: Statement;
    at: Location;
  }
  const links: Link[] = [];
  let otherwise: Statement | null = null;
  for (;;) {
    const at = p.position;
    if (links.length > MAX_ELSE_IF) p.fail('expression-too-long', at, { limit: MAX_ELSE_IF });
    p.advance();
    const condition = parseParenthesizedCondition(p, 'if');
    const body = p.position;
    const then = parseSubStatement(p);
    if (then.kind === 'empty' && p.kind !== T.ELSE && p.stream.macroPlace(body) === null && sameLine(p, body))
      p.report('empty-body', body, { word: 'if' });
    links.push({ condition, then, at });
    if (p.kind !== T.ELSE) break;
    p.advance();
    if (p.kind === T.IF) continue;
    otherwise = parseSubStatement(p);
    break;
  }
  for (let i = links.length - 1; i >= 0; i--) {
    const { condition, at } = links[i] as Link;
    let { then } = links[i] as Link;
    // What a constant condition rules out is not generated, so that it may hold what eBPF cannot do (as clang does).
    const truth = constantTruth(condition);
    if (truth === false && !hasLabel(then)) then = { kind: 'empty', at };
    if (truth === true && otherwise && !hasLabel(otherwise)) otherwise = null;
    otherwise = { kind: 'if', condition, then, otherwise, at };
  }
  return otherwise as Statement;
}

const MAX_ELSE_IF = 500;

/** Does the `;` stand on the line of the parenthesis before it? Then it is likely a slip. */
function sameLine(p: Parser, at: Location): boolean {
  return at > 0 && p.stream.position(at).line === p.stream.position(at - 1).line;
}

function parseLoopBody(p: Parser): Statement {
  const current = state(p);
  current.loops++;
  current.breakable++;
  const depth = { loops: current.loops, breakable: current.breakable };
  const body = parseSubStatement(p);
  current.loops = depth.loops - 1;
  current.breakable = depth.breakable - 1;
  return body;
}

function parseWhile(p: Parser, hint: LoopHint): Statement {
  const at = p.position;
  p.advance();
  const condition = parseParenthesizedCondition(p, 'while');
  const place = p.position;
  const body = parseLoopBody(p);
  if (body.kind === 'empty' && p.kind === T.LBRACE && sameLine(p, place))
    p.report('empty-body', place, { word: 'while' });
  return { kind: 'while', condition, body, hint, at };
}

function parseDo(p: Parser, hint: LoopHint): Statement {
  const at = p.position;
  p.advance();
  const body = parseLoopBody(p);
  if (p.kind !== T.WHILE) p.fail('expected-while', p.position, {});
  p.advance();
  const condition = parseParenthesizedCondition(p, 'while');
  p.expectAfter(T.SEMICOLON, 'do/while statement');
  return { kind: 'do', body, condition, hint, at };
}

/** "for" "(" (declaration | expression? ";") expression? ";" expression? ")" statement */
function parseFor(p: Parser, hint: LoopHint): Statement {
  const at = p.position;
  p.advance();
  const open = p.position;
  if (p.kind !== T.LPAREN) p.fail('expected-after-word', p.position, { token: '(', word: 'for' });
  p.advance();
  p.scopes.enter();
  let initial: Statement | null = null;
  if (isDeclarationStart(p) || p.kind === T.EXTENSION || (p.kind === T.IDENTIFIER && p.peek() === T.IDENTIFIER)) {
    const statements: Statement[] = [];
    const first = p.position;
    parseLocalDeclaration(p, statements);
    initial =
      statements.length === 1 ? (statements[0] as Statement) : { kind: 'block', statements, at: first, end: first };
    if (statements.length > 1) initial = mergeDeclarations(statements, first);
  } else if (!p.accept(T.SEMICOLON)) {
    initial = { kind: 'expression', expression: discard(p, parseExpression(p)), at: open + 1 };
    if (!p.accept(T.SEMICOLON)) p.fail('expected-for-semicolon', p.position, {});
  }
  let condition: Expression | null = null;
  if (p.kind !== T.SEMICOLON) {
    const first = p.position;
    const e = parseExpression(p);
    warnAssignmentCondition(p, e, first);
    condition = asCondition(p, e, first, p.previous);
  }
  if (!p.accept(T.SEMICOLON)) p.fail('expected-for-semicolon', p.position, {});
  const step = p.kind === T.RPAREN ? null : discard(p, parseExpression(p));
  p.expectClosing(T.RPAREN, open);
  const place = p.position;
  const body = parseLoopBody(p);
  if (body.kind === 'empty' && p.kind === T.LBRACE && sameLine(p, place))
    p.report('empty-body', place, { word: 'for' });
  p.scopes.leave();
  return { kind: 'for', initial, condition, step, body, hint, at };
}

function mergeDeclarations(statements: readonly Statement[], at: Location): Statement {
  const variables = statements.flatMap((statement) => (statement.kind === 'declaration' ? statement.variables : []));
  return { kind: 'declaration', variables, at };
}

function parseSwitch(p: Parser): Statement {
  const at = p.position;
  p.advance();
  const open = p.position;
  if (p.kind !== T.LPAREN) p.fail('expected-after-word', p.position, { token: '(', word: 'switch' });
  p.advance();
  const e = rvalue(parseExpression(p));
  p.expectClosing(T.RPAREN, open);
  let value = e;
  if (!isPoison(e) && !isInteger(e.type)) {
    p.report('switch-type', at, { type: quotedType(e.type) });
    value = poison(at);
  }
  value = convert(value, promotedType(value));
  const node: SwitchStatement = {
    kind: 'switch',
    value,
    body: { kind: 'empty', at },
    cases: [],
    hasDefault: false,
    at,
  };
  const entry = newOpenSwitch(node);
  const current = state(p);
  const depth = { switches: current.switches.length, breakable: current.breakable };
  current.switches.push(entry);
  current.breakable++;
  node.body = parseSubStatement(p);
  current.switches.length = depth.switches;
  current.breakable = depth.breakable;
  node.cases = entry.cases;
  return node;
}

function newOpenSwitch(node: SwitchStatement): OpenSwitch {
  const single = new Map<bigint, Location>();
  const ranges: { low: bigint; high: bigint; at: Location }[] = [];
  const entry: OpenSwitch = {
    node,
    cases: [],
    defaultAt: -1,
    lookup: (low, high) => {
      const exact = low === high ? single.get(low) : undefined;
      if (exact !== undefined) return exact;
      const range = ranges.find((other) => low <= other.high && other.low <= high);
      if (range) return range.at;
      if (low !== high) for (const [value, at] of single) if (low <= value && value <= high) return at;
      return null;
    },
    add: (low, high, at) => {
      entry.cases.push({ low, high });
      if (low === high) single.set(low, at);
      else ranges.push({ low, high, at });
    },
  };
  return entry;
}

function parseGoto(p: Parser): Statement {
  const at = p.position;
  p.advance();
  if (p.kind === T.STAR) {
    p.report('indirect-goto', at, {});
    p.advance();
    parseExpression(p);
    p.expectAfter(T.SEMICOLON, 'goto statement');
    return { kind: 'empty', at };
  }
  if (p.kind !== T.IDENTIFIER) p.fail('expected-identifier', p.position, {});
  const { label } = labelNamed(p, p.value, p.position);
  p.advance();
  p.expectAfter(T.SEMICOLON, 'goto statement');
  return { kind: 'goto', label, at };
}

function parseReturn(p: Parser): Statement {
  const at = p.position;
  const { declaration } = state(p);
  const { result } = declaration.type;
  p.advance();
  let value: Expression | null = null;
  if (p.kind !== T.SEMICOLON) {
    const first = p.position;
    const e = rvalue(parseExpression(p));
    const last = p.previous;
    if (isVoid(result)) {
      if (!isPoison(e) && !isVoid(e.type)) p.report('void-returns-value', at, { name: declaration.name });
      value = e;
    } else value = assignTo(p, e, result, { kind: 'return' }, first, last);
    if (isFloat(result)) p.report('floating-point', first, {}, { last });
  } else if (!isVoid(result)) p.report('return-without-value', at, { name: declaration.name });
  p.expectAfter(T.SEMICOLON, 'return statement');
  return { kind: 'return', value, at };
}

function parseExpressionStatement(p: Parser, isValue: boolean): Statement {
  const at = p.position;
  const e = parseExpression(p);
  const found = p.expectAfter(T.SEMICOLON, 'expression');
  const isLast = isValue && p.kind === T.RBRACE;
  const expression = isLast ? e : discard(p, e);
  if (!found && p.kind !== T.RBRACE && !startsStatement(p)) p.skipStatement();
  return { kind: 'expression', expression, at };
}

/** After a missing semicolon: could a new statement begin here? */
function startsStatement(p: Parser): boolean {
  return p.kind === T.IDENTIFIER || p.kind === T.LBRACE || p.kind === T.STAR || T.isKeyword(p.kind);
}

/** A value that nobody takes. Complains where the expression does nothing else. */
function discard(p: Parser, e: Expression): Expression {
  if (isPoison(e)) return e;
  const value = rvalue(e);
  warnUnused(p, e);
  return value;
}

function warnUnused(p: Parser, e: Expression): void {
  if (p.stream.macroPlace(e.at) !== null) return;
  switch (e.kind) {
    case 'compare':
      p.report(e.operator === '==' ? 'unused-equality' : 'unused-comparison', e.at, {});
      return;
    case 'arithmetic':
    case 'negate':
    case 'complement':
    case 'not':
    case 'integer':
    case 'variable':
    case 'pointer-add':
    case 'member':
    case 'index':
    case 'string':
      p.report('unused-value', e.at, {});
      return;
  }
}
