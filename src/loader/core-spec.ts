// CO-RE: what an access string names in the program's own types, and the same thing in the kernel's.
import { BTF_KIND_ARRAY, resolveType, sizeOf, type Btf, type BtfMember, type BtfType } from './btf.ts';
import {
  essentialName,
  fieldsAreCompatible,
  isComposite,
  isEnum,
  typesAreCompatible,
  typesMatch,
} from './core-types.ts';

/** enum bpf_core_relo_kind (linux/bpf.h) */
export const FIELD_BYTE_OFFSET = 0;
export const FIELD_BYTE_SIZE = 1;
export const FIELD_EXISTS = 2;
export const FIELD_SIGNED = 3;
export const FIELD_LSHIFT_U64 = 4;
export const FIELD_RSHIFT_U64 = 5;
export const TYPE_ID_LOCAL = 6;
export const TYPE_ID_TARGET = 7;
export const TYPE_EXISTS = 8;
export const TYPE_SIZE = 9;
export const ENUMVAL_EXISTS = 10;
export const ENUMVAL_VALUE = 11;
export const TYPE_MATCHES = 12;

/** By number, as libbpf's messages call them. */
export const KIND_NAMES = [
  'byte_off',
  'byte_sz',
  'field_exists',
  'signed',
  'lshift_u64',
  'rshift_u64',
  'local_type_id',
  'target_type_id',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const;

export const isFieldKind = (kind: number): boolean => kind <= FIELD_RSHIFT_U64;
export const isEnumKind = (kind: number): boolean => kind === ENUMVAL_EXISTS || kind === ENUMVAL_VALUE;

/** One step: a member by name, or an element of an array (or of the pointer itself: the first step). */
interface Step {
  /** the structure whose member it is; the element's type for an index */
  readonly typeId: number;
  readonly index: number;
  /** null: an index */
  readonly member: BtfMember | null;
}

export interface Spec {
  readonly btf: Btf;
  readonly rootId: number;
  readonly steps: readonly Step[];
  readonly bits: number;
  /** as it was written */
  readonly access: readonly number[];
}

/** An array at the end of a structure, without a length: any index is good. */
function isFlexible(parent: BtfType | undefined, index: number, array: BtfType): boolean {
  return array.count === 0 && parent !== undefined && isComposite(parent) && index === parent.members.length - 1;
}

/** Reads an access string against the program's own types; null: it does not fit them. */
export function parseSpec(btf: Btf, rootId: number, text: string, kind: number): Spec | null {
  if (!/^\d+(:\d+)*$/.test(text)) return null;
  const access = text.split(':').map(Number);
  const [first = 0, ...rest] = access;
  if (!isFieldKind(kind) && !isEnumKind(kind)) {
    return text === '0' && btf.types[rootId] ? { btf, rootId, steps: [], bits: 0, access } : null;
  }
  let type = resolveType(btf, rootId);
  if (isEnumKind(kind)) {
    if (rest.length > 0 || !isEnum(type) || first >= type.values.length) return null;
    return { btf, rootId, steps: [{ typeId: type.id, index: first, member: null }], bits: 0, access };
  }
  if (access.length > 64) return null;
  const steps: Step[] = [{ typeId: type.id, index: first, member: null }];
  let bits = first * sizeOf(btf, type.id) * 8;
  let parent: BtfType | undefined;
  let position = 0;
  for (const index of rest) {
    if (isComposite(type)) {
      const member = type.members[index];
      if (!member) return null;
      bits += member.offset;
      if (member.name !== '') steps.push({ typeId: type.id, index, member });
      parent = type;
      position = index;
      type = resolveType(btf, member.type);
    } else if (type.kind === BTF_KIND_ARRAY) {
      if (index >= type.count && !isFlexible(parent, position, type)) return null;
      type = resolveType(btf, type.type);
      steps.push({ typeId: type.id, index, member: null });
      bits += index * sizeOf(btf, type.id) * 8;
      parent = undefined;
    } else return null;
  }
  return { btf, rootId, steps, bits, access };
}

interface Found {
  readonly step: Step;
  readonly bits: number;
}

/** A member by name, in the structure or in the anonymous ones inside it. */
function findMember(local: Btf, wanted: BtfMember, btf: Btf, type: BtfType, bits: number, depth: number): Found | null {
  if (depth > 32) return null;
  for (const [index, member] of type.members.entries()) {
    const at = bits + member.offset;
    if (member.name === '') {
      const inner = resolveType(btf, member.type);
      const found = isComposite(inner) ? findMember(local, wanted, btf, inner, at, depth + 1) : null;
      if (found) return found;
    } else if (essentialName(member.name) === essentialName(wanted.name)) {
      // two members of one name cannot be: this is the one, compatible or not
      if (!fieldsAreCompatible(local, wanted.type, btf, member.type)) return null;
      return { step: { typeId: type.id, index, member }, bits: at };
    }
  }
  return null;
}

/** The same access in the kernel's types, from this candidate type on; null: it has no such thing. */
export function matchSpec(local: Spec, target: Btf, candidateId: number, kind: number): Spec | null {
  const found = (steps: Step[], bits: number): Spec => ({
    btf: target,
    rootId: candidateId,
    steps,
    bits,
    access: local.access,
  });
  if (kind === TYPE_MATCHES) {
    return typesMatch(local.btf, local.rootId, target, candidateId) ? found([], 0) : null;
  }
  if (!isFieldKind(kind) && !isEnumKind(kind)) {
    return typesAreCompatible(local.btf, local.rootId, target, candidateId) ? found([], 0) : null;
  }
  let type = resolveType(target, candidateId);
  if (isEnumKind(kind)) {
    const [step] = local.steps;
    const name = step ? resolveType(local.btf, step.typeId).values[step.index]?.name : undefined;
    if (name === undefined || !isEnum(type)) return null;
    const index = type.values.findIndex((value) => essentialName(value.name) === essentialName(name));
    return index < 0 ? null : found([{ typeId: type.id, index, member: null }], 0);
  }
  const steps: Step[] = [];
  let bits = 0;
  for (const [i, step] of local.steps.entries()) {
    if (step.member) {
      const member = isComposite(type) ? findMember(local.btf, step.member, target, type, bits, 0) : null;
      if (!member?.step.member) return null;
      steps.push(member.step);
      ({ bits } = member);
      type = resolveType(target, member.step.member.type);
      continue;
    }
    if (i > 0) {
      if (type.kind !== BTF_KIND_ARRAY) return null;
      const before = steps.at(-1);
      const parent = before?.member ? target.types[before.typeId] : undefined;
      if (step.index >= type.count && !isFlexible(parent, before?.index ?? 0, type)) return null;
      type = resolveType(target, type.type);
    }
    steps.push({ typeId: type.id, index: step.index, member: null });
    bits += step.index * sizeOf(target, type.id) * 8;
  }
  return found(steps, bits);
}

const KEYWORDS: Readonly<Record<number, string>> = {
  4: 'struct',
  5: 'union',
  6: 'enum',
  7: 'fwd',
  8: 'typedef',
  19: 'enum64',
};

/** As libbpf prints it: "<byte_off> [7] struct task_struct.pid (0:3 @ offset 24)". */
export function printSpec(spec: Spec, kind: number): string {
  const root = spec.btf.types[spec.rootId];
  const keyword = KEYWORDS[root?.kind ?? 0];
  let text = `<${KIND_NAMES[kind] ?? 'unknown'}> [${spec.rootId}] ${keyword ? `${keyword} ` : ''}${root?.name || '<anon>'}`;
  const [first] = spec.steps;
  if (isEnumKind(kind)) {
    const type = resolveType(spec.btf, spec.rootId);
    const value = type.values[first?.index ?? 0];
    return `${text}::${value?.name ?? ''} = ${String(value?.value ?? '')}`;
  }
  if (!isFieldKind(kind)) return text;
  spec.steps.forEach((step, i) => {
    if (step.member) text += `.${step.member.name}`;
    else if (i > 0 || step.index > 0) text += `[${step.index}]`;
  });
  const offset = spec.bits % 8 === 0 ? `${spec.bits / 8}` : `${Math.floor(spec.bits / 8)}.${spec.bits % 8}`;
  return `${text} (${spec.access.join(':')} @ offset ${offset})`;
}
