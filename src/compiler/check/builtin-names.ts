// Builtin functions by name, with what their calls look like. Most have a signature; a few are checked one by one.

/**
 * Result and parameters in a few letters: v void, i int, u unsigned int, h unsigned short, c unsigned char, l long, m unsigned long,
 * L long long, M unsigned long long, z size_t, p void *, P const void *, s char *, S const char *, . further arguments.
 */
export const SIGNATURES: Readonly<Record<string, string>> = {
  __builtin_memcpy: 'ppPz',
  __builtin_memmove: 'ppPz',
  __builtin_memset: 'ppiz',
  __builtin_memcmp: 'iPPz',
  __builtin_memcpy_inline: 'vpPz',
  __builtin_memset_inline: 'vpiz',
  __builtin_bcmp: 'iPPz',
  __builtin_bzero: 'vpz',
  __builtin_strlen: 'zS',
  __builtin_strcmp: 'iSS',
  __builtin_strncmp: 'iSSz',
  __builtin_strcpy: 'ssS',
  __builtin_strncpy: 'ssSz',
  __builtin_bswap16: 'hh',
  __builtin_bswap32: 'uu',
  __builtin_bswap64: 'MM',
  __builtin_bitreverse8: 'cc',
  __builtin_bitreverse16: 'hh',
  __builtin_bitreverse32: 'uu',
  __builtin_bitreverse64: 'MM',
  __builtin_rotateleft16: 'hhh',
  __builtin_rotateleft32: 'uuu',
  __builtin_rotateleft64: 'MMM',
  __builtin_rotateright16: 'hhh',
  __builtin_rotateright32: 'uuu',
  __builtin_rotateright64: 'MMM',
  __builtin_expect: 'lll',
  __builtin_expect_with_probability: 'llld',
  __builtin_unpredictable: 'll',
  __builtin_unreachable: 'v',
  __builtin_trap: 'v',
  __builtin_assume: 'vb',
  __builtin_ctz: 'iu',
  __builtin_ctzl: 'im',
  __builtin_ctzll: 'iM',
  __builtin_clz: 'iu',
  __builtin_clzl: 'im',
  __builtin_clzll: 'iM',
  __builtin_ffs: 'ii',
  __builtin_ffsl: 'il',
  __builtin_ffsll: 'iL',
  __builtin_popcount: 'iu',
  __builtin_popcountl: 'im',
  __builtin_popcountll: 'iM',
  __builtin_parity: 'iu',
  __builtin_parityl: 'im',
  __builtin_parityll: 'iM',
  __builtin_abs: 'ii',
  __builtin_labs: 'll',
  __builtin_llabs: 'LL',
  __builtin_frame_address: 'pu',
  __builtin_return_address: 'pu',
  __builtin_prefetch: 'vP.',
  __builtin_object_size: 'zPi',
  __builtin_dynamic_object_size: 'zPi',
  __builtin_bpf_passthrough: 'pip',
  __builtin_alloca: 'pz',
  __builtin_alloca_with_align: 'pzz',
  __sync_synchronize: 'v',
  __atomic_thread_fence: 'vi',
  __atomic_signal_fence: 'vi',
};

/** Plain library functions that clang knows as builtins too, with the types that its message names. */
export const LIBRARY_BUILTINS: ReadonlyMap<string, string> = new Map([
  ['memcpy', 'void *(void *, const void *, unsigned long)'],
  ['memmove', 'void *(void *, const void *, unsigned long)'],
  ['memset', 'void *(void *, int, unsigned long)'],
  ['memcmp', 'int (const void *, const void *, unsigned long)'],
  ['strlen', 'unsigned long (const char *)'],
  ['strcmp', 'int (const char *, const char *)'],
  ['strncmp', 'int (const char *, const char *, unsigned long)'],
  ['strcpy', 'char *(char *, const char *)'],
  ['strncpy', 'char *(char *, const char *, unsigned long)'],
  ['bcmp', 'int (const void *, const void *, unsigned long)'],
  ['bzero', 'void (void *, unsigned long)'],
]);

/** Builtins whose types depend on their arguments. */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set([
  '__builtin_constant_p', '__builtin_preserve_access_index', '__builtin_preserve_field_info', '__builtin_preserve_type_info',
  '__builtin_preserve_enum_value', '__builtin_btf_type_id', '__builtin_add_overflow', '__builtin_sub_overflow', '__builtin_mul_overflow',
  '__builtin_sadd_overflow', '__builtin_saddl_overflow', '__builtin_saddll_overflow', '__builtin_uadd_overflow', '__builtin_uaddl_overflow',
  '__builtin_uaddll_overflow', '__builtin_ssub_overflow', '__builtin_ssubl_overflow', '__builtin_ssubll_overflow', '__builtin_usub_overflow',
  '__builtin_usubl_overflow', '__builtin_usubll_overflow', '__builtin_smul_overflow', '__builtin_smull_overflow', '__builtin_smulll_overflow',
  '__builtin_umul_overflow', '__builtin_umull_overflow', '__builtin_umulll_overflow', '__builtin_assume_aligned', '__builtin_va_start',
  '__builtin_va_end', '__builtin_va_copy', '__builtin_classify_type', '__builtin_LINE', '__builtin_FILE', '__builtin_FUNCTION', '__builtin_is_aligned',
  '__builtin_align_up', '__builtin_align_down', '__builtin_launder',
  '__sync_fetch_and_add', '__sync_fetch_and_sub', '__sync_fetch_and_and', '__sync_fetch_and_or', '__sync_fetch_and_xor',
  '__sync_add_and_fetch', '__sync_sub_and_fetch', '__sync_and_and_fetch', '__sync_or_and_fetch', '__sync_xor_and_fetch',
  '__sync_lock_test_and_set', '__sync_lock_release', '__sync_val_compare_and_swap', '__sync_bool_compare_and_swap', '__sync_swap',
  '__atomic_load_n', '__atomic_load', '__atomic_store_n', '__atomic_store', '__atomic_exchange_n', '__atomic_exchange',
  '__atomic_compare_exchange_n', '__atomic_compare_exchange', '__atomic_fetch_add', '__atomic_fetch_sub', '__atomic_fetch_and',
  '__atomic_fetch_or', '__atomic_fetch_xor', '__atomic_add_fetch', '__atomic_sub_fetch', '__atomic_and_fetch', '__atomic_or_fetch',
  '__atomic_xor_fetch', '__atomic_test_and_set', '__atomic_clear', '__atomic_always_lock_free', '__atomic_is_lock_free',
]); // prettier-ignore

/** Keywords that look like functions. */
const SYNTACTIC = new Set([
  '__builtin_va_arg',
  '__builtin_offsetof',
  '__builtin_types_compatible_p',
  '__builtin_choose_expr',
]);

/** What __has_builtin says. */
export function isBuiltinFunction(name: string): boolean {
  return name in SIGNATURES || SPECIAL_BUILTINS.has(name) || SYNTACTIC.has(name);
}
