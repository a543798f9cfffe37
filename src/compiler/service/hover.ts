// What is the name under the cursor? Its declaration, size and offset, value, and the comment that stands above it.
import { canonical } from '../tree.ts';
import type { Location, Member, RecordType, Type } from '../tree.ts';
import { findMember } from '../check/members.ts';

import type { Macro } from '../preprocess/macro.ts';
import type { Analysis, Meaning, RawToken } from './analysis.ts';
import { calledType, declare, isHelper, macroBody, macroHead, sizeOrNull, symbolText, tagText } from './describe.ts';
import type { HoverReport, Place, Topic } from './reports.ts';
import { constantTopic, functionTopic, helperTopic, sectionTopic } from './topics.ts';

/** Place, in all the unit's texts, of what a name means; -1 for what has none (built-in). */
export function declarationPlace(analysis: Analysis, meaning: Meaning): number {
  const { stream } = analysis;
  const spelled = (at: Location | null): number => {
    if (at === null || at < 0) return -1;
    const stored = stream.places[at] as number;
    return stored < 0 ? (stream.macroPlaces[~stored]?.diagnostic ?? -1) : stored;
  };
  switch (meaning.kind) {
    case 'symbol':
      return spelled(meaning.symbol.at);
    case 'tag':
      return spelled(meaning.tag.at);
    case 'member':
      return spelled(analysis.memberLocation(meaning.record, meaning.name));
    case 'macro':
      return meaning.macro.place;
  }
}

/** The comment that ends right above a line, without its signs; null when there is none. */
export function commentAbove(text: string, line: number): string | null {
  const lines = text.split('\n', line);
  let at = line - 2;
  const found: string[] = [];
  if (/\*\/\s*$/.test(lines[at] ?? '')) {
    for (; at >= 0; at--) {
      found.unshift(lines[at] ?? '');
      if ((lines[at] ?? '').includes('/*')) break;
    }
    if (!/^\s*\/\*/.test(found[0] ?? '')) return null;
  } else for (; at >= 0 && /^\s*\/\//.test(lines[at] ?? ''); at--) found.unshift(lines[at] ?? '');
  const plain = found
    .map((row) => row.replace(/^\s*(?:\/\*+|\/\/+|\*(?!\/))?\s?/, '').replace(/\s*\*+\/\s*$/, ''))
    .join('\n')
    .trim();
  return plain === '' || /SPDX-License-Identifier/.test(plain) ? null : plain.slice(0, 1200);
}

interface Found {
  readonly member: Member;
  readonly offset: number;
}

/** A member, also inside anonymous records, with its offset from the outermost one. */
function memberOf(record: RecordType, name: string): Found | null {
  let offset = 0;
  let member: Member | null = null;
  let inside: RecordType = record;
  for (const index of findMember(record, name) ?? []) {
    member = inside.members[index] ?? null;
    if (!member) return null;
    offset += member.offset;
    const inner = canonical(member.type);
    if (inner.kind === 'record') inside = inner;
  }
  return member && { member, offset };
}

interface Described {
  readonly declaration: string;
  readonly size: number | null;
  readonly offset: number | null;
  readonly value: string | null;
  readonly about: Topic | null;
}
const only = (declaration: string, more: Partial<Described> = {}): Described => ({
  declaration,
  size: null,
  offset: null,
  value: null,
  about: null,
  ...more,
});

function pointedRecord(type: Type): RecordType | null {
  const outer = canonical(type);
  const inner = outer.kind === 'pointer' ? canonical(outer.target) : outer;
  return inner.kind === 'record' && inner.tag === '' ? inner : null;
}

function describeMacro(analysis: Analysis, name: string, macro: Macro): Described {
  if (macro.builtin !== null) return only(`#define ${macroHead(name, macro)}`);
  const about = functionTopic(analysis, name, macro.place);
  return only(`#define ${macroHead(name, macro)} ${macroBody(macro)}`.trimEnd(), { about });
}

/** The text from one token to the end of another, as it stands in its file; null when they are in different ones. */
function written(analysis: Analysis, first: Location, last: Location): string | null {
  const { stream } = analysis;
  if (first < 0 || last <= first) return null;
  const from = stream.diagnosticPlace(first);
  const to = stream.sources.tokenEnd(stream.diagnosticPlace(last));
  const file = stream.sources.fileAt(from);
  if (stream.sources.fileAt(to) !== file) return null;
  const text = file.raw.text.slice(from - file.base, to - file.base);
  // The record's place is its brace or its tag; the word before it belongs to it.
  const word = /(?:struct|union)\s*$/.exec(file.raw.text.slice(0, from - file.base))?.[0] ?? '';
  return text.length > 1500 ? null : (word + text).trim();
}

function describeMeaning(analysis: Analysis, meaning: Meaning): Described | null {
  switch (meaning.kind) {
    case 'macro':
      return describeMacro(analysis, meaning.name, meaning.macro);
    case 'tag':
      return only(tagText(meaning.tag), { size: sizeOrNull(meaning.tag) });
    case 'member': {
      const found = memberOf(meaning.record, meaning.name);
      if (!found) return null;
      const { type, bitField } = found.member;
      const { record } = meaning;
      const owner = record.tag === '' ? '' : `/* ${record.union ? 'union' : 'struct'} ${record.tag} */ `;
      const bits = bitField ? ` : ${bitField.width}` : '';
      return only(`${owner}${declare(type, meaning.name)}${bits}`, {
        size: bitField ? null : sizeOrNull(type),
        offset: found.offset,
      });
    }
    case 'symbol': {
      const { symbol } = meaning;
      if (symbol.kind === 'constant') {
        const name = meaning.name;
        const owner = analysis.front.tags.find(
          (tag) => tag.kind === 'enum' && tag.members.some((member) => member.name === name),
        );
        return only(`enum ${owner?.tag ? `${owner.tag} ` : ''}{ ${name} = ${symbol.value} }`, {
          size: sizeOrNull(symbol.type),
          about: constantTopic(name),
        });
      }
      const text = symbolText(symbol);
      if (symbol.kind === 'typedef') return only(text, { size: sizeOrNull(symbol.type) });
      if (symbol.kind === 'function') {
        return only(text, { about: functionTopic(analysis, meaning.name, declarationPlace(analysis, meaning)) });
      }
      const { variable } = symbol;
      if (isHelper(variable)) return only(text, { about: helperTopic(variable.name) });
      const anonymous = pointedRecord(variable.type);
      const isMap = variable.attributes.section === '.maps';
      const spelled =
        anonymous && (written(analysis, anonymous.at, variable.at) ?? `${tagText(anonymous)} ${variable.name}`);
      return only(spelled ?? text, {
        size: calledType(variable.type) || isMap ? null : sizeOrNull(variable.type),
      });
    }
  }
}

/** SEC("xdp"): what kind of program that makes of a function. */
function section(analysis: Analysis, place: Place): HoverReport | null {
  const line = analysis.text.split('\n')[place.line - 1] ?? '';
  const at = place.column - 1;
  for (const match of line.matchAll(/\bSEC\(\s*"([^"]*)"/g)) {
    const end = match.index + match[0].length;
    const start = end - (match[1]?.length ?? 0) - 2;
    const about = at >= start && at <= end ? sectionTopic(match[1] ?? '') : null;
    if (!about) continue;
    const span = {
      file: analysis.file.path,
      line: place.line,
      column: start + 1,
      endLine: place.line,
      endColumn: end + 1,
    };
    return { span, ...only(`${match[0]})`, { about }), comment: null, declared: false, origin: null };
  }
  return null;
}

export function hover(analysis: Analysis, place: Place): HoverReport | null {
  const inSection = analysis.kernelMode ? null : section(analysis, place);
  if (inSection) return inSection;
  const token: RawToken | null = analysis.tokenAt(analysis.offset(place));
  const meaning = token && analysis.meaning(token);
  if (!token || !meaning) return null;
  const described = describeMeaning(analysis, meaning);
  if (!described) return null;
  const { sources } = analysis.stream;
  const at = declarationPlace(analysis, meaning);
  const where = at < 0 ? null : sources.position(at);
  const text = at < 0 ? '' : sources.fileAt(at).raw.text;
  const from = analysis.place(token.from);
  const to = analysis.place(token.to);
  return {
    span: { file: analysis.file.path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column },
    ...described,
    comment: where ? commentAbove(text, where.line) : null,
    declared: at >= 0 && at !== analysis.file.base + token.from,
    origin: where && where.file !== analysis.file.path ? { file: shortName(where.file), line: where.line } : null,
  };
}

/** A header as #include names it. */
export const shortName = (path: string): string => path.replace(/^<built-in>\/(?:kernel\/)?/, '');
