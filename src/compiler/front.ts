// The front end: C source → typed tree and diagnostics.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { NamedSymbol, TagSymbol } from './check/scope.ts';
import { Reporter } from './check/reporter.ts';
import { TARGETS } from './check/target.ts';
import type { CompileOptions } from './compile.ts';
import { markBracketAttributes } from './parse/attributes.ts';
import { Parser } from './parse/parser.ts';
import { parseTranslationUnit } from './parse/unit.ts';
import { isSystemPath } from './preprocess/files.ts';
import { intern } from './preprocess/interner.ts';
import type { Macro } from './preprocess/macro.ts';
import { Preprocessor } from './preprocess/preprocessor.ts';
import type { TokenStream } from './preprocess/token-stream.ts';
import type { Location, RecordType, TranslationUnit, Type } from './tree.ts';

export interface FrontEndResult {
  /** null when any diagnostic is an error: then there is nothing to generate code from */
  readonly unit: TranslationUnit | null;
  readonly diagnostics: readonly Diagnostic[];
  /** what could be understood, errors or not: for the editor. A function with an error has `body: null`. */
  readonly partial: TranslationUnit | null;
  /** all tokens with their places; a Location of the tree is an index into it */
  readonly tokens: TokenStream | null;
  /** macros as they stand at the end, by interned name */
  readonly macros: ReadonlyMap<number, Macro>;
  /** file-scope names at the end, by interned name */
  readonly symbols: ReadonlyMap<number, NamedSymbol>;
  /** which declaration a name in a function's body means, by its token */
  readonly references: ReadonlyMap<Location, NamedSymbol>;
  /** in which record a member was looked for, by the token of its name */
  readonly memberUses: ReadonlyMap<Location, RecordType>;
  /** every ordinary name and every tag that was declared, in order, whatever its scope */
  readonly declared: readonly NamedSymbol[];
  readonly tags: readonly TagSymbol[];
  /** the names in sight where `probe` stands in an expression; null when it was not met */
  readonly inSight: ReadonlyMap<number, NamedSymbol> | null;
  /** the type that a value has to have there; null where nothing says so */
  readonly expected: Type | null;
}

const NOTHING = {
  unit: null,
  partial: null,
  tokens: null,
  macros: new Map(),
  symbols: new Map(),
  references: new Map(),
  memberUses: new Map(),
  declared: [],
  tags: [],
  inSight: null,
  expected: null,
};

/** Preprocesses, parses and checks one unit. Bad input gives diagnostics, never an exception. */
export function parseUnit(options: CompileOptions): FrontEndResult {
  const reporter = new Reporter(isSystemPath);
  const text = options.files.get(options.main);
  if (text === undefined) {
    reporter.report('no-main-file', null, { file: options.main });
    return { ...NOTHING, diagnostics: reporter.diagnostics };
  }
  const target = options.target ?? 'bpf';
  const preprocessor = new Preprocessor(
    {
      files: options.files,
      main: options.main,
      includePaths: options.includePaths ?? [],
      defines: options.defines ?? {},
      builtinHeaders: options.builtinHeaders ?? true,
      cpu: options.cpu ?? 'v3',
      target,
    },
    reporter,
  );
  const tokens = preprocessor.run(text);
  const { macros } = preprocessor.expander;
  if (reporter.stopped) return { ...NOTHING, diagnostics: reporter.diagnostics, tokens, macros };
  markBracketAttributes(tokens.kinds, tokens.count);
  const parser = new Parser(tokens, reporter, TARGETS[target]);
  if (options.probe !== undefined) parser.probe = intern(options.probe);
  const partial = parseTranslationUnit(parser, options.main);
  return {
    unit: reporter.errors === 0 ? partial : null,
    diagnostics: reporter.diagnostics,
    partial,
    tokens,
    macros,
    get symbols(): ReadonlyMap<number, NamedSymbol> {
      return parser.scopes.ordinary.all();
    },
    references: parser.references,
    memberUses: parser.memberUses,
    get declared(): readonly NamedSymbol[] {
      parser.scopes.ordinary.all();
      return parser.scopes.ordinary.declared;
    },
    get tags(): readonly TagSymbol[] {
      parser.scopes.tags.all();
      return parser.scopes.tags.declared;
    },
    inSight: parser.inSight,
    expected: parser.expected,
  };
}
