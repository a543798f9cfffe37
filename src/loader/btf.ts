// Reads .BTF (the object's types) and .BTF.ext (function and line records). Documentation/bpf/btf.rst has the format.
import { stringAt, viewOf } from './elf.ts';
import { problem, type LoadProblem } from './problems.ts';

export const BTF_KIND_INT = 1;
export const BTF_KIND_PTR = 2;
export const BTF_KIND_ARRAY = 3;
export const BTF_KIND_STRUCT = 4;
export const BTF_KIND_UNION = 5;
export const BTF_KIND_ENUM = 6;
export const BTF_KIND_FWD = 7;
export const BTF_KIND_TYPEDEF = 8;
export const BTF_KIND_VOLATILE = 9;
export const BTF_KIND_CONST = 10;
export const BTF_KIND_RESTRICT = 11;
export const BTF_KIND_FUNC = 12;
export const BTF_KIND_FUNC_PROTO = 13;
export const BTF_KIND_VAR = 14;
export const BTF_KIND_DATASEC = 15;
export const BTF_KIND_FLOAT = 16;
export const BTF_KIND_DECL_TAG = 17;
export const BTF_KIND_TYPE_TAG = 18;
export const BTF_KIND_ENUM64 = 19;

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  /** bits from the start; for DATASEC rows, bytes */
  readonly offset: number;
  /** bits; 0: not a bit-field. For DATASEC rows, bytes. */
  readonly size: number;
}

export interface BtfType {
  readonly id: number;
  readonly kind: number;
  readonly name: string;
  /** bytes (INT, STRUCT, UNION, ENUM, DATASEC, FLOAT), else 0 */
  readonly size: number;
  /** type id referred to (PTR, TYPEDEF, CONST, FUNC, VAR, …), a FUNC_PROTO's result, an ARRAY's element */
  readonly type: number;
  /** STRUCT, UNION, DATASEC members; FUNC_PROTO parameters */
  readonly members: readonly BtfMember[];
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
  /** ARRAY: the type that counts its elements; else 0 */
  readonly index: number;
  /** ARRAY: number of elements; INT: bits; FUNC and VAR: linkage */
  readonly count: number;
  /** INT: encoding (1 signed, 2 char, 4 bool); others: kind_flag */
  readonly flags: number;
}

export interface Btf {
  readonly bytes: Uint8Array;
  /** by type id; [0] is void */
  readonly types: readonly BtfType[];
  /** byte position of every DATASEC's size; its rows follow */
  readonly dataSections: ReadonlyMap<number, number>;
  string(at: number): string;
}

const VOID: BtfType = {
  index: 0,
  id: 0,
  kind: 0,
  name: 'void',
  size: 0,
  type: 0,
  members: [],
  values: [],
  count: 0,
  flags: 0,
};

export function parseBtf(bytes: Uint8Array): Btf | LoadProblem {
  const damaged = (what: string): LoadProblem => problem('L006', { what });
  if (bytes.length < 24) return damaged('it ends inside its header');
  const view = viewOf(bytes);
  if (view.getUint16(0, true) !== 0xeb9f) return damaged('its magic number is wrong');
  const headerLength = view.getUint32(4, true);
  const typesAt = headerLength + view.getUint32(8, true);
  const typesEnd = typesAt + view.getUint32(12, true);
  const stringsAt = headerLength + view.getUint32(16, true);
  const stringsEnd = stringsAt + view.getUint32(20, true);
  if (typesEnd > bytes.length || stringsEnd > bytes.length) return damaged('it is cut short');

  const strings = bytes.subarray(stringsAt, stringsEnd);
  // a line of C is named by each of its instructions, and may be long
  const known = new Map<number, string>();
  const string = (at: number): string => {
    let text = known.get(at);
    if (text === undefined) known.set(at, (text = stringAt(strings, at)));
    return text;
  };
  const types: BtfType[] = [VOID];
  const dataSections = new Map<number, number>();
  let at = typesAt;
  const word = (): number => {
    const value = view.getUint32(at, true);
    at += 4;
    return value;
  };

  while (at < typesEnd) {
    if (at + 12 > typesEnd) return damaged('a type is cut short');
    const id = types.length;
    const name = string(word());
    const info = word();
    const kind = (info >>> 24) & 0x1f;
    const length = info & 0xffff;
    const kindFlag = info >>> 31;
    const sizeOrType = word();
    const tail = TAIL_SIZES[kind];
    if (tail === undefined) return damaged(`type ${id} has the unknown kind ${kind}`);
    if (at + tail.fixed + tail.each * length > typesEnd) return damaged(`type ${id} is cut short`);

    const members: BtfMember[] = [];
    const values: { name: string; value: bigint }[] = [];
    let count = 0;
    let flags = kindFlag;
    let type = 0;
    let size = 0;
    let index = 0;
    switch (kind) {
      case BTF_KIND_INT: {
        size = sizeOrType;
        const encoding = word();
        count = encoding & 0xff;
        flags = (encoding >>> 24) & 0x0f;
        break;
      }
      case BTF_KIND_ARRAY:
        type = word();
        index = word();
        count = word();
        break;
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        size = sizeOrType;
        for (let i = 0; i < length; i++) {
          const memberName = string(word());
          const memberType = word();
          const offset = word();
          members.push(
            kindFlag
              ? { name: memberName, type: memberType, offset: offset & 0xffffff, size: offset >>> 24 }
              : { name: memberName, type: memberType, offset, size: 0 },
          );
        }
        break;
      case BTF_KIND_ENUM:
        size = sizeOrType;
        for (let i = 0; i < length; i++) {
          const enumerator = string(word());
          const value = word();
          values.push({ name: enumerator, value: kindFlag ? BigInt(value | 0) : BigInt(value) });
        }
        break;
      case BTF_KIND_ENUM64:
        size = sizeOrType;
        for (let i = 0; i < length; i++) {
          const enumerator = string(word());
          const low = BigInt(word());
          const value = low | (BigInt(word()) << 32n);
          values.push({ name: enumerator, value: kindFlag ? BigInt.asIntN(64, value) : value });
        }
        break;
      case BTF_KIND_FUNC_PROTO:
        type = sizeOrType;
        for (let i = 0; i < length; i++) {
          members.push({ name: string(word()), type: word(), offset: 0, size: 0 });
        }
        break;
      case BTF_KIND_DATASEC:
        size = sizeOrType;
        dataSections.set(id, at - 4);
        for (let i = 0; i < length; i++) {
          members.push({ name: '', type: word(), offset: word(), size: word() });
        }
        break;
      case BTF_KIND_VAR:
        type = sizeOrType;
        count = word();
        break;
      case BTF_KIND_DECL_TAG:
        type = sizeOrType;
        count = word() | 0;
        break;
      case BTF_KIND_FUNC:
        type = sizeOrType;
        count = length;
        break;
      case BTF_KIND_FLOAT:
        size = sizeOrType;
        break;
      default:
        type = sizeOrType;
    }
    types.push({ id, kind, name, size, type, members, values, index, count, flags });
  }
  const endless = typeInsideItself(types);
  if (endless) return damaged(`type ${endless.id} contains itself`);
  return { bytes, types, dataSections, string };
}

/**
 * clang leaves the sizes of data sections and the offsets of their variables to whoever knows the symbols: the same BTF with both filled in.
 * @param place bytes from the section's start, null: not known
 */
export function placeVariables(
  btf: Btf,
  sectionSize: (section: string) => number | null,
  place: (section: string, variable: string) => number | null,
): Btf {
  const bytes = btf.bytes.slice();
  const view = viewOf(bytes);
  const types = [...btf.types];
  for (const [id, at] of btf.dataSections) {
    const section = types[id];
    if (!section) continue;
    const size = sectionSize(section.name) ?? section.size;
    view.setUint32(at, size, true);
    const rows = section.members.map((row) => ({
      ...row,
      offset: place(section.name, types[row.type]?.name ?? '') ?? row.offset,
    }));
    // in the order of their places, as the kernel wants them
    rows.sort((a, b) => a.offset - b.offset);
    rows.forEach((row, i) => {
      view.setUint32(at + 4 + i * 12, row.type, true);
      view.setUint32(at + 8 + i * 12, row.offset, true);
      view.setUint32(at + 12 + i * 12, row.size, true);
    });
    types[id] = { ...section, size, members: rows };
  }
  return { ...btf, bytes, types };
}

/** Bytes after the common 12, by kind. */
const TAIL_SIZES: readonly ({ readonly fixed: number; readonly each: number } | undefined)[] = [
  undefined,
  { fixed: 4, each: 0 },
  { fixed: 0, each: 0 },
  { fixed: 12, each: 0 },
  { fixed: 0, each: 12 },
  { fixed: 0, each: 12 },
  { fixed: 0, each: 8 },
  { fixed: 0, each: 0 },
  { fixed: 0, each: 0 },
  { fixed: 0, each: 0 },
  { fixed: 0, each: 0 },
  { fixed: 0, each: 0 },
  { fixed: 0, each: 0 },
  { fixed: 0, each: 8 },
  { fixed: 4, each: 0 },
  { fixed: 0, each: 12 },
  { fixed: 0, each: 0 },
  { fixed: 4, each: 0 },
  { fixed: 0, each: 0 },
  { fixed: 0, each: 12 },
];

/** The first type whose size would be endless, as the kernel looks for it: by members and elements, not by pointers. */
function typeInsideItself(types: readonly BtfType[]): BtfType | null {
  /** 1: on the way to it, 2: done */
  const state = new Uint8Array(types.length);
  // an explicit stack: a damaged object may nest as deeply as it has types
  const stack: number[] = [];
  for (let root = 1; root < types.length; root++) {
    if (state[root] === 0) stack.push(root);
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const type = types[id];
      if (!type || state[id] === 2) {
        stack.pop();
      } else if (state[id] === 1) {
        state[id] = 2;
        stack.pop();
      } else {
        state[id] = 1;
        for (const part of partsOf(type)) {
          if (state[part] === 1) return type;
          if (state[part] === 0) stack.push(part);
        }
      }
    }
  }
  return null;
}

/** Ids of the types that a value of this type holds. */
function partsOf(type: BtfType): number[] {
  switch (type.kind) {
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      return type.members.map((member) => member.type);
    case BTF_KIND_ARRAY:
    case BTF_KIND_TYPEDEF:
    case BTF_KIND_CONST:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG:
      return [type.type];
    default:
      return [];
  }
}

/** Follows typedefs, const, volatile, restrict and tags to the type that says how bytes are laid out. */
export function resolveType(btf: Btf, id: number): BtfType {
  let type = btf.types[id] ?? VOID;
  // A damaged object may refer in a circle; no honest chain is this long.
  for (let steps = 0; steps < 64; steps++) {
    switch (type.kind) {
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_CONST:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG:
        type = btf.types[type.type] ?? VOID;
        break;
      default:
        return type;
    }
  }
  return VOID;
}

/** Bytes that a value of this type takes; 0 when it has no size. */
export function sizeOf(btf: Btf, id: number, depth = 0): number {
  const type = resolveType(btf, id);
  if (type.kind === BTF_KIND_PTR) return 8;
  if (type.kind === BTF_KIND_ARRAY) return depth > 16 ? 0 : type.count * sizeOf(btf, type.type, depth + 1);
  return type.size;
}

export interface FunctionRecord {
  /** bytes from the section's start */
  readonly offset: number;
  readonly typeId: number;
}

export interface LineRecord {
  readonly offset: number;
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** as it stands in the BTF strings, for handing on to the kernel */
  readonly fileAt: number;
  readonly textAt: number;
}

export interface BtfExt {
  readonly functions: ReadonlyMap<string, readonly FunctionRecord[]>;
  readonly lines: ReadonlyMap<string, readonly LineRecord[]>;
  readonly core: ReadonlyMap<string, readonly CoreRecord[]>;
}

/** One CO-RE relocation: what of which local type an instruction depends on (struct bpf_core_relo). */
export interface CoreRecord {
  readonly offset: number;
  readonly typeId: number;
  /** "0:1:2": array index, member, member, …; an enumerator's position */
  readonly access: string;
  /** enum bpf_core_relo_kind */
  readonly kind: number;
}

export function parseBtfExt(bytes: Uint8Array, btf: Btf): BtfExt | LoadProblem {
  const damaged = (what: string): LoadProblem => problem('L006', { what });
  if (bytes.length < 24) return damaged('.BTF.ext ends inside its header');
  const view = viewOf(bytes);
  if (view.getUint16(0, true) !== 0xeb9f) return damaged('.BTF.ext has a wrong magic number');
  const headerLength = view.getUint32(4, true);

  /** Calls `row` for every record of one of the three tables. */
  function table(headerAt: number, recordSize: number, row: (section: string, at: number) => void): boolean {
    let at = headerLength + view.getUint32(headerAt, true);
    const end = at + view.getUint32(headerAt + 4, true);
    if (end > bytes.length) return false;
    if (end - at < 4) return true;
    const size = view.getUint32(at, true);
    at += 4;
    while (at + 8 <= end) {
      const section = btf.string(view.getUint32(at, true));
      const count = view.getUint32(at + 4, true);
      at += 8;
      if (size < recordSize || at + count * size > end) return false;
      for (let i = 0; i < count; i++, at += size) row(section, at);
    }
    return true;
  }

  const functions = new Map<string, FunctionRecord[]>();
  const lines = new Map<string, LineRecord[]>();
  const core = new Map<string, CoreRecord[]>();
  const push = <T>(map: Map<string, T[]>, key: string, value: T): void => {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  };
  const whole =
    table(8, 8, (section, at) =>
      push(functions, section, { offset: view.getUint32(at, true), typeId: view.getUint32(at + 4, true) }),
    ) &&
    table(16, 16, (section, at) => {
      const fileAt = view.getUint32(at + 4, true);
      const textAt = view.getUint32(at + 8, true);
      const lineAndColumn = view.getUint32(at + 12, true);
      push(lines, section, {
        offset: view.getUint32(at, true),
        file: btf.string(fileAt),
        text: btf.string(textAt),
        line: lineAndColumn >>> 10,
        column: lineAndColumn & 0x3ff,
        fileAt,
        textAt,
      });
    }) &&
    (headerLength < 32 ||
      bytes.length < 32 ||
      table(24, 16, (section, at) =>
        push(core, section, {
          offset: view.getUint32(at, true),
          typeId: view.getUint32(at + 4, true),
          access: btf.string(view.getUint32(at + 8, true)),
          kind: view.getUint32(at + 12, true),
        }),
      ));
  return whole ? { functions, lines, core } : damaged('.BTF.ext is cut short');
}
