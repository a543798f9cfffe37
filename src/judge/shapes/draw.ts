// What every shape draws with: registers, unknown numbers, limits, lookups, as lines of assembly.
import type { Random } from '../generate.ts';

export const WORDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  xdp: { DATA: 0, END: 4, META: 8, OK: 2, MARK: 12 },
  tc: { DATA: 76, END: 80, META: 140, OK: 0, MARK: 8 },
  cgroup_skb: { DATA: 76, END: 80, META: 140, OK: 1, MARK: 8 },
};
export const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 56, 63, 64, 127, 128, 255, 256, 0xffff, 0x7fffffff];
export const CONDITIONS = ['jeq', 'jne', 'jgt', 'jge', 'jlt', 'jle', 'jsgt', 'jsge', 'jslt', 'jsle', 'jset'];
export const OPERATIONS = [
  'add',
  'sub',
  'mul',
  'and',
  'or',
  'xor',
  'lsh',
  'rsh',
  'arsh',
  'div',
  'mod',
  'sdiv',
  'smod',
  'mov',
];
export const LETTERS = ['b', 'h', 'w', 'dw'] as const;
export const SIZE_OF: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, dw: 8 };

export const at = (offset: number): string => (offset < 0 ? `${offset}` : `+${offset}`);

export class Draw {
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

/** Adds its lines; `out` is the label of the common end. */
export type Shape = (draw: Draw, out: string) => void;
