// bpf(2): links, attaching without links, pinning. What they do is net/links.ts's; here are attributes and descriptors.
import { EBADF, EEXIST, EFAULT, EINVAL, ENOENT, ENOSPC } from '../generated/errno';
import {
  Link,
  attachProgram,
  createLink,
  detachLink,
  detachProgram,
  linkById,
  linkError,
  nextLinkId,
  queryPrograms,
  updateLink,
} from '../net/links';
import { holdMap } from '../maps/registry';
import { BpfMap } from '../maps/map';
import { Program } from '../program';
import { linkOf, mapOf, openLink, openMap, openProgram, programOf, releasePinned } from './files';
import { pointerAt, setU32, textLength, u32At, u64At } from './user';

export const BPF_OBJ_PIN: i32 = 6;
export const BPF_OBJ_GET: i32 = 7;
export const BPF_PROG_ATTACH: i32 = 8;
export const BPF_PROG_DETACH: i32 = 9;
export const BPF_PROG_QUERY: i32 = 16;
export const BPF_LINK_CREATE: i32 = 28;
export const BPF_LINK_UPDATE: i32 = 29;
export const BPF_LINK_GET_FD_BY_ID: i32 = 30;
export const BPF_LINK_GET_NEXT_ID: i32 = 31;
export const BPF_LINK_DETACH: i32 = 34;

const ROOT = '/sys/fs/bpf/';
const LONGEST_PATH: u32 = 4096;
const MOST_PINS: i32 = 1024;

/** A path of bpffs and what it keeps alive. */
export class Pin {
  map: BpfMap | null = null;
  program: Program | null = null;
  link: Link | null = null;
  constructor(public path: string) {}
}

let pins: Pin[] = [];

export function resetPins(): void {
  pins = [];
}

function pathAt(): string | null {
  const at = pointerAt(0, 1);
  if (at == 0) return null;
  const end = (<u64>memory.size()) << 16;
  const most = <u32>min<u64>(<u64>LONGEST_PATH, end - <u64>at);
  return String.UTF8.decodeUnsafe(at, textLength(at, most));
}

function find(path: string): i32 {
  for (let i = 0; i < pins.length; i++) if (pins[i].path == path) return i;
  return -1;
}

/** BPF_OBJ_PIN */
function pin(): i64 {
  const path = pathAt();
  if (path == null) return -EFAULT;
  const fd = u32At(8);
  const map = mapOf(fd);
  const program = programOf(fd);
  const link = linkOf(fd);
  if (map == null && program == null && link == null) return -EBADF;
  // Only bpffs can hold them.
  if (!path.startsWith(ROOT) || path.length == ROOT.length) return -NOT_BPFFS;
  if (find(path) >= 0) return -EEXIST;
  if (pins.length >= MOST_PINS) return -ENOSPC;
  const held = new Pin(path);
  held.map = map;
  held.program = program;
  held.link = link;
  if (map != null) holdMap(map);
  if (program != null) program.references++;
  if (link != null) link.references++;
  pins.push(held);
  return 0;
}

const NOT_BPFFS: i64 = 1;

/** BPF_OBJ_GET */
function get(): i64 {
  const path = pathAt();
  if (path == null) return -EFAULT;
  const at = find(path);
  if (at < 0) return -ENOENT;
  const held = pins[at];
  const map = held.map;
  if (map != null) return openMap(map);
  const program = held.program;
  if (program != null) return openProgram(program);
  const link = held.link;
  return link == null ? -ENOENT : openLink(link);
}

/** unlink(2) in bpffs: 0 or -ENOENT. */
export function unpin(path: string): i32 {
  const at = find(path);
  if (at < 0) return -ENOENT;
  const held = pins[at];
  pins.splice(at, 1);
  releasePinned(held);
  return 0;
}

function create(): i64 {
  const link = createLink(u32At(0), u32At(4), u32At(8), u32At(12), u32At(16));
  return link == null ? linkError : openLink(link);
}

function update(): i64 {
  const link = linkOf(u32At(0));
  return link == null ? -EBADF : updateLink(link, u32At(4), u32At(8), u32At(12));
}

function query(): i64 {
  const room = u32At(24);
  const to = pointerAt(16, (<u64>room) << 2);
  const found = queryPrograms(u32At(0), u32At(4), to, to == 0 ? 0 : room);
  if (found < 0) return found;
  setU32(24, found);
  return u64At(16) != 0 && <u32>found > room ? -ENOSPC : 0;
}

/** The commands of this file; -EINVAL for any other. */
export function linkCommand(cmd: i32): i64 {
  switch (cmd) {
    case BPF_OBJ_PIN:
      return pin();
    case BPF_OBJ_GET:
      return get();
    case BPF_PROG_ATTACH:
      return attachProgram(u32At(0), u32At(4), u32At(8), u32At(12), u32At(16), u32At(20));
    case BPF_PROG_DETACH:
      return detachProgram(u32At(0), u32At(4), u32At(8));
    case BPF_PROG_QUERY:
      return query();
    case BPF_LINK_CREATE:
      return create();
    case BPF_LINK_UPDATE:
      return update();
    case BPF_LINK_DETACH: {
      const link = linkOf(u32At(0));
      return link == null ? -EBADF : detachLink(link);
    }
    case BPF_LINK_GET_NEXT_ID: {
      const next = nextLinkId(u32At(0));
      if (next == 0) return -ENOENT;
      setU32(4, next);
      return 0;
    }
    case BPF_LINK_GET_FD_BY_ID: {
      const link = linkById(u32At(0));
      return link == null ? -ENOENT : openLink(link);
    }
    default:
      return -EINVAL;
  }
}
