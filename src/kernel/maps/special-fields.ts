// Fields of a map's value that belong to the kernel: struct bpf_spin_lock and struct bpf_timer, found by the value's BTF.

const KIND_ARRAY: u32 = 3;
const KIND_STRUCT: u32 = 4;
const KIND_UNION: u32 = 5;
const KIND_DATASEC: u32 = 15;

/** Bytes of data behind a type's 12, by kind. */
function dataSize(kind: u32, members: u32): u32 {
  if (kind == 1 || kind == 14 || kind == 17) return 4;
  if (kind == KIND_ARRAY) return 12;
  if (kind == KIND_STRUCT || kind == KIND_UNION || kind == KIND_DATASEC || kind == 19) return members * 12;
  return kind == 6 || kind == 13 ? members * 8 : 0;
}

/** Linear address of type `id` in the raw BTF at `btf`; 0: there is none. */
function typeAt(btf: usize, size: u32, id: u32): usize {
  if (size < 24) return 0;
  let at = btf + load<u32>(btf, 4) + load<u32>(btf, 8);
  const end = at + load<u32>(btf, 12);
  if (end > btf + size) return 0;
  for (let number: u32 = 1; at + 12 <= end; number++) {
    if (number == id) return at;
    const info = load<u32>(at, 4);
    at += 12 + dataSize((info >> 24) & 31, info & 0xffff);
  }
  return 0;
}

/** The type behind typedefs and qualifiers. */
function resolved(btf: usize, size: u32, id: u32): usize {
  for (let depth = 0; depth < 32; depth++) {
    const at = typeAt(btf, size, id);
    if (at == 0) return 0;
    const kind = (load<u32>(at, 4) >> 24) & 31;
    // typedef, volatile, const, restrict, type tag
    if (kind != 8 && kind != 9 && kind != 10 && kind != 11 && kind != 18) return at;
    id = load<u32>(at, 8);
  }
  return 0;
}

function hasName(btf: usize, type: usize, name: string): bool {
  const at = btf + load<u32>(btf, 4) + load<u32>(btf, 16) + load<u32>(type);
  for (let i = 0; i < name.length; i++) if (load<u8>(at + i) != <u8>name.charCodeAt(i)) return false;
  return load<u8>(at + name.length) == 0;
}

/** Byte offset of a member of type `struct NAME` in value type `id`; -1: it has none (Linux: btf_parse_fields). */
export function offsetOfField(btf: usize, size: u32, id: u32, name: string): i32 {
  const type = resolved(btf, size, id);
  if (type == 0) return -1;
  const info = load<u32>(type, 4);
  if (((info >> 24) & 31) != KIND_STRUCT) return -1;
  const members = info & 0xffff;
  for (let i: u32 = 0; i < members; i++) {
    const member = type + 12 + <usize>i * 12;
    const inside = resolved(btf, size, load<u32>(member, 4));
    if (inside == 0 || ((load<u32>(inside, 4) >> 24) & 31) != KIND_STRUCT || !hasName(btf, inside, name)) continue;
    // With the kind flag the upper eight bits are a bit-field's width.
    const bits = info >> 31 ? load<u32>(member, 8) & 0xffffff : load<u32>(member, 8);
    return <i32>(bits >> 3);
  }
  return -1;
}
