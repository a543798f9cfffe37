// An object's BTF as text that two compilers' objects can be compared by: type ids and the order of types say nothing.
import * as B from '../../loader/btf.ts';
import { parseElf } from '../../loader/elf.ts';
import { isProblem, type LoadProblem } from '../../loader/problems.ts';

function must<T extends object>(value: T | LoadProblem): T {
  if (isProblem(value)) throw new Error(JSON.stringify(value));
  return value;
}

const KINDS: Readonly<Record<number, string>> = {
  [B.BTF_KIND_INT]: 'int', [B.BTF_KIND_STRUCT]: 'struct', [B.BTF_KIND_UNION]: 'union', [B.BTF_KIND_ENUM]: 'enum', [B.BTF_KIND_ENUM64]: 'enum64',
  [B.BTF_KIND_TYPEDEF]: 'typedef', [B.BTF_KIND_FUNC]: 'func', [B.BTF_KIND_VAR]: 'var', [B.BTF_KIND_DATASEC]: 'section', [B.BTF_KIND_FLOAT]: 'float',
}; // prettier-ignore

export interface BtfText {
  /** "struct task_struct" → its members; "func prog" → its type: everything that has a name */
  readonly types: ReadonlyMap<string, string>;
  /** "struct file": named, but only pointed to */
  readonly forward: ReadonlySet<string>;
  /** by section: the functions that func_info names, in order */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  /** by section: every (file, line) that line_info names */
  readonly lines: ReadonlyMap<string, ReadonlySet<string>>;
  /** each CO-RE relocation as "kind type access", sorted */
  readonly relocations: readonly string[];
  /** what is wrong with it in itself; [] */
  readonly problems: readonly string[];
}

export function btfText(object: Uint8Array): BtfText {
  const elf = must(parseElf(object));
  const data = (name: string): Uint8Array => {
    const section = elf.sections.find((s) => s.name === name);
    if (!section) throw new Error(`no section ${name}`);
    return section.data;
  };
  const btf = must(B.parseBtf(data('.BTF')));
  const ext = must(B.parseBtfExt(data('.BTF.ext'), btf));
  const tags = new Map<number, string[]>();
  for (const type of btf.types) {
    if (type.kind !== B.BTF_KIND_DECL_TAG) continue;
    tags.set(type.type, [...(tags.get(type.type) ?? []), `${type.name}@${type.count | 0}`].sort());
  }

  /** A use of a type: named ones by name, others written out. */
  const refer = (id: number): string => {
    const type = btf.types[id];
    if (id === 0 || !type) return 'void';
    const inner = (): string => refer(type.type);
    switch (type.kind) {
      case B.BTF_KIND_PTR:
        return `*(${inner()})`;
      case B.BTF_KIND_ARRAY:
        return `[${type.count}](${inner()})`;
      case B.BTF_KIND_CONST:
        return `const ${inner()}`;
      case B.BTF_KIND_VOLATILE:
        return `volatile ${inner()}`;
      case B.BTF_KIND_RESTRICT:
        return `restrict ${inner()}`;
      case B.BTF_KIND_TYPE_TAG:
        return `tag ${type.name} ${inner()}`;
      case B.BTF_KIND_FWD:
        return `${type.flags ? 'union' : 'struct'} ${type.name}`;
      case B.BTF_KIND_FUNC_PROTO:
        return `function(${type.members.map((p) => `${p.name}: ${refer(p.type)}`).join(', ')}): ${inner()}`;
      default:
        return type.name === '' ? describe(id) : `${KINDS[type.kind] ?? type.kind} ${type.name}`;
    }
  };
  const members = (id: number): string =>
    btf.types[id]!.members.map((m) => `${m.name} ${m.offset}${m.size ? `:${m.size}` : ''} ${refer(m.type)}`).join('; ');
  const describe = (id: number): string => {
    const type = btf.types[id]!;
    const tagged = (tags.get(id) ?? []).map((tag) => ` tag(${tag})`).join('');
    switch (type.kind) {
      case B.BTF_KIND_INT:
        return `int ${type.size} ${type.flags} ${type.count}`;
      case B.BTF_KIND_STRUCT:
      case B.BTF_KIND_UNION:
        return `${KINDS[type.kind]} ${type.size} { ${members(id)} }${tagged}`;
      case B.BTF_KIND_ENUM:
      case B.BTF_KIND_ENUM64:
        return `enum ${type.size} ${type.values.map((v) => `${v.name}=${v.value}`).join(' ')}`;
      case B.BTF_KIND_DATASEC:
        // sizes and places are filled in by libbpf; clang leaves zeros
        return type.members.map((m) => `${m.size} ${refer(m.type)}`).sort().join('; '); // prettier-ignore
      case B.BTF_KIND_FUNC:
      case B.BTF_KIND_VAR:
        return `linkage ${type.count} ${refer(type.type)}${tagged}`;
      default:
        return `${refer(type.type)}${tagged}`;
    }
  };

  const types = new Map<string, string>();
  const forward = new Set<string>();
  for (const type of btf.types) {
    if (type.id === 0 || type.name === '' || type.kind === B.BTF_KIND_TYPE_TAG || type.kind === B.BTF_KIND_DECL_TAG)
      continue;
    if (type.kind === B.BTF_KIND_FWD) forward.add(refer(type.id));
    else types.set(`${KINDS[type.kind] ?? type.kind} ${type.name}`, describe(type.id));
  }

  const problems: string[] = [];
  const functions = new Map<string, string[]>();
  for (const [section, records] of ext.functions) {
    functions.set(
      section,
      records.map(({ typeId }) => btf.types[typeId]?.name ?? '?'),
    );
    records.forEach(({ offset, typeId }, i) => {
      if (btf.types[typeId]?.kind !== B.BTF_KIND_FUNC) problems.push(`${section}: func_info of no function`);
      const here = elf.sections.findIndex((s) => s.name === section);
      const symbol = elf.symbols.some(
        (s) => s.section === here && s.value === offset && s.name === btf.types[typeId]?.name,
      );
      if (!symbol) problems.push(`${section}+${offset}: no such symbol`);
      if (i > 0 && offset <= records[i - 1]!.offset) problems.push(`${section}: func_info is not in order`);
      const lines = ext.lines.get(section) ?? [];
      if (!lines.some((line) => line.offset === offset))
        problems.push(`${section}+${offset}: a function without a line`);
    });
  }
  const lines = new Map<string, Set<string>>();
  for (const [section, records] of ext.lines) {
    lines.set(section, new Set(records.map(({ file, line }) => `${file.split('/').pop()}:${line}`)));
    records.forEach((record, i) => {
      if (record.line === 0 || record.column === 0) problems.push(`${section}+${record.offset}: line or column 0`);
      if (i > 0 && record.offset <= records[i - 1]!.offset) problems.push(`${section}: line_info is not in order`);
      if (record.text === '') problems.push(`${section}+${record.offset}: a line without its text`);
    });
  }
  const relocations = [...ext.core.values()].flat().map((r) => `${r.kind} ${refer(r.typeId)} ${r.access}`).sort(); // prettier-ignore
  return { types, forward, functions, lines, relocations, problems };
}
