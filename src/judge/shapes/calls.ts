// Shapes about calls: the program's own functions, and those that helpers call back.
import { at, type Shape } from './draw.ts';

/** The program's own functions: numbers, stack pointers and map values in and out. */
export const subprograms: Shape = (d, out) => {
  d.unknown('r6');
  if (d.once(2)) d.limit('r6', 56, out);
  d.put(`stdw [r10-8], ${d.pick([0, 1, 8])}`);
  if (d.once(2)) d.put('stxdw [r10-16], r6');
  if (d.once(4)) d.put('stxdw [r10-16], r9');
  const calls = 1 + d.below(2);
  for (let i = 0; i < calls; i++) {
    d.put(d.pick(['mov r1, r6', 'mov r1, r9', 'mov r1, 5', 'mov r1, r6']));
    d.put('mov r2, r10', `add r2, ${d.pick([-8, -8, -16, -24])}`);
    if (d.once(2)) d.put('lddw r3, value[1]');
    d.put(`call local f${d.once(3) ? 1 : 0}`);
    if (d.once(2)) d.put('mov r7, r0');
  }
  if (d.once(2)) {
    d.put(`ldxdw r8, [r10${d.pick([-8, -16])}]`);
    if (d.once(3)) d.limit('r8', 56, out);
    d.useIndex('r8');
  }
  if (d.once(2)) {
    d.put('mov r8, r0');
    if (d.once(2)) d.limit('r8', 56, out);
    d.useIndex('r8');
  }
  for (const name of ['f0', 'f1']) {
    const main = d.lines.splice(0);
    const leave = `${name}out`;
    d.put(`${name}:`, 'mov r0, r1');
    for (let i = d.below(4); i > 0; i--) {
      switch (d.below(7)) {
        case 0:
          d.limit('r0', 56, leave);
          break;
        case 1:
          d.put(`ldxdw r${d.pick([0, 4])}, [r2${at(d.pick([0, 0, 8, -8]))}]`);
          break;
        case 2:
          d.put(d.once(2) ? `stdw [r2+0], ${d.below(9)}` : 'stxdw [r2+0], r0');
          break;
        case 3:
          d.arithmetic(['r0', 'r0', 'r4'].slice(0, d.once(6) ? 3 : 2));
          break;
        case 4:
          d.compare(['r0'], leave);
          break;
        case 5:
          d.put('add r3, r0', 'ldxb r4, [r3+0]');
          break;
        default:
          if (name === 'f0' && d.once(2)) d.put('call local f1');
          else d.put('mov r6, r2', 'mov r7, 1', `stxdw [r10-${d.pick([8, 256, 400])}], r7`);
      }
    }
    d.put(`${leave}:`);
    if (d.once(3)) d.put(`and r0, ${d.pick([7, 63, 255])}`);
    d.put('exit');
    d.behind.push(...d.lines.splice(0));
    d.lines.push(...main);
  }
};

/** bpf_loop and bpf_for_each_map_elem. */
export const callbacks: Shape = (d, out) => {
  const each = d.once(3);
  d.functions.push(
    'main prog static int(ctx)',
    each ? 'body body static int(ptr ptr ptr ptr)' : 'body body static int(int ptr)',
  );
  d.put(`stdw [r10-8], ${d.pick([0, 1, 5])}`);
  if (d.once(2)) {
    d.unknown('r6');
    if (d.once(2)) d.limit('r6', 56, out);
    d.put('stxdw [r10-16], r6');
  }
  if (each) d.put(`lddw r1, map[${d.pick([0, 1, 4])}]`);
  else if (d.once(2)) d.put(`mov r1, ${d.pick([0, 1, 2, 10, 1000])}`);
  else {
    d.unknown('r1');
    if (d.once(2)) d.put(`and r1, ${d.pick([1, 7, 255])}`);
  }
  d.put('lddw r2, func body');
  d.put(
    ...d.pick([['mov r3, r10', 'add r3, -8'], ['mov r3, r10', 'add r3, -16'], ['mov r3, 0'], ['mov r3, r9']] as const),
  );
  d.put('mov r4, 0', `call ${each ? 'for_each_map_elem' : 'loop'}`);
  if (d.once(2)) {
    d.put(`ldxdw r7, [r10${d.pick([-8, -16])}]`);
    if (d.once(2)) d.limit('r7', 56, out);
    d.useIndex('r7');
  }
  if (d.once(3) && !each) {
    d.put('mov r8, r0');
    d.useIndex('r8');
  }
  const main = d.lines.splice(0);
  d.put('body:');
  const ctx = each ? 'r4' : 'r2';
  for (let i = d.below(4); i > 0; i--) {
    switch (d.below(6)) {
      case 0:
        d.put(`ldxdw r5, [${ctx}+0]`, `add r5, ${d.pick([1, 8, -1])}`);
        if (d.once(2)) d.put(`and r5, ${d.pick([7, 63])}`);
        d.put(`stxdw [${ctx}+0], r5`);
        break;
      case 1:
        d.put(`stdw [${ctx}${at(d.pick([0, 0, 8, -8]))}], ${d.below(8)}`);
        break;
      case 2:
        if (each) d.put(`ldxdw r5, [r3${at(d.pick([0, 0, 8]))}]`);
        else d.put('mov r5, r1', `and r5, 63`, 'lddw r0, value[1]', 'add r0, r5', 'ldxb r5, [r0+0]');
        break;
      case 3:
        d.put(
          each ? `ldx${d.pick(['w', 'w', 'dw'])} r5, [r2+0]` : 'mov r5, r1',
          'lddw r0, value[1]',
          'add r0, r5',
          'ldxb r5, [r0+0]',
        );
        break;
      case 4:
        d.put(`ldxdw r5, [${ctx}+0]`, `jgt r5, ${d.pick([3, 8, 56])}, bodyout`);
        break;
      default:
        d.put(`ldxdw r5, [${ctx}+0]`, 'lddw r0, value[1]', 'add r0, r5', 'ldxb r5, [r0+0]');
    }
  }
  d.put('mov r0, 0', 'exit', 'bodyout:', `mov r0, ${d.pick([0, 1, 1, 2])}`, 'exit');
  d.behind.push(...d.lines.splice(0));
  d.lines.push(...main);
};
