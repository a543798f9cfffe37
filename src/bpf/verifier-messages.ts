// The verifier's messages, one row each: Linux 6.18's wording, its usual errno, and what the arguments are. A check in the
// kernel (AssemblyScript) names a row by its constant (MESSAGE_…) and passes numbers; text is made here, last.
import { E2BIG, EACCES, EBADF, EFAULT, EINVAL, ENOMEM, ENOTSUPP, EPERM, EPROTO } from './errno.ts';
import { HELPERS } from './helpers.ts';
import { kfuncName } from './kfuncs.ts';
import { registerTypeName } from './verifier-records.ts';

/**
 * What an argument is, one letter each, in the order of the template's %-conversions:
 * d number (formatted as the conversion says) · t register type · h helper id → "bpf_…" · s index into STRINGS ·
 * b kind of a BTF type · i BTF type id → its name · n tnum (two values: bits, mask) · f subprogram number → its name · m map index → its name · k kfunc (name by BTF id)
 */
type Arguments = string;

/** [constant, errno, template, arguments]; a template that ends in "\c" goes on with the next message on the same line. */
type Row = readonly [name: string, errno: number, template: string, args?: Arguments];

const ROWS: readonly Row[] = [
  // --- shape of the program, before the walk
  ['MUST_SLEEP', EINVAL, 'Syscall programs can only be sleepable'],
  ['MAY_NOT_SLEEP', EINVAL, 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable'],
  ['SLEEPABLE_MAP', EINVAL, 'Sleepable programs can only use array, hash, ringbuf and local storage maps'],
  ['NO_PROGRAM_TO_JIT', EFAULT, 'verifier bug: No program to jit at insn %d (subprog < 0)', 'd'],
  ['UNKNOWN_OPCODE', EINVAL, 'unknown opcode %02x', 'd'],
  ['RESERVED_LDX', EINVAL, 'BPF_LDX uses reserved fields'],
  ['RESERVED_STX', EINVAL, 'BPF_STX uses reserved fields'],
  ['RESERVED_ST', EINVAL, 'BPF_ST uses reserved fields'],
  ['RESERVED_ALU', EINVAL, 'BPF_ALU uses reserved fields'],
  ['RESERVED_MOV', EINVAL, 'BPF_MOV uses reserved fields'],
  ['RESERVED_NEG', EINVAL, 'BPF_NEG uses reserved fields'],
  ['RESERVED_END', EINVAL, 'BPF_END uses reserved fields'],
  ['RESERVED_JMP', EINVAL, 'BPF_JMP/JMP32 uses reserved fields'],
  ['RESERVED_JA', EINVAL, 'BPF_JA uses reserved fields'],
  ['RESERVED_CALL', EINVAL, 'BPF_CALL uses reserved fields'],
  ['RESERVED_EXIT', EINVAL, 'BPF_EXIT uses reserved fields'],
  ['RESERVED_LD_ABS', EINVAL, 'BPF_LD_[ABS|IND] uses reserved fields'],
  ['RESERVED_LD_IMM64', EINVAL, 'BPF_LD_IMM64 uses reserved fields'],
  ['RESERVED_MAY_GOTO', EINVAL, 'invalid may_goto imm %d', 'd'],
  ['BAD_LD_IMM', EINVAL, 'invalid BPF_LD_IMM insn'],
  ['BAD_LD_IMM64', EINVAL, 'invalid bpf_ld_imm64 insn'],
  ['UNRECOGNIZED_LD_IMM64', EINVAL, 'unrecognized bpf_ld_imm64 insn'],
  ['BAD_ALU_OPCODE', EINVAL, 'invalid BPF_ALU opcode %x', 'd'],
  ['BAD_ATOMIC_OPCODE', EINVAL, 'BPF_ATOMIC uses invalid atomic opcode %02x', 'd'],
  ['BAD_ATOMIC_SIZE', EINVAL, 'invalid atomic operand size'],
  ['BAD_MAP_FD', EBADF, 'fd %d is not pointing to valid bpf_map', 'd'],
  ['BAD_MAP_VALUE_ACCESS', EINVAL, 'invalid access to map value pointer, value_size=%u off=%u', 'dd'],
  ['DIRECT_OFFSET_TOO_LARGE', EINVAL, 'direct value offset of %u is not allowed', 'd'],
  ['MAP_HAS_FD_IDX', EPROTO, 'fd_idx without fd_array is invalid'],
  ['LAST_NOT_EXIT', EINVAL, 'last insn is not an exit or jmp'],
  ['JUMP_OUT_OF_RANGE', EINVAL, 'jump out of range from insn %d to %d', 'dd'],
  ['CALL_INVALID_DESTINATION', EINVAL, 'call to invalid destination'],
  ['TOO_MANY_SUBPROGRAMS', E2BIG, 'too many subprograms'],
  [
    'FUNCTIONS_NEED_CAP_BPF',
    EPERM,
    'loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN',
  ],
  ['UNREACHABLE', EINVAL, 'unreachable insn %d', 'd'],
  ['JUMP_INTO_LD_IMM64', EINVAL, 'jump into the middle of ldimm64 insn %d', 'd'],
  ['BACK_EDGE', EINVAL, 'back-edge from insn %d to %d', 'dd'],
  ['NO_FUNC_INFO', EINVAL, 'missing btf func_info'],
  ['FUNC_INFO_COUNT', EINVAL, "number of funcs in func_info doesn't match number of subprogs"],
  ['FUNC_INFO_MISMATCH', EINVAL, "func_info BTF section doesn't match subprog layout in BPF program"],
  ['TAIL_CALL_MIXED', EINVAL, 'mixing of tail_calls and bpf-to-bpf calls is not supported'],
  [
    'TAIL_CALL_STACK',
    EACCES,
    'tail_calls are not allowed when call stack of previous frames is %d bytes. Too large',
    'd',
  ],
  ['TAIL_CALL_ABNORMAL_RETURN', EINVAL, "tail_call is only allowed in functions that return 'int'."],
  ['LD_ABS_ABNORMAL_RETURN', EINVAL, "LD_ABS is only allowed in functions that return 'int'."],
  ['STACK_COMBINED', EACCES, 'combined stack size of %d calls is %d. Too large', 'dd'],
  ['STACK_SUBPROGRAM', EACCES, 'stack size of subprog %d is %d. Too large', 'dd'],
  ['CALL_STACK_TOO_DEEP', E2BIG, 'the call stack of %d frames is too deep', 'd'],

  // --- the walk
  ['TOO_LARGE', E2BIG, 'BPF program is too large. Processed %d insn', 'd'],
  ['TOO_COMPLEX', E2BIG, 'The sequence of %d jumps is too complex.', 'd'],
  ['INFINITE_LOOP', EINVAL, 'infinite loop detected at insn %d', 'd'],
  ['BAD_INSTRUCTION_INDEX', EFAULT, 'invalid insn idx %d insn_cnt %d', 'dd'],
  ['REGISTER_INVALID', EINVAL, 'R%d is invalid', 'd'],
  ['NOT_READABLE', EACCES, 'R%d !read_ok', 'd'],
  ['FRAME_POINTER_READ_ONLY', EACCES, 'frame pointer is read only'],
  ['OUT_OF_MEMORY', ENOMEM, 'no memory left for the verifier after %d states', 'd'],
  ['CANCELLED', EINVAL, 'verification was cancelled after %d insns', 'd'],

  // --- arithmetic
  ['DIV_BY_ZERO', EINVAL, 'div by zero'],
  ['BAD_SHIFT', EINVAL, 'invalid shift %d', 'd'],
  ['POINTER_ARITHMETIC', EACCES, 'R%d pointer arithmetic prohibited', 'd'],
  ['PARTIAL_COPY', EACCES, 'R%d partial copy of pointer', 'd'],
  ['SIGN_EXTEND_POINTER', EACCES, 'R%d sign-extension part of pointer', 'd'],
  ['POINTER_32BIT', EACCES, 'R%d 32-bit pointer arithmetic prohibited', 'd'],
  ['POINTER_NULL_CHECK_FIRST', EACCES, 'R%d pointer arithmetic on %s prohibited, null-check it first', 'dt'],
  ['POINTER_TYPE_PROHIBITED', EACCES, 'R%d pointer arithmetic on %s prohibited', 'dt'],
  ['POINTER_BITWISE', EACCES, 'R%d bitwise operator %s on pointer prohibited', 'ds'],
  ['POINTER_OPERATOR', EACCES, 'R%d pointer arithmetic with %s operator prohibited', 'ds'],
  ['POINTER_FROM_SCALAR', EACCES, 'R%d tried to subtract pointer from scalar', 'd'],
  ['STACK_POINTER_SUBTRACTION', EACCES, 'R%d subtraction from stack pointer prohibited', 'd'],
  ['POINTER_OP_POINTER', EACCES, 'R%d pointer %s pointer prohibited', 'ds'],
  ['MATH_KNOWN', EINVAL, 'math between %s pointer and %lld is not allowed', 'td'],
  ['POINTER_OFFSET', EINVAL, '%s pointer offset %d is not allowed', 'td'],
  ['MATH_UNBOUNDED', EINVAL, 'math between %s pointer and register with unbounded min value is not allowed', 't'],
  ['MATH_OUT_OF_BOUNDS', EINVAL, 'value %lld makes %s pointer be out of bounds', 'dt'],
  [
    'STACK_ARITHMETIC_RANGE',
    EACCES,
    'R%d pointer arithmetic of map value goes out of range, prohibited for !root',
    'd',
  ],
  ['POINTER_COMPARISON', EACCES, 'R%d pointer comparison prohibited', 'd'],

  [
    'SANITIZE_BOUNDS',
    EACCES,
    'R%d has unknown scalar with mixed signed bounds, pointer arithmetic with it prohibited for !root',
    'd',
  ],
  [
    'SANITIZE_TYPE',
    EACCES,
    'R%d has pointer with unsupported alu operation, pointer arithmetic with it prohibited for !root',
    'd',
  ],
  [
    'SANITIZE_PATHS',
    EACCES,
    'R%d tried to %s from different maps, paths or scalars, pointer arithmetic with it prohibited for !root',
    'ds',
  ],
  [
    'SANITIZE_STACK',
    ENOMEM,
    'R%d could not be pushed for speculative verification, pointer arithmetic with it prohibited for !root',
    'd',
  ],
  [
    'SANITIZE_LIMIT',
    EACCES,
    'R%d tried to %s beyond pointer bounds, pointer arithmetic with it prohibited for !root',
    'ds',
  ],

  // --- memory
  ['INVALID_MEM_ACCESS', EACCES, "R%d invalid mem access '%s'", 'dt'],
  ['LEAKS_ADDR_MAP', EACCES, 'R%d leaks addr into map', 'd'],
  ['LEAKS_ADDR_MEM', EACCES, 'R%d leaks addr into mem', 'd'],
  ['LEAKS_ADDR_CTX', EACCES, 'R%d leaks addr into ctx', 'd'],
  ['LEAKS_ADDR_PACKET', EACCES, 'R%d leaks addr into packet', 'd'],
  ['LEAKS_ADDR_RETURN', EACCES, 'R%d leaks addr as return value', 'd'],
  ['LEAKS_ADDR_HELPER', EACCES, 'R%d leaks addr into helper function', 'd'],
  ['MISALIGNED', EACCES, 'misaligned %saccess off %s+%d+%d size %d', 'snddd'],
  ['MISALIGNED_PACKET', EACCES, 'misaligned packet access off %d+%s+%d+%d size %d', 'dnddd'],
  ['PACKET_ACCESS', EACCES, 'invalid access to packet, off=%d size=%d, R%d(id=%d,off=%d,r=%d)', 'dddddd'],
  ['PACKET_OFFSET_OUTSIDE', EACCES, 'R%d offset is outside of the packet', 'd'],
  ['PACKET_WRITE', EACCES, 'cannot write into packet'],
  ['PACKET_HELPER_ACCESS', EACCES, 'helper access to the packet is not allowed'],
  ['MAP_VALUE_ACCESS', EACCES, 'invalid access to map value, value_size=%d off=%d size=%d', 'ddd'],
  ['MAP_KEY_ACCESS', EACCES, 'invalid access to map key, key_size=%d off=%d size=%d', 'ddd'],
  ['MEM_ACCESS', EACCES, 'invalid access to memory, mem_size=%u off=%d size=%d', 'ddd'],
  [
    'MIN_NEGATIVE_INDEX',
    EACCES,
    'R%d min value is negative, either use unsigned index or do a if (index >=0) check.',
    'd',
  ],
  ['MIN_OUTSIDE', EACCES, 'R%d min value is outside of the allowed memory range', 'd'],
  ['MAX_OUTSIDE', EACCES, 'R%d max value is outside of the allowed memory range', 'd'],
  ['UNBOUNDED_ACCESS', EACCES, 'R%d unbounded memory access, make sure to bounds check any such access', 'd'],
  ['MAP_WRITE_FORBIDDEN', EACCES, 'write into map forbidden, value_size=%d off=%d size=%d', 'ddd'],
  ['MAP_READ_FORBIDDEN', EACCES, 'read from map forbidden, value_size=%d off=%d size=%d', 'ddd'],
  ['CONTEXT_ACCESS', EACCES, 'invalid bpf_context access off=%d size=%d', 'dd'],
  ['MAP_PTR_ACCESS', EACCES, 'only read from %s is supported', 's'],
  ['MAP_PTR_CAPABILITY', EPERM, "'struct %s' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN", 's'],
  ['MAP_PTR_NEGATIVE', EACCES, 'R%d is %s invalid negative access: off=%d', 'dsd'],
  ['CANNOT_WRITE', EACCES, 'R%d cannot write into %s', 'dt'],
  ['NEGATIVE_OFFSET_POINTER', EACCES, 'negative offset %s ptr R%d off=%d disallowed', 'tdd'],
  ['MODIFIED_POINTER', EACCES, 'dereference of modified %s ptr R%d off=%d disallowed', 'tdd'],
  ['VARIABLE_POINTER', EACCES, 'variable %s access var_off=%s disallowed', 'tn'],
  ['FIELD_DIRECT_ACCESS', EACCES, '%s cannot be accessed directly by load/store', 's'],
  ['LOCK_SOCKET_FILTER', EINVAL, 'socket filter progs cannot use bpf_spin_lock yet'],
  ['FIELD_TRACING', EINVAL, 'tracing progs cannot use %s yet', 's'],
  ['TP_BUFFER_ACCESS', EACCES, 'R%d invalid %s buffer access: off=%d, size=%d', 'dsdd'],
  ['TP_BUFFER_VARIABLE', EACCES, 'R%d invalid variable buffer offset: off=%d, var_off=%s', 'ddn'],
  ['SOCK_ACCESS', EACCES, 'R%d invalid %s access off=%d size=%d', 'dtdd'],
  ['STACK_OUT_OF_BOUNDS', EACCES, 'invalid%s stack R%d off=%d size=%d', 'sddd'],
  ['STACK_VARIABLE_UNBOUNDED', EACCES, 'invalid unbounded variable-offset%s stack R%d', 'sd'],
  ['STACK_VARIABLE_OUT_OF_BOUNDS', EACCES, 'invalid variable-offset%s stack R%d var_off=%s off=%d size=%d', 'sdndd'],
  ['STACK_VARIABLE_PROHIBITED', EACCES, 'R%d variable stack access prohibited for !root, var_off=%s off=%d', 'dnd'],
  [
    'STACK_VARIABLE_HELPER_PROHIBITED',
    EACCES,
    'R%d variable offset stack access prohibited for !root, var_off=%s',
    'dn',
  ],
  ['STACK_UNINITIALIZED', EACCES, 'invalid read from stack off %d+%d size %d', 'ddd'],
  ['STACK_HELPER_UNINITIALIZED', EACCES, 'invalid read from stack R%d off %d+%d size %d', 'dddd'],
  ['STACK_HELPER_UNINITIALIZED_VARIABLE', EACCES, 'invalid read from stack R%d var_off %s+%d size %d', 'dndd'],
  [
    'STACK_VARIABLE_HELPER',
    EACCES,
    'variable offset stack pointer cannot be passed into helper function; var_off=%s off=%d size=%d',
    'ndd',
  ],
  [
    'STACK_VARIABLE_WRITE_SPILL',
    EINVAL,
    'spilled ptr in range of var-offset stack write; insn %d, ptr off: %d\\c',
    'dd',
  ],
  [
    'STACK_VARIABLE_WRITE_UNINITIALIZED',
    EINVAL,
    'uninit stack in range of var-offset write prohibited for !root; insn %d, off: %d\\c',
    'dd',
  ],
  ['STACK_LEAKS_POINTER', EACCES, 'leaking pointer from stack off %d', 'd'],
  ['FILL_SIZE', EACCES, 'invalid size of register fill'],
  ['SPILL_SIZE', EACCES, 'invalid size of register spill'],
  ['SPILL_CORRUPT', EACCES, 'attempt to corrupt spilled pointer on stack'],
  ['SPILL_CALLEE_POINTER', EINVAL, 'cannot spill pointers to stack into stack frame of the caller'],
  ['ATOMIC_STORE_TYPE', EACCES, 'BPF_ATOMIC stores into R%d %s is not allowed', 'dt'],
  ['ATOMIC_LOAD_TYPE', EACCES, 'BPF_ATOMIC loads from R%d %s is not allowed', 'dt'],
  ['SAME_INSTRUCTION_POINTERS', EINVAL, 'same insn cannot be used with different pointers'],
  ['LD_ABS_TYPE', EINVAL, 'BPF_LD_[ABS|IND] instructions not allowed for this program type'],
  ['LD_ABS_CONTEXT', EINVAL, 'at the time of BPF_LD_ABS|IND R6 != pointer to skb'],

  // --- helper calls
  ['HELPER_INVALID', EINVAL, 'invalid func %s#%d', 'hd'],
  ['HELPER_NOT_ALLOWED', EINVAL, 'program of this type cannot use helper %s#%d', 'hd'],
  ['HELPER_GPL', EINVAL, 'cannot call GPL-restricted function from non-GPL compatible program'],
  ['HELPER_SLEEPABLE', EINVAL, 'helper call might sleep in a non-sleepable prog'],
  ['SOCKMAP_UPDATE', EINVAL, 'cannot update sockmap in this context'],
  ['SOCKMAP_ARGUMENT', EINVAL, 'invalid arg_type for sockmap/sockhash'],
  ['HELPER_NOT_SIMULATED', ENOTSUPP, 'helper %s#%d is not simulated', 'hd'],
  // --- calls of kernel functions
  ['KFUNC_NOT_SIMULATED', ENOTSUPP, 'kernel function %s is not simulated', 'k'],
  ['KFUNC_GPL', EINVAL, 'cannot call kernel function from non-GPL compatible program'],
  ['KFUNC_NOT_A_FUNCTION', EINVAL, 'kernel btf_id %u is not a function', 'd'],
  ['KFUNC_NOT_ALLOWED', EACCES, 'calling kernel function %s is not allowed', 'k'],
  ['KFUNC_NOT_ELIMINATED', EINVAL, 'invalid kernel function call not eliminated in verifier pass'],
  ['KFUNC_NOT_SCALAR', EINVAL, 'R%d is not a scalar', 'd'],
  ['KFUNC_NOT_CONSTANT', EINVAL, 'R%d must be a known constant', 'd'],
  ['KFUNC_TRUSTED_NULL', EACCES, 'Possibly NULL pointer passed to trusted arg%d', 'd'],
  ['KFUNC_NOT_CTX', EINVAL, 'arg#%d expected pointer to ctx, but got %s', 'dt'],
  ['KFUNC_POINTER_TYPE', EINVAL, 'arg#%d pointer type %s must point to scalar, or struct with scalar', 'ds'],
  ['KFUNC_MEMORY_PAIR', EACCES, 'arg#%d arg#%d memory, len pair leads to invalid memory access', 'dd'],

  // --- open-coded iterators and dynptrs
  ['STACK_OBJECT_CONSTANT_OFFSET', EINVAL, '%s has to be at a constant offset', 's'],
  ['STACK_OBJECT_OFFSET', EINVAL, 'cannot pass in %s at an offset=%d', 'sd'],
  ['ITER_NOT_ON_STACK', EINVAL, 'arg#%d expected pointer to an iterator on stack', 'd'],
  ['ITER_INITIALIZED', EINVAL, 'expected uninitialized iter_%s as arg #%d', 'sd'],
  ['ITER_UNINITIALIZED', EINVAL, 'expected an initialized iter_%s as arg #%d', 'sd'],
  ['DYNPTR_POINTER', EINVAL, 'arg#%d expected pointer to stack or const struct bpf_dynptr', 'd'],
  ['DYNPTR_INITIALIZED', EINVAL, 'Dynptr has to be an uninitialized dynptr'],
  ['DYNPTR_UNINITIALIZED', EINVAL, 'Expected an initialized dynptr as arg #%d', 'd'],
  ['DYNPTR_UNACQUIRED', EINVAL, 'arg %d is an unacquired reference', 'd'],
  ['DYNPTR_OVERWRITTEN', EINVAL, 'cannot overwrite referenced dynptr'],
  ['DYNPTR_FILLED', EACCES, 'potential write to dynptr at off=%d disallowed', 'd'],
  ['DYNPTR_DATA_TYPE', EACCES, 'Unsupported reg type %s for bpf_dynptr_from_mem data', 't'],
  ['DYNPTR_SLICE_WRITE', EINVAL, 'the prog does not allow writes to packet data'],

  // --- regions between two calls
  ['RCU_NESTED', EINVAL, 'nested rcu read lock (kernel function %s)', 'k'],
  ['RCU_UNMATCHED', EINVAL, 'unmatched rcu read unlock (kernel function %s)', 'k'],
  ['RCU_LEAK', EINVAL, '%s cannot be used inside bpf_rcu_read_lock-ed region', 's'],
  ['RCU_SLEEPABLE', EINVAL, 'sleepable helper %s#%d in rcu_read_lock region', 'hd'],
  ['PREEMPT_UNMATCHED', EINVAL, 'unmatched attempt to enable preemption (kernel function %s)', 'k'],
  ['PREEMPT_LEAK', EINVAL, '%s cannot be used inside bpf_preempt_disable-ed region', 's'],
  ['PREEMPT_SLEEPABLE', EINVAL, 'sleepable helper %s#%d in non-preemptible region', 'hd'],

  ['ARGUMENT_TYPE', EACCES, 'R%d type=%s expected=\\c', 'dt'],
  ['ARGUMENT_EXPECTED', EACCES, '%s, \\c', 't'],
  ['ARGUMENT_EXPECTED_LAST', EACCES, '%s', 't'],
  ['ARGUMENT_NOT_CONSTANT', EACCES, "R%d is not a known constant'", 'd'],
  ['MIN_NEGATIVE_SIZE', EACCES, "R%d min value is negative, either use unsigned or 'var &= const'", 'd'],
  ['ZERO_SIZED_READ', EACCES, 'R%d invalid zero-sized read: u64=[%lld,%lld]', 'ddd'],
  ['UNBOUNDED_SIZE', EACCES, "R%d unbounded memory access, use 'var &= const' or 'if (var < const)'", 'd'],
  ['INVALID_ZERO_SIZED_READ', EACCES, 'invalid zero-sized read'],
  ['MAP_PTR_MISSING', EACCES, 'invalid map_ptr to access map->key'],
  ['MAP_PTR_MISSING_VALUE', EACCES, 'invalid map_ptr to access map->value'],
  ['MAP_TYPE_FUNCTION', EINVAL, 'cannot pass map_type %d into func %s#%d', 'dhd'],
  ['TAIL_CALL_UNKNOWN_MAP', EINVAL, 'expected prog array map for tail call\\c'],
  ['MAP_PTR_POISON', EINVAL, 'kernel subsystem misconfigured verifier'],
  ['RELEASE_UNREFERENCED', EINVAL, 'R%d must be referenced when passed to release function', 'd'],
  ['RELEASE_OFFSET', EINVAL, 'R%d must have zero offset when passed to release func or trusted arg to kfunc', 'd'],
  ['RELEASE_MORE', EINVAL, 'func %s#%d reference has not been acquired before', 'hd'],
  ['MORE_REFERENCES', EFAULT, 'more than one arg with ref_obj_id R%d %u %u\\c', 'ddd'],
  ['UNRELEASED', EINVAL, 'Unreleased reference id=%d alloc_insn=%d', 'dd'],
  ['REFERENCE_LEAK', EINVAL, '%s would lead to reference leak', 's'],
  ['CONST_STR_MAP', EACCES, "R%d does not point to a readonly map'", 'd'],
  ['CONST_STR_CONSTANT', EACCES, "R%d is not a constant address'", 'd'],
  ['CONST_STR_DIRECT', EACCES, 'no direct value access support for this map type'],
  ['CONST_STR_TERMINATED', EINVAL, 'string is not zero-terminated'],
  ['TIMER_MAP', EINVAL, "R%d doesn't have constant offset. %s has to be at the constant offset", 'ds'],
  ['TIMER_BTF', EINVAL, "map '%s' has to have BTF in order to use %s", 'ms'],
  ['TIMER_FIELD', EINVAL, "map '%s' has no valid %s", 'ms'],
  ['TIMER_OFFSET', EINVAL, "off %lld doesn't point to 'struct %s' that is at %d", 'dsd'],
  ['FUNC_NOT_STATIC', EINVAL, 'callback function not static'],

  // --- calls and returns
  ['CALL_SUBPROGRAM_MISSING', EFAULT, 'verifier bug: No program starts at insn %d', 'd'],
  ['RETURN_STACK_POINTER', EINVAL, 'cannot return stack pointer to the caller'],
  ['INVALID_ARGUMENTS', EINVAL, "Caller passes invalid args into func#%d ('%s')", 'df'],
  ['GLOBAL_ASSUMED_VALID', 0, "Func#%d ('%s') is global and assumed valid.", 'df'],
  ['GLOBAL_VALIDATING', 0, 'Validating %s() func#%d...', 'fd'],
  ['GLOBAL_SAFE', 0, "Func#%d ('%s') is safe for any args that match its prototype", 'df'],
  ['GLOBAL_NOT_SCALAR_RETURN', 0, "Global function %s() doesn't return scalar. Only those are supported.", 'f'],
  ['GLOBAL_TOO_MANY_ARGUMENTS', EINVAL, 'Global function %s() with %d > %d args. Buggy compiler.', 'fdd'],
  ['GLOBAL_ARGUMENT_TYPE', EINVAL, 'Arg#%d type %s in %s() is not supported yet.', 'dbf'],
  ['GLOBAL_NOT_SCALAR', EINVAL, 'R%d is not a scalar', 'd'],
  ['GLOBAL_REFERENCE_TYPE', EINVAL, "arg#%d reference type('%s %s') size cannot be determined: %ld", 'dbid'],
  ['CALLBACK_NOT_SCALAR', EACCES, 'R0 not a scalar value'],
  ['RETURN_NOT_KNOWN', EINVAL, '%s the register R%d is not a known value (%s)', 'sdt'],
  ['RETURN_RANGE_START', EINVAL, '%s the register R%d has\\c', 'sd'],
  ['RETURN_RANGE_SMIN', EINVAL, ' smin=%lld\\c', 'd'],
  ['RETURN_RANGE_SMAX', EINVAL, ' smax=%lld\\c', 'd'],
  ['RETURN_RANGE_UNKNOWN', EINVAL, ' unknown scalar value\\c'],
  ['RETURN_RANGE_END', EINVAL, ' should have been in [%d, %d]', 'dd'],
  ['FUNCTION_CALL_LOCKED', EINVAL, 'function calls are not allowed while holding a lock'],

  ['ADDRESS_SPACE_ARENA', EINVAL, 'addr_space_cast insn can only be used in a program that has an associated arena'],
  ['ADDRESS_SPACE_CAST', EINVAL, 'addr_space_cast insn can only convert between address space 1 and 0'],
  ['ARGUMENT_STACK_EXPECTED', EACCES, 'R%d type=%s expected=%s', 'dtt'],
  ['BAD_JUMP_OPCODE', EINVAL, 'invalid BPF_JMP/JMP32 opcode %x', 'd'],
  ['BAD_LD_MODE', EINVAL, 'invalid BPF_LD mode'],
  ['BTF_POINTER_ACCESS', EACCES, 'access beyond struct %s at off %d size %d', 'sdd'],
  ['BAD_BTF_ID', EINVAL, "pseudo btf_id %d in ldimm64 isn't KIND_VAR or KIND_FUNC", 'd'],
  ['HELPER_NOT_FOR_TYPE', ENOTSUPP, 'func %s#%d not supported for program type %d', 'hdd'],
  ['FORMAT_STRING', EINVAL, 'Invalid format string'],
  ['CALLBACK_LOOP_LIMIT', 0, 'frame%d bpf_loop iteration limit reached', 'd'],
  ['CALLBACK_MAP', ENOTSUPP, 'callback function not allowed for map'],
  ['CALL_STACK_TOO_DEEP_STATIC', E2BIG, 'the call stack of %d frames is too deep !', 'd'],
  ['GLOBAL_CTX_CALL', EINVAL, 'arg#%d expects pointer to ctx', 'd'],
  ['GLOBAL_LOCKED', EINVAL, 'global function calls are not allowed while holding a lock,\nuse static function instead'],
  ['GLOBAL_NOT_NULL', EINVAL, 'arg#%d is expected to be non-NULL', 'd'],
  ['LD_ABS_WITHOUT_BTF', EINVAL, 'LD_ABS is not allowed in subprogs without BTF'],
  ['TAIL_CALL_WITHOUT_BTF', EINVAL, 'tail_call is not allowed in subprogs without BTF'],
  ['LOCAL_STORAGE_FLAGS', EINVAL, "get_local_storage() doesn't support non-zero flags"],
  ['LOCK_HELD', EINVAL, 'Locking two bpf_spin_locks are not allowed'],
  ['LOCK_NOT_HELD', EINVAL, '%s_unlock without taking a lock', 's'],
  ['LOCK_DIFFERENT', EINVAL, '%s_unlock of different lock', 's'],
  ['LOCK_LEAK', EINVAL, '%s cannot be used inside bpf_spin_lock-ed region', 's'],
  ['MAP_KEY_WRITE', EACCES, 'write to change key R%d not allowed', 'd'],
  ['MAP_WRITE_FORBIDDEN_PLAIN', EACCES, 'write into map forbidden'],
  [
    'STACK_POINTER_RANGE',
    EACCES,
    'R%d stack pointer arithmetic goes out of range, prohibited for !root; off=%lld',
    'dd',
  ],
  ['SUBPROGRAM_EXIT_NOT_SCALAR', EINVAL, 'At subprogram exit the register R%d is not a scalar value (%s)', 'dt'],
  ['TIMER_UID', EINVAL, "timer pointer in R1 map_uid=%d doesn't match map pointer in R2 map_uid=%d", 'dd'],

  // --- precision
  ['VERIFIER_BUG', EFAULT, 'verifier bug: %s', 's'],
  ['FORCE_PRECISE', 0, 'mark_precise: frame%d: falling back to forcing all scalars precise', 'd'],
  ['FORCE_PRECISE_REGISTER', 0, 'force_precise: frame%d: forcing r%d to be precise', 'dd'],
  ['FORCE_PRECISE_SLOT', 0, 'force_precise: frame%d: forcing fp%d to be precise', 'dd'],
];

/** Words that messages are filled with, by number (argument letter s). */
const WORDS = [
  ['EMPTY', ''],
  ['READ_FROM', ' read from'],
  ['WRITE_TO', ' write to'],
  ['STACK_', 'stack '],
  ['VALUE_', 'value '],
  ['CONTEXT_', 'context '],
  ['KEY_', 'key '],
  ['SOCK_', 'sock '],
  ['PROGRAM_EXIT', 'At program exit'],
  ['CALLBACK_RETURN', 'At callback return'],
  ['ASYNC_CALLBACK_RETURN', 'At async callback return'],
  ['EXIT_MAIN', 'BPF_EXIT instruction in main prog'],
  ['TAIL_CALL', 'tail_call'],
  ['LD_ABS', 'BPF_LD_[ABS|IND]'],
  ['BACKTRACKING_MISUSE', 'backtracking misuse'],
  ['SPIN_LOCK', 'bpf_spin_lock'],
  ['SPIN_LOCK_SHORT', 'bpf_spin'],
  ['BPF_MAP', 'bpf_map'],
  ['BPF_HTAB', 'bpf_htab'],
  ['BPF_ARRAY', 'bpf_array'],
  ['BPF_RINGBUF_MAP', 'bpf_ringbuf_map'],
  ['SOCK_COMMON_', 'sock_common '],
  ['TCP_SOCK_', 'tcp_sock '],
  ['TIMER', 'bpf_timer'],
  ['TRACEPOINT', 'tracepoint'],
  ['ADD', 'add'],
  ['SUB', 'sub'],
  ['OP_ADD', '+='],
  ['OP_SUB', '-='],
  ['OP_MUL', '*='],
  ['OP_DIV', '/='],
  ['OP_OR', '|='],
  ['OP_AND', '&='],
  ['OP_LSH', '<<='],
  ['OP_RSH', '>>='],
  ['OP_NEG', 'neg'],
  ['OP_MOD', '%='],
  ['OP_XOR', '^='],
  ['OP_MOV', '='],
  ['OP_ARSH', 's>>='],
  ['OP_END', 'endian'],
  ['ITERATOR', 'iter'],
  ['ITERATOR_NUM', 'num'],
  ['DYNPTR', 'dynptr'],
  ['STRUCT_SK_BUFF', 'STRUCT __sk_buff'],
  ['UNKNOWN_TYPE', 'UNKNOWN '],
] as const;

export const MESSAGE: Readonly<Record<string, number>> = Object.fromEntries(ROWS.map(([name], i) => [name, i]));
export const WORD: Readonly<Record<string, number>> = Object.fromEntries(WORDS.map(([name], i) => [name, i]));

/** Usual errno of each message, positive; 0 for one that refuses nothing. */
export const MESSAGE_ERRNO: readonly number[] = ROWS.map(([, errno]) => errno);
export const MESSAGE_NAMES: readonly string[] = ROWS.map(([name]) => name);
export const MESSAGE_TEMPLATES: readonly string[] = ROWS.map(([, , template]) => template);
export const MESSAGE_ARGUMENTS: readonly string[] = ROWS.map(([, , , args]) => args ?? '');

const HELPER_NAMES = new Map(HELPERS.map((helper) => [helper.id, helper.name]));

/** Names that only the program's own BTF and maps know. */
export interface MessageNames {
  readonly subprogram?: (index: number) => string;
  readonly map?: (index: number) => string;
  /** a BTF type's own name */
  readonly type?: (id: number) => string;
}

/** Kinds of BTF types, as the kernel names them. */
const BTF_KINDS =
  'UNKNOWN INT PTR ARRAY STRUCT UNION ENUM FWD TYPEDEF VOLATILE CONST RESTRICT FUNC FUNC_PROTO VAR DATASEC FLOAT DECL_TAG TYPE_TAG ENUM64'.split(
    ' ',
  );

/** "bpf_map_lookup_elem", or "unknown" for a number that no helper has. */
export function helperName(id: number): string {
  const name = id === 0 ? 'unspec' : HELPER_NAMES.get(id);
  return name === undefined ? 'unknown' : `bpf_${name}`;
}

/** A tnum as Linux prints it: a number when every bit is known (hexadecimal from 65536 on), else "(0x0; 0xff)". */
export function tnumText(value: bigint, mask: bigint): string {
  const bits = BigInt.asUintN(64, value);
  const hex = (n: bigint): string => `0x${BigInt.asUintN(64, n).toString(16)}`;
  if (mask === 0n) return bits <= 0xffffn ? bits.toString() : hex(bits);
  return `(${hex(bits)}; ${hex(mask)})`;
}

function number(conversion: string, value: bigint): string {
  switch (conversion) {
    case 'lld':
    case 'ld':
      return BigInt.asIntN(64, value).toString();
    case 'llu':
      return BigInt.asUintN(64, value).toString();
    case 'u':
      return BigInt.asUintN(32, value).toString();
    case '02x':
      return BigInt.asUintN(32, value).toString(16).padStart(2, '0');
    case 'x':
      return BigInt.asUintN(32, value).toString(16);
    case '#x':
      return `0x${BigInt.asUintN(32, value).toString(16)}`;
    default:
      return BigInt.asIntN(32, value).toString();
  }
}

/**
 * A message as Linux's log has it, with its newline; without one where the message goes on ("\\c" in the template).
 * @param values the record's arguments, in order; a tnum takes two
 */
export function renderMessage(id: number, values: readonly bigint[], names: MessageNames = {}): string {
  const template = MESSAGE_TEMPLATES[id];
  const kinds = MESSAGE_ARGUMENTS[id];
  if (template === undefined || kinds === undefined) throw new Error(`no verifier message ${id}`);
  let kind = 0;
  let at = 0;
  const next = (): bigint => values[at++] ?? 0n;
  const text = template.replace(/%(lld|llu|ld|d|u|02x|#x|x|s)/g, (_all, conversion: string) => {
    switch (kinds[kind++]) {
      case 't':
        return registerTypeName(Number(next()));
      case 'h':
        return helperName(Number(next()));
      case 's':
        return WORDS[Number(next())]?.[1] ?? '';
      case 'n':
        return tnumText(next(), next());
      case 'b':
        return BTF_KINDS[Number(next())] ?? 'UNKNOWN';
      case 'i': {
        const id = Number(next());
        return names.type?.(id) ?? '';
      }
      case 'k':
        return kfuncName(Number(next()));
      case 'f': {
        const index = Number(next());
        return names.subprogram?.(index) ?? `func${index}`;
      }
      case 'm': {
        const index = Number(next());
        return names.map?.(index) ?? `map${index}`;
      }
      default:
        return number(conversion, next());
    }
  });
  return text.endsWith('\\c') ? text.slice(0, -2) : `${text}\n`;
}
