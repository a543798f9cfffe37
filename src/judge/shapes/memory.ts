// Shapes about memory: the stack at unknown offsets, partial spills, atomics, buffers of helpers.
import { LETTERS, SIZE_OF, at, type Shape } from './draw.ts';

/** The stack at an unknown offset, direct and through helpers. */
export const stackOffset: Shape = (d, out) => {
  for (let i = d.below(6); i > 0; i--) {
    const letter = d.pick(LETTERS);
    d.put(`st${letter} [r10-${SIZE_OF[letter]! * (1 + d.below(32 / SIZE_OF[letter]!))}], ${d.pick([0, 0, 1, -1])}`);
  }
  if (d.once(2)) d.put(`stxdw [r10-${8 * (1 + d.below(4))}], ${d.pick(['r9', 'r9', 'r10', 'r6'])}`);
  d.put('mov r8, 0');
  d.unknown('r6');
  d.limit('r6', 24, out);
  if (d.once(3)) d.put(`and r6, ${d.pick([8, 24, 16, 28])}`);
  d.put('mov r7, r10', `add r7, -${d.pick([32, 32, 40, 24, 64, 512])}`, 'add r7, r6');
  for (let i = 1 + d.below(3); i > 0; i--) {
    const letter = d.pick(LETTERS);
    switch (d.below(5)) {
      case 0:
        d.put(`st${letter} [r7+0], ${d.pick([0, 0, 5])}`);
        break;
      case 1:
        d.put(`stx${letter} [r7${at(d.pick([0, 0, 4, -8]))}], ${d.pick(['r6', 'r6', 'r9', 'r10'])}`);
        break;
      case 2:
        d.put(`ldx${letter} r8, [r7${at(d.pick([0, 0, 0, 8, -8]))}]`);
        break;
      case 3: {
        const size = d.pick(LETTERS);
        d.put(`ldx${size} r8, [r10-${SIZE_OF[size]! * (1 + d.below(32 / SIZE_OF[size]!))}]`);
        if (d.once(2)) d.put('and r8, 31', 'lddw r1, value[1]', 'add r1, r8', 'ldxb r0, [r1+0]');
        if (d.once(4)) d.put('ldxb r0, [r8+0]');
        break;
      }
      default:
        if (d.typeName === 'tracepoint' || d.typeName === 'raw_tp')
          d.put('mov r1, r7', `mov r2, ${d.pick([4, 8, 16, 0])}`, 'mov r3, 0', 'call probe_read_kernel');
        else if (d.once(2)) d.put('mov r2, r7', `lddw r1, map[${d.pick([0, 1, 4])}]`, 'call map_lookup_elem');
        else
          d.put(
            'mov r1, r7',
            `mov r2, ${d.pick([4, 8, 16, 0])}`,
            'mov r3, 0',
            'mov r4, 0',
            'mov r5, 0',
            'call csum_diff',
          );
    }
  }
};

/** Spills and fills of all widths, over each other, then a use of what came back. */
export const spills: Shape = (d, out) => {
  d.unknown('r6');
  if (d.once(2)) d.limit('r6', 56, out);
  d.put(d.once(2) ? `mov r7, ${d.edge()}` : 'mov r7, r6', 'mov r8, r7');
  const slots = [-8, -16, -24];
  for (const slot of slots) if (!d.once(4)) d.put(`stdw [r10${slot}], ${d.pick([0, 0, 7])}`);
  for (let i = 3 + d.below(6); i > 0; i--) {
    const letter = d.pick([...LETTERS, 'dw', 'dw', 'w'] as const);
    const place = d.pick(slots) + (letter === 'dw' ? 0 : SIZE_OF[letter]! * d.below(8 / SIZE_OF[letter]!));
    switch (d.below(7)) {
      case 0:
      case 1:
        d.put(`stx${letter} [r10${place}], ${d.pick(letter === 'dw' ? ['r6', 'r7', 'r6', 'r9'] : ['r6', 'r7'])}`);
        break;
      case 2:
        d.put(`st${letter} [r10${place}], ${d.pick([0, 0, 1, 7, -1])}`);
        break;
      case 3:
      case 4:
        d.put(`ldx${letter} ${d.pick(['r8', 'r7', 'r6', 'r8'])}, [r10${place}]`);
        break;
      case 5:
        d.compare(['r6', 'r7'], out);
        break;
      default:
        d.limit(d.pick(['r6', 'r7']), 48, out);
    }
  }
  d.put(`ldx${d.pick(['dw', 'w', 'h', 'b'])} r8, [r10${d.pick(slots)}]`);
  if (d.once(3)) d.limit('r8', 56, out);
  d.useIndex(d.pick(['r6', 'r7', 'r8', 'r8']));
};

/** Atomic operations on the stack and in map values; what they fetched. */
export const atomics: Shape = (d, out) => {
  d.put(`stdw [r10-8], ${d.pick([0, 5, 100])}`);
  d.unknown('r6');
  if (d.once(2)) d.limit('r6', 56, out);
  if (d.once(3)) d.put('stxdw [r10-8], r6');
  d.put('mov r7, r6', 'lddw r8, value[1]');
  for (let i = 1 + d.below(4); i > 0; i--) {
    const wide = d.wide();
    const place = d.pick(
      wide
        ? ['[r10-8]', '[r10-8]', '[r8+0]', '[r8+56]', '[r8+60]', '[r10-4]']
        : ['[r10-8]', '[r10-8]', '[r8+0]', '[r8+56]', '[r8+56]'],
    );
    const operation = d.pick([
      'lock add',
      'lock or',
      'lock and',
      'lock xor',
      'lock fetch add',
      'lock fetch or',
      'lock fetch and',
      'lock fetch xor',
      'lock xchg',
      'lock cmpxchg',
    ]);
    if (operation === 'lock cmpxchg') d.put(`mov${d.wide()} r0, ${d.once(3) ? 'r6' : d.below(9)}`);
    const bits = d.pick(['8', '16', '32', '64']);
    if (d.once(10)) d.put(d.once(2) ? `load_acquire${bits} r6, ${place}` : `store_release${bits} ${place}, r6`);
    else d.put(`${operation}${wide} ${place}, ${d.pick(d.once(6) ? ['r9', 'r10'] : ['r6', 'r7', 'r7'])}`);
    if (d.once(3)) d.put(`ldx${d.pick(['dw', 'w'])} r7, [r10-8]`);
    if (d.once(3)) d.limit(d.pick(['r6', 'r7']), 56, out);
  }
  const index = d.pick(['r6', 'r7']);
  if (d.once(2)) d.limit(index, 56, out);
  d.useIndex(index);
};

/** Helpers that take memory and a size: fixed, bounded, unbounded, zero. */
export const helperMemory: Shape = (d, out) => {
  d.put('mov r8, 0');
  d.unknown('r6');
  if (!d.once(4)) d.limit('r6', d.pick([16, 32, 64]), out);
  if (d.once(3)) d.put(`jeq r6, 0, ${out}`);
  if (d.once(3)) d.put(`add r6, ${d.pick([1, -1, 4])}`);
  for (let i = d.below(5); i > 0; i--) d.put(`stdw [r10-${8 * (1 + d.below(8))}], 0`);
  const memory = d.pick(['stack', 'stack', 'value', 'value', 'packet', 'null', 'record']);
  if (memory === 'stack') d.put('mov r7, r10', `add r7, -${d.pick([16, 32, 64, 64, 8])}`);
  else if (memory === 'value') d.put(`lddw r7, value[1]+${d.pick([0, 0, 32, 48])}`);
  else if (memory === 'null') d.put('mov r7, 0');
  else if (memory === 'packet' && d.hasPacket)
    d.put(
      `ldxw r7, [r9+${d.word('DATA')}]`,
      `ldxw r3, [r9+${d.word('END')}]`,
      'mov r2, r7',
      `add r2, ${d.pick([16, 32, 64])}`,
      `jgt r2, r3, ${out}`,
    );
  else {
    d.lookup(0, '1');
    if (!d.once(5)) d.put(`jeq r0, 0, ${out}`);
    d.put('mov r7, r0');
  }
  if (d.once(6)) d.put(`add r7, ${d.pick([4, 8, -4])}`);
  const size = d.once(3) ? `${d.pick([0, 1, 4, 8, 16, 32, 64, 65])}` : 'r6';
  switch (d.below(d.typeName === 'tracepoint' || d.typeName === 'raw_tp' ? 4 : 6)) {
    case 0:
      d.put('lddw r1, map[2]', 'mov r2, r7', `mov r3, ${size}`, 'mov r4, 0', 'call ringbuf_output');
      break;
    case 1:
      if (!d.hasPacket) d.put('mov r1, r7', `mov r2, ${size}`, 'call get_current_comm');
      else d.put('mov r1, r7', `mov r2, ${size}`, 'mov r3, 0', 'mov r4, 0', 'mov r5, 0', 'call csum_diff');
      break;
    case 2:
      d.put('lddw r1, map[0]', 'mov r2, r7', 'mov r3, r7', 'mov r4, 0', 'call map_update_elem');
      break;
    case 3:
      if (d.typeName === 'tracepoint' || d.typeName === 'raw_tp')
        d.put(
          'mov r1, r7',
          `mov r2, ${size}`,
          'mov r3, 0',
          `call ${d.pick(['probe_read_kernel', 'probe_read_user_str'])}`,
        );
      else d.put('mov r1, 0', 'mov r2, 0', 'mov r3, r7', `mov r4, ${size}`, 'mov r5, 0', 'call csum_diff');
      break;
    case 4:
      d.put('mov r1, r7', `mov r2, ${size}`, 'mov r3, r7', `mov r4, ${size}`, 'mov r5, 0', 'call csum_diff');
      break;
    default:
      if (d.typeName === 'xdp')
        d.put(
          'mov r1, r9',
          'mov r2, 0',
          'mov r3, r7',
          `mov r4, ${size}`,
          `call ${d.pick(['xdp_load_bytes', 'xdp_store_bytes'])}`,
        );
      else d.put('mov r1, r9', 'mov r2, 0', 'mov r3, r7', `mov r4, ${size}`, 'call skb_load_bytes');
  }
  if (d.once(2)) d.put('ldxdw r8, [r10-8]');
  if (d.once(3)) {
    const index = d.pick(['r0', 'r8']);
    d.limit(index, 56, out);
    d.useIndex(index);
  }
};
