// Attributes by name: those that do something here, and those that may be passed over without a word.

const MEANINGFUL = [
  'section', 'always_inline', 'noinline', 'packed', 'aligned', 'preserve_access_index', 'preserve_static_offset', 'used', 'unused', 'weak',
  'naked', 'btf_decl_tag', 'btf_type_tag', 'address_space', 'visibility', 'mode', 'may_alias', 'transparent_union',
  'fallthrough', 'cleanup', 'noreturn', 'deprecated', 'enum_extensibility', 'flag_enum',
]; // prettier-ignore

/** Hints for optimisers, linkers and other targets: the program means the same without them. */
const HARMLESS = [
  'const', 'pure', 'malloc', 'nonnull', 'returns_nonnull', 'warn_unused_result', 'format', 'format_arg', 'cold', 'hot', 'flatten',
  'gnu_inline', 'nothrow', 'leaf', 'alloc_size', 'alloc_align', 'assume_aligned', 'sentinel', 'artificial', 'no_instrument_function',
  'no_sanitize', 'no_sanitize_address', 'no_sanitize_thread', 'no_sanitize_undefined', 'no_profile_instrument_function',
  'no_stack_protector', 'constructor', 'destructor', 'optnone', 'minsize', 'nocf_check', 'error', 'warning', 'diagnose_if',
  'availability', 'unavailable', 'access', 'counted_by', 'counted_by_or_null', 'sized_by', 'randomize_layout', 'no_randomize_layout',
  'designated_init', 'nodebug', 'convergent', 'noduplicate', 'not_tail_called', 'disable_tail_calls', 'retain', 'common', 'nocommon',
  'returns_twice', 'externally_visible', 'no_reorder', 'no_caller_saved_registers', 'patchable_function_entry', 'ms_struct', 'gcc_struct', 'maybe_unused',
  'nodiscard', 'no_split_stack', 'no_icf', 'assume', 'likely', 'unlikely', 'noderef', 'nonstring', 'musttail', 'bpf_fastcall', 'strict_flex_array',
  'uninitialized', 'no_builtin', 'internal_linkage', 'overloadable', 'warn_if_not_aligned', 'scalar_storage_order', 'tls_model', 'symver',
]; // prettier-ignore

const known = new Set([...MEANINGFUL, ...HARMLESS]);

/** @param name without leading and trailing underscores */
export function isKnownAttribute(name: string): boolean {
  return known.has(name);
}
