// Function calls: the callee, the number of arguments, their conversion (C11 6.5.2.2).
import { canonical } from '../tree.ts';
import type { Expression, FunctionType, Location, Variable } from '../tree.ts';
import { constantValue } from './constants.ts';
import type { Context } from './context.ts';
import { assignTo, convert, isPoison, poison, promotedType, rvalue } from './conversions.ts';
import { hasPrototype, isComplete, isFloat, isInteger, isVoid, quotedType } from './types.ts';

/** An argument with the tokens that it was written with. */
export interface Argument {
  readonly value: Expression;
  readonly first: Location;
  readonly last: Location;
}

function functionTypeOf(callee: Expression): FunctionType | null {
  const type = canonical(callee.type);
  if (type.kind === 'function') return type;
  if (type.kind !== 'pointer') return null;
  const target = canonical(type.target);
  return target.kind === 'function' ? target : null;
}

/** What a static pointer variable holds from its initialiser: a helper's number, a function. */
function initialValue(callee: Expression): { value: Expression; variable: Variable } | null {
  if (callee.kind !== 'load' || callee.source.kind !== 'variable') return null;
  const { variable } = callee.source;
  if (variable.storage !== 'static' || variable.addressTaken || !variable.initializer) return null;
  const part = variable.initializer.parts[0];
  if (variable.initializer.parts.length !== 1 || !part) return null;
  const constant = constantValue(part.value);
  if (!constant) return null;
  if (constant.base === null) return { value: part.value, variable };
  if (constant.base.kind !== 'function' || constant.value !== 0n) return null;
  const value = stripDecay(part.value);
  return value.kind === 'function' ? { value, variable } : null;
}

function stripDecay(e: Expression): Expression {
  return e.kind === 'cast' && (e.cast === 'decay' || e.cast === 'pointer') ? stripDecay(e.operand) : e;
}

/** The name and place of what is called, for the note under a wrong number of arguments. */
function declarationOf(callee: Expression): { name: string; at: Location } | null {
  const e = callee.kind === 'load' ? callee.source : stripDecay(callee);
  if (e.kind === 'function') return { name: e.function.name, at: e.function.at };
  return e.kind === 'variable' ? { name: e.variable.name, at: e.variable.at } : null;
}

/** Where a parameter of a called function was declared. */
function parameterPlace(callee: Expression, index: number): { name: string; at: Location } | null {
  const e = stripDecay(callee);
  if (e.kind !== 'function') return null;
  const parameter = e.function.parameters[index];
  return parameter ? { name: parameter.name, at: parameter.at } : null;
}

function checkCount(
  c: Context,
  type: FunctionType,
  callee: Expression,
  args: readonly Argument[],
  close: Location,
): boolean {
  const expected = type.parameters.length;
  if (!hasPrototype(type) && args.length > 0) {
    const known = declarationOf(callee);
    if (known) c.report('no-prototype-call', (args[0] as Argument).first - 1, { name: known.name });
  }
  if (!hasPrototype(type) || args.length === expected || (type.variadic && args.length > expected)) return true;
  const declared = declarationOf(callee);
  const notes = declared && declared.at >= 0 ? [c.note('declared-here', declared.at, { name: declared.name })] : [];
  if (args.length < expected) {
    if (expected === 1 && !type.variadic && type.parameters[0]?.name) {
      c.report('too-few-arguments-single', close, { name: type.parameters[0].name }, { notes });
    } else if (type.variadic) c.report('too-few-arguments-variadic', close, { expected, have: args.length }, { notes });
    else c.report('too-few-arguments', close, { expected, have: args.length }, { notes });
    return false;
  }
  const extra = args[expected] as Argument;
  const last = (args[args.length - 1] as Argument).last;
  if (expected === 1 && type.parameters[0]?.name) {
    c.report(
      'too-many-arguments-single',
      extra.first,
      { name: type.parameters[0].name, have: args.length },
      { last, notes },
    );
  } else c.report('too-many-arguments', extra.first, { expected, have: args.length }, { last, notes });
  return false;
}

/** The type of an argument that no parameter describes (C11 6.5.2.2 p6). */
function promoteArgument(c: Context, argument: Argument): Expression {
  const value = rvalue(argument.value);
  if (isPoison(value)) return value;
  if (isFloat(value.type)) {
    c.report('floating-point', argument.first, {}, { last: argument.last });
    return poison(value.at);
  }
  if (isVoid(value.type)) {
    c.report('void-argument', argument.first, {}, { last: argument.last });
    return poison(value.at);
  }
  return isInteger(value.type) ? convert(value, promotedType(value)) : value;
}

/** @param open the token of the opening parenthesis, `close` of the closing one */
export function call(
  c: Context,
  operand: Expression,
  args: readonly Argument[],
  at: Location,
  open: Location,
  close: Location,
): Expression {
  if (isPoison(operand)) {
    return operand;
  }
  let callee = operand.kind === 'function' ? operand : rvalue(operand);
  // (*pointer)(…) and (&function)(…) call what pointer(…) and function(…) call.
  if (callee.kind === 'cast' && callee.cast === 'decay') {
    if (callee.operand.kind === 'function') callee = callee.operand;
    else if (callee.operand.kind === 'dereference') callee = callee.operand.pointer;
  }
  const type = functionTypeOf(callee);
  if (!type) {
    c.report('not-callable', open, { type: quotedType(operand.type) });
    return poison(at);
  }
  if (!checkCount(c, type, callee, args, close)) return poison(at);
  const values: Expression[] = [];
  let sound = true;
  args.forEach((argument, i) => {
    const parameter = hasPrototype(type) ? type.parameters[i] : undefined;
    const value = parameter
      ? assignTo(
          c,
          rvalue(argument.value),
          parameter.type,
          { kind: 'pass', parameter: parameterPlace(callee, i) },
          argument.first,
          argument.last,
        )
      : promoteArgument(c, argument);
    if (isPoison(value)) sound = false;
    if (parameter && isFloat(parameter.type) && c.unevaluated === 0) {
      c.report('floating-point', argument.first, {}, { last: argument.last });
      sound = false;
    }
    values.push(value);
  });
  if (!isVoid(type.result) && !isComplete(type.result)) {
    c.report('call-incomplete-result', at, { type: quotedType(type.result) });
    return poison(at);
  }
  if (isFloat(type.result) && c.unevaluated === 0) {
    c.report('floating-point', at, {});
    return poison(at);
  }
  if (!sound) return { kind: 'load', type: type.result, source: poison(at), at };
  const known = initialValue(callee);
  const node: Expression & { kind: 'call' } = {
    kind: 'call',
    type: type.result,
    callee: known?.value ?? callee,
    arguments: values,
    at,
  };
  if (known && c.unevaluated === 0) {
    c.foldedCalls.push({ call: node, callee, variable: known.variable });
    c.countUse(known.variable, -1);
  }
  return node;
}
