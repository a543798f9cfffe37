// Headers that belong to the compiler rather than to Linux (C11 4 p6): what a freestanding implementation has.

/** glibc asks for single types by defining __need_…; without such a request the whole header is meant. */
const STDDEF = `#if !defined(__need_size_t) && !defined(__need_ptrdiff_t) && !defined(__need_wchar_t) && !defined(__need_NULL) && !defined(__need_wint_t)
#define __need_size_t
#define __need_ptrdiff_t
#define __need_wchar_t
#define __need_NULL
#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#ifdef __need_ptrdiff_t
#undef __need_ptrdiff_t
#ifndef __ptrdiff_t_known
#define __ptrdiff_t_known
typedef __PTRDIFF_TYPE__ ptrdiff_t;
#endif
#endif
#ifdef __need_size_t
#undef __need_size_t
#ifndef __size_t_known
#define __size_t_known
typedef __SIZE_TYPE__ size_t;
#endif
#endif
#ifdef __need_wchar_t
#undef __need_wchar_t
typedef __WCHAR_TYPE__ wchar_t;
#endif
#ifdef __need_wint_t
#undef __need_wint_t
typedef __WINT_TYPE__ wint_t;
#endif
#ifdef __need_NULL
#undef __need_NULL
#undef NULL
#define NULL ((void *)0)
#endif
`;

const exactTypes = [8, 16, 32, 64]
  .flatMap((bits) => [
    `typedef __INT${bits}_TYPE__ int${bits}_t;`,
    `typedef __UINT${bits}_TYPE__ uint${bits}_t;`,
    `typedef __INT${bits}_TYPE__ int_least${bits}_t;`,
    `typedef __UINT${bits}_TYPE__ uint_least${bits}_t;`,
    `typedef __INT${bits}_TYPE__ int_fast${bits}_t;`,
    `typedef __UINT${bits}_TYPE__ uint_fast${bits}_t;`,
    `#define INT${bits}_MAX __INT${bits}_MAX__`,
    `#define INT${bits}_MIN (-__INT${bits}_MAX__ - 1)`,
    `#define UINT${bits}_MAX __UINT${bits}_MAX__`,
  ])
  .join('\n');

const STDINT = `#ifndef __STDINT_H
#define __STDINT_H
${exactTypes}
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __INTMAX_TYPE__ intmax_t;
typedef __UINTMAX_TYPE__ uintmax_t;
#define INTPTR_MAX __INTPTR_MAX__
#define UINTPTR_MAX __UINTPTR_MAX__
#define INTMAX_MAX __INTMAX_MAX__
#define UINTMAX_MAX __UINTMAX_MAX__
#define SIZE_MAX __SIZE_MAX__
#define INT8_C(v) v
#define UINT8_C(v) v
#define INT16_C(v) v
#define UINT16_C(v) v
#define INT32_C(v) v
#define UINT32_C(v) v##U
#define INT64_C(v) v##L
#define UINT64_C(v) v##UL
#endif
`;

const LIMITS = `#ifndef __LIMITS_H
#define __LIMITS_H
#define CHAR_BIT __CHAR_BIT__
#define SCHAR_MAX __SCHAR_MAX__
#define SCHAR_MIN (-__SCHAR_MAX__ - 1)
#define UCHAR_MAX (__SCHAR_MAX__ * 2 + 1)
#define CHAR_MAX __SCHAR_MAX__
#define CHAR_MIN SCHAR_MIN
#define SHRT_MAX __SHRT_MAX__
#define SHRT_MIN (-__SHRT_MAX__ - 1)
#define USHRT_MAX (__SHRT_MAX__ * 2 + 1)
#define INT_MAX __INT_MAX__
#define INT_MIN (-__INT_MAX__ - 1)
#define UINT_MAX (__INT_MAX__ * 2U + 1U)
#define LONG_MAX __LONG_MAX__
#define LONG_MIN (-__LONG_MAX__ - 1L)
#define ULONG_MAX (__LONG_MAX__ * 2UL + 1UL)
#define LLONG_MAX __LONG_LONG_MAX__
#define LLONG_MIN (-__LONG_LONG_MAX__ - 1LL)
#define ULLONG_MAX (__LONG_LONG_MAX__ * 2ULL + 1ULL)
#endif
`;

const STDARG = `#if !defined(__need___va_list) && !defined(__STDARG_H)
#define __STDARG_H
typedef __builtin_va_list va_list;
#define va_start(list, last) __builtin_va_start(list, last)
#define va_end(list) __builtin_va_end(list)
#define va_arg(list, type) __builtin_va_arg(list, type)
#define va_copy(to, from) __builtin_va_copy(to, from)
#endif
#ifndef __GNUC_VA_LIST
#define __GNUC_VA_LIST
typedef __builtin_va_list __gnuc_va_list;
#endif
#undef __need___va_list
`;

export const COMPILER_TEXTS: Readonly<Record<string, string>> = {
  'stddef.h': STDDEF,
  'stdint.h': STDINT,
  'limits.h': LIMITS,
  'stdarg.h': STDARG,
  'stdbool.h': `#ifndef __STDBOOL_H
#define __STDBOOL_H
#define bool _Bool
#define true 1
#define false 0
#define __bool_true_false_are_defined 1
#endif
`,
  'stdalign.h': '#define alignas _Alignas\n#define alignof _Alignof\n',
  'stdnoreturn.h': '#define noreturn _Noreturn\n',
};
