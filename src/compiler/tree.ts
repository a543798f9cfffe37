// The typed tree: what the checker leaves and the SSA builder reads.
//
// Every implicit conversion is explicit here (`Load`, `Cast`), every operand of an arithmetic node already has the
// node's computation type, names are resolved, constant expressions are folded where C requires it, and sizes and
// offsets are final. Nothing in it is malformed: a function whose body had an error has `body: null`.

/** A place in the source, resolved by `LocationTable`; it stands where the token was expanded, as line tables want. */
export type Location = number;

export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface LocationTable {
  /** Where the outermost macro expansion stands (what debuggers and the kernel log show). */
  position(at: Location): SourcePosition;
  /** The text of a line (from 1), without its line end; '' when there is none. */
  lineText(file: string, line: number): string;
}

// ---------------------------------------------------------------- types

export type Type =
  | VoidType
  | IntegerType
  | FloatType
  | EnumType
  | PointerType
  | ArrayType
  | RecordType
  | FunctionType
  | TypedefType
  | QualifiedType
  | TaggedType;

export interface VoidType {
  readonly kind: 'void';
}
/** `name` is C's spelling as clang's BTF writes it: "int", "unsigned int", "char", "long", "_Bool", "__int128", … */
export interface IntegerType {
  readonly kind: 'integer';
  readonly name: string;
  /** 1, 2, 4, 8 or 16 bytes */
  readonly size: number;
  readonly signed: boolean;
  readonly isBool: boolean;
  readonly isChar: boolean;
}
/** Only ever seen in declarations that are not used: eBPF has no floating point. */
export interface FloatType {
  readonly kind: 'float';
  readonly name: string;
  readonly size: number;
}
export interface EnumType {
  readonly kind: 'enum';
  /** '' when anonymous */
  readonly tag: string;
  readonly underlying: IntegerType;
  members: readonly { readonly name: string; readonly value: bigint }[];
  complete: boolean;
  preserveAccessIndex?: boolean;
  at: Location;
}
export interface PointerType {
  readonly kind: 'pointer';
  readonly target: Type;
}
export interface ArrayType {
  readonly kind: 'array';
  readonly element: Type;
  /** null: a flexible array or an incomplete type */
  readonly length: number | null;
}
export interface RecordType {
  readonly kind: 'record';
  readonly union: boolean;
  /** '' when anonymous */
  readonly tag: string;
  readonly members: readonly Member[];
  readonly size: number;
  readonly align: number;
  readonly complete: boolean;
  readonly packed: boolean;
  /** __attribute__((preserve_access_index)): accesses become CO-RE relocations */
  readonly preserveAccessIndex: boolean;
  readonly declTags: readonly string[];
  at: Location;
}
/** Where a bit-field lies in the stretch of memory that it is read from and written to. */
export interface BitField {
  /** from the stretch's lowest bit */
  readonly bitOffset: number;
  readonly width: number;
  /** the stretch's length, 1 to 9: nothing but bit-fields stands there */
  readonly bytes: number;
}
export interface Member {
  /** '' for an anonymous struct or union */
  readonly name: string;
  readonly type: Type;
  /**
   * bytes from the record's start; for a bit-field, of the storage unit that holds it: as wide as the type, or, where
   * packing lets the field cross such units, the record ends before or another member stands there, the bytes that
   * (bitOffset + width) bits take
   */
  readonly offset: number;
  readonly bitField: BitField | null;
  /** bits from the record's start, as BTF wants */
  readonly bits: number;
  readonly declTags: readonly string[];
}
export interface FunctionType {
  readonly kind: 'function';
  readonly result: Type;
  readonly parameters: readonly { readonly name: string; readonly type: Type }[];
  readonly variadic: boolean;
}
/** Sugar, kept because BTF records it. */
export interface TypedefType {
  readonly kind: 'typedef';
  readonly name: string;
  readonly target: Type;
  readonly declTags: readonly string[];
}
export interface QualifiedType {
  readonly kind: 'qualified';
  readonly isConst: boolean;
  readonly isVolatile: boolean;
  readonly isRestrict: boolean;
  readonly target: Type;
}
/** btf_type_tag("…") on a pointer's target. */
export interface TaggedType {
  readonly kind: 'tagged';
  readonly tag: string;
  readonly target: Type;
}

/** A type without typedefs, qualifiers and tags. */
export type CanonicalType = Exclude<Type, TypedefType | QualifiedType | TaggedType>;

/** Strips typedefs, qualifiers and tags from the outermost layer. */
export function canonical(type: Type): CanonicalType {
  let t = type;
  while (t.kind === 'typedef' || t.kind === 'qualified' || t.kind === 'tagged') t = t.target;
  return t;
}

export function isVolatile(type: Type): boolean {
  for (let t = type; t.kind === 'typedef' || t.kind === 'qualified' || t.kind === 'tagged'; t = t.target) {
    if (t.kind === 'qualified' && t.isVolatile) return true;
  }
  return false;
}

// ---------------------------------------------------------------- the unit

export interface Attributes {
  readonly section: string | null;
  readonly alwaysInline: boolean;
  readonly noInline: boolean;
  readonly weak: boolean;
  readonly used: boolean;
  readonly naked: boolean;
  readonly hidden: boolean;
  readonly align: number | null;
  readonly declTags: readonly string[];
  /** of `register … asm("r1")`: where inline assembly wants the variable; of a function, what it stands for */
  readonly asmName?: string;
}

export interface TranslationUnit {
  readonly file: string;
  readonly locations: LocationTable;
  /** every function that has a body or is referenced, in order of first declaration */
  readonly functions: readonly FunctionDeclaration[];
  /** file-scope and static local variables that are defined or referenced */
  readonly globals: readonly Variable[];
  /** all file-scope tags and typedefs, for BTF roots that code names only through builtins, and for the editor */
  readonly types: readonly Type[];
}

export interface FunctionDeclaration {
  readonly kind: 'function';
  readonly name: string;
  readonly type: FunctionType;
  readonly attributes: Attributes;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  parameters: readonly Variable[];
  /** null: only declared (extern: kfunc or ksym) or its body had an error */
  body: Block | null;
  readonly defined: boolean;
  at: Location;
  /** where the closing brace stands: the line of a fall-through return */
  end: Location;
}

export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  type: Type;
  readonly storage: 'parameter' | 'local' | 'static' | 'global' | 'extern';
  /** the function around a static local (clang names the symbol `function.name`); null for all others */
  readonly owner: string | null;
  readonly attributes: Attributes;
  /** null: not initialised (global: zero, local: undefined) */
  initializer: Initializer | null;
  /** & was taken, or an aggregate: it must live in memory */
  addressTaken: boolean;
  /** what attribute((cleanup(f))) asks for on every way out of the scope: f(&variable) */
  cleanup?: Expression;
  at: Location;
}

/**
 * Parts in ascending offset; what no part covers is zero when `zeroFill` (always so where C says so). Where the last
 * member is a flexible array, the parts of a static object may reach behind the type's size: it is as long as they are.
 */
export interface Initializer {
  readonly zeroFill: boolean;
  readonly parts: readonly InitializerPart[];
}
export interface InitializerPart {
  readonly offset: number;
  readonly type: Type;
  readonly bitField: BitField | null;
  /** a constant expression for globals; a string literal of array type is copied whole */
  readonly value: Expression;
}

// ---------------------------------------------------------------- statements

export interface LoopHint {
  /** `#pragma unroll` / `#pragma clang loop unroll(full)`: 'full'; unroll(disable) / nounroll: 'no'; a count otherwise */
  readonly unroll: 'full' | 'no' | number | null;
}

export type Statement =
  | Block
  | { readonly kind: 'empty'; readonly at: Location }
  | { readonly kind: 'declaration'; readonly variables: readonly Variable[]; readonly at: Location }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly at: Location }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | null;
      readonly at: Location;
    }
  | {
      readonly kind: 'while';
      readonly condition: Expression;
      readonly body: Statement;
      readonly hint: LoopHint;
      readonly at: Location;
    }
  | {
      readonly kind: 'do';
      readonly body: Statement;
      readonly condition: Expression;
      readonly hint: LoopHint;
      readonly at: Location;
    }
  | {
      readonly kind: 'for';
      readonly initial: Statement | null;
      readonly condition: Expression | null;
      readonly step: Expression | null;
      readonly body: Statement;
      readonly hint: LoopHint;
      readonly at: Location;
    }
  | SwitchStatement
  /** A label inside a switch; `owner` says which. Ranges are inclusive. */
  | { readonly kind: 'case'; readonly owner: SwitchStatement; readonly index: number; readonly at: Location }
  | { readonly kind: 'default'; readonly owner: SwitchStatement; readonly at: Location }
  | { readonly kind: 'label'; readonly label: Label; readonly at: Location }
  | { readonly kind: 'goto'; readonly label: Label; readonly at: Location }
  | { readonly kind: 'break'; readonly at: Location }
  | { readonly kind: 'continue'; readonly at: Location }
  | { readonly kind: 'return'; readonly value: Expression | null; readonly at: Location }
  | AssemblyStatement;

export interface Block {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
  readonly at: Location;
  readonly end: Location;
}
export interface SwitchStatement {
  readonly kind: 'switch';
  readonly value: Expression;
  body: Statement;
  cases: readonly { readonly low: bigint; readonly high: bigint }[];
  hasDefault: boolean;
  readonly at: Location;
}
export interface Label {
  readonly name: string;
}
/** GNU inline assembly with its operands; the template is BPF mnemonics or empty (a barrier). */
export interface AssemblyStatement {
  readonly kind: 'asm';
  readonly volatile: boolean;
  readonly template: string;
  readonly outputs: readonly { readonly name: string; readonly constraint: string; readonly target: Expression }[];
  readonly inputs: readonly { readonly name: string; readonly constraint: string; readonly value: Expression }[];
  readonly clobbers: readonly string[];
  /** asm goto targets */
  readonly labels: readonly Label[];
  readonly at: Location;
}

// ---------------------------------------------------------------- expressions

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type CastKind =
  /** integer (or enum, bool) to integer: truncate, zero- or sign-extend by the operand's signedness */
  | 'integer'
  /** anything scalar to _Bool: != 0 */
  | 'bool'
  | 'pointer-to-integer'
  | 'integer-to-pointer'
  | 'pointer'
  /** value dropped */
  | 'void'
  /** array lvalue to pointer to its first element; function to pointer */
  | 'decay';

interface ExpressionBase {
  readonly type: Type;
  readonly at: Location;
}

/** Lvalue nodes: variable, string, dereference, index, member (of an lvalue), compound-literal. They denote memory. */
export type Expression =
  | (ExpressionBase & { readonly kind: 'integer'; readonly value: bigint })
  | (ExpressionBase & { readonly kind: 'variable'; readonly variable: Variable })
  | (ExpressionBase & { readonly kind: 'function'; readonly function: FunctionDeclaration })
  /** bytes include the terminating zero */
  | (ExpressionBase & { readonly kind: 'string'; readonly bytes: Uint8Array })
  | (ExpressionBase & { readonly kind: 'dereference'; readonly pointer: Expression })
  /** pointer[index] as an lvalue; `index` is a 64-bit integer (sign kept from the source type) */
  | (ExpressionBase & { readonly kind: 'index'; readonly pointer: Expression; readonly index: Expression })
  /** base is an lvalue, or an rvalue record (a call's or assignment's result) */
  | (ExpressionBase & {
      readonly kind: 'member';
      readonly base: Expression;
      readonly record: RecordType;
      readonly member: Member;
      /** position in record.members */
      readonly index: number;
    })
  | (ExpressionBase & {
      readonly kind: 'compound-literal';
      readonly variable: Variable;
      readonly initializer: Initializer;
    })
  /** lvalue to rvalue */
  | (ExpressionBase & { readonly kind: 'load'; readonly source: Expression })
  | (ExpressionBase & { readonly kind: 'address'; readonly target: Expression })
  | (ExpressionBase & { readonly kind: 'negate' | 'complement'; readonly operand: Expression })
  /** !x: an int, 0 or 1 */
  | (ExpressionBase & { readonly kind: 'not'; readonly operand: Expression })
  | (ExpressionBase & {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  /** both operands have one type (integer or pointer); the result is an int */
  | (ExpressionBase & {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  /** pointer + index * sizeof(*pointer); `subtract` for pointer - index; index is a 64-bit integer */
  | (ExpressionBase & {
      readonly kind: 'pointer-add';
      readonly pointer: Expression;
      readonly index: Expression;
      readonly subtract: boolean;
      /** bytes an element takes (1 for void) */
      readonly scale: number;
    })
  | (ExpressionBase & {
      readonly kind: 'pointer-difference';
      readonly left: Expression;
      readonly right: Expression;
      readonly scale: number;
    })
  /** && or ||: an int, 0 or 1 */
  | (ExpressionBase & {
      readonly kind: 'logical';
      readonly operator: '&&' | '||';
      readonly left: Expression;
      readonly right: Expression;
    })
  /** `then` null: GNU a ?: b */
  | (ExpressionBase & {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly then: Expression | null;
      readonly otherwise: Expression;
    })
  | (ExpressionBase & { readonly kind: 'comma'; readonly left: Expression; readonly right: Expression })
  | (ExpressionBase & { readonly kind: 'assign'; readonly target: Expression; readonly value: Expression })
  /**
   * target op= value: the target is loaded, cast to `computation` (null: pointer arithmetic scaled by `scale`),
   * combined, cast back and stored
   */
  | (ExpressionBase & {
      readonly kind: 'compound-assign';
      readonly operator: ArithmeticOperator;
      readonly target: Expression;
      readonly value: Expression;
      readonly computation: Type | null;
      readonly scale: number;
    })
  | (ExpressionBase & {
      readonly kind: 'increment';
      readonly target: Expression;
      readonly delta: 1 | -1;
      readonly prefix: boolean;
      /** bytes for a pointer, else 1 */
      readonly scale: number;
    })
  | (ExpressionBase & { readonly kind: 'cast'; readonly cast: CastKind; readonly operand: Expression })
  /** callee: a `function` node, or a pointer value (a helper's constant address, an indirect call in kernel mode) */
  | (ExpressionBase & { readonly kind: 'call'; readonly callee: Expression; readonly arguments: readonly Expression[] })
  | (ExpressionBase & {
      readonly kind: 'statement-expression';
      readonly block: Block;
      readonly result: Expression | null;
    })
  /**
   * A builtin that has to reach code generation, by clang's name ("__builtin_memcpy", "__sync_fetch_and_add",
   * "__builtin_preserve_access_index", …). Those that fold in the front end never appear.
   * `types` carries type operands (preserve_type_info, va_arg, …), `number` an info-kind or size operand.
   */
  | (ExpressionBase & {
      readonly kind: 'builtin';
      readonly name: string;
      readonly arguments: readonly Expression[];
      readonly types: readonly Type[];
      readonly number: number;
    });
