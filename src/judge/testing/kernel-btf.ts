// What does a real kernel's BTF say about its own types? Read for the table in src/bpf/kernel-types.ts: src/judge/kernel-types.test.ts
// holds every row against it, and `kernel-types-row.ts` prints rows to add.
import { readFileSync } from 'node:fs';
import {
  BTF_KIND_ARRAY,
  BTF_KIND_CONST,
  BTF_KIND_ENUM,
  BTF_KIND_ENUM64,
  BTF_KIND_FUNC_PROTO,
  BTF_KIND_FWD,
  BTF_KIND_PTR,
  BTF_KIND_RESTRICT,
  BTF_KIND_STRUCT,
  BTF_KIND_TYPEDEF,
  BTF_KIND_TYPE_TAG,
  BTF_KIND_UNION,
  BTF_KIND_VOLATILE,
  parseBtf,
  resolveType,
  type Btf,
  type BtfType,
} from '../../loader/btf.ts';
import { isProblem } from '../../loader/problems.ts';

export const LIVE_BTF = '/sys/kernel/btf/vmlinux';

/** A field where the kernel has it: its offset counts bits. */
export interface RealField {
  readonly declaration: string;
  readonly bits: number;
  readonly bitField: boolean;
}

const KEYWORDS: Readonly<Record<number, string>> = {
  [BTF_KIND_STRUCT]: 'struct',
  [BTF_KIND_UNION]: 'union',
  [BTF_KIND_ENUM]: 'enum',
  [BTF_KIND_ENUM64]: 'enum',
  [BTF_KIND_TYPEDEF]: 'typedef',
};
/** The compiler that wrote the BTF spells integers in its own way. */
const INTEGERS: Readonly<Record<string, string>> = {
  _Bool: 'bool',
  'long unsigned int': 'unsigned long',
  'long int': 'long',
  'short unsigned int': 'unsigned short',
  'short int': 'short',
  'long long unsigned int': 'unsigned long long',
  'long long int': 'long long',
};

export class KernelBtf {
  readonly btf: Btf;
  readonly #byName = new Map<string, BtfType>();

  constructor(path: string) {
    const btf = parseBtf(new Uint8Array(readFileSync(path)));
    if (isProblem(btf)) throw new Error(btf.problem.message);
    this.btf = btf;
    for (const type of btf.types) {
      const key = `${KEYWORDS[type.kind] ?? ''} ${type.name}`;
      if (type.name !== '' && !this.#byName.has(key)) this.#byName.set(key, type);
    }
  }

  /** "struct", "union", "enum" or "typedef" and a name */
  find(keyword: string, name: string): BtfType | null {
    return this.#byName.get(`${keyword} ${name}`) ?? null;
  }

  /** The structure of that name; `anonymous`: the one behind the typedef of that name. */
  record(kind: 'struct' | 'union' | 'anonymous', name: string): BtfType | null {
    if (kind !== 'anonymous') return this.find(kind, name);
    const typedef = this.find('typedef', name);
    const type = typedef && resolveType(this.btf, typedef.type);
    return type && type.name === '' && KEYWORDS[type.kind] ? type : null;
  }

  /** The enumeration of that name, or the first without a name that has the constant. */
  enumeration(name: string, constant: string): BtfType | null {
    if (name !== '') return this.find('enum', name);
    const has = (type: BtfType): boolean => type.name === '' && type.values.some((value) => value.name === constant);
    return this.btf.types.find(has) ?? null;
  }

  /** All fields; those of anonymous members are the structure's own. What has no name that C could write is left out. */
  fields(record: BtfType): Map<string, RealField> {
    const fields = new Map<string, RealField>();
    const walk = (type: BtfType, base: number): void => {
      for (const member of type.members) {
        const inner = resolveType(this.btf, member.type);
        if (member.name === '') {
          if (KEYWORDS[inner.kind]) walk(inner, base + member.offset);
          continue;
        }
        const declaration = this.declare(member.type, member.name);
        if (declaration === null || member.name.startsWith('__empty_')) continue;
        const bitField = member.size > 0;
        fields.set(member.name, {
          declaration: bitField ? `${declaration}:${member.size}` : declaration,
          bits: base + member.offset,
          bitField,
        });
      }
    };
    walk(record, 0);
    return fields;
  }

  /** The C declaration of `name` with this type, from the inside out; null when a part of it has no name. */
  declare(id: number, name: string): string | null {
    let declarator = name;
    let type = this.btf.types[id];
    const finish = (base: string): string => (declarator === '' ? base : `${base} ${declarator}`);
    const grouped = (): string => (declarator.startsWith('*') ? `(${declarator})` : declarator);
    for (let steps = 0; type && steps < 64; steps++) {
      switch (type.kind) {
        case BTF_KIND_PTR:
          declarator = `*${declarator}`;
          break;
        case BTF_KIND_ARRAY:
          declarator = `${grouped()}[${type.count}]`;
          break;
        case BTF_KIND_FUNC_PROTO: {
          const parameters = type.members.map((parameter) =>
            parameter.type === 0 ? '...' : this.declare(parameter.type, ''),
          );
          if (parameters.includes(null)) return null;
          declarator = `${grouped()}(${parameters.join(', ') || 'void'})`;
          break;
        }
        case BTF_KIND_CONST:
        case BTF_KIND_VOLATILE: {
          const word = type.kind === BTF_KIND_CONST ? 'const ' : 'volatile ';
          const next = this.btf.types[type.type];
          if (next?.kind !== BTF_KIND_PTR) {
            const rest = this.declare(type.type, declarator);
            return rest?.startsWith(word) === false ? word + rest : rest;
          }
          declarator = word + declarator;
          break;
        }
        case BTF_KIND_RESTRICT:
        case BTF_KIND_TYPE_TAG:
          break;
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION:
          return type.name === '' ? null : finish(`${KEYWORDS[type.kind]} ${type.name}`);
        case BTF_KIND_ENUM:
        case BTF_KIND_ENUM64:
          return finish(type.name === '' ? (type.flags ? 'int' : 'unsigned int') : `enum ${type.name}`);
        case BTF_KIND_FWD:
          return finish(`${type.flags ? 'union' : 'struct'} ${type.name}`);
        case BTF_KIND_TYPEDEF:
          return finish(type.name);
        default:
          return finish(type.id === 0 ? 'void' : (INTEGERS[type.name] ?? type.name));
      }
      type = this.btf.types[type.type];
    }
    return null;
  }
}
