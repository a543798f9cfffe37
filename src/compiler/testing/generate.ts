// Random C programs without undefined behaviour, for comparing two compilers: integer arithmetic of all widths and
// signs, structures, unions, bit-fields, arrays, loops, switch, calls, pointers, globals, maps, packet bytes, callbacks,
// 128-bit numbers, atomics. The same seed gives the same program.
import { construct, DECLARATIONS } from './constructs.ts';
import { leaf, type Node, type Program } from './program-text.ts';
import { Random } from './random.ts';

const TYPES = ['u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64'] as const;
type Name = (typeof TYPES)[number];

const HEADER = `typedef unsigned char u8; typedef signed char s8; typedef unsigned short u16; typedef short s16;
typedef unsigned int u32; typedef int s32; typedef unsigned long long u64; typedef long long s64;
struct in { u64 a; u32 b; s32 c; u16 d; s16 e; u8 f; s8 g; u64 h; u64 out[4]; };
struct bits { u32 x : 5; s32 y : 7; u32 z : 13; u64 w : 40; s16 v : 3; };
struct pair { u16 first; s64 second; u8 tail[6]; };
struct __attribute__((packed)) tight { u8 lead; u32 word; u64 wide; s16 half; };
union mix { u64 whole; u32 halves[2]; u8 bytes[8]; };
${DECLARATIONS}`;

const ON_MEMORY = 'SEC("xdp") int prog(struct in *in)\n{';
const ON_PACKET = `struct xdp_md { u32 data; u32 data_end; u32 data_meta; u32 ingress_ifindex; u32 rx_queue_index; };
SEC("xdp") int prog(struct xdp_md *ctx)
{
	struct in *in = (void *)(long)ctx->data;
	if ((void *)(in + 1) > (void *)(long)ctx->data_end) return 0;`;

interface Scope {
  readonly scalars: { name: string; type: Name; constant: boolean }[];
  readonly arrays: { name: string; type: Name; length: number }[];
  readonly records: { name: string; kind: 'bits' | 'pair' | 'tight' | 'mix' }[];
  readonly callable: { name: string; parameters: Name[]; result: Name; byPointer: boolean }[];
  loops: number;
}

export interface GenerateOptions {
  /** signed division needs v4 */
  readonly signedDivision: boolean;
  /** atomics that give the old value need v3 */
  readonly fetchingAtomics: boolean;
  /** an XDP program over a packet that Linux runs, or a function over bare memory? */
  readonly entry: 'packet' | 'memory';
}

export function generateProgram(seed: number, options: GenerateOptions): Program {
  return new ProgramMaker(new Random(seed), options).program();
}

class ProgramMaker {
  private readonly random: Random;
  private readonly options: GenerateOptions;
  private names = 0;
  private readonly functions: { head: string; body: Node[]; tail: string }[] = [];

  constructor(random: Random, options: GenerateOptions) {
    this.random = random;
    this.options = options;
  }

  program(): Program {
    const { functions } = this;
    const callable: Scope['callable'] = [];
    const helpers = this.random.below(4);
    for (let i = 0; i < helpers; i++) {
      const name = `f${i}`;
      const parameters = Array.from({ length: 1 + this.random.below(3) }, () => this.random.pick(TYPES));
      const byPointer = this.random.chance(40);
      const result = this.random.pick(TYPES);
      const scope = this.emptyScope(callable.slice());
      parameters.forEach((type, n) => scope.scalars.push({ name: `p${n}`, type, constant: false }));
      const list = parameters.map((type, n) => `${type} p${n}`);
      if (byPointer) list.push('u32 *q');
      const how = this.random.pick([
        'static __attribute__((noinline))',
        'static',
        'static inline __attribute__((always_inline))',
      ]);
      const body = this.statements(scope, 2 + this.random.below(4), 2);
      if (byPointer) body.push(leaf(`*q += ${this.expression(scope, 2)};`));
      functions.push({
        head: `${how} ${result} ${name}(${list.join(', ')})\n{`,
        body: [...this.locals(scope), ...body],
        tail: `return ${this.expression(scope, 3)};\n}`,
      });
      callable.push({ name, parameters, result, byPointer });
    }
    const scope = this.emptyScope(callable);
    for (const [name, type] of [
      ['a', 'u64'],
      ['b', 'u32'],
      ['c', 's32'],
      ['d', 'u16'],
      ['e', 's16'],
      ['f', 'u8'],
      ['g', 's8'],
      ['h', 'u64'],
    ] as const) {
      scope.scalars.push({ name: `in->${name}`, type, constant: true });
    }
    for (const [name, type] of [
      ['counter', 'u64'],
      ['level', 's16'],
      ['knob', 's32'],
    ] as const) {
      scope.scalars.push({ name, type, constant: false });
    }
    scope.arrays.push({ name: 'in->out', type: 'u64', length: 4 }, { name: 'shared', type: 'u16', length: 4 });
    const locals = this.locals(scope);
    const body = this.statements(scope, 4 + this.random.below(8), 3);
    const sum: string[] = ['u64 hash = 1469598103934665603ull;'];
    const mix = (text: string): void => {
      sum.push(`hash = (hash ^ (u64)(${text})) * 1099511628211ull;`);
    };
    for (const s of scope.scalars) if (!s.name.includes('>')) mix(s.name);
    for (const a of scope.arrays) for (let i = 0; i < a.length; i++) mix(`${a.name}[${i}]`);
    for (const r of scope.records) for (const field of fieldsOf(r.kind)) mix(`${r.name}.${field.name}`);
    functions.push({
      head: this.options.entry === 'memory' ? ON_MEMORY : ON_PACKET,
      body: [...locals, ...body],
      tail: `${sum.join('\n')}\nin->out[0] = hash;\nreturn (int)(hash >> 32);\n}`,
    });
    return { declarations: HEADER, functions };
  }

  private emptyScope(callable: Scope['callable']): Scope {
    return { scalars: [], arrays: [], records: [], callable, loops: 0 };
  }

  private fresh(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  private locals(scope: Scope): Node[] {
    const out: Node[] = [];
    const count = 2 + this.random.below(4);
    for (let i = 0; i < count; i++) {
      const type = this.random.pick(TYPES);
      const name = this.fresh('v');
      out.push(leaf(`${this.random.chance(8) ? 'volatile ' : ''}${type} ${name} = ${this.expression(scope, 2)};`));
      scope.scalars.push({ name, type, constant: false });
    }
    if (this.random.chance(50)) {
      const type = this.random.pick(TYPES);
      const name = this.fresh('t');
      const length = this.random.pick([2, 4, 8]);
      const values = Array.from({ length: this.random.below(length + 1) }, () => this.expression(scope, 1));
      out.push(leaf(`${type} ${name}[${length}] = { ${values.join(', ')} };`));
      scope.arrays.push({ name, type, length });
    }
    if (this.random.chance(60)) {
      const kind = this.random.pick(['bits', 'pair', 'tight', 'mix'] as const);
      const name = this.fresh('r');
      const fields = fieldsOf(kind).filter((f) => !f.name.includes('['));
      const chosen = kind === 'mix' ? fields.slice(0, 1) : fields.filter(() => this.random.chance(70));
      const values = chosen.map((f) => `.${f.name} = ${this.expression(scope, 2)}`);
      out.push(leaf(`${kind === 'mix' ? 'union' : 'struct'} ${kind} ${name} = { ${values.join(', ')} };`));
      scope.records.push({ name, kind });
      if (this.random.chance(40)) {
        const copy = this.fresh('r');
        out.push(leaf(`${kind === 'mix' ? 'union' : 'struct'} ${kind} ${copy} = ${name};`));
        scope.records.push({ name: copy, kind });
      }
    }
    return out;
  }

  // ------------------------------------------------------------ statements

  private statements(scope: Scope, count: number, depth: number): Node[] {
    return Array.from({ length: count }, () => this.statement(scope, depth));
  }

  private statement(scope: Scope, depth: number): Node {
    const kinds = ['assign', 'assign', 'assign', 'compound', 'compound', 'step', 'array', 'record', 'call', 'copy'];
    if (this.isMain(scope)) kinds.push('construct', 'construct', 'construct');
    if (depth > 0) kinds.push('if', 'if', 'for', 'while', 'switch', 'block', 'goto');
    switch (this.random.pick(kinds)) {
      case 'compound':
        return this.compound(scope);
      case 'step': {
        const target = this.target(scope, (t) => t[0] === 'u' || t === 's8' || t === 's16');
        return target ? leaf(this.random.pick([`${target.name}++;`, `--${target.name};`])) : this.assignment(scope);
      }
      case 'array': {
        if (scope.arrays.length === 0) return this.assignment(scope);
        const array = this.random.pick(scope.arrays);
        const index = this.random.chance(50)
          ? String(this.random.below(array.length))
          : `(${this.expression(scope, 1)}) & ${array.length - 1}`;
        return leaf(`${array.name}[${index}] ${this.random.pick(['=', '^=', '|='])} ${this.expression(scope, 2)};`);
      }
      case 'record': {
        if (scope.records.length === 0) return this.assignment(scope);
        const record = this.random.pick(scope.records);
        const field = this.random.pick(fieldsOf(record.kind));
        return leaf(
          `${record.name}.${field.name} ${this.random.pick(['=', '=', '^=', '&='])} ${this.expression(scope, 2)};`,
        );
      }
      case 'call': {
        const text = this.call(scope, 1);
        const target = this.target(scope, () => true);
        return text && target ? leaf(`${target.name} = ${text};`) : this.assignment(scope);
      }
      case 'copy':
        return this.copying(scope);
      case 'construct':
        return this.construct(scope) ?? this.assignment(scope);
      case 'if': {
        const then = this.statements(scope, 1 + this.random.below(3), depth - 1);
        if (this.random.chance(50)) return { head: `if (${this.condition(scope, 2)}) {`, body: then, tail: '}' };
        return {
          head: '{',
          body: [
            { head: `if (${this.condition(scope, 2)}) {`, body: then, tail: '}' },
            { head: 'else {', body: this.statements(scope, 1 + this.random.below(2), depth - 1), tail: '}' },
          ],
          tail: '}',
        };
      }
      case 'for': {
        const i = this.fresh('i');
        const bound = 1 + this.random.below(7);
        const body = this.statements(this.inLoop(scope, i), 1 + this.random.below(3), depth - 1);
        if (this.random.chance(30))
          body.push(leaf(`if (${this.condition(scope, 1)}) ${this.random.pick(['break', 'continue'])};`));
        const pragma = this.random.chance(20) ? '\n#pragma unroll\n' : '';
        const type = this.random.pick(['int', 'u32', 'u64', 'u8']);
        return { head: `${pragma}for (${type} ${i} = 0; ${i} < ${bound}; ${i}++) {`, body, tail: '}' };
      }
      case 'while': {
        const i = this.fresh('i');
        const body = this.statements(this.inLoop(scope, i), 1 + this.random.below(2), depth - 1);
        const bound = 1 + this.random.below(6);
        return this.random.chance(50)
          ? { head: `{ u32 ${i} = 0; while (${i}++ < ${bound} && ${this.condition(scope, 1)}) {`, body, tail: '} }' }
          : { head: `{ u32 ${i} = ${bound}; do {`, body, tail: `} while (--${i}); }` };
      }
      case 'switch': {
        const cases: Node[] = [];
        const count = 1 + this.random.below(7);
        let label = 0;
        for (let k = 0; k < count; k++) {
          label += 1 + this.random.below(3);
          const high = this.random.chance(15) ? ` ... ${(label += 2)}` : '';
          const low = high ? label - 2 : label;
          cases.push({
            head: `case ${low}${high}: {`,
            body: this.statements(scope, 1, depth - 1),
            tail: this.random.chance(75) ? '} break;' : '}',
          });
        }
        if (this.random.chance(60))
          cases.push({ head: 'default: {', body: this.statements(scope, 1, depth - 1), tail: '}' });
        return { head: `switch (${this.switchValue(scope)}) {`, body: cases, tail: '}' };
      }
      case 'goto': {
        const label = this.fresh('skip');
        return {
          head: `{ if (${this.condition(scope, 1)}) goto ${label}; {`,
          body: this.statements(scope, 1 + this.random.below(2), depth - 1),
          tail: `} ${label}:; }`,
        };
      }
      case 'block':
        return { head: '{', body: this.statements(scope, 2, depth - 1), tail: '}' };
      default:
        return this.assignment(scope);
    }
  }

  /** Helpers change nothing but their own variables, so that the order of calls in an expression does not show. */
  private isMain(scope: Scope): boolean {
    return scope.scalars.some((v) => v.name === 'in->a');
  }

  private construct(scope: Scope): Node | null {
    return construct({
      random: this.random,
      fresh: (prefix) => this.fresh(prefix),
      expression: (depth) => this.expression(scope, depth),
      target: () => this.target(scope, () => true),
      define: (text) => this.functions.push({ head: text, body: [], tail: '' }),
      fetching: this.options.fetchingAtomics,
      packet: this.options.entry === 'packet',
    });
  }

  private switchValue(scope: Scope): string {
    const e = this.expression(scope, 2);
    return this.random.pick([`(${e}) & 15`, `(u8)(${e})`, `(u32)(${e}) % 11u`, `(s8)(${e})`]);
  }

  private inLoop(scope: Scope, counter: string): Scope {
    return {
      ...scope,
      scalars: [...scope.scalars, { name: counter, type: 'u32', constant: true }],
      loops: scope.loops + 1,
    };
  }

  private assignment(scope: Scope): Node {
    const target = this.target(scope, () => true);
    return leaf(target ? `${target.name} = ${this.expression(scope, 3)};` : ';');
  }

  private compound(scope: Scope): Node {
    const target = this.target(scope, () => true);
    if (!target) return leaf(';');
    const safe = target.type === 'u32' || target.type === 'u64';
    const op = this.random.pick(
      safe ? ['+=', '-=', '*=', '^=', '|=', '&=', '<<=', '>>=', '/=', '%='] : ['^=', '|=', '&='],
    );
    const value = this.expression(scope, 2);
    if (op === '<<=' || op === '>>=') return leaf(`${target.name} ${op} (${value}) & 31;`);
    if (op === '/=' || op === '%=') return leaf(`${target.name} ${op} ((${target.type})(${value}) | 1);`);
    return leaf(`${target.name} ${op} (${target.type})(${value});`);
  }

  private copying(scope: Scope): Node {
    const same = scope.records.filter((r) => scope.records.some((o) => o !== r && o.kind === r.kind));
    if (same.length > 0 && this.random.chance(60)) {
      const to = this.random.pick(same);
      const from = this.random.pick(scope.records.filter((o) => o.kind === to.kind));
      return leaf(`${to.name} = ${from.name};`);
    }
    if (scope.arrays.length > 0) {
      const array = this.random.pick(scope.arrays);
      const bytes = (array.length * Number(array.type.slice(1))) / 8;
      const inMain = this.isMain(scope);
      return leaf(
        !inMain || this.random.chance(50)
          ? `__builtin_memset(${array.name}, ${this.random.below(256)}, ${this.random.below(bytes + 1)});`
          : `__builtin_memcpy(${array.name}, &in->a, ${Math.min(bytes, 8)});`,
      );
    }
    return this.assignment(scope);
  }

  private target(scope: Scope, fits: (type: Name) => boolean): { name: string; type: Name } | null {
    const list = scope.scalars.filter((s) => !s.constant && fits(s.type));
    return list.length > 0 ? this.random.pick(list) : null;
  }

  // ------------------------------------------------------------ expressions

  private constant(): string {
    return this.random.pick([
      () => String(this.random.below(10)),
      () => String(this.random.below(256)),
      () => `${this.random.next() & 0xffff}u`,
      () => `0x${this.random.next().toString(16)}u`,
      () => `0x${this.random.next().toString(16)}${this.random.next().toString(16).padStart(8, '0')}ull`,
      () => `-${1 + this.random.below(100)}`,
      () => this.random.pick(['0x7fffffff', '0x80000000u', '0xffffffffu', '0xffffffffffffffffull', '1', '0']),
    ])();
  }

  private leafExpression(scope: Scope): string {
    const kinds: (() => string)[] = [() => this.constant()];
    if (scope.scalars.length > 0) {
      const scalar = (): string => this.random.pick(scope.scalars).name;
      kinds.push(scalar, scalar, scalar);
    }
    if (scope.arrays.length > 0) {
      kinds.push(() => {
        const array = this.random.pick(scope.arrays);
        return `${array.name}[${this.random.below(array.length)}]`;
      });
    }
    if (scope.records.length > 0) {
      kinds.push(() => {
        const record = this.random.pick(scope.records);
        return `${record.name}.${this.random.pick(fieldsOf(record.kind)).name}`;
      });
    }
    return this.random.pick(kinds)();
  }

  private expression(scope: Scope, depth: number): string {
    if (depth <= 0) return this.leafExpression(scope);
    const wide = this.random.pick(['u32', 'u64']);
    const a = (): string => this.expression(scope, depth - 1);
    switch (this.random.below(15)) {
      case 0:
      case 1:
        return `((${wide})(${a()}) ${this.random.pick(['+', '-', '*'])} (${wide})(${a()}))`;
      case 2:
        return `((${a()}) ${this.random.pick(['&', '|', '^'])} (${a()}))`;
      case 3:
        return `((${wide})(${a()}) ${this.random.pick(['<<', '>>'])} ((${a()}) & ${wide === 'u32' ? 31 : 63}))`;
      case 4: {
        const signed = wide === 'u32' ? 's32' : 's64';
        return `((${signed})(${a()}) >> ((${a()}) & ${wide === 'u32' ? 31 : 63}))`;
      }
      case 5:
        return `((${wide})(${a()}) ${this.random.pick(['/', '%'])} (${this.random.chance(50) ? String(1 + this.random.below(40)) : `((${wide})(${a()}) | 1)`}))`;
      case 6:
        if (this.options.signedDivision || this.random.chance(30)) {
          // by a power of two it is shifts everywhere
          const by = this.options.signedDivision ? `(((${a()}) & 0x7f) | 1)` : String(2 << this.random.below(6));
          return `((s32)(${a()}) ${this.random.pick(['/', '%'])} (s32)${by})`;
        }
        return `(~(${a()}))`;
      case 7:
        return `((${this.random.pick(TYPES)})(${a()}))`;
      case 8:
        return `(${this.condition(scope, depth - 1)})`;
      case 9:
        return `(${this.condition(scope, depth - 1)} ? (${a()}) : (${a()}))`;
      case 10:
        return this.call(scope, depth - 1) ?? `(~(${a()}))`;
      case 11: {
        const n = this.random.pick([16, 32, 64]);
        return `__builtin_bswap${n}((u${n})(${a()}))`;
      }
      case 12: {
        if (scope.arrays.length === 0) return this.leafExpression(scope);
        const array = this.random.pick(scope.arrays);
        return `${array.name}[(${a()}) & ${array.length - 1}]`;
      }
      case 13:
        return `table[(${a()}) & 7]`;
      default:
        return this.leafExpression(scope);
    }
  }

  private condition(scope: Scope, depth: number): string {
    const a = (): string => this.expression(scope, depth - 1);
    switch (this.random.below(6)) {
      case 0:
        return `(${this.condition(scope, depth - 1 > 0 ? depth - 1 : 0)} ${this.random.pick(['&&', '||'])} ${this.condition2(scope, depth - 1)})`;
      case 1:
        return `(!(${a()}))`;
      default:
        return `((${a()}) ${this.random.pick(['==', '!=', '<', '<=', '>', '>='])} (${a()}))`;
    }
  }

  private condition2(scope: Scope, depth: number): string {
    return `((${this.expression(scope, depth - 1)}) ${this.random.pick(['==', '!=', '<', '>'])} (${this.expression(scope, depth - 1)}))`;
  }

  private call(scope: Scope, depth: number): string | null {
    if (scope.callable.length === 0) return null;
    const f = this.random.pick(scope.callable);
    const args = f.parameters.map(() => this.expression(scope, depth - 1));
    if (!f.byPointer) return `${f.name}(${args.join(', ')})`;
    const cell = this.fresh('q');
    return `({ u32 ${cell} = ${this.expression(scope, 0)}; u64 ${cell}r = ${f.name}(${[...args, `&${cell}`].join(', ')}); ${cell}r ^ ${cell}; })`;
  }
}

function fieldsOf(kind: 'bits' | 'pair' | 'tight' | 'mix'): { name: string }[] {
  const names = {
    bits: ['x', 'y', 'z', 'w', 'v'],
    pair: ['first', 'second', 'tail[2]', 'tail[5]'],
    tight: ['lead', 'word', 'wide', 'half'],
    mix: ['whole', 'halves[1]', 'bytes[3]'],
  }[kind];
  return names.map((name) => ({ name }));
}
