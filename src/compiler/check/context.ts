// What every check has at hand: the tokens, the names in scope, the rules of the target, and somewhere to complain.
import type { DiagnosticNote, FixIt, Span } from '../../diagnostics/diagnostic.ts';
import { textOf } from '../preprocess/interner.ts';
import type { TokenStream } from '../preprocess/token-stream.ts';
import type { Expression, FunctionDeclaration, Location, RecordType, Type, Variable } from '../tree.ts';
import type { MessageArguments, MessageKey } from './messages.ts';
import { note } from './reporter.ts';
import type { Reporter } from './reporter.ts';
import { Scopes } from './scope.ts';
import type { NamedSymbol } from './scope.ts';
import type { TargetRules } from './target.ts';

/** A call through a static variable that so far has only its initial value: a helper of bpf_helpers.h. */
export interface FoldedCall {
  readonly call: { callee: Expression };
  readonly callee: Expression;
  readonly variable: Variable;
}

/** clang's warning groups, which pragmas can silence. */
const GROUPS: Partial<Record<MessageKey, string>> = {
  'integer-to-pointer': 'int-conversion',
  'pointer-to-integer': 'int-conversion',
  'incompatible-pointers': 'incompatible-pointer-types',
  'incompatible-function-pointers': 'incompatible-function-pointer-types',
  'pointer-sign': 'pointer-sign',
  'char-sign': 'pointer-sign',
  'discards-qualifiers': 'incompatible-pointer-types-discards-qualifiers',
  'distinct-pointers': 'compare-distinct-pointer-types',
  'constant-conversion': 'constant-conversion',
  'unknown-attribute': 'unknown-attributes',
  'unused-value': 'unused-value',
  'unused-comparison': 'unused-comparison',
  'unused-equality': 'unused-comparison',
  'missing-return': 'return-type',
  'missing-return-everywhere': 'return-type',
  'string-comparison': 'string-compare',
  'index-past-end': 'array-bounds',
  'index-before-start': 'array-bounds',
  'empty-body': 'empty-body',
  'implicit-function': 'implicit-function-declaration',
  'implicit-int': 'implicit-int',
  'shift-negative': 'shift-count-negative',
  'shift-too-far': 'shift-count-overflow',
  'division-by-zero': 'division-by-zero',
  'out-of-range-comparison': 'tautological-constant-out-of-range-compare',
  'assignment-as-condition': 'parentheses',
  'extraneous-parentheses': 'parentheses-equality',
};

export class Context {
  readonly stream: TokenStream;
  readonly reporter: Reporter;
  readonly rules: TargetRules;
  readonly scopes = new Scopes();
  /** how often code names a variable, where it counts: calls of helpers by their number do not */
  readonly uses = new Map<Variable, number>();
  /** variables that something may write to */
  readonly writtenVariables = new Set<Variable>();
  readonly usedFunctions = new Set<FunctionDeclaration>();
  readonly foldedCalls: FoldedCall[] = [];
  /** which declaration each identifier of a body means, for the editor */
  readonly references = new Map<Location, NamedSymbol>();
  /** in which record a member was looked for, by the token of its name, found or not: for the editor */
  readonly memberUses = new Map<Location, RecordType>();
  /** a name that stands where the editor's cursor is (0: none), and the names that were in sight there */
  probe = 0;
  inSight: ReadonlyMap<number, NamedSymbol> | null = null;
  /** the probe's token, and the type that a value there should have, where something says so */
  probeAt: Location = -1;
  expected: Type | null = null;
  /** expressions that stand in parentheses of their own */
  readonly parenthesized = new WeakSet<Expression>();
  /** bodies that compute with floating point in headers that nobody here wrote: an error only where they are called */
  readonly floatingBodies = new Map<FunctionDeclaration, Location>();
  /** inside sizeof, typeof and their like: nothing here is evaluated */
  unevaluated = 0;

  constructor(stream: TokenStream, reporter: Reporter, rules: TargetRules) {
    this.stream = stream;
    this.reporter = reporter;
    this.rules = rules;
  }

  /** A value of this type is wanted where `value` stands; remembered when that is the probe. */
  wants(value: Expression, type: Type): void {
    if (this.probeAt >= 0 && value.at === this.probeAt) this.expected ??= type;
  }

  countUse(variable: Variable, more: 1 | -1 = 1): void {
    this.uses.set(variable, (this.uses.get(variable) ?? 0) + more);
  }

  span(first: Location, last: Location = first): Span {
    return this.stream.span(first, last);
  }

  /** Reports on the token `at`, or on everything from `at` to `last`. */
  report<K extends MessageKey>(
    key: K,
    at: Location,
    args: MessageArguments<K>,
    more: { last?: Location; notes?: readonly DiagnosticNote[]; fixes?: readonly FixIt[] } = {},
  ): void {
    const group = GROUPS[key];
    if (group !== undefined && this.stream.isSilenced(at, group)) return;
    const notes = [...this.#macroNotes(at), ...(more.notes ?? [])];
    this.reporter.report(key, this.span(at, more.last ?? at), args, notes, more.fixes ?? []);
  }

  note<K extends MessageKey>(key: K, at: Location, args: MessageArguments<K>): DiagnosticNote {
    return note(key, this.span(at), args);
  }

  /** "expanded from macro", from the outermost macro inwards. */
  #macroNotes(at: Location): DiagnosticNote[] {
    const notes: DiagnosticNote[] = [];
    let place = this.stream.macroPlace(at);
    for (; place && place.macro !== 0 && notes.length < 8; place = place.parent) {
      notes.unshift(
        note('expanded-from-macro', this.stream.sources.span(place.spelling), { name: textOf(place.macro) }),
      );
    }
    return notes;
  }
}
