// Macros that the compiler computes: places (__LINE__), counters, and questions about the compiler (__has_builtin).
import { isBuiltinFunction } from '../check/builtin-names.ts';
import { isKnownAttribute } from '../parse/attribute-names.ts';
import { intern } from './interner.ts';
import type { Macro, PPToken } from './macro.ts';
import { tokenText } from './macro.ts';
import type { SourcePosition } from '../tree.ts';
import { NUMBER, STRING } from './token.ts';
import type { MacroPlace } from './token-stream.ts';

export interface BuiltinHost {
  expansionPosition(place: number | MacroPlace): SourcePosition;
  readonly mainFile: string;
  includeLevel(): number;
  /** a new number each time, from 0 */
  nextCounter(): number;
  /** can the header be found? `next`: further along the search path than the current file */
  hasInclude(tokens: readonly PPToken[], next: boolean): boolean;
}

const NAMES = [
  '__LINE__', '__FILE__', '__FILE_NAME__', '__BASE_FILE__', '__COUNTER__', '__INCLUDE_LEVEL__', '__DATE__', '__TIME__', '__TIMESTAMP__',
  '__has_builtin', '__has_attribute', '__has_c_attribute', '__has_declspec_attribute', '__has_feature', '__has_extension',
  '__has_include', '__has_include_next', '__has_warning', '__is_identifier', '__building_module', '__has_embed',
]; // prettier-ignore

/** Features and extensions of C that are there. */
const FEATURES = new Set([
  'c_alignas', 'c_alignof', 'c_generic_selections', 'c_static_assert', 'c_atomic', 'attribute_deprecated_with_message',
  'enumerator_attributes', 'statement_attributes_with_gnu_syntax', 'overloadable_unmarked',
]); // prettier-ignore

export function builtinMacros(): Macro[] {
  return NAMES.map((name) => ({
    id: intern(name),
    parameters: null,
    variadic: false,
    body: [],
    place: -1,
    builtin: name,
    disabled: false,
  }));
}

/**
 * What a builtin macro stands for; null when it is not to be expanded (a question without its parentheses).
 * There is no clock here: the date is that of the epoch.
 */
export function builtinMacro(
  name: string,
  token: PPToken,
  host: BuiltinHost,
  readArguments: () => PPToken[] | null,
): PPToken[] | null {
  const result = (kind: number, text: string): PPToken[] => [
    { kind, id: intern(text), space: token.space, noExpand: true, place: token.place },
  ];
  const number = (value: number | boolean): PPToken[] => result(NUMBER, String(Number(value)));
  const quoted = (text: string): PPToken[] => result(STRING, `"${text.replace(/["\\]/g, '\\$&')}"`);
  switch (name) {
    case '__LINE__':
      return number(host.expansionPosition(token.place).line);
    case '__FILE__':
      return quoted(host.expansionPosition(token.place).file);
    case '__FILE_NAME__':
      return quoted(host.expansionPosition(token.place).file.replace(/^.*\//, ''));
    case '__BASE_FILE__':
      return quoted(host.mainFile);
    case '__COUNTER__':
      return number(host.nextCounter());
    case '__INCLUDE_LEVEL__':
      return number(host.includeLevel());
    case '__DATE__':
      return quoted('Jan  1 1970');
    case '__TIME__':
      return quoted('00:00:00');
    case '__TIMESTAMP__':
      return quoted('Thu Jan  1 00:00:00 1970');
  }
  const tokens = readArguments();
  if (!tokens) return null;
  const word = tokens.map(tokenText).join('');
  const plain = word.replace(/^__(.*)__$/, '$1');
  switch (name) {
    case '__has_builtin':
      return number(isBuiltinFunction(word));
    case '__has_attribute':
      return number(isKnownAttribute(plain));
    case '__has_feature':
    case '__has_extension':
      return number(FEATURES.has(plain));
    case '__has_include':
      return number(host.hasInclude(tokens, false));
    case '__has_include_next':
      return number(host.hasInclude(tokens, true));
    case '__is_identifier':
      return number(/^[A-Za-z_$][\w$]*$/.test(word));
    default:
      return number(0);
  }
}
