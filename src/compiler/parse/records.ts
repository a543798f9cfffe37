// struct, union and enum: their tags, members and enumerators (C11 6.7.2).
import { canonical } from '../tree.ts';
import type { EnumType, IntegerType, Location, Member, RecordType, Type } from '../tree.ts';
import { layoutRecord } from '../check/layout.ts';
import type { MemberSpecification } from '../check/layout.ts';
import { wrapInteger } from '../check/constants.ts';
import {
  INT,
  LONG,
  POISON, UNSIGNED_CHAR, UNSIGNED_INT, UNSIGNED_LONG, UNSIGNED_SHORT, SIGNED_CHAR, SHORT, integerOf, isComplete, isFunction, isInteger, quotedType, sizeOf,
} from '../check/types.ts'; // prettier-ignore
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';
import { smallDecimal } from './literals.ts';
import { AttributeSet, applyTypeTags, parseAttributes } from './attributes.ts';
import { parseDeclarator } from './declarators.ts';
import { parseStaticAssert } from './declarations.ts';
import { parseConstant } from './expressions.ts';
import type { Parser } from './parser.ts';
import { SyntaxProblem } from './parser.ts';
import { complainUnknownType, isDeclarationStart, parseSpecifiers } from './specifiers.ts';

/** A record whose members may still wait to be read: the first look at them reads them. */
class DeclaredRecord implements RecordType {
  readonly kind = 'record';
  readonly union: boolean;
  readonly tag: string;
  at: Location;
  /** what reads the members */
  waiting: (() => void) | null = null;
  #members: RecordType['members'] = [];
  #size = 0;
  #align = 1;
  #complete = false;
  #packed = false;
  #preserveAccessIndex = false;
  #declTags: readonly string[] = [];

  constructor(tag: string, union: boolean, at: Location) {
    this.tag = tag;
    this.union = union;
    this.at = at;
  }

  #read(): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.();
  }

  define(layout: { members: Member[]; size: number; align: number }, attributes: AttributeSet | null): void {
    this.#members = layout.members;
    this.#size = layout.size;
    this.#align = layout.align;
    this.#packed = attributes?.packed ?? false;
    if (attributes) this.#declTags = [...attributes.declTags];
    this.#complete = true;
  }

  /** What the record has, those have that are defined inside it: between the tokens `from` and `to`. */
  preserveAccess(from: Location, to: Location): void {
    this.#preserveAccessIndex = true;
    for (const member of this.#members) {
      let type: Type = canonical(member.type);
      while (type.kind === 'array') type = canonical(type.element);
      if (!(type instanceof DeclaredRecord) || type.#preserveAccessIndex) continue;
      if (type.at > from && type.at < to) type.preserveAccess(from, to);
    }
  }

  get members(): RecordType['members'] {
    if (this.waiting) this.#read();
    return this.#members;
  }
  get size(): number {
    if (this.waiting) this.#read();
    return this.#size;
  }
  get align(): number {
    if (this.waiting) this.#read();
    return this.#align;
  }
  get complete(): boolean {
    if (this.waiting) this.#read();
    return this.#complete;
  }
  get packed(): boolean {
    if (this.waiting) this.#read();
    return this.#packed;
  }
  get preserveAccessIndex(): boolean {
    if (this.waiting) this.#read();
    return this.#preserveAccessIndex;
  }
  get declTags(): readonly string[] {
    if (this.waiting) this.#read();
    return this.#declTags;
  }
}

const wordOf = (type: RecordType | EnumType): string =>
  type.kind === 'enum' ? 'enum' : type.union ? 'union' : 'struct';

function complainTagKind(p: Parser, existing: RecordType | EnumType, name: string, at: Location): void {
  const notes = existing.at >= 0 ? [p.note('previous-use', existing.at, {})] : [];
  p.report('tag-mismatch', at, { name }, { notes });
}

/** struct-or-union-specifier = ("struct" | "union") attributes? tag? ("{" members "}" attributes?)? */
export function parseRecord(p: Parser, union: boolean): Type {
  const start = p.position;
  p.advance();
  const attributes = parseAttributes(p, null);
  const tag = p.kind === T.IDENTIFIER ? p.value : 0;
  const at = tag !== 0 ? p.position : start;
  if (tag !== 0) p.advance();
  const more = p.kind === T.ATTRIBUTE ? parseAttributes(p, attributes) : attributes;
  if (p.kind !== T.LBRACE) {
    if (tag === 0) p.fail('expected-tag-or-brace', p.position, { brace: '{', word: union ? 'union' : 'struct' });
    return referToRecord(p, tag, union, at, start);
  }
  let record: DeclaredRecord;
  const here = tag === 0 ? undefined : p.scopes.tags.getHere(tag);
  if (here && here instanceof DeclaredRecord && here.union === union && !here.complete && !p.openRecords.has(here))
    record = here;
  else {
    if (here) {
      if (here.kind === 'record' && here.union === union) {
        const notes = here.at >= 0 ? [p.note('previous-definition', here.at, {})] : [];
        p.report(
          p.openRecords.has(here) ? 'nested-redefinition' : 'redefinition',
          at,
          { name: textOf(tag) },
          { notes },
        );
      } else complainTagKind(p, here, textOf(tag), start);
    }
    record = new DeclaredRecord(tag === 0 ? '' : textOf(tag), union, at);
    if (tag !== 0) {
      p.scopes.tags.set(tag, record);
      if (p.scopes.depth === 0) p.types.push(record);
    }
  }
  record.at = at;
  parseMembers(p, record, more);
  return record;
}

/**
 * A vmlinux.h defines ten thousand records, of which a program looks at a few: the members of a record in a dump or in a system header
 * are skipped here, and read when something asks for them. False, and nothing done, where the skipped text might declare a name that
 * outlives it, or set a pragma.
 */
export function postponeMembers(p: Parser, tag: number, union: boolean, at: Location): boolean {
  const { tags } = p.scopes;
  const ours = (known: RecordType | EnumType | undefined): known is DeclaredRecord =>
    known instanceof DeclaredRecord && known.union === union && !known.complete;
  if (tags.has(tag) && !ours(tags.get(tag))) return false;
  const open = at + 1;
  const close = skipMembers(p, open);
  if (close === null) return false;
  const end = endOfAttributes(p.kinds, close + 1);
  if (p.kinds[end] !== T.SEMICOLON) return false;
  // its own members may have mentioned it
  const known = tags.get(tag);
  if (known && !ours(known)) return false;
  const record = known ?? declareRecord(p, tag, union, at);
  record.at = at;
  record.waiting = (): void => p.elsewhere(open, () => parseMembers(p, record, null));
  p.rewind(end);
  return true;
}

/**
 * The closing brace of the members that start with the token `open`, of which none has been read: the structures that they mention are
 * declared. null, and nothing done, where the text might declare a name that outlives it, or set a pragma.
 */
export function skipMembers(p: Parser, open: Location): Location | null {
  const { kinds, values } = p;
  const forward: { tag: number; union: boolean; at: Location }[] = [];
  let at = open;
  for (let depth = 0; ; at++) {
    const kind = kinds[at] as number;
    if (kind === T.LBRACE) depth++;
    else if (kind === T.RBRACE) {
      if (--depth === 0) break;
    } else if (kind === T.STRUCT || kind === T.UNION) {
      if (kinds[at + 1] === T.LBRACE) continue;
      // a tag with attributes, or one that is defined here
      if (kinds[at + 1] !== T.IDENTIFIER || kinds[at + 2] === T.LBRACE) return null;
      const tag = values[at + 1] as number;
      if (!p.scopes.tags.has(tag)) forward.push({ tag, union: kind === T.UNION, at: at + 1 });
    } else if (kind === T.ENUM) {
      const known = kinds[at + 1] === T.IDENTIFIER && p.scopes.tags.has(values[at + 1] as number);
      if (!known || kinds[at + 2] === T.LBRACE) return null;
    } else if (kind === T.PRAGMA || kind === T.END || kind === T.STATIC_ASSERT) return null;
  }
  for (const { tag, union, at: place } of forward) if (!p.scopes.tags.has(tag)) declareRecord(p, tag, union, place);
  return at;
}

/** `struct tag` at file scope, where no such structure has been declared. */
export function declareRecord(p: Parser, tag: number, union: boolean, at: Location): DeclaredRecord {
  const declared = new DeclaredRecord(textOf(tag), union, at);
  p.scopes.tags.set(tag, declared);
  p.types.push(declared);
  return declared;
}

/** The token behind `__attribute__((…))`s and `[[…]]`s that start at `at`. */
export function endOfAttributes(kinds: Uint8Array, at: number): number {
  while (kinds[at] === T.ATTRIBUTE) {
    let depth = kinds[at + 1] === T.LBRACKET ? 1 : 0;
    for (at++; kinds[at] !== T.END; at++) {
      if (kinds[at] === T.LPAREN || kinds[at] === T.LBRACKET) depth++;
      else if ((kinds[at] === T.RPAREN || kinds[at] === T.RBRACKET) && --depth === 0) break;
    }
    at++;
  }
  return at;
}

function referToRecord(p: Parser, tag: number, union: boolean, at: Location, start: Location): RecordType {
  // `struct s;` alone declares a new one in its block.
  const existing = p.kind === T.SEMICOLON && p.scopes.depth > 0 ? p.scopes.tags.getHere(tag) : p.scopes.tags.get(tag);
  if (existing?.kind === 'record' && existing.union === union) return existing;
  if (existing) complainTagKind(p, existing, textOf(tag), start);
  const record = new DeclaredRecord(textOf(tag), union, at);
  if (!existing) {
    p.scopes.tags.set(tag, record);
    if (p.scopes.depth === 0) p.types.push(record);
  }
  return record;
}

/** "{" (declaration ";")* "}" attributes? */
function parseMembers(p: Parser, record: DeclaredRecord, before: AttributeSet | null): void {
  const open = p.position;
  p.advance();
  p.enter();
  p.openRecords.add(record);
  const specifications: MemberSpecification[] = [];
  const names = new Map<string, Location>();
  const state = p.saveState();
  while (p.kind !== T.RBRACE && p.kind !== T.END) {
    try {
      parseMemberDeclaration(p, record, specifications, names);
    } catch (problem) {
      p.recover(state, problem);
      p.skipStatement();
    }
  }
  p.leave();
  p.openRecords.delete(record);
  p.expectClosing(T.RBRACE, open);
  const attributes = p.kind === T.ATTRIBUTE ? parseAttributes(p, before) : before;
  const layout = layoutRecord(specifications, {
    union: record.union,
    packed: attributes?.packed ?? false,
    align: attributes?.align ?? null,
    pack: p.pack,
  });
  record.define(layout, attributes);
  if (attributes?.preserveAccessIndex || p.preservesAccess) record.preserveAccess(open, p.position);
  if (attributes) consumeRecordAttributes(attributes);
}

/** What the record took is not for the variable declared with it. */
function consumeRecordAttributes(attributes: AttributeSet): void {
  attributes.packed = false;
  attributes.align = null;
}

function parseMemberDeclaration(
  p: Parser,
  record: RecordType,
  specifications: MemberSpecification[],
  names: Map<string, Location>,
): void {
  if (p.accept(T.SEMICOLON)) return;
  if (p.kind === T.STATIC_ASSERT) {
    parseStaticAssert(p);
    return;
  }
  if (!isDeclarationStart(p) && p.kind !== T.EXTENSION && p.kind !== T.ATTRIBUTE) {
    if (p.kind === T.STRAY) p.failOnStray();
    if (p.kind !== T.IDENTIFIER) p.fail('expected-member', p.position, {});
    complainUnknownType(p);
    if (p.peek() !== T.IDENTIFIER && p.peek() !== T.STAR) throw new SyntaxProblem();
  }
  const specifiers = parseSpecifiers(p);
  if (specifiers.missing && p.kind === T.IDENTIFIER) {
    // The type was complained about; its members still have names.
    specifiers.missing = false;
    specifiers.type = POISON;
    p.advance();
  }
  if (specifiers.missing) p.report('expected-specifier-list', specifiers.at, {});
  if (specifiers.storage !== null) p.report('member-storage', specifiers.storageAt, {});
  const add = (specification: MemberSpecification, at: Location): void => {
    const { name } = specification;
    const nested = canonical(specification.type);
    const declared =
      name !== '' || nested.kind !== 'record' || specification.width !== null ? [name] : nestedNames(nested);
    for (const each of declared) {
      if (each === '') continue;
      const earlier = names.get(each);
      if (earlier !== undefined) {
        p.report('duplicate-member', at, { name: each }, { notes: [p.note('previous-declaration', earlier, {})] });
        return;
      }
      names.set(each, at);
    }
    specifications.push(specification);
  };
  const own = specifiers.attributes;
  if (p.kind === T.SEMICOLON) {
    const type = canonical(specifiers.type);
    const anonymous = type.kind === 'record' && type.tag === '';
    if (anonymous)
      add(
        { name: '', type: specifiers.type, width: null, align: own?.align ?? null, packed: false, declTags: [] },
        specifiers.at,
      );
    else if (type.kind !== 'enum' && !(type.kind === 'record' && specifiers.hasTag))
      p.report('declares-nothing', specifiers.at, {});
    p.advance();
    return;
  }
  for (;;) {
    const at = p.position;
    const set = own ? copyAttributes(own) : null;
    const declared =
      p.kind === T.COLON
        ? { id: 0, at, type: specifiers.type, attributes: set }
        : parseDeclarator(p, specifiers.type, 'named', set);
    const name = declared.id === 0 ? '' : textOf(declared.id);
    let width: number | null = null;
    if (p.accept(T.COLON)) width = parseWidth(p, declared.type, name, declared.at);
    const attributes = p.kind === T.ATTRIBUTE ? parseAttributes(p, declared.attributes) : declared.attributes;
    const type = applyTypeTags(declared.type, attributes);
    if (width !== -1 && checkMemberType(p, record, type, name, declared.at, specifications, names)) {
      add(
        {
          name,
          type,
          width,
          align: attributes?.align ?? null,
          packed: attributes?.packed ?? false,
          declTags: attributes?.declTags ?? [],
        },
        declared.at,
      );
    }
    if (!p.accept(T.COMMA)) break;
  }
  if (p.kind !== T.SEMICOLON) p.reportMissing(';', 'at end of declaration list');
  if (!p.accept(T.SEMICOLON)) {
    if (p.kind !== T.RBRACE && !isDeclarationStart(p)) throw new SyntaxProblem();
  }
}

function nestedNames(record: RecordType): string[] {
  return record.members.flatMap((member) => {
    const inner = canonical(member.type);
    return member.name === '' && inner.kind === 'record' ? nestedNames(inner) : [member.name];
  });
}

export function copyAttributes(from: AttributeSet): AttributeSet {
  const copy = Object.assign(new AttributeSet(), from);
  (copy as { declTags: string[] }).declTags = [...from.declTags];
  (copy as { typeTags: string[] }).typeTags = [...from.typeTags];
  return copy;
}

/** Bits of a bit-field; -1 after a complaint. */
function parseWidth(p: Parser, type: Type, name: string, at: Location): number {
  const value = parseConstant(p);
  if (value === null) return -1;
  const quoted = name === '' ? 'anonymous bit-field' : `bit-field '${name}'`;
  if (!isInteger(type)) {
    p.report('bit-field-type', at, { field: quoted, type: quotedType(type) });
    return -1;
  }
  const bits = integerOf(type)?.isBool ? 1 : sizeOf(type) * 8;
  if (value < 0n) p.report('bit-field-negative', at, { field: quoted, width: String(value) });
  else if (value === 0n && name !== '') p.report('bit-field-zero', at, { name });
  else if (value > BigInt(bits)) p.report('bit-field-wide', at, { field: quoted, width: String(value), bits });
  else return Number(value);
  return -1;
}

function checkMemberType(
  p: Parser,
  record: RecordType,
  type: Type,
  name: string,
  at: Location,
  before: readonly MemberSpecification[],
  names: ReadonlyMap<string, Location>,
): boolean {
  const t = canonical(type);
  if (isFunction(type)) {
    p.report('member-function', at, { name });
    return false;
  }
  const flexible = t.kind === 'array' && t.length === null && isComplete(t.element);
  if (!flexible && !isComplete(type)) {
    const record = t.kind === 'record' ? t : null;
    const notes =
      record && record.at >= 0
        ? [p.note('forward-declaration', record.at, { type: `${wordOf(record)} ${record.tag}` })]
        : [];
    p.report('member-incomplete', at, { type: quotedType(type) }, { notes });
    return false;
  }
  const last = before[before.length - 1];
  const lastType = last ? canonical(last.type) : null;
  if (!record.union && lastType?.kind === 'array' && lastType.length === null && last) {
    p.report('flexible-not-last', names.get(last.name) ?? at, { name: last.name, type: quotedType(last.type) });
    return false;
  }
  return true;
}

// ---------------------------------------------------------------- enum

/** enum-specifier = "enum" attributes? tag? (":" type)? ("{" enumerators "}" attributes?)? */
export function parseEnum(p: Parser): Type {
  const start = p.position;
  p.advance();
  let attributes = parseAttributes(p, null);
  const tag = p.kind === T.IDENTIFIER ? p.value : 0;
  const at = tag !== 0 ? p.position : start;
  if (tag !== 0) p.advance();
  let fixed: IntegerType | null = null;
  if (p.kind === T.COLON && p.peek() !== T.NUMBER) {
    p.advance();
    const specifiers = parseSpecifiers(p);
    fixed = integerOf(specifiers.type);
    if (!fixed) p.report('enum-underlying', specifiers.at, { type: quotedType(specifiers.type) });
  }
  const existing = tag === 0 ? undefined : p.scopes.tags.get(tag);
  if (p.kind !== T.LBRACE) {
    if (tag === 0) p.fail('expected-tag-or-brace', p.position, { brace: '{', word: 'enum' });
    if (existing?.kind === 'enum') return existing;
    if (existing) complainTagKind(p, existing, textOf(tag), start);
    const forward = newEnum(textOf(tag), fixed ?? UNSIGNED_INT, at);
    if (fixed) forward.complete = true;
    p.scopes.tags.set(tag, forward);
    if (p.scopes.depth === 0) p.types.push(forward);
    return forward;
  }
  const here = tag === 0 ? undefined : p.scopes.tags.getHere(tag);
  if (here && (here.kind !== 'enum' || here.complete)) {
    if (here.kind === 'enum')
      p.report(
        'redefinition',
        at,
        { name: textOf(tag) },
        { notes: here.at >= 0 ? [p.note('previous-definition', here.at, {})] : [] },
      );
    else complainTagKind(p, here, textOf(tag), start);
  }
  const open = p.position;
  p.advance();
  const reuse = here?.kind === 'enum' && !here.complete ? here : null;
  const type = reuse ?? newEnum(tag === 0 ? '' : textOf(tag), fixed ?? INT, at);
  const members = parseEnumerators(p, type, fixed);
  p.expectClosing(T.RBRACE, open);
  if (p.kind === T.ATTRIBUTE) attributes = parseAttributes(p, attributes);
  const writable = type as { underlying: IntegerType };
  if (!fixed) writable.underlying = underlyingType(members, attributes?.packed ?? false);
  if (attributes) consumeRecordAttributes(attributes);
  // An enumerator that int cannot hold makes all of them that do not fit have the enum's own type.
  for (const { id, value, place } of members) {
    if (fixed || BigInt.asIntN(32, value) !== value) {
      p.scopes.ordinary.set(id, {
        kind: 'constant',
        type: fixed ? type : type.underlying,
        value: wrapInteger(value, type.underlying),
        at: place,
      });
    }
  }
  type.members = members.map(({ id, value }) => ({ name: textOf(id), value }));
  type.complete = true;
  type.at = at;
  if (p.preservesAccess || attributes?.preserveAccessIndex) type.preserveAccessIndex = true;
  if (tag !== 0 && !reuse) p.scopes.tags.set(tag, type);
  if (!reuse && p.scopes.depth === 0) p.types.push(type);
  return type;
}

function newEnum(tag: string, underlying: IntegerType, at: Location): EnumType {
  return { kind: 'enum', tag, underlying, members: [], complete: false, at };
}

interface Enumerator {
  readonly id: number;
  readonly value: bigint;
  readonly place: Location;
}

/** A number that stands alone, as most do in dumped headers: no expression is made of it. null, and nothing taken: anything else. */
function plainNumber(p: Parser): bigint | null {
  const after = p.kinds[p.position + 1];
  if (p.kind !== T.NUMBER || (after !== T.COMMA && after !== T.RBRACE)) return null;
  const value = smallDecimal(p.text());
  if (value < 0) return null;
  p.advance();
  return BigInt(value);
}

function parseEnumerators(p: Parser, type: EnumType, fixed: IntegerType | null): Enumerator[] {
  const members: Enumerator[] = [];
  let next = 0n;
  if (p.kind === T.RBRACE) p.report('empty-enum', p.position, {});
  while (p.kind !== T.RBRACE && p.kind !== T.END) {
    if (p.kind !== T.IDENTIFIER) p.fail('expected-identifier', p.position, {});
    const id = p.value;
    const place = p.position;
    p.advance();
    if (p.kind === T.ATTRIBUTE) parseAttributes(p, null);
    if (p.accept(T.ASSIGN)) next = plainNumber(p) ?? parseConstant(p) ?? next;
    const before = p.scopes.ordinary.getHere(id);
    if (before) {
      const key = before.kind === 'constant' ? 'redefinition-enumerator' : 'redefinition-other-kind';
      p.report(
        key,
        place,
        { name: textOf(id) },
        { notes: before.at >= 0 ? [p.note('previous-definition', before.at, {})] : [] },
      );
    }
    if (fixed && wrapInteger(next, fixed) !== next)
      p.report('enumerator-does-not-fit', place, { value: String(next), type: quotedType(fixed) });
    const constantType: Type = fixed
      ? type
      : BigInt.asIntN(32, next) === next
        ? INT
        : next < 0n || next < 1n << 63n
          ? LONG
          : UNSIGNED_LONG;
    if (!before) p.scopes.ordinary.set(id, { kind: 'constant', type: constantType, value: next, at: place });
    members.push({ id, value: next, place });
    next++;
    if (!p.accept(T.COMMA)) break;
  }
  return members;
}

/** The integer that holds all enumerators, as clang chooses it. */
function underlyingType(members: readonly Enumerator[], packed: boolean): IntegerType {
  let low = 0n;
  let high = 0n;
  for (const { value } of members) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const fits = (bits: bigint, signed: boolean): boolean =>
    signed ? low >= -(1n << (bits - 1n)) && high < 1n << (bits - 1n) : low >= 0n && high < 1n << bits;
  const signed = low < 0n;
  if (packed && fits(8n, signed)) return signed ? SIGNED_CHAR : UNSIGNED_CHAR;
  if (packed && fits(16n, signed)) return signed ? SHORT : UNSIGNED_SHORT;
  if (fits(32n, signed)) return signed ? INT : UNSIGNED_INT;
  return signed ? LONG : UNSIGNED_LONG;
}
