// Declarators: pointers, arrays and functions around a name (C11 6.7.6), read from the inside out.
import { canonical } from '../tree.ts';
import type { FunctionType, Location, Type } from '../tree.ts';
import {
  INT,
  POISON,
  arrayOf,
  isComplete,
  isFunction,
  isInteger,
  isVoid,
  markUnprototyped,
  pointerTo,
  qualify,
  quotedType,
} from '../check/types.ts';
import { integerConstant } from '../check/constants.ts';
import { isPoison, rvalue } from '../check/conversions.ts';
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { applyTypeTags, parseAsmLabel, parseAttributes } from './attributes.ts';
import type { AttributeSet } from './attributes.ts';
import { parseAssignment } from './expressions.ts';
import type { Parser } from './parser.ts';
import { complainUnknownType, isDeclarationStart, isTypeStart, parseSpecifiers } from './specifiers.ts';

export interface ParameterDeclaration {
  /** interned name; 0 when there is none */
  readonly id: number;
  readonly at: Location;
  readonly type: Type;
  readonly attributes: AttributeSet | null;
}

export interface Declared {
  /** interned name; 0 for an abstract declarator */
  readonly id: number;
  readonly at: Location;
  readonly type: Type;
  readonly attributes: AttributeSet | null;
  /** of the function that is declared, when one is */
  readonly parameters?: readonly ParameterDeclaration[] | null;
  /** K&R: names without types, to be declared before the body */
  readonly identifierList?: boolean;
  /** asm("…") behind it: a register's name, or the symbol's */
  readonly asmName?: string;
}

type NameRule = 'named' | 'abstract' | 'either';

/**
 * declarator = pointer* (name | "(" declarator ")") ("[" … "]" | "(" parameters ")")* attributes?
 * @param attributes of the specifiers, to which those here are added
 */
export function parseDeclarator(p: Parser, base: Type, rule: NameRule, attributes: AttributeSet | null): Declared {
  const declared = declarator(p, base, rule, attributes);
  let set = declared.attributes;
  const asmName = parseAsmLabel(p);
  if (p.kind === T.ATTRIBUTE) set = parseAttributes(p, set);
  if (asmName !== null) return { ...declared, attributes: set, asmName };
  return set === declared.attributes ? declared : { ...declared, attributes: set };
}

function declarator(p: Parser, base: Type, rule: NameRule, attributes: AttributeSet | null): Declared {
  p.enter();
  let set = attributes;
  let type = base;
  let stars = 0;
  while (p.kind === T.STAR) {
    p.advance();
    if (++stars > 64) p.fail('nesting', p.position, { limit: 64 });
    type = pointerTo(type);
    let isConst = false;
    let isVolatile = false;
    let isRestrict = false;
    for (;;) {
      if (p.kind === T.CONST) isConst = true;
      else if (p.kind === T.VOLATILE) isVolatile = true;
      else if (p.kind === T.RESTRICT) isRestrict = true;
      else if (p.kind === T.ATTRIBUTE) {
        set = parseAttributes(p, set);
        type = applyTypeTags(type, set);
        continue;
      } else if (p.kind !== T.ATOMIC) break;
      p.advance();
    }
    type = qualify(type, isConst, isVolatile, isRestrict);
  }
  if (p.kind === T.ATTRIBUTE) {
    set = parseAttributes(p, set);
  }
  let result: Declared;
  if (p.kind === T.LPAREN && isNested(p, rule)) result = nestedDeclarator(p, type, rule, set);
  else if (p.kind === T.IDENTIFIER && rule !== 'abstract') {
    const id = p.value;
    const at = p.position;
    p.advance();
    const suffix = parseSuffixes(p, type, id);
    result = {
      id,
      at,
      type: suffix.type,
      attributes: set,
      parameters: suffix.parameters,
      identifierList: suffix.identifierList,
    };
  } else {
    if (rule === 'named') complainMissingName(p);
    const at = p.position;
    const suffix = parseSuffixes(p, type, 0);
    result = { id: 0, at, type: suffix.type, attributes: set, parameters: suffix.parameters };
  }
  p.leave();
  return result;
}

function complainMissingName(p: Parser): never {
  if (p.kind === T.STRAY) p.failOnStray();
  p.fail('expected-identifier-or-paren', p.position, {});
}

/** Is the parenthesis around a declarator, rather than a parameter list of a nameless function? */
function isNested(p: Parser, rule: NameRule): boolean {
  if (rule === 'named') return true;
  const next = p.peek();
  if (next === T.RPAREN) return false;
  if (next === T.STAR || next === T.LPAREN || next === T.LBRACKET) return true;
  let at = p.position + 1;
  while (p.kinds[at] === T.PRAGMA) at++;
  if (next === T.ATTRIBUTE) return true;
  if (next === T.IDENTIFIER) return rule === 'either' && !isTypeStart(p, at);
  return false;
}

/** Where the parenthesis opened at `open` is closed; the END token when it is not. Remembered for those inside it. */
function closingParenthesis(p: Parser, open: Location): Location {
  const known = p.parentheses.get(open);
  if (known !== undefined) return known;
  const opened: Location[] = [];
  let at = open;
  for (; p.kinds[at] !== T.END; at++) {
    if (p.kinds[at] === T.LPAREN) opened.push(at);
    else if (p.kinds[at] === T.RPAREN) {
      p.parentheses.set(opened.pop() as Location, at);
      if (opened.length === 0) return at;
    }
  }
  for (const each of opened) p.parentheses.set(each, at);
  return at;
}

/** "(" declarator ")" suffixes: the suffixes come first, then what is inside is built around their result. */
function nestedDeclarator(p: Parser, base: Type, rule: NameRule, set: AttributeSet | null): Declared {
  const open = p.position;
  p.advance();
  const inside = p.position;
  const close = closingParenthesis(p, open);
  p.rewind(close);
  if (p.kind === T.END) p.expectClosing(T.RPAREN, open);
  p.advance();
  const suffix = parseSuffixes(p, base, 0);
  const { type } = suffix;
  const end = p.position;
  p.rewind(inside);
  const declared = declarator(p, type, rule, set);
  if (p.position !== close) p.expectClosing(T.RPAREN, open);
  p.rewind(end);
  // `int (f)(int a)`: the parentheses hold nothing but the name.
  if (declared.type === type && suffix.parameters) return { ...declared, parameters: suffix.parameters };
  return declared;
}

type Suffix =
  | { readonly kind: 'array'; readonly length: number | null; readonly at: Location }
  | { readonly kind: 'function'; readonly build: (result: Type) => FunctionType; readonly at: Location };

function parseSuffixes(
  p: Parser,
  base: Type,
  name: number,
): { type: Type; parameters: readonly ParameterDeclaration[] | null; identifierList: boolean } {
  if (p.kind !== T.LBRACKET && p.kind !== T.LPAREN) return { type: base, parameters: null, identifierList: false };
  const suffixes: Suffix[] = [];
  let parameters: readonly ParameterDeclaration[] | null = null;
  let identifierList = false;
  while (p.kind === T.LBRACKET || p.kind === T.LPAREN) {
    const at = p.position;
    if (suffixes.length >= 64) p.fail('nesting', at, { limit: 64 });
    if (p.kind === T.LBRACKET) suffixes.push({ kind: 'array', length: parseArrayLength(p, name), at });
    else {
      const list = parseParameterList(p);
      if (suffixes.length === 0) ({ parameters, identifierList } = list);
      const variadic = list.variadic;
      const build = (result: Type): FunctionType => {
        const type: FunctionType = {
          kind: 'function',
          result,
          parameters: list.parameters.map((q) => ({ name: q.id === 0 ? '' : textOf(q.id), type: q.type })),
          variadic,
        };
        if (!list.prototype) markUnprototyped(type);
        return type;
      };
      suffixes.push({ kind: 'function', build, at });
    }
  }
  let type = base;
  for (let i = suffixes.length - 1; i >= 0; i--) {
    const suffix = suffixes[i] as Suffix;
    const text = name === 0 ? '' : textOf(name);
    if (suffix.kind === 'array') type = buildArray(p, type, suffix.length, suffix.at, text);
    else {
      const result = canonical(type);
      if (result.kind === 'array' || result.kind === 'function') {
        p.report(result.kind === 'array' ? 'function-returns-array' : 'function-returns-function', suffix.at, {
          type: quotedType(type),
        });
        type = INT;
      }
      type = suffix.build(type);
    }
  }
  return { type, parameters, identifierList };
}

function buildArray(p: Parser, element: Type, length: number | null, at: Location, name: string): Type {
  if (canonical(element) === POISON) return element;
  if (isFunction(element)) {
    p.report('array-of-functions', at, { name, type: quotedType(element) });
    return POISON;
  }
  if (!isComplete(element)) {
    p.report(isVoid(element) ? 'array-of-void' : 'array-of-incomplete', at, { type: quotedType(element) });
    return POISON;
  }
  return arrayOf(element, length);
}

/** The largest array, as clang limits it for a 64-bit target; more cannot be laid out. */
const MAX_LENGTH = 1n << 52n;

/** "[" ("static" | qualifier)* (expression | "*")? "]"; null when no length is given */
function parseArrayLength(p: Parser, name: number): number | null {
  const open = p.position;
  p.advance();
  while (p.kind === T.STATIC || p.kind === T.CONST || p.kind === T.VOLATILE || p.kind === T.RESTRICT) p.advance();
  if (p.accept(T.RBRACKET)) return null;
  if (p.kind === T.STAR && p.peek() === T.RBRACKET) {
    p.advance();
    p.advance();
    return null;
  }
  const at = p.position;
  const e = rvalue(parseAssignment(p));
  const last = p.previous;
  p.expectClosing(T.RBRACKET, open);
  if (isPoison(e)) return 1;
  if (!isInteger(e.type)) {
    p.report('array-size-type', at, { type: quotedType(e.type) }, { last });
    return 1;
  }
  const value = integerConstant(e);
  if (value === null) {
    if (p.parameterDepth > 0) return 1;
    p.report(p.scopes.depth === 0 ? 'vla-file-scope' : 'vla', at, {}, { last });
    return 1;
  }
  if (value < 0n) {
    p.report(
      'array-size-negative',
      at,
      { what: name === 0 ? 'array has' : `'${textOf(name)}' declared as an array with` },
      { last },
    );
    return 1;
  }
  if (value > MAX_LENGTH) {
    p.report('array-too-large', at, { length: String(value) }, { last });
    return 1;
  }
  return Number(value);
}

interface ParameterList {
  readonly parameters: readonly ParameterDeclaration[];
  readonly variadic: boolean;
  readonly prototype: boolean;
  readonly identifierList: boolean;
}

/** "(" ("void" | parameter ("," parameter)* ("," "...")?)? ")" */
function parseParameterList(p: Parser): ParameterList {
  const open = p.position;
  p.advance();
  if (p.accept(T.RPAREN)) return { parameters: [], variadic: false, prototype: false, identifierList: false };
  if (p.kind === T.VOID && p.peek() === T.RPAREN) {
    p.advance();
    p.advance();
    return { parameters: [], variadic: false, prototype: true, identifierList: false };
  }
  if (
    p.kind === T.IDENTIFIER &&
    !isTypeStart(p) &&
    (p.peek() === T.COMMA || p.peek() === T.RPAREN) &&
    p.scopes.depth === 0
  ) {
    const list = identifierList(p, open);
    if (list) return list;
  }
  const parameters: ParameterDeclaration[] = [];
  let variadic = false;
  p.scopes.enter();
  p.parameterDepth++;
  for (;;) {
    if (p.kind === T.ELLIPSIS) {
      p.advance();
      variadic = true;
      break;
    }
    parameters.push(parseParameter(p));
    if (!p.accept(T.COMMA)) break;
  }
  p.parameterDepth--;
  p.scopes.leave();
  p.expectClosing(T.RPAREN, open);
  return { parameters, variadic, prototype: true, identifierList: false };
}

/** K&R: f(a, b) int a, b; { … }. Null when it is no such list after all. */
function identifierList(p: Parser, open: Location): ParameterList | null {
  const start = p.position;
  const parameters: ParameterDeclaration[] = [];
  while (p.kind === T.IDENTIFIER) {
    parameters.push({ id: p.value, at: p.position, type: INT, attributes: null });
    p.advance();
    if (!p.accept(T.COMMA)) break;
  }
  const follows = p.kind === T.RPAREN ? p.peek() : T.END;
  const declares =
    follows !== T.END && follows !== T.LBRACE && follows !== T.SEMICOLON && follows !== T.COMMA && follows !== T.RPAREN;
  if (!declares) {
    p.rewind(start);
    return null;
  }
  p.expectClosing(T.RPAREN, open);
  return { parameters, variadic: false, prototype: false, identifierList: true };
}

function parseParameter(p: Parser): ParameterDeclaration {
  if (!isDeclarationStart(p) && p.kind !== T.ATTRIBUTE && p.kind !== T.EXTENSION) {
    if (p.kind === T.STRAY) p.failOnStray();
    if (p.kind !== T.IDENTIFIER) p.fail('expected-parameter', p.position, {});
    complainUnknownType(p);
    const at = p.position;
    p.advance();
    const declared = parseDeclarator(p, POISON, 'either', null);
    return { id: declared.id, at: declared.id === 0 ? at : declared.at, type: POISON, attributes: null };
  }
  const specifiers = parseSpecifiers(p);
  if (specifiers.missing) p.report('implicit-int-parameter', specifiers.at, {});
  if (specifiers.storage !== null && specifiers.storage !== 'register')
    p.report('parameter-storage', specifiers.storageAt, {});
  const declared = parseDeclarator(p, specifiers.type, 'either', specifiers.attributes);
  const type = adjustParameter(p, applyTypeTags(declared.type, declared.attributes), declared);
  if (declared.id !== 0) {
    const name = textOf(declared.id);
    const before = p.scopes.ordinary.getHere(declared.id);
    if (before)
      p.report(
        'redefinition-parameter',
        declared.at,
        { name },
        { notes: [p.note('previous-declaration', before.at, {})] },
      );
    p.scopes.ordinary.set(declared.id, {
      kind: 'variable',
      variable: p.newVariable(name, type, 'parameter', declared.at),
      at: declared.at,
    });
  }
  return { id: declared.id, at: declared.at, type, attributes: declared.attributes };
}

/** Arrays and functions as parameters are pointers (C11 6.7.6.3). */
function adjustParameter(p: Parser, type: Type, declared: Declared): Type {
  const t = canonical(type);
  if (t.kind === 'array') return pointerTo(t.element);
  if (t.kind === 'function') return pointerTo(type);
  if (isVoid(type) && t !== POISON) {
    p.report(declared.id === 0 ? 'void-parameter' : 'parameter-incomplete', declared.at, { type: quotedType(type) });
    return POISON;
  }
  return type;
}
