// An object file as a loader sees it: functions with their relocations and lines, maps, global data, licence.
import { BPF_F_MMAPABLE, BPF_F_RDONLY_PROG } from '../bpf/maps.ts';
import type { KernelVersion } from '../bpf/kernel-types.ts';
import type { ProgramType } from '../bpf/programs.ts';
import {
  BTF_KIND_DATASEC,
  parseBtf,
  parseBtfExt,
  placeVariables,
  type Btf,
  type CoreRecord,
  type FunctionRecord,
  type LineRecord,
} from './btf.ts';
import {
  parseElf,
  SHF_EXECINSTR,
  SHT_NOBITS,
  SHT_PROGBITS,
  STB_LOCAL,
  STT_FUNC,
  STT_OBJECT,
  stringAt,
  type ElfObject,
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
} from './elf.ts';
import { configData, externsOf, type Extern } from './externs.ts';
import { mapDefinitions, type MapDefinition } from './map-definitions.ts';
import { isProblem, problem, type LoadProblem } from './problems.ts';
import { programTypeOf } from './sections.ts';

const BPF_MAP_TYPE_ARRAY = 2;
const BPF_OBJ_NAME_LEN = 16;

/** A function of the object: an entry program, or a subprogram in .text. */
export interface ObjectFunction {
  readonly name: string;
  readonly section: ElfSection;
  /** bytes from the section's start */
  readonly start: number;
  readonly end: number;
  /** null for a subprogram */
  readonly type: ProgramType | null;
}

export interface BpfObject {
  readonly elf: ElfObject;
  readonly btf: Btf | null;
  readonly functions: readonly ObjectFunction[];
  readonly functionRecords: ReadonlyMap<string, readonly FunctionRecord[]>;
  readonly lineRecords: ReadonlyMap<string, readonly LineRecord[]>;
  readonly coreRecords: ReadonlyMap<string, readonly CoreRecord[]>;
  readonly maps: readonly MapDefinition[];
  readonly initialValues: readonly InitialValue[];
  /** what comes from the running kernel, by name */
  readonly externs: ReadonlyMap<string, Extern>;
  /** the map of the kernel's configuration, and where each value stands in it */
  readonly config: { readonly map: number; readonly offsets: ReadonlyMap<string, number> } | null;
  /** section index of .data, .rodata, .bss and the like → position in `maps` */
  readonly dataMaps: ReadonlyMap<number, number>;
  readonly license: string;
}

/** An initialiser of `.values`: this slot of this map holds a map or a program of the same object. */
export interface InitialValue {
  /** index into BpfObject.maps */
  readonly map: number;
  readonly slot: number;
  /** name of the map or function */
  readonly symbol: string;
}

/** Initialisers are relocations of section .maps: each stands in the `values` of one map, and names what goes there. */
function initialValues(elf: ElfObject, maps: readonly MapDefinition[]): InitialValue[] | LoadProblem {
  const section = elf.sections.find((candidate) => candidate.name === '.maps');
  const relocations = (section && elf.relocations.get(section.index)) ?? [];
  const values: InitialValue[] = [];
  for (const { offset, symbol } of relocations) {
    const map = maps.findIndex(({ place }) => place && place.start <= offset && offset < place.end);
    const begin = maps[map]?.place?.values ?? null;
    if (begin === null || offset < begin || offset % 8 !== begin % 8) {
      return problem('L007', { map: maps[map]?.name ?? '.maps', what: 'only `values` can have initialisers' });
    }
    values.push({ map, slot: (offset - begin) / 8, symbol: symbol.name });
  }
  return values;
}

const isData = (section: ElfSection): boolean =>
  /^\.(data|rodata|bss)(\.|$)/.test(section.name) && (section.type === SHT_PROGBITS || section.type === SHT_NOBITS);

/**
 * libbpf's name for a map of global data: the object's name and the section's, in 15 characters ("drop.bpf.o" → "drop.rodata"); a
 * section with a second dot (".data.hot") is a name of its own.
 */
export function dataMapName(fileName: string, section: string): string {
  if (section.indexOf('.', 1) > 0) return section.slice(0, BPF_OBJ_NAME_LEN - 1);
  const base = (fileName.split('/').pop() ?? fileName).split('.')[0] ?? '';
  return (base.slice(0, BPF_OBJ_NAME_LEN - 1 - Math.max(7, section.length)) + section).replace(/[^\w.]/g, '_');
}

/** @param fileName names the maps of global data */
export function readObject(bytes: Uint8Array, fileName: string, version: KernelVersion = 618): BpfObject | LoadProblem {
  const elf = parseElf(bytes);
  if (isProblem(elf)) return elf;
  const named = (name: string): ElfSection | undefined => elf.sections.find((section) => section.name === name);

  let btf: Btf | null = null;
  const btfSection = named('.BTF');
  if (btfSection) {
    const parsed = parseBtf(btfSection.data);
    if (isProblem(parsed)) return parsed;
    const symbolsOf = (section: ElfSection | undefined): ElfSymbol[] =>
      elf.symbols.filter((symbol) => symbol.section === section?.index && symbol.type === STT_OBJECT);
    const places = new Map(
      [...parsed.dataSections.keys()].map((id) => {
        const { name = '' } = parsed.types[id] ?? {};
        return [name, new Map(symbolsOf(named(name)).map((symbol) => [symbol.name, symbol.value]))];
      }),
    );
    btf = placeVariables(
      parsed,
      (section) => named(section)?.size ?? null,
      (section, variable) => places.get(section)?.get(variable) ?? null,
    );
  }
  let functionRecords: BpfObject['functionRecords'] = new Map();
  let lineRecords: BpfObject['lineRecords'] = new Map();
  let coreRecords: BpfObject['coreRecords'] = new Map();
  const extSection = named('.BTF.ext');
  if (btf && extSection) {
    const ext = parseBtfExt(extSection.data, btf);
    if (isProblem(ext)) return ext;
    functionRecords = ext.functions;
    coreRecords = ext.core;
    lineRecords = ext.lines;
  }

  const old = named('maps');
  if (old && old.size > 0) {
    return problem('L021', { map: elf.symbols.find((symbol) => symbol.section === old.index)?.name || 'it' });
  }
  if (elf.sections.some((section) => /^\.struct_ops(\.|$)/.test(section.name) && section.size > 0)) {
    return problem('L020', {});
  }
  if (named('.maps') && !btf) return problem('L006', { what: 'it is missing, and maps are declared by it' });
  const definitions = btf ? mapDefinitions(btf) : [];
  if (isProblem(definitions)) return definitions;
  const maps = [...definitions];
  const values = initialValues(elf, definitions);
  if (isProblem(values)) return values;

  const dataMaps = new Map<number, number>();
  const globalData = (section: string, data: Uint8Array, readOnly: boolean): MapDefinition => ({
    name: dataMapName(fileName, section),
    type: BPF_MAP_TYPE_ARRAY,
    keySize: 4,
    valueSize: data.length,
    maxEntries: 1,
    flags: BPF_F_MMAPABLE | (readOnly ? BPF_F_RDONLY_PROG : 0),
    extra: 0,
    keyType: 0,
    valueType: btf?.types.find((type) => type.kind === BTF_KIND_DATASEC && type.name === section)?.id ?? 0,
    inner: null,
    data,
    readOnly,
    pinned: false,
    place: null,
  });
  for (const section of elf.sections) {
    if (!isData(section) || section.size === 0) continue;
    if (section.size > 1 << 20) return problem('L007', { map: section.name, what: 'more than 1 MB of global data' });
    const data = new Uint8Array(section.size);
    data.set(section.data.subarray(0, section.size));
    dataMaps.set(section.index, maps.length);
    maps.push(globalData(section.name, data, section.name.startsWith('.rodata')));
  }
  const externs = btf ? externsOf(btf, elf.symbols) : new Map<string, Extern>();
  const options = btf ? configData(btf, externs, version) : null;
  if (options && isProblem(options)) return options;
  const config = options ? { map: maps.length, offsets: options.offsets } : null;
  if (options) maps.push(globalData('.kconfig', options.bytes, true));

  const functions: ObjectFunction[] = [];
  for (const section of elf.sections) {
    if (section.type !== SHT_PROGBITS || (section.flags & SHF_EXECINSTR) === 0 || section.size === 0) continue;
    const isText = section.name === '.text';
    const type = isText ? null : programTypeOf(section.name);
    const symbols = elf.symbols.filter((symbol) => symbol.section === section.index && symbol.type === STT_FUNC);
    if (!isText && !type && symbols.length > 0) return problem('L004', { section: section.name });
    for (const symbol of symbols) {
      const end = symbol.value + symbol.size;
      if (symbol.value % 8 !== 0 || end > section.data.length || symbol.size === 0) {
        return problem('L001', { what: `function ${symbol.name} lies outside its section` });
      }
      const subprogram = isText || symbol.binding === STB_LOCAL;
      functions.push({ name: symbol.name, section, start: symbol.value, end, type: subprogram ? null : type });
    }
  }
  functions.sort((a, b) => a.section.index - b.section.index || a.start - b.start);
  if (!functions.some((candidate) => candidate.type)) return problem('L003', {});

  const license = named('license');
  return {
    elf,
    btf,
    functions,
    functionRecords,
    lineRecords,
    coreRecords,
    maps,
    initialValues: values,
    externs,
    config,
    dataMaps,
    license: license ? stringAt(license.data, 0) : '',
  };
}

export function relocationsOf(object: BpfObject, section: ElfSection): readonly ElfRelocation[] {
  return object.elf.relocations.get(section.index) ?? [];
}
