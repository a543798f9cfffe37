// Map keys and values as data, decoded by BTF; the shapes are those that bpftool prints as JSON.
import {
  BTF_KIND_ARRAY,
  BTF_KIND_DATASEC,
  BTF_KIND_ENUM,
  BTF_KIND_ENUM64,
  BTF_KIND_INT,
  BTF_KIND_PTR,
  BTF_KIND_STRUCT,
  BTF_KIND_UNION,
  BTF_KIND_VAR,
  resolveType,
  sizeOf,
  type Btf,
} from './btf.ts';
import { viewOf } from './elf.ts';

const BTF_INT_SIGNED = 1;
const BTF_INT_CHAR = 2;
const BTF_INT_BOOL = 4;

/** Numbers stay numbers as long as they are exact; wider ones become decimal text. */
function exact(value: bigint): number | string {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value.toString();
}

/** Little-endian bits [from, from + count) as an integer. */
function bitsOf(bytes: Uint8Array, from: number, count: number, signed: boolean): bigint {
  let value = 0n;
  for (let i = Math.min(bytes.length, (from + count + 7) >> 3) - 1; i >= from >> 3; i--) {
    value = (value << 8n) | BigInt(bytes[i] ?? 0);
  }
  value >>= BigInt(from & 7);
  return signed ? BigInt.asIntN(count, value) : BigInt.asUintN(count, value);
}

/** Decodes one value; what the bytes do not cover reads as zero. */
export function decodeValue(btf: Btf, typeId: number, bytes: Uint8Array, depth = 0): unknown {
  if (depth > 32) return null;
  const type = resolveType(btf, typeId);
  switch (type.kind) {
    case BTF_KIND_INT: {
      if ((type.flags & BTF_INT_BOOL) !== 0) return bytes[0] !== 0;
      return exact(bitsOf(bytes, 0, type.count || type.size * 8, (type.flags & BTF_INT_SIGNED) !== 0));
    }
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: {
      const value = bitsOf(bytes, 0, type.size * 8, type.flags !== 0);
      return type.values.find((candidate) => candidate.value === value)?.name ?? exact(value);
    }
    case BTF_KIND_PTR:
      return `0x${bitsOf(bytes, 0, 64, false).toString(16)}`;
    case BTF_KIND_ARRAY: {
      const element = resolveType(btf, type.type);
      const size = sizeOf(btf, type.type);
      if (
        element.kind === BTF_KIND_INT &&
        size === 1 &&
        ((element.flags & BTF_INT_CHAR) !== 0 || element.name === 'char')
      ) {
        const text = textOf(bytes.subarray(0, type.count));
        if (text !== null) return text;
      }
      const values: unknown[] = [];
      for (let i = 0; i < type.count; i++) {
        values.push(decodeValue(btf, type.type, bytes.subarray(i * size, (i + 1) * size), depth + 1));
      }
      return values;
    }
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION: {
      const fields: Record<string, unknown> = {};
      for (const member of type.members) {
        let value: unknown;
        if (member.size > 0) {
          const integer = resolveType(btf, member.type);
          value = exact(bitsOf(bytes, member.offset, member.size, (integer.flags & BTF_INT_SIGNED) !== 0));
        } else {
          value = decodeValue(btf, member.type, bytes.subarray(member.offset >> 3), depth + 1);
        }
        // The members of an anonymous struct or union belong to the one around it.
        if (member.name === '' && value !== null && typeof value === 'object') Object.assign(fields, value);
        else fields[member.name] = value;
      }
      return fields;
    }
    case BTF_KIND_DATASEC: {
      const fields: Record<string, unknown> = {};
      for (const row of type.members) {
        const variable = btf.types[row.type];
        if (variable?.kind !== BTF_KIND_VAR) continue;
        fields[variable.name] = decodeValue(
          btf,
          variable.type,
          bytes.subarray(row.offset, row.offset + row.size),
          depth + 1,
        );
      }
      return fields;
    }
    default:
      return null;
  }
}

/** Characters up to the first zero, if all of them are printable; null otherwise. */
function textOf(bytes: Uint8Array): string | null {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  for (const byte of text) if (byte < 0x20 || byte > 0x7e) return null;
  if (end >= 0 && bytes.subarray(end).some((byte) => byte !== 0)) return null;
  return new TextDecoder().decode(viewOf(text));
}
