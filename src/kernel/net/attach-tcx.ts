// Where tcx programs hang: a list at each end of an interface, in which the newcomer says where it stands (Linux: bpf_mprog_attach).
import { EBADF, EBUSY, EEXIST, EINVAL, ENOENT, ENOSPC } from '../generated/errno';
import { Program } from '../program';
import { programOf } from '../syscall/files';
import { releaseProgram } from '../syscall/programs';
import { Attachment, NetDevice } from './device';

/** enum bpf_attach_type */
export const BPF_TCX_INGRESS: u32 = 46;
export const BPF_TCX_EGRESS: u32 = 47;

/** flags of BPF_PROG_ATTACH, BPF_LINK_CREATE and BPF_LINK_UPDATE */
export const F_REPLACE: u32 = 4;
export const F_BEFORE: u32 = 8;
export const F_AFTER: u32 = 16;
/** programs at one point (BPF_MPROG_MAX, BPF_CGROUP_MAX_PROGS) */
export const MOST: i32 = 64;

function place(list: Attachment[], at: i32, attachment: Attachment): void {
  list.push(attachment);
  for (let i = list.length - 1; i > at; i--) list[i] = list[i - 1];
  list[at] = attachment;
}

export function positionOf(list: Attachment[], program: Program): i32 {
  for (let i = 0; i < list.length; i++) if (list[i].program == program) return i;
  return -1;
}

export function tcxList(device: NetDevice, type: u32): Attachment[] {
  return type == BPF_TCX_INGRESS ? device.tcxIngress : device.tcxEgress;
}

/** Where a new tcx program goes; -errno. `relative`: descriptor of the program that flags speak of, 0 none. */
function tcxPosition(list: Attachment[], flags: u32, relative: u32): i32 {
  if (relative == 0) return flags & F_BEFORE ? 0 : list.length;
  const program = programOf(relative);
  if (program == null) return -EBADF;
  const at = positionOf(list, program);
  if (at < 0) return -ENOENT;
  return flags & F_BEFORE ? at : at + 1;
}

/** BPF_PROG_ATTACH and BPF_LINK_CREATE of tcx: 0 or -errno. */
export function attachTcx(
  device: NetDevice,
  type: u32,
  attachment: Attachment,
  flags: u32,
  replaced: u32,
  relative: u32,
): i32 {
  const list = tcxList(device, type);
  if (positionOf(list, attachment.program) >= 0) return -EEXIST;
  if (flags & F_REPLACE) {
    const old = programOf(replaced);
    if (old == null) return -EBADF;
    const at = positionOf(list, old);
    if (at < 0) return -ENOENT;
    if (list[at].link != 0) return -EBUSY;
    releaseProgram(old);
    list[at] = attachment;
    return 0;
  }
  if (list.length >= MOST) return -ENOSPC;
  const at = tcxPosition(list, flags, relative);
  if (at < 0) return at;
  place(list, at, attachment);
  return 0;
}

/** BPF_PROG_DETACH: 0 or -errno. */
export function detachTcx(device: NetDevice, type: u32, program: Program | null): i32 {
  if (program == null) return -EINVAL;
  const list = tcxList(device, type);
  const at = positionOf(list, program);
  if (at < 0) return -ENOENT;
  if (list[at].link != 0) return -EBUSY;
  list.splice(at, 1);
  releaseProgram(program);
  return 0;
}
