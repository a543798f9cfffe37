// CO-RE: when are a type of the program and a type of the kernel the same? (libbpf documents the rules in bpf_core_read.h and
// relo_core.c's comments: names without their ___flavor, kinds, and for bpf_core_type_matches() the whole shape.)
import {
  BTF_KIND_ARRAY,
  BTF_KIND_ENUM,
  BTF_KIND_ENUM64,
  BTF_KIND_FLOAT,
  BTF_KIND_FUNC_PROTO,
  BTF_KIND_FWD,
  BTF_KIND_INT,
  BTF_KIND_PTR,
  BTF_KIND_STRUCT,
  BTF_KIND_UNION,
  resolveType,
  type Btf,
  type BtfType,
} from './btf.ts';

/** Types may be nested no deeper (libbpf's limit). */
const DEPTH = 32;

/** Pairs of types that were compared already: asked again, whether inside themselves or elsewhere, they are taken to agree. */
type Compared = Set<string>;

export const isComposite = (type: BtfType): boolean => type.kind === BTF_KIND_STRUCT || type.kind === BTF_KIND_UNION;
export const isEnum = (type: BtfType): boolean => type.kind === BTF_KIND_ENUM || type.kind === BTF_KIND_ENUM64;

/** "task_struct___old" → "task_struct": what stands before the last three underscores between two other characters. */
export function essentialName(name: string): string {
  for (let i = name.length - 5; i >= 0; i--) {
    if (name[i] !== '_' && name.slice(i + 1, i + 4) === '___' && name[i + 4] !== '_') return name.slice(0, i + 1);
  }
  return name;
}

export const sameKind = (a: BtfType, b: BtfType): boolean => a.kind === b.kind || (isEnum(a) && isEnum(b));

/** May a field of the one type be read as a field of the other? */
export function fieldsAreCompatible(local: Btf, localId: number, target: Btf, targetId: number, depth = 0): boolean {
  const a = resolveType(local, localId);
  const b = resolveType(target, targetId);
  if (isComposite(a) && isComposite(b)) return true;
  if (!sameKind(a, b)) return false;
  switch (a.kind) {
    case BTF_KIND_PTR:
    case BTF_KIND_FLOAT:
    case BTF_KIND_INT:
      return true;
    case BTF_KIND_FWD:
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      // one without a name goes with every other
      return a.name === '' || b.name === '' || essentialName(a.name) === essentialName(b.name);
    case BTF_KIND_ARRAY:
      return depth < DEPTH && fieldsAreCompatible(local, a.type, target, b.type, depth + 1);
    default:
      return false;
  }
}

/** bpf_core_type_exists() and its like: the kinds all the way down, names only at the top. */
export function typesAreCompatible(
  local: Btf,
  localId: number,
  target: Btf,
  targetId: number,
  depth = 0,
  compared: Compared = new Set(),
): boolean {
  const a = resolveType(local, localId);
  const b = resolveType(target, targetId);
  if (depth > DEPTH || !sameKind(a, b)) return false;
  const pair = `${a.id} ${b.id}`;
  if (compared.has(pair)) return true;
  compared.add(pair);
  const inner = (x: number, y: number): boolean => typesAreCompatible(local, x, target, y, depth + 1, compared);
  switch (a.kind) {
    case BTF_KIND_PTR:
    case BTF_KIND_ARRAY:
      return inner(a.type, b.type);
    case BTF_KIND_FUNC_PROTO:
      return (
        a.members.length === b.members.length &&
        a.members.every((parameter, i) => inner(parameter.type, b.members[i]?.type ?? 0)) &&
        inner(a.type, b.type)
      );
    default:
      return a.kind !== BTF_KIND_FLOAT;
  }
}

/** bpf_core_type_matches(): every member and enumerator of ours is there, under its name and with a type that matches. */
export function typesMatch(
  local: Btf,
  localId: number,
  target: Btf,
  targetId: number,
  behindPointer = false,
  depth = 0,
  compared: Compared = new Set(),
): boolean {
  if (depth > DEPTH) return false;
  const a = resolveType(local, localId);
  const b = resolveType(target, targetId);
  if (essentialName(a.name) !== essentialName(b.name)) return false;
  const pair = `${a.id} ${b.id} ${behindPointer}`;
  if (compared.has(pair)) return true;
  compared.add(pair);
  const inner = (x: number, y: number, pointed = behindPointer): boolean =>
    typesMatch(local, x, target, y, pointed, depth + 1, compared);
  const isForward = (type: BtfType, union: boolean): boolean =>
    type.kind === BTF_KIND_FWD && (type.flags === 1) === union;
  switch (a.kind) {
    case 0:
      return b.kind === 0;
    case BTF_KIND_INT:
      return b.kind === BTF_KIND_INT && a.size === b.size && (a.flags & 1) === (b.flags & 1);
    case BTF_KIND_FWD:
      if (b.kind === BTF_KIND_FWD) return a.flags === b.flags;
      return b.kind === (a.flags === 1 ? BTF_KIND_UNION : BTF_KIND_STRUCT);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return (
        isEnum(b) &&
        a.values.every(({ name }) => b.values.some((value) => essentialName(value.name) === essentialName(name)))
      );
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      if (behindPointer && (b.kind === a.kind || isForward(b, a.kind === BTF_KIND_UNION))) return true;
      return (
        b.kind === a.kind &&
        a.members.every((member) =>
          b.members.some(
            (candidate) =>
              essentialName(candidate.name) === essentialName(member.name) && inner(member.type, candidate.type),
          ),
        )
      );
    case BTF_KIND_PTR:
      return b.kind === BTF_KIND_PTR && inner(a.type, b.type, true);
    case BTF_KIND_ARRAY:
      return b.kind === BTF_KIND_ARRAY && a.count === b.count && inner(a.type, b.type);
    case BTF_KIND_FUNC_PROTO:
      return (
        b.kind === BTF_KIND_FUNC_PROTO &&
        a.members.length === b.members.length &&
        a.members.every((parameter, i) => inner(parameter.type, b.members[i]?.type ?? 0)) &&
        inner(a.type, b.type)
      );
    default:
      return false;
  }
}
