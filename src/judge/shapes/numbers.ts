// Shapes about numbers: what arithmetic, comparisons, links and loops teach.
import { at, type Shape } from './draw.ts';

/** Numbers through arithmetic and comparisons of both widths, then an index. */
export const bounds: Shape = (d, out) => {
  const registers = ['r6', 'r7', 'r8'].slice(0, 1 + d.below(3));
  for (const register of registers) d.unknown(register);
  for (let i = 2 + d.below(6); i > 0; i--) {
    if (d.once(3)) d.compare(registers, out);
    else if (d.once(4)) {
      const join = d.label();
      d.compare(registers, join);
      d.arithmetic(registers);
      if (d.once(2)) d.arithmetic(registers);
      d.put(`${join}:`);
    } else d.arithmetic(registers);
  }
  const index = d.pick(registers);
  if (!d.once(6)) d.limit(index, 56, out);
  d.useIndex(index);
  if (d.once(6)) d.useIndex(d.pick(registers));
};

/** Registers that were copied, moved by constants, spilled: what is learnt of one is learnt of all. */
export const linked: Shape = (d, out) => {
  d.unknown('r6');
  if (d.once(3)) d.put(`${d.pick(['and', 'and32', 'rsh'])} r6, ${d.pick([31, 63, 60])}`);
  const family = ['r6'];
  for (let i = 1 + d.below(4); i > 0; i--) {
    const next = `r${[0, 7, 8, 5][family.length - 1] ?? 5}`;
    const from = d.pick(family);
    switch (d.below(6)) {
      case 0:
        d.put(
          `stx${d.pick(['dw', 'dw', 'w', 'h'])} [r10-16], ${from}`,
          `ldx${d.pick(['dw', 'dw', 'w', 'h', 'b'])} ${next}, [r10${d.pick([-16, -16, -16, -12])}]`,
        );
        break;
      case 1:
        d.put(`mov32 ${next}, ${from}`);
        break;
      case 2:
        d.put(`movsx${d.pick(['864', '1664', '3264'])} ${next}, ${from}`);
        break;
      default:
        d.put(`mov ${next}, ${from}`);
    }
    if (!family.includes(next)) family.push(next);
    if (d.once(2))
      d.put(
        `${d.pick(['add', 'add', 'add', 'sub', 'add32'])} ${d.pick(family)}, ${d.pick([1, 4, 8, -1, -8, 16, 1000, 0x7fffffff])}`,
      );
    if (d.once(5)) d.arithmetic(family);
  }
  for (let i = 1 + d.below(3); i > 0; i--) {
    if (d.once(2)) d.limit(d.pick(family), d.pick([48, 56, 40]), out);
    else d.compare(family, out);
  }
  d.useIndex(d.pick(family));
  if (d.once(4)) d.useIndex(d.pick(family));
};

/** Loops: counters in registers and on the stack, nested, may_goto, two ways through the body. */
export const loops: Shape = (d, out) => {
  d.put(`mov r6, ${d.pick([0, 0, 1, 10])}`, 'mov r7, 0');
  if (d.once(3)) d.unknown('r7');
  const onStack = d.once(4);
  if (onStack) d.put('stxdw [r10-8], r6');
  const head = d.label();
  const end = d.label();
  d.put(`${head}:`);
  if (d.once(4)) d.put(`may_goto ${end}`);
  if (onStack) d.put('ldxdw r6, [r10-8]');
  for (let i = d.below(4); i > 0; i--) {
    switch (d.below(5)) {
      case 0: {
        const join = d.label();
        d.unknown('r8');
        d.compare(['r8', 'r7'], join);
        d.arithmetic(['r7']);
        d.put(`${join}:`);
        break;
      }
      case 1:
        d.arithmetic(['r7', 'r8'].slice(0, 1));
        break;
      case 2:
        d.put('mov r1, r6', `and r1, ${d.pick([63, 31, 7])}`, 'lddw r2, value[1]', 'add r2, r1', 'ldxb r8, [r2+0]');
        break;
      case 3:
        d.put('lddw r2, value[1]', 'add r2, r6', `ldxb r8, [r2${at(d.pick([0, 0, 40, -1]))}]`);
        break;
      default:
        if (d.once(2)) d.put('call get_prandom_u32', `jgt r0, ${d.edge()}, ${end}`);
        else {
          const inner = d.label();
          d.put('mov r5, 0', `${inner}:`, 'add r5, 1', `jlt r5, ${d.pick([2, 3, 5])}, ${inner}`);
        }
    }
  }
  // A loop that does not end takes either verifier a million instructions to refuse: seldom enough.
  const endless = d.once(40);
  d.put(
    `${endless ? d.pick(['sub', 'add32', 'mul']) : d.pick(['add', 'add', 'add32'])} r6, ${d.pick([1, 1, 1, 2, 3])}`,
  );
  if (onStack) d.put('stxdw [r10-8], r6');
  d.put(
    `${d.pick(endless ? ['jne', 'jgt', 'jslt'] : ['jlt', 'jlt', 'jslt', 'jle', 'jlt32'])} r6, ${endless && d.once(2) ? 'r7' : d.pick([2, 5, 10, 40, 64, 100])}, ${head}`,
  );
  d.put(`${end}:`);
  if (d.once(2)) {
    const register = d.pick(['r6', 'r7']);
    if (d.once(2)) d.limit(register, 56, out);
    d.useIndex(register);
  }
};
