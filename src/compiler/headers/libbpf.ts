// bpf/bpf_helpers.h and its companions: what libbpf offers to programs, written anew from its documented interface.
import { HELPERS } from '../../bpf/helpers.ts';
import type { Helper } from '../../bpf/helpers.ts';

/** `const void *` and a name → `const void *name` */
const declare = (type: string, name: string): string => (type.endsWith('*') ? type + name : `${type} ${name}`);

/** A helper is a constant pointer whose value is its number; a call through it becomes the call instruction. */
function helperDeclaration(helper: Helper): string {
  const named = helper.arguments.filter((argument) => argument.c !== '...');
  const list = named.map((argument) => declare(argument.c, argument.name));
  if (helper.variadic) list.push('...');
  return `static ${declare(helper.c, '')}(* const bpf_${helper.name})(${list.join(', ') || 'void'}) = (void *)${helper.id};\n`;
}

/** Structures that helpers point to; a program that uses one includes the header that defines it. */
function forwardDeclarations(): string {
  const tags = new Set<string>();
  for (const helper of HELPERS) {
    for (const type of [helper.c, ...helper.arguments.map((argument) => argument.c)]) {
      const tag = /\b(?:struct|union) \w+/.exec(type)?.[0];
      if (tag) tags.add(tag);
    }
  }
  return [...tags].map((tag) => `${tag};\n`).join('');
}

const HELPER_DEFS = `#ifndef __BPF_HELPER_DEFS_H
#define __BPF_HELPER_DEFS_H
${forwardDeclarations()}${HELPERS.map(helperDeclaration).join('')}#endif
`;

/** `count` of the arguments, pasted behind a name: F(a, b) → F2 */
const COUNTING = `#ifndef ___bpf_concat
#define ___bpf_concat(a, b) a ## b
#define ___bpf_apply(name, n) ___bpf_concat(name, n)
#define ___bpf_nth(_, _1, _2, _3, _4, _5, _6, _7, _8, _9, _a, _b, _c, N, ...) N
#define ___bpf_narg(...) ___bpf_nth(_, ##__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#endif
`;

/** ___bpf_fillN(array, index, …): one assignment for each argument */
const FILLING = Array.from({ length: 13 }, (_, n) =>
  n === 0
    ? '#define ___bpf_fill0(array, i, x) do {} while (0)\n'
    : n === 1
      ? '#define ___bpf_fill1(array, i, x) array[i] = x\n'
      : `#define ___bpf_fill${n}(array, i, x, rest...) array[i] = x; ___bpf_fill${n - 1}(array, i + 1, rest)\n`,
).join('');

const HELPERS_H = `#ifndef __BPF_HELPERS__
#define __BPF_HELPERS__
#include <bpf/bpf_helper_defs.h>
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]
#define __ulong(name, val) enum { ___bpf_concat(__unique_value, __COUNTER__) = val } name
#define SEC(name) __attribute__((section(name), used))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif
#define __hidden __attribute__((visibility("hidden")))
#ifndef __used
#define __used __attribute__((used))
#endif
#ifndef __unused
#define __unused __attribute__((unused))
#endif
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __uptr __attribute__((btf_type_tag("uptr")))
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_untrusted __attribute__((btf_decl_tag("arg:untrusted")))
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))
#ifndef NULL
#define NULL ((void *)0)
#endif
#ifndef KERNEL_VERSION
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#endif
#ifndef offsetof
#define offsetof(type, member) ((unsigned long)&((type *)0)->member)
#endif
#ifndef container_of
#define container_of(ptr, type, member) ({ \\
	void *__member = (void *)(ptr); \\
	((type *)(__member - offsetof(type, member))); \\
})
#endif
#ifndef barrier
#define barrier() asm volatile("" ::: "memory")
#endif
#ifndef barrier_var
#define barrier_var(var) asm volatile("" : "+r"(var))
#endif
#ifndef __bpf_unreachable
#define __bpf_unreachable() __builtin_trap()
#endif
enum libbpf_pin_type {
	LIBBPF_PIN_NONE,
	LIBBPF_PIN_BY_NAME,
};
enum libbpf_tristate {
	TRI_NO = 0,
	TRI_YES = 1,
	TRI_MODULE = 2,
};
static __always_inline void bpf_tail_call_static(void *ctx, const void *map, const __u32 slot)
{
	if (!__builtin_constant_p(slot))
		__bpf_unreachable();
	asm volatile("r1 = %[ctx]\\n\\t"
		     "r2 = %[map]\\n\\t"
		     "r3 = %[slot]\\n\\t"
		     "call 12"
		     :: [ctx]"r"(ctx), [map]"r"(map), [slot]"i"(slot)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
}
#define bpf_ksym_exists(sym) (!!(sym))
${COUNTING}${FILLING}#define ___bpf_fill(array, args...) ___bpf_apply(___bpf_fill, ___bpf_narg(args))(array, 0, args)
#define BPF_SEQ_PRINTF(seq, fmt, args...) ({ \\
	static const char ___text[] = fmt; \\
	unsigned long long ___values[___bpf_narg(args)]; \\
	_Pragma("GCC diagnostic push") \\
	_Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"") \\
	___bpf_fill(___values, args); \\
	_Pragma("GCC diagnostic pop") \\
	bpf_seq_printf(seq, ___text, sizeof(___text), ___values, sizeof(___values)); \\
})
#define BPF_SNPRINTF(out, size, fmt, args...) ({ \\
	static const char ___text[] = fmt; \\
	unsigned long long ___values[___bpf_narg(args)]; \\
	_Pragma("GCC diagnostic push") \\
	_Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"") \\
	___bpf_fill(___values, args); \\
	_Pragma("GCC diagnostic pop") \\
	bpf_snprintf(out, size, ___text, ___values, sizeof(___values)); \\
})
#ifdef BPF_NO_GLOBAL_DATA
#define BPF_PRINTK_FMT_MOD
#else
#define BPF_PRINTK_FMT_MOD static const
#endif
#define __bpf_printk(fmt, ...) ({ \\
	BPF_PRINTK_FMT_MOD char ____fmt[] = fmt; \\
	bpf_trace_printk(____fmt, sizeof(____fmt), ##__VA_ARGS__); \\
})
#define __bpf_vprintk(fmt, args...) ({ \\
	static const char ___text[] = fmt; \\
	unsigned long long ___values[___bpf_narg(args)]; \\
	_Pragma("GCC diagnostic push") \\
	_Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"") \\
	___bpf_fill(___values, args); \\
	_Pragma("GCC diagnostic pop") \\
	bpf_trace_vprintk(___text, sizeof(___text), ___values, sizeof(___values)); \\
})
#define ___bpf_pick_printk(...) ___bpf_nth(_, ##__VA_ARGS__, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, \\
	__bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, \\
	__bpf_printk, __bpf_printk, __bpf_printk, __bpf_printk)
#define bpf_printk(fmt, args...) ___bpf_pick_printk(args)(fmt, ##args)
struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;
#ifndef bpf_for_each
#define bpf_for_each(kind, element, args...) for ( \\
	struct bpf_iter_##kind ___state __attribute__((aligned(8), cleanup(bpf_iter_##kind##_destroy))), \\
		*___begun __attribute__((unused)) = (bpf_iter_##kind##_new(&___state, ##args), (void *)0); \\
	((element) = bpf_iter_##kind##_next(&___state));)
#endif
#ifndef bpf_for
#define bpf_for(i, start, end) for ( \\
	struct bpf_iter_num ___state __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \\
		*___begun __attribute__((unused)) = (bpf_iter_num_new(&___state, (start), (end)), (void *)0); \\
	({ int *___next = bpf_iter_num_next(&___state); \\
	   ___next && ((i) = *___next, (i) >= (start) && (i) < (end)); });)
#endif
#ifndef bpf_repeat
#define bpf_repeat(times) for ( \\
	struct bpf_iter_num ___state __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \\
		*___begun __attribute__((unused)) = (bpf_iter_num_new(&___state, 0, (times)), (void *)0); \\
	bpf_iter_num_next(&___state);)
#endif
#endif
`;

const swap = (bits: number, names: readonly string[]): string =>
  names.map((name) => `#define ${name}(x) ((__u${bits})__builtin_bswap${bits}((__u${bits})(x)))\n`).join('');

const ENDIAN_H = `#ifndef __BPF_ENDIAN__
#define __BPF_ENDIAN__
${swap(16, ['bpf_htons', 'bpf_ntohs', '__bpf_htons', '__bpf_ntohs', '__bpf_constant_htons', '__bpf_constant_ntohs'])}${swap(32, ['bpf_htonl', 'bpf_ntohl', '__bpf_htonl', '__bpf_ntohl', '__bpf_constant_htonl', '__bpf_constant_ntohl'])}${swap(64, ['bpf_cpu_to_be64', 'bpf_be64_to_cpu', '__bpf_cpu_to_be64', '__bpf_be64_to_cpu', '__bpf_constant_cpu_to_be64', '__bpf_constant_be64_to_cpu'])}#endif
`;

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];

/** The pointer chain of BPF_CORE_READ for n names: src->a->b…, and the reads that follow it link by link. */
function chainMacros(): string {
  let text = '';
  for (let n = 1; n <= LETTERS.length; n++) {
    const names = LETTERS.slice(0, n);
    const chain = (count: number): string => ['(src)', ...names.slice(0, count)].join('->');
    text += `#define ___core_chain${n}(src, ${names.join(', ')}) ${chain(n)}\n`;
    const steps = names.map((name, i) => {
      const from = i === 0 ? '(src)' : '__link';
      const field = `&((typeof(${chain(i)}))${from})->${name}`;
      return i === n - 1
        ? `last((void *)(dst), sizeof(*(dst)), ${field});`
        : `link((void *)&__link, sizeof(__link), ${field});`;
    });
    const local = n > 1 ? 'const void *__link; ' : '';
    text += `#define ___core_follow${n}(last, link, dst, src, ${names.join(', ')}) ${local}${steps.join(' ')}\n`;
  }
  return text;
}

/** NAME_INTO(dst, src, …) and NAME(src, …), with the functions that read the last field and the links before it. */
function readMacros(name: string, last: string, link: string, hasValue: boolean): string {
  const into = `#define ${name}_INTO(dst, src, fields...) ({ \\
	___bpf_apply(___core_follow, ___bpf_narg(fields))(${last}, ${link}, dst, src, fields) \\
})
`;
  if (!hasValue) return into;
  return `${into}#define ${name}(src, fields...) ({ \\
	typeof(___bpf_apply(___core_chain, ___bpf_narg(fields))(src, fields)) __value; \\
	${name}_INTO(&__value, src, fields); \\
	__value; \\
})
`;
}

const CORE_READ_H = `#ifndef __BPF_CORE_READ_H__
#define __BPF_CORE_READ_H__
#include <bpf/bpf_helpers.h>
enum bpf_field_info_kind {
	BPF_FIELD_BYTE_OFFSET = 0,
	BPF_FIELD_BYTE_SIZE = 1,
	BPF_FIELD_EXISTS = 2,
	BPF_FIELD_SIGNED = 3,
	BPF_FIELD_LSHIFT_U64 = 4,
	BPF_FIELD_RSHIFT_U64 = 5,
};
enum bpf_type_id_kind {
	BPF_TYPE_ID_LOCAL = 0,
	BPF_TYPE_ID_TARGET = 1,
};
enum bpf_type_info_kind {
	BPF_TYPE_EXISTS = 0,
	BPF_TYPE_SIZE = 1,
	BPF_TYPE_MATCHES = 2,
};
enum bpf_enum_value_kind {
	BPF_ENUMVAL_EXISTS = 0,
	BPF_ENUMVAL_VALUE = 1,
};
#define ___core_info(src, field, kind) __builtin_preserve_field_info((src)->field, BPF_FIELD_##kind)
#define BPF_CORE_READ_BITFIELD_PROBED(s, field) ({ \\
	unsigned long long __bits = 0; \\
	bpf_probe_read_kernel((void *)&__bits, ___core_info(s, field, BYTE_SIZE), \\
			      (const void *)s + ___core_info(s, field, BYTE_OFFSET)); \\
	__bits <<= ___core_info(s, field, LSHIFT_U64); \\
	if (___core_info(s, field, SIGNED)) \\
		__bits = ((long long)__bits) >> ___core_info(s, field, RSHIFT_U64); \\
	else \\
		__bits = __bits >> ___core_info(s, field, RSHIFT_U64); \\
	__bits; \\
})
#define BPF_CORE_READ_BITFIELD(s, field) ({ \\
	const void *__at = (const void *)s + ___core_info(s, field, BYTE_OFFSET); \\
	unsigned long long __bits = 0; \\
	barrier_var(__at); \\
	switch (___core_info(s, field, BYTE_SIZE)) { \\
	case 1: __bits = *(const unsigned char *)__at; break; \\
	case 2: __bits = *(const unsigned short *)__at; break; \\
	case 4: __bits = *(const unsigned int *)__at; break; \\
	case 8: __bits = *(const unsigned long long *)__at; break; \\
	} \\
	__bits <<= ___core_info(s, field, LSHIFT_U64); \\
	if (___core_info(s, field, SIGNED)) \\
		__bits = ((long long)__bits) >> ___core_info(s, field, RSHIFT_U64); \\
	else \\
		__bits = __bits >> ___core_info(s, field, RSHIFT_U64); \\
	__bits; \\
})
#define ___bpf_field_ref1(field) (field)
#define ___bpf_field_ref2(type, field) (((typeof(type) *)0)->field)
#define ___bpf_field_ref(args...) ___bpf_apply(___bpf_field_ref, ___bpf_narg(args))(args)
#define bpf_core_field_exists(field...) __builtin_preserve_field_info(___bpf_field_ref(field), BPF_FIELD_EXISTS)
#define bpf_core_field_size(field...) __builtin_preserve_field_info(___bpf_field_ref(field), BPF_FIELD_BYTE_SIZE)
#define bpf_core_field_offset(field...) __builtin_preserve_field_info(___bpf_field_ref(field), BPF_FIELD_BYTE_OFFSET)
#define bpf_core_type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, BPF_TYPE_ID_LOCAL)
#define bpf_core_type_id_kernel(type) __builtin_btf_type_id(*(typeof(type) *)0, BPF_TYPE_ID_TARGET)
#define bpf_core_type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_EXISTS)
#define bpf_core_type_matches(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_MATCHES)
#define bpf_core_type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_SIZE)
#define bpf_core_enum_value_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_EXISTS)
#define bpf_core_enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_VALUE)
#define bpf_core_cast(ptr, type) ((typeof(type) *)bpf_rdonly_cast((ptr), bpf_core_type_id_kernel(type)))
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
#define bpf_core_read(dst, sz, src) bpf_probe_read_kernel(dst, sz, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_read_user(dst, sz, src) bpf_probe_read_user(dst, sz, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_read_str(dst, sz, src) bpf_probe_read_kernel_str(dst, sz, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_read_user_str(dst, sz, src) bpf_probe_read_user_str(dst, sz, (const void *)__builtin_preserve_access_index(src))
${COUNTING}${chainMacros()}${readMacros('BPF_CORE_READ', 'bpf_core_read', 'bpf_core_read', true)}${readMacros('BPF_CORE_READ_USER', 'bpf_core_read_user', 'bpf_core_read_user', true)}${readMacros('BPF_PROBE_READ', 'bpf_probe_read_kernel', 'bpf_probe_read_kernel', true)}${readMacros('BPF_PROBE_READ_USER', 'bpf_probe_read_user', 'bpf_probe_read_user', true)}${readMacros('BPF_CORE_READ_STR', 'bpf_core_read_str', 'bpf_core_read', false)}${readMacros('BPF_CORE_READ_USER_STR', 'bpf_core_read_user_str', 'bpf_core_read_user', false)}${readMacros('BPF_PROBE_READ_STR', 'bpf_probe_read_kernel_str', 'bpf_probe_read_kernel', false)}${readMacros('BPF_PROBE_READ_USER_STR', 'bpf_probe_read_user_str', 'bpf_probe_read_user', false)}#endif
`;

/** Registers that hold a function's arguments, result and stack, by architecture. */
const REGISTERS: readonly { readonly test: string; readonly cast: string; readonly names: readonly string[] }[] = [
  { test: 'defined(__TARGET_ARCH_arm64) || (!defined(__TARGET_ARCH_x86) && defined(__aarch64__))', cast: '(const struct user_pt_regs *)', names: ['regs[0]', 'regs[1]', 'regs[2]', 'regs[3]', 'regs[4]', 'regs[5]', 'regs[30]', 'regs[29]', 'regs[0]', 'sp', 'pc'] },
  { test: 'defined(__VMLINUX_H__) || defined(__KERNEL__)', cast: '', names: ['di', 'si', 'dx', 'cx', 'r8', 'r9', 'sp', 'bp', 'ax', 'sp', 'ip'] },
  { test: '1', cast: '', names: ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9', 'rsp', 'rbp', 'rax', 'rsp', 'rip'] },
]; // prettier-ignore
const ROLES = ['PARM1', 'PARM2', 'PARM3', 'PARM4', 'PARM5', 'PARM6', 'RET', 'FP', 'RC', 'SP', 'IP'];

function registerMacros(): string {
  let text = '';
  REGISTERS.forEach(({ test, cast, names }, i) => {
    text += `${i === 0 ? '#if' : '#elif'} ${test}\n#define ___regs(x) (${cast}(x))\n`;
    ROLES.forEach((role, k) => {
      text += `#define ___reg_${role} ${names[k]}\n`;
    });
  });
  text += '#endif\n';
  for (const role of ROLES) {
    text += `#define PT_REGS_${role}(x) (___regs(x)->___reg_${role})\n#define PT_REGS_${role}_CORE(x) BPF_CORE_READ(___regs(x), ___reg_${role})\n`;
  }
  for (let n = 1; n <= 6; n++) {
    // The fourth argument of a system call is in r10 on x86.
    const own = n === 4;
    text += own ? '#if defined(__TARGET_ARCH_arm64)\n' : '';
    text += `#define PT_REGS_PARM${n}_SYSCALL(x) PT_REGS_PARM${n}(x)\n#define PT_REGS_PARM${n}_CORE_SYSCALL(x) PT_REGS_PARM${n}_CORE(x)\n`;
    if (own)
      text +=
        '#else\n#define PT_REGS_PARM4_SYSCALL(x) (___regs(x)->r10)\n#define PT_REGS_PARM4_CORE_SYSCALL(x) BPF_CORE_READ(___regs(x), r10)\n#endif\n';
  }
  return text;
}

/** ___nameN(args): `ctx`, then one cast argument for each of N names */
function argumentMacros(name: string, most: number, value: (index: number) => string): string {
  let text = `#define ${name}0() ctx\n`;
  for (let n = 1; n <= most; n++) {
    const values = Array.from({ length: n }, (_, i) => `(void *)${value(i)}`);
    text += `#define ${name}${n}(${Array.from({ length: n }, (_, i) => `_${i}`).join(', ')}) ctx, ${values.join(', ')}\n`;
  }
  return text;
}

/** The wrapper that turns a raw context into named arguments: NAME(prog, type arg, …) { body } */
function wrapper(macro: string, context: string, list: string, before = ''): string {
  return `#define ${macro}(name, args...) \\
name(${context}); \\
static __always_inline typeof(name(0)) ____##name(${context}, ##args); \\
typeof(name(0)) name(${context}) \\
{ \\
	${before}_Pragma("GCC diagnostic push") \\
	_Pragma("GCC diagnostic ignored \\"-Wint-conversion\\"") \\
	return ____##name(___bpf_apply(${list}, ___bpf_narg(args))(args)); \\
	_Pragma("GCC diagnostic pop") \\
} \\
static __always_inline typeof(name(0)) ____##name(${context}, ##args)
`;
}

const TRACING_H = `#ifndef __BPF_TRACING_H__
#define __BPF_TRACING_H__
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
struct pt_regs;
${registerMacros()}#define PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)PT_REGS_RET(ctx)); })
#define BPF_KRETPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)(PT_REGS_FP(ctx) + sizeof(ip))); })
${COUNTING}${argumentMacros('___prog_args', 12, (i) => `ctx[${i}]`)}${argumentMacros('___kprobe_args', 6, (i) => `PT_REGS_PARM${i + 1}(ctx)`)}${argumentMacros('___kretprobe_args', 1, () => 'PT_REGS_RC(ctx)')}${argumentMacros('___syscall_args', 6, (i) => `PT_REGS_PARM${i + 1}_CORE_SYSCALL(regs)`)}${wrapper('BPF_PROG', 'unsigned long long *ctx', '___prog_args')}${wrapper('BPF_KPROBE', 'struct pt_regs *ctx', '___kprobe_args')}${wrapper('BPF_KRETPROBE', 'struct pt_regs *ctx', '___kretprobe_args')}${wrapper('BPF_KSYSCALL', 'struct pt_regs *ctx', '___syscall_args', 'struct pt_regs *regs = PT_REGS_SYSCALL_REGS(ctx); \\\n\t')}#define BPF_KPROBE_SYSCALL BPF_KSYSCALL
#define BPF_UPROBE(name, args...) BPF_KPROBE(name, ##args)
#define BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ##args)
#endif
`;

export const LIBBPF_HEADERS: Readonly<Record<string, string>> = {
  'bpf/bpf_helper_defs.h': HELPER_DEFS,
  'bpf/bpf_helpers.h': HELPERS_H,
  'bpf/bpf_endian.h': ENDIAN_H,
  'bpf/bpf_core_read.h': CORE_READ_H,
  'bpf/bpf_tracing.h': TRACING_H,
};
