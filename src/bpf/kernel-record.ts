// The shape of the table of kernel types, and the words that its files are written with. It holds data only: C text, BTF and
// AssemblyScript constants are made from it elsewhere.

/** The two kernels that are simulated, in the order in which facts about them stand. */
export const KERNEL_VERSIONS = [601, 618] as const;
export type KernelVersion = (typeof KERNEL_VERSIONS)[number];

/** A number for both kernels, or one for each (6.1, 6.18); -1: this kernel does not have it. */
export type PerVersion = number | readonly [in601: number, in618: number];

/**
 * A field: its C declaration, and where it stands. Offsets count bytes; those of bit-fields ("__u8 cloned:1") count bits from the
 * start of the structure. One offset: both kernels agree; two: 6.1, 6.18; -1: that kernel has no such field, or one of another
 * type, which then has a row of its own. Members of anonymous structures and unions stand here as if they were the structure's own.
 */
export type KernelField = readonly [declaration: string, offset: number, offset618?: number];

export interface KernelRecord {
  /** `anonymous`: the name is a typedef's, the structure behind it has none */
  readonly kind: 'struct' | 'union' | 'anonymous';
  readonly name: string;
  /** bytes; with fewer fields than that, the rest is not modelled */
  readonly size: PerVersion;
  readonly fields: readonly KernelField[];
}

/** Name ('': none), bytes, and each constant's value; null: that kernel does not have it. */
export type KernelEnum = readonly [
  name: string,
  size: number,
  values: Readonly<Record<string, number | readonly [in601: number | null, in618: number | null]>>,
];

const record =
  (kind: KernelRecord['kind']) =>
  (name: string, size: PerVersion, ...fields: KernelField[]): KernelRecord => ({ kind, name, size, fields });

export const struct = record('struct');
export const union = record('union');
/** typedef struct { … } name; */
export const anonymous = record('anonymous');

/** What C writes behind the word typedef; two: 6.1, 6.18 (null: none, or an anonymous structure's row says it). */
export type KernelTypedef = string | readonly [in601: string | null, in618: string | null];
