// Macros: how a definition is kept, and what its body becomes for given arguments (C11 6.10.3, with GNU's extensions).
import { hashStep, intern, internRange, textOf } from './interner.ts';
import { lex } from './lexer.ts';
import * as T from './token.ts';
import type { MacroPlace } from './token-stream.ts';

/** A token on its way through macro expansion. */
export interface PPToken {
  /** identifiers are IDENTIFIER here, keywords or not */
  readonly kind: number;
  readonly id: number;
  readonly space: boolean;
  /** it named a macro while that macro was being expanded: it stays what it is */
  readonly noExpand: boolean;
  readonly place: number | MacroPlace;
}

export interface Macro {
  readonly id: number;
  /** null: object-like */
  readonly parameters: readonly number[] | null;
  /** the last parameter takes all further arguments */
  readonly variadic: boolean;
  readonly body: readonly PPToken[];
  /** place of the name in its #define; -1 for predefined ones */
  readonly place: number;
  /** computes its tokens (__LINE__, __has_builtin, …) */
  readonly builtin: string | null;
  /** it is being expanded */
  disabled: boolean;
}

export const VA_ARGS = intern('__VA_ARGS__');
export const VA_OPT = intern('__VA_OPT__');

export function tokenText(token: PPToken): string {
  return T.punctuatorText(token.kind) || textOf(token.id);
}

/** Are two definitions the same, as C allows to repeat one? */
export function sameMacro(a: Macro, b: Macro): boolean {
  if (a.body.length !== b.body.length || a.variadic !== b.variadic) return false;
  if ((a.parameters === null) !== (b.parameters === null)) return false;
  if (a.parameters && b.parameters) {
    if (a.parameters.length !== b.parameters.length) return false;
    for (let i = 0; i < a.parameters.length; i++) if (a.parameters[i] !== b.parameters[i]) return false;
  }
  return a.body.every((token, i) => {
    const other = b.body[i] as PPToken;
    return token.kind === other.kind && token.id === other.id && (i === 0 || token.space === other.space);
  });
}

/** `#parameter`: the argument as a string literal. */
export function stringify(argument: readonly PPToken[], space: boolean, place: number | MacroPlace): PPToken {
  let text = '"';
  argument.forEach((token, i) => {
    if (i > 0 && token.space) text += ' ';
    const spelling = tokenText(token);
    text += token.kind === T.STRING || token.kind === T.CHARACTER ? spelling.replace(/["\\]/g, '\\$&') : spelling;
  });
  // A lone backslash at the end would swallow the quote.
  if (/(^|[^\\])(\\\\)*\\$/.test(text)) text += '\\';
  return { kind: T.STRING, id: intern(text + '"'), space, noExpand: false, place };
}

/** `left ## right`; null when the two do not form one token. */
export function paste(left: PPToken, right: PPToken, place: number | MacroPlace): PPToken | null {
  if (left.kind === T.PLACEMARKER) return { ...right, space: left.space };
  if (right.kind === T.PLACEMARKER) return left;
  const text = tokenText(left) + tokenText(right);
  const plain = { space: left.space, noExpand: false, place };
  if (left.kind === T.IDENTIFIER && right.kind === T.IDENTIFIER) {
    let hash = 0;
    for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
    return { kind: T.IDENTIFIER, id: internRange(text, 0, text.length, hash), ...plain };
  }
  const raw = lex(text);
  if (raw.count !== 1 || raw.kinds[0] === T.STRAY || raw.problems.length > 0) return null;
  return { kind: raw.kinds[0] as number, id: raw.values[0] as number, ...plain };
}

/** What a substitution needs from the expansion around it. */
export interface SubstitutionHost {
  /** the argument fully macro-expanded; computed when first asked for */
  expanded(index: number): readonly PPToken[];
  argument(index: number): readonly PPToken[];
  /** no argument was given for the variadic parameter, not even an empty one */
  readonly variadicAbsent: boolean;
  placeOf(bodyToken: PPToken): number | MacroPlace;
  /** an argument's token as it stands in this expansion */
  argumentPlace(token: PPToken): number | MacroPlace;
  invalidPaste(at: PPToken, text: string): void;
}

/** The body with parameters replaced, `#` and `##` done; not yet rescanned. */
export function substitute(macro: Macro, host: SubstitutionHost): PPToken[] {
  const parameters = macro.parameters;
  const variadicIndex = macro.variadic && parameters ? parameters.length - 1 : -1;
  const result = replace(0, macro.body.length);
  return result.some((token) => token.kind === T.PLACEMARKER) ? result.filter((t) => t.kind !== T.PLACEMARKER) : result;

  function parameterOf(token: PPToken | undefined): number {
    return token && token.kind === T.IDENTIFIER && parameters ? parameters.indexOf(token.id) : -1;
  }

  function closing(open: number, end: number): number {
    let depth = 0;
    for (let i = open; i < end; i++) {
      const { kind } = macro.body[i] as PPToken;
      if (kind === T.LPAREN) depth++;
      else if (kind === T.RPAREN && --depth === 0) return i;
    }
    return end;
  }

  /** The tokens that body[i…] stands for, as an operand of ## (or not), and the index behind it. */
  function operand(i: number, end: number, pasted: boolean): { tokens: PPToken[]; next: number } {
    const token = macro.body[i] as PPToken;
    const place = host.placeOf(token);
    const marker: PPToken = { kind: T.PLACEMARKER, id: 0, space: token.space, noExpand: false, place };
    if (token.kind === T.HASH && parameters) {
      const next = macro.body[i + 1];
      const index = parameterOf(next);
      if (index >= 0) return { tokens: [stringify(host.argument(index), token.space, place)], next: i + 2 };
      if (next?.kind === T.IDENTIFIER && next.id === VA_OPT) {
        const inner = operand(i + 1, end, false);
        return {
          tokens: [
            stringify(
              inner.tokens.filter((t) => t.kind !== T.PLACEMARKER),
              token.space,
              place,
            ),
          ],
          next: inner.next,
        };
      }
    }
    if (
      token.kind === T.IDENTIFIER &&
      token.id === VA_OPT &&
      variadicIndex >= 0 &&
      macro.body[i + 1]?.kind === T.LPAREN
    ) {
      const close = closing(i + 1, end);
      const present = host.expanded(variadicIndex).length > 0;
      return { tokens: present ? replace(i + 2, close) : [marker], next: close + 1 };
    }
    const index = parameterOf(token);
    if (index < 0) return { tokens: [{ ...token, place }], next: i + 1 };
    const source = pasted ? host.argument(index) : host.expanded(index);
    if (source.length === 0) return { tokens: [marker], next: i + 1 };
    const tokens = source.map((t, k) => ({
      ...t,
      space: k === 0 ? token.space : t.space,
      place: host.argumentPlace(t),
    }));
    return { tokens, next: i + 1 };
  }

  function replace(from: number, end: number): PPToken[] {
    const out: PPToken[] = [];
    let i = from;
    while (i < end) {
      const token = macro.body[i] as PPToken;
      const isPaste = token.kind === T.HASH_HASH && i > from && i + 1 < end;
      if (isPaste) {
        const right = operand(i + 1, end, true);
        const left = out[out.length - 1];
        const first = right.tokens[0];
        // GNU: `, ## __VA_ARGS__` drops the comma when there are no further arguments, and pastes nothing otherwise.
        if (left?.kind === T.COMMA && parameterOf(macro.body[i + 1]) === variadicIndex && variadicIndex >= 0) {
          if (first?.kind === T.PLACEMARKER && host.variadicAbsent) out.pop();
          else for (const t of right.tokens) out.push(t);
        } else if (left && first) {
          const joined = paste(left, first, host.placeOf(token));
          if (joined) out[out.length - 1] = joined;
          else {
            host.invalidPaste(token, tokenText(left) + tokenText(first));
            out.push(first);
          }
          for (let k = 1; k < right.tokens.length; k++) out.push(right.tokens[k] as PPToken);
        } else {
          for (const t of right.tokens) out.push(t);
        }
        i = right.next;
        continue;
      }
      const pasteFollows = macro.body[i + 1]?.kind === T.HASH_HASH && i + 2 < end;
      const piece = operand(i, end, pasteFollows);
      for (const t of piece.tokens) out.push(t);
      i = piece.next;
    }
    return out;
  }
}
