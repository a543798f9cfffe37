// The parser's state: a position in the token stream, what has been declared, and how to go on after an error.
import type { Span } from '../../diagnostics/diagnostic.ts';
import { Context } from '../check/context.ts';
import { NO_ATTRIBUTES } from '../check/operators.ts';
import type { MessageArguments, MessageKey } from '../check/messages.ts';
import type { Reporter } from '../check/reporter.ts';
import type { TargetRules } from '../check/target.ts';
import type { Pragma } from '../preprocess/pragma.ts';
import { isSystemPath } from '../preprocess/files.ts';
import * as T from '../preprocess/token.ts';
import { INT128, UNSIGNED_INT128, VOID, pointerTo } from '../check/types.ts';
import { intern, textOf } from '../preprocess/interner.ts';
import type { TokenStream } from '../preprocess/token-stream.ts';
import { canonical } from '../tree.ts';
import type {
  FunctionDeclaration,
  Label,
  Location,
  LoopHint,
  RecordType,
  SwitchStatement,
  Type,
  Variable,
} from '../tree.ts';

/** clang's -fbracket-depth: parentheses, blocks and declarators within each other. */
export const MAX_NESTING = 256;
/** Operators in a row that lean on each other, and `else if` chains: as deep as the stages behind can recurse. */
export const MAX_CHAIN = 1000;

/** Thrown to leave a construct that makes no sense, caught where a statement or declaration can be skipped. */
export class SyntaxProblem extends Error {}

export interface LabelState {
  readonly label: Label;
  definedAt: Location;
  usedAt: Location;
}

/** What is known while a function's body is being read. */
export interface FunctionState {
  readonly declaration: FunctionDeclaration;
  readonly labels: Map<number, LabelState>;
  /** __label__ names of the open blocks */
  readonly localLabels: Map<number, LabelState>[];
  loops: number;
  readonly switches: OpenSwitch[];
  /** break may leave a loop or a switch */
  breakable: number;
}

export interface OpenSwitch {
  readonly node: SwitchStatement;
  readonly cases: { readonly low: bigint; readonly high: bigint }[];
  defaultAt: Location;
  /** where a case stands that shares a value with low…high; null when none does */
  lookup(low: bigint, high: bigint): Location | null;
  add(low: bigint, high: bigint, at: Location): void;
}

export interface ParserState {
  readonly nesting: number;
  readonly depth: number;
  readonly unevaluated: number;
  readonly parameterDepth: number;
}

/** Pragmas that shape records. */
export interface RecordPragmas {
  readonly pack: number | null;
  readonly attributes: readonly boolean[];
}

/** Things in the order of the text, though some of it is read late. */
class InOrder<Item> {
  readonly #items: { readonly item: Item; readonly at: Location }[] = [];

  push(item: Item, at: Location): void {
    this.#items.push({ item, at });
  }

  all(): Item[] {
    return this.#items.sort((a, b) => a.at - b.at).map(({ item }) => item);
  }
}

/** Tokens of a file beyond which it was not written by hand but dumped from a kernel. */
const DUMP = 50_000;

/** Characters that a word processor or another keyboard puts in the place of C's. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '；': ';', '，': ',', '（': '(', '）': ')', '：': ':', '｛': '{', '｝': '}', '＝': '=', '“': '"', '”': '"', '‘': "'", '’': "'", '–': '-', '—': '-',
  '\u00a0': ' ',
}; // prettier-ignore

export class Parser extends Context {
  position = 0;
  kind = T.END;
  readonly kinds: Uint8Array;
  readonly values: Int32Array;
  nesting = 0;
  /** unroll pragmas that wait for their loop */
  pendingHint: LoopHint['unroll'] = null;
  /** #pragma pack in force */
  pack: number | null = null;
  readonly #packStack: (number | null)[] = [];
  /** #pragma clang attribute push … preserve_access_index, as often as it is in force */
  readonly #attributeStack: boolean[] = [];
  /** the pragmas that were in force from a token on, in the order of the text */
  readonly #pragmaHistory: { readonly from: Location; readonly pragmas: RecordPragmas }[] = [];
  /** the file that was looked at last by `inHeader`: its first and last place, and the answer */
  #fileFrom = 0;
  #fileTo = -1;
  #fileIsHeader = false;
  function: FunctionState | null = null;
  readonly functions = new InOrder<FunctionDeclaration>();
  readonly globals = new InOrder<Variable>();
  readonly types: Type[] = [];
  /** file-scope variables whose type has to be complete by the end of the file */
  readonly tentative: { readonly variable: Variable; readonly at: Location }[] = [];

  constructor(stream: TokenStream, reporter: Reporter, rules: TargetRules) {
    super(stream, reporter, rules);
    this.kinds = stream.kinds;
    this.values = stream.values;
    this.kind = this.kinds[0] as number;
    this.#skipPragmas();
    this.#declareBuiltinTypes();
    this.scopes.reader = (at): void => this.elsewhere(at, () => this.readDeclaration(this));
  }

  /** parses the external declaration where the parser stands; the parser of declarations puts itself here */
  readDeclaration: (parser: Parser) => void = () => {};

  /** Does the token stand where declarations may wait to be read: in a header of the system or ours, or in a dump? */
  inHeader(at: Location): boolean {
    const place = this.stream.expansionPlace(at);
    if (place < this.#fileFrom || place > this.#fileTo) {
      const { base, raw, system } = this.stream.sources.fileAt(place);
      this.#fileFrom = base;
      this.#fileTo = base + raw.text.length;
      this.#fileIsHeader = system || raw.count >= DUMP;
    }
    return this.#fileIsHeader;
  }

  /** Types that are there without a declaration. */
  #declareBuiltinTypes(): void {
    const types: [string, Type][] = [
      ['__builtin_va_list', pointerTo(VOID)],
      ['__int128_t', INT128],
      ['__uint128_t', UNSIGNED_INT128],
    ];
    for (const [name, target] of types) {
      const type: Type = { kind: 'typedef', name, target, declTags: [] };
      this.scopes.ordinary.set(intern(name), { kind: 'typedef', type, at: -1 });
    }
  }

  /** records whose members are being read */
  readonly openRecords = new Set<RecordType>();
  /** file-scope compound literals so far: their objects need names */
  compoundLiterals = 0;
  /** closing parentheses of those that were looked for ahead */
  readonly parentheses = new Map<Location, Location>();
  /** inside how many parameter lists */
  parameterDepth = 0;

  newVariable(name: string, type: Type, storage: Variable['storage'], at: Location): Variable {
    const { kind } = canonical(type);
    return {
      kind: 'variable',
      name,
      type,
      storage,
      owner: null,
      attributes: NO_ATTRIBUTES,
      initializer: null,
      addressTaken: kind === 'array' || kind === 'record',
      at,
    };
  }

  /** What has to be put back when a construct is left by a SyntaxProblem. */
  saveState(): ParserState {
    return {
      nesting: this.nesting,
      depth: this.scopes.depth,
      unevaluated: this.unevaluated,
      parameterDepth: this.parameterDepth,
    };
  }

  /** Puts it back; rethrows what is no syntax problem, and everything once no more is to be said. */
  recover(state: ParserState, problem: unknown): void {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    this.nesting = state.nesting;
    this.unevaluated = state.unevaluated;
    this.parameterDepth = state.parameterDepth;
    while (this.scopes.depth > state.depth) this.scopes.leave();
    if (this.reporter.stopped) throw problem;
  }

  // ---------------------------------------------------------------- tokens

  /** Goes to the next token. The last one, END, is never passed. */
  advance(): void {
    if (this.kind === T.END) return;
    this.position++;
    this.kind = this.kinds[this.position] as number;
    if (this.kind === T.PRAGMA) this.#skipPragmas();
  }

  /**
   * Reads something at another place, in file scope and under the pragmas that were in force there, and comes back. What it reports is
   * reported; once no more is to be said, the place that we come back to will notice.
   */
  elsewhere(position: Location, read: () => void): void {
    const { position: back, pendingHint, function: around } = this;
    const before = { pack: this.pack, attributes: [...this.#attributeStack] };
    const state = this.saveState();
    this.rewind(position);
    this.#setPragmas(this.#pragmaHistory.findLast(({ from }) => from <= position)?.pragmas);
    this.function = null;
    this.unevaluated = 0;
    this.parameterDepth = 0;
    this.scopes.outside(() => {
      try {
        read();
      } catch (problem) {
        if (!(problem instanceof SyntaxProblem)) throw problem;
      }
    });
    this.nesting = state.nesting;
    this.unevaluated = state.unevaluated;
    this.parameterDepth = state.parameterDepth;
    this.#setPragmas(before);
    this.pendingHint = pendingHint;
    this.function = around;
    this.position = back;
    this.kind = this.kinds[back] as number;
  }

  rewind(position: Location): void {
    this.position = position;
    this.kind = this.kinds[position] as number;
  }

  #skipPragmas(): void {
    while (this.kind === T.PRAGMA) {
      const pragma = this.stream.pragmas[this.values[this.position] as number];
      if (pragma) this.#pragma(pragma);
      this.position++;
      this.kind = this.kinds[this.position] as number;
    }
  }

  #pragma(pragma: Pragma): void {
    switch (pragma.kind) {
      case 'unroll':
        this.pendingHint = pragma.unroll;
        break;
      case 'pack':
        if (pragma.action === 'push') this.#packStack.push(this.pack);
        if (pragma.action === 'pop') this.pack = this.#packStack.pop() ?? null;
        else if (pragma.action === 'set' || pragma.bytes !== null) this.pack = pragma.bytes;
        break;
      case 'attribute-push':
        this.#attributeStack.push(pragma.preserveAccessIndex);
        break;
      case 'diagnostic':
        break;
      case 'attribute-pop':
        this.#attributeStack.pop();
        break;
    }
    if (pragma.kind === 'unroll' || pragma.kind === 'diagnostic') return;
    if (this.position < (this.#pragmaHistory.at(-1)?.from ?? 0)) return;
    const pragmas = { pack: this.pack, attributes: [...this.#attributeStack] };
    this.#pragmaHistory.push({ from: this.position, pragmas });
  }

  /** Do records defined here get preserve_access_index from a pragma? */
  get preservesAccess(): boolean {
    return this.#attributeStack.includes(true);
  }

  #setPragmas({ pack, attributes }: RecordPragmas = { pack: null, attributes: [] }): void {
    this.pack = pack;
    this.#attributeStack.splice(0, Infinity, ...attributes);
  }

  /** The kind of the token `distance` ahead, pragmas not counted. */
  peek(distance = 1): number {
    let at = this.position;
    for (let left = distance; left > 0; left--) {
      do {
        if (this.kinds[at] === T.END) return T.END;
        at++;
      } while (this.kinds[at] === T.PRAGMA);
    }
    return this.kinds[at] as number;
  }

  get value(): number {
    return this.values[this.position] as number;
  }

  /** The token before the current one. */
  get previous(): Location {
    let at = this.position - 1;
    while (at > 0 && this.kinds[at] === T.PRAGMA) at--;
    return Math.max(at, 0);
  }

  text(at: Location = this.position): string {
    return textOf(this.values[at] ?? 0);
  }

  accept(kind: number): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  // ---------------------------------------------------------------- errors

  /** Reports; leaves everything once no more is to be said. */
  override report<K extends MessageKey>(
    key: K,
    at: Location,
    args: MessageArguments<K>,
    more?: Parameters<Context['report']>[3],
  ): void {
    if (this.reporter.stopped) return;
    const fn = this.function?.declaration;
    if (key === 'floating-point' && fn && (fn.isInline || fn.isStatic) && isSystemPath(this.span(at).file)) {
      this.floatingBodies.set(fn, at);
      return;
    }
    super.report(key, at, args, more);
    if (this.reporter.stopped) throw new SyntaxProblem();
  }

  /** Reports and leaves the construct. */
  fail<K extends MessageKey>(key: K, at: Location, args: MessageArguments<K>): never {
    this.report(key, at, args);
    throw new SyntaxProblem(key);
  }

  /**
   * Takes the expected token. When it is missing, says so behind the previous one, as clang does, and goes on as if it
   * had been there.
   */
  expectAfter(kind: number, after: string): boolean {
    if (this.accept(kind)) return true;
    this.reportMissing(T.punctuatorText(kind), `after ${after}`);
    return false;
  }

  /** The empty stretch behind a token: where something is to be put in. */
  endOf(at: Location): Span {
    const { sources } = this.stream;
    const { file, line, column } = sources.position(sources.tokenEnd(this.stream.diagnosticPlace(at)));
    return { file, line, column, endLine: line, endColumn: column };
  }

  /** "expected ';' after …", at the end of the previous token, with the fix. */
  reportMissing(token: string, after: string): void {
    this.#complainUnreadable();
    const span = this.endOf(this.previous);
    const fixes = [{ span, text: token }];
    if (after === '') this.reporter.report('expected', span, { token }, [], fixes);
    else this.reporter.report('expected-after', span, { token, after }, [], fixes);
  }

  /** Takes the expected token or leaves the construct: "expected ')'", with a note on what it should match. */
  expectClosing(kind: number, open: Location): void {
    if (this.accept(kind)) return;
    this.#complainUnreadable();
    const notes = [this.note('to-match', open, { token: this.stream.text(open) })];
    this.report('expected', this.position, { token: T.punctuatorText(kind) }, { notes });
    // `#define N 5;` … `int a[N];`: the rest is as it was meant
    if (this.kind === T.SEMICOLON && kind === T.RBRACKET && this.peek() === kind) {
      this.advance();
      this.advance();
      return;
    }
    throw new SyntaxProblem();
  }

  expect(kind: number): void {
    if (this.accept(kind)) return;
    this.#complainUnreadable();
    this.fail('expected', this.position, { token: T.punctuatorText(kind) || T.keywordText(kind) });
  }

  /** Characters that are no token, and literals without an end, explain what goes wrong with them. */
  #complainUnreadable(): void {
    if (this.kind === T.STRAY) this.failOnStray();
  }

  failOnStray(): never {
    const text = this.text();
    const quote = /["']/.exec(text)?.[0];
    const at = this.position;
    this.advance();
    if (quote) this.fail('missing-terminating', at, { quote });
    const code = text.codePointAt(0) ?? 0;
    const shown = code < 128 && code > 32 ? `'${text}'` : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
    const plain = LOOKALIKES[text.slice(0, code > 0xffff ? 2 : 1)];
    const notes = plain === undefined ? [] : [this.note('character-instead', at, { plain })];
    const fixes = plain === undefined ? [] : [{ span: this.span(at), text: plain }];
    this.report('unexpected-character', at, { character: shown }, { notes, fixes });
    throw new SyntaxProblem();
  }

  /** One level deeper; leaves the construct at the bottom. Every call is paired with `leave`. */
  enter(): void {
    if (++this.nesting > MAX_NESTING) {
      this.reporter.fatal('nesting', this.span(this.position), { limit: MAX_NESTING });
      throw new SyntaxProblem();
    }
  }

  leave(): void {
    this.nesting--;
  }

  /**
   * Skips to behind the next `;`, or to a closing brace of the enclosing block, passing over whole (…), […] and {…}.
   * A `}` met at level 0 is left for the block to take.
   */
  skipStatement(): void {
    // Braces are counted apart: a parenthesis that is never closed must not swallow the rest of the file.
    let braces = 0;
    let parentheses = 0;
    while (this.kind !== T.END) {
      switch (this.kind) {
        case T.LBRACE:
          braces++;
          break;
        case T.LPAREN:
        case T.LBRACKET:
          parentheses++;
          break;
        case T.RBRACE:
          if (braces === 0) return;
          if (--braces === 0) {
            this.advance();
            return;
          }
          break;
        case T.RPAREN:
        case T.RBRACKET:
          if (parentheses > 0) parentheses--;
          break;
        case T.SEMICOLON:
          if (braces === 0 && parentheses === 0) {
            this.advance();
            return;
          }
          break;
      }
      this.advance();
    }
  }
}
