// CO-RE, "compile once, run everywhere": instructions that depend on the kernel's type layouts are patched for this kernel, as
// libbpf does before it loads a program. What the kernel does not have becomes a call that no kernel has: the verifier refuses it
// where it can be reached, and prunes it where the program asked first whether it is there.
import { LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_B,
  BPF_CALL,
  BPF_DW,
  BPF_H,
  BPF_JMP,
  BPF_LDX,
  BPF_ST,
  BPF_STX,
  BPF_W,
} from '../bpf/opcodes.ts';
import { BTF_KIND_INT, BTF_KIND_PTR, resolveType, sizeOf, type Btf, type BtfType, type CoreRecord } from './btf.ts';
import {
  ENUMVAL_EXISTS,
  ENUMVAL_VALUE,
  FIELD_BYTE_OFFSET,
  FIELD_BYTE_SIZE,
  FIELD_EXISTS,
  FIELD_LSHIFT_U64,
  FIELD_RSHIFT_U64,
  FIELD_SIGNED,
  isFieldKind,
  matchSpec,
  parseSpec,
  printSpec,
  TYPE_ID_LOCAL,
  TYPE_ID_TARGET,
  TYPE_SIZE,
  type Spec,
} from './core-spec.ts';
import { essentialName, isEnum, sameKind } from './core-types.ts';
import { problem, type LoadProblem } from './problems.ts';

/** The helper that does not exist, as libbpf calls it: 0xbad2310, "bad reloc". */
export const POISON = 195896080;

/** A kernel's BTF, and its types by kind and essential name. */
export class KernelTypes {
  readonly btf: Btf;
  readonly #candidates = new Map<string, BtfType[]>();

  constructor(btf: Btf) {
    this.btf = btf;
    for (const type of btf.types) {
      if (type.name === '' || type.id === 0) continue;
      const name = essentialName(type.name);
      const list = this.#candidates.get(name);
      if (list) list.push(type);
      else this.#candidates.set(name, [type]);
    }
  }

  candidates(local: BtfType): readonly BtfType[] {
    return (this.#candidates.get(essentialName(local.name)) ?? []).filter((type) => sameKind(type, local));
  }

  /** a variable or function by its name */
  named(kind: number, name: string): BtfType | undefined {
    return this.#candidates.get(essentialName(name))?.find((type) => type.kind === kind && type.name === name);
  }
}

/** What a relocation comes to in one set of types; null: they do not have it. */
interface Value {
  readonly value: bigint;
  /** what the instruction held before is known, and is checked */
  readonly exact: boolean;
  /** of a field at a byte offset: what a load there reads */
  readonly fieldType?: number;
}

/** Where a bit-field's bytes are loaded from: the smallest aligned integer of at least its type's size that holds all of it. */
function loadUnit(bits: number, width: number, typeSize: number): { at: number; size: number } | null {
  let size = typeSize;
  for (;;) {
    if (size <= 0) return null;
    const at = Math.floor(Math.floor(bits / 8) / size) * size;
    if (bits + width <= (at + size) * 8) return { at, size };
    if (size >= 8) return null;
    size *= 2;
  }
}

function fieldValue(kind: number, spec: Spec): Value | null {
  const last = spec.steps.at(-1);
  if (!last) return null;
  const typeId = last.member ? last.member.type : last.typeId;
  const width = last.member?.size ?? 0;
  const type = resolveType(spec.btf, typeId);
  let unit = { at: Math.floor(spec.bits / 8), size: sizeOf(spec.btf, typeId) };
  if (width > 0) {
    const found = loadUnit(spec.bits, width, type.size);
    if (!found) return null;
    unit = found;
  }
  const bits = width || unit.size * 8;
  const number = (value: number, exact = width === 0): Value => ({ value: BigInt(value), exact });
  switch (kind) {
    case FIELD_BYTE_OFFSET:
      return width > 0 ? number(unit.at) : { ...number(unit.at), fieldType: typeId };
    case FIELD_BYTE_SIZE:
      return number(unit.size);
    case FIELD_SIGNED: {
      const signed = type.kind === BTF_KIND_INT ? (type.flags & 1) !== 0 : isEnum(type) && type.flags !== 0;
      return number(signed ? 1 : 0, true);
    }
    case FIELD_LSHIFT_U64:
      return number(64 - (spec.bits + bits - unit.at * 8));
    case FIELD_RSHIFT_U64:
      return number(64 - bits, true);
    default:
      return null;
  }
}

function valueOf(kind: number, spec: Spec): Value | null {
  if (kind === FIELD_EXISTS || kind === ENUMVAL_EXISTS) return { value: 1n, exact: true };
  if (isFieldKind(kind)) return fieldValue(kind, spec);
  if (kind === ENUMVAL_VALUE) {
    const type = resolveType(spec.btf, spec.rootId);
    const found = type.values[spec.steps[0]?.index ?? -1];
    return found ? { value: found.value, exact: true } : null;
  }
  if (kind === TYPE_SIZE) return { value: BigInt(sizeOf(spec.btf, spec.rootId)), exact: true };
  if (kind === TYPE_ID_LOCAL || kind === TYPE_ID_TARGET) {
    return { value: BigInt(spec.rootId), exact: kind === TYPE_ID_LOCAL };
  }
  return { value: 1n, exact: true };
}

/** What stands in the instruction when the kernel does not have the thing; null: a call that is refused. */
function absent(kind: number): Value | null {
  if (isFieldKind(kind) ? kind === FIELD_EXISTS : kind !== ENUMVAL_VALUE) return { value: 0n, exact: true };
  return null;
}

interface Resolution {
  /** what the instruction held so far; null: not checked */
  readonly before: bigint | null;
  /** null: poison */
  readonly after: bigint | null;
  /** bytes of a load or store before and after; equal when its size stays */
  readonly sizes: readonly [number, number];
}

const MEMORY_SIZES: readonly (readonly [bytes: number, opcode: number])[] = [
  [8, BPF_DW],
  [4, BPF_W],
  [2, BPF_H],
  [1, BPF_B],
];

/** May a load of the one field become a load of the other, of another size? Pointers and unsigned integers only. */
function sizesOf(local: Spec, ours: Value, target: Spec, theirs: Value): readonly [number, number] | null {
  if (ours.fieldType === undefined || theirs.fieldType === undefined) return [0, 0];
  const before = resolveType(local.btf, ours.fieldType);
  const after = resolveType(target.btf, theirs.fieldType);
  const sizes = [sizeOf(local.btf, ours.fieldType), sizeOf(target.btf, theirs.fieldType)] as const;
  if (sizes[0] === sizes[1]) return sizes;
  if (before.kind === BTF_KIND_PTR && after.kind === BTF_KIND_PTR) return sizes;
  const unsigned = (type: BtfType): boolean => type.kind === BTF_KIND_INT && (type.flags & 1) === 0;
  return unsigned(before) && unsigned(after) ? sizes : null;
}

function resolve(record: CoreRecord, local: Spec, kernel: KernelTypes): Resolution | string {
  const { kind } = record;
  const ours = valueOf(kind, local);
  if (kind === TYPE_ID_LOCAL) return { before: null, after: BigInt(local.rootId), sizes: [0, 0] };
  const root = local.btf.types[local.rootId];
  if (!root || root.name === '') return 'the type has no name to find it by';

  let agreed: { readonly spec: Spec; readonly value: Value | null } | null = null;
  for (const candidate of kernel.candidates(root)) {
    const spec = matchSpec(local, kernel.btf, candidate.id, kind);
    if (!spec) continue;
    const value = valueOf(kind, spec);
    if (agreed && (agreed.spec.bits !== spec.bits || agreed.value?.value !== value?.value)) {
      return 'several types of that name disagree about it';
    }
    agreed ??= { spec, value };
  }
  if (!agreed) {
    const value = absent(kind);
    return { before: ours?.exact ? ours.value : null, after: value ? value.value : null, sizes: [0, 0] };
  }
  const before = ours?.exact ? ours.value : null;
  if (!ours || !agreed.value) return { before, after: null, sizes: [0, 0] };
  const sizes = sizesOf(local, ours, agreed.spec, agreed.value);
  return { before, after: sizes ? agreed.value.value : null, sizes: sizes ?? [0, 0] };
}

/** The instruction, and the second half of a 64-bit load, as they are in this kernel; text: why it cannot be done. */
function patch(pair: readonly Instruction[], { before, after, sizes }: Resolution): Instruction[] | string {
  const [instruction, high] = pair;
  if (!instruction) return 'there is no instruction at its place';
  const poison: Instruction = { opcode: BPF_JMP | BPF_CALL, dst: 0, src: 0, offset: 0, imm: POISON };
  const wide = instruction.opcode === LD_IMM64;
  if (after === null) return wide ? [poison, poison] : [poison];
  const unexpected = (held: bigint | number): string => `the instruction holds ${held}, not ${String(before)}`;
  switch (instruction.opcode & 7) {
    case BPF_ALU:
    case BPF_ALU64:
      if ((instruction.opcode & 8) !== 0) return 'it is on an instruction between registers';
      if (before !== null && BigInt(instruction.imm) !== BigInt.asIntN(32, before)) return unexpected(instruction.imm);
      return [{ ...instruction, imm: Number(BigInt.asIntN(32, after)) }];
    case BPF_LDX:
    case BPF_ST:
    case BPF_STX: {
      if (before !== null && BigInt(instruction.offset) !== before) return unexpected(instruction.offset);
      if (after > 0x7fffn) return `offset ${after} does not fit the instruction`;
      const held = MEMORY_SIZES.find(([, opcode]) => opcode === (instruction.opcode & 0x18))?.[0];
      let { opcode } = instruction;
      if (sizes[0] !== sizes[1]) {
        if (held !== sizes[0]) return `the instruction accesses ${held} bytes of a field of ${sizes[0]}`;
        const size = MEMORY_SIZES.find(([bytes]) => bytes === sizes[1])?.[1];
        if (size === undefined) return `no instruction accesses ${sizes[1]} bytes`;
        opcode = (opcode & ~0x18) | size;
      }
      return [{ ...instruction, opcode, offset: Number(after) }];
    }
    default: {
      if (!wide || !high) return 'it is on an instruction that cannot carry it';
      const held = (BigInt(high.imm) << 32n) | BigInt(instruction.imm >>> 0);
      if (before !== null && BigInt.asUintN(64, held) !== BigInt.asUintN(64, before)) return unexpected(held);
      return [
        { ...instruction, imm: Number(BigInt.asIntN(32, after)) },
        { ...high, imm: Number(BigInt.asIntN(32, after >> 32n)) },
      ];
    }
  }
}

/** The patched slots (one, or the two of a 64-bit load); `poisoned` says what this kernel does not have. */
export interface Relocated {
  readonly instructions: readonly Instruction[];
  readonly poisoned: string | null;
}

/** @param at the instruction and the one behind it */
export function relocateCore(
  record: CoreRecord,
  at: readonly Instruction[],
  local: Btf,
  kernel: KernelTypes,
): Relocated | LoadProblem {
  const spec = parseSpec(local, record.typeId, record.access, record.kind);
  const type = local.types[record.typeId];
  const named = spec ? printSpec(spec, record.kind) : `[${record.typeId}] ${type?.name ?? ''} (${record.access})`;
  const failed = (what: string): LoadProblem => problem('L013', { access: named, what });
  if (!spec) return failed('its description does not fit its type');
  const resolution = resolve(record, spec, kernel);
  if (typeof resolution === 'string') return failed(resolution);
  const instructions = patch(at, resolution);
  if (typeof instructions === 'string') return failed(instructions);
  return { instructions, poisoned: resolution.after === null ? named : null };
}
