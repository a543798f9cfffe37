// Kernel functions that programs call by BTF type number (kfuncs): one row each, read by loader, verifier, kernel, log and
// reference. Those without arguments here are known by name and program types only, and refused as not simulated.
import { KFUNC_ROWS } from './kfunc-rows.ts';
import { PROGRAM_TYPE_NUMBERS } from './helpers.ts';

/** What an argument is to the verifier; position is the packed number. */
export const KFUNC_ARGUMENTS = [
  'NONE',
  /** a number */
  'SCALAR',
  /** the program's context */
  'CTX',
  /** an initialized dynptr */
  'DYNPTR',
  /** a dynptr that the call initializes; its detail says of which kind */
  'DYNPTR_NEW',
  /** memory that may be null; the next argument is its size, a constant */
  'MEM_OPT',
  'CONST_SIZE',
  /** the state of an open-coded iterator on the stack: not yet begun, begun, begun and to be ended */
  'ITER_NEW',
  'ITER_NEXT',
  'ITER_DESTROY',
  /** anything: the function reads it as an address that may be wrong */
  'IGNORE',
] as const;
export type KfuncArgumentType = (typeof KFUNC_ARGUMENTS)[number];

export const KFUNC_RETURNS = ['VOID', 'INTEGER', 'MEM_RDONLY', 'SLICE', 'SLICE_RDONLY'] as const;
export type KfuncReturnType = (typeof KFUNC_RETURNS)[number];

/** What a dynptr points into (Linux: enum bpf_dynptr_type); the log's word for each. */
export const DYNPTR_KINDS = ['invalid', 'local', 'ringbuf', 'skb', 'xdp'] as const;
/** Details of DYNPTR_NEW: a kind, or the kind of the dynptr that is cloned. */
export const DYNPTR_CLONE = 15;
/** Open-coded iterators that are simulated: the log's word, and the 8-byte stack slots that the state takes. */
export const ITERATORS = [{ name: 'num', slots: 1 }] as const;

export interface KfuncArgument {
  readonly type: KfuncArgumentType;
  /** dynptr kind or iterator, by number */
  readonly detail: number;
}

export interface Kfunc {
  /** BTF type number in Linux 6.18.44 */
  readonly id: number;
  /** "bpf_iter_num_new" */
  readonly name: string;
  /** numbers of the program types that may call it */
  readonly programs: readonly number[];
  /** the verifier knows its arguments and result */
  readonly checked: boolean;
  readonly arguments: readonly KfuncArgument[];
  readonly returns: KfuncReturnType;
  /** bytes of MEM results */
  readonly size: number;
  /** the result may be null */
  readonly mayBeNull: boolean;
  /** pointers passed must not be null (KF_TRUSTED_ARGS) */
  readonly trusted: boolean;
}

/** Program types that share one set of kernel functions (Linux: bpf_prog_type_to_kfunc_hook()). */
const HOOKS: Readonly<Record<string, readonly string[]>> = {
  common: Object.keys(PROGRAM_TYPE_NUMBERS),
  tc: ['tc'],
  tc_action: ['tc_action'],
  xdp: ['xdp'],
  tracing: ['tracepoint', 'perf_event', 'tracing', 'lsm'],
  syscall: ['syscall'],
  cgroup: [
    'cgroup_skb', 'cgroup_sock', 'cgroup_device', 'cgroup_sock_addr', 'cgroup_sockopt', 'cgroup_sysctl', 'sock_ops',
  ], // prettier-ignore
  sk_skb: ['sk_skb'],
  socket: ['socket'],
  lwt: ['lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'],
  netfilter: ['netfilter'],
  '-': [],
};

function detailOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (text === 'clone') return DYNPTR_CLONE;
  const kind = DYNPTR_KINDS.findIndex((name) => name === text);
  return kind >= 0 ? kind : ITERATORS.findIndex(({ name }) => name === text);
}

function argument(text: string): KfuncArgument {
  const [name, detail] = text.split(':');
  const type = KFUNC_ARGUMENTS.find((candidate) => candidate === name);
  if (type === undefined) throw new Error(`kfunc rows: no argument type ${text}`);
  return { type, detail: detailOf(detail) };
}

/** One line of the table; the form is written above it in kfunc-rows.ts. */
function row(line: string): Kfunc {
  const [head = '', hooks = '', parameters, result = 'VOID', marks = ''] = line.split(' | ');
  const [number, name = ''] = head.split(' ');
  const [word, size] = result.split(':');
  const returns = KFUNC_RETURNS.find((candidate) => candidate === word);
  const marked = marks.split(' ');
  if (returns === undefined) throw new Error(`kfunc rows: no return type ${result}`);
  return {
    id: Number(number),
    name,
    programs: hooks
      .split(' ')
      .flatMap((hook) => HOOKS[hook] ?? [])
      .map((type) => PROGRAM_TYPE_NUMBERS[type] ?? 0),
    checked: parameters !== undefined,
    arguments: parameters === undefined || parameters === '-' ? [] : parameters.split(', ').map(argument),
    returns,
    size: Number(size ?? 0),
    mayBeNull: marked.includes('null'),
    trusted: marked.includes('trusted'),
  };
}

/** By number. */
export const KFUNCS: readonly Kfunc[] = KFUNC_ROWS.trim()
  .split('\n')
  .map(row)
  .sort((a, b) => a.id - b.id);
/** In what the simulated kernel runs, kernel function i of KFUNCS is called like a helper of number FIRST_KERNEL_FUNCTION + i. */
export const FIRST_KERNEL_FUNCTION = 256;

const BY_ID = new Map(KFUNCS.map((kfunc) => [kfunc.id, kfunc]));
const BY_NAME = new Map(KFUNCS.map((kfunc) => [kfunc.name, kfunc]));

export const kfuncById = (id: number): Kfunc | undefined => BY_ID.get(id);
export const kfuncByName = (name: string): Kfunc | undefined => BY_NAME.get(name);
/** "bpf_iter_num_new"; "unknown" for a number that no kernel function has here */
export const kfuncName = (id: number): string => BY_ID.get(id)?.name ?? 'unknown';
