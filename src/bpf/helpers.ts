// Helper functions: one row each, read by compiler, verifier, kernel, editor and reference pages.

/** Argument types, by the kernel's names without ARG_ (enum bpf_arg_type of 6.18). */
export type ArgumentType =
  | 'ANYTHING'
  | 'CONST_MAP_PTR'
  | 'PTR_TO_MAP_KEY'
  | 'PTR_TO_MAP_VALUE'
  | 'PTR_TO_MAP_VALUE_OR_NULL'
  | 'PTR_TO_UNINIT_MAP_VALUE'
  | 'PTR_TO_MEM'
  | 'PTR_TO_MEM_OR_NULL'
  | 'PTR_TO_MEM_RDONLY'
  | 'PTR_TO_MEM_RDONLY_OR_NULL'
  | 'PTR_TO_UNINIT_MEM'
  | 'PTR_TO_FIXED_SIZE_MEM'
  | 'PTR_TO_FIXED_SIZE_MEM_RDONLY'
  | 'PTR_TO_FIXED_SIZE_UNINIT_MEM'
  | 'CONST_SIZE'
  | 'CONST_SIZE_OR_ZERO'
  | 'CONST_ALLOC_SIZE_OR_ZERO'
  | 'PTR_TO_CTX'
  | 'PTR_TO_CTX_OR_NULL'
  | 'PTR_TO_RINGBUF_MEM'
  | 'PTR_TO_FUNC'
  | 'PTR_TO_STACK_OR_NULL'
  | 'PTR_TO_CONST_STR'
  | 'PTR_TO_SPIN_LOCK'
  | 'PTR_TO_TIMER'
  | 'PTR_TO_SOCK_COMMON'
  | 'PTR_TO_SOCKET'
  | 'PTR_TO_BTF_ID_SOCK_COMMON'
  | 'PTR_TO_BTF_ID_SOCK_COMMON_OR_NULL'
  | 'PTR_TO_BTF_ID'
  | 'PTR_TO_BTF_ID_OR_NULL'
  | 'PTR_TO_PERCPU_BTF_ID'
  | 'PTR_TO_DYNPTR'
  | 'PTR_TO_KPTR';

/** Return types, by the kernel's names without RET_ (enum bpf_return_type). */
export type ReturnType =
  | 'INTEGER'
  | 'VOID'
  | 'PTR_TO_MAP_VALUE'
  | 'PTR_TO_MAP_VALUE_OR_NULL'
  | 'PTR_TO_SOCKET_OR_NULL'
  | 'PTR_TO_TCP_SOCK_OR_NULL'
  | 'PTR_TO_SOCK_COMMON_OR_NULL'
  | 'PTR_TO_RINGBUF_MEM_OR_NULL'
  | 'PTR_TO_DYNPTR_MEM_OR_NULL'
  | 'PTR_TO_MEM_OR_BTF_ID'
  | 'PTR_TO_MEM_OR_BTF_ID_OR_NULL'
  | 'PTR_TO_BTF_ID'
  | 'PTR_TO_BTF_ID_OR_NULL'
  | 'PTR_TO_BTF_ID_TRUSTED';

export interface HelperArgument {
  readonly type: ArgumentType;
  /** C declaration without the name, as bpf_helpers.h shows it: "const void *" */
  readonly c: string;
  readonly name: string;
  /** bytes, for FIXED_SIZE memory */
  readonly size?: number;
}

export interface Helper {
  readonly id: number;
  /** without "bpf_" */
  readonly name: string;
  readonly returns: ReturnType;
  /** C type of the result */
  readonly c: string;
  readonly arguments: readonly HelperArgument[];
  /** variadic in C (trace_printk) */
  readonly variadic?: boolean;
  /** only for programs under a GPL-compatible licence */
  readonly gpl: boolean;
  /** the kernel may change the packet: packet pointers are invalid afterwards */
  readonly changesPacket?: boolean;
  /** program types by name that may call it; 'all' for the base set, 'tracing' for the tracing base set */
  readonly programs: readonly string[];
  /** false: known to compiler and verifier, refused at load as "not simulated" */
  readonly simulated: boolean;
}

const argument = (type: ArgumentType, c: string, name: string, size?: number): HelperArgument =>
  size === undefined ? { type, c, name } : { type, c, name, size };

export const HELPERS: readonly Helper[] = [
  {
    id: 1,
    name: 'map_lookup_elem',
    returns: 'PTR_TO_MAP_VALUE_OR_NULL',
    c: 'void *',
    arguments: [argument('CONST_MAP_PTR', 'void *', 'map'), argument('PTR_TO_MAP_KEY', 'const void *', 'key')],
    gpl: false,
    programs: ['all'],
    simulated: true,
  },
  {
    id: 2,
    name: 'map_update_elem',
    returns: 'INTEGER',
    c: 'long',
    arguments: [
      argument('CONST_MAP_PTR', 'void *', 'map'),
      argument('PTR_TO_MAP_KEY', 'const void *', 'key'),
      argument('PTR_TO_MAP_VALUE', 'const void *', 'value'),
      argument('ANYTHING', '__u64', 'flags'),
    ],
    gpl: false,
    programs: ['all'],
    simulated: true,
  },
  {
    id: 3,
    name: 'map_delete_elem',
    returns: 'INTEGER',
    c: 'long',
    arguments: [argument('CONST_MAP_PTR', 'void *', 'map'), argument('PTR_TO_MAP_KEY', 'const void *', 'key')],
    gpl: false,
    programs: ['all'],
    simulated: true,
  },
  {
    id: 5,
    name: 'ktime_get_ns',
    returns: 'INTEGER',
    c: '__u64',
    arguments: [],
    gpl: false,
    programs: ['all'],
    simulated: true,
  },
  {
    id: 6,
    name: 'trace_printk',
    returns: 'INTEGER',
    c: 'long',
    arguments: [
      argument('PTR_TO_MEM_RDONLY', 'const char *', 'fmt'),
      argument('CONST_SIZE', '__u32', 'fmt_size'),
      argument('ANYTHING', '...', ''),
      argument('ANYTHING', '...', ''),
      argument('ANYTHING', '...', ''),
    ],
    variadic: true,
    gpl: true,
    programs: ['all'],
    simulated: true,
  },
  {
    id: 7,
    name: 'get_prandom_u32',
    returns: 'INTEGER',
    c: '__u32',
    arguments: [],
    gpl: false,
    programs: ['all'],
    simulated: true,
  },
  {
    id: 8,
    name: 'get_smp_processor_id',
    returns: 'INTEGER',
    c: '__u32',
    arguments: [],
    gpl: false,
    programs: ['all'],
    simulated: true,
  },
];
