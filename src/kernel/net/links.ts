// bpf_link and its older relatives: programs are hung at interfaces (XDP, tcx) and cgroups, replaced and taken off, with Linux's rules about
// what may stand beside what and Linux's error numbers (testing/links.txt holds the questions, links.recorded.json what Linux 6.18 answered).
import { EBADF, EEXIST, EINVAL, ENODEV, ENOLINK, EPERM } from '../generated/errno';
import { Program } from '../program';
import { cgroupOf, programOf } from '../syscall/files';
import { releaseProgram } from '../syscall/programs';
import { attachCgroup, cgroupProgramType, detachCgroup } from './attach-cgroup';
import {
  BPF_TCX_EGRESS,
  BPF_TCX_INGRESS,
  F_AFTER,
  F_BEFORE,
  F_REPLACE,
  attachTcx,
  detachTcx,
  positionOf,
  tcxList,
} from './attach-tcx';
import { BPF_XDP, PROG_XDP, attachXdp, hold, isGeneric, setXdp } from './attach-xdp';
import { ALLOW_MULTI, cgroupAt, noteAttached } from './cgroup';
import { Attachment, netDevice } from './device';

/** enum bpf_prog_type */
const PROG_TC: i32 = 3;

export class Link {
  references: i32 = 0;
  attachment: Attachment | null = null;
  ifindex: u32 = 0;
  cgroup: i32 = -1;
  /** XDP: on socket buffers */
  generic: bool = false;
  constructor(
    public id: u32,
    public type: u32,
  ) {}
}

let links: Array<Link | null> = [];

export function resetLinks(): void {
  links = [null];
}

export function linkById(id: u32): Link | null {
  return id < <u32>links.length ? links[id] : null;
}

/** The first number above `id` that a link has; 0: none. */
export function nextLinkId(id: u32): u32 {
  for (let next = id + 1; next < <u32>links.length; next++) if (links[next] != null) return next;
  return 0;
}

function newLink(type: u32, attachment: Attachment): Link {
  const link = new Link(links.length, type);
  links.push(link);
  link.attachment = attachment;
  attachment.link = link.id;
  return link;
}

function isTcx(type: u32): bool {
  return type == BPF_TCX_INGRESS || type == BPF_TCX_EGRESS;
}

/** May the program hang at places of this type at all? Those of sockets were verified for one of them. */
function fits(program: Program, type: u32): bool {
  if (type == BPF_XDP) return program.type == PROG_XDP;
  if (isTcx(type)) return program.type == PROG_TC;
  const wanted = cgroupProgramType(type);
  if (wanted == 0 || program.type != wanted) return false;
  return type < 2 || program.expectedAttachType == <i32>type;
}

// ---- the system call's side ----

/** BPF_LINK_CREATE: the link; null and `linkError`. `target`: interface number, or a cgroup's descriptor. */
export let linkError: i32 = 0;

function refuse(error: i32): Link | null {
  linkError = error;
  return null;
}

export function createLink(fd: u32, target: u32, type: u32, flags: u32, relative: u32): Link | null {
  const program = programOf(fd);
  if (program == null) return refuse(-EBADF);
  if (!fits(program, type)) return refuse(-EINVAL);
  if (cgroupProgramType(type) != 0) {
    const cgroup = cgroupAt(cgroupOf(target));
    if (cgroup == null) return refuse(-EBADF);
    if (flags != 0) return refuse(-EINVAL);
    const attachment = new Attachment(program);
    const link = newLink(type, attachment);
    const error = attachCgroup(cgroup, type, attachment, ALLOW_MULTI, 0);
    if (error) {
      links[link.id] = null;
      return refuse(error);
    }
    program.references++;
    link.cgroup = cgroupOf(target);
    return link;
  }
  const device = netDevice(target);
  if (device == null) return refuse(type == BPF_XDP ? -EINVAL : -ENODEV);
  if (type == BPF_XDP) {
    const error = attachXdp(device, true, program, null, flags);
    if (error) return refuse(error);
    const attachment = hold(program);
    const link = newLink(type, attachment);
    link.ifindex = target;
    link.generic = isGeneric(device, flags);
    setXdp(device, link.generic, attachment);
    return link;
  }
  if (flags & ~(F_BEFORE | F_AFTER)) return refuse(-EINVAL);
  const attachment = new Attachment(program);
  const error = attachTcx(device, type, attachment, flags, 0, relative);
  if (error) return refuse(error);
  program.references++;
  const link = newLink(type, attachment);
  link.ifindex = target;
  return link;
}

/** BPF_LINK_UPDATE: another program from the next packet on; nothing is ever without one. 0 or -errno. */
export function updateLink(link: Link, fd: u32, flags: u32, oldFd: u32): i32 {
  const program = programOf(fd);
  if (program == null) return -EBADF;
  if (flags & ~F_REPLACE) return -EINVAL;
  let old: Program | null = null;
  if (flags & F_REPLACE) {
    old = programOf(oldFd);
    if (old == null) return -EBADF;
  } else if (oldFd != 0) return -EINVAL;
  const attachment = link.attachment;
  if (attachment == null || (link.ifindex == 0 && link.cgroup < 0)) return -ENOLINK;
  if (old != null && attachment.program != old) return -EPERM;
  if (attachment.program == program) return 0;
  if (!fits(program, link.type)) return -EINVAL;
  if (link.type == BPF_XDP && program.expectedAttachType != attachment.program.expectedAttachType) return -EINVAL;
  if (link.type >= BPF_TCX_INGRESS) {
    const device = netDevice(link.ifindex);
    if (device != null && positionOf(tcxList(device, link.type), program) >= 0) return -EEXIST;
  }
  program.references++;
  const before = attachment.program;
  attachment.program = program;
  releaseProgram(before);
  return 0;
}

function takeOut(list: Attachment[], attachment: Attachment): void {
  const at = list.indexOf(attachment);
  if (at >= 0) list.splice(at, 1);
}

/** BPF_LINK_DETACH: the link stays, attached to nothing. */
export function detachLink(link: Link): i32 {
  const attachment = link.attachment;
  if (attachment == null) return 0;
  const device = netDevice(link.ifindex);
  if (link.type == BPF_XDP) {
    if (device != null && (link.generic ? device.xdpGeneric : device.xdp) == attachment) {
      if (link.generic) device.xdpGeneric = null;
      else device.xdp = null;
    }
  } else if (link.type >= BPF_TCX_INGRESS) {
    if (device != null) takeOut(tcxList(device, link.type), attachment);
  } else {
    const cgroup = cgroupAt(link.cgroup);
    if (cgroup != null) takeOut(cgroup.list(link.type), attachment);
    noteAttached(-1);
  }
  link.ifindex = 0;
  link.cgroup = -1;
  return 0;
}

/** The last reference is gone. */
export function releaseLink(link: Link): void {
  if (--link.references > 0) return;
  detachLink(link);
  const attachment = link.attachment;
  if (attachment != null) releaseProgram(attachment.program);
  link.attachment = null;
  links[link.id] = null;
}

/** BPF_PROG_ATTACH: 0 or -errno. */
export function attachProgram(target: u32, fd: u32, type: u32, flags: u32, replaced: u32, relative: u32): i32 {
  const program = programOf(fd);
  if (program == null) return -EBADF;
  if (!fits(program, type) || type == BPF_XDP) return -EINVAL;
  const attachment = new Attachment(program);
  let error: i32;
  if (cgroupProgramType(type) != 0) {
    const cgroup = cgroupAt(cgroupOf(target));
    if (cgroup == null) return -EBADF;
    error = attachCgroup(cgroup, type, attachment, flags, replaced);
  } else {
    const device = netDevice(target);
    if (device == null) return -ENODEV;
    error = attachTcx(device, type, attachment, flags, replaced, relative);
  }
  if (error == 0) program.references++;
  return error;
}

/** BPF_PROG_DETACH: 0 or -errno; descriptor 0 of a cgroup's only program means that one. */
export function detachProgram(target: u32, fd: u32, type: u32): i32 {
  let program: Program | null = null;
  if (fd != 0) program = programOf(fd);
  if (cgroupProgramType(type) != 0) {
    const cgroup = cgroupAt(cgroupOf(target));
    return cgroup == null ? -EBADF : detachCgroup(cgroup, type, program);
  }
  const device = netDevice(target);
  if (device == null) return -ENODEV;
  return isTcx(type) ? detachTcx(device, type, program) : -EINVAL;
}

/** BPF_PROG_QUERY: writes at most `room` program numbers to `to`; how many there are, or -errno. */
export function queryPrograms(target: u32, type: u32, to: usize, room: u32): i32 {
  let list: Attachment[];
  if (cgroupProgramType(type) != 0) {
    const cgroup = cgroupAt(cgroupOf(target));
    if (cgroup == null) return -EBADF;
    list = cgroup.list(type);
  } else if (isTcx(type)) {
    const device = netDevice(target);
    if (device == null) return -ENODEV;
    list = tcxList(device, type);
  } else return -EINVAL;
  for (let i = 0; i < min<i32>(list.length, <i32>room); i++) store<u32>(to + ((<usize>i) << 2), list[i].program.id);
  return list.length;
}
