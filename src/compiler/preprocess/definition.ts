// What a #define line says: a macro's name, its parameters and its body (C11 6.10.3).
import type { MessageArguments, MessageKey } from '../check/messages.ts';
import { intern, textOf } from './interner.ts';
import type { RawTokens } from './lexer.ts';
import { VA_ARGS, tokenText } from './macro.ts';
import type { Macro, PPToken } from './macro.ts';
import * as T from './token.ts';

/** A directive's line, by indices into the raw tokens of its file, and where its faults are told. */
export interface DirectiveLine {
  readonly raw: () => RawTokens;
  readonly placeOf: (index: number) => number;
  /** just behind the token before `end` */
  readonly placeBehind: (end: number) => number;
  readonly tokens: (from: number, end: number) => PPToken[];
  readonly report: <K extends MessageKey>(key: K, place: number, args: MessageArguments<K>) => void;
}

export const DEFINED = intern('defined');

/** The name that a directive's token is; null after a complaint where it is none that a macro may have. */
export function macroName(line: DirectiveLine, index: number, end: number): number | null {
  const raw = line.raw();
  if (index >= end) {
    line.report('macro-name-missing', line.placeBehind(end), {});
    return null;
  }
  if (raw.kinds[index] !== T.IDENTIFIER) {
    line.report('macro-name-not-identifier', line.placeOf(index), {});
    return null;
  }
  const id = raw.values[index] as number;
  if (id !== DEFINED) return id;
  line.report('defined-as-macro', line.placeOf(index), {});
  return null;
}

/** name ("(" parameters ")")? body; null after a complaint. A parenthesis right behind the name opens the parameters. */
export function readDefinition(line: DirectiveLine, from: number, end: number): Macro | null {
  const raw = line.raw();
  const id = macroName(line, from, end);
  if (id === null) return null;
  let i = from + 1;
  let parameters: number[] | null = null;
  let variadic = false;
  if (i < end && raw.kinds[i] === T.LPAREN && raw.flags[i] === 0) {
    parameters = [];
    i++;
    for (let first = true; ; first = false) {
      if (first && raw.kinds[i] === T.RPAREN && i < end) break;
      if (i >= end) {
        line.report('macro-parameter-list', line.placeBehind(end), {});
        return null;
      }
      if (raw.kinds[i] === T.ELLIPSIS) {
        parameters.push(VA_ARGS);
        variadic = true;
        i++;
      } else if (raw.kinds[i] === T.IDENTIFIER) {
        const parameter = raw.values[i] as number;
        if (parameters.includes(parameter)) {
          line.report('macro-parameter-duplicate', line.placeOf(i), { name: textOf(parameter) });
        }
        parameters.push(parameter);
        i++;
        if (i < end && raw.kinds[i] === T.ELLIPSIS) {
          variadic = true;
          i++;
        }
      } else {
        line.report('macro-parameter-invalid', line.placeOf(i), {});
        return null;
      }
      if (i < end && raw.kinds[i] === T.RPAREN) break;
      if (i >= end || variadic || raw.kinds[i] !== T.COMMA) {
        line.report('macro-parameter-comma', i < end ? line.placeOf(i) : line.placeBehind(end), {});
        return null;
      }
      i++;
    }
    i++;
  }
  const body = line.tokens(i, end);
  if (!bodyIsSound(line, body, parameters, variadic)) return null;
  return { id, parameters, variadic, body, place: line.placeOf(from), builtin: null, disabled: false };
}

/** Do `#` and `##` stand where they may? */
function bodyIsSound(
  line: DirectiveLine,
  body: readonly PPToken[],
  parameters: readonly number[] | null,
  variadic: boolean,
): boolean {
  const first = body[0];
  const last = body[body.length - 1];
  if (first?.kind === T.HASH_HASH) line.report('paste-at-start', first.place as number, {});
  else if (last?.kind === T.HASH_HASH) line.report('paste-at-end', last.place as number, {});
  else if (parameters) {
    const wrong = body.findIndex((token, i) => {
      if (token.kind !== T.HASH) return false;
      const next = body[i + 1];
      if (next?.kind !== T.IDENTIFIER) return true;
      return !parameters.includes(next.id) && !(variadic && tokenText(next) === '__VA_OPT__');
    });
    if (wrong < 0) return true;
    line.report('hash-not-parameter', (body[wrong + 1] ?? (body[wrong] as PPToken)).place as number, {});
  } else return true;
  return false;
}
