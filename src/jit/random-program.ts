// Random XDP and tc programs that Linux's verifier accepts, as a tree of statements: any statement can be left out and the rest is
// still valid, which is how a failing program is made small.
//
// r6 is the context, r7 the packet (64 bytes of it checked), r8 a map value of 64 bytes; r0 to r5 hold numbers at every
// statement, r9 is scratch. The numbers end in the map value and in r0.
import { assemble } from '../bpf/assemble.ts';
import type { Instruction } from '../bpf/instruction.ts';
import { findSubprograms } from './graph.ts';

export type Statement =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** the condition without its label: "jne32 %r1, 7" */
  | {
      readonly kind: 'if';
      readonly condition: string;
      /** the body is left out by a gotol, when the condition does not hold */
      readonly far: boolean;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'loop';
      readonly turns: number;
      readonly slot: number;
      /** a may_goto stands at its head, which never runs out */
      readonly mayGoto: boolean;
      readonly body: readonly Statement[];
    };

export interface RandomProgram {
  readonly seed: number;
  readonly type: 'xdp' | 'tc';
  /** [0] is the main program, the others are subprograms by number */
  readonly functions: readonly { readonly kind: 'main' | 'sub' | 'callback'; readonly body: readonly Statement[] }[];
  readonly packet: Uint8Array;
}

/** Maps of every random program, as kload's and lab's --map say it. */
export const RANDOM_MAPS: readonly string[] = ['array:4:64:2', 'hash:8:16:4'];

/** Bytes of the packet; the program may touch the first 64. */
const PACKET_SIZE = 80;
const STACK_LOW = -128;
/** where loops keep their counters: below what statements write to */
const LOOP_SLOTS = -192;
const KEY_SLOT = -136;
const VALUE_SLOT = -152;

/** xorshift32; a seed is a program for ever. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bf03635) >>> 0 || 1;
    for (let i = 0; i < 4; i++) this.below(2);
  }

  /** 0 to limit - 1 */
  below(limit: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return Math.floor((this.state / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const INTERESTING = [
  0, 1, -1, 2, 7, 8, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, -0x80000000,
];
const INTERESTING_WIDE = [
  '0x8000000000000000',
  '0x7fffffffffffffff',
  '0xffffffff',
  '0x100000000',
  '0xffffffff80000000',
];

class StatementSource {
  private readonly random: Random;
  private readonly kind: 'main' | 'sub' | 'callback';
  private readonly type: RandomProgram['type'];
  /** numbers of subprograms that may be called: only later ones, so that there is no recursion */
  private readonly callable: readonly number[];
  private readonly callbacks: readonly number[];
  private loops = 0;

  constructor(
    random: Random,
    type: RandomProgram['type'],
    kind: 'main' | 'sub' | 'callback',
    callable: readonly number[],
    callbacks: readonly number[],
  ) {
    this.random = random;
    this.type = type;
    this.kind = kind;
    this.callable = callable;
    this.callbacks = callbacks;
  }

  body(length: number, depth: number): Statement[] {
    return Array.from({ length }, () => this.statement(depth));
  }

  private register(): string {
    return `%r${this.random.below(6)}`;
  }

  private immediate(): number {
    const { random } = this;
    if (random.below(3) === 0) return random.pick(INTERESTING);
    return random.below(2) ? random.below(0x200) - 0x100 : random.below(2 ** 32) - 2 ** 31;
  }

  private statement(depth: number): Statement {
    const { random } = this;
    const choice = random.below(100);
    if (depth < 2 && choice < 12)
      return {
        kind: 'if',
        condition: this.condition(),
        far: random.below(4) === 0,
        body: this.body(1 + random.below(4), depth + 1),
      };
    if (depth < 2 && choice < 17 && this.loops < 3) {
      const slot = LOOP_SLOTS - 8 * this.loops++;
      return {
        kind: 'loop',
        turns: 1 + random.below(6),
        slot,
        mayGoto: random.below(4) === 0,
        body: this.body(1 + random.below(4), depth + 1),
      };
    }
    return { kind: 'lines', lines: this.lines(choice) };
  }

  private lines(choice: number): string[] {
    const { random } = this;
    if (choice < 30) return this.stack();
    if (choice < 40) return this.value();
    if (choice < 46) return this.atomic();
    if (this.kind === 'main' && choice < 52)
      return this.type === 'tc' && random.below(2) ? this.legacyLoad() : this.packet();
    if (this.kind === 'main' && choice < 57) return this.hashMap();
    if (choice < 60 && this.callable.length > 0) return this.call();
    if (this.kind === 'main' && choice < 62 && this.callbacks.length > 0) return this.loopHelper();
    if (choice < 66) return this.wide();
    return [this.arithmetic(random)];
  }

  private wide(): string[] {
    const { random } = this;
    if (random.below(2)) return [`lddw ${this.register()}, ${random.pick(INTERESTING_WIDE)}`];
    const half = (): string =>
      random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return [`lddw ${this.register()}, 0x${half()}${half()}`];
  }

  private arithmetic(random: Random): string {
    const narrow = random.below(2) ? '32' : '';
    const target = this.register();
    const choice = random.below(20);
    if (choice === 0) return `neg${narrow} ${target}`;
    if (choice === 1) return `${random.pick(['be', 'le', 'bswap'])}${random.pick([16, 32, 64])} ${target}`;
    if (choice === 2)
      return `${random.pick(['movsx832', 'movsx1632', 'movsx864', 'movsx1664', 'movsx3264'])} ${target}, ${this.register()}`;
    const operation = random.pick([
      ...['add', 'sub', 'mul', 'or', 'and', 'lsh', 'rsh', 'xor', 'mov', 'arsh', 'div', 'mod', 'sdiv', 'smod'],
    ]);
    if (random.below(2)) return `${operation}${narrow} ${target}, ${this.register()}`;
    let immediate = this.immediate();
    // The verifier refuses shifts beyond the width, and division by a constant zero.
    if (/sh$/.test(operation)) immediate = random.below(narrow ? 32 : 64);
    if (/div|mod/.test(operation) && immediate === 0) immediate = 3;
    return `${operation}${narrow} ${target}, ${immediate}`;
  }

  private condition(): string {
    const { random } = this;
    const name = random.pick(['jeq', 'jne', 'jgt', 'jge', 'jlt', 'jle', 'jsgt', 'jsge', 'jslt', 'jsle', 'jset']);
    const operand = random.below(2) ? this.register() : String(this.immediate());
    return `${name}${random.below(2) ? '32' : ''} ${this.register()}, ${operand}`;
  }

  private size(): readonly [letter: string, bytes: number] {
    return this.random.pick([
      ['b', 1],
      ['h', 2],
      ['w', 4],
      ['dw', 8],
    ] as const);
  }

  /** A load or store of what stands at `base`; sign-extending loads among them. */
  private access(base: string, low: number, high: number, aligned: boolean): string {
    const { random } = this;
    const [letter, bytes] = this.size();
    const room = high - low - bytes;
    let offset = low + random.below(room + 1);
    if (aligned) offset = low + Math.floor((offset - low) / bytes) * bytes;
    const place = `[${base}${offset < 0 ? '' : '+'}${offset}]`;
    switch (random.below(4)) {
      case 0:
        return `stx${letter} ${place}, ${this.register()}`;
      case 1:
        return `st${letter} ${place}, ${this.immediate()}`;
      default:
        return `ldx${bytes < 8 && random.below(3) === 0 ? 's' : ''}${letter} ${this.register()}, ${place}`;
    }
  }

  private stack(): string[] {
    const { random } = this;
    if (random.below(6) > 0) return [this.access('%r10', STACK_LOW, 0, true)];
    // Through a computed pointer: an index that the verifier can bound. In subprograms the pointer comes first: Linux 6.18's
    // verifier forgets whose frame it is after "scalar += frame pointer" (regressions.ts), and then folds branches wrongly.
    const index = this.register();
    const access = random.below(2) ? `stxdw [%r9-64], ${this.register()}` : `ldxdw ${this.register()}, [%r9-64]`;
    return this.kind === 'main'
      ? [`mov %r9, ${index}`, 'and %r9, 0x38', 'add %r9, %r10', access]
      : [`and ${index}, 0x38`, 'mov %r9, %r10', `add %r9, ${index}`, access];
  }

  private value(): string[] {
    const { random } = this;
    if (random.below(5) > 0) return [this.access('%r8', 0, 64, false)];
    return [
      `mov %r9, ${this.register()}`,
      `and %r9, ${random.pick([0x1f, 0x38, 0x0f])}`,
      'add %r9, %r8',
      random.below(2) ? `stxw [%r9+0], ${this.register()}` : `ldxw ${this.register()}, [%r9+0]`,
    ];
  }

  private atomic(): string[] {
    const { random } = this;
    const narrow = random.below(2) === 1;
    const bytes = narrow ? 4 : 8;
    const [base, low] = random.below(2) ? ['%r10', STACK_LOW] : ['%r8', 0];
    const offset = low + random.below((low === 0 ? 64 : 128) / bytes) * bytes;
    const place = `[${base}${offset < 0 ? '' : '+'}${offset}]`;
    if (random.below(8) === 0) {
      const bits = bytes * 8;
      return random.below(2)
        ? [`load_acquire${bits} ${this.register()}, ${place}`]
        : [`store_release${bits} ${place}, ${this.register()}`];
    }
    const operation = random.pick([
      ...['add', 'or', 'and', 'xor', 'fetch add', 'fetch or', 'fetch and', 'fetch xor', 'xchg', 'cmpxchg'],
    ]);
    return [`lock ${operation}${narrow ? '32' : ''} ${place}, ${this.register()}`];
  }

  /** Packet access of classic BPF: r0 receives, r1 to r5 are lost, and outside the packet the program ends. */
  private legacyLoad(): string[] {
    const { random } = this;
    const offset = random.below(8) === 0 ? random.below(200) : random.below(PACKET_SIZE - 4);
    const size = random.pick(['b', 'h', 'w']);
    if (random.below(2)) return [`ldabs${size} ${offset}`, ...this.refill()];
    return [`mov %r9, ${this.register()}`, 'and %r9, 15', `ldind${size} %r9, ${offset}`, ...this.refill()];
  }

  private packet(): string[] {
    return [this.access('%r7', 0, 64, false)];
  }

  /** After a call r1 to r5 hold nothing. */
  private refill(from = 1): string[] {
    const lines: string[] = [];
    for (let register = from; register <= 5; register++) lines.push(`mov %r${register}, ${this.immediate()}`);
    return lines;
  }

  private hashMap(): string[] {
    const { random } = this;
    const key = [`mov %r9, ${this.register()}`, 'and %r9, 7', `stxdw [%r10${KEY_SLOT}], %r9`];
    const pointers = ['lddw %r1, map[1]', 'mov %r2, %r10', `add %r2, ${KEY_SLOT}`];
    switch (random.below(4)) {
      case 0:
        return [...key, ...pointers, 'call bpf_map_delete_elem', ...this.refill()];
      case 1:
      case 2: {
        const value = [
          `stxdw [%r10${VALUE_SLOT}], ${this.register()}`,
          `stdw [%r10${VALUE_SLOT + 8}], ${this.immediate()}`,
        ];
        const flags = random.pick([0, 0, 1, 2, 3]);
        const rest = ['mov %r3, %r10', `add %r3, ${VALUE_SLOT}`, `mov %r4, ${flags}`, 'call bpf_map_update_elem'];
        return [...key, ...value, ...pointers, ...rest, ...this.refill()];
      }
      default:
        return [
          ...[...key, ...pointers, 'call bpf_map_lookup_elem', 'mov %r9, %r0', 'mov %r0, -1', 'jeq %r9, 0, +3'],
          ...['ldxdw %r0, [%r9+8]', 'lock add [%r9+0], %r0', 'ldxw %r0, [%r9+4]', ...this.refill()],
        ];
    }
  }

  private call(): string[] {
    const target = this.random.pick(this.callable);
    return ['mov %r1, %r8', `call local f${target}`, ...this.refill()];
  }

  /** bpf_loop over a callback that sees a word of this stack. */
  private loopHelper(): string[] {
    const target = this.random.pick(this.callbacks);
    return [
      ...[
        `mov %r1, ${this.random.below(20)}`,
        `lddw %r2, func f${target}`,
        'mov %r3, %r10',
        'add %r3, -8',
        'mov %r4, 0',
      ],
      ...['call bpf_loop', ...this.refill()],
    ];
  }
}

/** The program of a seed. */
export function randomProgram(seed: number): RandomProgram {
  const random = new Random(seed);
  const type = random.below(3) === 0 ? 'tc' : 'xdp';
  const subs = random.below(3);
  const withCallback = random.below(4) === 0;
  const numbers = Array.from({ length: subs }, (_, i) => i + 1);
  const callbacks = withCallback ? [subs + 1] : [];
  const functions: RandomProgram['functions'][number][] = [
    { kind: 'main', body: new StatementSource(random, type, 'main', numbers, callbacks).body(4 + random.below(24), 0) },
    ...numbers.map((number) => {
      const later = numbers.filter((other) => other > number);
      return {
        kind: 'sub',
        body: new StatementSource(random, type, 'sub', later, []).body(2 + random.below(8), 0),
      } as const;
    }),
    ...callbacks.map(
      () =>
        ({
          kind: 'callback',
          body: new StatementSource(random, type, 'callback', [], []).body(1 + random.below(3), 1),
        }) as const,
    ),
  ];
  const packet = Uint8Array.from({ length: PACKET_SIZE }, () => random.below(256));
  return { seed, type, functions, packet };
}

class Printer {
  readonly lines: string[] = [];
  private labels = 0;

  statements(body: readonly Statement[]): void {
    for (const statement of body) {
      if (statement.kind === 'lines') this.lines.push(...statement.lines);
      else if (statement.kind === 'if') {
        const label = `l${this.labels++}`;
        if (statement.far) {
          const body = `l${this.labels++}`;
          this.lines.push(`${statement.condition}, ${body}`, `ja32 ${label}`, `${body}:`);
        } else this.lines.push(`${statement.condition}, ${label}`);
        this.statements(statement.body);
        this.lines.push(`${label}:`);
      } else {
        const label = `l${this.labels++}`;
        this.lines.push(`stdw [%r10${statement.slot}], ${statement.turns}`, `${label}:`);
        if (statement.mayGoto) this.lines.push(`may_goto ${label}_end`);
        this.statements(statement.body);
        this.lines.push(`ldxdw %r9, [%r10${statement.slot}]`, 'sub %r9, 1', `stxdw [%r10${statement.slot}], %r9`);
        this.lines.push(`jne %r9, 0, ${label}`);
        if (statement.mayGoto) this.lines.push(`${label}_end:`);
      }
    }
  }
}

/** Numbers that the registers start with: small, negative, wide. */
const START = [
  'mov %r0, 1',
  'mov %r1, -2',
  'lddw %r2, 0x123456789abcdef0',
  'mov32 %r3, -4',
  'mov %r4, 5',
  'mov %r5, 0x7fffffff',
];

const clearStack = (): string[] => {
  const lines: string[] = [];
  for (let offset = STACK_LOW; offset < 0; offset += 8) lines.push(`stdw [%r10${offset}], ${offset * 0x010101}`);
  return lines;
};

/**
 * verified: the packet comes from the context and its length is compared, as the verifier wants it.
 * bare: r1 is the packet itself, for runs without a verifier; everything behind the head is the same.
 */
export type Entrance = 'verified' | 'bare';

function entrance(way: Entrance, type: RandomProgram['type']): string[] {
  if (way === 'bare') return ['mov %r7, %r1', 'mov %r6, %r1'];
  // data and data_end in struct xdp_md, in struct __sk_buff
  const [data, end] = type === 'xdp' ? [0, 4] : [76, 80];
  return [
    ...[
      'mov %r6, %r1',
      `ldxw %r7, [%r1+${data}]`,
      `ldxw %r2, [%r1+${end}]`,
      'mov %r3, %r7',
      'add %r3, 64',
      'mov %r0, 0',
    ],
    'jgt %r3, %r2, end',
  ];
}

function head(kind: 'main' | 'sub' | 'callback', way: Entrance, type: RandomProgram['type']): string[] {
  if (kind === 'callback')
    // r1 counts, r2 points at the caller's word; its sum makes each turn visible.
    return ['lock add [%r2+0], %r1', 'mov %r2, 3', 'mov %r0, %r1', 'mov %r3, 4', 'mov %r4, 5', 'mov %r5, 6'];
  if (kind === 'sub') return ['mov %r8, %r1', ...clearStack(), ...START];
  return [
    ...entrance(way, type),
    ...['stw [%r10-4], 1', 'lddw %r1, map[0]', 'mov %r2, %r10', 'add %r2, -4', 'call bpf_map_lookup_elem'],
    ...['jeq %r0, 0, end', 'mov %r8, %r0', ...clearStack(), ...START],
  ];
}

function tail(kind: 'main' | 'sub' | 'callback'): string[] {
  if (kind === 'callback') return ['and %r0, 1', 'exit'];
  const lines: string[] = [];
  if (kind === 'main')
    for (let register = 0; register <= 5; register++) {
      lines.push(`ldxdw %r9, [%r8+${8 * register}]`, `xor %r9, %r${register}`, `stxdw [%r8+${8 * register}], %r9`);
    }
  for (let register = 1; register <= 5; register++) lines.push(`xor %r0, %r${register}`);
  lines.push('mov %r9, %r0', 'rsh %r9, 32', 'xor32 %r0, %r9');
  for (let offset = STACK_LOW; offset < 0; offset += 8)
    lines.push(`ldxdw %r9, [%r10${offset}]`, 'xor %r0, %r9', 'mul %r0, 31');
  if (kind === 'main') lines.push('end:');
  return [...lines, 'exit'];
}

/** A callback has no map value and uses its own stack only where it has written it. */
const bodyFor = (kind: 'main' | 'sub' | 'callback', body: readonly Statement[]): readonly Statement[] => {
  if (kind !== 'callback') return body;
  const local = (lines: readonly string[]): boolean => lines.every((line) => !/%r(8|9|10)|call/.test(line));
  return body.flatMap((statement) => (statement.kind === 'lines' && local(statement.lines) ? [statement] : []));
};

function called(program: RandomProgram): Set<number> {
  const text = (body: readonly Statement[]): string =>
    body
      .map((statement) => (statement.kind === 'lines' ? statement.lines.join('\n') : text(statement.body)))
      .join('\n');
  const seen = new Set<number>([0]);
  const work = [0];
  while (work.length > 0) {
    const current = program.functions[work.pop() as number];
    if (!current) continue;
    for (const match of text(bodyFor(current.kind, current.body)).matchAll(/\bf(\d+)\b/g)) {
      const number = Number(match[1]);
      if (!seen.has(number)) {
        seen.add(number);
        work.push(number);
      }
    }
  }
  return seen;
}

/** The program's assembly. Functions that nothing calls are left out: Linux refuses unreachable code. */
export function printProgram(program: RandomProgram, way: Entrance = 'verified'): string {
  const live = called(program);
  const printer = new Printer();
  program.functions.forEach(({ kind, body }, number) => {
    if (!live.has(number)) return;
    if (number > 0) printer.lines.push(`f${number}:`);
    printer.lines.push(...head(kind, way, program.type));
    printer.statements(bodyFor(kind, body));
    printer.lines.push(...tail(kind));
  });
  return printer.lines.join('\n');
}

/** A program is run in several ways, and assembling it takes longer than most of them. */
const assembled: Readonly<Record<Entrance, WeakMap<RandomProgram, readonly Instruction[]>>> = {
  bare: new WeakMap(),
  verified: new WeakMap(),
};

export function instructionsOf(program: RandomProgram, way: Entrance = 'verified'): readonly Instruction[] {
  const known = assembled[way].get(program);
  if (known) return known;
  const { instructions, problems } = assemble(printProgram(program, way));
  const [problem] = problems;
  if (problem) throw new Error(`seed ${program.seed}: line ${problem.line}: ${problem.message}`);
  assembled[way].set(program, instructions);
  return instructions;
}

/**
 * The least BTF that Linux asks of a program with callbacks: one static function type, and a record a subprogram that says it
 * is one (struct bpf_func_info: slot, type id).
 */
export function functionInfo(instructions: readonly Instruction[]): { btf: Uint8Array; info: Uint8Array } {
  const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
  const strings = '\0int\0f\0';
  // INT "int", 32 bits, signed; FUNC_PROTO int (void); FUNC "f", static.
  const types = words(1, 1 << 24, 4, (1 << 24) | 32, 0, 13 << 24, 1, 5, 12 << 24, 2);
  const header = words(0x0001eb9f, 24, 0, types.length, types.length, strings.length);
  const btf = new Uint8Array(24 + types.length + strings.length);
  btf.set(header);
  btf.set(types, 24);
  btf.set(new TextEncoder().encode(strings), 24 + types.length);
  return { btf, info: words(...findSubprograms(instructions).flatMap((slot) => [slot, 3])) };
}

/** Programs with one statement (or one block's frame) less, the largest cuts first. */
export function* smaller(program: RandomProgram): Generator<RandomProgram> {
  function* without(body: readonly Statement[]): Generator<readonly Statement[]> {
    for (let size = body.length; size >= 1; size = size >> 1)
      for (let at = 0; at + size <= body.length; at += size) yield [...body.slice(0, at), ...body.slice(at + size)];
    for (let at = 0; at < body.length; at++) {
      const statement = body[at] as Statement;
      if (statement.kind === 'lines') continue;
      yield [...body.slice(0, at), ...statement.body, ...body.slice(at + 1)];
      for (const inner of without(statement.body))
        yield [...body.slice(0, at), { ...statement, body: inner }, ...body.slice(at + 1)];
    }
  }
  for (let number = 0; number < program.functions.length; number++) {
    const f = program.functions[number];
    if (!f) continue;
    for (const body of without(f.body)) {
      const functions = program.functions.map((other, i) => (i === number ? { ...other, body } : other));
      yield { ...program, functions };
    }
  }
}
