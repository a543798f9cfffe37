// a.b and a->b: finding members, also inside anonymous structures (C11 6.5.2.3).
import { canonical } from '../tree.ts';
import type { Expression, Location, RecordType, Type } from '../tree.ts';
import type { Context } from './context.ts';
import { isPoison, poison, rvalue } from './conversions.ts';
import { nearest } from './suggest.ts';
import { isVoid, qualifiersOf, qualify, quotedType } from './types.ts';

/** The way to a member: indices into `members`, through anonymous records; null when there is none. */
export function findMember(record: RecordType, name: string): number[] | null {
  const { members } = record;
  for (let i = 0; i < members.length; i++) if (members[i]?.name === name && name !== '') return [i];
  for (let i = 0; i < members.length; i++) {
    const member = members[i];
    if (!member || member.name !== '' || member.bitField) continue;
    const inner = canonical(member.type);
    if (inner.kind !== 'record') continue;
    const path = findMember(inner, name);
    if (path) return [i, ...path];
  }
  return null;
}

export function memberNames(record: RecordType): string[] {
  return record.members.flatMap((member) => {
    const inner = canonical(member.type);
    return member.name === '' && inner.kind === 'record' ? memberNames(inner) : [member.name];
  });
}

/** One step into a record, as a tree node; the member has the record's qualifiers too. */
export function memberNode(base: Expression, record: RecordType, index: number, at: Location): Expression {
  const member = record.members[index];
  if (!member) return poison(at);
  const { isConst, isVolatile } = qualifiersOf(base.type);
  const type: Type = isConst || isVolatile ? qualify(member.type, isConst, isVolatile) : member.type;
  return { kind: 'member', type, base, record, member, index, at };
}

/**
 * @param operator the token of `.` or `->`; `at` the member's name
 */
export function memberAccess(
  c: Context,
  operand: Expression,
  arrow: boolean,
  name: string,
  at: Location,
  operator: Location,
): Expression {
  let base = operand;
  if (isPoison(base)) return base;
  let type = canonical(base.type);
  if (arrow) {
    const pointer = rvalue(base);
    const pointerType = canonical(pointer.type);
    if (pointerType.kind !== 'pointer') {
      if (type.kind === 'record') {
        const fixes = [{ span: c.span(operator), text: '.' }];
        c.report('member-not-pointer-dot', operator, { type: quotedType(base.type) }, { fixes });
        return memberAccess(c, operand, false, name, at, operator);
      } else c.report('member-not-pointer', operator, { type: quotedType(base.type) });
      return poison(at);
    }
    base = { kind: 'dereference', type: pointerType.target, pointer, at: operator };
    type = canonical(pointerType.target);
  } else if (type.kind === 'pointer' && canonical(type.target).kind === 'record') {
    const fixes = [{ span: c.span(operator), text: '->' }];
    c.report('member-is-pointer', operator, { type: quotedType(base.type) }, { fixes });
    return memberAccess(c, operand, true, name, at, operator);
  }
  if (type.kind !== 'record') {
    if (!(isVoid(base.type) && isPoison(base)))
      c.report('member-base-not-record', operator, { type: quotedType(base.type) });
    return poison(at);
  }
  c.memberUses.set(at, type);
  if (!type.complete) {
    const notes = type.at >= 0 ? [c.note('forward-declaration', type.at, { type: recordName(type) })] : [];
    c.report('incomplete-definition', operator, { type: quotedType(type) }, { notes });
    return poison(at);
  }
  const path = findMember(type, name);
  if (!path) {
    const guess = nearest(name, memberNames(type));
    if (guess === null) c.report('no-member', at, { name, type: quotedType(type) });
    else {
      const fixes = [{ span: c.span(at), text: guess }];
      c.report('no-member-guess', at, { name, type: quotedType(type), guess }, { fixes });
    }
    return poison(at);
  }
  let record = type;
  for (const index of path) {
    base = memberNode(base, record, index, at);
    const inner = canonical(base.type);
    if (inner.kind === 'record') record = inner;
  }
  return base;
}

export function recordName(type: RecordType): string {
  return `${type.union ? 'union' : 'struct'} ${type.tag}`;
}
