// Every part of the language that eBPF programs use, one small program each: it compiles, and clang takes it too; or it is refused in
// words that say what is not there.
import { describe, expect, test } from 'vitest';
import { clangAbsence, compileWithClang } from '../judge/clang.ts';
import { judgePresent } from '../judge/require.ts';
import { compile } from './compile.ts';

const PRELUDE = `typedef unsigned int u32; typedef unsigned long long u64; typedef unsigned char u8;
#define SEC(n) __attribute__((section(n), used))
struct xdp_md { u32 data, data_end, data_meta, a, b, c; };
char L[] SEC("license") = "GPL";
`;

const f = (body: string, before = ''): string => `${before}\nSEC("xdp") int prog(struct xdp_md *ctx) { ${body} }`;

/**
 * clang 19 has no instructions for these at v4 (load-acquire and store-release came with clang 20 and Linux 6.15), where ours orders memory
 * by plain accesses and atomics; and C23 words that it knows only when asked.
 */
const BEYOND_CLANG = new Set([
  'atomic type',
  'typeof_unqual',
  'atomic_thread_fence',
  'load acquire',
  'load relaxed',
  'store relaxed',
  'store release',
]);

const ACCEPTED: Readonly<Record<string, string>> = {
  'cleanup': f('__attribute__((cleanup(done))) int x = ctx->a; return x;', 'static int total; static void done(int *p) { total += *p; }'),
  'load acquire': f('return __atomic_load_n(&v, __ATOMIC_ACQUIRE);', 'u64 v;'),
  'load relaxed': f('return __atomic_load_n(&v, __ATOMIC_RELAXED);', 'u64 v;'),
  'store release': f('__atomic_store_n(&v, 1, __ATOMIC_RELEASE); return 0;', 'u64 v;'),
  'store relaxed': f('__atomic_store_n(&v, 1, __ATOMIC_RELAXED); return 0;', 'u64 v;'),
  'atomic_thread_fence': f('__sync_synchronize(); return 0;'),
  'int128': f('unsigned __int128 x = ctx->a; x <<= 64; x += ctx->b; return (int)(x >> 63) + (x > 5);'),
  'packed': f('struct __attribute__((packed)) { char a; u64 b; } s = { 1, ctx->a }; return s.b;'),
  'aligned': f('int x __attribute__((aligned(16))) = ctx->a; return x + sizeof(struct q);', 'struct q { char a; } __attribute__((aligned(32)));'),
  'weak': f('return w ? 1 : 0;', '__attribute__((weak)) int w = 3;'),
  'naked': `SEC("xdp") __attribute__((naked)) int prog(void) { asm volatile("r0 = 2; exit;"); }`,
  'btf_decl_tag': f('return v;', 'int v __attribute__((btf_decl_tag("x"))) = 1;'),
  'btf_type_tag': f('return p ? 1 : 0;', 'int __attribute__((btf_type_tag("percpu"))) *p;'),
  'address_space': f('int __attribute__((address_space(1))) *p = (void __attribute__((address_space(1))) *)(u64)ctx->a; return !!p;'),
  'overflow': f('u32 r; u64 q; int s; return __builtin_add_overflow(ctx->a, ctx->b, &r) + __builtin_mul_overflow((u64)ctx->a, (u64)ctx->b, &q) + __builtin_sub_overflow((int)ctx->a, (int)ctx->b, &s) + r + q + s;'),
  'clz': f('return __builtin_clz(ctx->a | 1) + __builtin_ctzll(ctx->b | 1) + __builtin_popcount(ctx->c) + __builtin_ffs(ctx->a);'),
  '_Generic': f('return _Generic(ctx->a, u32: 1, default: 2);'),
  '_Static_assert': f('_Static_assert(sizeof(int) == 4, "x"); return _Alignof(u64);'),
  'choose': f('return __builtin_choose_expr(__builtin_types_compatible_p(int, u32), 1, ctx->a);'),
  'memcmp': f('char a[4] = "abc"; return __builtin_memcmp(a, &ctx->a, 4);'),
  'memmove': f('char a[16] = {}; __builtin_memmove(a + 1, a, 8); return a[3];'),
  'strlen const': f('return __builtin_strlen("abc");'),
  'object_size': f('char a[8]; return __builtin_object_size(a, 0);'),
  'dynamic_object_size': f('char a[8]; return __builtin_dynamic_object_size(a, 0);'),
  'noreturn': f('if (ctx->a) die(); return 1;', '__attribute__((noreturn)) static void die(void) { for (;;) ; }'),
  'fallthrough': f('switch (ctx->a) { case 1: __attribute__((fallthrough)); case 2 ... 9: return 1; } return 0;'),
  'rotate': f('return __builtin_rotateleft32(ctx->a, 3);'),
  'assume': f('__builtin_assume(ctx->a < 5); return ctx->a;'),
  'prefetch': f('__builtin_prefetch(ctx); return 0;'),
  'expect_with_probability': f('return __builtin_expect_with_probability(ctx->a, 1, 0.9) ? 1 : 2;'),
  'unpredictable': f('return __builtin_unpredictable(ctx->a) ? 1 : 2;'),
  'compare_exchange': f('u64 o = 1; return __atomic_compare_exchange_n(&v, &o, 2, 0, 5, 5) + o;', 'u64 v;'),
  'sub_and_fetch': f('return __sync_sub_and_fetch(&v, 2) + __sync_add_and_fetch(&v, 1);', 'u64 v;'),
  'atomic type': f('v++; return v;', '_Atomic u32 v;'),
  'bool compare swap': f('return __sync_bool_compare_and_swap(&v, 1, 2);', 'u64 v;'),
  'embed old initialiser': f('struct { int a, b; } s = { a: 1, b: ctx->a }; return s.b;'),
  'k&r': f('return g(1, 2);', 'static int g(a, b) int a; int b; { return a + b; }'),
  'elvis': f('return ctx->a ?: 3;'),
  'pointer compare callbacks': f('return loop(5, cb, ctx, 0);', 'static long (*loop)(u32, void *, void *, u64) = (void *)181; static long cb(u32 i, void *c) { return 0; }'),
  'typeof_unqual': f('const int a = 1; typeof_unqual(a) b = ctx->a; return b;'),
  'counted_by': f('return sizeof(struct q);', 'struct q { int n; int a[] __attribute__((counted_by(n))); };'),
  'section on data': f('return d;', 'int d SEC(".data.mine") = 3;'),
  'hidden': f('return g(1);', '__attribute__((visibility("hidden"))) __attribute__((noinline)) int g(int x) { return x; }'),
  'constructor': f('return 0;', '__attribute__((constructor)) static void g(void) {}'),
  'flatten hot cold': f('return g();', '__attribute__((cold, flatten)) static int g(void) { return 1; }'),
  'optnone': f('return g();', '__attribute__((optnone, noinline)) static int g(void) { return 1; }'),
  'label addr asm': f('asm volatile("r1 = 0; *(u32 *)(r10 - 4) = r1; call 7" ::: "r0","r1","r2","r3","r4","r5","memory"); return 0;'),
  'asm goto': f('int x = ctx->a; asm goto("if %0 > 5 goto %l[big]" :: "r"(x) :: big); return 1; big: return 2;'),
  'may_goto': f('int n = 0; for (;;) { asm volatile goto("may_goto %l[out]" :::: out); n += ctx->a; } out: return n;'),
  'asm register': f('register u64 x asm("r7") = ctx->a; asm volatile("r7 += 1" : "+r"(x)); return x;'),
  'int128 mul': f('unsigned __int128 x = ctx->a; x = x * ctx->b; return (u64)(x >> 64);'),
  'alloca': f('char *p = __builtin_alloca(16); p[0] = ctx->a; return p[0];'),
  'strncmp': f('char name[16] = {}; name[1] = ctx->a; return __builtin_strncmp(name, "bash", 3);'),
  'atomics through pointers': f('u64 e = 1, d = ctx->a, o; __atomic_exchange(&v, &d, &o, 5); return __atomic_compare_exchange(&v, &e, &d, 0, 5, 5) + o;', 'u64 v;'),
  'attributes in brackets': f('[[maybe_unused]] int x = 1; switch (ctx->a) { case 1: x = 2; [[fallthrough]]; case 2: return 3; } return g(x);', '[[gnu::noinline]] static int g(int x [[maybe_unused]]) { return 1; }'),
  'attribute of a statement': f('[[clang::unlikely]] if (ctx->a) return 1; return 2;'),
  'bracketed section': '[[gnu::section("xdp"), gnu::used]] int prog(struct xdp_md *ctx) { return 1; }',
  'bit reversal': f('return __builtin_bitreverse32(ctx->a) + __builtin_bitreverse64(ctx->b) + __builtin_bitreverse8(ctx->a) + __builtin_bitreverse16(ctx->a);'),
  'asm mem': f('u32 x = 1; asm volatile("lock *(u32 *)(%0 + 0) += %1" :: "r"(&x), "r"(2) : "memory"); return x;'),
}; // prettier-ignore

const REFUSED: Readonly<Record<string, readonly [words: string, program: string]>> = {
  'int128 div': ["'__udivti3' is not supported", f('unsigned __int128 x = ctx->a; x = x / ctx->b; return (u64)x;')],
  'computed goto': ['use a switch statement', f('static const void *t[] = { &&a, &&b }; goto *t[ctx->a & 1]; a: return 1; b: return 2;')],
  'vla': ['variable length arrays are not supported', f('int n = ctx->a & 7; char x[n]; x[0] = 1; return x[0];')],
  'float': ['eBPF has no floating point', f('float x = ctx->a; return x > 1.5f;')],
  'indirect call': ['indirect call in function', f('int (*p)(int) = ctx->a ? f1 : f2; return p(1);', 'static __attribute__((noinline)) int f1(int a) { return a; } static __attribute__((noinline)) int f2(int a) { return -a; }')],
  'struct return': ['aggregate returns are not supported', f('struct s x = g(ctx->a); return x.a + x.c;', 'struct s { u64 a, b, c; }; static __attribute__((noinline)) struct s g(int x) { struct s r = { x, x, x }; return r; }')],
  'six args': ['stack arguments are not supported', f('return g(1,2,3,4,5,ctx->a);', 'static __attribute__((noinline)) int g(int a, int b, int c, int d, int e, int f) { return a+b+c+d+e+f; }')],
  'alloca': ["'__builtin_alloca' is not supported", f('char *p = __builtin_alloca(ctx->b); p[0] = ctx->a; return p[ctx->c & 1];')],
  'alloca in a loop': ["'__builtin_alloca' is not supported", f('char *p = 0; for (int i = 0; i < 9; i++) { p = __builtin_alloca(8); p[0] = i; } return p[0];')],
  'thread': ['thread-local storage is not supported', f('return t;', '_Thread_local int t;')],
  'memcpy var': ["'memcpy' is not supported", f('char a[16], b[16] = {}; __builtin_memcpy(a, b, ctx->a & 7); return a[0];')],
  'strncmp': ["'__builtin_strncmp' is not supported", f('char a[4] = "abc", b[4] = "abd"; a[1] = b[0] = ctx->a; return __builtin_strncmp(a, b, 3);')],
  'frame_address': ["'__builtin_frame_address' is not supported", f('return !!__builtin_frame_address(0);')],
  'return_address': ["'__builtin_return_address' is not supported", f('return !!__builtin_return_address(0);')],
  'trap': ["'abort' is not supported", f('if (ctx->a) __builtin_trap(); return 0;')],
}; // prettier-ignore

const compiled = (text: string) => compile({ files: new Map([['m.c', PRELUDE + text]]), main: 'm.c', cpu: 'v4' });
const errors = (text: string): string[] =>
  compiled(text).diagnostics.flatMap(({ severity, message }) => (severity === 'error' ? [message] : []));

describe('accepted', () => {
  test.each(Object.entries(ACCEPTED))('%s', (_, text) => {
    expect(errors(text)).toEqual([]);
    expect(compiled(text).object).not.toBeNull();
  });
});

describe('refused with the reason', () => {
  test.each(Object.entries(REFUSED))('%s', (_, [words, text]) => {
    expect(errors(text).join('\n')).toContain(words);
  });
});

describe.skipIf(!judgePresent('clang', clangAbsence()))('clang accepts it, too', () => {
  test.each(Object.entries(ACCEPTED).filter(([name]) => !BEYOND_CLANG.has(name)))('%s', async (_, text) => {
    const { messages, object } = await compileWithClang(PRELUDE + text, { cpu: 'v4', name: 'm.c', flags: ['-w'] });
    expect(object, messages).not.toBeNull();
  });
});
