// One understanding of a project, which every question of the editor is answered from: the front end's result, and the way
// from a place in a text to its token.
import { intern, textOf } from '../preprocess/interner.ts';
import type { RawTokens } from '../preprocess/lexer.ts';
import type { SourceFile } from '../preprocess/sources.ts';
import type { TokenStream } from '../preprocess/token-stream.ts';
import * as T from '../preprocess/token.ts';
import type { NamedSymbol } from '../check/scope.ts';
import type { Macro } from '../preprocess/macro.ts';
import type { Location, RecordType } from '../tree.ts';
import { parseUnit, type FrontEndResult } from '../front.ts';
import type { Place } from './reports.ts';

export interface ServiceProject {
  readonly files: Readonly<Record<string, string>>;
  readonly main: string;
  /** kernel-mode C: a module, or a patch of the kernel; without it: eBPF */
  readonly target?: 'module' | 'patch';
  /** texts that #include finds beside the project's own, which are none of the reader's: the kernel's, for a patch */
  readonly beside?: Readonly<Record<string, string>>;
  /** a name that the text holds where the cursor is */
  readonly probe?: string;
}

export interface RawToken {
  readonly index: number;
  readonly kind: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** What a name means where it stands. */
export type Meaning =
  | { readonly kind: 'symbol'; readonly symbol: NamedSymbol; readonly name: string }
  | { readonly kind: 'member'; readonly record: RecordType; readonly name: string }
  | { readonly kind: 'macro'; readonly macro: Macro; readonly name: string }
  | { readonly kind: 'tag'; readonly tag: FrontEndResult['tags'][number] };

export class Analysis {
  readonly front: FrontEndResult;
  readonly stream: TokenStream;
  readonly file: SourceFile;
  readonly raw: RawTokens;
  readonly text: string;
  readonly project: ServiceProject;
  #locations: Map<number, Location> | null = null;

  private constructor(project: ServiceProject, front: FrontEndResult, stream: TokenStream, file: SourceFile) {
    this.project = project;
    this.front = front;
    this.stream = stream;
    this.file = file;
    this.raw = file.raw;
    this.text = file.raw.text;
  }

  /** `file` as the project's main file sees it; where it does not include it, on its own. Null when there is no such text. */
  static of(project: ServiceProject, file: string): Analysis | null {
    for (const main of new Set([project.main, file])) {
      const files = new Map(Object.entries({ ...project.beside, ...project.files }));
      const front = parseUnit({
        files,
        main,
        target: project.target === undefined ? 'bpf' : 'module',
        ...(project.probe === undefined ? {} : { probe: project.probe }),
      });
      const found = front.tokens?.sources.files.find((candidate) => candidate.path === file);
      if (front.tokens && found) return new Analysis(project, front, front.tokens, found);
    }
    return null;
  }

  get kernelMode(): boolean {
    return this.project.target !== undefined;
  }

  /** Is the file the reader's own, and none of the headers that come along? */
  isOwn(path: string): boolean {
    return path in this.project.files;
  }

  offset(place: Place): number {
    let at = 0;
    for (let line = 1; line < place.line; line++) {
      const next = this.text.indexOf('\n', at);
      if (next < 0) return this.text.length;
      at = next + 1;
    }
    const end = this.text.indexOf('\n', at);
    return Math.min(at + place.column - 1, end < 0 ? this.text.length : end);
  }

  place(offset: number): Place {
    const before = this.text.slice(0, offset);
    const line = before.lastIndexOf('\n');
    return { line: before.split('\n').length, column: offset - line };
  }

  token(index: number): RawToken | null {
    if (index < 0 || index >= this.raw.count) return null;
    const from = this.raw.offsets[index] as number;
    const kind = this.raw.kinds[index] as number;
    const text = T.punctuatorText(kind) || textOf(this.raw.values[index] as number);
    return { index, kind, text, from, to: from + text.length };
  }

  /** The last token that starts before `offset`; -1 when there is none. */
  indexBefore(offset: number): number {
    let low = 0;
    let high = this.raw.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.raw.offsets[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The token that covers the offset; a name that ends there comes before a sign that begins there. */
  tokenAt(offset: number): RawToken | null {
    const after = this.token(this.indexBefore(offset + 1));
    const covered = after && after.to > offset ? after : null;
    if (covered?.kind === T.IDENTIFIER) return covered;
    const before = this.token(this.indexBefore(offset));
    return before && before.to === offset && before.kind === T.IDENTIFIER ? before : covered;
  }

  /** The token of the tree that was written at this offset of the file. */
  location(offset: number): Location | null {
    if (!this.#locations) {
      this.#locations = new Map();
      const { stream } = this;
      const from = this.file.base;
      const to = from + this.text.length;
      for (let at = 0; at < stream.count; at++) {
        const stored = stream.places[at] as number;
        const place = stored < 0 ? (stream.macroPlaces[~stored]?.spelling ?? 0) : stored;
        if (place >= from && place <= to && !this.#locations.has(place)) this.#locations.set(place, at);
      }
    }
    return this.#locations.get(this.file.base + offset) ?? null;
  }

  /** What the name means that this token is. */
  meaning(token: RawToken): Meaning | null {
    if (token.kind !== T.IDENTIFIER) return null;
    const { front } = this;
    const id = intern(token.text);
    const at = this.location(token.from);
    if (at !== null) {
      const record = front.memberUses.get(at);
      if (record) return { kind: 'member', record, name: token.text };
      const symbol = front.references.get(at);
      if (symbol) return { kind: 'symbol', symbol, name: token.text };
      const before = this.stream.kinds[at - 1];
      if (before === T.STRUCT || before === T.UNION || before === T.ENUM) {
        const tag = front.tags.findLast((candidate) => candidate.tag === token.text);
        if (tag) return { kind: 'tag', tag };
      }
      const declared = front.declared.findLast((candidate) => candidate.at === at);
      if (declared) return { kind: 'symbol', symbol: declared, name: token.text };
      const around = this.#recordAround(at, token.text);
      if (around) return { kind: 'member', record: around, name: token.text };
    }
    const macro = front.macros.get(id);
    if (macro) return { kind: 'macro', macro, name: token.text };
    const symbol = front.symbols.get(id);
    return symbol ? { kind: 'symbol', symbol, name: token.text } : null;
  }

  /** The record whose declaration holds the token, when the token names one of its members. */
  #recordAround(at: Location, name: string): RecordType | null {
    const records = this.front.tags.filter((tag): tag is RecordType => tag.kind === 'record');
    return (
      records.findLast(
        (record) =>
          record.at >= 0 &&
          record.at < at &&
          record.members.some((member) => member.name === name) &&
          this.memberLocation(record, name) === at,
      ) ?? null
    );
  }

  /** Where a member's name stands in its record's declaration. */
  memberLocation(record: RecordType, name: string): Location | null {
    const { stream } = this;
    if (record.at < 0) return null;
    const id = intern(name);
    let depth = 0;
    for (let at = record.at; at < stream.count; at++) {
      const kind = stream.kinds[at];
      if (kind === T.LBRACE) depth++;
      else if (kind === T.RBRACE) {
        if (--depth === 0) return null;
      } else if (kind === T.SEMICOLON && depth === 0) return null;
      else if (depth > 0 && kind === T.IDENTIFIER && stream.values[at] === id) {
        const next = stream.kinds[at + 1];
        const ends = next === T.SEMICOLON || next === T.COMMA || next === T.LBRACKET || next === T.COLON;
        if (ends || next === T.RPAREN || next === T.ATTRIBUTE) return at;
      }
    }
    return null;
  }
}
