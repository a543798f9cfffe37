// Declarations in headers that wait to be read until a program uses what they declare: of a header's two hundred helpers it calls three.
// Here their names are found without reading them.
import type { Location } from '../tree.ts';
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import type { Parser } from './parser.ts';
import { declareRecord, endOfAttributes, postponeMembers, skipMembers } from './records.ts';
import { isTypeWord } from './specifiers.ts';

/**
 * Passes over the declaration where the parser stands, leaving its names to be read when they are asked for. False, and nothing done, where
 * that could make a difference: outside of headers, and where the text is not of a plain form or names a type that is not declared.
 */
export function postpone(p: Parser): boolean {
  const start = p.position;
  switch (p.kind) {
    case T.STRUCT:
    case T.UNION:
      return p.inHeader(start) && postponeRecord(p, start);
    case T.ENUM:
      return p.inHeader(start) && postponeEnum(p, start);
    case T.TYPEDEF:
    case T.STATIC:
    case T.EXTERN:
      return p.inHeader(start) && postponeName(p, start, p.kind);
    default:
      return false;
  }
}

/** ("struct" | "union") tag ("{" members "}" attributes?)? ";" */
function postponeRecord(p: Parser, start: Location): boolean {
  const { kinds, values } = p;
  const union = kinds[start] === T.UNION;
  if (kinds[start + 1] !== T.IDENTIFIER) return false;
  const tag = values[start + 1] as number;
  if (kinds[start + 2] === T.SEMICOLON) {
    if (p.scopes.tags.has(tag)) return false;
    declareRecord(p, tag, union, start + 1);
    p.rewind(start + 2);
  } else if (kinds[start + 2] !== T.LBRACE || !postponeMembers(p, tag, union, start + 1)) return false;
  p.advance();
  return true;
}

/** "enum" tag? "{" (name ("=" constant)?)* "}" ";" */
function postponeEnum(p: Parser, start: Location): boolean {
  const { kinds, values } = p;
  const { ordinary, tags } = p.scopes;
  const tag = kinds[start + 1] === T.IDENTIFIER ? (values[start + 1] as number) : 0;
  let at = tag === 0 ? start + 1 : start + 2;
  if (kinds[at] !== T.LBRACE || kinds[at + 1] === T.RBRACE || (tag !== 0 && tags.has(tag))) return false;
  const names: number[] = [];
  for (at++; kinds[at] !== T.RBRACE; at++) {
    const name = values[at] as number;
    if (kinds[at] !== T.IDENTIFIER || ordinary.has(name)) return false;
    names.push(name);
    if (kinds[++at] === T.ASSIGN) {
      for (at++; kinds[at] !== T.COMMA && kinds[at] !== T.RBRACE; at++) {
        const kind = kinds[at] as number;
        if (kind === T.IDENTIFIER && !ordinary.has(values[at] as number) && !names.includes(values[at] as number))
          return false;
        if (kind === T.LBRACE || kind === T.LPAREN || kind === T.PRAGMA || kind === T.SEMICOLON || kind === T.END)
          return false;
      }
    }
    if (kinds[at] === T.RBRACE) break;
    if (kinds[at] !== T.COMMA) return false;
  }
  const end = endOfAttributes(kinds, at + 1);
  if (kinds[end] !== T.SEMICOLON) return false;
  for (const name of names) ordinary.postpone(name, start);
  if (tag !== 0) tags.postpone(tag, start);
  p.rewind(end);
  p.advance();
  return true;
}

/** A typedef, a function, or a variable that nothing but its uses asks for: one name, in its own or in parentheses. */
function postponeName(p: Parser, start: Location, storage: number): boolean {
  const { kinds, values } = p;
  const { ordinary, tags } = p.scopes;
  const forward: { readonly tag: number; readonly union: boolean; readonly at: Location }[] = [];
  let hasType = false;
  let name = 0;
  let isFunction = false;
  let at = start + 1;
  for (; kinds[at] !== T.SEMICOLON; at++) {
    const kind = kinds[at] as number;
    switch (kind) {
      case T.CONST:
      case T.VOLATILE:
      case T.STAR:
      case T.INLINE:
      case T.EXTENSION:
        continue;
      case T.IDENTIFIER:
        if (hasType) {
          if (name !== 0) return false;
          name = values[at] as number;
        } else if (!ordinary.has(values[at] as number)) return false;
        hasType = true;
        continue;
      case T.STRUCT:
      case T.UNION:
        hasType = true;
        if (kinds[at + 1] === T.LBRACE) {
          const close = storage === T.TYPEDEF ? skipMembers(p, at + 1) : null;
          if (close === null) return false;
          at = close;
          continue;
        }
        if (kinds[at + 1] !== T.IDENTIFIER || kinds[at + 2] === T.LBRACE) return false;
        at++;
        forward.push({ tag: values[at] as number, union: kind === T.UNION, at });
        continue;
      case T.ENUM:
        hasType = true;
        if (kinds[++at] !== T.IDENTIFIER || !tags.has(values[at] as number)) return false;
        continue;
      case T.ATTRIBUTE: {
        const end = endOfAttributes(kinds, at);
        if (storage === T.STATIC && asksToBeKept(p, at, end)) return false;
        at = end - 1;
        continue;
      }
      case T.LBRACKET:
        if (kinds[at + 1] === T.NUMBER && kinds[at + 2] === T.RBRACKET) at += 2;
        else if (kinds[at + 1] === T.RBRACKET) at++;
        else return false;
        continue;
      case T.LPAREN:
        if (name === 0) {
          if (kinds[++at] !== T.STAR) return false;
          if (kinds[at + 1] === T.CONST) at++;
          if (kinds[at + 1] !== T.IDENTIFIER || kinds[at + 2] !== T.RPAREN) return false;
          name = values[at + 1] as number;
          at += 2;
        } else {
          const close = isFunction ? null : endOfParameters(p, at);
          if (close === null) return false;
          isFunction = true;
          at = close;
        }
        continue;
      case T.ASSIGN:
        if (storage !== T.STATIC) return false;
        for (at++; kinds[at] !== T.SEMICOLON; at++) {
          const part = kinds[at] as number;
          if (part !== T.NUMBER && part !== T.LPAREN && part !== T.RPAREN && part !== T.VOID && part !== T.STAR)
            return false;
        }
        at--;
        continue;
      case T.LBRACE: {
        if (storage !== T.STATIC || !isFunction) return false;
        const close = endOfBody(kinds, at);
        if (close === null) return false;
        at = close;
        break;
      }
      default:
        if (!isTypeWord(kind)) return false;
        hasType = true;
        continue;
    }
    break;
  }
  if (name === 0 || ordinary.has(name)) return false;
  for (const { tag, union, at: place } of forward) if (!tags.has(tag)) declareRecord(p, tag, union, place);
  ordinary.postpone(name, start);
  p.rewind(at);
  p.advance();
  return true;
}

/** An attribute by which a static object is there though nothing uses it. */
function asksToBeKept(p: Parser, from: Location, end: Location): boolean {
  for (let at = from; at < end; at++) if (/used|section|constructor/.test(textOf(p.values[at] as number))) return true;
  return false;
}

/** The parenthesis that closes a parameter list all of whose types are declared; null where one is not, or where there is more to it. */
function endOfParameters(p: Parser, open: Location): Location | null {
  const { kinds, values } = p;
  let depth = 0;
  for (let at = open; ; at++) {
    switch (kinds[at]) {
      case T.LPAREN:
        depth++;
        break;
      case T.RPAREN:
        if (--depth === 0) return at;
        break;
      case T.STRUCT:
      case T.UNION:
      case T.ENUM:
        if (kinds[++at] !== T.IDENTIFIER || !p.scopes.tags.has(values[at] as number)) return null;
        break;
      case T.IDENTIFIER: {
        const before = kinds[at - 1] as number;
        const namesType = before === T.LPAREN || before === T.COMMA || before === T.CONST || before === T.VOLATILE;
        if (namesType && !p.scopes.ordinary.has(values[at] as number)) return null;
        break;
      }
      case T.LBRACE:
      case T.SEMICOLON:
      case T.PRAGMA:
      case T.END:
      case T.STRAY:
        return null;
    }
  }
}

/** The brace that closes a function's body; null where a pragma stands in it. */
function endOfBody(kinds: Uint8Array, open: Location): Location | null {
  let depth = 0;
  for (let at = open; ; at++) {
    const kind = kinds[at] as number;
    if (kind === T.LBRACE) depth++;
    else if (kind === T.RBRACE && --depth === 0) return at;
    else if (kind === T.PRAGMA || kind === T.END) return null;
  }
}
