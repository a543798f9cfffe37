// Shapes about pointers: null, owned, leaking, into the packet, to the context.
import { CONDITIONS, LETTERS, OPERATIONS, SIZE_OF, at, type Shape } from './draw.ts';
import { bounds } from './numbers.ts';

/** Lookups, copies of what they gave, null checks of one for another. */
export const nulls: Shape = (d, out) => {
  const held: string[] = [];
  for (let i = 1 + d.below(2); i > 0; i--) {
    d.lookup(d.pick([0, 0, 1, 4]), `${d.below(3)}`);
    const keep = `r${6 + held.length}`;
    d.put(`mov ${keep}, r0`);
    held.push(keep);
  }
  const all = ['r0', ...held];
  const pointerCompare = d.once(3);
  for (let i = 1 + d.below(4); i > 0; i--) {
    const target = d.once(3) ? d.label() : out;
    switch (d.below(7)) {
      case 0:
        d.put(
          `${d.pick(['jeq', 'jne', 'jeq', 'jgt', 'jle', 'jset'])}${d.once(8) ? '32' : ''} ${d.pick(all)}, ${d.pick([0, 0, 0, 1])}, ${target}`,
        );
        break;
      case 1:
        d.put(`${d.pick(['jeq', 'jne'])} ${d.pick(all)}, ${pointerCompare ? d.pick(all) : 0}, ${target}`);
        break;
      case 2:
        d.put('mov r8, 0', `${d.pick(['jeq', 'jne'])} ${d.pick(all)}, r8, ${target}`);
        break;
      case 3:
        d.put(`stxdw [r10-16], ${d.pick(all)}`, 'ldxdw r8, [r10-16]');
        all.push('r8');
        break;
      case 4:
        if (d.once(3)) d.put(`${d.pick(['add', 'sub'])} ${d.pick(all)}, ${d.pick([0, 1, 8])}`);
        break;
      case 5:
        d.put(
          'lddw r8, value[1]',
          `${d.pick(['jeq', 'jne'])} ${d.once(2) ? `${d.pick(all)}, r8` : `r8, ${d.pick(all)}`}, ${target}`,
        );
        break;
      default:
        d.put(`${d.pick(['jeq', 'jne'])} ${d.pick(held)}, 0, ${target}`);
    }
    if (target !== out) {
      if (d.once(2)) d.put(`ldxb r1, [${d.pick(all)}+0]`);
      d.put(`${target}:`);
    }
  }
  d.put(
    d.once(2)
      ? `ldx${d.pick(LETTERS)} r1, [${d.pick(all)}${at(d.pick([0, 0, 8, 15]))}]`
      : `st${d.pick(LETTERS)} [${d.pick(all)}+0], 1`,
  );
};

/** Ring buffer records: taken, checked, used, given back on some ways. */
export const references: Shape = (d, out) => {
  const count = 1 + d.below(2);
  for (let i = 0; i < count; i++) {
    const keep = `r${6 + i}`;
    d.put(
      'lddw r1, map[2]',
      `mov r2, ${d.pick([8, 16, 24, 8])}`,
      'mov r3, 0',
      'call ringbuf_reserve',
      `mov ${keep}, r0`,
    );
    if (i === 0 && !d.once(12)) d.put(`jeq ${d.pick(['r0', keep])}, 0, ${out}`);
    if (i === 1 && !d.once(12)) d.put(`jeq ${d.pick(['r0', keep])}, 0, giveback`);
  }
  const give = (register: string): void =>
    d.put(`mov r1, ${register}`, 'mov r2, 0', `call ${d.pick(['ringbuf_submit', 'ringbuf_discard'])}`);
  for (let i = d.below(4); i > 0; i--) {
    switch (d.below(5)) {
      case 0:
        d.put(`st${d.pick(LETTERS)} [${d.pick(['r6', 'r7'].slice(0, count))}${at(d.pick([0, 0, 4, 8, 16]))}], 1`);
        break;
      case 1: {
        const join = d.label();
        d.unknown('r8');
        d.compare(['r8'], join);
        if (d.once(2)) give('r6');
        d.put(`${join}:`);
        break;
      }
      case 2:
        d.put('stxdw [r10-8], r6', `ldxdw ${d.pick(['r8', 'r6'])}, [r10-8]`);
        break;
      case 3:
        d.unknown('r8');
        d.limit('r8', 7, count > 1 ? 'both' : 'giveback');
        d.put('mov r1, r6', 'add r1, r8', `stb [r1${at(d.pick([0, 0, 7, 8]))}], 1`);
        break;
      default:
        if (d.once(3)) d.put('mov r1, r6', 'add r1, 8');
        else if (count > 1) d.put(`jne r7, 0, both`, 'ja giveback');
    }
  }
  if (count > 1 && !d.once(5)) give('r7');
  d.put('giveback:');
  give('r6');
  d.put(`ja ${out}`, 'both:');
  give('r6');
  give(d.pick(['r7', 'r7', 'r6']));
};

/** Pointers on their way to where they could be read: only without CAP_PERFMON are they kept back. */
export const leaks: Shape = (d, out) => {
  d.lookup(d.pick([0, 1]), '0');
  d.put(`jeq r0, 0, ${out}`, 'mov r6, r0', 'mov r7, r9');
  d.unknown('r8');
  const any = ['r6', 'r7', 'r8', 'r10', 'r9'];
  for (let i = 1 + d.below(3); i > 0; i--) {
    switch (d.below(10)) {
      case 0:
        d.put(`stx${d.pick(LETTERS)} [r6+0], ${d.pick(any)}`);
        break;
      case 1:
        d.put(
          `stx${d.pick(['dw', 'dw', 'w'])} [r10-8], ${d.pick(any)}`,
          `ldx${d.pick(['dw', 'dw', 'w', 'h'])} r8, [r10-8]`,
        );
        break;
      case 2:
        d.put(`${d.pick(CONDITIONS)} ${d.pick(any)}, ${d.once(2) ? d.pick(any) : d.edge()}, ${out}`);
        break;
      case 3:
        d.put(`${d.pick(OPERATIONS)}${d.wide()} ${d.pick(['r6', 'r7', 'r8'])}, ${d.pick(any)}`);
        break;
      case 4:
        d.put(`mov${d.wide()} r8, ${d.pick(any)}`);
        break;
      case 5:
        d.put(`lock ${d.pick(['add', 'fetch add', 'xchg', 'cmpxchg'])} [r6+0], ${d.pick(any)}`);
        break;
      case 6:
        d.put(`stx${d.pick(['dw', 'w'])} [r9${at(d.pick([8, 48, 56]))}], ${d.pick(any)}`);
        break;
      case 7:
        d.put(
          'mov r2, r10',
          'add r2, -8',
          'lddw r1, map[0]',
          'mov r3, r2',
          'mov r4, 0',
          `call ${d.pick(['map_update_elem', 'map_delete_elem'])}`,
        );
        break;
      case 8:
        d.put(`neg ${d.pick(['r6', 'r8'])}`);
        break;
      default:
        d.put(`sub r6, ${d.pick(['r6', 'r8', 'r10'])}`);
    }
  }
  if (d.once(3)) d.put(`mov r0, ${d.pick(any)}`, 'exit');
};

/** The packet: fixed and moved pointers, checks written every way. */
export const packets: Shape = (d, out) => {
  if (!d.hasPacket) return bounds(d, out);
  const meta = d.once(6);
  d.put(`ldxw r2, [r9+${d.word(meta ? 'META' : 'DATA')}]`, `ldxw r3, [r9+${d.word(meta ? 'DATA' : 'END')}]`);
  if (d.once(2)) {
    d.unknown('r6');
    switch (d.below(4)) {
      case 0:
        d.put(`and r6, ${d.pick([15, 60, 255, 0xffff, 0x7fff])}`);
        break;
      case 1:
        d.limit('r6', d.pick([64, 1500, 0xffff]), out);
        break;
      case 2:
        d.put('and r6, 15', `lsh r6, ${d.pick([2, 4, 12])}`);
        break;
      default:
        break;
    }
    d.put(d.pick(['add r2, r6', 'add r2, r6', 'sub r2, r6', 'add r6, r2']));
    if (d.once(5)) d.put('mov r2, r6');
    if (d.once(3)) d.put(`add r2, ${d.pick([4, 14, -1])}`);
  }
  const need = d.pick([1, 8, 14, 34]);
  const checked = d.pick(['r4', 'r4', 'r2']);
  if (checked === 'r4') d.put('mov r4, r2', `add r4, ${need}`);
  if (d.once(5)) d.put('mov r5, r2', `add r5, ${d.pick([2, 4])}`);
  const condition = d.pick(['jgt', 'jge', 'jlt', 'jle', 'jgt', 'jlt', 'jeq', 'jne', 'jsgt']);
  const swapped = d.once(2);
  const operands = swapped ? `r3, ${checked}` : `${checked}, r3`;
  if (d.once(2)) d.put(`${condition} ${operands}, ${out}`);
  else {
    const fine = d.label();
    d.put(`${condition} ${operands}, ${fine}`, `ja ${out}`, `${fine}:`);
  }
  for (let i = 1 + d.below(3); i > 0; i--) {
    const letter = d.pick(LETTERS);
    const size = SIZE_OF[letter]!;
    const offset = d.pick([0, need - size, need - size, need - size + 1, need, -need, -size]);
    const pointer = d.pick(['r2', 'r2', 'r2', 'r4', 'r5']);
    if (d.once(4)) d.put(`st${letter} [${pointer}${at(offset)}], 0`);
    else d.put(`ldx${letter} r7, [${pointer}${at(offset)}]`);
  }
  if (d.once(4)) {
    d.put('and r7, 7', 'mov r5, r2', 'add r5, r7', `ldxb r0, [r5${at(d.pick([0, need - 8]))}]`);
  }
};

/** The context by any offset and width; what was read as an index; tail calls; code that no way reaches. */
export const contexts: Shape = (d, out) => {
  d.put('mov r6, 1');
  for (let i = 1 + d.below(3); i > 0; i--) {
    switch (d.below(8)) {
      case 0:
        d.put(`ldx${d.once(3) ? d.pick(LETTERS) : 'w'} r6, [r9+${(d.once(6) ? d.pick([1, 2]) : 4) * d.below(48)}]`);
        break;
      case 1:
        d.put(`stx${d.pick(LETTERS)} [r9+${4 * d.below(48)}], ${d.pick(['r6', 'r6', 'r9'])}`);
        break;
      case 2:
        if (d.once(3)) d.put('mov r1, r9', `add r1, ${d.pick([8, 4, 48])}`, `ldxw r6, [r1${at(d.pick([0, 0, -8]))}]`);
        break;
      case 3:
        d.put('mov r1, r9', 'lddw r2, map[3]', `mov r3, ${d.pick([0, 1, 7])}`, 'call tail_call');
        break;
      case 4: {
        const join = d.label();
        d.put(
          'mov r8, 1',
          `${d.pick(['jeq', 'jne', 'jgt'])} r8, ${d.pick([0, 1])}, ${join}`,
          d.pick(['ldxb r0, [r8+0]', 'mov r0, r5', 'exit', 'mov r0, 3']),
          `${join}:`,
        );
        break;
      }
      case 5: {
        const join = d.label();
        d.unknown('r8');
        d.put('mov r1, r9');
        d.compare(['r8'], join);
        d.put('mov r1, r10', 'stw [r10-8], 1', 'add r1, -16', `${join}:`, `ldxw r6, [r1+8]`);
        break;
      }
      case 6:
        d.put(`${d.pick(['add', 'sub', 'and'])} r9, ${d.pick([0, 1, 8])}`);
        break;
      default:
        d.put(`ldxw r6, [r9+${d.word('MARK')}]`);
        d.limit('r6', 56, out);
        d.useIndex('r6');
    }
  }
};
