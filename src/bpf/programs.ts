// Program types: number, names, sections, context layout and the range of return values.

/** What reading a context field yields. */
export type ContextFieldType = 'scalar' | 'packet' | 'packet_end' | 'packet_meta' | 'sock' | 'pointer';

export interface ContextField {
  readonly name: string;
  readonly offset: number;
  /** bytes; narrower reads are allowed where `narrow` */
  readonly size: number;
  /** elements, for an array field such as __sk_buff.cb */
  readonly count?: number;
  readonly type: ContextFieldType;
  readonly write?: boolean;
  readonly narrow?: boolean;
}

export interface ProgramType {
  readonly id: number;
  /** `lab --type`'s word */
  readonly name: string;
  /** the constant's name in linux/bpf.h */
  readonly constant: string;
  /** ELF section prefixes as libbpf knows them; "xdp" also matches "xdp/…" where libbpf says so */
  readonly sections: readonly string[];
  /** C name of the context's type, and what it takes in bytes */
  readonly context: string;
  readonly contextSize: number;
  readonly fields: readonly ContextField[];
  /** the verifier enforces this range of R0 at exit; null: any value */
  readonly returns: readonly [number, number] | null;
  readonly returnNames: readonly string[];
  readonly directPacketAccess: boolean;
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
  scalar('egress_ifindex', 20, 4, { narrow: false }),
];

export const PROGRAM_TYPES: readonly ProgramType[] = [
  {
    id: 6,
    name: 'xdp',
    constant: 'BPF_PROG_TYPE_XDP',
    sections: ['xdp', 'xdp.frags'],
    context: 'struct xdp_md',
    contextSize: 24,
    fields: XDP_MD,
    returns: null,
    returnNames: ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT'],
    directPacketAccess: true,
    simulated: true,
  },
];

/** expected_attach_type values that we use (enum bpf_attach_type). */
export const BPF_CGROUP_INET_INGRESS = 0;
export const BPF_CGROUP_INET_EGRESS = 1;
export const BPF_XDP = 37;
