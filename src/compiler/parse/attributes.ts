// __attribute__((…)) and _Alignas: what the attributes say, collected for whoever declares something.
import type { Attributes, Location, Type } from '../tree.ts';
import * as T from '../preprocess/token.ts';
import { isKnownAttribute } from './attribute-names.ts';
import { parseConstant } from './expressions.ts';
import { parseTypeName } from './declarations.ts';
import { isTypeStart } from './specifiers.ts';
import { parseString } from './literals.ts';
import type { Parser } from './parser.ts';
import { alignOf } from '../check/types.ts';

/** Everything that attributes said so far about one declaration. */
export class AttributeSet {
  section: string | null = null;
  alwaysInline = false;
  noInline = false;
  weak = false;
  used = false;
  unused = false;
  naked = false;
  hidden = false;
  /** bytes; the strictest of all `aligned` */
  align: number | null = null;
  packed = false;
  preserveAccessIndex = false;
  transparentUnion = false;
  fallthrough = false;
  /** bytes of the integer that mode(…) asks for */
  mode: number | null = null;
  /** the function's interned name, and where it stands */
  cleanup: { readonly id: number; readonly at: Location } | null = null;
  readonly declTags: string[] = [];
  readonly typeTags: string[] = [];
  at: Location = -1;

  /** Those that the tree keeps; another set (of an earlier declaration, of the specifiers) is merged in. */
  toTree(other: Attributes | AttributeSet | null = null): Attributes {
    return {
      section: this.section ?? other?.section ?? null,
      alwaysInline: this.alwaysInline || (other?.alwaysInline ?? false),
      noInline: this.noInline || (other?.noInline ?? false),
      weak: this.weak || (other?.weak ?? false),
      used: this.used || (other?.used ?? false),
      naked: this.naked || (other?.naked ?? false),
      hidden: this.hidden || (other?.hidden ?? false),
      align: Math.max(this.align ?? 0, other?.align ?? 0) || null,
      declTags: other
        ? [...other.declTags, ...this.declTags.filter((tag) => !other.declTags.includes(tag))]
        : this.declTags,
    };
  }
}

const MODES: Readonly<Record<string, number>> = { QI: 1, byte: 1, HI: 2, SI: 4, DI: 8, word: 8, pointer: 8, TI: 16 };

/** attributes = ("__attribute__" "((" list "))" | "[[" list "]]")*, list = (attribute ("," attribute)*)?; adds to `set`, or makes one when needed */
export function parseAttributes(p: Parser, into: AttributeSet | null): AttributeSet | null {
  let set = into;
  while (p.kind === T.ATTRIBUTE || p.kind === T.ALIGNAS) {
    set ??= new AttributeSet();
    set.at = p.position;
    if (p.kind === T.ALIGNAS) {
      parseAlignas(p, set);
      continue;
    }
    p.advance();
    const open = p.position;
    const close = p.kind === T.LBRACKET ? T.RBRACKET : T.RPAREN;
    if (close === T.RBRACKET) p.advance();
    else {
      p.expect(T.LPAREN);
      p.expect(T.LPAREN);
    }
    while (p.kind !== close) {
      if (!p.accept(T.COMMA)) {
        // [[gnu::used]]: the prefix says whose it is
        if (p.peek() === T.COLON && p.peek(2) === T.COLON) for (let i = 0; i < 3; i++) p.advance();
        parseAttribute(p, set);
        if (p.kind !== T.COMMA && p.kind !== close) p.expectClosing(close, open);
      }
    }
    p.expectClosing(close, open);
    p.expectClosing(close, open);
  }
  return set;
}

/** `[[` begins C23's attributes and nothing else: from here on it is read as `__attribute__` would be. */
export function markBracketAttributes(kinds: Uint8Array, count: number): void {
  for (let at = kinds.indexOf(T.LBRACKET); at >= 0 && at < count; at = kinds.indexOf(T.LBRACKET, at + 1)) {
    if (kinds[at + 1] === T.LBRACKET) kinds[at++] = T.ATTRIBUTE;
  }
}

function parseAlignas(p: Parser, set: AttributeSet): void {
  p.advance();
  const open = p.position;
  p.expect(T.LPAREN);
  const at = p.position;
  const bytes = isTypeStart(p) ? alignOf(parseTypeName(p)) : Number(parseConstant(p) ?? 0n);
  setAlignment(p, set, bytes, at);
  p.expectClosing(T.RPAREN, open);
}

function setAlignment(p: Parser, set: AttributeSet, bytes: number, at: Location): void {
  if (bytes === 0) return;
  if (bytes < 0 || (bytes & (bytes - 1)) !== 0 || bytes > 1 << 28) p.report('alignment-power-of-two', at, {});
  else set.align = Math.max(set.align ?? 0, bytes);
}

/** attribute = word ("(" arguments ")")? */
function parseAttribute(p: Parser, set: AttributeSet): void {
  const at = p.position;
  if (p.kind !== T.IDENTIFIER && !T.isKeyword(p.kind)) p.fail('expected', at, { token: ')' });
  const name = p.text().replace(/^__(.+)__$/, '$1');
  p.advance();
  if (p.kind !== T.LPAREN) {
    applyPlain(p, set, name, at);
    return;
  }
  const open = p.position;
  p.advance();
  switch (name) {
    case 'section':
      set.section = stringArgument(p, name) ?? set.section;
      break;
    case 'btf_decl_tag': {
      const tag = stringArgument(p, name);
      if (tag !== null) set.declTags.push(tag);
      break;
    }
    case 'btf_type_tag': {
      const tag = stringArgument(p, name);
      if (tag !== null) set.typeTags.push(tag);
      break;
    }
    case 'cleanup':
      if (p.kind === T.IDENTIFIER) set.cleanup = { id: p.value, at: p.position };
      break;
    case 'visibility':
      set.hidden = stringArgument(p, name) === 'hidden';
      break;
    case 'aligned': {
      const place = p.position;
      setAlignment(p, set, Number(parseConstant(p) ?? 0n), place);
      break;
    }
    case 'mode': {
      const mode = p.text().replace(/^__(.+)__$/, '$1');
      set.mode = MODES[mode] ?? null;
      p.advance();
      break;
    }
    default:
      if (isKnownAttribute(name)) applyPlain(p, set, name, at);
      else p.report('unknown-attribute', at, { name });
      skipArguments(p);
      p.expectClosing(T.RPAREN, open);
      return;
  }
  if (p.kind !== T.RPAREN) skipArguments(p);
  p.expectClosing(T.RPAREN, open);
}

/** To the `)` that closes the current level. */
function skipArguments(p: Parser): void {
  for (let depth = 0; p.kind !== T.END; p.advance()) {
    if (p.kind === T.LPAREN) depth++;
    else if (p.kind === T.RPAREN && depth-- === 0) return;
    else if (p.kind === T.SEMICOLON || p.kind === T.LBRACE) return;
  }
}

function stringArgument(p: Parser, name: string): string | null {
  if (p.kind === T.STRAY) p.failOnStray();
  if (p.kind !== T.STRING) {
    p.report('attribute-wants-string', p.position, { name });
    return null;
  }
  let text = '';
  while (p.kind === T.STRING) {
    text += String.fromCharCode(...parseString(p.text(), 1).units);
    p.advance();
  }
  return text;
}

function applyPlain(p: Parser, set: AttributeSet, name: string, at: Location): void {
  switch (name) {
    case 'always_inline':
      set.alwaysInline = true;
      return;
    case 'noinline':
      set.noInline = true;
      return;
    case 'packed':
      set.packed = true;
      return;
    case 'aligned':
      // The target's largest useful alignment.
      set.align = Math.max(set.align ?? 0, 8);
      return;
    case 'preserve_access_index':
      set.preserveAccessIndex = true;
      return;
    case 'used':
    case 'retain':
      set.used = true;
      return;
    case 'unused':
      set.unused = true;
      return;
    case 'weak':
      set.weak = true;
      return;
    case 'naked':
      set.naked = true;
      return;
    case 'transparent_union':
      set.transparentUnion = true;
      return;
    case 'fallthrough':
      set.fallthrough = true;
      return;
    default:
      if (!isKnownAttribute(name)) p.report('unknown-attribute', at, { name });
  }
}

/** asm("name") behind a declarator: the symbol's name in the object. */
export function parseAsmLabel(p: Parser): string | null {
  if (p.kind !== T.ASM) return null;
  p.advance();
  const open = p.position;
  p.expect(T.LPAREN);
  const name = stringArgument(p, 'asm');
  p.expectClosing(T.RPAREN, open);
  return name;
}

/** Wraps a type in the type tags of an attribute set, which are then used up. */
export function applyTypeTags(type: Type, set: AttributeSet | null): Type {
  if (!set || set.typeTags.length === 0) return type;
  let result = type;
  for (const tag of set.typeTags) result = { kind: 'tagged', tag, target: result };
  set.typeTags.length = 0;
  return result;
}
