// BTF: the types of a program as libbpf and the kernel read them (Linux: Documentation/bpf/btf.rst).
import type { FunctionType, Member, RecordType, Type } from '../tree.ts';
import { canonical } from '../tree.ts';
import { ByteWriter, StringTable } from './bytes.ts';

const KIND_INT = 1;
const KIND_PTR = 2;
const KIND_ARRAY = 3;
const KIND_STRUCT = 4;
const KIND_UNION = 5;
const KIND_ENUM = 6;
const KIND_FWD = 7;
const KIND_TYPEDEF = 8;
const KIND_VOLATILE = 9;
const KIND_CONST = 10;
const KIND_RESTRICT = 11;
const KIND_FUNC = 12;
const KIND_FUNC_PROTO = 13;
const KIND_VAR = 14;
const KIND_DATASEC = 15;
const KIND_FLOAT = 16;
const KIND_DECL_TAG = 17;
const KIND_TYPE_TAG = 18;
const KIND_ENUM64 = 19;

export type BtfLinkage = 'static' | 'global' | 'extern';
const LINKAGE: Record<BtfLinkage, number> = { static: 0, global: 1, extern: 2 };

export const BTF_MAGIC = 0xeb9f;
const HEADER_SIZE = 24;

/** What a type reference in the table may still have to find: a record that is only pointed to from inside others. */
interface Pending {
  readonly at: number;
  readonly record: RecordType;
}

export class BtfBuilder {
  readonly strings = new StringTable();
  private readonly types = new ByteWriter();
  private count = 0;
  private readonly known = new Map<Type, number>();
  private readonly byShape = new Map<string, number>();
  private readonly pending: Pending[] = [];
  private indexType = 0;
  private readonly shows: (member: Member) => boolean;

  /** @param shows which members of records are described */
  constructor(shows: (member: Member) => boolean = () => true) {
    this.shows = shows;
  }

  private begin(name: string, kind: number, length: number, sizeOrType: number, flag = false): number {
    this.types.u32(this.strings.add(name));
    this.types.u32(((flag ? 0x80000000 : 0) | (kind << 24) | Math.min(length, 0xffff)) >>> 0);
    this.types.u32(sizeOrType);
    return ++this.count;
  }

  /** Types without members are shared by shape: two pointers to one type are one. */
  private shared(key: string, make: () => number): number {
    let id = this.byShape.get(key);
    if (id === undefined) {
      id = make();
      this.byShape.set(key, id);
    }
    return id;
  }

  /**
   * The id of a type, 0 for void. `inRecord`: a pointer to a named record from inside a record does not pull the
   * record in, as clang has it; if nothing else needs it, it becomes a forward declaration.
   */
  type(type: Type, inRecord = false): number {
    const known = this.known.get(type);
    if (known !== undefined) return known;
    switch (type.kind) {
      case 'void':
        return 0;
      case 'integer': {
        const encoding = type.isBool ? 4 : type.signed ? 1 : 0;
        return this.shared(`i${type.name}`, () => {
          const id = this.begin(type.name, KIND_INT, 0, type.size);
          this.types.u32((encoding << 24) | (type.size * 8));
          return id;
        });
      }
      case 'float':
        return this.shared(`f${type.name}`, () => this.begin(type.name, KIND_FLOAT, 0, type.size));
      case 'pointer':
        return this.pointer(type.target, inRecord);
      case 'array': {
        const element = this.type(type.element, inRecord);
        const index = this.arrayIndex();
        return this.shared(`a${element},${type.length}`, () => {
          const id = this.begin('', KIND_ARRAY, 0, 0);
          this.types.u32(element);
          this.types.u32(index);
          this.types.u32(type.length ?? 0);
          return id;
        });
      }
      case 'record':
        return this.record(type);
      case 'enum':
        return this.enumeration(type);
      case 'function':
        return this.prototype(type);
      case 'typedef': {
        const target = this.type(type.target, inRecord);
        const again = this.known.get(type);
        if (again !== undefined) return again;
        const id = this.shared(`t${type.name},${target}`, () => this.begin(type.name, KIND_TYPEDEF, 0, target));
        this.known.set(type, id);
        type.declTags.forEach((tag) => this.declTag(tag, id, -1));
        return id;
      }
      case 'qualified': {
        let id = this.type(type.target, inRecord);
        if (type.isRestrict) id = this.modifier(KIND_RESTRICT, id);
        if (type.isVolatile) id = this.modifier(KIND_VOLATILE, id);
        if (type.isConst) id = this.modifier(KIND_CONST, id);
        return id;
      }
      case 'tagged': {
        const target = this.type(type.target, inRecord);
        return this.shared(`g${type.tag},${target}`, () => this.begin(type.tag, KIND_TYPE_TAG, 0, target));
      }
    }
  }

  private modifier(kind: number, target: number): number {
    return this.shared(`m${kind},${target}`, () => this.begin('', kind, 0, target));
  }

  private arrayIndex(): number {
    if (this.indexType === 0) {
      this.indexType = this.begin('__ARRAY_SIZE_TYPE__', KIND_INT, 0, 4);
      this.types.u32(32);
    }
    return this.indexType;
  }

  private pointer(target: Type, inRecord: boolean): number {
    if (inRecord) {
      const bare = canonicalThroughQualifiers(target);
      if (bare.kind === 'record' && bare.tag !== '' && !this.known.has(bare)) return this.pendingPointer(target, bare);
    }
    const t = this.type(target, inRecord);
    return this.shared(`p${t}`, () => this.begin('', KIND_PTR, 0, t));
  }

  /** A pointer whose target is decided at the end. Qualifiers between are kept by their own entries. */
  private pendingPointer(target: Type, record: RecordType): number {
    const key = `P${qualifiers(target)},${record.union ? 'u' : 's'} ${record.tag}`;
    return this.shared(key, () => {
      let id = this.begin('', KIND_PTR, 0, 0);
      const pointer = id;
      const chain = [...qualifiers(target)];
      let at = this.types.length - 4;
      for (const q of chain) {
        id = this.begin('', q === 'c' ? KIND_CONST : KIND_VOLATILE, 0, 0);
        this.types.patchU32(at, id);
        at = this.types.length - 4;
      }
      this.pending.push({ at, record });
      return pointer;
    });
  }

  private record(type: RecordType): number {
    if (!type.complete) {
      const id = this.shared(`w${type.union ? 'u' : 's'}${type.tag}`, () =>
        this.begin(type.tag, KIND_FWD, 0, 0, type.union),
      );
      this.known.set(type, id);
      return id;
    }
    const members = type.members.filter(this.shows);
    const bitFields = members.some((m) => m.bitField !== null);
    const id = this.begin(type.tag, type.union ? KIND_UNION : KIND_STRUCT, members.length, type.size, bitFields);
    // known before its members: they may point back to it
    this.known.set(type, id);
    const at = this.types.length;
    for (const member of members) {
      this.types.u32(this.strings.add(member.name));
      this.types.u32(0);
      this.types.u32(bitFields ? (member.bits & 0xffffff) | ((member.bitField?.width ?? 0) << 24) : member.bits);
    }
    // a map's definition names its types by pointers, which libbpf follows
    members.forEach((member, i) => {
      const reference = this.type(member.type, !this.mapDefinition);
      this.types.patchU32(at + i * 12 + 4, reference);
    });
    members.forEach((member, i) => {
      member.declTags.forEach((tag) => this.declTag(tag, id, i));
    });
    type.declTags.forEach((tag) => this.declTag(tag, id, -1));
    return id;
  }

  private mapDefinition = false;

  /** The type of a variable in .maps: libbpf follows the pointers in it to the key's and the value's type. */
  mapType(type: Type): number {
    const record = canonical(type);
    if (record.kind === 'record' && !this.known.has(record)) {
      for (const member of record.members) {
        const m = canonical(member.type);
        if (m.kind === 'pointer') {
          this.type(m.target);
        } else if (m.kind === 'array') {
          // values of a map of maps (their definition), or of programs
          const element = canonical(m.element);
          const target = element.kind === 'pointer' ? element.target : null;
          if (target && canonical(target).kind === 'record') this.mapType(target);
          else if (target) this.type(target);
        }
      }
    }
    this.mapDefinition = true;
    const id = this.type(type);
    this.mapDefinition = false;
    return id;
  }

  private enumeration(type: Extract<Type, { kind: 'enum' }>): number {
    if (!type.complete) {
      const id = this.begin(type.tag, KIND_ENUM, 0, 4);
      this.known.set(type, id);
      return id;
    }
    const size = type.underlying.size;
    const signed = type.members.some((m) => m.value < 0n);
    const id = this.begin(type.tag, size > 4 ? KIND_ENUM64 : KIND_ENUM, type.members.length, size, signed);
    this.known.set(type, id);
    for (const member of type.members) {
      this.types.u32(this.strings.add(member.name));
      this.types.u32(Number(BigInt.asUintN(32, member.value)));
      if (size > 4) this.types.u32(Number(BigInt.asUintN(32, member.value >> 32n)));
    }
    return id;
  }

  prototype(type: FunctionType, names?: readonly string[]): number {
    const result = this.type(type.result);
    const parameters = type.parameters.map((p, i) => ({
      name: names ? (names[i] ?? p.name) : '',
      type: this.type(p.type),
    }));
    const key = `F${result}(${parameters.map((p) => `${p.name}:${p.type}`).join()})${type.variadic}`;
    return this.shared(key, () => {
      const id = this.begin('', KIND_FUNC_PROTO, parameters.length + (type.variadic ? 1 : 0), result);
      for (const p of parameters) {
        this.types.u32(this.strings.add(p.name));
        this.types.u32(p.type);
      }
      if (type.variadic) {
        this.types.u32(0);
        this.types.u32(0);
      }
      return id;
    });
  }

  func(name: string, type: FunctionType, names: readonly string[], linkage: BtfLinkage): number {
    const prototype = this.prototype(type, names);
    return this.begin(name, KIND_FUNC, LINKAGE[linkage], prototype);
  }

  variable(name: string, type: number, linkage: BtfLinkage): number {
    const id = this.begin(name, KIND_VAR, 0, type);
    this.types.u32(LINKAGE[linkage]);
    return id;
  }

  dataSection(name: string, size: number, entries: readonly { id: number; offset: number; size: number }[]): void {
    this.begin(name, KIND_DATASEC, entries.length, size);
    for (const entry of entries) {
      this.types.u32(entry.id);
      this.types.u32(entry.offset);
      this.types.u32(entry.size);
    }
  }

  declTag(tag: string, target: number, component: number): void {
    this.begin(tag, KIND_DECL_TAG, 0, target);
    this.types.u32(component);
  }

  finish(): Uint8Array {
    for (const { at, record } of this.pending) {
      let id = this.known.get(record);
      if (id === undefined) {
        id = this.shared(`w${record.union ? 'u' : 's'}${record.tag}`, () =>
          this.begin(record.tag, KIND_FWD, 0, 0, record.union),
        );
      }
      this.types.patchU32(at, id);
    }
    this.pending.length = 0;
    const types = this.types.finish();
    const strings = this.strings.finish();
    const out = new ByteWriter();
    out.u16(BTF_MAGIC);
    out.u8(1);
    out.u8(0);
    out.u32(HEADER_SIZE);
    out.u32(0);
    out.u32(types.length);
    out.u32(types.length);
    out.u32(strings.length);
    out.bytes(types);
    out.bytes(strings);
    return out.finish();
  }
}

function canonicalThroughQualifiers(type: Type): Type {
  let t = type;
  while (t.kind === 'qualified' && !t.isRestrict) t = t.target;
  return t;
}

function qualifiers(type: Type): string {
  let out = '';
  for (let t = type; t.kind === 'qualified'; t = t.target) out += (t.isConst ? 'c' : '') + (t.isVolatile ? 'v' : '');
  return out;
}
