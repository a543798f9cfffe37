// Helper functions: one row each, read by compiler, verifier, kernel, editor and reference pages. All 211 numbers of Linux
// 6.18 are here; what the simulated kernel does not do is marked, and refused at load.
import { HELPER_ROWS } from './helper-rows.ts';

/** Argument types, by the kernel's names without ARG_ (enum bpf_arg_type of 6.18); position is the packed number. */
export const ARGUMENT_TYPES = [
  'DONTCARE',
  'ANYTHING',
  'CONST_MAP_PTR',
  'PTR_TO_MAP_KEY',
  'PTR_TO_MAP_VALUE',
  'PTR_TO_MAP_VALUE_OR_NULL',
  'PTR_TO_UNINIT_MAP_VALUE',
  'PTR_TO_MEM',
  'PTR_TO_MEM_OR_NULL',
  'PTR_TO_MEM_RDONLY',
  'PTR_TO_MEM_RDONLY_OR_NULL',
  'PTR_TO_UNINIT_MEM',
  'PTR_TO_FIXED_SIZE_MEM',
  'PTR_TO_FIXED_SIZE_MEM_RDONLY',
  'PTR_TO_FIXED_SIZE_UNINIT_MEM',
  'CONST_SIZE',
  'CONST_SIZE_OR_ZERO',
  'CONST_ALLOC_SIZE_OR_ZERO',
  'PTR_TO_CTX',
  'PTR_TO_CTX_OR_NULL',
  'PTR_TO_RINGBUF_MEM',
  'PTR_TO_FUNC',
  'PTR_TO_STACK_OR_NULL',
  'PTR_TO_CONST_STR',
  'PTR_TO_SPIN_LOCK',
  'PTR_TO_TIMER',
  'PTR_TO_SOCK_COMMON',
  'PTR_TO_SOCKET',
  'PTR_TO_BTF_ID_SOCK_COMMON',
  'PTR_TO_BTF_ID_SOCK_COMMON_OR_NULL',
  'PTR_TO_BTF_ID',
  'PTR_TO_BTF_ID_OR_NULL',
  'PTR_TO_PERCPU_BTF_ID',
  'PTR_TO_DYNPTR',
  'PTR_TO_KPTR',
] as const;
export type ArgumentType = (typeof ARGUMENT_TYPES)[number];

/** Return types, by the kernel's names without RET_ (enum bpf_return_type); position is the packed number. */
export const RETURN_TYPES = [
  'INTEGER',
  'VOID',
  'PTR_TO_MAP_VALUE',
  'PTR_TO_MAP_VALUE_OR_NULL',
  'PTR_TO_SOCKET_OR_NULL',
  'PTR_TO_TCP_SOCK_OR_NULL',
  'PTR_TO_SOCK_COMMON_OR_NULL',
  'PTR_TO_RINGBUF_MEM_OR_NULL',
  'PTR_TO_DYNPTR_MEM_OR_NULL',
  'PTR_TO_MEM_OR_BTF_ID',
  'PTR_TO_MEM_OR_BTF_ID_OR_NULL',
  'PTR_TO_BTF_ID',
  'PTR_TO_BTF_ID_OR_NULL',
  'PTR_TO_BTF_ID_TRUSTED',
] as const;
export type ReturnType = (typeof RETURN_TYPES)[number];

export interface HelperArgument {
  readonly type: ArgumentType;
  /** C declaration without the name, as bpf_helpers.h shows it: "const void *" */
  readonly c: string;
  readonly name: string;
  /** bytes, for FIXED_SIZE memory */
  readonly size?: number;
  /** the kernel structure of a BTF_ID argument */
  readonly btf?: string;
}

export interface Helper {
  readonly id: number;
  /** without "bpf_" */
  readonly name: string;
  readonly returns: ReturnType;
  /** the kernel structure of a BTF_ID result */
  readonly returnsBtf?: string;
  /** C type of the result */
  readonly c: string;
  readonly arguments: readonly HelperArgument[];
  /** variadic in C (trace_printk) */
  readonly variadic?: boolean;
  /** only for programs under a GPL-compatible licence */
  readonly gpl: boolean;
  /** the kernel may change the packet: packet pointers are invalid afterwards */
  readonly changesPacket?: boolean;
  /** pointers into the packet may be passed as memory arguments */
  readonly packetAccess?: boolean;
  /** may sleep: only for sleepable programs */
  readonly sleeps?: boolean;
  /** the loader needs CAP_PERFMON */
  readonly perfmon?: boolean;
  /** program types by name that may call it; 'all' for the base set, 'tracing' for the tracing base set */
  readonly programs: readonly string[];
  /** false: known to compiler and verifier, refused at load as "not simulated" */
  readonly simulated: boolean;
}

/** Numbers of the program types (enum bpf_prog_type) by the words that the rows and `lab --type` use. */
export const PROGRAM_TYPE_NUMBERS: Readonly<Record<string, number>> = {
  socket: 1,
  kprobe: 2,
  tc: 3,
  tc_action: 4,
  tracepoint: 5,
  xdp: 6,
  perf_event: 7,
  cgroup_skb: 8,
  cgroup_sock: 9,
  lwt_in: 10,
  lwt_out: 11,
  lwt_xmit: 12,
  sock_ops: 13,
  sk_skb: 14,
  cgroup_device: 15,
  sk_msg: 16,
  raw_tp: 17,
  cgroup_sock_addr: 18,
  lwt_seg6local: 19,
  lirc: 20,
  sk_reuseport: 21,
  flow_dissector: 22,
  cgroup_sysctl: 23,
  raw_tp_writable: 24,
  cgroup_sockopt: 25,
  tracing: 26,
  struct_ops: 27,
  ext: 28,
  lsm: 29,
  sk_lookup: 30,
  syscall: 31,
  netfilter: 32,
};

const PROGRAM_GROUPS: Readonly<Record<string, readonly string[]>> = {
  '@tc': ['tc', 'tc_action'],
  '@lwt': ['lwt_in', 'lwt_out', 'lwt_xmit'],
  '@tracing': ['kprobe', 'tracepoint', 'perf_event', 'raw_tp', 'raw_tp_writable', 'tracing'],
};

/** Numbers of the helpers that the simulated kernel does; src/kernel/helpers holds their code. */
const SIMULATED: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 23, 24, 25, 26, 27, 28, 31, 32, 34, 35, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 51, 54, 65, 67, 68, 80, 81, 84, 85, 86, 87, 88, 89, 93, 94, 95, 97, 98, 99, 105, 106,
  107, 108, 109, 112, 113, 114, 115, 117, 118, 120, 122, 123, 125, 130, 131, 132, 133, 134, 135, 148, 151, 152, 155,
  156, 157, 158, 160, 163, 164, 165, 169, 170, 171, 172, 176, 177, 181, 182, 188, 189, 190, 192, 195, 197, 198, 199,
  200, 201, 202, 203, 208,
]);

/** "const void *key" → its type and its name. */
function declaration(text: string): { c: string; name: string } {
  if (text === '...') return { c: '...', name: '' };
  const [, c = '', name = ''] = /^(.*?)(\w+)$/.exec(text) ?? [];
  return { c: c.trim(), name };
}

/** "PTR_TO_FIXED_SIZE_MEM:4" → the type's name, and what follows the colon. */
function typeAndDetail<T extends string>(text: string, known: readonly T[]): { type: T; detail: string | undefined } {
  const [name, detail] = text.split(':');
  const type = known.find((candidate) => candidate === name);
  if (type === undefined) throw new Error(`helper rows: no type ${text}`);
  return { type, detail };
}

function argument(text: string): HelperArgument {
  const [first = '', ...rest] = text.split(' ');
  const { type, detail } = typeAndDetail(first, ARGUMENT_TYPES);
  const of = detail === undefined ? {} : /^\d+$/.test(detail) ? { size: Number(detail) } : { btf: detail };
  return { type, ...declaration(rest.join(' ')), ...of };
}

/** One line of the table; the form is written above it in helper-rows.ts. */
function row(line: string): Helper {
  const [head = '', result = '', parameters = '', programs = '', marks = ''] = line.split(' | ');
  const [number, name = ''] = head.split(' ');
  const [first = '', ...c] = result.split(' ');
  const { type: returns, detail } = typeAndDetail(first, RETURN_TYPES);
  const marked = new Set(marks.split(' '));
  const id = Number(number);
  return {
    id,
    name,
    returns,
    ...(detail === undefined ? {} : { returnsBtf: detail }),
    c: c.join(' '),
    arguments: parameters === '-' ? [] : parameters.split(', ').map(argument),
    variadic: marked.has('variadic'),
    gpl: marked.has('gpl'),
    changesPacket: marked.has('changesPacket'),
    packetAccess: marked.has('packetAccess'),
    sleeps: marked.has('sleeps'),
    perfmon: marked.has('perfmon'),
    programs: programs.split(' ').flatMap((word) => PROGRAM_GROUPS[word] ?? [word]),
    simulated: SIMULATED.has(id),
  };
}

export const HELPERS: readonly Helper[] = HELPER_ROWS.trim().split('\n').map(row);
