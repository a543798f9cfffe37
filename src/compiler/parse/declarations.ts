// Declarations at file scope and in blocks; function definitions; type names (C11 6.7, 6.9).
import { canonical } from '../tree.ts';
import type { Expression, Location, Statement, Type, TypedefType, Variable } from '../tree.ts';
import { constantTruth } from '../check/constants.ts';
import { isPoison, markAddressTaken, rvalue } from '../check/conversions.ts';
import { call } from '../check/calls.ts';
import {
  INT,
  LONG,
  POISON,
  SHORT,
  SIGNED_CHAR,
  UNSIGNED_CHAR,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  UNSIGNED_SHORT,
  integerOf,
  isComplete,
  isFunction,
  isVoid,
  pointerTo,
  quotedType,
  sameType,
  setTypedefAlignment,
} from '../check/types.ts';
import { nearest } from '../check/suggest.ts';
import { whoseName } from '../check/whose-name.ts';
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { applyTypeTags } from './attributes.ts';
import { parseDeclarator } from './declarators.ts';
import type { Declared } from './declarators.ts';
import { parseAssignment, parseConditional } from './expressions.ts';
import { declareFunction, defineFunction } from './functions.ts';
import { parseInitializer } from './initializers.ts';
import { parseString } from './literals.ts';
import type { Parser } from './parser.ts';
import { copyAttributes } from './records.ts';
import { complainUnknownType, isDeclarationStart, parseSpecifiers } from './specifiers.ts';
import type { Specifiers } from './specifiers.ts';

/** type-name = specifiers abstract-declarator? */
export function parseTypeName(p: Parser): Type {
  const specifiers = parseSpecifiers(p);
  if (specifiers.missing) {
    if (p.kind === T.STRAY) p.failOnStray();
    if (p.kind === T.IDENTIFIER) {
      complainUnknownType(p);
      p.advance();
      const declared = parseDeclarator(p, POISON, 'abstract', null);
      return declared.type;
    }
    p.fail('expected-type', p.position, {});
  }
  const declared = parseDeclarator(p, specifiers.type, 'abstract', specifiers.attributes);
  return applyTypeTags(declared.type, declared.attributes);
}

/** _Static_assert "(" constant ("," string)? ")" ";" */
export function parseStaticAssert(p: Parser): void {
  p.advance();
  const open = p.position;
  p.expect(T.LPAREN);
  const first = p.position;
  const condition = rvalue(parseConditional(p));
  const last = p.previous;
  let message = '';
  if (p.accept(T.COMMA)) {
    if (p.kind !== T.STRING) p.fail('expected-string', p.position, { where: "'_Static_assert'" });
    message = ': ';
    while (p.kind === T.STRING) {
      message += String.fromCharCode(...parseString(p.text(), 1).units.slice(0, 1000));
      p.advance();
    }
  }
  p.expectClosing(T.RPAREN, open);
  p.expectAfter(T.SEMICOLON, "'_Static_assert'");
  if (isPoison(condition)) return;
  const truth = constantTruth(condition);
  if (truth === null) p.report('static-assert-not-constant', first, {}, { last });
  else if (!truth) {
    const requirement =
      p.kinds[first] === T.NUMBER && first === last ? '' : ` due to requirement '${sourceText(p, first, last)}'`;
    p.report('static-assert-failed', first, { requirement, message }, { last });
  }
}

const NO_SPACE_AFTER = new Set([T.LPAREN, T.LBRACKET, T.DOT, T.ARROW, T.BANG, T.TILDE]);
const NO_SPACE_BEFORE = new Set([
  T.RPAREN,
  T.RBRACKET,
  T.DOT,
  T.ARROW,
  T.COMMA,
  T.LBRACKET,
  T.PLUS_PLUS,
  T.MINUS_MINUS,
]);
const MAYBE_UNARY = new Set([T.MINUS, T.PLUS, T.STAR, T.AMP]);

/** The tokens as one would write them, on one line. */
function sourceText(p: Parser, first: Location, last: Location): string {
  let text = '';
  let glue = true;
  let afterOperand = false;
  for (let i = first; i <= last; i++) {
    const kind = p.kinds[i] as number;
    if (kind === T.PRAGMA) continue;
    const isCall = kind === T.LPAREN && afterOperand;
    if (!glue && !NO_SPACE_BEFORE.has(kind) && !isCall) text += ' ';
    text += p.stream.text(i);
    const unary = MAYBE_UNARY.has(kind) && !afterOperand;
    glue = NO_SPACE_AFTER.has(kind) || unary;
    afterOperand = [
      T.IDENTIFIER,
      T.NUMBER,
      T.STRING,
      T.CHARACTER,
      T.RPAREN,
      T.RBRACKET,
      T.SIZEOF,
      T.ALIGNOF,
      T.OFFSETOF,
    ].includes(kind);
  }
  return text;
}

/** A declaration at file scope, or a function definition. */
export function parseExternalDeclaration(p: Parser): void {
  if (p.accept(T.SEMICOLON)) return;
  if (p.kind === T.RBRACE) {
    p.report('extraneous-brace', p.position, {});
    p.advance();
    return;
  }
  if (p.kind === T.STATIC_ASSERT) {
    parseStaticAssert(p);
    return;
  }
  if (p.kind === T.ASM) {
    parseFileAssembly(p);
    return;
  }
  const specifiers = specifiersOrComplaint(p);
  if (p.kind === T.SEMICOLON) {
    if (!specifiers.hasTag) p.report('declares-nothing', specifiers.at, {});
    p.advance();
    return;
  }
  for (let first = true; ; first = false) {
    const declared = parseDeclarator(
      p,
      specifiers.type,
      'named',
      specifiers.attributes ? copyAttributes(specifiers.attributes) : null,
    );
    const type = finishType(declared);
    if (specifiers.storage === 'typedef') declareTypedef(p, declared, type);
    else if (canonical(type).kind === 'function') {
      const startsBody = p.kind === T.LBRACE || (declared.identifierList === true && isDeclarationStart(p));
      if (first && startsBody) {
        defineFunction(p, declared, type, specifiers);
        return;
      }
      declareFunction(p, declared, type, specifiers);
    } else declareGlobal(p, declared, type, specifiers);
    if (!p.accept(T.COMMA)) break;
  }
  finishDeclaration(p, specifiers.type === POISON);
}

/** A file-scope asm has no place in an eBPF object. */
function parseFileAssembly(p: Parser): void {
  p.report('file-scope-asm', p.position, {});
  p.skipStatement();
}

/** ";" behind declarators; what comes instead decides how far to skip. */
function finishDeclaration(p: Parser, unknownType: boolean): void {
  if (p.accept(T.SEMICOLON)) return;
  // The word before was no type; what follows it need not be explained.
  if (unknownType) {
    p.skipStatement();
    return;
  }
  p.reportMissing(';', 'after top level declarator');
  if (p.kind === T.LBRACE || !isDeclarationStart(p)) p.skipStatement();
}

/** Specifiers in a place where only a declaration can be. */
function specifiersOrComplaint(p: Parser): Specifiers {
  const specifiers = parseSpecifiers(p);
  if (!specifiers.missing) return specifiers;
  if (p.kind === T.STRAY) p.failOnStray();
  if (p.kind === T.IDENTIFIER) {
    const next = p.peek();
    if (next === T.IDENTIFIER || next === T.STAR || T.isKeyword(next)) {
      complainUnknownType(p);
      p.advance();
      specifiers.type = POISON;
      return specifiers;
    }
    if (next === T.LPAREN && p.peek(2) === T.STRING) {
      complainUndeclaredMacro(p);
      return specifiersOrComplaint(p);
    }
    p.report('implicit-int', p.position, {});
    return specifiers;
  }
  p.fail('expected-identifier-or-paren', p.position, {});
}

/** `SEC("xdp")` without the header that defines SEC: the name and its parentheses are left out. */
function complainUndeclaredMacro(p: Parser): void {
  const name = p.text();
  const at = p.position;
  const guess = nearest(name, ['SEC']);
  const more =
    guess === null
      ? whoseName(p, name, at)
      : { notes: [p.note('did-you-mean', at, { guess })], fixes: [{ span: p.span(at), text: guess }] };
  p.report('undeclared-macro', at, { name }, more);
  p.advance();
  for (let depth = 0; p.kind !== T.END; p.advance()) {
    if (p.kind === T.LPAREN) depth++;
    else if (p.kind === T.RPAREN && --depth === 0) break;
  }
  p.advance();
}

/** Type tags and mode(…) that stand behind the declarator. */
export function finishType(declared: Declared): Type {
  let type = applyTypeTags(declared.type, declared.attributes);
  const mode = declared.attributes?.mode ?? null;
  const integer = integerOf(type);
  if (mode !== null && integer) {
    const choices: Readonly<Record<number, readonly [Type, Type]>> = {
      1: [SIGNED_CHAR, UNSIGNED_CHAR],
      2: [SHORT, UNSIGNED_SHORT],
      4: [INT, UNSIGNED_INT],
      8: [LONG, UNSIGNED_LONG],
    };
    const pair = choices[mode];
    if (pair) type = integer.signed ? pair[0] : pair[1];
  }
  return type;
}

function declareTypedef(p: Parser, declared: Declared, type: Type): void {
  const name = textOf(declared.id);
  const before = p.scopes.ordinary.getHere(declared.id);
  if (before) {
    const notes = before.at >= 0 ? [p.note('previous-definition', before.at, {})] : [];
    if (before.kind !== 'typedef') p.report('redefinition-other-kind', declared.at, { name }, { notes });
    else if (!sameType(before.type, type)) {
      const old = before.type.kind === 'typedef' ? before.type.target : before.type;
      p.report('typedef-redefinition', declared.at, { type: quotedType(type), old: quotedType(old) }, { notes });
    }
    return;
  }
  if (p.kind === T.ASSIGN) p.fail('typedef-initializer', p.position, {});
  const typedef: TypedefType = { kind: 'typedef', name, target: type, declTags: declared.attributes?.declTags ?? [] };
  const align = declared.attributes?.align ?? null;
  if (align !== null) setTypedefAlignment(typedef, align);
  p.scopes.ordinary.set(declared.id, {
    kind: 'typedef',
    type: canonical(type) === POISON ? POISON : typedef,
    at: declared.at,
  });
  if (p.scopes.depth === 0 && canonical(type) !== POISON) p.types.push(typedef);
}

// ---------------------------------------------------------------- variables

type MutableVariable = { -readonly [K in keyof Variable]: Variable[K] };

function declareGlobal(p: Parser, declared: Declared, type: Type, specifiers: Specifiers): void {
  const name = textOf(declared.id);
  const storage = specifiers.storage === 'static' ? 'static' : 'global';
  const isExtern = specifiers.storage === 'extern' && p.kind !== T.ASSIGN;
  if (specifiers.storage === 'auto' || specifiers.storage === 'register')
    p.report('file-scope-storage', specifiers.storageAt, {});
  const variable = mergeGlobal(p, declared, type, isExtern ? 'extern' : storage, name);
  if (p.kind === T.ASSIGN) initialize(p, variable, declared.at, true, specifiers.isAuto);
  else if (specifiers.isAuto) p.report('auto-type-needs-initializer', declared.at, { name });
  else if (!isExtern) checkObjectType(p, variable, declared.at, true);
}

/** The variable that the name already means at file scope, brought up to date; or a new one. */
function mergeGlobal(
  p: Parser,
  declared: Declared,
  type: Type,
  storage: 'static' | 'global' | 'extern',
  name: string,
): MutableVariable {
  const before = p.scopes.ordinary.getHere(declared.id);
  const notes = before && before.at >= 0 ? [p.note('previous-definition', before.at, {})] : [];
  if (before?.kind === 'variable') {
    const variable: MutableVariable = before.variable;
    if (!sameType(variable.type, type)) {
      p.report(
        'redefinition-type',
        declared.at,
        { name, type: quotedType(type), old: quotedType(variable.type) },
        { notes },
      );
    } else if (p.kind === T.ASSIGN && variable.initializer) p.report('redefinition', declared.at, { name }, { notes });
    else {
      if (storage === 'static' && variable.storage !== 'static')
        p.report('static-after-non-static', declared.at, { name }, { notes });
      else if (storage === 'global' && variable.storage === 'static')
        p.report('non-static-after-static', declared.at, { name }, { notes });
      if (variable.storage === 'extern') variable.storage = storage;
      const array = canonical(variable.type);
      if (array.kind === 'array' && array.length === null) variable.type = type;
      if (declared.attributes) variable.attributes = declared.attributes.toTree(variable.attributes);
      if (storage !== 'extern') variable.at = declared.at;
    }
    return variable;
  }
  if (before) p.report('redefinition-other-kind', declared.at, { name }, { notes });
  const variable: MutableVariable = p.newVariable(name, type, storage, declared.at);
  if (declared.attributes) variable.attributes = declared.attributes.toTree();
  p.scopes.ordinary.set(declared.id, { kind: 'variable', variable, at: declared.at });
  p.globals.push(variable, declared.at);
  return variable;
}

/** "=" initializer */
function initialize(p: Parser, variable: MutableVariable, at: Location, isStatic: boolean, isAuto: boolean): void {
  p.advance();
  const hadInitializer = variable.initializer !== null;
  if (isAuto) {
    const first = p.position;
    const value = rvalue(parseAssignment(p));
    variable.type = value.type;
    if (isPoison(value)) return;
    variable.addressTaken = ['array', 'record'].includes(canonical(value.type).kind);
    if (isVoid(value.type)) p.report('variable-incomplete', at, { type: quotedType(value.type) }, { last: first });
    variable.initializer = { zeroFill: false, parts: [{ offset: 0, type: value.type, bitField: null, value }] };
    return;
  }
  const isPoisoned = canonical(variable.type) === POISON;
  const array = canonical(variable.type);
  const ofUnknownLength = array.kind === 'array' && array.length === null;
  if (!ofUnknownLength && !isPoisoned && !checkObjectType(p, variable, at, false)) variable.type = POISON;
  const { type, initializer } = parseInitializer(p, variable.type, isStatic, at);
  variable.type = type;
  if (!hadInitializer) variable.initializer = initializer;
}

/** An object must have a size. `tentative`: it may still get one by the end of the file. */
function checkObjectType(p: Parser, variable: Variable, at: Location, tentative: boolean): boolean {
  const type = canonical(variable.type);
  if (type === POISON || isComplete(type)) return true;
  if (tentative && (type.kind === 'array' || type.kind === 'record' || type.kind === 'enum')) {
    p.tentative.push({ variable, at });
    return true;
  }
  const notes =
    type.kind === 'record' && type.at >= 0
      ? [p.note('forward-declaration', type.at, { type: `${type.union ? 'union' : 'struct'} ${type.tag}` })]
      : [];
  p.report('variable-incomplete', at, { type: quotedType(variable.type) }, { notes });
  return false;
}

/** A declaration in a block; automatic variables become a statement. */
export function parseLocalDeclaration(p: Parser, into: Statement[]): void {
  const at = p.position;
  const specifiers = specifiersOrComplaint(p);
  if (p.accept(T.SEMICOLON)) {
    if (!specifiers.hasTag) p.report('declares-nothing', specifiers.at, {});
    return;
  }
  const variables: Variable[] = [];
  for (;;) {
    const declared = parseDeclarator(
      p,
      specifiers.type,
      'named',
      specifiers.attributes ? copyAttributes(specifiers.attributes) : null,
    );
    const type = finishType(declared);
    if (specifiers.storage === 'typedef') declareTypedef(p, declared, type);
    else if (isFunction(type)) {
      if (p.kind === T.LBRACE) p.fail('nested-function', p.position, {});
      declareFunction(p, declared, type, specifiers);
    } else {
      const variable = declareLocal(p, declared, type, specifiers);
      if (variable?.storage === 'local') variables.push(variable);
    }
    if (!p.accept(T.COMMA)) break;
  }
  if (variables.length > 0) into.push({ kind: 'declaration', variables, at });
  if (!p.accept(T.SEMICOLON)) {
    if (specifiers.type === POISON && !specifiers.isAuto) {
      p.skipStatement();
      return;
    }
    p.reportMissing(';', 'at end of declaration');
    if (p.kind !== T.RBRACE && !isDeclarationStart(p) && !T.isKeyword(p.kind) && p.kind !== T.IDENTIFIER)
      p.skipStatement();
  }
}

function declareLocal(p: Parser, declared: Declared, type: Type, specifiers: Specifiers): Variable | null {
  const name = textOf(declared.id);
  const before = p.scopes.ordinary.getHere(declared.id) ?? parameterOfBody(p, declared.id);
  if (before && specifiers.storage !== 'extern') {
    const notes = before.at >= 0 ? [p.note('previous-definition', before.at, {})] : [];
    if (before.kind === 'variable' && !sameType(before.variable.type, type)) {
      p.report(
        'redefinition-type',
        declared.at,
        { name, type: quotedType(type), old: quotedType(before.variable.type) },
        { notes },
      );
    } else
      p.report(
        before.kind === 'variable' ? 'redefinition' : 'redefinition-other-kind',
        declared.at,
        { name },
        { notes },
      );
  }
  if (specifiers.storage === 'extern') {
    const outer = p.scopes.ordinary.get(declared.id);
    if (outer?.kind === 'variable' && outer.variable.owner === null && sameType(outer.variable.type, type))
      return outer.variable;
    const variable: MutableVariable = p.newVariable(name, type, 'extern', declared.at);
    if (declared.attributes) variable.attributes = declared.attributes.toTree();
    p.scopes.ordinary.set(declared.id, { kind: 'variable', variable, at: declared.at });
    p.globals.push(variable, declared.at);
    if (p.kind === T.ASSIGN) p.fail('extern-initializer', p.position, {});
    return variable;
  }
  const isStatic = specifiers.storage === 'static';
  const variable: MutableVariable = p.newVariable(name, type, isStatic ? 'static' : 'local', declared.at);
  if (declared.attributes) variable.attributes = declared.attributes.toTree();
  if (declared.asmName && !isStatic) variable.attributes = { ...variable.attributes, asmName: declared.asmName };
  if (isStatic) {
    variable.owner = p.function?.declaration.name ?? null;
    p.globals.push(variable, declared.at);
  }
  p.scopes.ordinary.set(declared.id, { kind: 'variable', variable, at: declared.at });
  if (p.kind === T.ASSIGN) initialize(p, variable, declared.at, isStatic, specifiers.isAuto);
  else if (specifiers.isAuto) p.report('auto-type-needs-initializer', declared.at, { name });
  else if (!checkObjectType(p, variable, declared.at, false)) variable.type = POISON;
  if (declared.attributes?.cleanup && !isStatic)
    variable.cleanup = cleanupCall(p, variable, declared.attributes.cleanup);
  return variable;
}

/** attribute((cleanup(f))): the call f(&variable). */
function cleanupCall(p: Parser, variable: Variable, { id, at }: { id: number; at: Location }): Expression | undefined {
  const symbol = p.scopes.ordinary.get(id);
  if (symbol?.kind !== 'function') {
    p.report('undeclared', at, { name: textOf(id) });
    return undefined;
  }
  p.usedFunctions.add(symbol.function);
  p.countUse(variable);
  const target: Expression = { kind: 'variable', type: variable.type, variable, at };
  markAddressTaken(p, target);
  const callee: Expression = { kind: 'function', type: symbol.function.type, function: symbol.function, at };
  const value: Expression = { kind: 'address', type: pointerTo(variable.type), target, at };
  return call(p, callee, [{ value, first: at, last: at }], at, at, at);
}

/** In a function's outermost block, a parameter's name is taken. */
function parameterOfBody(
  p: Parser,
  id: number,
): { readonly kind: 'variable'; readonly variable: Variable; readonly at: Location } | undefined {
  const symbol = p.scopes.depth === 2 ? p.scopes.ordinary.get(id) : undefined;
  return symbol?.kind === 'variable' && symbol.variable.storage === 'parameter' ? symbol : undefined;
}
