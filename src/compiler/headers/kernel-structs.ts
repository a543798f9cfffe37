// The kernel's own types as C text, for one of the two kernels: every modelled field at its real offset, padding where nothing is
// modelled, anonymous unions where fields share their place. vmlinux.h, the kernel's BTF and the headers of modules are made of it.
import {
  declared,
  KERNEL_ENUMS,
  KERNEL_RECORDS,
  KERNEL_TYPEDEFS,
  offsetIn,
  sizeIn,
  type KernelRecord,
  type KernelVersion,
} from '../../bpf/kernel-types.ts';

/** Members that stand for what is not modelled begin so. */
export const PADDING = '__pad_';

const INTEGER_SIZES: Readonly<Record<string, number>> = {
  char: 1,
  'signed char': 1,
  'unsigned char': 1,
  _Bool: 1,
  bool: 1,
  short: 2,
  'unsigned short': 2,
  int: 4,
  'unsigned int': 4,
  unsigned: 4,
  long: 8,
  'unsigned long': 8,
  'long long': 8,
  'unsigned long long': 8,
};

interface Definition {
  readonly text: string;
  /** declarations whose types must be complete, or known as typedefs, before it */
  readonly uses: readonly string[];
}

interface Piece {
  readonly declaration: string;
  /** bits */
  readonly from: number;
  readonly to: number;
}

/** All of the table's types for this kernel, each after what it needs. Names in `known` are somebody else's to define. */
export function kernelTypes(version: KernelVersion, known: ReadonlySet<string> = new Set()): string {
  const definitions = new Map<string, Definition>();
  const sizes = new Map<string, number>(Object.entries(INTEGER_SIZES));
  const mentioned = new Set<string>();
  const typedefs = new Map<string, string>();
  for (const row of KERNEL_TYPEDEFS) {
    const text = typeof row === 'string' ? row : row[version === 601 ? 0 : 1];
    if (text !== null) typedefs.set(declared(text).name, text);
  }
  for (const record of KERNEL_RECORDS) {
    const size = sizeIn(version, record.size);
    if (size >= 0) sizes.set(keyOf(record), size);
  }
  for (const [name, size] of KERNEL_ENUMS) sizes.set(`enum ${name}`, sizeIn(version, size));

  /** Bytes that the declared thing takes. */
  function sizeOf(declaration: string): number {
    const count = countOf(declaration);
    if (declaration.includes('*')) return 8 * count;
    const base = declaration
      .replace(/\w+(?:\[\d+\])*(?::\d+)?$/, '')
      .replace(/\b(?:const|volatile) /g, '')
      .trim();
    const size = sizes.get(base);
    if (size !== undefined) return size * count;
    const typedef = typedefs.get(base);
    if (typedef === undefined) throw new Error(`kernel types: '${base}' of '${declaration}' is not in the table`);
    return sizeOf(typedef) * count;
  }

  for (const [name, text] of typedefs) definitions.set(name, { text: `typedef ${text};`, uses: [text] });
  for (const [name, , values] of KERNEL_ENUMS) {
    const constants = Object.entries(values).flatMap(([constant, value]) => {
      const number = typeof value === 'number' ? value : value[version === 601 ? 0 : 1];
      return number === null ? [] : [`${constant} = ${number}`];
    });
    if (constants.length === 0) continue;
    const key = name === '' ? `enum of ${Object.keys(values)[0] ?? ''}` : `enum ${name}`;
    definitions.set(key, { text: `enum ${name}${name && ' '}{ ${constants.join(', ')} };`, uses: [] });
  }
  for (const record of KERNEL_RECORDS) {
    const size = sizeIn(version, record.size);
    if (size < 0) continue;
    const pieces = record.fields.flatMap((row): Piece[] => {
      const offset = offsetIn(version, row);
      if (offset < 0) return [];
      const [declaration] = row;
      const { bits } = declared(declaration);
      const from = bits > 0 ? offset : offset * 8;
      return [{ declaration, from, to: from + (bits > 0 ? bits : sizeOf(declaration) * 8) }];
    });
    const keyword = record.kind === 'union' ? 'union' : 'struct';
    const body =
      record.kind === 'union'
        ? pieces.map((piece) => `\t${piece.declaration};\n`).join('')
        : members(pieces, 0, size * 8, '\t');
    // what a compiler would align must not move
    const packed = pieces.some(({ declaration, from, to }) => {
      const bits = Math.min((to - from) / countOf(declaration), 64) || 8;
      return !declaration.includes(':') && scalar(declaration) && ((size * 8) % bits !== 0 || from % bits !== 0);
    });
    const text =
      record.kind === 'anonymous'
        ? `typedef ${keyword} {\n${body}} ${record.name};`
        : `${keyword} ${record.name} {\n${body}}${packed ? ' __attribute__((packed))' : ''};`;
    definitions.set(keyOf(record), { text, uses: pieces.map((piece) => piece.declaration) });
  }

  const out: string[] = [];
  const done = new Set<string>(known);
  function define(key: string): void {
    if (done.has(key)) return;
    done.add(key);
    const definition = definitions.get(key);
    if (!definition) return;
    for (const declaration of definition.uses) {
      const { name } = declared(declaration);
      for (const [word] of declaration.matchAll(/\b(?:struct|union|enum)\s+\w+|\b\w+\b/g)) {
        const tagged = /^(struct|union)\s/.test(word);
        if (tagged) mentioned.add(word);
        // a pointer to a structure does not need the structure; every other type must be there before it is named
        const pointed = declaration.includes('(') || declaration.includes(`${word} *`);
        if (word !== name && !(tagged && pointed)) define(word);
      }
    }
    out.push(definition.text);
  }
  for (const key of definitions.keys()) define(key);
  const forward = [...mentioned].map((tag) => `${tag};`).join('\n');
  return `${forward}\n${out.join('\n')}\n`;
}

/** Elements of the declared array; 1 if it is none. */
const countOf = (declaration: string): number =>
  [...declaration.matchAll(/\[(\d+)\]/g)].reduce((product, [, n]) => product * Number(n), 1);

/** Is it a number or a pointer, or an array of them, which compilers align to its size? */
const scalar = (declaration: string): boolean => /\*/.test(declaration) || !/^(struct|union) /.test(declaration);

const keyOf = (record: KernelRecord): string =>
  record.kind === 'anonymous' ? record.name : `${record.kind} ${record.name}`;

/** Members from one bit to another: pieces in order, gaps padded, pieces that overlap in a union. */
function members(pieces: readonly Piece[], from: number, to: number, indent: string): string {
  const sorted = [...pieces].sort((a, b) => a.from - b.from || b.to - a.to);
  let text = '';
  let at = from;
  for (let i = 0; i < sorted.length;) {
    const first = sorted[i];
    if (!first) break;
    let end = first.to;
    let next = i + 1;
    for (let piece = sorted[next]; piece && piece.from < end; piece = sorted[++next]) end = Math.max(end, piece.to);
    text += padding(at, first.from, indent);
    const group = sorted.slice(i, next);
    text +=
      group.length === 1 ? `${indent}${first.declaration};\n` : union(group, first.from & ~7, (end + 7) & ~7, indent);
    at = group.length === 1 ? end : (end + 7) & ~7;
    i = next;
  }
  return text + padding(at, to, indent);
}

/** Overlapping pieces: each goes to the first alternative that has room behind its last. */
function union(group: readonly Piece[], from: number, to: number, indent: string): string {
  const alternatives: Piece[][] = [];
  for (const piece of group) {
    const free = alternatives.find((chain) => (chain.at(-1)?.to ?? 0) <= piece.from);
    if (free) free.push(piece);
    else alternatives.push([piece]);
  }
  const inner = `${indent}\t`;
  const text = alternatives.map((chain) => {
    const [only] = chain;
    if (chain.length === 1 && only && only.from === from) return `${inner}${only.declaration};\n`;
    return `${inner}struct {\n${members(chain, from, chain.at(-1)?.to ?? to, `${inner}\t`)}${inner}};\n`;
  });
  return `${indent}union {\n${text.join('')}${indent}};\n`;
}

function padding(from: number, to: number, indent: string): string {
  let text = '';
  let at = from;
  const bits = (count: number): void => {
    if (count > 0) text += `${indent}unsigned char :${count};\n`;
    at += Math.max(count, 0);
  };
  if ((at & 7) !== 0) bits(Math.min(8 - (at & 7), to - at));
  const bytes = (to - at) >> 3;
  if (bytes > 0) {
    const words = (at & 63) === 0 && bytes % 8 === 0;
    text += words
      ? `${indent}unsigned long ${PADDING}${at >> 3}[${bytes / 8}];\n`
      : `${indent}unsigned char ${PADDING}${at >> 3}[${bytes}];\n`;
    at += bytes * 8;
  }
  bits(to - at);
  return text;
}
