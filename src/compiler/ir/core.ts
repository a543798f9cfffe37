// CO-RE builtins: constants that libbpf fixes when it knows the running kernel's types.
import type { EnumType, Expression, Type } from '../tree.ts';
import { canonical } from '../tree.ts';
import type { FunctionBuilder } from './builder.ts';
import type { Builtin } from './builtins.ts';
import { rvalue } from './expressions.ts';
import type { Inst, IrType } from './ir.ts';
import { irType, isSigned, sizeOf } from './layout.ts';
import { corePath, type Place } from './places.ts';

/** libbpf's enum bpf_core_relo_kind (part of the kernel's user interface). */
const TYPE_ID_LOCAL = 6;
const TYPE_ID_TARGET = 7;
const TYPE_EXISTS = 8;
const TYPE_SIZE = 9;
const ENUM_EXISTS = 10;
const ENUM_VALUE = 11;
const TYPE_MATCHES = 12;

function emitCore(
  b: FunctionBuilder,
  type: IrType,
  root: Type,
  access: string,
  kind: number,
  value: bigint | number,
): Inst {
  const inst = b.emit('core', type, []);
  inst.relocation = { type: root, access, kind };
  inst.value = BigInt(value);
  return inst;
}

export function coreBuiltin(b: FunctionBuilder, e: Builtin): Inst | null {
  const argument = e.arguments[0];
  const last = e.arguments[e.arguments.length - 1];
  const number =
    e.number !== 0 ? e.number : last && last.kind === 'integer' && e.arguments.length > 1 ? Number(last.value) : 0;
  switch (e.name) {
    case '__builtin_preserve_access_index': {
      b.preserving++;
      const value = rvalue(b, argument!);
      b.preserving--;
      return value;
    }
    case '__builtin_preserve_field_info':
      return fieldInfo(b, e, argument!, number);
    case '__builtin_btf_type_id':
      return emitCore(b, irType(e.type), namedType(e, argument), '0', number === 0 ? TYPE_ID_LOCAL : TYPE_ID_TARGET, 0);
    case '__builtin_preserve_type_info': {
      const type = namedType(e, argument);
      const kind = number === 0 ? TYPE_EXISTS : number === 1 ? TYPE_SIZE : TYPE_MATCHES;
      return emitCore(b, irType(e.type), type, '0', kind, kind === TYPE_SIZE ? sizeOf(type) : 1);
    }
    case '__builtin_preserve_enum_value':
      return enumValue(b, e, argument!, number);
    default:
      b.unit.report('C903', e.at, 'A call to built-in function {name} is not supported.', { name: `'${e.name}'` });
      return b.constant(irType(e.type), 0);
  }
}

/** The type that an expression like *(T *)0 names, with its typedef but without qualifiers. */
function namedType(e: Builtin, argument: Expression | undefined): Type {
  let type = e.types[0] ?? argument?.type ?? e.type;
  while (type.kind === 'qualified' || type.kind === 'tagged') type = type.target;
  return type;
}

function fieldInfo(b: FunctionBuilder, e: Builtin, argument: Expression, kind: number): Inst {
  const lvalue = argument.kind === 'load' ? argument.source : argument;
  const found = corePath(b, lvalue);
  if (!found) {
    b.unit.report('C909', e.at, '__builtin_preserve_field_info argument 1 not a field access', {});
    return b.constant('i32', 0);
  }
  return emitCore(
    b,
    irType(e.type),
    found.core.root,
    found.core.path.join(':'),
    kind,
    fieldFact(found.place, found.core.offset, kind),
  );
}

/** What this unit's own types say; libbpf checks and replaces it. */
function fieldFact(place: Place, offset: number, kind: number): number {
  const size = sizeOf(place.type);
  const width = place.bitField ? place.bitField.width : size * 8;
  const bitOffset = place.bitField ? place.bitField.bitOffset : 0;
  switch (kind) {
    case 0:
      return offset;
    case 1:
      return size;
    case 2:
      return 1;
    case 3:
      return isSigned(place.type) ? 1 : 0;
    case 4:
      // for reading the unit into 64 bits and shifting left, then right
      return 64 - (bitOffset + width);
    case 5:
      return 64 - width;
    default:
      return 0;
  }
}

function enumValue(b: FunctionBuilder, e: Builtin, argument: Expression, number: number): Inst {
  let value: bigint | null = null;
  let named: Type | null = e.types[0] ?? null;
  // *(typeof(enum e) *)ENUMERATOR: the pointer's number is the enumerator
  for (let at: Expression | null = argument; at;) {
    if (at.kind === 'integer') {
      value = at.value;
      break;
    }
    if (at.kind === 'dereference') {
      named ??= at.type;
      at = at.pointer;
    } else if (at.kind === 'cast') at = at.operand;
    else if (at.kind === 'load') at = at.source;
    else at = null;
  }
  let type: Type = named ?? argument.type;
  while (type.kind === 'qualified' || type.kind === 'tagged') type = type.target;
  const definition = canonical(type);
  const index = definition.kind === 'enum' ? enumerator(definition, value ?? 0n) : -1;
  if (index < 0) {
    b.unit.report('C909', e.at, '__builtin_preserve_enum_value argument 1 invalid', {});
    return b.constant('i64', 0);
  }
  const kind = number === 0 ? ENUM_EXISTS : ENUM_VALUE;
  return emitCore(b, irType(e.type), type, String(index), kind, kind === ENUM_EXISTS ? 1n : (value ?? 0n));
}

function enumerator(type: EnumType, value: bigint): number {
  return type.members.findIndex((m) => BigInt.asUintN(64, m.value) === BigInt.asUintN(64, value));
}
