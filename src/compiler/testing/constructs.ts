// Statements of random programs that are more than plain C: what eBPF adds (maps, callbacks, atomics) and what GNU C
// adds (128-bit numbers, compound literals). Each reads and writes variables of the scope, so that the result shows it.
import { leaf, type Node } from './program-text.ts';
import type { Random } from './random.ts';

/** What a construct needs to know of the program around it. */
export interface Surroundings {
  readonly random: Random;
  fresh(prefix: string): string;
  /** an expression of any integer type without side effects */
  expression(depth: number): string;
  /** a variable that may be assigned; null when there is none */
  target(): { readonly name: string; readonly type: string } | null;
  /** `static` functions to put before this one */
  define(text: string): void;
  /** atomics that give the old value need v3 */
  readonly fetching: boolean;
  /** the program has a packet between ctx->data and ctx->data_end */
  readonly packet: boolean;
}

type Construct = (s: Surroundings, target: string) => Node;

const wideOperation = (s: Surroundings, w: string): string =>
  s.random.pick([
    () => `${w} += ${s.expression(1)};`,
    () => `${w} -= (u64)(${s.expression(1)});`,
    () => `${w} <<= ${s.random.below(128)};`,
    () => `${w} = (u128)(u32)(${s.expression(1)}) * (u32)(${s.expression(1)});`,
    () => `${w} ${s.random.pick(['/=', '%='])} ${2 ** s.random.below(20)};`,
    () => `${w} >>= ${s.random.below(128)};`,
    () => `${w} ^= ~(u128)(${s.expression(1)});`,
    () => `${w} |= (u128)(${s.expression(1)}) << 64;`,
    () => `${w} = -${w};`,
    () => `if (${w} ${s.random.pick(['<', '>=', '==', '!='])} (u128)(${s.expression(1)})) ${w} ^= 0x55;`,
    () => `if ((s128)${w} ${s.random.pick(['<', '<=', '>'])} (s128)(s64)(${s.expression(1)})) ${w}++;`,
    () => `${w} = ${w} ? ${w} & (u64)(${s.expression(1)}) : 3;`,
  ])();

const CONSTRUCTS: Readonly<Record<string, Construct>> = {
  wide: (s, target) => {
    const w = s.fresh('w');
    const operations = Array.from({ length: 1 + s.random.below(4) }, () => leaf(wideOperation(s, w)));
    return {
      head: `{ u128 ${w} = ${s.expression(2)};`,
      body: operations,
      tail: `${target} ${s.random.pick(['=', '^='])} (u64)(${s.random.pick(['', '(s128)'])}${w} >> ${s.random.pick([0, 13, 64, 77])}) ^ (u64)${w}; }`,
    };
  },
  lookup: (s, target) => {
    const k = s.fresh('k');
    return {
      head: `{ u32 ${k} = (${s.expression(1)}) & 7; u64 *${k}v = map_lookup(&numbers, &${k});`,
      body: [
        leaf(
          `if (${k}v) { *${k}v ${s.random.pick(['=', '+=', '^='])} (u64)(${s.expression(2)}); ${target} ^= *${k}v; } else ${target} = ${s.expression(1)};`,
        ),
      ],
      tail: '}',
    };
  },
  update: (s, target) => {
    const k = s.fresh('k');
    return {
      head: `{ u32 ${k} = (${s.expression(1)}) & 7; struct pair ${k}p = { .first = ${s.expression(1)}, .tail = { 1, [3] = ${s.expression(1)} } }; ${k}p.second = ${s.expression(2)};`,
      body: [leaf(`${target} ^= map_update(&pairs, &${k}, &${k}p, ${s.random.pick([0, 1, 2])});`)],
      tail: '}',
    };
  },
  find: (s, target) => {
    const k = s.fresh('k');
    return {
      head: `{ u32 ${k} = (${s.expression(1)}) & 7; struct pair *${k}p = map_lookup(&pairs, &${k});`,
      body: [
        leaf(
          `if (!${k}p) ${target} = ${s.expression(1)}; else { ${k}p->tail[2]++; ${target} ^= ${k}p->second + ${k}p->tail[3]; }`,
        ),
      ],
      tail: '}',
    };
  },
  forget: (s, target) => leaf(`{ u32 k = (${s.expression(1)}) & 7; if (map_delete(&pairs, &k)) ${target} ^= 1; }`),
  callback: (s, target) => {
    const name = s.fresh('step');
    const operation = s.random.pick(['+', '^', '*', '-']);
    s.define(
      `static long ${name}(u64 index, struct frame *c)\n{\n\tc->sum ${operation}= c->by + index;\n\tif (index ${s.random.pick(['>', '=='])} ${s.random.below(9)}) c->count++;\n\treturn c->count > ${s.random.below(3)};\n}\n`,
    );
    return {
      head: `{ struct frame c = { .sum = ${s.expression(1)}, .by = ${s.expression(1)} };`,
      body: [leaf(`c.by += loop(${s.random.below(12)}, ${name}, &c, 0);`)],
      tail: `${target} ^= c.sum + c.by * 3 + c.count; }`,
    };
  },
  atomic: (s, target) => {
    const a = s.fresh('a');
    const type = s.random.pick(['u32', 'u64']);
    const value = `(${type})(${s.expression(1)})`;
    const operations = s.fetching
      ? [
          `${target} ^= __sync_fetch_and_${s.random.pick(['add', 'and', 'or', 'xor'])}(&${a}, ${value});`,
          `__sync_fetch_and_${s.random.pick(['add', 'and', 'or', 'xor'])}(&${a}, ${value});`,
          `${target} ^= __sync_lock_test_and_set(&${a}, ${value});`,
          `${target} ^= __sync_val_compare_and_swap(&${a}, ${a}, ${value});`,
          `${target} ^= __atomic_exchange_n(&${a}, ${value}, __ATOMIC_SEQ_CST);`,
          `${target} ^= __atomic_fetch_${s.random.pick(['add', 'sub', 'or', 'xor'])}(&${a}, ${value}, __ATOMIC_RELAXED);`,
        ]
      : [`__sync_fetch_and_add(&${a}, ${value});`];
    const body = Array.from({ length: 1 + s.random.below(2) }, () => leaf(s.random.pick(operations)));
    return { head: `{ ${type} ${a} = ${s.expression(1)};`, body, tail: `${target} += ${a}; }` };
  },
  literal: (s, target) =>
    leaf(
      s.random.pick([
        () => `${target} = ((struct pair){ .second = ${s.expression(1)}, .first = ${s.expression(1)} }).second;`,
        () => `${target} ^= ((u32[4]){ ${s.expression(1)}, ${s.expression(1)}, [3] = 9 })[(${s.expression(1)}) & 3];`,
        () =>
          `${target} = ({ struct nested n = { .inner = { ${s.expression(1)} }, .flags = ${s.expression(1)}, .word = ${s.expression(1)} }; n.lo ^= n.inner.first; n.word + n.flags + n.hi; });`,
        () =>
          `${target} += ({ struct nested n[2] = { [1].u.whole = ${s.expression(1)} }; struct nested *p = n; p++; p->u.bytes[0] ^= 7; p[-1].more = p->u.halves[1]; n[0].more + p->u.whole; });`,
      ])(),
    ),
  chosen: (s, target) =>
    leaf(
      s.random.pick([
        () => `${target} ^= _Generic(${target}, u8: 1, s8: 2, u16: 3, s64: 4, default: sizeof(${target}));`,
        () =>
          `${target} ^= __builtin_choose_expr(__builtin_types_compatible_p(typeof(${target}), u64), ${s.expression(1)}, 77);`,
        () => `{ __auto_type copy = ${s.expression(1)}; typeof(copy) other = copy; ${target} = copy ^ (other >> 1); }`,
        () =>
          `{ enum colour c = (${s.expression(1)}) & 1 ? RED : BLUE; ${target} = c == BLUE ? ${s.expression(1)} : c; }`,
        () =>
          `{ u32 sum; ${target} = __builtin_add_overflow((u32)(${s.expression(1)}), (u32)(${s.expression(1)}), &sum) ? sum : ~sum; }`,
      ])(),
    ),
  assembly: (s, target) => {
    const compare = `${s.random.pick(['==', '!=', '>', 's<', '<=', 's>=', '&'])} %2`;
    const by = s.random.chance(50) ? `"i"(${s.random.below(64)})` : `"r"((u64)(${s.expression(1)}))`;
    const text = s.random.pick([
      `"if %1 ${compare} goto %l[far]\\n %0 += 3"`,
      `"%0 += %1; if %0 ${compare} goto %l[far]; %0 ^= %1"`,
      `"if %1 ${compare} goto %l[far]; if %0 == 0 goto %l[near]"`,
    ]);
    return leaf(
      `${target} ^= ({ __label__ far, near; u64 a = ${s.expression(1)}, r = ${s.expression(1)}; asm volatile goto(${text} : "+r"(r) : "r"(a), ${by} : : far, near); r += ${s.expression(1)}; near: r ^= 5; far: r; });`,
    );
  },
  cleanup: (s, target) => {
    const name = s.fresh('leave');
    const v = s.fresh('v');
    s.define(`static void ${name}(u64 *v)\n{\n\tcounter = counter * ${3 + s.random.below(9)} + *v;\n}\n`);
    const scoped = `u64 ${v} __attribute__((cleanup(${name}))) = ${s.expression(1)};`;
    return s.random.chance(50)
      ? { head: `{ ${scoped}`, body: [leaf(`${target} ^= ${v}++;`)], tail: `${target} += counter; }` }
      : leaf(
          `for (int i = 0; i < ${1 + s.random.below(4)}; i++) { ${scoped} if ((${s.expression(1)}) & 1) continue; if (${v} & 4) break; ${target} += ${v} ^ counter; }`,
        );
  },
  reversed: (s, target) =>
    leaf(`${target} ^= __builtin_bitreverse${s.random.pick([8, 16, 32, 64])}(${s.expression(2)});`),
  pointer: (s, target) =>
    leaf(
      s.random.pick([
        () =>
          `{ u16 *p = shared + ((${s.expression(1)}) & 1); u16 *q = p + 2; *q = ${s.expression(1)}; ${target} = *p + (q - p); }`,
        () => `{ u8 *p = (u8 *)shared; for (int i = 7; i >= 0; i--) ${target} ^= p[i] << (i & 3); }`,
        () => `{ u32 *p = &(u32){ ${s.expression(1)} }; (*p)++; ${target} = *p; }`,
      ])(),
    ),
};

/** Bytes of a packet at a place that only the run knows, behind the check that the verifier asks for. */
const PACKET: Construct = (s, target) => {
  const p = s.fresh('p');
  const type = s.random.pick(['u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64']);
  const index = s.random.pick([0, 1, 3]);
  const access = `((${type} *)${p})[${index}]`;
  return {
    head: `{ u8 *${p} = (void *)(long)ctx->data; ${p} += (${s.expression(1)}) & ${s.random.pick([7, 31, 63])};`,
    body: [
      leaf(
        s.random.pick([
          () => `if ((void *)((${type} *)${p} + ${index + 1}) <= (void *)(long)ctx->data_end) ${target} ^= ${access};`,
          () =>
            `if ((void *)((${type} *)${p} + ${index + 1}) > (void *)(long)ctx->data_end) ${target} = ${s.expression(1)}; else ${access} ${s.random.pick(['=', '+=', '^='])} ${s.expression(1)};`,
          () =>
            `for (int i = 0; i < ${2 + s.random.below(6)}; i++) { if ((void *)(${p} + 1) > (void *)(long)ctx->data_end) break; ${target} += *${p}++; }`,
        ])(),
      ),
    ],
    tail: '}',
  };
};

export function construct(s: Surroundings): Node | null {
  const target = s.target();
  if (!target) return null;
  if (s.packet && s.random.chance(15)) return PACKET(s, target.name);
  return CONSTRUCTS[s.random.pick(Object.keys(CONSTRUCTS))]!(s, target.name);
}

/** What the constructs refer to. */
export const DECLARATIONS = `typedef unsigned __int128 u128; typedef __int128 s128;
#define SEC(name) __attribute__((section(name), used))
struct nested { struct pair inner; union mix u; u8 flags : 3; u8 more : 5; union { u32 word; struct { u16 lo, hi; }; }; };
struct frame { u64 sum; u64 by; u32 count; };
enum colour { RED = -2, BLUE = 0x123456789aLL };
struct { int (*type)[2]; int (*max_entries)[4]; u32 *key; u64 *value; } numbers SEC(".maps");
struct { int (*type)[1]; int (*max_entries)[8]; u32 *key; struct pair *value; } pairs SEC(".maps");
static void *(*const map_lookup)(void *, const void *) = (void *)1;
static long (*const map_update)(void *, const void *, const void *, u64) = (void *)2;
static long (*const map_delete)(void *, const void *) = (void *)3;
static long (*const loop)(u32, void *, void *, u64) = (void *)181;
static u64 counter = 7; static s16 level = -5; static volatile s32 knob = -3; u16 shared[4] = { 1, 2, 3 };
static const u32 table[8] = { 9, 8, 7, [5] = 0xdeadbeef };
`;

/** What the programs must show: a name, and how their text shows it. */
const FEATURES: Readonly<Record<string, RegExp>> = {
  'bit-fields': /\.[xyzwv] [&^]?=|\.flags|\.more/,
  'structure copies': /^\s*r\d+ = r\d+;/m,
  'packed structures': /struct tight r/,
  'unions': /union mix r/,
  'anonymous members': /n\.lo/,
  'arrays': /t\d+\[/,
  'designated initialisers': /\{ \./,
  'for': /for \(/,
  'while': /while \(i\d+\+\+/,
  'do': /do \{/,
  'break and continue': /\) (break|continue);/,
  'unrolled loops': /#pragma unroll/,
  'switch': /switch \(/,
  'case ranges': / \.\.\. /,
  'goto': /goto skip/,
  'calls of subprograms': /noinline/,
  'inlined calls': /always_inline/,
  'pointers as arguments': /u32 \*q/,
  'statement expressions': /\(\{/,
  'compound literals': /\(\(struct pair\)\{|\(\(u32\[4\]\)\{/,
  'signed shifts': /\(s(32|64)\)[^;]* >> /,
  'division': / [/%] /,
  'signed division': /\(s32\)[^;]* [/%] \(s32\)/,
  'byte swaps': /__builtin_bswap/,
  'conditional expressions': / \? /,
  'volatile': /volatile [us]/,
  'memset and memcpy': /__builtin_mem/,
  '__int128': /u128 w/,
  'map lookups': /map_lookup\(&numbers/,
  'hash map entries': /map_lookup\(&pairs/,
  'map updates': /map_update/,
  'map deletions': /map_delete/,
  'callbacks': /loop\(\d/,
  'atomics': /__sync_|__atomic_/,
  'packet bytes': /in->out\[[^0]/,
  'checked packet bytes': /u8 \*p\d+ = \(void \*\)\(long\)ctx->data;/,
  'global variables': /^\s*(counter|level|knob) /m,
  'constant tables': /table\[/,
  '_Generic': /_Generic/,
  'typeof': /typeof/,
  '64-bit enumerators': /BLUE/,
  'overflow builtins': /_overflow/,
  'pointer arithmetic': /\(q - p\)/,
  'assembly that jumps': /asm volatile goto/,
  'cleanups': /cleanup\(/,
  'reversed bits': /bitreverse/,
  '128-bit products': /\(u128\)\(u32\)/,
}; // prettier-ignore

/** How many programs have each feature. */
export class Coverage {
  readonly counts = new Map<string, number>(Object.keys(FEATURES).map((name) => [name, 0]));
  programs = 0;

  note(source: string): void {
    // declarations are the same for all
    const text = source.slice(source.lastIndexOf('static const u32 table'));
    this.programs++;
    for (const [name, pattern] of Object.entries(FEATURES)) {
      if (pattern.test(text.slice(text.indexOf('\n')))) this.counts.set(name, this.counts.get(name)! + 1);
    }
  }

  toString(): string {
    return [...this.counts].map(([name, n]) => `${name} ${n}`).join(', ');
  }
}
