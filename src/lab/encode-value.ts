// The other way round of decodeValue (src/loader/btf-values.ts): data as people write it, into a key's or value's bytes.
import {
  BTF_KIND_ARRAY,
  BTF_KIND_ENUM,
  BTF_KIND_ENUM64,
  BTF_KIND_INT,
  BTF_KIND_PTR,
  BTF_KIND_STRUCT,
  BTF_KIND_UNION,
  resolveType,
  sizeOf,
  type Btf,
} from '../loader/btf.ts';

const BTF_INT_SIGNED = 1;
const BTF_INT_BOOL = 4;

/** A whole number from what JSON or a person can write: 5, "0x1f", "-3"; null for anything else. */
export function integer(data: unknown): bigint | null {
  if (typeof data === 'number') return Number.isInteger(data) ? BigInt(data) : null;
  if (typeof data === 'boolean') return data ? 1n : 0n;
  if (typeof data !== 'string' || !/^\s*-?(?:0[xX][0-9a-fA-F]+|\d+)\s*$/.test(data)) return null;
  const text = data.trim();
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

/** Writes `count` bits from bit `from`, little-endian; false when the number does not fit. */
function writeBits(bytes: Uint8Array, from: number, count: number, signed: boolean, value: bigint): boolean {
  const least = signed ? -(1n << BigInt(count - 1)) : 0n;
  const most = signed ? (1n << BigInt(count - 1)) - 1n : (1n << BigInt(count)) - 1n;
  if (value < least || value > most) return false;
  let rest = BigInt.asUintN(count, value);
  for (let bit = from; bit < from + count; bit++) {
    const at = bit >> 3;
    if (at >= bytes.length) return false;
    const mask = 1 << (bit & 7);
    bytes[at] = (rest & 1n) === 1n ? (bytes[at] ?? 0) | mask : (bytes[at] ?? 0) & ~mask;
    rest >>= 1n;
  }
  return true;
}

/**
 * Writes `data` over `bytes`, which hold what was there before: members that are not named stay as they are.
 * False when the data do not fit the type.
 */
export function encodeValue(btf: Btf, typeId: number, data: unknown, bytes: Uint8Array, depth = 0): boolean {
  if (depth > 32) return false;
  const type = resolveType(btf, typeId);
  switch (type.kind) {
    case BTF_KIND_INT: {
      const value = integer(data);
      if (value === null) return false;
      if ((type.flags & BTF_INT_BOOL) !== 0 && value !== 0n && value !== 1n) return false;
      return writeBits(bytes, 0, type.count || type.size * 8, (type.flags & BTF_INT_SIGNED) !== 0, value);
    }
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64: {
      const named = type.values.find((candidate) => candidate.name === data)?.value;
      const value = named ?? integer(data);
      return value !== null && writeBits(bytes, 0, type.size * 8, value < 0n, value);
    }
    case BTF_KIND_PTR: {
      const value = integer(data);
      return value !== null && writeBits(bytes, 0, 64, false, value);
    }
    case BTF_KIND_ARRAY: {
      const size = sizeOf(btf, type.type);
      if (typeof data === 'string' && size === 1) {
        const text = new TextEncoder().encode(data);
        if (text.length > type.count) return false;
        bytes.fill(0, 0, type.count);
        bytes.set(text);
        return true;
      }
      if (!Array.isArray(data) || data.length > type.count) return false;
      return data.every((item, i) =>
        encodeValue(btf, type.type, item, bytes.subarray(i * size, (i + 1) * size), depth + 1),
      );
    }
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION: {
      if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
      const left = new Map<string, unknown>(Object.entries(data));
      const write = (id: number, into: Uint8Array): boolean =>
        resolveType(btf, id).members.every((member) => {
          if (member.name === '') return write(member.type, into.subarray(member.offset >> 3));
          if (!left.has(member.name)) return true;
          const item = left.get(member.name);
          left.delete(member.name);
          if (member.size > 0) {
            const value = integer(item);
            const { flags } = resolveType(btf, member.type);
            return value !== null && writeBits(into, member.offset, member.size, (flags & BTF_INT_SIGNED) !== 0, value);
          }
          return encodeValue(btf, member.type, item, into.subarray(member.offset >> 3), depth + 1);
        });
      return write(typeId, bytes) && left.size === 0;
    }
    default:
      return false;
  }
}
