// Where programs of cgroups hang: a list for each kind of event, and rules about what may hang above and below (Linux: __cgroup_bpf_attach).
import { E2BIG, EBADF, EINVAL, ENOENT, EPERM } from '../generated/errno';
import { Program } from '../program';
import { programOf } from '../syscall/files';
import { releaseProgram } from '../syscall/programs';
import { F_REPLACE, MOST, positionOf } from './attach-tcx';
import { ALLOW_MULTI, ALLOW_OVERRIDE, Cgroup, cgroupAt, noteAttached } from './cgroup';
import { Attachment } from './device';

/** enum bpf_prog_type */
const PROG_CGROUP_SKB: i32 = 8;
const PROG_CGROUP_SOCK: i32 = 9;
const PROG_CGROUP_SOCK_ADDR: i32 = 18;

/** enum bpf_attach_type */
export const BPF_CGROUP_INET_INGRESS: u32 = 0;
export const BPF_CGROUP_INET_EGRESS: u32 = 1;
export const BPF_CGROUP_INET_SOCK_CREATE: u32 = 2;
export const BPF_CGROUP_INET4_BIND: u32 = 8;
export const BPF_CGROUP_INET6_BIND: u32 = 9;
export const BPF_CGROUP_INET4_CONNECT: u32 = 10;
export const BPF_CGROUP_INET6_CONNECT: u32 = 11;
export const BPF_CGROUP_INET4_POST_BIND: u32 = 12;
export const BPF_CGROUP_INET6_POST_BIND: u32 = 13;
export const BPF_CGROUP_UDP4_SENDMSG: u32 = 14;
export const BPF_CGROUP_UDP6_SENDMSG: u32 = 15;
export const BPF_CGROUP_UDP4_RECVMSG: u32 = 19;
export const BPF_CGROUP_UDP6_RECVMSG: u32 = 20;
const BPF_CGROUP_INET_SOCK_RELEASE: u32 = 34;

/** The type of program that this kind of event takes; 0: cgroups have no such event, or it is not simulated. */
export function cgroupProgramType(type: u32): i32 {
  if (type <= BPF_CGROUP_INET_EGRESS) return PROG_CGROUP_SKB;
  if (
    type == BPF_CGROUP_INET_SOCK_CREATE ||
    type == BPF_CGROUP_INET_SOCK_RELEASE ||
    type == BPF_CGROUP_INET4_POST_BIND ||
    type == BPF_CGROUP_INET6_POST_BIND
  )
    return PROG_CGROUP_SOCK;
  const address =
    (type >= BPF_CGROUP_INET4_BIND && type <= BPF_CGROUP_UDP6_SENDMSG) ||
    type == BPF_CGROUP_UDP4_RECVMSG ||
    type == BPF_CGROUP_UDP6_RECVMSG;
  return address ? PROG_CGROUP_SOCK_ADDR : 0;
}

const F_ALLOW_OVERRIDE: u32 = 1;
const F_ALLOW_MULTI: u32 = 2;

/** A program in the cgroup above that allows nothing below it, or only to be overridden. */
function hierarchyAllows(cgroup: Cgroup, type: u32): bool {
  for (let at = cgroup.parent; at >= 0;) {
    const above = cgroupAt(at);
    if (above == null) return true;
    if (above.list(type).length != 0) {
      const flags = above.flags(type);
      if (flags & ALLOW_MULTI) return true;
      return (flags & ALLOW_OVERRIDE) != 0;
    }
    at = above.parent;
  }
  return true;
}

/** __cgroup_bpf_attach */
export function attachCgroup(cgroup: Cgroup, type: u32, attachment: Attachment, flags: u32, replaced: u32): i32 {
  const saved = flags & (F_ALLOW_OVERRIDE | F_ALLOW_MULTI);
  if (saved == (F_ALLOW_OVERRIDE | F_ALLOW_MULTI) || (flags & F_REPLACE && !(flags & F_ALLOW_MULTI))) return -EINVAL;
  const list = cgroup.list(type);
  if (!hierarchyAllows(cgroup, type)) return -EPERM;
  // Whoever came first decides how the place is shared.
  if (list.length != 0 && cgroup.flags(type) != saved) return -EPERM;
  if (list.length >= MOST) return -E2BIG;
  if (saved & F_ALLOW_MULTI) {
    for (let i = 0; i < list.length; i++) {
      if (list[i].link == 0 && attachment.link == 0 && list[i].program == attachment.program && !(flags & F_REPLACE))
        return -EINVAL;
    }
    if (flags & F_REPLACE) {
      const old = programOf(replaced);
      if (old == null) return -EBADF;
      const at = positionOf(list, old);
      if (at < 0) return -ENOENT;
      releaseProgram(old);
      list[at] = attachment;
      return 0;
    }
    list.push(attachment);
    noteAttached(1);
  } else {
    if (list.length != 0) releaseProgram(list[0].program);
    else noteAttached(1);
    if (list.length == 0) list.push(attachment);
    else list[0] = attachment;
  }
  cgroup.setFlags(type, saved);
  return 0;
}

/** BPF_PROG_DETACH: 0 or -errno; no program means a cgroup's only one. */
export function detachCgroup(cgroup: Cgroup, type: u32, program: Program | null): i32 {
  const list = cgroup.list(type);
  if (!(cgroup.flags(type) & ALLOW_MULTI)) {
    if (list.length == 0) return -ENOENT;
    releaseProgram(list[0].program);
    list.splice(0, 1);
    noteAttached(-1);
    return 0;
  }
  if (program == null) return -EINVAL;
  for (let i = 0; i < list.length; i++) {
    if (list[i].program != program || list[i].link != 0) continue;
    list.splice(i, 1);
    releaseProgram(program);
    noteAttached(-1);
    return 0;
  }
  return -ENOENT;
}
