// Attaching programs to the simulated network: bpf_link, tc filters, XDP by netlink, socket filters, pins. Everything gives 0, a descriptor or
// -errno, as Linux does.
import { BPF_ATTR_SIZE } from '../bpf/syscall.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { NetworkExports } from './network-exports.ts';

/** enum bpf_attach_type of what can be attached here */
export const ATTACH = {
  cgroup_ingress: 0,
  cgroup_egress: 1,
  sock_create: 2,
  bind4: 8,
  bind6: 9,
  connect4: 10,
  connect6: 11,
  post_bind4: 12,
  post_bind6: 13,
  sendmsg4: 14,
  sendmsg6: 15,
  recvmsg4: 19,
  recvmsg6: 20,
  xdp: 37,
  tcx_ingress: 46,
  tcx_egress: 47,
} as const;

const BPF_OBJ_PIN = 6;
const BPF_OBJ_GET = 7;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_DETACH = 9;
const BPF_PROG_QUERY = 16;
const BPF_LINK_CREATE = 28;
const BPF_LINK_UPDATE = 29;
const BPF_LINK_DETACH = 34;
/** programs that a query lists at most */
const MOST_LISTED = 64;

const encoder = new TextEncoder();

export class NetworkLinks {
  readonly #kernel: Kernel;
  readonly #exports: NetworkExports;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#exports = kernel.exports as unknown as NetworkExports;
  }

  /** One bpf() call on 32-bit words at their offsets; `blob` is put where the kernel can read and write it, its address at `blobAt`. */
  #bpf(command: number, words: Readonly<Record<number, number>>, blob?: Uint8Array, blobAt = 0): [number, Uint8Array] {
    const attributes = this.#exports.allocate(BPF_ATTR_SIZE);
    const size = blob?.length ?? 0;
    const memory = this.#exports.allocate(Math.max(size, 8));
    try {
      const bytes = new Uint8Array(this.#kernel.memory.buffer);
      bytes.fill(0, attributes, attributes + BPF_ATTR_SIZE);
      const view = new DataView(this.#kernel.memory.buffer);
      for (const [at, value] of Object.entries(words)) view.setUint32(attributes + Number(at), value >>> 0, true);
      if (blob) {
        bytes.set(blob, memory);
        view.setUint32(attributes + blobAt, memory, true);
      }
      const result = Number(this.#exports.bpf(command, attributes, BPF_ATTR_SIZE));
      const after = new Uint8Array(this.#kernel.memory.buffer).slice(memory, memory + size);
      this.#count = new DataView(this.#kernel.memory.buffer).getUint32(attributes + 24, true);
      return [result, after];
    } finally {
      this.#exports.release(memory);
      this.#exports.release(attributes);
    }
  }
  #count = 0;

  /** BPF_LINK_CREATE. `target`: an interface's number or a cgroup's descriptor; `relative`: descriptor that BPF_F_BEFORE or _AFTER speak of. */
  create(program: number, target: number, type: number, flags = 0, relative = 0): number {
    return this.#bpf(BPF_LINK_CREATE, { 0: program, 4: target, 8: type, 12: flags, 16: relative })[0];
  }

  /** BPF_LINK_UPDATE: from the next packet on the other program runs; there is no moment without one. */
  update(link: number, program: number, flags = 0, old = 0): number {
    return this.#bpf(BPF_LINK_UPDATE, { 0: link, 4: program, 8: flags, 12: old })[0];
  }

  detach(link: number): number {
    return this.#bpf(BPF_LINK_DETACH, { 0: link })[0];
  }

  attach(target: number, program: number, type: number, flags = 0, replaced = 0): number {
    return this.#bpf(BPF_PROG_ATTACH, { 0: target, 4: program, 8: type, 12: flags, 16: replaced })[0];
  }

  unattach(target: number, program: number, type: number): number {
    return this.#bpf(BPF_PROG_DETACH, { 0: target, 4: program, 8: type })[0];
  }

  /** Numbers of the programs there, in the order in which they run; or -errno. */
  query(target: number, type: number): number[] | number {
    const [result, list] = this.#bpf(
      BPF_PROG_QUERY,
      { 0: target, 4: type, 24: MOST_LISTED },
      new Uint8Array(MOST_LISTED * 4),
      16,
    );
    if (result < 0) return result;
    const view = new DataView(list.buffer);
    return Array.from({ length: Math.min(this.#count, MOST_LISTED) }, (_, i) => view.getUint32(i * 4, true));
  }

  pin(fd: number, path: string): number {
    return this.#bpf(BPF_OBJ_PIN, { 8: fd }, encoder.encode(`${path}\0`))[0];
  }

  get(path: string): number {
    return this.#bpf(BPF_OBJ_GET, {}, encoder.encode(`${path}\0`))[0];
  }

  unpin(path: string): number {
    const bytes = encoder.encode(path);
    const at = this.#exports.allocate(Math.max(bytes.length, 8));
    new Uint8Array(this.#kernel.memory.buffer).set(bytes, at);
    const result = this.#exports.netUnpin(at, bytes.length);
    this.#exports.release(at);
    return result;
  }

  /** A descriptor of the cgroup's folder. */
  openCgroup(cgroup: number): number {
    return this.#exports.netCgroupDescriptor(cgroup);
  }

  /** ip link set dev … xdp. Program -1 takes it off; `expected` with XDP_FLAGS_REPLACE. */
  xdp(ifindex: number, program: number, flags = 0, expected = -1): number {
    return this.#exports.netXdp(ifindex, program, expected, flags);
  }

  /** tc qdisc add dev … clsact (or del) */
  clsact(ifindex: number, add = true): number {
    return this.#exports.netClsact(ifindex, add ? 1 : 0);
  }

  /** tc filter replace dev … ingress|egress prio … handle … bpf [direct-action] */
  filter(
    ifindex: number,
    direction: 'ingress' | 'egress',
    program: number,
    options: { readonly priority?: number; readonly handle?: number; readonly directAction?: boolean } = {},
  ): number {
    return this.#exports.netFilter(
      ifindex,
      direction === 'egress' ? 1 : 0,
      options.priority ?? 49152,
      options.handle ?? 1,
      program,
      options.directAction === false ? 0 : 1,
    );
  }

  removeFilter(ifindex: number, direction: 'ingress' | 'egress', priority: number, handle = 1): number {
    return this.#exports.netRemoveFilter(ifindex, direction === 'egress' ? 1 : 0, priority, handle);
  }

  /** setsockopt(SO_ATTACH_BPF); -1: SO_DETACH_BPF */
  socketFilter(socket: number, program: number): number {
    return this.#exports.netSocketFilter(socket, program);
  }
}
