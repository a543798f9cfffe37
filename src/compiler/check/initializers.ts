// Which value goes to which byte of an object: C11 6.7.9 with designators, elided braces and GNU's ranges.
import { canonical } from '../tree.ts';
import type { ArrayType, Expression, Initializer, InitializerPart, Location, RecordType, Type } from '../tree.ts';
import { constantValue } from './constants.ts';
import type { Context } from './context.ts';
import { assignTo, isPoison, makeInteger, realConstant, rvalue } from './conversions.ts';
import { findMember } from './members.ts';
import {
  INT,
  POISON,
  UNSIGNED_INT,
  UNSIGNED_LONG,
  arrayOf,
  integerOf,
  isFloat,
  isScalar,
  qualify,
  qualifiersOf,
  quotedType,
  sameType,
  sizeOf,
} from './types.ts';

export type Designator =
  | { readonly kind: 'member'; readonly name: string; readonly at: Location }
  | { readonly kind: 'index'; readonly low: bigint; readonly high: bigint; readonly at: Location };

export interface WrittenItem {
  readonly designators: readonly Designator[];
  readonly value: WrittenInitializer;
}

/** An initialiser before anybody asks what it initialises. */
export type WrittenInitializer =
  | { readonly kind: 'expression'; readonly value: Expression; readonly at: Location; readonly last: Location }
  | { readonly kind: 'list'; readonly items: readonly WrittenItem[]; readonly at: Location; readonly last: Location };

/** Elements that a range designator may repeat, and parts of one initialiser. */
const MAX_PARTS = 1 << 18;

type BitField = InitializerPart['bitField'];

/** Items of one brace level, taken one by one. */
interface Cursor {
  readonly items: readonly WrittenItem[];
  next: number;
}

/** A string literal for an array of characters of its width, in braces or not; null for anything else. */
function stringFor(type: ArrayType, written: WrittenInitializer): (Expression & { kind: 'string' }) | null {
  if (written.kind === 'list') {
    const only = written.items[0];
    return written.items.length === 1 && only && only.designators.length === 0 && only.value.kind === 'expression'
      ? stringFor(type, only.value)
      : null;
  }
  const { value } = written;
  if (value.kind !== 'string') return null;
  const element = integerOf(type.element);
  const unit = canonical(value.type);
  return element && unit.kind === 'array' && sizeOf(unit.element) === element.size && !element.isBool ? value : null;
}

/** Gives an array of unknown length the one that its initialiser implies. */
export function completeType(c: Context, type: Type, written: WrittenInitializer): Type {
  const array = canonical(type);
  if (array.kind !== 'array' || array.length !== null) return type;
  const literal = stringFor(array, written);
  let length: number;
  if (literal) length = literal.bytes.length / sizeOf(array.element);
  else if (written.kind === 'list') length = new Builder(c, false).measure(array, written.items);
  else return type;
  const { isConst, isVolatile } = qualifiersOf(type);
  return qualify(arrayOf(array.element, length), isConst, isVolatile);
}

/**
 * Null after a complaint.
 * @param isStatic every value must be constant
 * @param name the declared name's token: what complaints about a plain `= value` point at
 */
export function buildInitializer(
  c: Context,
  type: Type,
  written: WrittenInitializer,
  isStatic: boolean,
  name: Location | null = null,
): Initializer | null {
  if (canonical(type) === POISON) return null;
  const builder = new Builder(c, isStatic);
  builder.name = written.kind === 'expression' ? name : null;
  builder.object(type, 0, null, written);
  if (!builder.sound) return null;
  return { zeroFill: written.kind === 'list' || canonical(type).kind === 'array', parts: builder.parts() };
}

class Builder {
  readonly #c: Context;
  readonly #isStatic: boolean;
  #parts: InitializerPart[] = [];
  #ordered = true;
  sound = true;
  name: Location | null = null;
  /** elements of the outermost array that were reached */
  #reached = 0;

  constructor(c: Context, isStatic: boolean) {
    this.#c = c;
    this.#isStatic = isStatic;
  }

  parts(): InitializerPart[] {
    if (this.#ordered) return this.#parts;
    const place = (part: InitializerPart): number => part.offset * 8 + (part.bitField?.bitOffset ?? 0);
    return this.#parts.sort((a, b) => place(a) - place(b));
  }

  /** How many elements the items give an array. */
  measure(array: ArrayType, items: readonly WrittenItem[]): number {
    // Without designators and inner aggregates, the items are counted.
    const element = canonical(array.element);
    if (element.kind !== 'array' && element.kind !== 'record' && items.every((item) => item.designators.length === 0)) {
      return items.length;
    }
    const quiet = this.#c.reporter.mute();
    this.#aggregate(arrayOf(array.element, null), 0, { items, next: 0 }, true, 0);
    this.#c.reporter.unmute(quiet);
    return this.#reached;
  }

  #complain(): void {
    this.sound = false;
  }

  /** A whole object from one initialiser. */
  object(type: Type, offset: number, bitField: BitField, written: WrittenInitializer): void {
    const t = canonical(type);
    if (t.kind === 'array') {
      const literal = stringFor(t, written);
      if (literal) this.#string(t, offset, literal);
      else if (written.kind === 'list') this.#list(type, offset, written);
      else if (!isPoison(written.value)) {
        const compound = written.value;
        // GNU: an array may be initialised from a compound literal of its own type.
        if (compound.kind === 'compound-literal' && sameType(compound.type, type, false)) {
          for (const part of compound.initializer.parts) this.#add({ ...part, offset: part.offset + offset });
        } else {
          const element = integerOf(t.element);
          const literal =
            !element || element.isBool
              ? ''
              : element.size === 1
                ? ' or string literal'
                : element === INT
                  ? ' or wide string literal'
                  : '';
          this.#c.report('array-initializer', this.name ?? written.at, { literal }, { last: written.last });
          this.#complain();
        }
      } else this.#complain();
      return;
    }
    if (t.kind === 'record' && written.kind === 'list') {
      this.#list(type, offset, written);
      return;
    }
    if (written.kind === 'expression') {
      this.#value(type, offset, bitField, written);
      return;
    }
    this.#bracedScalar(type, offset, bitField, written);
  }

  #bracedScalar(type: Type, offset: number, bitField: BitField, written: WrittenInitializer & { kind: 'list' }): void {
    const first = written.items[0];
    if (!first) return;
    if (first.designators.length > 0) {
      this.#c.report('designator-scalar', (first.designators[0] as Designator).at, { type: quotedType(type) });
      this.#complain();
      return;
    }
    if (written.items.length > 1) this.#c.report('excess-scalar', (written.items[1] as WrittenItem).value.at, {});
    this.object(type, offset, bitField, first.value);
  }

  #list(type: Type, offset: number, written: WrittenInitializer & { kind: 'list' }): void {
    const t = canonical(type);
    if (t.kind === 'record' && !t.complete) {
      this.#c.report('variable-incomplete', written.at, { type: quotedType(type) });
      this.#complain();
      return;
    }
    const cursor: Cursor = { items: written.items, next: 0 };
    this.#aggregate(t as ArrayType | RecordType, offset, cursor, true, 0);
  }

  /**
   * Fills members or elements from the cursor, beginning with number `from`.
   * @param braced the cursor is this aggregate's own: its designators are meant for it, and too many items are an error
   */
  #aggregate(type: ArrayType | RecordType, offset: number, cursor: Cursor, braced: boolean, from: number): void {
    let index = from;
    while (cursor.next < cursor.items.length) {
      if (this.#c.reporter.stopped || this.#parts.length > MAX_PARTS) return;
      const item = cursor.items[cursor.next] as WrittenItem;
      if (item.designators.length > 0) {
        if (!braced) return;
        index = this.#designated(type, offset, item, 0, cursor) + 1;
        continue;
      }
      const slot = this.#slot(type, offset, index);
      if (!slot) {
        if (!braced) return;
        const kind = type.kind === 'array' ? 'array' : type.union ? 'union' : 'struct';
        this.#c.report('excess-elements', item.value.at, { kind }, { last: item.value.last });
        return;
      }
      this.#element(slot, cursor);
      index = slot.index + 1;
      if (type.kind === 'array' && offset === 0) this.#reached = Math.max(this.#reached, index);
      if (type.kind === 'record' && type.union) index = type.members.length;
    }
  }

  /** Member or element number `index`, or the next one that can be initialised; null behind the last. */
  #slot(
    type: ArrayType | RecordType,
    offset: number,
    index: number,
  ): { type: Type; offset: number; bitField: BitField; index: number } | null {
    if (type.kind === 'array') {
      if (type.length !== null && index >= type.length) return null;
      return { type: type.element, offset: offset + index * sizeOf(type.element), bitField: null, index };
    }
    for (let i = index; i < type.members.length; i++) {
      const member = type.members[i];
      if (!member) return null;
      const inner = canonical(member.type);
      if (member.name === '' && inner.kind !== 'record') continue;
      return { type: member.type, offset: offset + member.offset, bitField: member.bitField, index: i };
    }
    return null;
  }

  /** The next item initialises the slot, or (braces elided) the parts of the slot take as many items as they need. */
  #element(slot: { type: Type; offset: number; bitField: BitField }, cursor: Cursor): void {
    const { value } = cursor.items[cursor.next] as WrittenItem;
    const t = canonical(slot.type);
    if (value.kind === 'expression' && (t.kind === 'array' || t.kind === 'record')) {
      const whole =
        isPoison(value.value) ||
        (t.kind === 'array' &&
          (stringFor(t, value) !== null ||
            (value.value.kind === 'compound-literal' && sameType(value.value.type, t, false)))) ||
        (t.kind === 'record' && sameType(value.value.type, t, false));
      if (!whole) {
        if (t.kind === 'array' && t.length === null) {
          this.#c.report('flexible-initializer', value.at, {});
          this.#complain();
          cursor.next++;
          return;
        }
        const before = cursor.next;
        this.#aggregate(t, slot.offset, cursor, false, 0);
        if (cursor.next === before && this.#slot(t, 0, 0) === null) return;
        if (cursor.next === before) cursor.next++;
        return;
      }
    }
    cursor.next++;
    if (t.kind === 'array' && t.length === null) this.#flexible(t, slot.offset, value);
    else this.object(slot.type, slot.offset, slot.bitField, value);
  }

  /**
   * Follows item.designators from number `level`; returns the member or element number that the first one named.
   * Items behind it that have no designator go on from there.
   */
  #designated(type: ArrayType | RecordType, offset: number, item: WrittenItem, level: number, cursor: Cursor): number {
    const designator = item.designators[level] as Designator;
    if (type.kind === 'array') return this.#designatedElement(type, offset, item, level, cursor);
    if (designator.kind !== 'member') {
      this.#c.report('designator-array', designator.at, { type: quotedType(type) });
      return this.#giveUp(cursor, type.members.length);
    }
    this.#c.memberUses.set(designator.at, type);
    const path = findMember(type, designator.name);
    if (!path) {
      this.#c.report('designator-unknown', designator.at, { name: designator.name, type: quotedType(type) });
      return this.#giveUp(cursor, type.members.length);
    }
    // A member of an anonymous record is reached through it.
    let record = type;
    let at = offset;
    const records: { record: RecordType; offset: number; index: number }[] = [];
    for (const index of path) {
      records.push({ record, offset: at, index });
      const member = record.members[index];
      if (!member) break;
      at += member.offset;
      const inner = canonical(member.type);
      if (inner.kind === 'record') record = inner;
    }
    const last = records[records.length - 1] as { record: RecordType; offset: number; index: number };
    const member = last.record.members[last.index];
    if (!member) return this.#giveUp(cursor, type.members.length);
    if (last.record.union) this.#clear(last.offset, last.record.size, null);
    this.#target(member.type, last.offset + member.offset, member.bitField, item, level, cursor);
    for (let i = records.length - 1; i > 0; i--) {
      const step = records[i] as { record: RecordType; offset: number; index: number };
      const next = step.record.union ? step.record.members.length : step.index + 1;
      this.#aggregate(step.record, step.offset, cursor, false, next);
    }
    return type.union ? type.members.length : (path[0] as number);
  }

  #designatedElement(type: ArrayType, offset: number, item: WrittenItem, level: number, cursor: Cursor): number {
    const designator = item.designators[level] as Designator;
    if (designator.kind !== 'index') {
      this.#c.report('designator-field', designator.at - 1, { type: quotedType(type) });
      return this.#giveUp(cursor, 0);
    }
    const { low, high } = designator;
    if (low < 0n || high < low) {
      if (low < 0n) this.#c.report('designator-negative', designator.at + 1, { value: String(low) });
      else this.#c.report('designator-range-empty', designator.at + 1, {});
      return this.#giveUp(cursor, 0);
    }
    if (type.length !== null && high >= BigInt(type.length)) {
      this.#c.report('designator-bounds', designator.at + 1, { index: String(high), length: type.length });
      return this.#giveUp(cursor, 0);
    }
    if (high - low > BigInt(MAX_PARTS) || high > 1n << 40n) {
      this.#c.report('designator-range-large', designator.at, { limit: MAX_PARTS });
      return this.#giveUp(cursor, 0);
    }
    const size = sizeOf(type.element);
    const start = cursor.next;
    const repetitions = Number(high - low) + 1;
    for (let i = 0; i < repetitions; i++) {
      if (this.#parts.length > MAX_PARTS) break;
      cursor.next = start;
      this.#target(type.element, offset + (Number(low) + i) * size, null, item, level, cursor);
    }
    if (offset === 0 && level === 0) this.#reached = Math.max(this.#reached, Number(high) + 1);
    return Number(high);
  }

  /** Behind one designator: further designators lead deeper, or the item's value comes here. */
  #target(type: Type, offset: number, bitField: BitField, item: WrittenItem, level: number, cursor: Cursor): void {
    const t = canonical(type);
    if (level + 1 < item.designators.length) {
      if (t.kind !== 'array' && t.kind !== 'record') {
        const next = item.designators[level + 1] as Designator;
        this.#c.report('designator-scalar', next.at, { type: quotedType(type) });
        this.#giveUp(cursor, 0);
        return;
      }
      const index = this.#designated(t, offset, item, level + 1, cursor);
      this.#aggregate(t, offset, cursor, false, index + 1);
      return;
    }
    this.#clear(offset, sizeOf(type), bitField);
    if (item.value.kind === 'list') {
      cursor.next++;
      if (t.kind === 'array' && t.length === null) this.#flexible(t, offset, item.value);
      else this.object(type, offset, bitField, item.value);
      return;
    }
    // Without its designators the item is like any other.
    const rest: Cursor = {
      items: cursor.items.with(cursor.next, { designators: [], value: item.value }),
      next: cursor.next,
    };
    this.#element({ type, offset, bitField }, rest);
    cursor.next = rest.next;
  }

  /** GNU: in a static object, a flexible array member gets as many elements as are written; the object grows by them. */
  #flexible(type: ArrayType, offset: number, value: WrittenInitializer): void {
    if (value.kind === 'list' && value.items.length === 0) return;
    if (!this.#isStatic || (value.kind === 'expression' && !stringFor(type, value))) {
      this.#c.report('flexible-initializer', value.at, {});
      this.#complain();
      return;
    }
    this.object(completeType(this.#c, type, value), offset, null, value);
  }

  #giveUp(cursor: Cursor, index: number): number {
    this.#complain();
    cursor.next++;
    return index;
  }

  #string(type: ArrayType, offset: number, literal: Expression & { kind: 'string' }): void {
    const size = sizeOf(type.element);
    const length = type.length ?? literal.bytes.length / size;
    if (literal.bytes.length / size > length + 1) this.#c.report('string-too-long', literal.at, {});
    const bytes = literal.bytes.subarray(0, length * size);
    const value: Expression = { ...literal, type: arrayOf(type.element, bytes.length / size), bytes };
    if (bytes.length > 0) this.#add({ offset, type: value.type, bitField: null, value });
  }

  #value(type: Type, offset: number, bitField: BitField, written: WrittenInitializer & { kind: 'expression' }): void {
    const value = rvalue(written.value);
    if (isPoison(value)) {
      this.#c.wants(value, type);
      this.#complain();
      return;
    }
    const converted = assignTo(this.#c, value, type, { kind: 'initialize' }, this.name ?? written.at, written.last);
    if (isPoison(converted)) {
      this.#complain();
      return;
    }
    const real = isFloat(type) && this.#isStatic ? realConstant(converted) : null;
    if (real !== null) {
      // In memory a floating-point constant is the integer with its bits.
      const bits = sizeOf(type) === 4 ? UNSIGNED_INT : UNSIGNED_LONG;
      const view = new DataView(new ArrayBuffer(8));
      if (sizeOf(type) === 4) view.setFloat32(0, real, true);
      else view.setFloat64(0, real, true);
      if (sizeOf(type) >= 4) {
        this.#add({
          offset,
          type: bits,
          bitField: null,
          value: makeInteger(view.getBigUint64(0, true), bits, written.at),
        });
        return;
      }
    }
    if (isFloat(type)) {
      this.#c.report('floating-point', written.at, {}, { last: written.last });
      this.#complain();
      return;
    }
    if (this.#isStatic) {
      const literal = isScalar(type) ? null : this.#constantRecord(converted, offset);
      if (literal) return;
      if (!isScalar(type) || !constantValue(converted)) {
        this.#c.report('initializer-not-constant', written.at, {}, { last: written.last });
        this.#complain();
        return;
      }
    }
    this.#add({ offset, type, bitField, value: converted });
  }

  /** A record from a compound literal is constant where the literal's parts are. */
  #constantRecord(value: Expression, offset: number): boolean {
    if (value.kind !== 'load' || value.source.kind !== 'compound-literal') return false;
    for (const part of value.source.initializer.parts) this.#add({ ...part, offset: part.offset + offset });
    return true;
  }

  #add(part: InitializerPart): void {
    const last = this.#parts[this.#parts.length - 1];
    if (last) {
      const before = last.offset * 8 + (last.bitField?.bitOffset ?? 0);
      if (before >= part.offset * 8 + (part.bitField?.bitOffset ?? 0)) this.#ordered = false;
    }
    this.#parts.push(part);
  }

  /** Forgets what was said before about these bytes: a later designator overrides it. */
  #clear(offset: number, size: number, bitField: BitField): void {
    const last = this.#parts[this.#parts.length - 1];
    if (!last || (this.#ordered && last.offset + sizeOf(last.type) <= offset && !last.bitField)) return;
    const from = offset * 8 + (bitField?.bitOffset ?? 0);
    const to = bitField ? from + bitField.width : (offset + size) * 8;
    this.#parts = this.#parts.filter((part) => {
      const start = part.offset * 8 + (part.bitField?.bitOffset ?? 0);
      const end = part.bitField ? start + part.bitField.width : (part.offset + sizeOf(part.type)) * 8;
      return end <= from || start >= to;
    });
  }
}
