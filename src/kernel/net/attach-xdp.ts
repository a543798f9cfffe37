// Where XDP programs hang: an interface takes one, in its driver or on socket buffers (Linux: dev_xdp_attach), by netlink or by a link.
import { EBADF, EBUSY, EEXIST, EINVAL, ENODEV, EOPNOTSUPP } from '../generated/errno';
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
import { programOf } from '../syscall/files';
import { releaseProgram } from '../syscall/programs';
import { Attachment, NetDevice, netDevice } from './device';

/** enum bpf_prog_type, enum bpf_attach_type */
export const PROG_XDP: i32 = 6;
export const BPF_XDP: u32 = 37;

const MODES: u32 = <u32>(XDP_FLAG_SKB_MODE | XDP_FLAG_DRV_MODE | XDP_FLAG_HW_MODE);
const ALL_FLAGS: u32 = MODES | (<u32>(XDP_FLAG_UPDATE_IF_NOEXIST | XDP_FLAG_REPLACE));

/** One more user of the program, at a place. */
export function hold(program: Program): Attachment {
  program.references++;
  return new Attachment(program);
}

function hasDriverMode(device: NetDevice): bool {
  return device.kind == DEVICE_nic || device.kind == DEVICE_veth;
}

/** Generic or native? `flags` of neither mode leave it to the driver. */
export function isGeneric(device: NetDevice, flags: u32): bool {
  return (flags & XDP_FLAG_SKB_MODE) != 0 || (!(flags & XDP_FLAG_DRV_MODE) && !hasDriverMode(device));
}

export function setXdp(device: NetDevice, generic: bool, attachment: Attachment | null): void {
  const old = generic ? device.xdpGeneric : device.xdp;
  if (generic) device.xdpGeneric = attachment;
  else device.xdp = attachment;
  if (old != null) releaseProgram(old.program);
}

/** dev_xdp_attach: `program` null takes off; `old` is who should be there, with XDP_FLAGS_REPLACE. */
export function attachXdp(
  device: NetDevice,
  link: bool,
  program: Program | null,
  old: Program | null,
  flags: u32,
): i32 {
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
