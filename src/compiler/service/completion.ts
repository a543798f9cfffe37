// What could be written here? Members behind `.` and `->` and in initialisers, sections inside SEC(""), a map's attributes,
// headers in #include, tags behind `struct`; anywhere else every name in sight, those first that are meant (wanted.ts). The text is read once more with a name put where the cursor is, so that the
// front end itself says what is in sight there, however unfinished the rest is.
import { HELPERS } from '../../bpf/helpers.ts';
import { PROGRAM_TYPES } from '../../bpf/programs.ts';
import { SECTIONS } from '../../bpf/sections.ts';
import type { NamedSymbol } from '../check/scope.ts';
import { HEADERS } from '../headers/index.ts';
import { KERNEL_BASE } from '../headers/kernel-base.ts';
import { KERNEL_NETWORK } from '../headers/kernel-network.ts';
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { canonical } from '../tree.ts';
import type { RecordType } from '../tree.ts';
import { Analysis, type ServiceProject } from './analysis.ts';
import { calledType, declare, isHelper, macroBody } from './describe.ts';
import type { CompletionItem, CompletionReport, Place, Topic } from './reports.ts';
import { constantTopic, functionTopic, helperTopic, sectionTopic } from './topics.ts';
import { wantedAt } from './wanted.ts';

/** Items that one answer holds at most. */
const MOST = 200;
const PROBE = 'editor_cursor_is_here_';

const KEYWORDS =
  'break case char const continue default do else enum extern for goto if inline int long return short signed sizeof static struct switch typedef union unsigned void volatile while'.split(
    ' ',
  );
const DIRECTIVES = 'define elif else endif error if ifdef ifndef include pragma undef warning'.split(' ');

/** An item whose detail is spelled out only when it is among those that are offered: names in sight are thousands. */
interface Candidate extends Omit<CompletionItem, 'detail'> {
  readonly detail: string | (() => string);
}

const item = (
  label: string,
  kind: CompletionItem['kind'],
  detail: Candidate['detail'],
  boost = 0,
  about: Topic | null = null,
): Candidate => ({ label, kind, detail, about, boost });

/** Keeps what fits the typed start, the closest first. */
function matching(items: readonly Candidate[], typed: string): { items: CompletionItem[]; incomplete: boolean } {
  const wanted = typed.toLowerCase();
  const scored: { readonly it: Candidate; readonly score: number }[] = [];
  for (const it of items) {
    if (it.label === PROBE || (it.label.startsWith('__') && !typed.startsWith('_') && it.boost <= 0)) continue;
    const label = it.label.toLowerCase();
    const at = label.indexOf(wanted);
    if (at >= 0) scored.push({ it, score: it.boost + (at === 0 ? 50 : 0) + (label === wanted ? 20 : 0) });
  }
  // Of several that begin so, the shortest is the most likely.
  const length = ({ label }: Candidate): number => (typed === '' ? 0 : label.length);
  scored.sort((a, b) => b.score - a.score || length(a.it) - length(b.it) || (a.it.label < b.it.label ? -1 : 1));
  const spelled = ({ it }: (typeof scored)[number]): CompletionItem => ({
    ...it,
    detail: typeof it.detail === 'string' ? it.detail : it.detail(),
  });
  return { items: scored.slice(0, MOST).map(spelled), incomplete: scored.length > MOST };
}

const SIMULATED = new Set(PROGRAM_TYPES.filter((type) => type.simulated).map((type) => type.name));

const sectionItems = (): Candidate[] => [
  ...SECTIONS.map(({ name, type }): Candidate => {
    // Behind a slash stands what the program is attached to.
    const label = name.replace('+', '/');
    return item(label, 'section', type, SIMULATED.has(type) ? 10 : 0, sectionTopic(label.replace(/\/$/, '')));
  }),
  item('.maps', 'section', 'BPF map', 5),
  item('license', 'section', 'licence', 5),
];

/** Attributes of a map by the macro that sets them (bpf/bpf_helpers.h; libbpf reads no others). */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  __uint: ['type', 'max_entries', 'map_flags', 'key_size', 'value_size', 'pinning', 'numa_node', 'map_extra'],
  __ulong: ['map_extra'],
  __type: ['key', 'value'],
  __array: ['values'],
};
/** Constants that an attribute takes. */
const ATTRIBUTE_VALUES: Readonly<Record<string, RegExp>> = {
  type: /^BPF_MAP_TYPE_/,
  map_flags: /^BPF_F_(?:NO_PREALLOC|NO_COMMON_LRU|NUMA_NODE|RDONLY|WRONLY|RDONLY_PROG|WRONLY_PROG|MMAPABLE|INNER_MAP)$/,
  pinning: /^LIBBPF_PIN_/,
};

function memberItems(record: RecordType): Candidate[] {
  return record.members.flatMap((member) => {
    const inner = canonical(member.type);
    if (member.name === '') return inner.kind === 'record' ? memberItems(inner) : [];
    // What fills a gap is nobody's to name.
    return [item(member.name, 'member', () => declare(member.type), /^__(?:pad|reserved)/.test(member.name) ? -5 : 30)];
  });
}

/** Helpers that the simulated kernel does not have. */
const ABSENT = new Set(HELPERS.filter((helper) => !helper.simulated).map((helper) => `bpf_${helper.name}`));

function symbolItem(analysis: Analysis, name: string, symbol: NamedSymbol): Candidate {
  switch (symbol.kind) {
    case 'typedef':
      return item(name, 'type', () => (symbol.type.kind === 'typedef' ? declare(symbol.type.target) : ''));
    case 'constant':
      return item(name, 'constant', String(symbol.value), 0, constantTopic(name));
    case 'function': {
      const about = functionTopic(analysis, name, symbol.at < 0 ? -1 : analysis.stream.diagnosticPlace(symbol.at));
      return item(name, 'function', () => declare(symbol.function.type.result), 8, about);
    }
    case 'variable': {
      const { variable } = symbol;
      const called = calledType(variable.type);
      if (called && isHelper(variable)) {
        return item(name, 'helper', () => declare(called.result), ABSENT.has(name) ? 1 : 12, helperTopic(name));
      }
      const near = variable.storage === 'local' || variable.storage === 'parameter';
      return item(name, 'variable', () => declare(variable.type), near ? 30 : 15);
    }
  }
}

/** Every name in sight; those that are meant, by a boost, first. */
function everything(analysis: Analysis, wanted: (name: string) => boolean): Candidate[] {
  const { front } = analysis;
  const items: Candidate[] = [];
  const names = front.inSight ?? front.symbols;
  for (const [id, symbol] of names) items.push(symbolItem(analysis, textOf(id), symbol));
  for (const [id, macro] of front.macros) {
    const own = macro.place >= analysis.file.base && macro.place <= analysis.file.base + analysis.text.length;
    const name = textOf(id);
    if (name === 'bpf_printk') items.push(item(name, 'helper', '(fmt, args...)', 12, helperTopic(name)));
    else items.push(item(name, 'macro', () => macroBody(macro).slice(0, 60), own ? 15 : -5));
  }
  for (const word of KEYWORDS) items.push(item(word, 'keyword', '', 2));
  return items.map((it) => (wanted(it.label) ? { ...it, boost: 60 } : it));
}

/** Members that a braced list does not set yet, each with its `=`. */
function designatorItems(analysis: Analysis, record: RecordType, start: number, assigned: boolean): Candidate[] {
  const set = new Set<string>();
  for (const step of [-1, 1]) {
    let depth = 0;
    for (let i = analysis.indexBefore(start) - (step < 0 ? 0 : -2); ; i += step) {
      const token = analysis.token(i);
      if (!token) break;
      const opens = token.kind === T.LBRACE || token.kind === T.LPAREN;
      const closes = token.kind === T.RBRACE || token.kind === T.RPAREN;
      if (opens) depth += step;
      if (closes) depth -= step;
      if (depth < 0) break;
      const before = analysis.token(i - 2)?.kind;
      if (depth > 0 || token.kind !== T.IDENTIFIER || analysis.token(i - 1)?.kind !== T.DOT) continue;
      if (before === T.LBRACE || before === T.COMMA) set.add(token.text);
    }
  }
  return memberItems(record).flatMap((it) => {
    if (set.has(it.label)) return [];
    return [assigned ? it : { ...it, insert: `${it.label} = ` }];
  });
}

function tagItems(analysis: Analysis, word: string): Candidate[] {
  return analysis.front.tags.flatMap((tag) => {
    const fits = word === 'enum' ? tag.kind === 'enum' : tag.kind === 'record' && tag.union === (word === 'union');
    return fits && tag.tag !== '' ? [item(tag.tag, 'type', '')] : [];
  });
}

/** Is the offset inside a comment? Then nothing is suggested. */
function inComment(text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace(/"(?:[^"\\]|\\.)*"/g, '');
  if (line.includes('//')) return true;
  return text.lastIndexOf('/*', offset - 1) > text.lastIndexOf('*/', offset - 1);
}

/** Does the text before `start` end in the dot of `{ .member`, which names a member of what is initialised? */
function isDesignator(text: string, start: number): boolean {
  const head = text.slice(Math.max(0, start - 800), start).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
  return /[{,]\s*(?:(?:\.\s*\w+|\[[^\][]*\])\s*)*\.\s*$/.test(head);
}

export function complete(project: ServiceProject, file: string, place: Place): CompletionReport | null {
  const text = project.files[file];
  if (text === undefined) return null;
  const plain = text.split('\n');
  const line = plain[place.line - 1] ?? '';
  const offset = plain.slice(0, place.line - 1).reduce((sum, it) => sum + it.length + 1, 0) + place.column - 1;
  const before = line.slice(0, place.column - 1);
  if (inComment(text, offset)) return null;
  const answer = (typed: string, items: readonly Candidate[]): CompletionReport => ({
    from: { line: place.line, column: place.column - typed.length },
    ...matching(items, typed),
  });

  const section = /\bSEC\(\s*"\??([^"]*)$/.exec(before);
  if (section && project.target === undefined) return answer(section[1] ?? '', sectionItems());
  const include = /^\s*#\s*include\s*([<"])([^>"]*)$/.exec(before);
  if (include) {
    const own = Object.keys({ ...project.beside, ...project.files }).filter(
      (name) => name.endsWith('.h') && name !== file,
    );
    const system =
      project.target === undefined ? [...HEADERS.keys()] : Object.keys({ ...KERNEL_BASE, ...KERNEL_NETWORK });
    const names = include[1] === '"' ? own : system;
    return answer(
      include[2] ?? '',
      names.map((name) => item(name, 'type', '')),
    );
  }
  const directive = /^\s*#\s*(\w*)$/.exec(before);
  if (directive)
    return answer(
      directive[1] ?? '',
      DIRECTIVES.map((name) => item(name, 'keyword', '')),
    );
  if ((before.replace(/\\./g, '').match(/"/g) ?? []).length % 2 === 1) return null;

  const typed = /[A-Za-z_$][\w$]*$/.exec(before)?.[0] ?? '';
  const after = /^[\w$]*/.exec(line.slice(place.column - 1))?.[0] ?? '';
  if (typed === '' && /\d$/.test(before)) return null;
  const attribute = /\b(__uint|__ulong|__type|__array)\(\s*(\w*)$/.exec(before);
  if (attribute) {
    const names = ATTRIBUTES[attribute[1] ?? ''] ?? [];
    return answer(
      typed,
      names.map((name, i) => item(name, 'member', '', 30 - i)),
    );
  }
  const attributeValue = /\b__uint\(\s*(\w+)\s*,\s*(\w*)$/.exec(before)?.[1];
  const start = offset - typed.length;
  const rest = text.slice(offset + after.length);
  const assigned = /^\s*=/.test(rest);
  const designator = isDesignator(text, start);
  // What the reader has not written yet is put there, so that the statement, or the member's value, can end.
  const ends = designator
    ? `${assigned ? '' : ' = 0'}${assigned || /^\s*[,}]/.test(rest) ? '' : ','}`
    : /^\s*(?:\n|$)/.test(rest)
      ? ';'
      : '';
  const probed = text.slice(0, start) + PROBE + ends + rest;
  const analysis = Analysis.of({ ...project, files: { ...project.files, [file]: probed }, probe: PROBE }, file);
  if (!analysis) return null;
  const previous = analysis.token(analysis.indexBefore(start));
  if (previous?.kind === T.DOT || previous?.kind === T.ARROW) {
    const at = analysis.location(start);
    const record = at === null ? undefined : analysis.front.memberUses.get(at);
    if (!record) return null;
    return answer(typed, designator ? designatorItems(analysis, record, start, assigned) : memberItems(record));
  }
  if (previous && /^(?:struct|union|enum)$/.test(previous.text))
    return answer(typed, tagItems(analysis, previous.text));
  const values = attributeValue === undefined ? undefined : ATTRIBUTE_VALUES[attributeValue];
  return answer(typed, everything(analysis, values ? (name) => values.test(name) : wantedAt(analysis, start)));
}
