// ELF64 relocatable files for eBPF (System V gABI; e_machine 247).
import { ByteWriter, StringTable } from './bytes.ts';

export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;
export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;
export const SHF_INFO_LINK = 0x40;

export const STT_NOTYPE = 0;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;
const STT_FILE = 4;
const SHN_ABS = 0xfff1;

/** On a 64-bit immediate load; on data; on a call. */
export const R_BPF_64_64 = 1;
export const R_BPF_64_ABS64 = 2;
export const R_BPF_64_32 = 10;

export interface ElfSymbol {
  readonly name: string;
  readonly type: number;
  readonly binding: 'local' | 'global' | 'weak';
  readonly hidden: boolean;
  /** null: undefined here */
  readonly section: Section | null;
  readonly value: number;
  readonly size: number;
}

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  data: Uint8Array;
  /** bytes in memory, for a section without data in the file */
  size: number;
  readonly relocations: { readonly offset: number; readonly type: number; readonly symbol: ElfSymbol }[];
  /** its own symbol, made when something refers to the section */
  symbol: ElfSymbol | null;
}

export function section(
  name: string,
  type: number,
  flags: number,
  align: number,
  data: Uint8Array = new Uint8Array(),
): Section {
  return { name, type, flags, align, data, size: data.length, relocations: [], symbol: null };
}

/** The section's own symbol. */
export function sectionSymbol(of: Section): ElfSymbol {
  of.symbol ??= { name: '', type: STT_SECTION, binding: 'local', hidden: false, section: of, value: 0, size: 0 };
  return of.symbol;
}

const BINDINGS = { local: 0, global: 1, weak: 2 } as const;

export function writeElf(fileName: string, sections: readonly Section[], symbols: readonly ElfSymbol[]): Uint8Array {
  const strings = new StringTable();
  const all: { section: Section; link: number; info: number; entry: number }[] = [];
  const index = new Map<Section, number>();
  for (const s of sections) {
    index.set(s, all.length + 1);
    all.push({ section: s, link: 0, info: 0, entry: 0 });
  }
  const relocated = sections.filter((s) => s.relocations.length > 0);
  const symtabIndex = all.length + relocated.length + 1;

  // locals first, as ELF wants
  const used = sections.flatMap((s) => (s.symbol ? [s.symbol] : []));
  const ordered = [...used, ...symbols].sort((a, b) => Number(a.binding !== 'local') - Number(b.binding !== 'local'));
  const symtab = new ByteWriter();
  const number = new Map<ElfSymbol, number>();
  const write = (name: number, info: number, other: number, shndx: number, value: number, size: number): void => {
    symtab.u32(name);
    symtab.u8(info);
    symtab.u8(other);
    symtab.u16(shndx);
    symtab.u64(value);
    symtab.u64(size);
  };
  write(0, 0, 0, 0, 0, 0);
  write(strings.add(fileName), STT_FILE, 0, SHN_ABS, 0, 0);
  let locals = 2;
  ordered.forEach((symbol, i) => {
    number.set(symbol, i + 2);
    if (symbol.binding === 'local') locals++;
    const place = symbol.section ? index.get(symbol.section)! : 0;
    write(
      strings.add(symbol.name),
      (BINDINGS[symbol.binding] << 4) | symbol.type,
      symbol.hidden ? 2 : 0,
      place,
      symbol.value,
      symbol.size,
    );
  });

  for (const s of relocated) {
    const rel = new ByteWriter();
    for (const r of s.relocations) {
      rel.u64(r.offset);
      rel.u64((BigInt(number.get(r.symbol)!) << 32n) | BigInt(r.type));
    }
    all.push({
      section: section(`.rel${s.name}`, SHT_REL, SHF_INFO_LINK, 8, rel.finish()),
      link: symtabIndex,
      info: index.get(s)!,
      entry: 16,
    });
  }
  const strtabIndex = symtabIndex + 1;
  all.push({
    section: section('.symtab', SHT_SYMTAB, 0, 8, symtab.finish()),
    link: strtabIndex,
    info: locals,
    entry: 24,
  });
  const names = all.map(({ section: s }) => strings.add(s.name));
  names.push(strings.add('.strtab'));
  all.push({ section: section('.strtab', SHT_STRTAB, 0, 1, strings.finish()), link: 0, info: 0, entry: 0 });

  const out = new ByteWriter();
  out.bytes(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  out.u16(1); // ET_REL
  out.u16(247); // EM_BPF
  out.u32(1);
  out.u64(0);
  out.u64(0);
  const sectionHeaders = out.length;
  out.u64(0);
  out.u32(0);
  out.u16(64);
  out.u16(0);
  out.u16(0);
  out.u16(64);
  out.u16(all.length + 1);
  out.u16(strtabIndex);
  const offsets = all.map(({ section: s }) => {
    out.align(Math.max(1, s.align));
    const at = out.length;
    if (s.type !== SHT_NOBITS) out.bytes(s.data);
    return at;
  });
  out.align(8);
  out.patchU64(sectionHeaders, out.length);
  out.bytes(new Uint8Array(64));
  all.forEach(({ section: s, link, info, entry }, i) => {
    out.u32(names[i]!);
    out.u32(s.type);
    out.u64(s.flags);
    out.u64(0);
    out.u64(offsets[i]!);
    out.u64(s.type === SHT_NOBITS ? s.size : s.data.length);
    out.u32(link);
    out.u32(info);
    out.u64(Math.max(1, s.align));
    out.u64(entry);
  });
  return out.finish();
}
