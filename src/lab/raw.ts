// Raw instructions without an object: the same road from bpf(BPF_PROG_LOAD) on, for assembly, fuzzing and comparisons.
import { decodeInstructions } from '../bpf/instruction.ts';
import { BPF_F_MMAPABLE, BPF_F_NO_PREALLOC, MAP_TYPES } from '../bpf/maps.ts';
import { BPF_LD, BPF_DW, BPF_IMM, BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE } from '../bpf/opcodes.ts';
import { ATTACH_TYPES, PROGRAM_TYPES, type ProgramType } from '../bpf/programs.ts';
import { BPF_F_SLEEPABLE, SIM_F_UNVERIFIED } from '../bpf/syscall.ts';
import { explain, type Explanation } from '../explain/index.ts';
import type { Kernel, Recording } from '../loader/kernel.ts';
import { missingAfterLoad, type LoadedMap, type Missing, type VerifierCounters } from '../loader/load.ts';

export interface RawProgram {
  /** name of a program type ("xdp"), see src/bpf/programs.ts */
  readonly type: string;
  /** whole slots; a 64-bit immediate load with src_reg 1 or 2 and imm = i refers to map i */
  readonly instructions: Uint8Array;
  /** "array:4:8:2": type, bytes of key and value, entries */
  readonly maps?: readonly string[];
  readonly license?: string;
  readonly expectedAttachType?: number;
}

export interface LoadedRaw {
  readonly type: ProgramType;
  /** descriptor or -errno */
  readonly fd: number;
  /** the first helper or map type that it needs and that is not simulated: Linux accepts it, and it does not run */
  readonly missing: Missing | null;
  readonly maps: readonly LoadedMap[];
  readonly counters: VerifierCounters;
  readonly explanation: Explanation;
}

/** What stops a raw program before the kernel is asked; says what to write instead. */
export interface RawProblem {
  readonly message: string;
}

export function programTypeNamed(name: string): ProgramType | RawProblem {
  const type = PROGRAM_TYPES.find((candidate) => candidate.name === name);
  return (
    type ?? { message: `there is no program type '${name}'; known are ${PROGRAM_TYPES.map((t) => t.name).join(', ')}` }
  );
}

/** `declared`: types that are not simulated will do. */
function mapNamed(text: string, index: number, declared: boolean): LoadedMap['definition'] | RawProblem {
  const [name, ...numbers] = text.split(':');
  const type = MAP_TYPES.find((candidate) => candidate.name === name);
  const usable = (candidate: (typeof MAP_TYPES)[number]): boolean => declared || candidate.simulated;
  if (type && !usable(type))
    return { message: `map '${text}': this type is not simulated; it works on real Linux only` };
  if (!type) {
    const known = MAP_TYPES.filter(usable).map((candidate) => candidate.name);
    return { message: `map '${text}': the type is one of ${known.join(', ')}` };
  }
  const [keySize, valueSize, maxEntries] = numbers.map((number) => (/^\d+$/.test(number) ? Number(number) : NaN));
  if (numbers.length !== 3 || ![keySize, valueSize, maxEntries].every((n) => Number.isInteger(n))) {
    return { message: `map '${text}': write TYPE:KEY:VALUE:ENTRIES, for example array:4:8:2` };
  }
  if (numbers.some((number) => Number(number) > 0xffffffff))
    return { message: `map '${text}': sizes and entries are at most 4294967295` };
  return {
    name: `map_${index}`,
    type: type.id,
    keySize: keySize ?? 0,
    valueSize: valueSize ?? 0,
    maxEntries: maxEntries ?? 0,
    flags: NEEDED_FLAGS[type.name] ?? 0,
    extra: 0,
    keyType: 0,
    valueType: 0,
    inner: null,
    data: null,
    readOnly: false,
    pinned: false,
    place: null,
  };
}

/** Flags without which a type does not exist. */
const NEEDED_FLAGS: Readonly<Record<string, number>> = { lpm_trie: BPF_F_NO_PREALLOC, arena: BPF_F_MMAPABLE };

export interface RawOptions {
  readonly recording?: Recording;
  readonly unverified?: boolean;
}

/** The kernel must have been booted; its capability view and engine hold. */
export function loadRaw(kernel: Kernel, raw: RawProgram, options: RawOptions = {}): LoadedRaw | RawProblem {
  const type = programTypeNamed(raw.type);
  if ('message' in type) return type;
  const maps: LoadedMap[] = [];
  for (const [index, text] of (raw.maps ?? []).entries()) {
    const definition = mapNamed(text, index, kernel.verdictsOnly);
    if ('message' in definition) return definition;
    const fd = kernel.createMap(definition);
    if (fd < 0) return { message: `map '${text}' could not be created (${fd})` };
    maps.push({ definition, fd });
  }

  const instructions = raw.instructions.slice(0, raw.instructions.length & ~7);
  const bytes = instructions.slice();
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    if (bytes[at] !== (BPF_LD | BPF_IMM | BPF_DW)) continue;
    const source = (bytes[at + 1] ?? 0) >> 4;
    if (source === BPF_PSEUDO_MAP_FD || source === BPF_PSEUDO_MAP_VALUE) {
      // A number that names no map stays: the kernel says that the descriptor is bad.
      const map = maps[view.getInt32(at + 4, true)];
      view.setInt32(at + 4, map?.fd ?? 0x7fffffff, true);
    }
    at += 8;
  }
  const fd = kernel.loadProgram(
    {
      name: 'raw',
      type: type.id,
      instructions: bytes,
      license: raw.license ?? 'GPL',
      expectedAttachType: raw.expectedAttachType ?? ATTACH_TYPES[type.name]?.[0] ?? 0,
      flags: (options.unverified ? SIM_F_UNVERIFIED : 0) | (type.name === 'syscall' ? BPF_F_SLEEPABLE : 0),
    },
    options.recording,
  );
  return {
    type,
    fd,
    missing: missingAfterLoad(kernel),
    maps,
    counters: kernel.counters(),
    explanation: explain(kernel.records(), {
      instructions: decodeInstructions(instructions),
      lineInfo: [],
      maps: maps.map(({ definition }) => definition),
      subprograms: [],
    }),
  };
}
