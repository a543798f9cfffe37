// What could be written here? Members behind `.` and `->`, sections inside SEC(""), headers in #include, tags behind
// `struct`; anywhere else every name in sight. The text is read once more with a name put where the cursor is, so that the
// front end itself says what is in sight there, however unfinished the rest is.
import { HELPERS } from '../../bpf/helpers.ts';
import { PROGRAM_TYPES } from '../../bpf/programs.ts';
import type { NamedSymbol } from '../check/scope.ts';
import { HEADERS } from '../headers/index.ts';
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { canonical } from '../tree.ts';
import type { RecordType } from '../tree.ts';
import { Analysis, type ServiceProject } from './analysis.ts';
import { calledType, declare, isHelper, macroBody } from './describe.ts';
import type { CompletionItem, CompletionReport, Place } from './reports.ts';

/** Items that one answer holds at most. */
const MOST = 200;
const PROBE = 'editor_cursor_is_here_';

const KEYWORDS =
  'break case char const continue default do else enum extern for goto if inline int long return short signed sizeof static struct switch typedef union unsigned void volatile while'.split(
    ' ',
  );
const DIRECTIVES = 'define elif else endif error if ifdef ifndef include pragma undef warning'.split(' ');

const item = (
  label: string,
  kind: CompletionItem['kind'],
  detail: string,
  boost = 0,
  helper: string | null = null,
): CompletionItem => ({ label, kind, detail, helper, boost });

/** Keeps what fits the typed start, the closest first. */
function matching(items: readonly CompletionItem[], typed: string): { items: CompletionItem[]; incomplete: boolean } {
  const wanted = typed.toLowerCase();
  const scored = items.flatMap((it) => {
    const label = it.label.toLowerCase();
    if (it.label === PROBE || (it.label.startsWith('__') && !typed.startsWith('_') && it.boost <= 0)) return [];
    const at = label.indexOf(wanted);
    return at < 0 ? [] : [{ it, score: it.boost + (at === 0 ? 50 : 0) + (label === wanted ? 20 : 0) }];
  });
  scored.sort((a, b) => b.score - a.score || a.it.label.localeCompare(b.it.label));
  return { items: scored.slice(0, MOST).map(({ it }) => it), incomplete: scored.length > MOST };
}

const sectionItems = (): CompletionItem[] => [
  ...new Map(
    PROGRAM_TYPES.flatMap((type) =>
      type.sections.map((section) => [section, item(section, 'section', type.name, type.simulated ? 10 : 0)]),
    ),
  ).values(),
  item('.maps', 'section', 'BPF map', 5),
  item('license', 'section', 'licence', 5),
];

function memberItems(record: RecordType): CompletionItem[] {
  return record.members.flatMap((member) => {
    const inner = canonical(member.type);
    if (member.name === '') return inner.kind === 'record' ? memberItems(inner) : [];
    return [item(member.name, 'member', declare(member.type), 30)];
  });
}

function symbolItem(name: string, symbol: NamedSymbol): CompletionItem {
  switch (symbol.kind) {
    case 'typedef':
      return item(name, 'type', symbol.type.kind === 'typedef' ? declare(symbol.type.target) : '');
    case 'constant':
      return item(name, 'constant', String(symbol.value));
    case 'function':
      return item(name, 'function', declare(symbol.function.type.result), 8);
    case 'variable': {
      const { variable } = symbol;
      const called = calledType(variable.type);
      if (called && isHelper(variable)) {
        const row = HELPERS.find((helper) => `bpf_${helper.name}` === name);
        return item(name, 'helper', declare(called.result), row?.simulated === false ? 1 : 12, name);
      }
      const near = variable.storage === 'local' || variable.storage === 'parameter';
      return item(name, 'variable', declare(variable.type), near ? 30 : 15);
    }
  }
}

function everything(analysis: Analysis): CompletionItem[] {
  const { front } = analysis;
  const items: CompletionItem[] = [];
  const names = front.inSight ?? front.symbols;
  for (const [id, symbol] of names) items.push(symbolItem(textOf(id), symbol));
  for (const [id, macro] of front.macros) {
    const own = macro.place >= analysis.file.base && macro.place <= analysis.file.base + analysis.text.length;
    const name = textOf(id);
    if (name === 'bpf_printk') items.push(item(name, 'helper', '(fmt, args...)', 12, name));
    else items.push(item(name, 'macro', macroBody(macro).slice(0, 60), own ? 15 : -5));
  }
  for (const word of KEYWORDS) items.push(item(word, 'keyword', '', 2));
  return items;
}

function tagItems(analysis: Analysis, word: string): CompletionItem[] {
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

export function complete(project: ServiceProject, file: string, place: Place): CompletionReport | null {
  const text = project.files[file];
  if (text === undefined) return null;
  const plain = text.split('\n');
  const line = plain[place.line - 1] ?? '';
  const offset = plain.slice(0, place.line - 1).reduce((sum, it) => sum + it.length + 1, 0) + place.column - 1;
  const before = line.slice(0, place.column - 1);
  if (inComment(text, offset)) return null;
  const answer = (typed: string, items: readonly CompletionItem[]): CompletionReport => ({
    from: { line: place.line, column: place.column - typed.length },
    ...matching(items, typed),
  });

  const section = /\bSEC\(\s*"([^"]*)$/.exec(before);
  if (section) return answer(section[1] ?? '', sectionItems());
  const include = /^\s*#\s*include\s*([<"])([^>"]*)$/.exec(before);
  if (include) {
    const own = Object.keys(project.files).filter((name) => name.endsWith('.h') && name !== file);
    const names = include[1] === '"' ? own : [...HEADERS.keys()];
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
  const start = offset - typed.length;
  // The semicolon lets the statement end where the reader has not written its end yet.
  const rest = text.slice(offset + after.length);
  const ends = /^\s*(?:\n|$)/.test(rest) ? ';' : '';
  const probed = text.slice(0, start) + PROBE + ends + rest;
  const analysis = Analysis.of({ ...project, files: { ...project.files, [file]: probed }, probe: PROBE }, file);
  if (!analysis) return null;
  const previous = analysis.token(analysis.indexBefore(start));
  if (previous?.kind === T.DOT || previous?.kind === T.ARROW) {
    const at = analysis.location(start);
    const record = at === null ? undefined : analysis.front.memberUses.get(at);
    return record ? answer(typed, memberItems(record)) : null;
  }
  if (previous && /^(?:struct|union|enum)$/.test(previous.text))
    return answer(typed, tagItems(analysis, previous.text));
  return answer(typed, everything(analysis));
}
