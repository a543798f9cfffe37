// Macro expansion: reads tokens through a stack of contexts (bodies being rescanned) and, below them, from the file.
import { note } from '../check/reporter.ts';
import type { Reporter } from '../check/reporter.ts';
import type { MessageArguments, MessageKey } from '../check/messages.ts';
import { builtinMacro } from './builtin-macros.ts';
import type { BuiltinHost } from './builtin-macros.ts';
import { intern, textOf } from './interner.ts';
import { substitute, tokenText } from './macro.ts';
import type { Macro, PPToken } from './macro.ts';
import type { Sources } from './sources.ts';
import * as T from './token.ts';
import type { MacroPlace } from './token-stream.ts';

/** Tokens that all expansions of one unit may make: a bound for macros that multiply. */
export const MAX_EXPANDED_TOKENS = 500_000;
/** Macro arguments within macro arguments. */
const MAX_ARGUMENT_NESTING = 200;

export const PRAGMA_OPERATOR = intern('_Pragma');

interface Context {
  readonly tokens: readonly PPToken[];
  next: number;
  /** enabled again when the context ends */
  readonly macro: Macro | null;
}

/** What lies below the contexts: the file, or nothing. */
export interface TokenSource {
  /** null at the end of the file */
  read(): PPToken | null;
  /** the kind of the token that `read` would give */
  peekKind(): number;
}

export function diagnosticPlace(place: number | MacroPlace): number {
  return typeof place === 'number' ? place : place.diagnostic;
}

export class Expander {
  readonly macros = new Map<number, Macro>();
  /** by text id: 1 where an identifier needs a second look (a macro, or _Pragma) */
  flagged = new Uint8Array(8192);
  readonly #contexts: Context[] = [];
  /** contexts below this one belong to an expansion further out */
  #floor = 0;
  #file: TokenSource | null = null;
  #made = 0;
  #nesting = 0;
  readonly #sources: Sources;
  readonly #reporter: Reporter;
  readonly #builtins: BuiltinHost;

  constructor(sources: Sources, reporter: Reporter, builtins: BuiltinHost) {
    this.#sources = sources;
    this.#reporter = reporter;
    this.#builtins = builtins;
    this.#flag(PRAGMA_OPERATOR);
  }

  #flag(id: number): void {
    if (id >= this.flagged.length) {
      const more = new Uint8Array(Math.max(id + 1, this.flagged.length * 2));
      more.set(this.flagged);
      this.flagged = more;
    }
    this.flagged[id] = 1;
  }

  define(macro: Macro): void {
    this.macros.set(macro.id, macro);
    this.#flag(macro.id);
  }

  undefine(id: number): void {
    this.macros.delete(id);
    if (id !== PRAGMA_OPERATOR && id < this.flagged.length) this.flagged[id] = 0;
  }

  report<K extends MessageKey>(
    key: K,
    place: number | MacroPlace,
    args: MessageArguments<K>,
    macro: Macro | null = null,
  ): void {
    const notes =
      macro && macro.place >= 0
        ? [note('macro-defined-here', this.#sources.span(macro.place), { name: textOf(macro.id) })]
        : [];
    this.#reporter.report(key, this.#sources.span(diagnosticPlace(place)), args, notes);
  }

  /** Expands a token that the file gave, calling `emit` for each token of the result. */
  expandFromFile(token: PPToken, file: TokenSource, emit: (token: PPToken) => void): void {
    const outerFile = this.#file;
    const outerFloor = this.#floor;
    this.#file = file;
    this.#floor = this.#contexts.length;
    if (!this.#enter(token)) emit(token);
    this.#drain(emit);
    this.#floor = outerFloor;
    this.#file = outerFile;
  }

  /** All macros in a list of tokens expanded, as in a directive's line or a macro argument. */
  expandList(tokens: readonly PPToken[]): PPToken[] {
    const result: PPToken[] = [];
    const outerFile = this.#file;
    const outerFloor = this.#floor;
    this.#file = null;
    this.#floor = this.#contexts.length;
    this.#contexts.push({ tokens, next: 0, macro: null });
    this.#drain((token) => result.push(token));
    this.#floor = outerFloor;
    this.#file = outerFile;
    return result;
  }

  #drain(emit: (token: PPToken) => void): void {
    for (let token = this.#fromContexts(); token; token = this.#fromContexts()) {
      if (this.#reporter.stopped) break;
      if (token.kind === T.IDENTIFIER && !token.noExpand && this.flagged[token.id] === 1 && this.#enter(token))
        continue;
      emit(token);
    }
    while (this.#contexts.length > this.#floor) this.#pop();
  }

  #pop(): void {
    const context = this.#contexts.pop();
    if (context?.macro) context.macro.disabled = false;
  }

  /** The next token of the contexts; null when they are used up. */
  #fromContexts(): PPToken | null {
    while (this.#contexts.length > this.#floor) {
      const context = this.#contexts[this.#contexts.length - 1] as Context;
      const token = context.tokens[context.next];
      if (!token) {
        this.#pop();
        continue;
      }
      context.next++;
      if (token.kind === T.IDENTIFIER && !token.noExpand && this.macros.get(token.id)?.disabled) {
        return { ...token, noExpand: true };
      }
      return token;
    }
    return null;
  }

  #read(): PPToken | null {
    return this.#fromContexts() ?? this.#file?.read() ?? null;
  }

  #peekKind(): number {
    for (let i = this.#contexts.length - 1; i >= this.#floor; i--) {
      const context = this.#contexts[i] as Context;
      const token = context.tokens[context.next];
      if (token) return token.kind;
    }
    return this.#file ? this.#file.peekKind() : T.END;
  }

  /** Starts the expansion of an identifier; false when it is not to be expanded. */
  #enter(token: PPToken): boolean {
    const macro = this.macros.get(token.id);
    if (!macro || macro.disabled) return false;
    if (macro.builtin !== null) {
      const result = builtinMacro(macro.builtin, token, this.#builtins, () => this.#builtinArguments());
      if (!result) return false;
      this.#contexts.push({ tokens: result, next: 0, macro: null });
      return true;
    }
    let values: PPToken[][] = [];
    let variadicAbsent = false;
    if (macro.parameters) {
      if (this.#peekKind() !== T.LPAREN) return false;
      const collected = this.#arguments(token, macro);
      if (collected === 'unterminated') return true;
      // As in clang, the name stays behind.
      if (!collected) return false;
      values = collected;
      if (macro.variadic) {
        variadicAbsent = values.length < macro.parameters.length || (values.length === 1 && values[0]?.length === 0);
        if (values.length < macro.parameters.length) values.push([]);
      }
    }
    const tokens = this.#substitute(token, macro, values, variadicAbsent);
    this.#made += tokens.length + 1;
    if (this.#made > MAX_EXPANDED_TOKENS) {
      this.#tooMuch(token);
      return true;
    }
    macro.disabled = true;
    this.#contexts.push({ tokens, next: 0, macro });
    return true;
  }

  #substitute(token: PPToken, macro: Macro, values: readonly PPToken[][], variadicAbsent: boolean): PPToken[] {
    const parent = typeof token.place === 'number' ? null : token.place;
    const expansion = parent ? parent.expansion : (token.place as number);
    const diagnostic = parent ? parent.diagnostic : (token.place as number);
    const expanded: (readonly PPToken[] | undefined)[] = [];
    const tokens = substitute(macro, {
      variadicAbsent,
      argument: (index) => values[index] ?? [],
      expanded: (index) => (expanded[index] ??= this.#expandArgument(values[index] ?? [], token)),
      placeOf: (body) => ({
        expansion,
        diagnostic,
        spelling: typeof body.place === 'number' ? body.place : body.place.spelling,
        macro: macro.id,
        parent,
      }),
      argumentPlace: ({ place }) =>
        typeof place === 'number'
          ? { expansion, diagnostic: place, spelling: place, macro: 0, parent: null }
          : place.expansion === expansion
            ? place
            : { ...place, expansion },
      invalidPaste: (_at, text) => this.report('paste-invalid', token.place, { text }, macro),
    });
    const first = tokens[0];
    if (first && first.space !== token.space) tokens[0] = { ...first, space: token.space };
    return tokens;
  }

  #tooMuch(token: PPToken): void {
    const span = this.#sources.span(diagnosticPlace(token.place));
    this.#reporter.fatal('macro-too-much', span, { limit: MAX_EXPANDED_TOKENS });
  }

  #expandArgument(argument: readonly PPToken[], token: PPToken): readonly PPToken[] {
    if (!argument.some((t) => t.kind === T.IDENTIFIER && this.flagged[t.id] === 1)) return argument;
    if (this.#nesting >= MAX_ARGUMENT_NESTING) {
      this.#tooMuch(token);
      return [];
    }
    this.#nesting++;
    const result = this.expandList(argument);
    this.#nesting--;
    this.#made += result.length;
    return result;
  }

  /** Reads `( … )` behind a function-like macro's name; null after a wrong number of them. */
  #arguments(name: PPToken, macro: Macro): PPToken[][] | 'unterminated' | null {
    const parameters = macro.parameters as readonly number[];
    this.#read();
    const all: PPToken[][] = [];
    let current: PPToken[] = [];
    let depth = 0;
    let extra: PPToken | null = null;
    let close = name;
    for (;;) {
      const token = this.#read();
      if (!token || this.#reporter.stopped) {
        // a string without an end took the parenthesis with it, and whatever comes behind is lost
        const cut = [...all, current].flat().find((t) => t.kind === T.STRAY && /["']/.test(tokenText(t)));
        if (cut) {
          this.report('missing-terminating', cut.place, { quote: /["']/.exec(tokenText(cut))![0] });
          this.#reporter.stopped = true;
        } else this.report('macro-unterminated', name.place, {}, macro);
        return 'unterminated';
      }
      if (token.kind === T.LPAREN) depth++;
      else if (token.kind === T.RPAREN && depth-- === 0) {
        close = token;
        break;
      } else if (token.kind === T.COMMA && depth === 0 && !(macro.variadic && all.length === parameters.length - 1)) {
        all.push(current);
        current = [];
        continue;
      }
      if (all.length >= parameters.length) extra ??= token;
      current.push(token);
      if (++this.#made > MAX_EXPANDED_TOKENS) this.#tooMuch(name);
    }
    all.push(current);
    if (parameters.length === 0 && all.length === 1 && current.length === 0) return [];
    const required = macro.variadic ? parameters.length - 1 : parameters.length;
    if (all.length >= required && all.length <= parameters.length) return all;
    if (all.length < required) this.report('macro-too-few', close.place, {}, macro);
    else this.report('macro-too-many', (extra ?? name).place, {}, macro);
    return null;
  }

  /** The unexpanded tokens between the parentheses behind __has_builtin and its like; null without parentheses. */
  #builtinArguments(): PPToken[] | null {
    if (this.#peekKind() !== T.LPAREN) return null;
    this.#read();
    const tokens: PPToken[] = [];
    for (let depth = 1; ;) {
      const token = this.#read();
      if (!token) return tokens;
      if (token.kind === T.LPAREN) depth++;
      if (token.kind === T.RPAREN && --depth === 0) return tokens;
      tokens.push(token);
    }
  }
}
