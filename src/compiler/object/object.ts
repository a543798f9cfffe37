// Functions and data to an object file that libbpf loads: sections, symbols, relocations, BTF.
import { encodeInstructions, type Instruction } from '../../bpf/instruction.ts';
import { INSTRUCTION_SIZE } from '../../bpf/opcodes.ts';
import type { CompiledFunction } from '../codegen/emit.ts';
import type { DataObject, SymbolTarget } from '../ir/ir.ts';
import type { FunctionDeclaration, SourcePosition, TranslationUnit } from '../tree.ts';
import { BtfBuilder } from './btf.ts';
import { type CoreRecord, type FunctionRecord, type LineRecord, type SectionInfo, writeBtfExt } from './btf-ext.ts';
import {
  type ElfSymbol,
  R_BPF_64_32,
  R_BPF_64_64,
  R_BPF_64_ABS64,
  section,
  type Section,
  sectionSymbol,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_PROGBITS,
  STT_FUNC,
  STT_NOTYPE,
  STT_OBJECT,
  writeElf,
} from './elf.ts';

const SHF_MERGE_STRINGS = 0x30;

class ObjectWriter {
  private readonly unit: TranslationUnit;
  private readonly btf = new BtfBuilder();
  private readonly sections: Section[] = [];
  private readonly byName = new Map<string, Section>();
  private readonly symbols: ElfSymbol[] = [];
  private readonly functionSymbols = new Map<FunctionDeclaration, ElfSymbol>();
  private readonly dataSymbols = new Map<DataObject, ElfSymbol>();
  private readonly placed = new Map<FunctionDeclaration, { section: Section; offset: number }>();
  private readonly extern = { functions: new Map<FunctionDeclaration, number>(), data: new Map<DataObject, number>() };

  private readonly debugInfo: boolean;

  constructor(unit: TranslationUnit, debugInfo: boolean) {
    this.unit = unit;
    this.debugInfo = debugInfo;
  }

  write(functions: readonly CompiledFunction[], data: readonly DataObject[]): Uint8Array {
    const used = data.filter((d) => d.used);
    // .maps first in BTF, as clang has it: map definitions pull in their key and value types whole
    const inMaps = used.filter((d) => d.section === '.maps');
    const types = new Map<DataObject, number>();
    for (const object of inMaps) types.set(object, this.btf.mapType(object.type));
    const code = this.placeCode(functions);
    this.placeData(used.filter((d) => d.linkage !== 'extern'));
    const info = this.describeFunctions(functions);
    for (const object of used) if (!object.literal && !types.has(object)) types.set(object, this.btf.type(object.type));
    this.relocate(functions, code, used);
    const extensions = [...info.values()];
    this.describeData(used, types);
    const btf = this.btf.finish();
    const all = [...this.sections];
    if (this.debugInfo) {
      all.push(section('.BTF', SHT_PROGBITS, 0, 4, btf));
      all.push(section('.BTF.ext', SHT_PROGBITS, 0, 4, writeBtfExt(extensions)));
    }
    const file = this.unit.file.replace(/^.*\//, '');
    return writeElf(file, all, this.symbols);
  }

  private sectionNamed(name: string, type: number, flags: number, align: number): Section {
    let found = this.byName.get(name);
    if (!found) {
      found = section(name, type, flags, align);
      this.byName.set(name, found);
      this.sections.push(found);
    }
    return found;
  }

  // ------------------------------------------------------------ code

  private placeCode(functions: readonly CompiledFunction[]): Map<Section, Instruction[]> {
    const code = new Map<Section, Instruction[]>();
    const executable = SHF_ALLOC | SHF_EXECINSTR;
    code.set(this.sectionNamed('.text', SHT_PROGBITS, executable, 8), []);
    for (const f of functions) {
      const { attributes, isStatic } = f.declaration;
      const home = this.sectionNamed(attributes.section ?? '.text', SHT_PROGBITS, executable, 8);
      const list = code.get(home) ?? code.set(home, []).get(home)!;
      const offset = list.length * INSTRUCTION_SIZE;
      for (const instruction of f.instructions) list.push(instruction);
      this.placed.set(f.declaration, { section: home, offset });
      const symbol: ElfSymbol = {
        name: f.declaration.name,
        type: STT_FUNC,
        binding: isStatic ? 'local' : attributes.weak ? 'weak' : 'global',
        hidden: attributes.hidden,
        section: home,
        value: offset,
        size: f.instructions.length * INSTRUCTION_SIZE,
      };
      this.functionSymbols.set(f.declaration, symbol);
      this.symbols.push(symbol);
    }
    return code;
  }

  private relocate(
    functions: readonly CompiledFunction[],
    code: Map<Section, Instruction[]>,
    data: readonly DataObject[],
  ): void {
    for (const f of functions) {
      const { section: home, offset } = this.placed.get(f.declaration)!;
      const list = code.get(home)!;
      const first = offset / INSTRUCTION_SIZE;
      for (const r of f.relocations) {
        const at = first + r.index;
        const { symbol, addend } = this.reference(r.target);
        const old = list[at]!;
        let imm = old.imm + addend;
        if (r.call) imm = symbol.type === STT_FUNC || symbol.section === null ? -1 : addend / INSTRUCTION_SIZE - 1;
        list[at] = { ...old, imm };
        home.relocations.push({ offset: at * INSTRUCTION_SIZE, type: r.call ? R_BPF_64_32 : R_BPF_64_64, symbol });
      }
    }
    for (const [home, list] of code) {
      home.data = encodeInstructions(list);
      home.size = home.data.length;
    }
    for (const object of data) {
      const symbol = this.dataSymbols.get(object);
      if (!symbol?.section) continue;
      for (const r of object.relocations) {
        const { symbol: target, addend } = this.reference(r.target);
        const at = symbol.value + r.offset;
        const home = symbol.section;
        if (home.type === SHT_NOBITS) continue;
        new DataView(home.data.buffer).setBigInt64(at, BigInt(addend + r.addend), true);
        home.relocations.push({ offset: at, type: R_BPF_64_ABS64, symbol: target });
      }
    }
  }

  /** The symbol that a relocation names, and what its instruction adds: static things go by their section. */
  private reference(target: SymbolTarget): { symbol: ElfSymbol; addend: number } {
    if (target.kind === 'function') {
      const symbol = this.functionSymbols.get(target.declaration) ?? this.externFunction(target.declaration);
      if (symbol.binding === 'local' && symbol.section)
        return { symbol: sectionSymbol(symbol.section), addend: symbol.value };
      return { symbol, addend: 0 };
    }
    const symbol = this.dataSymbols.get(target.data) ?? this.externData(target.data);
    if (symbol.binding === 'local' && symbol.section && symbol.section.name !== '.maps') {
      return { symbol: sectionSymbol(symbol.section), addend: symbol.value };
    }
    return { symbol, addend: 0 };
  }

  private externFunction(declaration: FunctionDeclaration): ElfSymbol {
    const symbol = this.undefinedSymbol(declaration.name, declaration.attributes.weak);
    this.functionSymbols.set(declaration, symbol);
    const names = declaration.type.parameters.map((p) => p.name);
    this.extern.functions.set(declaration, this.btf.func(declaration.name, declaration.type, names, 'extern'));
    return symbol;
  }

  private externData(data: DataObject): ElfSymbol {
    const symbol = this.undefinedSymbol(data.name, data.weak);
    this.dataSymbols.set(data, symbol);
    this.extern.data.set(data, this.btf.variable(data.name, this.btf.type(data.type), 'extern'));
    return symbol;
  }

  private undefinedSymbol(name: string, weak: boolean): ElfSymbol {
    const symbol: ElfSymbol = {
      name,
      type: STT_NOTYPE,
      binding: weak ? 'weak' : 'global',
      hidden: false,
      section: null,
      value: 0,
      size: 0,
    };
    this.symbols.push(symbol);
    return symbol;
  }

  // ------------------------------------------------------------ data

  private placeData(data: readonly DataObject[]): void {
    const groups = new Map<string, DataObject[]>();
    for (const object of data) {
      const list = groups.get(object.section);
      if (list) list.push(object);
      else groups.set(object.section, [object]);
    }
    for (const [name, objects] of groups) {
      const strings = name === '.rodata.str1.1';
      const readOnly = name.startsWith('.rodata');
      const empty = name === '.bss' || name.startsWith('.bss.');
      const flags = strings ? SHF_ALLOC | SHF_MERGE_STRINGS : readOnly ? SHF_ALLOC : SHF_ALLOC | SHF_WRITE;
      const align = Math.max(1, ...objects.map((o) => o.align));
      const home = this.sectionNamed(name, empty ? SHT_NOBITS : SHT_PROGBITS, flags, align);
      let size = 0;
      const starts = objects.map((object) => {
        size = Math.ceil(size / object.align) * object.align;
        const at = size;
        size += object.bytes.length;
        return at;
      });
      home.size = size;
      if (!empty) {
        home.data = new Uint8Array(size);
        objects.forEach((object, i) => home.data.set(object.bytes, starts[i]));
      }
      objects.forEach((object, i) => {
        const symbol: ElfSymbol = {
          name: object.symbolName,
          type: STT_OBJECT,
          binding: object.linkage === 'static' ? 'local' : object.weak ? 'weak' : 'global',
          hidden: object.hidden,
          section: home,
          value: starts[i]!,
          size: object.bytes.length,
        };
        this.dataSymbols.set(object, symbol);
        this.symbols.push(symbol);
      });
    }
  }

  /** VAR and DATASEC entries; offsets and sizes are final, so libbpf need not look them up. */
  private describeData(data: readonly DataObject[], types: ReadonlyMap<DataObject, number>): void {
    const groups = new Map<string, { id: number; offset: number; size: number }[]>();
    const add = (name: string, entry: { id: number; offset: number; size: number }): void => {
      const list = groups.get(name);
      if (list) list.push(entry);
      else groups.set(name, [entry]);
    };
    for (const object of data) {
      if (object.literal || object.linkage === 'extern') continue;
      const id = this.btf.variable(object.symbolName, types.get(object)!, object.linkage);
      object.declTags.forEach((tag) => this.btf.declTag(tag, id, -1));
      const symbol = this.dataSymbols.get(object)!;
      add(object.section, { id, offset: symbol.value, size: object.bytes.length });
    }
    for (const [object, id] of this.extern.data) {
      if (object.section) add(object.section, { id, offset: 0, size: object.bytes.length });
    }
    for (const [declaration, id] of this.extern.functions) {
      if (declaration.attributes.section) add(declaration.attributes.section, { id, offset: 0, size: 0 });
    }
    for (const [name, entries] of groups) {
      const home = this.byName.get(name);
      this.btf.dataSection(name, home?.size ?? 0, entries);
    }
  }

  // ------------------------------------------------------------ functions' types, lines and CO-RE relocations

  /** where a source line's text stands among BTF's strings, by file */
  private readonly lineTexts = new Map<string, Map<number, number>>();

  private lineText(file: string, line: number): number {
    let lines = this.lineTexts.get(file);
    if (!lines) this.lineTexts.set(file, (lines = new Map<number, number>()));
    let text = lines.get(line);
    if (text === undefined) lines.set(line, (text = this.btf.strings.add(this.unit.locations.lineText(file, line))));
    return text;
  }

  private describeFunctions(functions: readonly CompiledFunction[]): Map<Section, SectionInfo> {
    const info = new Map<
      Section,
      { name: number; functions: FunctionRecord[]; lines: LineRecord[]; core: CoreRecord[] }
    >();
    const strings = this.btf.strings;
    for (const f of functions) {
      const declaration = f.declaration;
      const { section: home, offset } = this.placed.get(declaration)!;
      let here = info.get(home);
      if (!here) info.set(home, (here = { name: strings.add(home.name), functions: [], lines: [], core: [] }));
      const names = declaration.parameters.map((p) => p.name);
      const type = this.btf.func(declaration.name, declaration.type, names, declaration.isStatic ? 'static' : 'global');
      declaration.attributes.declTags.forEach((tag) => this.btf.declTag(tag, type, -1));
      // a global function's parameters: arg:ctx, arg:nonnull, arg:nullable, arg:trusted
      declaration.parameters.forEach((parameter, i) => {
        for (const tag of parameter.attributes.declTags) this.btf.declTag(tag, type, i);
      });
      here.functions.push({ offset, type });
      let last: SourcePosition | null = null;
      for (const each of f.lines) {
        const position = this.unit.locations.position(each.at);
        const { file, line, column } = position;
        if (last && each.index > 0 && line === last.line && column === last.column && file === last.file) continue;
        last = position;
        const at = offset + each.index * INSTRUCTION_SIZE;
        here.lines.push({ offset: at, file: strings.add(file), text: this.lineText(file, line), line, column });
      }
      for (const { index, relocation } of f.core) {
        here.core.push({
          offset: offset + index * INSTRUCTION_SIZE,
          type: this.btf.type(relocation.type),
          access: strings.add(relocation.access),
          kind: relocation.kind,
        });
      }
    }
    return info;
  }
}

export function writeObject(
  unit: TranslationUnit,
  functions: readonly CompiledFunction[],
  data: readonly DataObject[],
  debugInfo = true,
): Uint8Array {
  return new ObjectWriter(unit, debugInfo).write(functions, data);
}
