// cgroups as far as packets care: programs attached to a cgroup see what the sockets of its processes receive and send; those of the
// descendant run first, then its ancestors' (Linux: __cgroup_bpf_run_filter_skb and the effective array).
import { COST_cgroup } from '../generated/costs';
import {
  NET_LIMIT_cgroups,
  STAGE_cgroup_egress,
  STAGE_cgroup_ingress,
  STAGE_socket_filter,
  VERDICT_drop,
  VERDICT_pass,
  DROP_SOCKET_FILTER,
  DROP_BPF_CGROUP_EGRESS,
} from '../generated/network';
import { toVirtual } from '../memory/layout';
import { SKB_SK } from '../memory/structures';
import { fitSkb, selectSkb } from '../syscall/skb-buffer';
import { charge } from './account';
import { BPF_CGROUP_INET_EGRESS, BPF_CGROUP_INET_INGRESS } from './attach-cgroup';
import { dataOf, lengthOf, networkOf, packetOf, pull, push, trim } from './buffers';
import { Attachment } from './device';
import { halted, noteRun, runOnPacket } from './programs';
import { markSkb } from './record';
import { Socket, socketOf } from './socket';

/** BPF_F_ALLOW_OVERRIDE, BPF_F_ALLOW_MULTI */
export const ALLOW_OVERRIDE: u32 = 1;
export const ALLOW_MULTI: u32 = 2;

/** kinds of events that programs of a cgroup are asked about: enum bpf_attach_type up to BPF_CGROUP_INET_SOCK_RELEASE */
const KINDS: u32 = 35;

export class Cgroup {
  /** programs by enum bpf_attach_type, and flags of the first of them, which decide what else may be attached here and below */
  lists: Array<Attachment[]> = [];
  sharing: u32[] = [];

  constructor(
    public id: u32,
    public parent: i32,
    public name: string,
  ) {
    for (let i: u32 = 0; i < KINDS; i++) {
      this.lists.push([]);
      this.sharing.push(0);
    }
  }

  list(type: u32): Attachment[] {
    return this.lists[type];
  }

  flags(type: u32): u32 {
    return this.sharing[type];
  }

  setFlags(type: u32, flags: u32): void {
    this.sharing[type] = flags;
  }
}

/** by number; 0 is the root. The id that programs see is the number + 1, as the root's is 1. */
let cgroups: Cgroup[] = [];
/** cgroup programs attached anywhere: without any, nothing is looked at */
export let attached: i32 = 0;

export function resetCgroups(): void {
  cgroups = [new Cgroup(1, -1, '/')];
  attached = 0;
}

/** mkdir: its number; -1: too many, or no such parent. */
export function makeCgroup(parent: i32, name: string): i32 {
  if (cgroups.length >= NET_LIMIT_cgroups || parent < 0 || parent >= cgroups.length) return -1;
  cgroups.push(new Cgroup(cgroups.length + 1, parent, name));
  return cgroups.length - 1;
}

export function cgroupAt(number: i32): Cgroup | null {
  return number >= 0 && number < cgroups.length ? cgroups[number] : null;
}

export function noteAttached(by: i32): void {
  attached += by;
}

/** Programs that an event of cgroup `number` meets, its own first, then its ancestors' (cgroup_bpf.effective). */
export function effectivePrograms(number: i32, type: u32): Attachment[] {
  const found: Attachment[] = [];
  for (let at = number; at >= 0; at = cgroups[at].parent) {
    const cgroup = cgroups[at];
    const programs = cgroup.list(type);
    // An overridable program of an ancestor gives way to the descendant's.
    if (found.length != 0 && !(cgroup.flags(type) & ALLOW_MULTI)) continue;
    for (let i = 0; i < programs.length; i++) found.push(programs[i]);
  }
  return found;
}

/** Runs every effective program of the cgroup on the packet, whose data begins at its network header. False: one said no. */
function runAll(number: i32, skb: usize, egress: bool, namespace: u32): bool {
  const programs = effectivePrograms(number, egress ? BPF_CGROUP_INET_EGRESS : BPF_CGROUP_INET_INGRESS);
  const id = cgroups[number].id;
  let allowed = true;
  for (let i = 0; i < programs.length; i++) {
    charge(COST_cgroup, 1);
    selectSkb(skb);
    fitSkb();
    const r0 = <u32>runOnPacket(programs[i].program, toVirtual(skb), packetOf(skb), dataOf(skb), lengthOf(skb));
    if (halted != 0) return false;
    noteRun(dataOf(skb), lengthOf(skb));
    const good = (r0 & 1) != 0;
    markSkb(
      skb,
      egress ? STAGE_cgroup_egress : STAGE_cgroup_ingress,
      good || !allowed ? VERDICT_pass : VERDICT_drop,
      good || !allowed ? r0 : egress ? DROP_BPF_CGROUP_EGRESS : DROP_SOCKET_FILTER,
      0,
      lengthOf(skb),
      id,
      namespace,
    );
    // The others are asked all the same, as in Linux; one no is enough.
    if (!good) allowed = false;
  }
  return allowed;
}

/** May the packet of the socket that it belongs to leave? Its data begins at the network header. */
export function egressAllowed(skb: usize): bool {
  if (attached == 0) return true;
  const address = load<u64>(skb, SKB_SK);
  if (address == 0) return true;
  const socket = socketOf(address);
  return socket == null || runAll(socket.cgroup, skb, true, socket.namespace);
}

/**
 * What stands before a socket's queue: its cgroup's programs, then its own filter (sk_filter_trim_cap). The packet's data begins at its
 * transport header, `cap` bytes of which stay whatever the filter says. False: not for this socket.
 */
export function filterAllows(socket: Socket, skb: usize, cap: u32): bool {
  if (attached != 0) {
    const header = <u32>(dataOf(skb) - networkOf(skb));
    const before = load<u64>(skb, SKB_SK);
    store<u64>(skb, toVirtual(socket.address), SKB_SK);
    push(skb, header);
    const good = runAll(socket.cgroup, skb, false, socket.namespace);
    pull(skb, header);
    store<u64>(skb, before, SKB_SK);
    if (!good) return false;
  }
  const filter = socket.filter;
  if (filter == null) return true;
  charge(COST_cgroup, 1);
  selectSkb(skb);
  const before = load<u64>(skb, SKB_SK);
  store<u64>(skb, toVirtual(socket.address), SKB_SK);
  fitSkb();
  const keep = <u32>runOnPacket(filter.program, toVirtual(skb), packetOf(skb), dataOf(skb), lengthOf(skb));
  store<u64>(skb, before, SKB_SK);
  if (halted != 0) return false;
  noteRun(dataOf(skb), lengthOf(skb));
  markSkb(
    skb,
    STAGE_socket_filter,
    keep == 0 ? VERDICT_drop : VERDICT_pass,
    keep == 0 ? DROP_SOCKET_FILTER : keep,
    0,
    lengthOf(skb),
    socket.number,
    socket.namespace,
  );
  if (keep == 0) return false;
  trim(skb, max<u32>(cap, keep));
  return true;
}
