// Program types: number, name, context layout and the range of return values.
import {
  CGROUP_DEVICE,
  CGROUP_SOCK,
  CGROUP_SOCK_ADDR,
  CGROUP_SOCKOPT,
  CGROUP_SYSCTL,
  FLOW_DISSECTOR,
  SK_LOOKUP,
  SK_LWT,
  SK_MSG,
  SK_REUSEPORT,
  SK_SKB,
  SOCK_OPS,
} from './program-contexts.ts';
import { SECTIONS } from './sections.ts';

/**
 * What reading a context field yields. `sock` may be NULL and may be less than a full socket (struct sock_common);
 * `socket` is a full one, `socket_or_null` may be NULL.
 */
export type ContextFieldType =
  | 'scalar'
  | 'packet'
  | 'packet_end'
  | 'packet_meta'
  | 'sock'
  | 'pointer'
  | 'socket'
  | 'socket_or_null'
  | 'flow_keys'
  | 'tracepoint_buffer';

export interface ContextField {
  readonly name: string;
  readonly offset: number;
  /** bytes; narrower reads are allowed where `narrow` */
  readonly size: number;
  /** elements, for an array field such as __sk_buff.cb */
  readonly count?: number;
  readonly type: ContextFieldType;
  /** may be written, in its own size */
  readonly write?: boolean;
  readonly narrow?: boolean;
  /** writes may be narrower too */
  readonly writeNarrow?: boolean;
  /** eight bytes at once over two elements */
  readonly wide?: boolean;
  /** cannot be read */
  readonly writeOnly?: boolean;
  /** only programs with one of these expected_attach_types see it */
  readonly attachTypes?: readonly number[];
}

export interface ProgramType {
  readonly id: number;
  /** `lab --type`'s word */
  readonly name: string;
  /** the constant's name in linux/bpf.h */
  readonly constant: string;
  /** ELF sections as libbpf knows them, without what may follow a slash */
  readonly sections: readonly string[];
  /** C name of the context's type, and what it takes in bytes */
  readonly context: string;
  readonly contextSize: number;
  readonly fields: readonly ContextField[];
  /** the verifier enforces this range of R0 at exit; null: any value */
  readonly returns: readonly [number, number] | null;
  /** and another one for these expected_attach_types */
  readonly returnsFor?: readonly {
    readonly attachTypes: readonly number[];
    readonly range: readonly [number, number];
  }[];
  readonly returnNames: readonly string[];
  readonly directPacketAccess: boolean;
  readonly directPacketWrite: boolean;
  readonly simulated: boolean;
}

const scalar = (name: string, offset: number, size = 4, more: Partial<ContextField> = {}): ContextField => ({
  name,
  offset,
  size,
  type: 'scalar',
  narrow: true,
  ...more,
});

const XDP_MD: readonly ContextField[] = [
  { name: 'data', offset: 0, size: 4, type: 'packet' },
  { name: 'data_end', offset: 4, size: 4, type: 'packet_end' },
  { name: 'data_meta', offset: 8, size: 4, type: 'packet_meta' },
  scalar('ingress_ifindex', 12, 4, { narrow: false }),
  scalar('rx_queue_index', 16, 4, { narrow: false }),
  // BPF_XDP_DEVMAP
  scalar('egress_ifindex', 20, 4, { narrow: false, attachTypes: [33] }),
];

/** struct __sk_buff: which fields a type sees, and which of them it may write, was asked of Linux 6.18 byte by byte. */
const sk = (
  write: readonly string[],
  without: readonly string[],
  extra: readonly ContextField[],
): readonly ContextField[] =>
  [
    scalar('len', 0),
    scalar('pkt_type', 4),
    scalar('mark', 8),
    scalar('queue_mapping', 12),
    scalar('protocol', 16),
    scalar('vlan_present', 20),
    scalar('vlan_tci', 24),
    scalar('vlan_proto', 28),
    scalar('priority', 32),
    scalar('ingress_ifindex', 36),
    scalar('ifindex', 40),
    scalar('tc_index', 44),
    scalar('cb', 48, 4, { count: 5, write: true, writeNarrow: true, wide: true }),
    scalar('hash', 68),
    scalar('tc_classid', 72),
    scalar('napi_id', 84),
    scalar('wire_len', 160),
    scalar('gso_segs', 164),
    { name: 'sk', offset: 168, size: 8, type: 'sock' } as const,
    scalar('gso_size', 176),
    ...extra,
  ]
    .filter((field) => !without.includes(field.name))
    .map((field) => (write.includes(field.name) ? { ...field, write: true } : field))
    .sort((a, b) => a.offset - b.offset);

const SK_PACKET: readonly ContextField[] = [
  { name: 'data', offset: 76, size: 4, type: 'packet' },
  { name: 'data_end', offset: 80, size: 4, type: 'packet_end' },
];
const SK_TIMES: readonly ContextField[] = [
  scalar('tstamp', 152, 8, { narrow: false, write: true }),
  scalar('hwtstamp', 184, 8, { narrow: false }),
];
const SK_TC = sk(
  ['mark', 'queue_mapping', 'priority', 'tc_index', 'tc_classid'],
  [],
  [
    ...SK_PACKET,
    ...SK_TIMES,
    { name: 'data_meta', offset: 140, size: 4, type: 'packet_meta' },
    scalar('tstamp_type', 180, 1, { narrow: false }),
  ],
);
const SK_SOCKET = sk([], ['tc_classid', 'wire_len'], []);
const SK_CGROUP = sk(
  ['mark', 'priority'],
  ['tc_classid', 'wire_len'],
  [
    ...SK_PACKET,
    ...SK_TIMES,
    scalar('family', 88),
    scalar('remote_ip4', 92, 4, { narrow: false }),
    scalar('local_ip4', 96, 4, { narrow: false }),
    scalar('remote_ip6', 100, 4, { count: 4, narrow: false }),
    scalar('local_ip6', 116, 4, { count: 4, narrow: false }),
    scalar('remote_port', 132),
    scalar('local_port', 136),
  ],
);

/** struct pt_regs of x86-64, by position */
const PT_REGS_NAMES = 'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss'.split(
  ' ',
);
const ptRegs = (narrow: boolean): readonly ContextField[] =>
  PT_REGS_NAMES.map((name, i) => scalar(name, i * 8, 8, { narrow }));

const TC_ACTIONS = [
  'TC_ACT_OK',
  'TC_ACT_RECLASSIFY',
  'TC_ACT_SHOT',
  'TC_ACT_PIPE',
  'TC_ACT_STOLEN',
  'TC_ACT_QUEUED',
  'TC_ACT_REPEAT',
  'TC_ACT_REDIRECT',
];

/** What most types have: no row repeats it. */
const USUAL = {
  returns: null,
  returnNames: [],
  directPacketAccess: false,
  directPacketWrite: false,
  simulated: false,
} as const;

type Row = Omit<ProgramType, 'sections' | keyof typeof USUAL> & Partial<ProgramType>;

/** Types whose context is arguments of kernel functions, by BTF: no table says what they may read. */
const OPAQUE: readonly Row[] = (
  [
    [20, 'lirc', 'LIRC_MODE2'],
    [26, 'tracing', 'TRACING'],
    [27, 'struct_ops', 'STRUCT_OPS'],
    [28, 'ext', 'EXT'],
    [29, 'lsm', 'LSM'],
    [32, 'netfilter', 'NETFILTER'],
  ] as const
).map(([id, name, constant]) => ({
  id,
  name,
  constant: `BPF_PROG_TYPE_${constant}`,
  context: 'void',
  contextSize: 0,
  fields: [],
  ...(name === 'netfilter' ? { returns: [0, 1], returnNames: ['NF_DROP', 'NF_ACCEPT'] } : {}),
}));

const ROWS: readonly Row[] = [
  {
    id: 1,
    name: 'socket',
    constant: 'BPF_PROG_TYPE_SOCKET_FILTER',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_SOCKET,
    simulated: true,
  },
  {
    id: 2,
    name: 'kprobe',
    constant: 'BPF_PROG_TYPE_KPROBE',
    context: 'struct pt_regs',
    contextSize: 168,
    fields: ptRegs(true),
    simulated: true,
  },
  {
    id: 3,
    name: 'tc',
    constant: 'BPF_PROG_TYPE_SCHED_CLS',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_TC,
    returnNames: TC_ACTIONS,
    directPacketAccess: true,
    directPacketWrite: true,
    simulated: true,
  },
  {
    id: 4,
    name: 'tc_action',
    constant: 'BPF_PROG_TYPE_SCHED_ACT',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_TC,
    returnNames: TC_ACTIONS,
    directPacketAccess: true,
    directPacketWrite: true,
    simulated: true,
  },
  {
    id: 5,
    name: 'tracepoint',
    constant: 'BPF_PROG_TYPE_TRACEPOINT',
    context: 'void',
    contextSize: 8192,
    // the first eight bytes are the kernel's; behind them lie the event's own fields, up to PERF_MAX_TRACE_SIZE
    fields: [scalar('fields', 8, 8, { count: 1023 })],
    simulated: true,
  },
  {
    id: 6,
    name: 'xdp',
    constant: 'BPF_PROG_TYPE_XDP',
    context: 'struct xdp_md',
    contextSize: 24,
    fields: XDP_MD,
    returnNames: ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT'],
    directPacketAccess: true,
    directPacketWrite: true,
    simulated: true,
  },
  {
    id: 7,
    name: 'perf_event',
    constant: 'BPF_PROG_TYPE_PERF_EVENT',
    context: 'struct bpf_perf_event_data',
    contextSize: 184,
    fields: [...ptRegs(false), scalar('sample_period', 168, 8), scalar('addr', 176, 8)],
    simulated: true,
  },
  {
    id: 8,
    name: 'cgroup_skb',
    constant: 'BPF_PROG_TYPE_CGROUP_SKB',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_CGROUP,
    returns: [0, 1],
    returnNames: ['drop', 'pass'],
    directPacketAccess: true,
    simulated: true,
  },
  {
    id: 17,
    name: 'raw_tp',
    constant: 'BPF_PROG_TYPE_RAW_TRACEPOINT',
    context: 'struct bpf_raw_tracepoint_args',
    contextSize: 96,
    fields: [scalar('args', 0, 8, { count: 12 })],
    simulated: true,
  },
  {
    id: 9,
    name: 'cgroup_sock',
    constant: 'BPF_PROG_TYPE_CGROUP_SOCK',
    context: 'struct bpf_sock',
    contextSize: 80,
    fields: CGROUP_SOCK,
    returns: [0, 1],
    returnNames: ['refuse', 'allow'],
    simulated: true,
  },
  {
    id: 10,
    name: 'lwt_in',
    constant: 'BPF_PROG_TYPE_LWT_IN',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_LWT,
    directPacketAccess: true,
  },
  {
    id: 11,
    name: 'lwt_out',
    constant: 'BPF_PROG_TYPE_LWT_OUT',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_LWT,
    directPacketAccess: true,
  },
  {
    id: 12,
    name: 'lwt_xmit',
    constant: 'BPF_PROG_TYPE_LWT_XMIT',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_LWT,
    directPacketAccess: true,
    directPacketWrite: true,
  },
  {
    id: 13,
    name: 'sock_ops',
    constant: 'BPF_PROG_TYPE_SOCK_OPS',
    context: 'struct bpf_sock_ops',
    contextSize: 224,
    fields: SOCK_OPS,
    returns: [0, 1],
  },
  {
    id: 14,
    name: 'sk_skb',
    constant: 'BPF_PROG_TYPE_SK_SKB',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_SKB,
    returnNames: ['SK_DROP', 'SK_PASS'],
    directPacketAccess: true,
    directPacketWrite: true,
  },
  {
    id: 15,
    name: 'cgroup_device',
    constant: 'BPF_PROG_TYPE_CGROUP_DEVICE',
    context: 'struct bpf_cgroup_dev_ctx',
    contextSize: 12,
    fields: CGROUP_DEVICE,
    returns: [0, 1],
    returnNames: ['refuse', 'allow'],
  },
  {
    id: 16,
    name: 'sk_msg',
    constant: 'BPF_PROG_TYPE_SK_MSG',
    context: 'struct sk_msg_md',
    contextSize: 80,
    fields: SK_MSG,
    returnNames: ['SK_DROP', 'SK_PASS'],
    directPacketAccess: true,
    directPacketWrite: true,
  },
  {
    id: 18,
    name: 'cgroup_sock_addr',
    constant: 'BPF_PROG_TYPE_CGROUP_SOCK_ADDR',
    context: 'struct bpf_sock_addr',
    contextSize: 72,
    fields: CGROUP_SOCK_ADDR,
    returns: [0, 1],
    returnsFor: [
      // bind: 2 and 3 say that no capability is needed for the port
      { attachTypes: [8, 9], range: [0, 3] },
      // what was received, or whose name was asked for, can only be renamed
      { attachTypes: [19, 20, 29, 30, 31, 32], range: [1, 1] },
    ],
    returnNames: ['refuse', 'allow'],
    simulated: true,
  },
  {
    id: 19,
    name: 'lwt_seg6local',
    constant: 'BPF_PROG_TYPE_LWT_SEG6LOCAL',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: SK_LWT,
    directPacketAccess: true,
  },
  {
    id: 21,
    name: 'sk_reuseport',
    constant: 'BPF_PROG_TYPE_SK_REUSEPORT',
    context: 'struct sk_reuseport_md',
    contextSize: 56,
    fields: SK_REUSEPORT,
    returnNames: ['SK_DROP', 'SK_PASS'],
  },
  {
    id: 22,
    name: 'flow_dissector',
    constant: 'BPF_PROG_TYPE_FLOW_DISSECTOR',
    context: 'struct __sk_buff',
    contextSize: 192,
    fields: FLOW_DISSECTOR,
    directPacketAccess: true,
  },
  {
    id: 23,
    name: 'cgroup_sysctl',
    constant: 'BPF_PROG_TYPE_CGROUP_SYSCTL',
    context: 'struct bpf_sysctl',
    contextSize: 8,
    fields: CGROUP_SYSCTL,
    returns: [0, 1],
    returnNames: ['refuse', 'allow'],
  },
  {
    id: 25,
    name: 'cgroup_sockopt',
    constant: 'BPF_PROG_TYPE_CGROUP_SOCKOPT',
    context: 'struct bpf_sockopt',
    contextSize: 40,
    fields: CGROUP_SOCKOPT,
    returns: [0, 1],
    returnNames: ['refuse', 'allow'],
    directPacketAccess: true,
    directPacketWrite: true,
  },
  {
    id: 30,
    name: 'sk_lookup',
    constant: 'BPF_PROG_TYPE_SK_LOOKUP',
    context: 'struct bpf_sk_lookup',
    contextSize: 72,
    fields: SK_LOOKUP,
    returns: [0, 1],
    returnNames: ['SK_DROP', 'SK_PASS'],
  },
  {
    id: 24,
    name: 'raw_tp_writable',
    constant: 'BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE',
    context: 'struct bpf_raw_tracepoint_args',
    contextSize: 96,
    // the first argument is the buffer that may be written; what is behind its first byte is read like any other
    fields: [
      { name: 'args', offset: 0, size: 8, type: 'tracepoint_buffer' },
      { name: 'args', offset: 1, size: 8, count: 12, type: 'scalar', narrow: true },
    ],
  },
  {
    id: 31,
    name: 'syscall',
    constant: 'BPF_PROG_TYPE_SYSCALL',
    context: 'void',
    contextSize: 0,
    // the caller's memory, at most 64 kB of it
    fields: [scalar('ctx', 0, 8, { count: 8191, write: true, writeNarrow: true })],
  },
  ...OPAQUE,
];

/** expected_attach_type values that a type may be loaded with, the usual one first (asked of Linux 6.18); absent: any. */
export const ATTACH_TYPES: Readonly<Record<string, readonly number[]>> = {
  cgroup_skb: [0, 1],
  cgroup_sock: [2, 0, 12, 13, 34],
  cgroup_sock_addr: [10, 8, 9, 11, 14, 15, 19, 20, 29, 30, 31, 32, 49, 50, 51, 52, 53],
  sk_reuseport: [39, 0, 40],
  cgroup_sockopt: [21, 22],
  sk_lookup: [36],
  syscall: [0],
  netfilter: [45],
};

export const PROGRAM_TYPES: readonly ProgramType[] = ROWS.map((row) => ({
  ...USUAL,
  ...row,
  sections: SECTIONS.filter((section) => section.type === row.name).map(({ name }) => name.replace('+', '')),
}));

/** expected_attach_type values that we use (enum bpf_attach_type). */
export const BPF_CGROUP_INET_INGRESS = 0;
export const BPF_CGROUP_INET_EGRESS = 1;
export const BPF_XDP = 37;

/** struct bpf_sock, read only, as programs see it through a socket pointer. */
export const SOCKET_FIELDS: readonly ContextField[] = [
  scalar('bound_dev_if', 0, 4, { narrow: false }),
  scalar('family', 4),
  scalar('type', 8),
  scalar('protocol', 12),
  scalar('mark', 16, 4, { narrow: false }),
  scalar('priority', 20, 4, { narrow: false }),
  scalar('src_ip4', 24, 4, { count: 1 }),
  scalar('src_ip6', 28, 4, { count: 4 }),
  scalar('src_port', 44),
  scalar('dst_port', 48, 2),
  scalar('dst_ip4', 52, 4, { count: 1 }),
  scalar('dst_ip6', 56, 4, { count: 4 }),
  scalar('state', 72),
  scalar('rx_queue_mapping', 76),
];
