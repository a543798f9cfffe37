// Function declarations and definitions (C11 6.9.1).
import { canonical } from '../tree.ts';
import type { Block, FunctionDeclaration, FunctionType, Location, Type, Variable } from '../tree.ts';
import { POISON, hasPrototype, isComplete, isFloat, isVoid, quotedType, sameType } from '../check/types.ts';
import { NO_ATTRIBUTES } from '../check/operators.ts';
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { finishType } from './declarations.ts';
import { parseDeclarator } from './declarators.ts';
import type { Declared, ParameterDeclaration } from './declarators.ts';
import { checkLabels } from './labels.ts';
import { fallsThrough, returns } from './flow.ts';
import type { LabelState, Parser } from './parser.ts';
import { parseSpecifiers, isDeclarationStart } from './specifiers.ts';
import type { Specifiers } from './specifiers.ts';
import { parseBlock } from './statements.ts';

type MutableFunction = { -readonly [K in keyof FunctionDeclaration]: FunctionDeclaration[K] };

/** Declares the function, or finds what was declared before under its name. */
export function declareFunction(p: Parser, declared: Declared, type: Type, specifiers: Specifiers): MutableFunction {
  const name = textOf(declared.id);
  const functionType = canonical(type) as FunctionType;
  const before = p.scopes.ordinary.getHere(declared.id) ?? fileScopeFunction(p, declared.id);
  const isStatic = specifiers.storage === 'static';
  if (before?.kind === 'function') {
    const fn: MutableFunction = before.function;
    const key = fn.defined ? 'previous-definition' : 'previous-declaration';
    const notes = before.at >= 0 ? [p.note(key, before.at, {})] : [];
    if (!sameType(fn.type, functionType)) p.report('conflicting-types', declared.at, { name }, { notes });
    else {
      if (isStatic && !fn.isStatic) p.report('static-after-non-static', declared.at, { name }, { notes });
      if (!fn.defined) {
        if (hasPrototype(functionType) || !hasPrototype(fn.type)) fn.type = functionType;
        fn.parameters = parametersOf(p, declared);
      }
      fn.isInline ||= specifiers.isInline;
      if (declared.attributes) fn.attributes = declared.attributes.toTree(fn.attributes);
    }
    return fn;
  }
  if (before) {
    const notes = before.at >= 0 ? [p.note('previous-definition', before.at, {})] : [];
    p.report('redefinition-other-kind', declared.at, { name }, { notes });
  }
  const attributes = declared.attributes?.toTree() ?? NO_ATTRIBUTES;
  const fn: MutableFunction = {
    kind: 'function',
    name,
    type: functionType,
    attributes: declared.asmName ? { ...attributes, asmName: declared.asmName } : attributes,
    isStatic,
    isInline: specifiers.isInline,
    parameters: parametersOf(p, declared),
    body: null,
    defined: false,
    at: declared.at,
    end: declared.at,
  };
  p.functions.push(fn, declared.at);
  p.scopes.ordinary.set(declared.id, { kind: 'function', function: fn, at: declared.at });
  return fn;
}

/** A function declared in a block is the one of the file. */
function fileScopeFunction(
  p: Parser,
  id: number,
): { readonly kind: 'function'; readonly function: FunctionDeclaration; readonly at: Location } | undefined {
  const symbol = p.scopes.ordinary.get(id);
  return symbol?.kind === 'function' ? symbol : undefined;
}

function parametersOf(p: Parser, declared: Declared): Variable[] {
  return (declared.parameters ?? []).map((parameter) => {
    const variable = p.newVariable(
      parameter.id === 0 ? '' : textOf(parameter.id),
      parameter.type,
      'parameter',
      parameter.at,
    );
    return parameter.attributes ? { ...variable, attributes: parameter.attributes.toTree() } : variable;
  });
}

/** Old style: the parameters' declarations stand between the list and the body. */
function parseIdentifierTypes(p: Parser, list: readonly ParameterDeclaration[]): ParameterDeclaration[] {
  const types = new Map<number, Type>();
  while (isDeclarationStart(p)) {
    const specifiers = parseSpecifiers(p);
    for (;;) {
      const declared = parseDeclarator(p, specifiers.type, 'named', null);
      types.set(declared.id, finishType(declared));
      if (!p.accept(T.COMMA)) break;
    }
    p.expectAfter(T.SEMICOLON, 'declaration');
  }
  return list.map((parameter) => ({ ...parameter, type: types.get(parameter.id) ?? parameter.type }));
}

/** Specifiers and declarator are read; the body comes next. */
export function defineFunction(p: Parser, declaredAs: Declared, type: Type, specifiers: Specifiers): void {
  let declared = declaredAs;
  if (declared.identifierList) p.report('no-prototype-definition', declared.at, {});
  if (declared.identifierList)
    declared = { ...declared, parameters: parseIdentifierTypes(p, declared.parameters ?? []) };
  const name = textOf(declared.id);
  const errors = p.reporter.errors;
  const before = p.scopes.ordinary.getHere(declared.id);
  const redefined = before?.kind === 'function' && before.function.defined;
  if (redefined) {
    const notes = before.at >= 0 ? [p.note('previous-definition', before.at, {})] : [];
    p.report('redefinition', declared.at, { name }, { notes });
  }
  const fn = redefined ? detached(declared, type, specifiers) : declareFunction(p, declared, type, specifiers);
  fn.type = canonical(type) as FunctionType;
  fn.parameters = parametersOf(p, declared);
  fn.defined = true;
  fn.at = declared.at;
  if (!redefined) p.scopes.ordinary.set(declared.id, { kind: 'function', function: fn, at: declared.at });
  checkSignature(p, fn, declared);

  p.scopes.enter();
  (declared.parameters ?? []).forEach((parameter, i) => {
    const variable = fn.parameters[i];
    if (!variable) return;
    if (parameter.id === 0) p.report('parameter-name-omitted', parameter.at, {});
    else p.scopes.ordinary.set(parameter.id, { kind: 'variable', variable, at: parameter.at });
  });
  const labels = new Map<number, LabelState>();
  const saved = p.saveState();
  p.function = { declaration: fn, labels, localLabels: [], loops: 0, switches: [], breakable: 0 };
  let body: Block | null = null;
  try {
    body = parseBlock(p);
    checkLabels(p, labels);
  } catch (problem) {
    p.function = null;
    p.recover(saved, problem);
  }
  p.function = null;
  p.pendingHint = null;
  while (p.scopes.depth > saved.depth - 1) p.scopes.leave();
  if (!body) return;
  fn.end = body.end;
  if (p.reporter.errors > errors || p.floatingBodies.has(fn)) return;
  fn.body = body;
  if (!isVoid(fn.type.result) && canonical(fn.type.result) !== POISON && !fn.attributes.naked && fallsThrough(body)) {
    p.report(returns(body) ? 'missing-return' : 'missing-return-everywhere', body.end, {});
  }
}

/** A second definition is read for its errors only. */
function detached(declared: Declared, type: Type, specifiers: Specifiers): MutableFunction {
  return {
    kind: 'function',
    name: textOf(declared.id),
    type: canonical(type) as FunctionType,
    attributes: NO_ATTRIBUTES,
    isStatic: specifiers.storage === 'static',
    isInline: specifiers.isInline,
    parameters: [],
    body: null,
    defined: true,
    at: declared.at,
    end: declared.at,
  };
}

function checkSignature(p: Parser, fn: FunctionDeclaration, declared: Declared): void {
  const { type } = fn;
  const result = canonical(type.result);
  if (result !== POISON && !isVoid(type.result) && !isComplete(type.result)) {
    p.report('incomplete-result', declared.at, { type: quotedType(type.result) });
  }
  for (const parameter of fn.parameters) {
    if (canonical(parameter.type) !== POISON && !isComplete(parameter.type)) {
      p.report('parameter-incomplete', parameter.at, { type: quotedType(parameter.type) });
    }
  }
  if (type.variadic && !p.rules.variadicDefinitions) p.report('variadic-definition', declared.at, {});
  // Static and inline functions disappear into their callers; the others are called with registers only.
  const isOwnFunction = !fn.isStatic && !fn.isInline && !fn.attributes.alwaysInline;
  if (isOwnFunction && fn.parameters.length > p.rules.maxParameters) {
    const sixth = fn.parameters[p.rules.maxParameters] as Variable;
    p.report('too-many-parameters', sixth.at, {
      name: fn.name,
      count: fn.parameters.length,
      limit: p.rules.maxParameters,
    });
  }
  const usesFloat = isFloat(type.result) || fn.parameters.some((parameter) => isFloat(parameter.type));
  if (usesFloat && isOwnFunction) p.report('floating-point', declared.at, {});
}
