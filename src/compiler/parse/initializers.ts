// Initialisers as they are written: expressions, braces, designators (C11 6.7.9), and compound literals.
import type { Expression, Initializer, Location, Type } from '../tree.ts';
import { poison } from '../check/conversions.ts';
import { buildInitializer, completeType } from '../check/initializers.ts';
import type { Designator, WrittenInitializer } from '../check/initializers.ts';
import { POISON, isComplete, isVoid, quotedType } from '../check/types.ts';
import * as T from '../preprocess/token.ts';
import { parseAssignment, parseConstant } from './expressions.ts';
import type { Parser } from './parser.ts';

/** initializer = assignment | "{" ((designator+ "=")? initializer ("," …)*)? ","? "}" */
export function parseWritten(p: Parser): WrittenInitializer {
  const at = p.position;
  if (p.kind !== T.LBRACE) {
    const value = parseAssignment(p);
    return { kind: 'expression', value, at, last: p.previous };
  }
  p.enter();
  p.advance();
  const items: { designators: Designator[]; value: WrittenInitializer }[] = [];
  while (p.kind !== T.RBRACE && p.kind !== T.END) {
    const designators = parseDesignators(p);
    items.push({ designators, value: parseWritten(p) });
    if (!p.accept(T.COMMA)) break;
  }
  p.leave();
  const last = p.position;
  p.expectClosing(T.RBRACE, at);
  return { kind: 'list', items, at, last };
}

function parseDesignators(p: Parser): Designator[] {
  const designators: Designator[] = [];
  // GNU's old spelling: `name: value`
  if (p.kind === T.IDENTIFIER && p.peek() === T.COLON) {
    designators.push({ kind: 'member', name: p.text(), at: p.position });
    p.advance();
    p.advance();
    return designators;
  }
  for (;;) {
    const at = p.position;
    if (p.kind === T.DOT) {
      p.advance();
      if (p.kind !== T.IDENTIFIER) p.fail('expected-designator', p.position, {});
      designators.push({ kind: 'member', name: p.text(), at: p.position });
      p.advance();
    } else if (p.kind === T.LBRACKET) {
      p.advance();
      const low = parseConstant(p);
      const high = p.accept(T.ELLIPSIS) ? parseConstant(p) : low;
      p.expectClosing(T.RBRACKET, at);
      designators.push({ kind: 'index', low: low ?? 0n, high: high ?? low ?? 0n, at });
    } else break;
  }
  if (designators.length > 0 && !p.accept(T.ASSIGN)) p.fail('expected-designator-equal', p.position, {});
  return designators;
}

/** What stands behind `=` in a declaration. The type may get its length from it. */
export function parseInitializer(
  p: Parser,
  type: Type,
  isStatic: boolean,
  name: Location,
): { type: Type; initializer: Initializer | null } {
  const written = parseWritten(p);
  const complete = completeType(p, type, written);
  return { type: complete, initializer: buildInitializer(p, complete, written, isStatic, name) };
}

/** "(" type-name ")" "{" … "}": an object without a name */
export function parseCompoundLiteral(p: Parser, type: Type, at: Location): Expression {
  const isStatic = p.function === null;
  const written = parseWritten(p);
  const complete = completeType(p, type, written);
  if (complete === POISON) return poison(at);
  if (isVoid(complete) || !isComplete(complete)) {
    p.report('variable-incomplete', at, { type: quotedType(type) });
    return poison(at);
  }
  const initializer = buildInitializer(p, complete, written, isStatic);
  if (!initializer) return poison(at);
  const variable = p.newVariable('', complete, isStatic ? 'static' : 'local', at);
  variable.addressTaken = true;
  if (isStatic) {
    variable.initializer = initializer;
    (variable as { name: string }).name = `.compoundliteral${p.compoundLiterals++ || ''}`;
    p.globals.push(variable, at);
    p.countUse(variable);
  }
  return { kind: 'compound-literal', type: complete, variable, initializer, at };
}
