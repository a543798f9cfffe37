// Attaching programs: bpf_link and its older relatives, for interfaces (XDP, tcx) and cgroups, with Linux's rules about what may stand beside
// what and Linux's error numbers (testing/links.txt holds the questions, links.recorded.json what Linux 6.18 answered).
import { EBADF, EBUSY, EEXIST, EINVAL, ENODEV, ENOENT, ENOLINK, ENOSPC, EOPNOTSUPP, EPERM } from '../generated/errno';
import {
  DEVICE_nic,
  DEVICE_veth,
  XDP_FLAG_DRV_MODE,
  XDP_FLAG_HW_MODE,
  XDP_FLAG_REPLACE,
  XDP_FLAG_SKB_MODE,
  XDP_FLAG_UPDATE_IF_NOEXIST,
} from '../generated/network';
import { Program } from '../program';
import { cgroupOf, programOf } from '../syscall/files';
import { releaseProgram } from '../syscall/programs';
import { ALLOW_MULTI, ALLOW_OVERRIDE, Cgroup, cgroupAt, noteAttached } from './cgroup';
import { Attachment, NetDevice, netDevice } from './device';

/** enum bpf_attach_type */
export const BPF_CGROUP_INET_INGRESS: u32 = 0;
export const BPF_CGROUP_INET_EGRESS: u32 = 1;
export const BPF_XDP: u32 = 37;
export const BPF_TCX_INGRESS: u32 = 46;
export const BPF_TCX_EGRESS: u32 = 47;

/** enum bpf_prog_type */
const PROG_TC: i32 = 3;
const PROG_XDP: i32 = 6;
const PROG_CGROUP_SKB: i32 = 8;

/** flags of BPF_PROG_ATTACH, BPF_LINK_CREATE and BPF_LINK_UPDATE */
const F_ALLOW_OVERRIDE: u32 = 1;
const F_ALLOW_MULTI: u32 = 2;
const F_REPLACE: u32 = 4;
const F_BEFORE: u32 = 8;
const F_AFTER: u32 = 16;
const MODES: u32 = <u32>(XDP_FLAG_SKB_MODE | XDP_FLAG_DRV_MODE | XDP_FLAG_HW_MODE);
const ALL_FLAGS: u32 = MODES | (<u32>(XDP_FLAG_UPDATE_IF_NOEXIST | XDP_FLAG_REPLACE));
/** programs at one point (BPF_MPROG_MAX, BPF_CGROUP_MAX_PROGS) */
const MOST: i32 = 64;

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

function hold(program: Program): Attachment {
  program.references++;
  return new Attachment(program);
}

function newLink(type: u32, attachment: Attachment): Link {
  const link = new Link(links.length, type);
  links.push(link);
  link.attachment = attachment;
  attachment.link = link.id;
  return link;
}

// ---- XDP ----

function hasDriverMode(device: NetDevice): bool {
  return device.kind == DEVICE_nic || device.kind == DEVICE_veth;
}

/** Generic or native? `flags` of neither mode leave it to the driver. */
function isGeneric(device: NetDevice, flags: u32): bool {
  return (flags & XDP_FLAG_SKB_MODE) != 0 || (!(flags & XDP_FLAG_DRV_MODE) && !hasDriverMode(device));
}

function setXdp(device: NetDevice, generic: bool, attachment: Attachment | null): void {
  const old = generic ? device.xdpGeneric : device.xdp;
  if (generic) device.xdpGeneric = attachment;
  else device.xdp = attachment;
  if (old != null) releaseProgram(old.program);
}

/** dev_xdp_attach: `program` null takes off; `old` is who should be there, with XDP_FLAGS_REPLACE. */
function attachXdp(device: NetDevice, link: bool, program: Program | null, old: Program | null, flags: u32): i32 {
  if (flags & ~ALL_FLAGS) return -EINVAL;
  const mode = flags & MODES;
  if ((mode & (mode - 1)) != 0) return -EINVAL;
  if (link && flags & ~MODES) return -EINVAL;
  if (mode == XDP_FLAG_HW_MODE) return program == null || link ? -EINVAL : -EOPNOTSUPP;
  const generic = isGeneric(device, flags);
  const current = generic ? device.xdpGeneric : device.xdp;
  const other = generic ? device.xdp : device.xdpGeneric;
  if (current != null && current.link != 0) return -EBUSY;
  if (flags & XDP_FLAG_REPLACE && (current == null ? old != null : current.program != old)) return -EEXIST;
  if (program != null) {
    if (link && current != null) return -EBUSY;
    if (flags & XDP_FLAG_UPDATE_IF_NOEXIST && current != null) return -EBUSY;
    if (other != null) return -EEXIST;
    // Programs for devmaps and cpumaps are theirs alone.
    if (program.expectedAttachType != 0 && program.expectedAttachType != <i32>BPF_XDP) return -EINVAL;
    if (!generic && !hasDriverMode(device)) return -EOPNOTSUPP;
  }
  return 0;
}

/** ip link set dev … xdp: descriptor -1 takes off. `expected`: descriptor, with XDP_FLAGS_REPLACE. */
export function setLinkXdp(ifindex: u32, fd: i32, expected: i32, flags: u32): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  let program: Program | null = null;
  if (fd >= 0) program = programOf(fd);
  if (fd >= 0 && program == null) return -EBADF;
  let old: Program | null = null;
  if (flags & XDP_FLAG_REPLACE && expected >= 0) old = programOf(expected);
  if (program != null && program.type != PROG_XDP) return -EINVAL;
  const error = attachXdp(device, false, program, old, flags);
  if (error) return error;
  let attachment: Attachment | null = null;
  if (program != null) attachment = hold(program);
  setXdp(device, isGeneric(device, flags), attachment);
  return 0;
}

// ---- lists: tcx and cgroups ----

function place(list: Attachment[], at: i32, attachment: Attachment): void {
  list.push(attachment);
  for (let i = list.length - 1; i > at; i--) list[i] = list[i - 1];
  list[at] = attachment;
}

function positionOf(list: Attachment[], program: Program): i32 {
  for (let i = 0; i < list.length; i++) if (list[i].program == program) return i;
  return -1;
}

function tcxList(device: NetDevice, type: u32): Attachment[] {
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
function attachTcx(
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

/** A program in the cgroup above that allows nothing below it, or only to be overridden. */
function hierarchyAllows(cgroup: Cgroup, egress: bool): bool {
  for (let at = cgroup.parent; at >= 0;) {
    const above = cgroupAt(at);
    if (above == null) return true;
    if (above.list(egress).length != 0) {
      const flags = above.flags(egress);
      if (flags & ALLOW_MULTI) return true;
      return (flags & ALLOW_OVERRIDE) != 0;
    }
    at = above.parent;
  }
  return true;
}

/** __cgroup_bpf_attach */
function attachCgroup(cgroup: Cgroup, egress: bool, attachment: Attachment, flags: u32, replaced: u32): i32 {
  const saved = flags & (F_ALLOW_OVERRIDE | F_ALLOW_MULTI);
  if (saved == (F_ALLOW_OVERRIDE | F_ALLOW_MULTI) || (flags & F_REPLACE && !(flags & F_ALLOW_MULTI))) return -EINVAL;
  const list = cgroup.list(egress);
  if (!hierarchyAllows(cgroup, egress)) return -EPERM;
  // Whoever came first decides how the place is shared.
  if (list.length != 0 && cgroup.flags(egress) != saved) return -EPERM;
  if (list.length >= MOST) return -TOO_MANY;
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
  cgroup.setFlags(egress, saved);
  return 0;
}

const TOO_MANY: i32 = 7;

function fits(program: Program, type: u32): bool {
  if (type == BPF_XDP) return program.type == PROG_XDP;
  if (type == BPF_TCX_INGRESS || type == BPF_TCX_EGRESS) return program.type == PROG_TC;
  return type <= BPF_CGROUP_INET_EGRESS && program.type == PROG_CGROUP_SKB;
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
  if (type <= BPF_CGROUP_INET_EGRESS) {
    const cgroup = cgroupAt(cgroupOf(target));
    if (cgroup == null) return refuse(-EBADF);
    if (flags != 0) return refuse(-EINVAL);
    const attachment = new Attachment(program);
    const link = newLink(type, attachment);
    const error = attachCgroup(cgroup, type == BPF_CGROUP_INET_EGRESS, attachment, F_ALLOW_MULTI, 0);
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
    if (cgroup != null) takeOut(cgroup.list(link.type == BPF_CGROUP_INET_EGRESS), attachment);
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
  if (type <= BPF_CGROUP_INET_EGRESS) {
    const cgroup = cgroupAt(cgroupOf(target));
    if (cgroup == null) return -EBADF;
    error = attachCgroup(cgroup, type == BPF_CGROUP_INET_EGRESS, attachment, flags, replaced);
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
  if (type <= BPF_CGROUP_INET_EGRESS) {
    const egress = type == BPF_CGROUP_INET_EGRESS;
    const cgroup = cgroupAt(cgroupOf(target));
    if (cgroup == null) return -EBADF;
    const list = cgroup.list(egress);
    if (!(cgroup.flags(egress) & ALLOW_MULTI)) {
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
  const device = netDevice(target);
  if (device == null) return -ENODEV;
  if (type < BPF_TCX_INGRESS || type > BPF_TCX_EGRESS) return -EINVAL;
  if (program == null) return -EINVAL;
  const list = tcxList(device, type);
  const at = positionOf(list, program);
  if (at < 0) return -ENOENT;
  if (list[at].link != 0) return -EBUSY;
  list.splice(at, 1);
  releaseProgram(program);
  return 0;
}

/** BPF_PROG_QUERY: writes at most `room` program numbers to `to`; how many there are, or -errno. */
export function queryPrograms(target: u32, type: u32, to: usize, room: u32): i32 {
  let list: Attachment[];
  if (type <= BPF_CGROUP_INET_EGRESS) {
    const cgroup = cgroupAt(cgroupOf(target));
    if (cgroup == null) return -EBADF;
    list = cgroup.list(type == BPF_CGROUP_INET_EGRESS);
  } else if (type == BPF_TCX_INGRESS || type == BPF_TCX_EGRESS) {
    const device = netDevice(target);
    if (device == null) return -ENODEV;
    list = tcxList(device, type);
  } else return -EINVAL;
  for (let i = 0; i < min<i32>(list.length, <i32>room); i++) store<u32>(to + ((<usize>i) << 2), list[i].program.id);
  return list.length;
}
