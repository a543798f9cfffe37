// Reading a program's BTF: only what signatures of functions need.
// Layout: header (24 bytes: u16 magic 0xeb9f, u8 version, u8 flags, u32 header length, type offset, type length, string offset,
// string length); types of 12 bytes (name, info, size or type) with data of their kind behind.

export const KIND_INT: i32 = 1;
export const KIND_PTR: i32 = 2;
export const KIND_ARRAY: i32 = 3;
export const KIND_STRUCT: i32 = 4;
export const KIND_UNION: i32 = 5;
export const KIND_ENUM: i32 = 6;
export const KIND_FWD: i32 = 7;
export const KIND_TYPEDEF: i32 = 8;
export const KIND_VOLATILE: i32 = 9;
export const KIND_CONST: i32 = 10;
export const KIND_RESTRICT: i32 = 11;
export const KIND_FUNC: i32 = 12;
export const KIND_FUNC_PROTO: i32 = 13;
export const KIND_VAR: i32 = 14;
export const KIND_DATASEC: i32 = 15;
export const KIND_DECL_TAG: i32 = 17;
export const KIND_TYPE_TAG: i32 = 18;
export const KIND_ENUM64: i32 = 19;
export const LINKAGE_STATIC: i32 = 0;
export const LINKAGE_GLOBAL: i32 = 1;

let strings: usize = 0;
let stringsSize: u32 = 0;
let addresses: StaticArray<usize> = new StaticArray<usize>(1);
let count: i32 = 1;

function dataSize(kind: i32, members: i32): u32 {
  switch (kind) {
    case KIND_INT:
    case KIND_VAR:
    case KIND_DECL_TAG:
      return 4;
    case KIND_ARRAY:
      return 12;
    case KIND_STRUCT:
    case KIND_UNION:
    case KIND_DATASEC:
    case KIND_ENUM64:
      return <u32>members * 12;
    case KIND_ENUM:
    case KIND_FUNC_PROTO:
      return <u32>members * 8;
    default:
      return 0;
  }
}
/** Indexes the types; false when there is no readable BTF. */
export function openBtf(data: usize, size: u32): bool {
  count = 1;
  strings = 0;
  if (data == 0 || size < 24 || load<u16>(data) != 0xeb9f) return false;
  const header = load<u32>(data, 4);
  const typesAt = header + load<u32>(data, 8);
  const typesSize = load<u32>(data, 12);
  const stringsAt = header + load<u32>(data, 16);
  stringsSize = load<u32>(data, 20);
  if (typesAt + typesSize > size || stringsAt + stringsSize > size) return false;
  strings = data + stringsAt;
  for (let pass = 0; pass < 2; pass++) {
    let at: u32 = 0;
    let id = 1;
    while (at + 12 <= typesSize) {
      const type = data + typesAt + at;
      if (pass == 1) addresses[id] = type;
      id++;
      at += 12 + dataSize(kindAt(type), membersAt(type));
    }
    if (pass == 0) addresses = new StaticArray<usize>(id);
    count = id;
  }
  return true;
}
function kindAt(type: usize): i32 {
  return <i32>((load<u32>(type, 4) >> 24) & 31);
}
function membersAt(type: usize): i32 {
  return <i32>(load<u32>(type, 4) & 0xffff);
}
/** Address of type `id`; 0: void or no such type. */
function typeAt(id: u32): usize {
  return id > 0 && <i32>id < count ? addresses[id] : 0;
}
export function typeCount(): i32 {
  return count;
}
/** KIND_…; 0 for void. */
export function kindOfType(id: u32): i32 {
  const type = typeAt(id);
  return type == 0 ? 0 : kindAt(type);
}
/** Members, parameters, or a function's linkage. */
export function membersOf(id: u32): i32 {
  const type = typeAt(id);
  return type == 0 ? 0 : membersAt(type);
}
/** What it refers to, or its size in bytes, by kind. */
export function referenceOf(id: u32): u32 {
  const type = typeAt(id);
  return type == 0 ? 0 : load<u32>(type, 8);
}
export function parameterType(proto: u32, i: i32): u32 {
  return load<u32>(typeAt(proto) + 12 + ((<usize>i) << 3), 4);
}
/** Address of its zero-terminated name. */
export function nameOf(id: u32): usize {
  const type = typeAt(id);
  const off: u32 = type == 0 ? 0 : load<u32>(type);
  return off < stringsSize ? strings + off : strings;
}
export function nameIs(id: u32, text: string): bool {
  const at = nameOf(id);
  if (at == 0) return false;
  for (let i = 0; i < text.length; i++) if (<i32>load<u8>(at + i) != text.charCodeAt(i)) return false;
  return load<u8>(at + text.length) == 0;
}
/** Through typedefs and qualifiers. */
export function skipModifiers(id: u32): u32 {
  for (let i = 0; i < 64; i++) {
    const kind = kindOfType(id);
    if (
      kind != KIND_TYPEDEF &&
      kind != KIND_VOLATILE &&
      kind != KIND_CONST &&
      kind != KIND_RESTRICT &&
      kind != KIND_TYPE_TAG
    )
      break;
    id = referenceOf(id);
  }
  return id;
}
/** Bytes of an object of this type; -1 when that cannot be said. */
export function sizeOfType(id: u32, depth: i32 = 0): i64 {
  id = skipModifiers(id);
  const type = typeAt(id);
  if (type == 0 || depth > 16) return -1;
  switch (kindAt(type)) {
    case KIND_INT:
    case KIND_STRUCT:
    case KIND_UNION:
    case KIND_ENUM:
    case KIND_ENUM64:
    case KIND_DATASEC:
      return <i64>load<u32>(type, 8);
    case KIND_PTR:
      return 8;
    case KIND_ARRAY: {
      const element = sizeOfType(load<u32>(type, 12), depth + 1);
      return element < 0 ? -1 : element * <i64>load<u32>(type, 20);
    }
    default:
      return -1;
  }
}
export function declarationTagTarget(id: u32): u32 {
  return referenceOf(id);
}
/** Parameter that a declaration tag belongs to; -1: the declaration itself. */
export function declarationTagComponent(id: u32): i32 {
  return load<i32>(typeAt(id) + 12);
}
