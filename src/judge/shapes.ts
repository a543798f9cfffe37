// Random programs by shape: each shape is a kind of reasoning that the verifier does (bounds, linked registers, partial spills, loops,
// callbacks, references …), written so that about half of them are accepted. They are drawn as text in the corpus's own form, so that a
// difference, made small by leaving lines out, can be kept as a program of the corpus as it stands.
import { readCorpusText, type CorpusCase } from './corpus.ts';
import { Random } from './generate.ts';
import type { Capabilities } from './linux.ts';

export interface ShapedProgram {
  readonly seed: number;
  readonly shape: string;
  readonly typeName: string;
  readonly caps: Capabilities;
  /** `function` lines, when the program needs BTF */
  readonly functions: readonly string[];
  /** assembly, a line each; labels stand alone */
  readonly lines: readonly string[];
}

/** Of every program: 0 hash, 1 array, 2 ring buffer, 3 program array, 4 array of several elements. */
export const SHAPE_MAPS = [
  'hash:4:16:4',
  'array:4:64:1',
  'ringbuf:0:0:4096',
  'prog_array:4:4:4',
  'array:4:8:16',
] as const;

const TYPES = ['xdp', 'tc', 'socket', 'tracepoint', 'cgroup_skb', 'raw_tp'] as const;
const WORDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  xdp: { DATA: 0, END: 4, META: 8, OK: 2, MARK: 12 },
  tc: { DATA: 76, END: 80, META: 140, OK: 0, MARK: 8 },
  cgroup_skb: { DATA: 76, END: 80, META: 140, OK: 1, MARK: 8 },
};
const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 56, 63, 64, 127, 128, 255, 256, 0xffff, 0x7fffffff];
const CONDITIONS = ['jeq', 'jne', 'jgt', 'jge', 'jlt', 'jle', 'jsgt', 'jsge', 'jslt', 'jsle', 'jset'];
const OPERATIONS = ['add', 'sub', 'mul', 'and', 'or', 'xor', 'lsh', 'rsh', 'arsh', 'div', 'mod', 'sdiv', 'smod', 'mov'];
const LETTERS = ['b', 'h', 'w', 'dw'] as const;
const SIZE_OF: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, dw: 8 };

const at = (offset: number): string => (offset < 0 ? `${offset}` : `+${offset}`);

class Draw {
  readonly random: Random;
  readonly typeName: string;
  readonly lines: string[] = [];
  /** lines behind the main program's exit */
  readonly behind: string[] = [];
  readonly functions: string[] = [];
  private labels = 0;

  constructor(random: Random, typeName: string) {
    this.random = random;
    this.typeName = typeName;
  }
  get hasPacket(): boolean {
    return WORDS[this.typeName] !== undefined;
  }
  word(name: string): number {
    return WORDS[this.typeName]?.[name] ?? (name === 'MARK' ? 8 : 0);
  }
  put(...lines: string[]): void {
    this.lines.push(...lines.map((line) => (line.endsWith(':') ? line : `  ${line}`)));
  }
  label(): string {
    return `l${this.labels++}`;
  }
  pick<T>(values: readonly T[]): T {
    return this.random.pick(values);
  }
  once(n: number): boolean {
    return this.random.once(n);
  }
  below(n: number): number {
    return this.random.below(n);
  }
  edge(): number {
    const value = this.once(4) ? this.below(80) : this.pick(EDGES);
    return this.once(5) ? -value : value;
  }
  wide(): '' | '32' {
    return this.once(3) ? '32' : '';
  }

  /** An unknown number in `register` by loading it, so that no other register is lost. */
  unknown(register: string): void {
    const way = this.below(8);
    if (way === 0 && register !== 'r0') {
      this.put(`ldx${this.pick(['w', 'w', 'dw'])} ${register}, [r10-64]`);
      return;
    }
    this.put(`lddw ${register}, value[1]+${8 * this.below(7)}`);
    this.put(`ldx${this.once(4) ? `s${this.pick(['b', 'h', 'w'])}` : this.pick(LETTERS)} ${register}, [${register}+0]`);
  }
  arithmetic(registers: readonly string[]): void {
    const dst = this.pick(registers);
    const wide = this.wide();
    const choice = this.below(12);
    if (choice === 0) this.put(`neg${wide} ${dst}`);
    else if (choice === 1)
      this.put(
        this.once(2)
          ? `movsx${this.pick(['864', '1664', '3264'])} ${dst}, ${this.pick(registers)}`
          : `movsx${this.pick(['832', '1632'])} ${dst}, ${this.pick(registers)}`,
      );
    else if (choice === 2)
      this.put(`${this.pick(['be16', 'be32', 'be64', 'le16', 'le32', 'bswap16', 'bswap32', 'bswap64'])} ${dst}`);
    else if (choice <= 6) this.put(`${this.pick(OPERATIONS)}${wide} ${dst}, ${this.pick(registers)}`);
    else {
      const operation = this.pick(OPERATIONS);
      let imm = this.edge();
      if (/sh$/.test(operation)) imm = this.once(3) ? this.pick([31, 32, 48, 56, 63]) : this.below(wide ? 32 : 64);
      if (/sh$/.test(operation) && wide) imm &= 31;
      if (/div|mod/.test(operation) && imm === 0) imm = 3;
      this.put(`${operation}${wide} ${dst}, ${imm}`);
    }
  }
  compare(registers: readonly string[], target: string): void {
    const wide = this.wide();
    const right = this.once(3) ? this.pick(registers) : `${this.edge()}`;
    this.put(`${this.pick(CONDITIONS)}${wide} ${this.pick(registers)}, ${right}, ${target}`);
  }
  /** Makes `register` a good index below `limit`, mostly. */
  limit(register: string, limit: number, out: string): void {
    const wide = this.wide();
    const near = this.once(6) ? limit + this.pick([1, -1, 8]) : limit;
    switch (this.below(6)) {
      case 0:
        this.put(`and${wide} ${register}, ${this.pick([7, 15, 31, 48, 56, 63])}`);
        break;
      case 1:
        this.put(`jgt${wide} ${register}, ${near}, ${out}`);
        break;
      case 2:
        this.put(
          `jsgt${wide} ${register}, ${near}, ${out}`,
          `jslt${wide} ${register}, ${this.pick([0, 0, 0, 1, -1])}, ${out}`,
        );
        break;
      case 3:
        this.put(`jge${wide} ${register}, ${near + 1}, ${out}`);
        break;
      case 4: {
        const fine = this.label();
        this.put(`jle${wide} ${register}, ${near}, ${fine}`, `ja ${out}`, `${fine}:`);
        break;
      }
      default:
        break;
    }
  }
  /** Reads or writes array 1's value (64 bytes) at an index. */
  useIndex(register: string): void {
    const pointer = this.pick(['r1', 'r2', 'r3', 'r4'].filter((name) => name !== register));
    this.put(`lddw ${pointer}, value[1]${this.once(3) ? `+${this.below(64)}` : ''}`);
    this.put(`${this.once(12) ? 'sub' : 'add'} ${pointer}, ${register}`);
    const letter = this.pick(LETTERS);
    const offset = this.once(5) ? this.pick([1, 8, 55, 56, 60, 63, -1, -8]) : 0;
    if (this.once(3)) this.put(`st${letter} [${pointer}${at(offset)}], ${this.below(100)}`);
    else this.put(`ldx${letter} r0, [${pointer}${at(offset)}]`);
  }
  lookup(map: number, key: string): void {
    this.put(`stw [r10-4], ${key}`, 'mov r2, r10', 'add r2, -4', `lddw r1, map[${map}]`, 'call map_lookup_elem');
  }
}

type Shape = (draw: Draw, out: string) => void;

/** Numbers through arithmetic and comparisons of both widths, then an index. */
const bounds: Shape = (d, out) => {
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
const linked: Shape = (d, out) => {
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

/** The stack at an unknown offset, direct and through helpers. */
const stackOffset: Shape = (d, out) => {
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
const spills: Shape = (d, out) => {
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

/** Loops: counters in registers and on the stack, nested, may_goto, two ways through the body. */
const loops: Shape = (d, out) => {
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

/** The program's own functions: numbers, stack pointers and map values in and out. */
const subprograms: Shape = (d, out) => {
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
const callbacks: Shape = (d, out) => {
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

/** Lookups, copies of what they gave, null checks of one for another. */
const nulls: Shape = (d, out) => {
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
const references: Shape = (d, out) => {
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

/** Atomic operations on the stack and in map values; what they fetched. */
const atomics: Shape = (d, out) => {
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

/** Pointers on their way to where they could be read: only without CAP_PERFMON are they kept back. */
const leaks: Shape = (d, out) => {
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
const packets: Shape = (d, out) => {
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

/** Helpers that take memory and a size: fixed, bounded, unbounded, zero. */
const helperMemory: Shape = (d, out) => {
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

/** The context by any offset and width; what was read as an index; tail calls; code that no way reaches. */
const contexts: Shape = (d, out) => {
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

export const SHAPES: Readonly<Record<string, Shape>> = {
  bounds,
  linked,
  stackOffset,
  spills,
  loops,
  subprograms,
  callbacks,
  nulls,
  references,
  atomics,
  leaks,
  packets,
  helperMemory,
  contexts,
};
const NAMES = Object.keys(SHAPES);

/** Two shapes one after the other sometimes; then, in half the programs, a line is not quite what it should be. */
function mistake(random: Random, lines: string[]): void {
  const at = random.below(lines.length);
  const line = lines[at] ?? '';
  if (line.endsWith(':') || /^\s+exit/.test(line)) return;
  switch (random.below(7)) {
    case 0:
      lines[at] = line.replace(/(?<![\w])(-?\d+)(?!.*\d)/, (text) =>
        String(Number(text) + random.pick([1, -1, 8, -8])),
      );
      break;
    case 1:
      lines[at] = line.replace(/\br\d\b/, `r${random.pick([0, 6, 7, 8, 9])}`);
      break;
    case 2:
      lines.splice(at, 1);
      break;
    case 3:
      lines[at] = line.replace(/^(\s+)(add|sub|and|or|xor|mov|jgt|jlt|jge|jle|jeq|jne|jsgt|jslt) /, '$1$232 ');
      break;
    case 4:
      lines[at] = line.replace(/^(\s+(?:ldx|stx?))(b|h|w|dw) /, (_, head: string) => `${head}${random.pick(LETTERS)} `);
      break;
    case 5:
      lines[at] = line.replace(/\b(jgt|jge|jlt|jle|jsgt|jslt)(?=(32)? )/, () => random.pick(CONDITIONS));
      break;
    default: {
      const other = random.below(lines.length);
      const moved = lines[other] ?? '';
      if (!moved.endsWith(':')) lines.splice(at, 0, moved);
    }
  }
}

/** Without what no jump leads to: Linux refuses it before it looks at anything else. */
function withoutUnreachable(lines: readonly string[]): string[] {
  let kept = [...lines];
  for (let before = -1; before !== kept.length;) {
    before = kept.length;
    const targets = new Set(kept.flatMap((line) => / (\w+)$/.exec(line)?.[1] ?? []));
    let reachable = true;
    kept = kept.filter((line) => {
      if (line.endsWith(':')) {
        if (!targets.has(line.slice(0, -1))) return false;
        reachable = true;
      }
      const keep = reachable;
      if (/^\s+(exit|ja )/.test(line)) reachable = false;
      return keep;
    });
  }
  return kept;
}

/** The program of a seed; `only`: nothing but this shape. */
export function drawShape(seed: number, only?: string): ShapedProgram {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  const caps: Capabilities = random.once(3) ? 'bpf' : 'root';
  const shape = only ?? random.pick(NAMES);
  let typeName: string = random.pick(TYPES);
  // tracing types need CAP_PERFMON
  if (caps === 'bpf' && (typeName === 'tracepoint' || typeName === 'raw_tp')) typeName = 'xdp';
  const draw = new Draw(random, typeName);
  draw.put('mov r9, r1', 'stdw [r10-64], 0');
  SHAPES[shape]?.(draw, 'out');
  if (only === undefined && random.once(8)) {
    const second = random.pick(['bounds', 'spills', 'nulls', 'packets', 'loops'].filter((name) => name !== shape));
    SHAPES[second]?.(draw, 'out');
  }
  draw.put('out:', `mov r0, ${draw.word('OK')}`, 'exit');
  const lines = [...draw.lines, ...draw.behind];
  if (!random.once(2)) for (let i = 1 + random.below(2); i > 0; i--) mistake(random, lines);
  const reached = withoutUnreachable(lines);
  // the program whose callback nobody names has no BTF
  const functions = reached.includes('body:') ? draw.functions : [];
  return { seed, shape, typeName, caps, functions, lines: reached };
}

/** As a program of the corpus. */
export function textOfShape(program: ShapedProgram, name = `shape-${program.seed}`): string {
  return [
    `program ${name}`,
    `type ${program.typeName}`,
    `caps ${program.caps}`,
    ...SHAPE_MAPS.map((map) => `map ${map}`),
    ...program.functions.map((row) => `function ${row}`),
    ...program.lines,
    '',
  ].join('\n');
}
/** null: the lines do not assemble (a mistake took a label's only line). */
export function caseOfShape(program: ShapedProgram): CorpusCase | null {
  try {
    return readCorpusText('shapes', textOfShape(program))[0] ?? null;
  } catch {
    return null;
  }
}
