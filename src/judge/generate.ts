// Random programs near the edge of what the verifier accepts, from a seed: part of the corpus, and what fuzzing draws.
//
// The generator keeps a rough account of what each register holds, so that most programs make sense, and then makes a mistake or two
// on purpose: a bound one too large, a check the wrong way, a forgotten initialisation. Jumps are kept by target, so that a
// shrinker can take instructions out.
import { encodeInstructions, type Instruction } from '../bpf/instruction.ts';
import * as op from '../bpf/opcodes.ts';
import { CORPUS_TYPES, hashOf, type CorpusCase, type CorpusMap } from './corpus.ts';
import { HELPER_NUMBERS } from './helper-numbers.ts';

/** One instruction; a jump names the item that it goes to. */
export interface Item {
  instruction: Instruction;
  /** second slot's imm, for a 64-bit immediate */
  high?: number;
  target?: Item | null;
}

export interface GeneratedProgram {
  readonly seed: number;
  readonly typeName: string;
  readonly items: readonly Item[];
}

/** Of every generated program: 0 hash, 1 array, 2 ring buffer. */
export const GENERATED_MAPS: readonly CorpusMap[] = [
  { type: 1, key: 4, value: 16, entries: 4, flags: 0 },
  { type: 2, key: 4, value: 64, entries: 1, flags: 0 },
  { type: 27, key: 0, value: 0, entries: 4096, flags: 0 },
];

/** Small, fast, the same everywhere (mulberry32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }
  below(limit: number): number {
    return this.next() % limit;
  }
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
  /** true once in `n` */
  once(n: number): boolean {
    return this.below(n) === 0;
  }
}

type Kind = 'none' | 'scalar' | 'context' | 'packet' | 'end' | 'value' | 'maybe';

const TYPES = ['xdp', 'xdp', 'tc', 'socket', 'tracepoint', 'cgroup_skb'] as const;
const SIZES = [op.BPF_B, op.BPF_H, op.BPF_W, op.BPF_DW] as const;
const BYTES: Readonly<Record<number, number>> = { [op.BPF_B]: 1, [op.BPF_H]: 2, [op.BPF_W]: 4, [op.BPF_DW]: 8 };
const ARITHMETIC = [
  op.BPF_ADD,
  op.BPF_SUB,
  op.BPF_MUL,
  op.BPF_AND,
  op.BPF_OR,
  op.BPF_XOR,
  op.BPF_LSH,
  op.BPF_RSH,
  op.BPF_ARSH,
  op.BPF_DIV,
  op.BPF_MOD,
  op.BPF_MOV,
] as const;
const CONDITIONS = [
  op.BPF_JEQ,
  op.BPF_JNE,
  op.BPF_JGT,
  op.BPF_JGE,
  op.BPF_JLT,
  op.BPF_JLE,
  op.BPF_JSGT,
  op.BPF_JSGE,
  op.BPF_JSLT,
  op.BPF_JSLE,
  op.BPF_JSET,
] as const;
const EDGES = [
  0, 1, 2, 3, 7, 8, 15, 16, 31, 56, 63, 64, 127, 255, 256, 0xffff, -1, -2, -8, 0x7fffffff, -0x80000000,
] as const;

class Generator {
  readonly items: Item[] = [];
  readonly random: Random;
  private readonly kinds: Kind[] = new Array<Kind>(11).fill('none');
  private readonly typeName: string;
  private readonly words: Readonly<Record<string, number>>;
  /** bytes of the stack, by offset below the frame pointer, that were written */
  private readonly written = new Set<number>();
  private readonly exits: Item[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
    this.typeName = this.random.pick(TYPES);
    this.words = CORPUS_TYPES[this.typeName]?.words ?? {};
    this.kinds[1] = 'context';
  }

  private emit(opcode: number, dst = 0, src = 0, offset = 0, imm = 0): Item {
    const item: Item = { instruction: { opcode, dst, src, offset, imm } };
    this.items.push(item);
    return item;
  }
  private mov(dst: number, src: number): void {
    this.emit(op.BPF_ALU64 | op.BPF_MOV | op.BPF_X, dst, src);
  }
  private movImm(dst: number, imm: number): void {
    this.emit(op.BPF_ALU64 | op.BPF_MOV | op.BPF_K, dst, 0, 0, imm);
  }
  private loadMap(dst: number, map: number, value: boolean, offset = 0): void {
    this.emit(0x18, dst, value ? op.BPF_PSEUDO_MAP_VALUE : op.BPF_PSEUDO_MAP_FD, 0, map).high = offset;
  }
  private call(name: string): void {
    this.emit(op.BPF_JMP | op.BPF_CALL, 0, 0, 0, HELPER_NUMBERS[name] ?? 0);
    this.kinds[0] = 'scalar';
    for (let i = 1; i <= 5; i++) this.kinds[i] = 'none';
  }
  /** A conditional jump to the common exit. */
  private leaveIf(condition: number, dst: number, src: number | null, imm: number, wide = true): void {
    const opcode = (wide ? op.BPF_JMP : op.BPF_JMP32) | condition | (src === null ? op.BPF_K : op.BPF_X);
    this.exits.push(this.emit(opcode, dst, src ?? 0, 0, src === null ? imm : 0));
  }
  private having(kind: Kind): number[] {
    return this.kinds.flatMap((held, i) => (held === kind && i < 10 ? [i] : []));
  }
  private number(): number {
    return this.random.once(3) ? this.random.below(64) : this.random.pick(EDGES);
  }
  /** A register with a number in it; makes one when there is none. */
  private scalar(): number {
    const found = this.having('scalar');
    if (found.length > 0 && !this.random.once(8)) return this.random.pick(found);
    const register = this.random.pick([0, 6, 7, 8]);
    this.movImm(register, this.number());
    this.kinds[register] = 'scalar';
    return register;
  }

  program(length: number): Item[] {
    this.mov(9, 1);
    this.kinds[9] = 'context';
    while (this.items.length < length) this.random.pick(this.gadgets)();
    if (this.random.once(2)) this.boundedLoop();
    this.movImm(0, this.words['OK'] ?? 0);
    const exit = this.emit(op.BPF_JMP | op.BPF_EXIT);
    const out: Item = this.items[this.items.length - 2] as Item;
    for (const jump of this.exits) jump.target = out;
    this.mistakes(exit);
    return this.items;
  }

  private readonly gadgets: readonly (() => void)[] = [
    () => this.unknownNumber(),
    () => this.arithmetic(),
    () => this.arithmetic(),
    () => this.arithmetic(),
    () => this.branch(),
    () => this.branch(),
    () => this.bound(),
    () => this.bound(),
    () => this.stackStore(),
    () => this.stackLoad(),
    () => this.valueAccess(),
    () => this.valueAccess(),
    () => this.hashLookup(),
    () => this.packetAccess(),
    () => this.spillFill(),
    () => this.contextRead(),
    () => this.reservation(),
  ];

  private unknownNumber(): void {
    if (this.random.once(2)) {
      this.call(this.random.pick(['ktime_get_ns', 'get_prandom_u32', 'get_smp_processor_id']));
      const keep = this.random.pick([6, 7, 8]);
      this.mov(keep, 0);
      this.kinds[keep] = 'scalar';
      return;
    }
    const register = this.random.pick([0, 2, 6, 7]);
    const pointer = this.random.pick([3, 4]);
    this.loadMap(pointer, 1, true);
    const sign = this.random.once(4);
    const size = sign ? this.random.pick([op.BPF_B, op.BPF_H, op.BPF_W]) : this.random.pick(SIZES);
    this.emit(op.BPF_LDX | (sign ? op.BPF_MEMSX : op.BPF_MEM) | size, register, pointer, 8 * this.random.below(8));
    this.kinds[pointer] = 'value';
    this.kinds[register] = 'scalar';
  }

  private arithmetic(): void {
    const dst = this.scalar();
    const wide = !this.random.once(3);
    const code = this.random.pick(ARITHMETIC);
    const cls = wide ? op.BPF_ALU64 : op.BPF_ALU;
    if (this.random.once(3)) {
      this.emit(cls | code | op.BPF_X, dst, this.scalar());
      return;
    }
    if (this.random.once(16)) {
      this.emit(cls | op.BPF_NEG, dst);
      return;
    }
    let imm = this.number();
    if (code === op.BPF_LSH || code === op.BPF_RSH || code === op.BPF_ARSH) imm = this.random.below(wide ? 64 : 32);
    if ((code === op.BPF_DIV || code === op.BPF_MOD) && imm === 0) imm = 3;
    this.emit(cls | code | op.BPF_K, dst, 0, 0, imm);
  }

  /** if (a ? b) skip a few instructions. */
  private branch(): void {
    const dst = this.scalar();
    const wide = !this.random.once(3);
    const cls = wide ? op.BPF_JMP : op.BPF_JMP32;
    const condition = this.random.pick(CONDITIONS);
    const jump = this.random.once(3)
      ? this.emit(cls | condition | op.BPF_X, dst, this.scalar())
      : this.emit(cls | condition | op.BPF_K, dst, 0, 0, this.number());
    const before = [...this.kinds];
    for (let i = 1 + this.random.below(3); i > 0; i--) this.arithmetic();
    // What only one way has set is not known to be set after it.
    this.kinds.forEach((kind, i) => {
      if (kind !== before[i]) this.kinds[i] = 'none';
    });
    const after: Item = this.emit(op.BPF_ALU64 | op.BPF_MOV | op.BPF_X, dst, dst);
    jump.target = after;
  }

  /** Bounds a number from above, and perhaps from below. */
  private bound(): void {
    const register = this.scalar();
    const limit = this.random.pick([0, 1, 3, 7, 8, 15, 31, 55, 56, 57, 60, 63, 64]);
    switch (this.random.below(5)) {
      case 0:
        this.emit(op.BPF_ALU64 | op.BPF_AND | op.BPF_K, register, 0, 0, limit);
        break;
      case 1:
        this.leaveIf(op.BPF_JGT, register, null, limit, !this.random.once(4));
        break;
      case 2:
        this.leaveIf(op.BPF_JSGT, register, null, limit, !this.random.once(4));
        if (!this.random.once(3)) this.leaveIf(op.BPF_JSLT, register, null, this.random.pick([0, 1, -1]));
        break;
      case 3:
        this.emit(op.BPF_ALU | op.BPF_AND | op.BPF_K, register, 0, 0, limit);
        break;
      default:
        this.leaveIf(op.BPF_JGE, register, null, limit + 1);
    }
  }

  /** Makes a number fit for an index, most of the time. */
  private limitTo(register: number, limit: number): void {
    switch (this.random.below(4)) {
      case 0:
        this.emit(op.BPF_ALU64 | op.BPF_AND | op.BPF_K, register, 0, 0, this.random.pick([7, 15, 31, 48]));
        break;
      case 1:
        this.leaveIf(op.BPF_JGT, register, null, limit);
        break;
      case 2:
        this.leaveIf(op.BPF_JSGT, register, null, limit);
        this.leaveIf(op.BPF_JSLT, register, null, this.random.once(8) ? -1 : 0);
        break;
      default:
        this.bound();
    }
  }

  private stackStore(): void {
    const size = this.random.pick(SIZES);
    const bytes = BYTES[size] ?? 8;
    const at = -bytes * (1 + this.random.below(64 / bytes));
    if (this.random.once(2)) this.emit(op.BPF_ST | op.BPF_MEM | size, 10, 0, at, this.number());
    else this.emit(op.BPF_STX | op.BPF_MEM | size, 10, this.scalar(), at);
    for (let i = 0; i < bytes; i++) this.written.add(at + i);
  }

  private stackLoad(): void {
    const size = this.random.pick(SIZES);
    const bytes = BYTES[size] ?? 8;
    const at = -bytes * (1 + this.random.below(64 / bytes));
    const register = this.random.pick([0, 2, 6, 7, 8]);
    this.emit(op.BPF_LDX | op.BPF_MEM | size, register, 10, at);
    this.kinds[register] = 'scalar';
  }

  /** An array value, moved by a number that may be bounded, read or written. */
  private valueAccess(): void {
    const index = this.scalar();
    const pointer = this.random.pick([1, 2, 3, 4, 5].filter((register) => register !== index));
    this.loadMap(pointer, 1, true, this.random.once(4) ? this.random.below(64) : 0);
    if (!this.random.once(6)) this.limitTo(index, 56);
    const code = this.random.once(12) ? op.BPF_SUB : op.BPF_ADD;
    this.emit(op.BPF_ALU64 | code | op.BPF_X, pointer, index);
    const size = this.random.pick(SIZES);
    const offset = this.random.once(8) ? this.random.pick([1, 55, 56, 63, -1, -8]) : 0;
    this.access(pointer, size, offset);
    this.kinds[pointer] = 'value';
  }

  private access(pointer: number, size: number, offset: number): void {
    const register = this.random.pick([0, 6, 7]);
    switch (this.random.below(4)) {
      case 0:
        this.emit(op.BPF_ST | op.BPF_MEM | size, pointer, 0, offset, this.number());
        break;
      case 1:
        this.emit(op.BPF_STX | op.BPF_MEM | size, pointer, this.scalar(), offset);
        break;
      default:
        this.emit(op.BPF_LDX | op.BPF_MEM | size, register, pointer, offset);
        this.kinds[register] = 'scalar';
    }
  }

  private hashLookup(): void {
    this.emit(op.BPF_ST | op.BPF_MEM | op.BPF_W, 10, 0, -4, this.random.below(4));
    this.mov(2, 10);
    this.emit(op.BPF_ALU64 | op.BPF_ADD | op.BPF_K, 2, 0, 0, -4);
    this.loadMap(1, 0, false);
    this.call('map_lookup_elem');
    this.kinds[0] = 'maybe';
    if (!this.random.once(12)) this.leaveIf(op.BPF_JEQ, 0, null, 0);
    this.access(
      0,
      this.random.pick(SIZES),
      this.random.once(12) ? this.random.pick([12, 15, 16]) : this.random.pick([0, 8]),
    );
    this.kinds[0] = this.kinds[0] === 'maybe' ? 'value' : this.kinds[0];
  }

  private packetAccess(): void {
    const { DATA, END } = this.words;
    if (DATA === undefined || END === undefined) return this.contextRead();
    const need = this.random.pick([1, 14, 34, 42]);
    this.emit(op.BPF_LDX | op.BPF_MEM | op.BPF_W, 2, 9, DATA);
    this.emit(op.BPF_LDX | op.BPF_MEM | op.BPF_W, 3, 9, END);
    this.kinds[2] = 'packet';
    this.kinds[3] = 'end';
    if (this.random.once(3)) {
      // a variable part first, as of an IP header's options
      const index = this.scalar();
      if (!this.random.once(3))
        this.emit(op.BPF_ALU64 | op.BPF_AND | op.BPF_K, index, 0, 0, this.random.pick([15, 60, 255, 0xffff]));
      this.emit(op.BPF_ALU64 | op.BPF_ADD | op.BPF_X, 2, index);
    }
    this.mov(4, 2);
    this.emit(op.BPF_ALU64 | op.BPF_ADD | op.BPF_K, 4, 0, 0, need);
    this.kinds[4] = 'packet';
    if (this.random.once(4)) this.leaveIf(op.BPF_JLT, 3, 4, 0);
    else this.leaveIf(this.random.pick([op.BPF_JGT, op.BPF_JGT, op.BPF_JGE]), 4, 3, 0);
    const size = this.random.pick(SIZES);
    const last = need - (BYTES[size] ?? 1);
    const offset = this.random.once(10) ? last + 1 : this.random.pick([0, Math.max(last, 0)]);
    const into = this.random.pick([0, 5, 6, 7]);
    this.emit(op.BPF_LDX | op.BPF_MEM | size, into, 2, offset);
    this.kinds[into] = 'scalar';
  }

  private spillFill(): void {
    const from = this.random.once(3) ? 9 : this.scalar();
    const size = this.random.once(3) ? this.random.pick(SIZES) : op.BPF_DW;
    const at = -8 * (1 + this.random.below(6));
    this.emit(op.BPF_STX | op.BPF_MEM | size, 10, from, at);
    if (this.random.once(3)) this.bound();
    const into = this.random.pick([6, 7, 8]);
    this.emit(op.BPF_LDX | op.BPF_MEM | (this.random.once(6) ? this.random.pick(SIZES) : size), into, 10, at);
    this.kinds[into] = from === 9 ? 'context' : 'scalar';
    // A context in a work register is of no further use to the other gadgets.
    if (from === 9) this.kinds[into] = 'none';
  }

  private contextRead(): void {
    const register = this.random.pick([0, 2, 6, 7]);
    const offset = this.random.once(6) ? 4 * this.random.below(48) : (this.words['MARK'] ?? 8);
    this.emit(op.BPF_LDX | op.BPF_MEM | op.BPF_W, register, 9, offset);
    this.kinds[register] = 'scalar';
  }

  private reservation(): void {
    this.loadMap(1, 2, false);
    this.movImm(2, this.random.pick([8, 16]));
    this.movImm(3, 0);
    this.call('ringbuf_reserve');
    const jump = this.emit(op.BPF_JMP | op.BPF_JEQ | op.BPF_K, 0, 0, 0, 0);
    this.emit(op.BPF_ST | op.BPF_MEM | op.BPF_DW, 0, 0, this.random.pick([0, 0, 8]), 1);
    if (this.random.once(4)) this.leaveIf(op.BPF_JEQ, 9, null, 0);
    this.mov(1, 0);
    this.movImm(2, 0);
    this.call(this.random.pick(['ringbuf_submit', 'ringbuf_discard']));
    jump.target = this.emit(op.BPF_ALU64 | op.BPF_MOV | op.BPF_K, 0, 0, 0, 0);
    this.kinds[0] = 'scalar';
  }

  private boundedLoop(): void {
    this.movImm(8, 0);
    const head = this.emit(op.BPF_ALU64 | op.BPF_ADD | op.BPF_K, 8, 0, 0, this.random.pick([1, 1, 2, 3]));
    this.kinds[8] = 'none';
    for (let i = this.random.below(4); i > 0; i--) this.arithmetic();
    const limit = this.random.pick([2, 5, 8, 20]);
    // != may step over its limit and then takes a million instructions to be refused: seldom enough
    const condition = this.random.once(20) ? op.BPF_JNE : this.random.pick([op.BPF_JLT, op.BPF_JSLT, op.BPF_JLE]);
    this.emit(op.BPF_JMP | condition | op.BPF_K, 8, 0, 0, limit).target = head;
  }

  /** In every second program: one or two instructions are not quite what they should be. */
  private mistakes(exit: Item): void {
    if (this.random.once(2)) return;
    for (let i = 1 + this.random.below(2); i > 0; i--) {
      const item = this.random.pick(this.items);
      if (item === exit || item.instruction.opcode === 0x18) continue;
      const { instruction } = item;
      const cls = instruction.opcode & 7;
      const memory = cls >= 1 && cls <= 3;
      const fromRegister =
        cls === op.BPF_STX || cls === op.BPF_LDX || (cls >= 4 && (instruction.opcode & op.BPF_X) !== 0);
      const plain = cls >= 4 && (instruction.opcode & 0xf0) < 0x80;
      switch (this.random.below(5)) {
        case 0:
          if (!fromRegister)
            item.instruction = { ...instruction, imm: (instruction.imm + this.random.pick([1, -1, 8])) | 0 };
          break;
        case 1:
          if (memory)
            item.instruction = { ...instruction, offset: instruction.offset + this.random.pick([1, -1, 8, -8]) };
          break;
        case 2:
          if (fromRegister) item.instruction = { ...instruction, src: this.random.below(11) };
          break;
        case 3:
          item.instruction = { ...instruction, dst: this.random.below(10) };
          break;
        default:
          // 64 ↔ 32 bits: ALU64 and ALU, JMP and JMP32 differ in the lowest two bits
          if (plain) item.instruction = { ...instruction, opcode: instruction.opcode ^ 3 };
      }
    }
  }

  get type(): string {
    return this.typeName;
  }
}

export function generateProgram(seed: number): GeneratedProgram {
  const generator = new Generator(seed);
  const items = generator.program(8 + generator.random.below(24));
  return { seed, typeName: generator.type, items };
}

/** Slots of the items, with jump offsets worked out; a jump without target goes to the next instruction. */
export function layOut(items: readonly Item[]): Uint8Array {
  const slots = new Map<Item, number>();
  let slot = 0;
  for (const item of items) {
    slots.set(item, slot);
    slot += item.high === undefined ? 1 : 2;
  }
  const instructions: Instruction[] = [];
  for (const item of items) {
    const here = slots.get(item) ?? 0;
    const target = item.target == null ? undefined : slots.get(item.target);
    const offset = target === undefined ? item.instruction.offset : target - here - 1;
    instructions.push({ ...item.instruction, offset });
    if (item.high !== undefined) instructions.push({ opcode: 0, dst: 0, src: 0, offset: 0, imm: item.high });
  }
  return encodeInstructions(instructions);
}

/** A generated program as a case, like one of the corpus's own. */
export function caseOfProgram(program: GeneratedProgram): CorpusCase {
  const facts = CORPUS_TYPES[program.typeName];
  if (!facts) throw new Error(`no type ${program.typeName}`);
  const test = {
    id: `${GENERATED}/${program.seed}@${program.typeName}`,
    file: GENERATED,
    line: 0,
    typeName: program.typeName,
    type: facts.id,
    caps: ['root'] as const,
    maps: GENERATED_MAPS,
    attach: 0,
    flags: 0,
    license: 'GPL',
    instructions: layOut(program.items),
  };
  return { ...test, hash: hashOf(test) };
}

/** Name of the recording of generated programs. */
export const GENERATED = 'generated';

/** How many seeds, from 1, belong to the corpus. */
const SEEDS = 600;

export const generatedCases = (): CorpusCase[] =>
  Array.from({ length: SEEDS }, (_, i) => caseOfProgram(generateProgram(i + 1)));
