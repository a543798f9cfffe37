// Calls of C's library from kernel mode: eBPF has none, the kernel has. What the front end knows as a builtin (strcmp, memcpy of an
// unknown or large size) becomes a call of the kernel's function of that name.
import type { FunctionBuilder } from '../ir/builder.ts';
import { rvalue } from '../ir/expressions.ts';
import { type Func, Inst } from '../ir/ir.ts';
import { irType, isVoid } from '../ir/layout.ts';
import type { Expression, FunctionDeclaration, TranslationUnit, Type } from '../tree.ts';

type Builtin = Extract<Expression, { kind: 'builtin' }>;

const VOID: Type = { kind: 'void' };
const POINTER: Type = { kind: 'pointer', target: VOID };
const made = new WeakMap<TranslationUnit, Map<string, FunctionDeclaration>>();

/** The unit's own declaration of a library function, or one made for it. */
function declarationOf(unit: TranslationUnit, name: string, result: Type): FunctionDeclaration {
  let known = made.get(unit);
  if (!known) made.set(unit, (known = new Map(unit.functions.map((f) => [f.name, f]))));
  let declaration = known.get(name);
  if (!declaration) {
    declaration = {
      kind: 'function',
      name,
      type: { kind: 'function', result, parameters: [], variadic: false },
      attributes: {
        section: null,
        alwaysInline: false,
        noInline: false,
        weak: false,
        used: false,
        naked: false,
        hidden: false,
        align: null,
        declTags: [],
      },
      isStatic: false,
      isInline: false,
      parameters: [],
      body: null,
      defined: false,
      at: 0,
      end: 0,
    };
    known.set(name, declaration);
  }
  return declaration;
}

/** The kernel function that a builtin of this name calls; null: it is a builtin only. */
export function libraryName(builtin: string): string | null {
  const name = builtin.replace(/^__builtin_/, '').replace(/^bcmp$/, 'memcmp');
  return /^(str|mem)[a-z]+$/.test(name) || name === 'sprintf' || name === 'snprintf' || name === 'vsnprintf'
    ? name
    : null;
}

/** Calls the kernel's function `name` with the builtin's arguments. */
export function callLibrary(b: FunctionBuilder, e: Builtin, name: string): Inst | null {
  const declaration = declarationOf(b.unit.unit, name, e.type);
  b.unit.functionUsed(declaration);
  const args = e.arguments.map((argument) => rvalue(b, argument));
  b.at = e.at;
  const call = b.emit('call', isVoid(e.type) ? 'void' : irType(e.type), args);
  call.callee = { kind: 'function', declaration };
  if (declaration.type.variadic) call.size = Math.max(0, args.length - declaration.type.parameters.length);
  return call.type === 'void' ? null : call;
}

/** A copy or fill that would take too many instructions, as a call. */
export function libraryMemory(unit: TranslationUnit, func: Func, inst: Inst): Inst {
  const call = new Inst('call', 'void', [...inst.args, func.constant('i64', BigInt(inst.size))], inst.at);
  call.callee = { kind: 'function', declaration: declarationOf(unit, inst.op, POINTER) };
  return call;
}
