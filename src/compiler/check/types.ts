// C's types: the basic ones, how to make others, when two are the same, and how clang writes them.
import { canonical } from '../tree.ts';
import type {
  ArrayType,
  EnumType,
  FloatType,
  FunctionType,
  IntegerType,
  PointerType,
  QualifiedType,
  Type,
  VoidType,
} from '../tree.ts';

export const VOID: VoidType = { kind: 'void' };
/** The type of what could not be understood: it agrees with everything and is never complained about. */
export const POISON: VoidType = { kind: 'void' };

const integer = (name: string, size: number, signed: boolean): IntegerType => ({
  kind: 'integer',
  name,
  size,
  signed,
  isBool: name === '_Bool',
  isChar: name === 'char',
});

export const BOOL = integer('_Bool', 1, false);
export const CHAR = integer('char', 1, true);
export const SIGNED_CHAR = integer('signed char', 1, true);
export const UNSIGNED_CHAR = integer('unsigned char', 1, false);
export const SHORT = integer('short', 2, true);
export const UNSIGNED_SHORT = integer('unsigned short', 2, false);
export const INT = integer('int', 4, true);
export const UNSIGNED_INT = integer('unsigned int', 4, false);
export const LONG = integer('long', 8, true);
export const UNSIGNED_LONG = integer('unsigned long', 8, false);
export const LONG_LONG = integer('long long', 8, true);
export const UNSIGNED_LONG_LONG = integer('unsigned long long', 8, false);
export const INT128 = integer('__int128', 16, true);
export const UNSIGNED_INT128 = integer('unsigned __int128', 16, false);

export const FLOAT16: FloatType = { kind: 'float', name: '_Float16', size: 2 };
export const FLOAT: FloatType = { kind: 'float', name: 'float', size: 4 };
export const DOUBLE: FloatType = { kind: 'float', name: 'double', size: 8 };
export const LONG_DOUBLE: FloatType = { kind: 'float', name: 'long double', size: 8 };

export const VOID_POINTER: PointerType = { kind: 'pointer', target: VOID };
export const CHAR_POINTER: PointerType = { kind: 'pointer', target: CHAR };

/** Integer conversion rank (C11 6.3.1.1). */
const RANKS: Readonly<Record<string, number>> = {
  _Bool: 0,
  char: 1,
  'signed char': 1,
  'unsigned char': 1,
  short: 2,
  'unsigned short': 2,
  int: 3,
  'unsigned int': 3,
  long: 4,
  'unsigned long': 4,
  'long long': 5,
  'unsigned long long': 5,
  __int128: 6,
  'unsigned __int128': 6,
};

export function rank(type: IntegerType): number {
  return RANKS[type.name] ?? 3;
}

const UNSIGNED_OF: ReadonlyMap<IntegerType, IntegerType> = new Map([
  [CHAR, UNSIGNED_CHAR],
  [SIGNED_CHAR, UNSIGNED_CHAR],
  [SHORT, UNSIGNED_SHORT],
  [INT, UNSIGNED_INT],
  [LONG, UNSIGNED_LONG],
  [LONG_LONG, UNSIGNED_LONG_LONG],
  [INT128, UNSIGNED_INT128],
]);

export function unsignedOf(type: IntegerType): IntegerType {
  return UNSIGNED_OF.get(type) ?? type;
}

export function pointerTo(target: Type): PointerType {
  return { kind: 'pointer', target };
}

export function arrayOf(element: Type, length: number | null): ArrayType {
  return { kind: 'array', element, length };
}

/** Adds qualifiers; an array's go to its elements, as C says. */
export function qualify(type: Type, isConst: boolean, isVolatile: boolean, isRestrict = false): Type {
  if (!isConst && !isVolatile && !isRestrict) return type;
  const array = type.kind === 'array' ? type : null;
  if (array) return arrayOf(qualify(array.element, isConst, isVolatile), array.length);
  if (type.kind === 'qualified') {
    if ((type.isConst || !isConst) && (type.isVolatile || !isVolatile) && (type.isRestrict || !isRestrict)) return type;
    return {
      kind: 'qualified',
      isConst: type.isConst || isConst,
      isVolatile: type.isVolatile || isVolatile,
      isRestrict: type.isRestrict || isRestrict,
      target: type.target,
    };
  }
  return { kind: 'qualified', isConst, isVolatile, isRestrict, target: type };
}

export interface Qualifiers {
  readonly isConst: boolean;
  readonly isVolatile: boolean;
  readonly isRestrict: boolean;
}

/** All qualifiers of the outermost layer, through typedefs and tags. */
export function qualifiersOf(type: Type): Qualifiers {
  let isConst = false;
  let isVolatile = false;
  let isRestrict = false;
  for (let t = type; ;) {
    if (t.kind === 'qualified') {
      isConst ||= t.isConst;
      isVolatile ||= t.isVolatile;
      isRestrict ||= t.isRestrict;
      t = t.target;
    } else if (t.kind === 'typedef' || t.kind === 'tagged') t = t.target;
    else if (t.kind === 'array') t = t.element;
    else return { isConst, isVolatile, isRestrict };
  }
}

export function isConst(type: Type): boolean {
  return qualifiersOf(type).isConst;
}

/** Takes qualifiers off the outermost layer; typedef names stay where nothing beneath them is qualified. */
export function unqualified(type: Type): Type {
  if (type.kind === 'qualified') return unqualified(type.target);
  if (type.kind === 'tagged') return unqualified(type.target);
  if (type.kind === 'typedef') {
    const inner = unqualified(type.target);
    return inner === type.target ? type : inner;
  }
  return type;
}

export function isInteger(type: Type): boolean {
  const { kind } = canonical(type);
  return kind === 'integer' || kind === 'enum';
}

export function isPointer(type: Type): boolean {
  return canonical(type).kind === 'pointer';
}

export function isArithmetic(type: Type): boolean {
  const { kind } = canonical(type);
  return kind === 'integer' || kind === 'enum' || kind === 'float';
}

export function isScalar(type: Type): boolean {
  return isArithmetic(type) || isPointer(type);
}

export function isFloat(type: Type): boolean {
  return canonical(type).kind === 'float';
}

export function isVoid(type: Type): boolean {
  return canonical(type).kind === 'void';
}

export function isFunction(type: Type): boolean {
  return canonical(type).kind === 'function';
}

export function isRecord(type: Type): boolean {
  return canonical(type).kind === 'record';
}

/** The integer type that an integer or enum type computes as. */
export function integerOf(type: Type): IntegerType | null {
  const t = canonical(type);
  if (t.kind === 'integer') return t;
  return t.kind === 'enum' ? t.underlying : null;
}

/** Is the type's size known? */
export function isComplete(type: Type): boolean {
  const t = canonical(type);
  switch (t.kind) {
    case 'void':
      return t === POISON;
    case 'array':
      return t.length !== null && isComplete(t.element);
    case 'record':
    case 'enum':
      return t.complete;
    case 'function':
      return false;
    default:
      return true;
  }
}

/** Bytes; 1 for void and functions, as GNU's pointer arithmetic has it; 0 for incomplete types. */
export function sizeOf(type: Type): number {
  const t = canonical(type);
  switch (t.kind) {
    case 'void':
    case 'function':
      return 1;
    case 'integer':
    case 'float':
      return t.size;
    case 'enum':
      return t.underlying.size;
    case 'pointer':
      return 8;
    case 'array':
      return (t.length ?? 0) * sizeOf(t.element);
    case 'record':
      return t.size;
  }
}

const typedefAlignments = new WeakMap<Type, number>();

/** Records `__attribute__((aligned(n)))` of a typedef. */
export function setTypedefAlignment(type: Type, align: number): void {
  typedefAlignments.set(type, align);
}

/** Bytes. */
export function alignOf(type: Type): number {
  for (let t = type; ; t = t.target) {
    const own = typedefAlignments.get(t);
    if (own !== undefined) return own;
    if (t.kind !== 'typedef' && t.kind !== 'qualified' && t.kind !== 'tagged') break;
  }
  const t = canonical(type);
  switch (t.kind) {
    case 'void':
    case 'function':
      return 1;
    case 'integer':
    case 'float':
      return t.size;
    case 'enum':
      return t.underlying.size;
    case 'pointer':
      return 8;
    case 'array':
      return alignOf(t.element);
    case 'record':
      return t.align;
  }
}

/** Declared with `()`: nothing is known about the parameters. */
const unprototyped = new WeakSet<FunctionType>();

export function markUnprototyped(type: FunctionType): void {
  unprototyped.add(type);
}

export function hasPrototype(type: FunctionType): boolean {
  return !unprototyped.has(type);
}

function sameQualifiers(a: Type, b: Type): boolean {
  const x = qualifiersOf(a);
  const y = qualifiersOf(b);
  return x.isConst === y.isConst && x.isVolatile === y.isVolatile;
}

/** Are the types compatible (C11 6.2.7)? `qualifiers`: those of the outermost layer matter too. */
export function sameType(a: Type, b: Type, qualifiers = true): boolean {
  if (a === b) return true;
  const x = canonical(a);
  const y = canonical(b);
  if (x === POISON || y === POISON) return true;
  if (qualifiers && !sameQualifiers(a, b)) return false;
  if (x === y) return true;
  if (x.kind === 'enum' && y.kind === 'integer') return x.underlying === y;
  if (x.kind === 'integer' && y.kind === 'enum') return y.underlying === x;
  if (x.kind === 'pointer' && y.kind === 'pointer') return sameType(x.target, y.target);
  if (x.kind === 'array' && y.kind === 'array') {
    if (x.length !== null && y.length !== null && x.length !== y.length) return false;
    return sameType(x.element, y.element);
  }
  if (x.kind === 'function' && y.kind === 'function') {
    if (!sameType(x.result, y.result, false)) return false;
    if (!hasPrototype(x) || !hasPrototype(y)) return true;
    if (x.variadic !== y.variadic || x.parameters.length !== y.parameters.length) return false;
    return x.parameters.every((parameter, i) =>
      sameType(parameter.type, (y.parameters[i] as { type: Type }).type, false),
    );
  }
  if (x.kind === 'void' && y.kind === 'void') return true;
  return false;
}

function qualifierText(type: QualifiedType): string {
  return [type.isConst ? 'const' : '', type.isVolatile ? 'volatile' : '', type.isRestrict ? 'restrict' : '']
    .filter((word) => word !== '')
    .join(' ');
}

/** A type as C declares it, around `inner` (a name, or the declarator so far). */
function declare(type: Type, inner: string, sugar: boolean): string {
  const join = (base: string): string =>
    inner === '' ? base : /^[*]/.test(inner) || /^\w|^\(/.test(inner) ? `${base} ${inner}` : base + inner;
  switch (type.kind) {
    case 'void':
      return join('void');
    case 'integer':
    case 'float':
      return join(type.name);
    case 'enum':
      return join(type.tag === '' ? 'enum (unnamed)' : `enum ${type.tag}`);
    case 'record': {
      const word = type.union ? 'union' : 'struct';
      return join(type.tag === '' ? `${word} (unnamed)` : `${word} ${type.tag}`);
    }
    case 'typedef':
      return sugar ? join(type.name) : declare(type.target, inner, sugar);
    case 'tagged':
      return declare(type.target, inner, sugar);
    case 'qualified': {
      const words = qualifierText(type);
      if (sugar ? type.target.kind === 'pointer' : canonical(type.target).kind === 'pointer') {
        return declare(type.target, inner === '' ? words : `${words} ${inner}`, sugar);
      }
      return `${words} ${declare(type.target, inner, sugar)}`;
    }
    case 'pointer': {
      let target = type.target;
      if (!sugar) while (target.kind === 'typedef' || target.kind === 'tagged') target = target.target;
      const wrap = target.kind === 'array' || target.kind === 'function';
      const star = /^[a-z]/.test(inner) ? `*${inner}` : `*${inner}`;
      return declare(target, wrap ? `(${star})` : star, sugar);
    }
    case 'array':
      return declare(type.element, `${inner}[${type.length ?? ''}]`, sugar);
    case 'function': {
      const list = type.parameters.map((parameter) => declare(parameter.type, '', sugar));
      if (type.variadic) list.push('...');
      const text = list.length > 0 ? list.join(', ') : hasPrototype(type) ? 'void' : '';
      return declare(type.result, inner === '' ? ` (${text})` : `${inner}(${text})`, sugar).replace(/ {2,}/g, ' ');
    }
  }
}

/** clang's spelling: "unsigned int", "struct task_struct *", "void (*)(int)". */
export function typeText(type: Type): string {
  return type === POISON ? '<error>' : declare(type, '', true);
}

function wrap(text: string): string {
  return text.length > 4096 ? `${text.slice(0, 4096)}…` : text;
}

/** A type as clang quotes it in messages: 'u32' (aka 'unsigned int'). */
export function quotedType(type: Type): string {
  const text = wrap(typeText(type));
  const plain = wrap(declare(type, '', false));
  return text === plain ? `'${text}'` : `'${text}' (aka '${plain}')`;
}

export function isEnum(type: Type): type is EnumType {
  return canonical(type).kind === 'enum';
}
