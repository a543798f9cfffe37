// Where the members of a structure lie: the System V rules, as clang's BPF target follows them.
import type { Member, Type } from '../tree.ts';
import { alignOf, sizeOf } from './types.ts';

export interface MemberSpecification {
  /** '' for an anonymous structure or union and for an unnamed bit-field */
  readonly name: string;
  readonly type: Type;
  /** bits; null: not a bit-field */
  readonly width: number | null;
  /** from aligned(n) on the member, bytes */
  readonly align: number | null;
  readonly packed: boolean;
  readonly declTags: readonly string[];
}

export interface RecordRules {
  readonly union: boolean;
  readonly packed: boolean;
  /** from aligned(n) on the record, bytes */
  readonly align: number | null;
  /** #pragma pack(n), bytes */
  readonly pack: number | null;
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Lays members out; sizes and offsets in bytes. Unnamed bit-fields take room but leave no member. */
export function layoutRecord(
  specifications: readonly MemberSpecification[],
  rules: RecordRules,
): { members: Member[]; size: number; align: number } {
  const placed: { specification: MemberSpecification; bits: number }[] = [];
  let align = 1;
  let end = 0;
  let size = 0;
  for (const specification of specifications) {
    const { type, width } = specification;
    const packed = rules.packed || specification.packed;
    const natural = alignOf(type);
    let fieldAlign = packed ? 1 : natural;
    if (specification.align !== null) fieldAlign = Math.max(fieldAlign, specification.align);
    if (rules.pack !== null) fieldAlign = Math.min(fieldAlign, rules.pack);
    const start = rules.union ? 0 : end;
    let bits: number;
    if (width === null) {
      bits = roundUp(start, fieldAlign * 8);
      end = bits + sizeOf(type) * 8;
    } else if (width === 0) {
      bits = roundUp(start, Math.max(natural, specification.align ?? 1) * 8);
      end = bits;
      fieldAlign = 1;
    } else {
      const unit = sizeOf(type) * 8;
      bits = specification.align !== null ? roundUp(start, specification.align * 8) : start;
      const crosses = (bits % (natural * 8)) + width > unit;
      if (!packed && rules.pack === null && crosses) bits = roundUp(bits, fieldAlign * 8);
      else if (!packed && rules.pack !== null && (bits % (fieldAlign * 8)) + width > unit)
        bits = roundUp(bits, fieldAlign * 8);
      end = bits + width;
      if (specification.name === '') fieldAlign = specification.align ?? 1;
    }
    align = Math.max(align, fieldAlign);
    size = Math.max(size, end);
    if (width === null || (specification.name !== '' && width > 0)) placed.push({ specification, bits });
  }
  if (rules.align !== null) align = Math.max(align, rules.align);
  const bytes = roundUp(Math.ceil(size / 8), align);
  const members = placed.map(({ specification, bits }): Member => {
    const { name, type, width, declTags } = specification;
    if (width === null) return { name, type, offset: bits / 8, bitField: null, bits, declTags };
    const unit = sizeOf(type);
    let offset = Math.floor(bits / 8 / unit) * unit;
    let length = unit;
    // A packed field may cross its unit, the record may end before the unit does, or another member may stand in it:
    // then it is reached by bytes.
    const shared =
      !rules.union &&
      placed.some(
        (other) =>
          other.specification.width === null &&
          other.bits < (offset + unit) * 8 &&
          other.bits + sizeOf(other.specification.type) * 8 > offset * 8,
      );
    if (bits - offset * 8 + width > unit * 8 || offset + unit > bytes || shared) {
      offset = Math.floor(bits / 8);
      length = Math.ceil((bits - offset * 8 + width) / 8);
    }
    const bitField = { bitOffset: bits - offset * 8, width, bytes: length };
    return { name, type, offset, bitField, bits, declTags };
  });
  return { members, size: bytes, align };
}
