// `bpftool btf dump`: every type on a line of its own, members and constants below it.
import * as kinds from '../lab/btf.ts';
import type { Btf, BtfType } from '../lab/btf.ts';

const NAMES: Readonly<Record<number, string>> = {
  [kinds.BTF_KIND_INT]: 'INT',
  [kinds.BTF_KIND_PTR]: 'PTR',
  [kinds.BTF_KIND_ARRAY]: 'ARRAY',
  [kinds.BTF_KIND_STRUCT]: 'STRUCT',
  [kinds.BTF_KIND_UNION]: 'UNION',
  [kinds.BTF_KIND_ENUM]: 'ENUM',
  [kinds.BTF_KIND_FWD]: 'FWD',
  [kinds.BTF_KIND_TYPEDEF]: 'TYPEDEF',
  [kinds.BTF_KIND_VOLATILE]: 'VOLATILE',
  [kinds.BTF_KIND_CONST]: 'CONST',
  [kinds.BTF_KIND_RESTRICT]: 'RESTRICT',
  [kinds.BTF_KIND_FUNC]: 'FUNC',
  [kinds.BTF_KIND_FUNC_PROTO]: 'FUNC_PROTO',
  [kinds.BTF_KIND_VAR]: 'VAR',
  [kinds.BTF_KIND_DATASEC]: 'DATASEC',
  [kinds.BTF_KIND_FLOAT]: 'FLOAT',
  [kinds.BTF_KIND_DECL_TAG]: 'DECL_TAG',
  [kinds.BTF_KIND_TYPE_TAG]: 'TYPE_TAG',
  [kinds.BTF_KIND_ENUM64]: 'ENUM64',
};
const ENCODINGS: Readonly<Record<number, string>> = { 0: '(none)', 1: 'SIGNED', 2: 'CHAR', 4: 'BOOL' };
const LINKAGES = ['static', 'global', 'extern'];

const linkage = (number: number): string => LINKAGES[number] ?? '(unknown)';

/** What stands behind the kind and the name, and the lines below. */
function details(btf: Btf, type: BtfType): { readonly line: string; readonly below: readonly string[] } {
  const plain = (line: string): { line: string; below: readonly string[] } => ({ line, below: [] });
  switch (type.kind) {
    case kinds.BTF_KIND_INT: {
      const encoding = ENCODINGS[type.flags] ?? 'UNKN';
      return plain(`size=${type.size} bits_offset=0 nr_bits=${type.count} encoding=${encoding}`);
    }
    case kinds.BTF_KIND_ARRAY:
      return plain(`type_id=${type.type} index_type_id=${type.index} nr_elems=${type.count}`);
    case kinds.BTF_KIND_STRUCT:
    case kinds.BTF_KIND_UNION:
      return {
        line: `size=${type.size} vlen=${type.members.length}`,
        below: type.members.map(
          (member) =>
            `'${member.name || '(anon)'}' type_id=${member.type} bits_offset=${member.offset}` +
            (member.size > 0 ? ` bitfield_size=${member.size}` : ''),
        ),
      };
    case kinds.BTF_KIND_ENUM:
    case kinds.BTF_KIND_ENUM64:
      return {
        line: `encoding=${type.flags ? 'SIGNED' : 'UNSIGNED'} size=${type.size} vlen=${type.values.length}`,
        below: type.values.map(({ name, value }) =>
          type.kind === kinds.BTF_KIND_ENUM64
            ? `'${name}' val=${value}${type.flags ? 'LL' : 'ULL'}`
            : `'${name}' val=${value}`,
        ),
      };
    case kinds.BTF_KIND_FWD:
      return plain(`fwd_kind=${type.flags ? 'union' : 'struct'}`);
    case kinds.BTF_KIND_FUNC:
      return plain(`type_id=${type.type} linkage=${linkage(type.count)}`);
    case kinds.BTF_KIND_FUNC_PROTO:
      return {
        line: `ret_type_id=${type.type} vlen=${type.members.length}`,
        below: type.members.map((parameter) => `'${parameter.name || '(anon)'}' type_id=${parameter.type}`),
      };
    case kinds.BTF_KIND_VAR:
      return plain(`type_id=${type.type}, linkage=${linkage(type.count)}`);
    case kinds.BTF_KIND_DATASEC:
      return {
        line: `size=${type.size} vlen=${type.members.length}`,
        below: type.members.map((row) => {
          const variable = btf.types[row.type];
          const kind = NAMES[variable?.kind ?? 0] ?? 'UNKNOWN';
          return `type_id=${row.type} offset=${row.offset} size=${row.size} (${kind} '${variable?.name ?? ''}')`;
        }),
      };
    case kinds.BTF_KIND_DECL_TAG:
      return plain(`type_id=${type.type} component_idx=${type.count}`);
    case kinds.BTF_KIND_FLOAT:
      return plain(`size=${type.size}`);
    default:
      return plain(`type_id=${type.type}`);
  }
}

export function dumpBtf(btf: Btf): string {
  const lines: string[] = [];
  for (const type of btf.types) {
    if (type.id === 0) continue;
    const { line, below } = details(btf, type);
    lines.push(`[${type.id}] ${NAMES[type.kind] ?? 'UNKNOWN'} '${type.name || '(anon)'}' ${line}`);
    for (const text of below) lines.push(`\t${text}`);
  }
  return `${lines.join('\n')}\n`;
}
