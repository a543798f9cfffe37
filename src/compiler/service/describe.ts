// Declarations as C: what a name is, in the words that would declare it.
import { canonical } from '../tree.ts';
import type { EnumType, FunctionDeclaration, RecordType, Type, Variable } from '../tree.ts';
import { isComplete, sizeOf } from '../check/types.ts';
import { textOf } from '../preprocess/interner.ts';
import { tokenText, type Macro } from '../preprocess/macro.ts';
import type { NamedSymbol } from '../check/scope.ts';

/** Members of a record, or names of an enumeration, that a description lists. */
const LISTED = 24;

/** A type as C declares it around `inner`, parameters with their names. */
export function declare(type: Type, inner = ''): string {
  const join = (base: string): string => (inner === '' || inner.startsWith('[') ? base + inner : `${base} ${inner}`);
  switch (type.kind) {
    case 'void':
      return join('void');
    case 'integer':
    case 'float':
      return join(type.name);
    case 'enum':
      return join(type.tag === '' ? 'enum { … }' : `enum ${type.tag}`);
    case 'record': {
      const word = type.union ? 'union' : 'struct';
      return join(type.tag === '' ? `${word} { … }` : `${word} ${type.tag}`);
    }
    case 'typedef':
      return join(type.name);
    case 'tagged':
      return declare(type.target, inner);
    case 'qualified': {
      const words = [type.isConst && 'const', type.isVolatile && 'volatile', type.isRestrict && 'restrict']
        .filter(Boolean)
        .join(' ');
      return type.target.kind === 'pointer'
        ? declare(type.target, inner === '' ? words : `${words} ${inner}`)
        : `${words} ${declare(type.target, inner)}`;
    }
    case 'pointer': {
      let { target } = type;
      while (target.kind === 'tagged') ({ target } = target);
      const star = `*${inner}`;
      return declare(target, target.kind === 'array' || target.kind === 'function' ? `(${star})` : star);
    }
    case 'array':
      return declare(type.element, `${inner}[${type.length ?? ''}]`);
    case 'function': {
      const list = type.parameters.map((parameter) => declare(parameter.type, parameter.name));
      if (type.variadic) list.push('...');
      return declare(type.result, `${inner}(${list.join(', ') || 'void'})`);
    }
  }
}

/** Bytes; null for what has no size of its own. */
export function sizeOrNull(type: Type): number | null {
  const { kind } = canonical(type);
  return kind === 'void' || kind === 'function' || !isComplete(type) ? null : sizeOf(type);
}

function listed(head: string, lines: readonly string[]): string {
  const shown = lines.slice(0, LISTED).map((line) => `\t${line}`);
  if (lines.length > LISTED) shown.push(`\t/* … ${lines.length - LISTED} more */`);
  return [`${head} {`, ...shown, '}'].join('\n');
}

export function tagText(tag: RecordType | EnumType): string {
  if (tag.kind === 'enum') {
    const head = tag.tag === '' ? 'enum' : `enum ${tag.tag}`;
    return tag.complete
      ? listed(
          head,
          tag.members.map(({ name, value }) => `${name} = ${value},`),
        )
      : head;
  }
  const head = [tag.union ? 'union' : 'struct', tag.tag].filter((word) => word !== '').join(' ');
  if (!tag.complete) return head;
  const members = tag.members.map(
    ({ name, type, bitField }) => `${declare(type, name)}${bitField ? ` : ${bitField.width}` : ''};`,
  );
  return listed(head, members);
}

/** A record or enumeration spelled out once, with the pointer or name around it kept in front. */
function typedefText(name: string, target: Type): string {
  const inner = target.kind === 'record' || target.kind === 'enum' ? target : null;
  return inner && inner.tag === '' ? `typedef ${tagText(inner)} ${name}` : `typedef ${declare(target, name)}`;
}

const STORAGE: Partial<Record<Variable['storage'], string>> = { static: 'static ', extern: 'extern ' };

function functionText(fn: FunctionDeclaration): string {
  const parameters = fn.parameters.map((parameter) => declare(parameter.type, parameter.name));
  const list = parameters.length > 0 ? parameters : fn.type.parameters.map((it) => declare(it.type, it.name));
  if (fn.type.variadic) list.push('...');
  const words = `${fn.isStatic ? 'static ' : ''}${fn.isInline ? 'inline ' : ''}`;
  return `${words}${declare(fn.type.result, `${fn.name}(${list.join(', ') || 'void'})`)}`;
}

export function symbolText(symbol: NamedSymbol): string {
  switch (symbol.kind) {
    case 'typedef':
      return symbol.type.kind === 'typedef' ? typedefText(symbol.type.name, symbol.type.target) : declare(symbol.type);
    case 'variable':
      return variableText(symbol.variable);
    case 'function':
      return functionText(symbol.function);
    case 'constant':
      return declare(symbol.type);
  }
}

/** Helpers are declared as pointers with a constant value; what matters is the call. */
export function calledType(type: Type): Extract<Type, { kind: 'function' }> | null {
  const outer = canonical(type);
  const inner = outer.kind === 'pointer' ? canonical(outer.target) : outer;
  return inner.kind === 'function' ? inner : null;
}

export const isHelper = (variable: Variable): boolean =>
  variable.name.startsWith('bpf_') && variable.storage === 'static' && calledType(variable.type) !== null;

export function variableText(variable: Variable): string {
  const called = isHelper(variable) ? calledType(variable.type) : null;
  if (called) return declare(called, variable.name);
  return `${STORAGE[variable.storage] ?? ''}${declare(variable.type, variable.name)}`;
}

/** "MAX(a, b)" */
export function macroHead(name: string, macro: Macro): string {
  if (macro.parameters === null) return name;
  const names = macro.parameters.map(textOf);
  if (macro.variadic) {
    const last = names.pop();
    names.push(last === undefined || last === '__VA_ARGS__' ? '...' : `${last}...`);
  }
  return `${name}(${names.join(', ')})`;
}

export function macroBody(macro: Macro): string {
  const text = macro.body.map((token, i) => (token.space && i > 0 ? ' ' : '') + tokenText(token)).join('');
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}
