// The value of an #if expression: 64-bit integers, signed or unsigned (C11 6.10.1).
import { parseCharacter, parseInteger } from '../parse/literals.ts';
import type { MessageKey } from '../check/messages.ts';
import { textOf } from './interner.ts';
import type { PPToken } from './macro.ts';
import * as T from './token.ts';

const MAX_DEPTH = 256;

interface Value {
  readonly value: bigint;
  readonly unsigned: boolean;
}

/** Binding strength of binary operators, as in C. */
const STRENGTH: Readonly<Record<number, number>> = {
  [T.STAR]: 10, [T.SLASH]: 10, [T.PERCENT]: 10, [T.PLUS]: 9, [T.MINUS]: 9, [T.SHIFT_LEFT]: 8, [T.SHIFT_RIGHT]: 8,
  [T.LESS]: 7, [T.GREATER]: 7, [T.LESS_EQUAL]: 7, [T.GREATER_EQUAL]: 7, [T.EQUAL_EQUAL]: 6, [T.NOT_EQUAL]: 6,
  [T.AMP]: 5, [T.CARET]: 4, [T.PIPE]: 3, [T.AMP_AMP]: 2, [T.PIPE_PIPE]: 1,
}; // prettier-ignore

class ConditionError extends Error {
  readonly key: MessageKey;
  readonly at: PPToken | undefined;
  readonly args: Readonly<Record<string, string>>;
  constructor(key: MessageKey, at: PPToken | undefined, args: Readonly<Record<string, string>> = {}) {
    super(key);
    this.key = key;
    this.at = at;
    this.args = args;
  }
}

export type ConditionResult =
  | { readonly ok: true; readonly value: boolean }
  | {
      readonly ok: false;
      readonly key: MessageKey;
      readonly at: PPToken | undefined;
      readonly args: Readonly<Record<string, string>>;
    };

/** Evaluates the tokens of an #if line, in which macros are expanded and `defined` is answered. */
export function evaluateCondition(tokens: readonly PPToken[]): ConditionResult {
  let next = 0;
  let depth = 0;
  try {
    const result = conditional(true);
    if (next < tokens.length) throw new ConditionError('pp-bad-operator', tokens[next]);
    return { ok: true, value: result.value !== 0n };
  } catch (problem) {
    if (problem instanceof ConditionError) return { ok: false, key: problem.key, at: problem.at, args: problem.args };
    throw problem;
  }

  function wrap(value: bigint, unsigned: boolean): Value {
    return { value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), unsigned };
  }

  /** `live`: false behind a short circuit, where a division by zero is no matter */
  function conditional(live: boolean): Value {
    if (++depth > MAX_DEPTH) throw new ConditionError('pp-too-deep', tokens[next]);
    const condition = binary(1, live);
    if (tokens[next]?.kind !== T.QUESTION) {
      depth--;
      return condition;
    }
    next++;
    const then = conditional(live && condition.value !== 0n);
    if (tokens[next]?.kind !== T.COLON) throw new ConditionError('pp-missing-colon', tokens[next]);
    next++;
    const otherwise = conditional(live && condition.value === 0n);
    depth--;
    return wrap(condition.value !== 0n ? then.value : otherwise.value, then.unsigned || otherwise.unsigned);
  }

  function binary(strength: number, live: boolean): Value {
    let left = unary(live);
    for (;;) {
      const operator = tokens[next];
      const binding = operator ? (STRENGTH[operator.kind] ?? 0) : 0;
      if (!operator || binding < strength) return left;
      next++;
      const reached =
        operator.kind === T.AMP_AMP ? left.value !== 0n : operator.kind === T.PIPE_PIPE ? left.value === 0n : true;
      const right = binary(binding + 1, live && reached);
      left = combine(operator, left, right, live);
    }
  }

  function combine(operator: PPToken, left: Value, right: Value, live: boolean): Value {
    const unsigned = left.unsigned || right.unsigned;
    const a = wrap(left.value, unsigned).value;
    const b = wrap(right.value, unsigned).value;
    const truth = (value: boolean): Value => ({ value: value ? 1n : 0n, unsigned: false });
    switch (operator.kind) {
      case T.STAR:
        return wrap(a * b, unsigned);
      case T.SLASH:
      case T.PERCENT:
        if (b === 0n) {
          if (live) throw new ConditionError('pp-division', operator);
          return wrap(0n, unsigned);
        }
        return wrap(operator.kind === T.SLASH ? a / b : a % b, unsigned);
      case T.PLUS:
        return wrap(a + b, unsigned);
      case T.MINUS:
        return wrap(a - b, unsigned);
      case T.SHIFT_LEFT:
        return wrap(left.value << (right.value & 63n), left.unsigned);
      case T.SHIFT_RIGHT:
        return wrap(left.value >> (right.value & 63n), left.unsigned);
      case T.LESS:
        return truth(a < b);
      case T.GREATER:
        return truth(a > b);
      case T.LESS_EQUAL:
        return truth(a <= b);
      case T.GREATER_EQUAL:
        return truth(a >= b);
      case T.EQUAL_EQUAL:
        return truth(a === b);
      case T.NOT_EQUAL:
        return truth(a !== b);
      case T.AMP:
        return wrap(a & b, unsigned);
      case T.CARET:
        return wrap(a ^ b, unsigned);
      case T.PIPE:
        return wrap(a | b, unsigned);
      case T.AMP_AMP:
        return truth(a !== 0n && b !== 0n);
      default:
        return truth(a !== 0n || b !== 0n);
    }
  }

  function unary(live: boolean): Value {
    const token = tokens[next];
    if (!token) throw new ConditionError('pp-expected-value', undefined);
    next++;
    switch (token.kind) {
      case T.PLUS:
      case T.MINUS:
      case T.TILDE:
      case T.BANG: {
        if (++depth > MAX_DEPTH) throw new ConditionError('pp-too-deep', token);
        const operand = unary(live);
        depth--;
        if (token.kind === T.BANG) return { value: operand.value === 0n ? 1n : 0n, unsigned: false };
        if (token.kind === T.PLUS) return operand;
        return wrap(token.kind === T.MINUS ? -operand.value : ~operand.value, operand.unsigned);
      }
      case T.LPAREN: {
        const inner = conditional(live);
        if (tokens[next]?.kind !== T.RPAREN) throw new ConditionError('pp-missing-paren', tokens[next]);
        next++;
        return inner;
      }
      case T.NUMBER: {
        const number = parseInteger(textOf(token.id));
        if (!number) throw new ConditionError('pp-float', token);
        return wrap(number.value, number.unsigned || number.value >= 1n << 63n);
      }
      case T.CHARACTER:
        return wrap(BigInt(parseCharacter(textOf(token.id)).value), false);
      case T.IDENTIFIER:
        // Whatever is still a name counts as 0; with parentheses behind it, a macro was meant.
        if (tokens[next]?.kind === T.LPAREN) {
          throw new ConditionError('pp-function-macro-undefined', token, { name: textOf(token.id) });
        }
        return { value: 0n, unsigned: false };
      default:
        throw new ConditionError('pp-bad-start', token);
    }
  }
}
