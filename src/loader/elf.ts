// Reads an ELF64 little-endian BPF object (ours or clang's). Every length in the file is checked before it is used.
import { problem, type LoadProblem } from './problems.ts';

export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;
export const SHF_EXECINSTR = 4;
const SHN_UNDEF = 0;
const EM_BPF = 247;

export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;
export const STB_LOCAL = 0;
export const STB_WEAK = 2;

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly link: number;
  readonly info: number;
  /** bytes it takes in memory; `data` is empty for SHT_NOBITS */
  readonly size: number;
  readonly data: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly type: number;
  readonly binding: number;
  /** section index; 0 when undefined (extern) */
  readonly section: number;
}

export interface ElfRelocation {
  /** bytes from the section's start */
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
}

export interface ElfObject {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** relocations by the index of the section that they change */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
}

export function parseElf(bytes: Uint8Array): ElfObject | LoadProblem {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (what: string): LoadProblem => problem('L001', { what });

  if (bytes.length < 64) return damaged('it ends inside the ELF header');
  if (view.getUint32(0, false) !== 0x7f454c46) return damaged('it does not begin with \\x7fELF');
  if (bytes[4] !== 2 || bytes[5] !== 1) return damaged('it is not 64-bit little-endian');
  const machine = view.getUint16(18, true);
  if (machine !== EM_BPF && machine !== 0) return problem('L002', { machine });

  const sectionTable = Number(view.getBigUint64(40, true));
  const entrySize = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  const nameSection = view.getUint16(62, true);
  if (count === 0 || entrySize < 64) return damaged('it has no section table');
  if (sectionTable + count * entrySize > bytes.length) return damaged('its section table lies outside the file');

  interface Header {
    nameAt: number;
    type: number;
    flags: number;
    offset: number;
    size: number;
    link: number;
    info: number;
  }
  const headers: Header[] = [];
  for (let i = 0; i < count; i++) {
    const at = sectionTable + i * entrySize;
    const header: Header = {
      nameAt: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      flags: Number(view.getBigUint64(at + 8, true)),
      offset: Number(view.getBigUint64(at + 24, true)),
      size: Number(view.getBigUint64(at + 32, true)),
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
    };
    if (header.type !== SHT_NOBITS && header.offset + header.size > bytes.length) {
      return damaged(`section ${i} lies outside the file`);
    }
    headers.push(header);
  }

  const contents = (header: Header): Uint8Array =>
    header.type === SHT_NOBITS ? new Uint8Array(0) : bytes.subarray(header.offset, header.offset + header.size);
  const names = headers[nameSection];
  if (!names) return damaged('it has no section names');
  const nameBytes = contents(names);

  const sections: ElfSection[] = headers.map((header, index) => ({
    index,
    name: stringAt(nameBytes, header.nameAt),
    type: header.type,
    flags: header.flags,
    link: header.link,
    info: header.info,
    size: header.size,
    data: contents(header),
  }));

  const symbols: ElfSymbol[] = [];
  const symbolTable = sections.find((section) => section.type === SHT_SYMTAB);
  if (symbolTable) {
    const strings = sections[symbolTable.link]?.data ?? new Uint8Array(0);
    const table = viewOf(symbolTable.data);
    for (let at = 0; at + 24 <= symbolTable.data.length; at += 24) {
      const info = table.getUint8(at + 4);
      const section = table.getUint16(at + 6, true);
      symbols.push({
        name: stringAt(strings, table.getUint32(at, true)),
        value: Number(table.getBigUint64(at + 8, true)),
        size: Number(table.getBigUint64(at + 16, true)),
        type: info & 0x0f,
        binding: info >> 4,
        section: section < sections.length ? section : SHN_UNDEF,
      });
    }
  }

  const relocations = new Map<number, ElfRelocation[]>();
  for (const section of sections) {
    if (section.type !== SHT_REL) continue;
    const table = viewOf(section.data);
    const list: ElfRelocation[] = [];
    for (let at = 0; at + 16 <= section.data.length; at += 16) {
      const symbol = symbols[table.getUint32(at + 12, true)];
      if (!symbol) return damaged(`a relocation in ${section.name} names a symbol that does not exist`);
      list.push({ offset: Number(table.getBigUint64(at, true)), type: table.getUint32(at + 8, true), symbol });
    }
    relocations.set(section.info, list);
  }
  return { sections, symbols, relocations };
}

/** The zero-terminated string at `at`; what lies outside is ''. */
export function stringAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) return '';
  let end = at;
  while (end < bytes.length && bytes[end] !== 0) end++;
  return new TextDecoder().decode(bytes.subarray(at, end));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
