// Calls of builtin functions: those that fold do so here, the others become `builtin` nodes.
import { canonical } from '../tree.ts';
import type { Expression, Location, Type } from '../tree.ts';
import { SIGNATURES } from './builtin-names.ts';
import type { Argument } from './calls.ts';
import { constantValue, integerConstant } from './constants.ts';
import type { Context } from './context.ts';
import { assignTo, convert, isPoison, makeInteger, poison, rvalue } from './conversions.ts';
import {
  BOOL, CHAR_POINTER, DOUBLE, INT, LONG, LONG_LONG, POISON, UNSIGNED_INT, UNSIGNED_LONG, UNSIGNED_LONG_LONG, UNSIGNED_CHAR, UNSIGNED_SHORT, VOID, VOID_POINTER, CHAR,
  arrayOf, isInteger, isPointer, pointerTo, qualify, quotedType, sizeOf, unqualified, isVoid, isComplete, isConst,
} from './types.ts'; // prettier-ignore

const LETTERS: Readonly<Record<string, Type>> = {
  v: VOID, i: INT, u: UNSIGNED_INT, h: UNSIGNED_SHORT, c: UNSIGNED_CHAR, l: LONG, m: UNSIGNED_LONG, L: LONG_LONG, M: UNSIGNED_LONG_LONG,
  z: UNSIGNED_LONG, p: VOID_POINTER, P: pointerTo(qualify(VOID, true, false)), s: CHAR_POINTER, S: pointerTo(qualify(CHAR, true, false)),
  d: DOUBLE, b: BOOL,
}; // prettier-ignore

export interface BuiltinCall {
  readonly name: string;
  readonly args: readonly Argument[];
  /** the name's token */
  readonly at: Location;
  /** the closing parenthesis */
  readonly close: Location;
  /** the function around it, for __builtin_FUNCTION */
  readonly inFunction: string;
  /** and whether that one is always inlined */
  readonly inAlwaysInline: boolean;
}

function node(
  name: string,
  type: Type,
  args: readonly Expression[],
  at: Location,
  more: { types?: readonly Type[]; number?: number } = {},
): Expression {
  if (args.some(isPoison)) return type === VOID ? poison(at) : { kind: 'load', type, source: poison(at), at };
  return { kind: 'builtin', name, type, arguments: args, types: more.types ?? [], number: more.number ?? 0, at };
}

function wrongCount(c: Context, b: BuiltinCall, expected: number): Expression {
  const key = b.args.length < expected ? 'too-few-arguments' : 'too-many-arguments';
  const at = b.args.length < expected ? b.close : (b.args[expected] as Argument).first;
  c.report(key, at, { expected, have: b.args.length });
  return poison(b.at);
}

/** Checks a call of a builtin with a fixed signature. */
function fixedSignature(c: Context, b: BuiltinCall, signature: string): Expression {
  const variadic = signature.endsWith('.');
  const letters = variadic ? signature.slice(1, -1) : signature.slice(1);
  if (b.args.length < letters.length || (b.args.length > letters.length && !variadic))
    return wrongCount(c, b, letters.length);
  const result = LETTERS[signature.charAt(0)] as Type;
  const args = b.args.map((argument, i) => {
    const value = rvalue(argument.value);
    const type = LETTERS[letters.charAt(i)];
    return type && type !== DOUBLE
      ? assignTo(c, value, type, { kind: 'pass', parameter: null }, argument.first, argument.last)
      : value;
  });
  const first = args[0];
  switch (b.name) {
    case '__builtin_expect_with_probability':
      return node('__builtin_expect', result, args.slice(0, 2), b.at);
    case '__builtin_unpredictable':
      if (first) return first;
      break;
    case '__builtin_object_size':
    case '__builtin_dynamic_object_size': {
      const kind = args[1] ? integerConstant(args[1]) : null;
      return makeInteger(kind === 2n || kind === 3n ? 0n : -1n, UNSIGNED_LONG, b.at);
    }
    case '__builtin_strlen': {
      const constant = first ? constantValue(first) : null;
      if (constant?.base && 'bytes' in constant.base) {
        const { bytes } = constant.base;
        const from = Number(constant.value);
        const end = bytes.indexOf(0, from);
        if (from >= 0 && end >= from) return makeInteger(BigInt(end - from), UNSIGNED_LONG, b.at);
      }
      break;
    }
    case '__builtin_prefetch':
      return node(b.name, result, args.slice(0, 1), b.at);
  }
  return node(b.name, result, args, b.at);
}

/** Type of what a pointer argument points to, when an atomic operation can work on it; null after a complaint. */
function atomicTarget(c: Context, argument: Argument, at: Location): { pointer: Expression; type: Type } | null {
  const pointer = rvalue(argument.value);
  if (isPoison(pointer)) return null;
  const type = canonical(pointer.type);
  if (type.kind !== 'pointer') {
    c.report('atomic-not-pointer', at, { type: quotedType(pointer.type) }, { last: argument.last });
    return null;
  }
  if (!isInteger(type.target) && !isPointer(type.target)) {
    c.report('atomic-not-integer', at, { type: quotedType(pointer.type) }, { last: argument.last });
    return null;
  }
  return { pointer, type: unqualified(type.target) };
}

/** __sync_* and __atomic_*: a pointer, values of what it points to, memory orders. */
function atomic(c: Context, b: BuiltinCall): Expression {
  const base = b.name.replace(/_(1|2|4|8|16)$/, '');
  const shape = ATOMIC_SHAPES[base];
  if (shape === undefined) return poison(b.at);
  const minimum = shape.arguments.length;
  // GNU lets further arguments name what the barrier protects.
  if (b.args.length < minimum || (b.args.length > minimum && !base.startsWith('__sync')))
    return wrongCount(c, b, minimum);
  const first = b.args[0] as Argument;
  const target = atomicTarget(c, first, b.at);
  if (!target) return poison(b.at);
  const args = b.args.slice(0, minimum).map((argument, i) => {
    const letter = shape.arguments.charAt(i);
    if (i === 0) return target.pointer;
    const value = rvalue(argument.value);
    const type =
      letter === 'v'
        ? isPointer(target.type) && isInteger(value.type)
          ? value.type
          : target.type
        : letter === 'p'
          ? pointerTo(target.type)
          : letter === 'b'
            ? BOOL
            : INT;
    return assignTo(c, value, type, { kind: 'pass', parameter: null }, argument.first, argument.last);
  });
  const type = shape.result === 'v' ? VOID : shape.result === 'b' ? BOOL : target.type;
  return node(base, type, args, b.at, { number: sizeOf(target.type) });
}

/** Result (t the target's type, b bool, v void) and arguments: a address, v value, p pointer to value, o order, b bool. */
const ATOMIC_SHAPES: Readonly<Record<string, { readonly result: string; readonly arguments: string } | undefined>> =
  (() => {
    const shapes: Record<string, { result: string; arguments: string }> = {
      __sync_lock_test_and_set: { result: 't', arguments: 'av' },
      __sync_swap: { result: 't', arguments: 'av' },
      __sync_lock_release: { result: 'v', arguments: 'a' },
      __sync_val_compare_and_swap: { result: 't', arguments: 'avv' },
      __sync_bool_compare_and_swap: { result: 'b', arguments: 'avv' },
      __atomic_load_n: { result: 't', arguments: 'ao' },
      __atomic_load: { result: 'v', arguments: 'apo' },
      __atomic_store_n: { result: 'v', arguments: 'avo' },
      __atomic_store: { result: 'v', arguments: 'apo' },
      __atomic_exchange_n: { result: 't', arguments: 'avo' },
      __atomic_exchange: { result: 'v', arguments: 'appo' },
      __atomic_compare_exchange_n: { result: 'b', arguments: 'apvboo' },
      __atomic_compare_exchange: { result: 'b', arguments: 'appboo' },
      __atomic_test_and_set: { result: 'b', arguments: 'ao' },
      __atomic_clear: { result: 'v', arguments: 'ao' },
    };
    for (const operation of ['add', 'sub', 'and', 'or', 'xor']) {
      shapes[`__sync_fetch_and_${operation}`] = { result: 't', arguments: 'av' };
      shapes[`__sync_${operation}_and_fetch`] = { result: 't', arguments: 'av' };
      shapes[`__atomic_fetch_${operation}`] = { result: 't', arguments: 'avo' };
      shapes[`__atomic_${operation}_fetch`] = { result: 't', arguments: 'avo' };
    }
    return shapes;
  })();

const OVERFLOW = /^__builtin_(?:([su])(add|sub|mul)(l{0,2})|(add|sub|mul))_overflow$/;

/** __builtin_add_overflow and its typed kin: a, b, address of the result; true when it did not fit. */
function overflow(c: Context, b: BuiltinCall, match: RegExpExecArray): Expression {
  if (b.args.length !== 3) return wrongCount(c, b, 3);
  const values = b.args.map((argument) => rvalue(argument.value));
  if (values.some(isPoison)) return poison(b.at);
  const [left, right, result] = values as [Expression, Expression, Expression];
  const resultType = canonical(result.type);
  const third = b.args[2] as Argument;
  if (resultType.kind !== 'pointer' || !isInteger(resultType.target)) {
    c.report('overflow-result', third.first, { type: quotedType(result.type) }, { last: third.last });
    return poison(b.at);
  }
  for (let i = 0; i < 2; i++) {
    const argument = b.args[i] as Argument;
    if (isInteger((values[i] as Expression).type)) continue;
    c.report(
      'overflow-operand',
      argument.first,
      { type: quotedType((values[i] as Expression).type) },
      { last: argument.last },
    );
    return poison(b.at);
  }
  const operation = match[2] ?? match[4];
  const signed = match[1] === 's';
  const longs = match[3]?.length ?? 0;
  const fixed = signed ? [INT, LONG, LONG_LONG][longs] : [UNSIGNED_INT, UNSIGNED_LONG, UNSIGNED_LONG_LONG][longs];
  const type = match[1] ? fixed : undefined;
  const operands = type ? [convert(left, type), convert(right, type)] : [left, right];
  return node(`__builtin_${operation}_overflow`, BOOL, [...operands, result], b.at);
}

/** The record, enum or typedef behind `*(T *)0`, as the relocation builtins take it. */
function typeOperand(argument: Argument): Type {
  return argument.value.type;
}

function infoKind(c: Context, argument: Argument | undefined): number {
  const value = argument ? integerConstant(rvalue(argument.value)) : null;
  if (value === null && argument)
    c.report('not-constant-argument', argument.first, { name: 'builtin' }, { last: argument.last });
  return Number(value ?? 0n);
}

/** `name(args)` where name is a builtin function. */
export function builtinCall(c: Context, b: BuiltinCall): Expression {
  const { name, args, at } = b;
  const signature = SIGNATURES[name];
  if (signature !== undefined) return fixedSignature(c, b, signature);
  const overflowing = OVERFLOW.exec(name);
  if (overflowing) return overflow(c, b, overflowing);
  if (name === '__atomic_always_lock_free' || name === '__atomic_is_lock_free') return makeInteger(1n, BOOL, at);
  if (name.startsWith('__sync_') || name.startsWith('__atomic_')) return atomic(c, b);
  const first = args[0];
  switch (name) {
    case '__builtin_LINE':
      return makeInteger(BigInt(c.stream.position(at).line), INT, at);
    case '__builtin_FILE':
    case '__builtin_FUNCTION':
      return stringNode(name === '__builtin_FILE' ? c.stream.position(at).file : b.inFunction, at);
  }
  if (!first) return wrongCount(c, b, 1);
  switch (name) {
    case '__builtin_constant_p': {
      if (args.length !== 1) return wrongCount(c, b, 1);
      const value = rvalue(first.value);
      if (isPoison(value)) return makeInteger(0n, INT, at);
      const constant = constantValue(value);
      if (constant && (constant.base === null || 'bytes' in constant.base)) return makeInteger(1n, INT, at);
      // A const parameter of a function that is always inlined is asked about its callers (bpf_tail_call_static): there the
      // answer is in what the parameter is used as, an immediate, and a caller that passes none fails at that use.
      if (b.inAlwaysInline && value.kind === 'load' && value.source.kind === 'variable') {
        const { variable } = value.source;
        if (variable.storage === 'parameter' && isConst(variable.type)) return makeInteger(1n, INT, at);
      }
      return node(name, INT, [value], at);
    }
    case '__builtin_preserve_access_index': {
      if (args.length !== 1) return wrongCount(c, b, 1);
      const value = rvalue(first.value);
      return isPoison(value) ? value : node(name, value.type, [value], at);
    }
    case '__builtin_preserve_field_info': {
      if (args.length !== 2) return wrongCount(c, b, 2);
      const number = infoKind(c, args[1]);
      if (isPoison(first.value)) return poison(at);
      if (first.value.kind !== 'member' && first.value.kind !== 'index' && first.value.kind !== 'load') {
        c.report('field-info-operand', first.first, {}, { last: first.last });
        return poison(at);
      }
      return node(name, UNSIGNED_INT, [first.value], at, { number });
    }
    case '__builtin_preserve_type_info':
    case '__builtin_btf_type_id': {
      if (args.length !== 2) return wrongCount(c, b, 2);
      const number = infoKind(c, args[1]);
      if (isPoison(first.value)) return poison(at);
      return node(name, UNSIGNED_LONG, [], at, { types: [typeOperand(first)], number });
    }
    case '__builtin_preserve_enum_value': {
      if (args.length !== 2) return wrongCount(c, b, 2);
      const number = infoKind(c, args[1]);
      if (isPoison(first.value)) return poison(at);
      const pointer = first.value.kind === 'dereference' ? first.value.pointer : null;
      const operand = pointer?.kind === 'cast' ? pointer.operand : null;
      if (!operand || canonical(first.value.type).kind !== 'enum' || integerConstant(operand) === null) {
        c.report('enum-value-operand', first.first, {}, { last: first.last });
        return poison(at);
      }
      return node(name, UNSIGNED_LONG, [operand], at, { types: [typeOperand(first)], number });
    }
    case '__builtin_classify_type': {
      const type = canonical(rvalue(first.value).type);
      const classes: Readonly<Record<string, number>> = {
        void: 0,
        integer: 1,
        enum: 1,
        pointer: 5,
        float: 8,
        record: 12,
      };
      const union = type.kind === 'record' && type.union;
      return makeInteger(BigInt(union ? 13 : (classes[type.kind] ?? -1)), INT, at);
    }
    case '__builtin_assume_aligned':
    case '__builtin_launder':
      return rvalue(first.value);
    case '__builtin_va_start':
    case '__builtin_va_end':
    case '__builtin_va_copy': {
      if (!c.rules.variadicDefinitions) {
        c.report('variadic-definition', at, {});
        return poison(at);
      }
      return node(
        name,
        VOID,
        args.map((argument) => rvalue(argument.value)),
        at,
      );
    }
  }
  return poison(at);
}

export function stringNode(text: string, at: Location): Expression {
  const bytes = new TextEncoder().encode(`${text}\0`);
  return { kind: 'string', type: arrayOf(CHAR, bytes.length), bytes, at };
}

/** va_arg(list, type) */
export function vaArg(c: Context, list: Expression, type: Type, at: Location): Expression {
  if (!c.rules.variadicDefinitions) {
    c.report('variadic-definition', at, {});
    return poison(at);
  }
  if (isVoid(type) || !isComplete(type)) {
    c.report('va-arg-incomplete', at, { type: quotedType(type) });
    return poison(at);
  }
  return node('__builtin_va_arg', type, [rvalue(list)], at, { types: [type] });
}

/** A value that only the type matters of. */
export function typeOnly(type: Type, at: Location): Expression {
  return type === POISON ? poison(at) : { kind: 'load', type, source: poison(at), at };
}
