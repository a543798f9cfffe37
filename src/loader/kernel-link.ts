// What kernel-mode objects become in memory: sections gathered by what may be done with them, symbols resolved, relocations applied. The
// kernel image is many objects at once, a module one.
import { INSTRUCTION_SIZE } from '../bpf/opcodes.ts';
import {
  type ElfObject,
  type ElfSection,
  type ElfSymbol,
  SHF_EXECINSTR,
  SHT_NOBITS,
  SHT_PROGBITS,
  STB_LOCAL,
  STB_WEAK,
  STT_FUNC,
  STT_OBJECT,
  STT_SECTION,
} from './elf.ts';
import { problem, type LoadProblem } from './problems.ts';

export const PAGE = 4096;
const R_BPF_64_64 = 1;
const R_BPF_64_ABS64 = 2;
const R_BPF_64_32 = 10;
const SHF_WRITE = 1;
const SHF_ALLOC = 2;

/** What memory is used for, in the order in which it is laid out. */
export type Part = 'text' | 'readOnly' | 'data' | 'initText' | 'initData';
const PARTS: readonly Part[] = ['text', 'readOnly', 'data', 'initText', 'initData'];

export interface LinkedSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: number;
  readonly code: boolean;
  readonly global: boolean;
}

export interface LinkedPart {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

export interface Linked {
  readonly parts: Readonly<Record<Part, LinkedPart>>;
  readonly symbols: readonly LinkedSymbol[];
  /** bytes of a section of the user's choice (".modinfo", "__param", …), relocated; empty when there is none */
  readonly section: (name: string) => Uint8Array;
  /** address of a section of object `index`; 0 when there is none */
  readonly sectionAddress: (name: string, index?: number) => bigint;
}

interface Placed {
  readonly section: ElfSection;
  readonly part: Part;
  readonly offset: number;
}

function partOf(section: ElfSection): Part | null {
  if (section.type !== SHT_PROGBITS && section.type !== SHT_NOBITS) return null;
  if ((section.flags & SHF_ALLOC) === 0) return null;
  if (section.flags & SHF_EXECINSTR) return section.name === '.init.text' ? 'initText' : 'text';
  if (section.name.startsWith('.init.')) return 'initData';
  // What the kernel only reads at load time, and constants. A section of the user's choice says itself whether it is written.
  const described = section.name === '__ksymtab' || section.name.startsWith('__module_') || section.name === '__param';
  return described ||
    section.name === '.modinfo' ||
    section.name.startsWith('.rodata') ||
    (section.flags & SHF_WRITE) === 0
    ? 'readOnly'
    : 'data';
}

export const pages = (bytes: number): number => Math.ceil(bytes / PAGE);

/** Sizes of the parts before anything is placed; text may begin with `reserved` bytes of somebody else's. */
export interface Layout {
  readonly sizes: Readonly<Record<Part, number>>;
  readonly placed: readonly (readonly Placed[])[];
}

export function layOut(
  objects: readonly ElfObject[],
  reserved: { readonly text?: number; readonly initText?: number } = {},
): Layout {
  const sizes: Record<Part, number> = {
    text: reserved.text ?? 0,
    readOnly: 0,
    data: 0,
    initText: reserved.initText ?? 0,
    initData: 0,
  };
  const placed = objects.map((object) =>
    object.sections.flatMap((section): Placed[] => {
      const part = partOf(section);
      if (part === null || section.size === 0) return [];
      sizes[part] = Math.ceil(sizes[part] / 16) * 16;
      const offset = sizes[part];
      sizes[part] += section.size;
      return [{ section, part, offset }];
    }),
  );
  return { sizes, placed };
}

/**
 * Puts laid-out objects at their addresses.
 * @param resolve address of a name that no object defines; null: nobody has it
 */
export function linkObjects(
  objects: readonly ElfObject[],
  layout: Layout,
  addresses: Readonly<Record<Part, bigint>>,
  resolve: (name: string) => bigint | null,
): Linked | LoadProblem {
  const bytes = Object.fromEntries(PARTS.map((part) => [part, new Uint8Array(layout.sizes[part])])) as Record<
    Part,
    Uint8Array
  >;
  const sectionAddresses = layout.placed.map(
    (list) => new Map(list.map((p) => [p.section.index, addresses[p.part] + BigInt(p.offset)])),
  );
  for (const list of layout.placed)
    for (const p of list) if (p.section.type !== SHT_NOBITS) bytes[p.part].set(p.section.data, p.offset);

  const globals = new Map<string, bigint>();
  const symbols: LinkedSymbol[] = [];
  objects.forEach((object, i) => {
    for (const symbol of object.symbols) {
      const base = sectionAddresses[i]?.get(symbol.section);
      if (base === undefined || (symbol.type !== STT_FUNC && symbol.type !== STT_OBJECT)) continue;
      const address = base + BigInt(symbol.value);
      const global = symbol.binding !== STB_LOCAL;
      if (global) globals.set(symbol.name, address);
      if (symbol.name.startsWith('.L') || /^__(param|ksymtab|modinfo|init_function|exit_function)/.test(symbol.name))
        continue;
      symbols.push({ name: symbol.name, address, size: symbol.size, code: symbol.type === STT_FUNC, global });
    }
  });

  for (const [i, object] of objects.entries()) {
    const addressOf = (symbol: ElfSymbol): bigint | null => {
      const base = sectionAddresses[i]?.get(symbol.section);
      if (base !== undefined) return base + (symbol.type === STT_SECTION ? 0n : BigInt(symbol.value));
      if (symbol.section !== 0) return 0n;
      return globals.get(symbol.name) ?? resolve(symbol.name) ?? (symbol.binding === STB_WEAK ? 0n : null);
    };
    for (const p of layout.placed[i] ?? []) {
      const view = new DataView(bytes[p.part].buffer);
      for (const relocation of object.relocations.get(p.section.index) ?? []) {
        const target = addressOf(relocation.symbol);
        if (target === null) return problem('L050', { symbol: relocation.symbol.name });
        const at = p.offset + relocation.offset;
        if (relocation.type === R_BPF_64_ABS64) {
          view.setBigUint64(at, BigInt.asUintN(64, target + view.getBigInt64(at, true)), true);
        } else if (relocation.type === R_BPF_64_64) {
          const value = BigInt.asUintN(64, target + BigInt(view.getInt32(at + 4, true)));
          view.setUint32(at + 4, Number(value & 0xffffffffn), true);
          view.setUint32(at + 12, Number(value >> 32n), true);
        } else if (relocation.type === R_BPF_64_32) {
          // The instruction counts from the one behind it; what stands there is an offset into a section, or -1.
          const to = target + BigInt((view.getInt32(at + 4, true) + 1) * INSTRUCTION_SIZE);
          const from = addresses[p.part] + BigInt(at + INSTRUCTION_SIZE);
          view.setInt32(at + 4, Number(BigInt.asIntN(64, to - from) / BigInt(INSTRUCTION_SIZE)), true);
        } else return problem('L011', { type: relocation.type, symbol: relocation.symbol.name });
      }
    }
  }

  const find = (name: string): Placed | null => {
    for (const list of layout.placed) {
      const p = list.find((x) => x.section.name === name);
      if (p) return p;
    }
    return null;
  };
  return {
    parts: Object.fromEntries(
      PARTS.map((part) => [part, { address: addresses[part], bytes: bytes[part] }]),
    ) as Linked['parts'],
    symbols,
    section: (name) => {
      const found = find(name);
      return found ? bytes[found.part].subarray(found.offset, found.offset + found.section.size) : new Uint8Array();
    },
    sectionAddress: (name, index = 0) => {
      const p = layout.placed[index]?.find((x) => x.section.name === name);
      return (p && sectionAddresses[index]?.get(p.section.index)) ?? 0n;
    },
  };
}
