// tc qdisc add dev … clsact, tc filter add … bpf, and SO_ATTACH_BPF: what netlink and setsockopt attach, without links.
import { EBADF, EEXIST, EINVAL, ENODEV, ENOENT } from '../generated/errno';
import { releaseProgram } from '../syscall/programs';
import { programOf } from '../syscall/files';
import { Attachment, NetDevice, netDevice } from './device';
import { socketAt } from './socket';

const PROG_SOCKET: i32 = 1;
const PROG_TC: i32 = 3;

function clear(list: Attachment[]): void {
  while (list.length > 0) releaseProgram(list.pop().program);
}

/** tc qdisc add, del: taking it off takes its filters off. */
export function setClsact(ifindex: u32, add: bool): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  if (add) {
    if (device.clsact) return -EEXIST;
    device.clsact = true;
    return 0;
  }
  if (!device.clsact) return -EINVAL;
  device.clsact = false;
  clear(device.filtersIngress);
  clear(device.filtersEgress);
  return 0;
}

function listOf(device: NetDevice, egress: bool): Attachment[] {
  return egress ? device.filtersEgress : device.filtersIngress;
}

/** tc filter replace: the one with this preference and handle, or a new one in order of preference, newer handles first. */
export function setFilter(ifindex: u32, egress: bool, priority: u32, handle: u32, fd: u32, directAction: bool): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  if (!device.clsact || priority == 0 || priority > 0xffff || handle == 0) return -EINVAL;
  const program = programOf(fd);
  if (program == null) return -EBADF;
  if (program.type != PROG_TC) return -EINVAL;
  const list = listOf(device, egress);
  program.references++;
  const filter = new Attachment(program);
  filter.priority = priority;
  filter.handle = handle;
  filter.directAction = directAction;
  let at = 0;
  for (; at < list.length; at++) {
    const other = list[at];
    if (other.priority == priority && other.handle == handle) {
      releaseProgram(other.program);
      list[at] = filter;
      return 0;
    }
  }
  at = 0;
  while (at < list.length && list[at].priority < priority) at++;
  list.push(filter);
  for (let i = list.length - 1; i > at; i--) list[i] = list[i - 1];
  list[at] = filter;
  return 0;
}

/** tc filter del */
export function removeFilter(ifindex: u32, egress: bool, priority: u32, handle: u32): i32 {
  const device = netDevice(ifindex);
  if (device == null) return -ENODEV;
  const list = listOf(device, egress);
  for (let i = 0; i < list.length; i++) {
    if (list[i].priority != priority || list[i].handle != handle) continue;
    releaseProgram(list[i].program);
    list.splice(i, 1);
    return 0;
  }
  return -ENOENT;
}

/** setsockopt(SO_ATTACH_BPF); descriptor -1: SO_DETACH_BPF, -ENOENT when there is none. */
export function setSocketFilter(number: u32, fd: i32): i32 {
  const socket = socketAt(number);
  if (socket == null) return -EBADF;
  const old = socket.filter;
  if (fd < 0) {
    if (old == null) return -ENOENT;
    releaseProgram(old.program);
    socket.filter = null;
    return 0;
  }
  const program = programOf(fd);
  if (program == null) return -EBADF;
  if (program.type != PROG_SOCKET) return -EINVAL;
  program.references++;
  socket.filter = new Attachment(program);
  if (old != null) releaseProgram(old.program);
  return 0;
}
