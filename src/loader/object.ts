// An object file as a loader sees it: functions with their relocations and lines, maps, global data, licence.
import { BPF_F_MMAPABLE, BPF_F_RDONLY_PROG } from '../bpf/maps.ts';
import type { ProgramType } from '../bpf/programs.ts';
import { BTF_KIND_DATASEC, parseBtf, parseBtfExt, type Btf, type FunctionRecord, type LineRecord } from './btf.ts';
import {
  parseElf,
  SHF_EXECINSTR,
  SHT_NOBITS,
  SHT_PROGBITS,
  STB_LOCAL,
  STT_FUNC,
  stringAt,
  type ElfObject,
  type ElfRelocation,
  type ElfSection,
} from './elf.ts';
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
  readonly maps: readonly MapDefinition[];
  /** section index of .data, .rodata, .bss and the like → position in `maps` */
  readonly dataMaps: ReadonlyMap<number, number>;
  readonly license: string;
}

const isData = (section: ElfSection): boolean =>
  /^\.(data|rodata|bss)(\.|$)/.test(section.name) && (section.type === SHT_PROGBITS || section.type === SHT_NOBITS);

/** @param fileName names the maps of global data, as libbpf does: "drop.bpf.o" → "drop.rodata" */
export function readObject(bytes: Uint8Array, fileName: string): BpfObject | LoadProblem {
  const elf = parseElf(bytes);
  if (isProblem(elf)) return elf;
  const named = (name: string): ElfSection | undefined => elf.sections.find((section) => section.name === name);

  let btf: Btf | null = null;
  const btfSection = named('.BTF');
  if (btfSection) {
    const parsed = parseBtf(btfSection.data);
    if (isProblem(parsed)) return parsed;
    btf = parsed;
  }
  let functionRecords: BpfObject['functionRecords'] = new Map();
  let lineRecords: BpfObject['lineRecords'] = new Map();
  const extSection = named('.BTF.ext');
  if (btf && extSection) {
    const ext = parseBtfExt(extSection.data, btf);
    if (isProblem(ext)) return ext;
    if (ext.coreSections.size > 0) return problem('L013', {});
    functionRecords = ext.functions;
    lineRecords = ext.lines;
  }

  if (named('.maps') && !btf) return problem('L006', { what: 'it is missing, and maps are declared by it' });
  const definitions = btf ? mapDefinitions(btf) : [];
  if (isProblem(definitions)) return definitions;
  const maps = [...definitions];

  const dataMaps = new Map<number, number>();
  const base = (fileName.split('/').pop() ?? fileName).split('.')[0] ?? '';
  for (const section of elf.sections) {
    if (!isData(section) || section.size === 0) continue;
    if (section.size > 1 << 20) return problem('L007', { map: section.name, what: 'more than 1 MB of global data' });
    const readOnly = section.name.startsWith('.rodata');
    const data = new Uint8Array(section.size);
    data.set(section.data);
    dataMaps.set(section.index, maps.length);
    maps.push({
      name: (base.slice(0, BPF_OBJ_NAME_LEN / 2 - 1) + section.name).slice(0, BPF_OBJ_NAME_LEN - 1),
      type: BPF_MAP_TYPE_ARRAY,
      keySize: 4,
      valueSize: section.size,
      maxEntries: 1,
      flags: BPF_F_MMAPABLE | (readOnly ? BPF_F_RDONLY_PROG : 0),
      extra: 0,
      keyType: 0,
      valueType: btf?.types.find((type) => type.kind === BTF_KIND_DATASEC && type.name === section.name)?.id ?? 0,
      inner: null,
      data,
      readOnly,
    });
  }

  const functions: ObjectFunction[] = [];
  for (const section of elf.sections) {
    if (section.type !== SHT_PROGBITS || (section.flags & SHF_EXECINSTR) === 0 || section.size === 0) continue;
    const isText = section.name === '.text';
    const type = isText ? null : programTypeOf(section.name);
    const symbols = elf.symbols.filter((symbol) => symbol.section === section.index && symbol.type === STT_FUNC);
    if (!isText && !type && symbols.length > 0) return problem('L004', { section: section.name });
    if (type && !type.simulated) return problem('L005', { type: type.name });
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
    maps,
    dataMaps,
    license: license ? stringAt(license.data, 0) : '',
  };
}

export function relocationsOf(object: BpfObject, section: ElfSection): readonly ElfRelocation[] {
  return object.elf.relocations.get(section.index) ?? [];
}
