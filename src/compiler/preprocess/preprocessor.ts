// Source text → the token stream that the parser reads: runs through files, obeys directives, expands macros.
import type { SourceFiles } from '../compile.ts';
import { note } from '../check/reporter.ts';
import { similarHeader } from '../check/whose-name.ts';
import type { Reporter } from '../check/reporter.ts';
import type { MessageArguments, MessageKey } from '../check/messages.ts';
import { stringBytesText } from '../parse/literals.ts';
import type { SourcePosition } from '../tree.ts';
import { builtinMacros } from './builtin-macros.ts';
import { DEFINED, macroName, readDefinition } from './definition.ts';
import type { DirectiveLine } from './definition.ts';
import { evaluateCondition } from './condition.ts';
import { Expander, PRAGMA_OPERATOR } from './expander.ts';
import type { TokenSource } from './expander.ts';
import { FileSearch } from './files.ts';
import { headerName, includeGuard } from './includes.ts';
import type { FoundFile } from './files.ts';
import { identifierKind, intern, textOf } from './interner.ts';
import { lex } from './lexer.ts';
import type { RawTokens } from './lexer.ts';
import { sameMacro } from './macro.ts';
import type { Macro, PPToken } from './macro.ts';
import { readPragma } from './pragma.ts';
import { predefinedText } from './predefined.ts';
import { Sources } from './sources.ts';
import type { SourceFile } from './sources.ts';
import * as T from './token.ts';
import { TokenStream } from './token-stream.ts';

const MAX_INCLUDE_DEPTH = 200;
/** Tokens of a unit with its headers; a vmlinux.h has half a million. */
const MAX_TOKENS = 4_000_000;

interface Conditional {
  readonly directivePlace: number;
  /** a branch was taken already: all further ones are passed over */
  taken: boolean;
  active: boolean;
  seenElse: boolean;
  /** the whole conditional stands in a part that is passed over */
  readonly dead: boolean;
}

interface Frame {
  readonly file: SourceFile;
  readonly raw: RawTokens;
  readonly searchIndex: number;
  /** index of the next raw token */
  next: number;
  /** index into raw.directives of the first one not before `next` */
  directive: number;
  readonly conditionals: Conditional[];
  skipping: boolean;
}

export interface PreprocessOptions {
  readonly files: SourceFiles;
  readonly main: string;
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly builtinHeaders: boolean;
  readonly cpu: 'v1' | 'v2' | 'v3' | 'v4';
  readonly target: 'bpf' | 'module';
}

/** What is defined before the first line, by target, instruction set and -D. */
const MAX_PREDEFINED = 16;
const predefined = new Map<string, { readonly raw: RawTokens; readonly macros: readonly Macro[] }>();

export class Preprocessor implements TokenSource {
  readonly sources = new Sources();
  readonly stream = new TokenStream(this.sources);
  readonly expander: Expander;
  readonly #options: PreprocessOptions;
  readonly #reporter: Reporter;
  readonly #search: FileSearch;
  readonly #pragmaOnce = new Set<string>();
  #frame!: Frame;
  #depth = 0;
  #counter = 0;
  /** arguments of a macro are being read: its tokens come from here, its directives too */
  #inArguments = 0;

  constructor(options: PreprocessOptions, reporter: Reporter) {
    this.#options = options;
    this.#reporter = reporter;
    this.#search = new FileSearch(options);
    this.expander = new Expander(this.sources, reporter, {
      expansionPosition: (place): SourcePosition =>
        this.sources.position(typeof place === 'number' ? place : place.expansion),
      mainFile: options.main,
      includeLevel: () => this.#depth - 1,
      nextCounter: () => this.#counter++,
      hasInclude: (tokens, next) => this.#resolve(tokens, next) !== null,
    });
  }

  /** Preprocesses the main file; the stream ends with an END token. */
  run(text: string): TokenStream {
    this.#predefine();
    this.#enterFile(this.#options.main, lex(text), false, -1, -1);
    const { base, raw } = this.sources.files.find((file) => file.path === this.#options.main) as SourceFile;
    // The end is just behind the last token: that is where something is missing.
    const last = raw.count > 0 ? this.sources.tokenEnd(base + (raw.offsets[raw.count - 1] as number)) : base;
    this.stream.push(T.END, 0, last);
    return this.stream;
  }

  /** The macros that are there before the first line. Those of the target are the same in every compilation. */
  #predefine(): void {
    const { cpu, target, defines } = this.#options;
    const key = `${cpu} ${target} ${JSON.stringify(defines)}`;
    const { expander } = this;
    const known = predefined.get(key);
    if (known) {
      this.sources.add('<predefined>', known.raw, true, -1);
      for (const macro of known.macros) {
        // a compilation that was given up may have left it in the middle of its expansion
        macro.disabled = false;
        expander.define(macro);
      }
      return;
    }
    for (const macro of builtinMacros()) expander.define(macro);
    const raw = lex(predefinedText(this.#options));
    this.#enterFile('<predefined>', raw, true, -1, -1);
    for (const macro of [...expander.macros.values()]) expander.define({ ...macro, place: -1 });
    this.stream.count = 0;
    // a definition by the command line that is no C is complained about each time
    if (this.#reporter.diagnostics.length > 0) return;
    if (predefined.size >= MAX_PREDEFINED) predefined.clear();
    predefined.set(key, { raw, macros: [...expander.macros.values()] });
  }

  #report<K extends MessageKey>(key: K, place: number, args: MessageArguments<K>): void {
    this.#reporter.report(key, this.sources.span(place), args);
  }

  #placeOf(index: number): number {
    return this.#frame.file.base + (this.#frame.raw.offsets[index] as number);
  }

  #enterFile(path: string, raw: RawTokens, system: boolean, includedAt: number, searchIndex: number): void {
    const outer = this.#frame;
    const file = this.sources.add(path, raw, system, includedAt);
    const frame: Frame = { file, raw, searchIndex, next: 0, directive: 0, conditionals: [], skipping: false };
    this.#frame = frame;
    this.#depth++;
    for (const problem of raw.problems) {
      if (problem.kind === 'unterminated-comment') this.#report('unterminated-comment', file.base + problem.offset, {});
    }
    while (!this.#reporter.stopped) {
      while (frame.directive < raw.directives.length && (raw.directives[frame.directive] as number) < frame.next)
        frame.directive++;
      const stop = raw.directives[frame.directive] ?? raw.count;
      if (frame.skipping) frame.next = Math.max(frame.next, stop);
      else this.#copy(stop);
      if (frame.next >= raw.count) break;
      if (frame.next === stop) this.#directive();
    }
    for (const open of frame.conditionals) this.#report('conditional-unterminated', open.directivePlace, {});
    this.#depth--;
    this.#frame = outer;
  }

  /** Copies the tokens before raw index `stop` into the stream, expanding macros. */
  #copy(stop: number): void {
    const frame = this.#frame;
    const { kinds, values, offsets } = frame.raw;
    const { base } = frame.file;
    const { stream } = this;
    let i = frame.next;
    stream.reserve(stop - i + 1);
    let { kinds: outKinds, values: outValues, places: outPlaces, count } = stream;
    let { flagged } = this.expander;
    for (; i < stop; i++) {
      let kind = kinds[i] as number;
      const value = values[i] as number;
      if (kind === T.IDENTIFIER) {
        if (flagged[value] === 1) {
          stream.count = count;
          frame.next = i + 1;
          this.#expand(i);
          i = frame.next - 1;
          if (this.#reporter.stopped) {
            frame.next = frame.raw.count;
            return;
          }
          if (frame.next >= stop) return;
          stream.reserve(stop - i + 1);
          ({ kinds: outKinds, values: outValues, places: outPlaces, count } = stream);
          ({ flagged } = this.expander);
          continue;
        }
        kind = identifierKind(value);
      }
      outKinds[count] = kind;
      outValues[count] = value;
      outPlaces[count] = base + (offsets[i] as number);
      count++;
    }
    stream.count = count;
    frame.next = stop;
    if (count > MAX_TOKENS) this.#reporter.fatal('unit-too-large', this.sources.span(base), { limit: MAX_TOKENS });
  }

  /** Just behind the raw token before `end`: where something is missing at the end of a line. */
  #placeBehind(end: number): number {
    return this.sources.tokenEnd(this.#placeOf(end - 1));
  }

  #token(index: number): PPToken {
    const { raw } = this.#frame;
    return {
      kind: raw.kinds[index] as number,
      id: raw.values[index] as number,
      space: (raw.flags[index] as number) !== 0,
      noExpand: false,
      place: this.#placeOf(index),
    };
  }

  // TokenSource: what a macro's arguments are read from.

  read(): PPToken | null {
    const frame = this.#frame;
    while (frame.next < frame.raw.count) {
      const index = frame.next;
      const isDirective =
        frame.raw.kinds[index] === T.HASH && ((frame.raw.flags[index] as number) & T.AT_LINE_START) !== 0;
      if (isDirective) {
        this.#inArguments++;
        this.#directive();
        this.#inArguments--;
        if (this.#reporter.stopped) return null;
        continue;
      }
      frame.next++;
      if (!frame.skipping) return this.#token(index);
    }
    return null;
  }

  peekKind(): number {
    const { raw, next } = this.#frame;
    return next < raw.count ? (raw.kinds[next] as number) : T.END;
  }

  /** Expands the macro whose name is raw token `index`; the stream gets the result. */
  #expand(index: number): void {
    const pending: PPToken[] = [];
    const token = this.#token(index);
    if (token.id === PRAGMA_OPERATOR) {
      const parts = [this.read(), this.read(), this.read()];
      this.#pragmaOperator(token, parts);
      return;
    }
    let pragma = 0;
    this.expander.expandFromFile(token, this, (result) => {
      if (pragma === 0 && result.kind === T.IDENTIFIER && result.id === PRAGMA_OPERATOR) pragma = 4;
      if (pragma === 0) {
        this.#emit(result);
        return;
      }
      pending.push(result);
      if (--pragma > 0) return;
      this.#pragmaOperator(pending[0] as PPToken, pending.slice(1));
      pending.length = 0;
    });
    if (pending.length > 0) this.#pragmaOperator(pending[0] as PPToken, pending.slice(1));
  }

  #emit(token: PPToken): void {
    const { stream } = this;
    let place: number;
    if (typeof token.place === 'number') place = token.place;
    else place = ~(stream.macroPlaces.push(token.place) - 1);
    const kind = token.kind === T.IDENTIFIER ? identifierKind(token.id) : token.kind;
    stream.push(kind, token.id, place);
  }

  /** _Pragma ( "…" ) */
  #pragmaOperator(at: PPToken, parts: readonly (PPToken | null)[]): void {
    const [open, text, close] = parts;
    if (open?.kind !== T.LPAREN || text?.kind !== T.STRING || close?.kind !== T.RPAREN) {
      this.expander.report('pragma-malformed', at.place, {});
      return;
    }
    const raw = lex(stringBytesText(textOf(text.id)));
    const tokens: PPToken[] = [];
    for (let i = 0; i < raw.count; i++) {
      tokens.push({
        kind: raw.kinds[i] as number,
        id: raw.values[i] as number,
        space: true,
        noExpand: false,
        place: at.place,
      });
    }
    this.#pragma(tokens, at);
  }

  #pragma(tokens: readonly PPToken[], at: PPToken): void {
    if (tokens.length === 1 && tokens[0]?.kind === T.IDENTIFIER && textOf(tokens[0].id) === 'once') {
      this.#pragmaOnce.add(this.#frame.file.path);
      return;
    }
    const pragma = readPragma(tokens);
    if (!pragma) return;
    if (pragma.kind === 'diagnostic') {
      this.stream.setDiagnostics(pragma);
      return;
    }
    this.#emit({ ...at, kind: T.PRAGMA, id: this.stream.pragmas.push(pragma) - 1 });
  }

  // ---------------------------------------------------------------- directives

  /** Obeys the directive whose `#` is the next raw token, and goes to the next line. */
  #directive(): void {
    const frame = this.#frame;
    const { raw } = frame;
    let end = frame.next + 1;
    while (end < raw.count && ((raw.flags[end] as number) & T.AT_LINE_START) === 0) end++;
    const at = frame.next + 1;
    frame.next = end;
    if (at >= end) return;
    const place = this.#placeOf(at);
    if (raw.kinds[at] !== T.IDENTIFIER) {
      // `# 12 "file"` is a line marker of preprocessed text.
      if (!frame.skipping && raw.kinds[at] !== T.NUMBER) this.#report('invalid-directive', place, {});
      return;
    }
    const name = textOf(raw.values[at] as number);
    if (this.#conditional(name, at, end, place)) return;
    if (frame.skipping) return;
    switch (name) {
      case 'include':
      case 'include_next':
      case 'import':
        if (this.#inArguments > 0) this.#report('directive-in-arguments', place, { directive: name });
        else this.#include(name, at, end, place);
        return;
      case 'define':
        this.#define(at + 1, end);
        return;
      case 'undef': {
        const id = macroName(this.#directiveLine, at + 1, end);
        if (id !== null) this.expander.undefine(id);
        return;
      }
      case 'error':
      case 'warning': {
        const from = at + 1 < end ? (raw.offsets[at + 1] as number) : (raw.offsets[at] as number) + name.length;
        const line = raw.text.slice(from).match(/^[^\r\n]*/);
        const text = (line?.[0] ?? '').trimEnd();
        this.#report(name === 'error' ? 'error-directive' : 'warning-directive', place, { text });
        return;
      }
      case 'pragma':
        this.#pragma(this.#line(at + 1, end), this.#token(at));
        return;
      case 'line':
      case 'ident':
      case 'sccs':
        return;
      default:
        this.#report('invalid-directive', place, {});
    }
  }

  /** the current file's tokens, as a directive's reader sees them */
  readonly #directiveLine: DirectiveLine = {
    raw: () => this.#frame.raw,
    placeOf: (index) => this.#placeOf(index),
    placeBehind: (end) => this.#placeBehind(end),
    tokens: (from, end) => this.#line(from, end),
    report: (key, place, args) => this.#report(key, place, args),
  };

  #line(from: number, end: number): PPToken[] {
    const tokens: PPToken[] = [];
    for (let i = from; i < end; i++) tokens.push(this.#token(i));
    return tokens;
  }

  /** #if and its kin; false for any other directive. */
  #conditional(name: string, at: number, end: number, place: number): boolean {
    const frame = this.#frame;
    const { conditionals } = frame;
    const top = conditionals[conditionals.length - 1];
    switch (name) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const dead = frame.skipping;
        const active = !dead && this.#test(name, at + 1, end);
        conditionals.push({ directivePlace: place, taken: active, active, seenElse: false, dead });
        break;
      }
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else': {
        if (!top) {
          this.#report('conditional-without-if', place, { directive: name });
          return true;
        }
        if (top.seenElse) this.#report('conditional-after-else', place, { directive: name });
        if (name === 'else') {
          top.seenElse = true;
          this.#extraTokens(name, at + 1, end);
        }
        if (top.dead || top.taken) top.active = false;
        else {
          top.active = name === 'else' || this.#test(name.slice(2), at + 1, end);
          top.taken = top.active;
        }
        break;
      }
      case 'endif':
        if (!top) this.#report('conditional-without-if', place, { directive: name });
        this.#extraTokens(name, at + 1, end);
        conditionals.pop();
        break;
      default:
        return false;
    }
    const now = conditionals[conditionals.length - 1];
    frame.skipping = now !== undefined && !now.active;
    return true;
  }

  #extraTokens(directive: string, from: number, end: number): void {
    if (from < end) this.#report('directive-extra-tokens', this.#placeOf(from), { directive });
  }

  /** The answer of #if, #ifdef, #ifndef (or the same after "el"). */
  #test(kind: string, from: number, end: number): boolean {
    if (kind !== 'if') {
      const id = macroName(this.#directiveLine, from, end);
      this.#extraTokens(kind, from + 1, end);
      return id !== null && this.expander.macros.has(id) === (kind === 'ifdef' || kind === 'def');
    }
    const tokens: PPToken[] = [];
    const raw = this.#line(from, end);
    for (let i = 0; i < raw.length; i++) {
      const token = raw[i] as PPToken;
      if (token.kind !== T.IDENTIFIER || token.id !== DEFINED) {
        tokens.push(token);
        continue;
      }
      const parenthesized = raw[i + 1]?.kind === T.LPAREN;
      const name = raw[i + (parenthesized ? 2 : 1)];
      if (name?.kind !== T.IDENTIFIER || (parenthesized && raw[i + 3]?.kind !== T.RPAREN)) {
        this.expander.report('pp-defined-name', (name ?? token).place, {});
        return false;
      }
      i += parenthesized ? 3 : 1;
      tokens.push(this.#definedAnswer(name));
    }
    // A macro's body may say `defined` too.
    const expanded = this.expander.expandList(tokens);
    const answered: PPToken[] = [];
    for (let i = 0; i < expanded.length; i++) {
      const token = expanded[i] as PPToken;
      const open = expanded[i + 1]?.kind === T.LPAREN;
      const name = expanded[i + (open ? 2 : 1)];
      if (token.kind === T.IDENTIFIER && token.id === DEFINED && name?.kind === T.IDENTIFIER) {
        answered.push(this.#definedAnswer(name));
        i += open ? 3 : 1;
      } else answered.push(token);
    }
    const result = evaluateCondition(answered);
    if (result.ok) return result.value;
    this.expander.report(result.key, result.at?.place ?? this.#placeBehind(end), result.args);
    return false;
  }

  #definedAnswer(name: PPToken): PPToken {
    return { ...name, kind: T.NUMBER, id: intern(this.expander.macros.has(name.id) ? '1' : '0'), noExpand: true };
  }

  #define(from: number, end: number): void {
    const macro = readDefinition(this.#directiveLine, from, end);
    if (!macro) return;
    const before = this.expander.macros.get(macro.id);
    if (before && !sameMacro(before, macro)) this.#redefined(before, macro);
    this.expander.define(macro);
  }

  #redefined(before: Macro, macro: Macro): void {
    const span = this.sources.span(macro.place);
    if (before.builtin !== null) this.#reporter.report('builtin-macro-changed', span, {});
    const notes = before.place >= 0 ? [note('previous-definition', this.sources.span(before.place), {})] : [];
    if (before.builtin === null) this.#reporter.report('macro-redefined', span, { name: textOf(macro.id) }, notes);
  }

  // ---------------------------------------------------------------- #include

  /** The file that an include's tokens name (macros expanded already); null when there is none, undefined when malformed. */
  #resolve(tokens: readonly PPToken[], next: boolean): FoundFile | null | undefined {
    const header = headerName(tokens);
    if (!header) return undefined;
    const frame = this.#frame;
    const from = header.quoted && !next ? frame.file.path : null;
    return this.#search.find(header.name, from, next ? frame.searchIndex + 1 : 0);
  }

  #include(directive: string, at: number, end: number, place: number): void {
    const { raw, file } = this.#frame;
    let tokens: PPToken[];
    const from = at + 1;
    if (from >= end) {
      this.#report('expected-filename', this.#placeBehind(end), {});
      return;
    }
    if (raw.kinds[from] === T.LESS) {
      // Between < and > stand characters, not tokens.
      const text = /^<([^>\n]*)>/.exec(raw.text.slice(raw.offsets[from], (raw.offsets[from] as number) + 4096));
      if (!text) {
        this.#report('expected-filename', this.#placeOf(from), {});
        return;
      }
      const token = this.#token(from);
      tokens = [
        token,
        { ...token, kind: T.IDENTIFIER, id: intern(text[1] as string), space: false },
        { ...token, kind: T.GREATER, id: 0, space: false },
      ];
    } else {
      tokens =
        raw.kinds[from] === T.STRING ? this.#line(from, from + 1) : this.expander.expandList(this.#line(from, end));
    }
    const found = this.#resolve(tokens, directive === 'include_next');
    if (found === undefined) {
      this.#report('expected-filename', this.#placeOf(from), {});
      return;
    }
    if (found === null) {
      // Nothing after a missing header can be judged.
      const name = headerName(tokens)?.name ?? '';
      const guess = similarHeader(name);
      const at = this.sources.span(this.#placeOf(from));
      this.#reporter.fatal(
        'file-not-found',
        at,
        { file: name },
        guess === null ? [] : [note('similar-header', at, { guess })],
      );
      return;
    }
    if (directive === 'import') this.#pragmaOnce.add(found.path);
    else if (this.#pragmaOnce.has(found.path)) return;
    const guard = includeGuard(found.raw);
    if (guard !== 0 && this.expander.macros.has(guard)) return;
    if (this.#depth > MAX_INCLUDE_DEPTH) {
      this.#reporter.fatal('include-too-deep', this.sources.span(this.#placeOf(from)), {});
      return;
    }
    this.#enterFile(found.path, found.raw, found.system || file.system, place, found.searchIndex);
  }
}
