// File descriptors: what each refers to. One process, so one table.
import { EAGAIN, EBADF, EINVAL, ENOSPC } from '../generated/errno';
import { reserve } from '../memory/arena';
import { Program } from '../program';
import { BpfMap } from '../maps/map';
import { releaseProgram } from './programs';
import { holdMap, releaseMap } from '../maps/registry';
import { Link, releaseLink } from '../net/links';
import { Pin } from './links';

/** Raw BTF as it was loaded. */
export class BtfObject {
  id: i32 = 0;
  data: usize = 0;
  size: u32 = 0;
}

class File {
  map: BpfMap | null = null;
  program: Program | null = null;
  btf: BtfObject | null = null;
  event: PerfEvent | null = null;
  link: Link | null = null;
  /** a cgroup's folder: its number; -1: none */
  cgroup: i32 = -1;
}

/** 0 to 2 are a process's own. */
const FIRST: i32 = 3;
let files: Array<File | null> = [];

export function resetFiles(): void {
  files = [null, null, null];
}

function open(file: File): i32 {
  for (let fd = FIRST; fd < files.length; fd++) {
    if (files[fd] == null) {
      files[fd] = file;
      return fd;
    }
  }
  files.push(file);
  return files.length - 1;
}

function fileAt(fd: u32): File | null {
  return fd < <u32>files.length ? files[fd] : null;
}

/** Why `fd` is not what was wanted: nothing is open there, or something else (0 to 2 always are). */
export function wrongFile(fd: u32): i32 {
  return fd < <u32>FIRST || fileAt(fd) != null ? -EINVAL : -EBADF;
}

export function openMap(map: BpfMap): i32 {
  const file = new File();
  file.map = map;
  holdMap(map);
  map.descriptors++;
  return open(file);
}

export function openProgram(program: Program): i32 {
  const file = new File();
  file.program = program;
  program.references++;
  return open(file);
}

export function openBtf(btf: BtfObject): i32 {
  const file = new File();
  file.btf = btf;
  return open(file);
}

export function mapOf(fd: u32): BpfMap | null {
  const file = fileAt(fd);
  return file == null ? null : file.map;
}

export function programOf(fd: u32): Program | null {
  const file = fileAt(fd);
  return file == null ? null : file.program;
}

export function btfOf(fd: u32): BtfObject | null {
  const file = fileAt(fd);
  return file == null ? null : file.btf;
}

/** close(2). False: it was not open. */
export function closeFile(fd: u32): bool {
  const file = fileAt(fd);
  if (file == null) return false;
  files[fd] = null;
  const map = file.map;
  if (map) {
    if (--map.descriptors == 0) map.forgotten();
    releaseMap(map);
  }
  const program = file.program;
  if (program) releaseProgram(program);
  const link = file.link;
  if (link) releaseLink(link);
  return true;
}

export function openLink(link: Link): i32 {
  const file = new File();
  file.link = link;
  link.references++;
  return open(file);
}

export function linkOf(fd: u32): Link | null {
  const file = fileAt(fd);
  return file == null ? null : file.link;
}

/** A cgroup's folder is opened. */
export function openCgroup(number: i32): i32 {
  const file = new File();
  file.cgroup = number;
  return open(file);
}

/** Number of the cgroup whose folder is open at `fd`; -1: none. */
export function cgroupOf(fd: u32): i32 {
  const file = fileAt(fd);
  return file == null ? -1 : file.cgroup;
}

/** What a path of bpffs held is let go of. */
export function releasePinned(pin: Pin): void {
  const map = pin.map;
  if (map) releaseMap(map);
  const program = pin.program;
  if (program) releaseProgram(program);
  const link = pin.link;
  if (link) releaseLink(link);
}

/** A perf event: samples wait in it until the host reads them. */
export class PerfEvent {
  cpu: u32 = 0;
  /** samples: size u32, then the bytes, padded to 8; from `head` to `tail` */
  data: usize = 0;
  head: u32 = 0;
  tail: u32 = 0;
  /** samples that found no room */
  lost: u32 = 0;

  /** 0, or -ENOSPC when the reader is too slow. */
  add(from: usize, size: u32, more: usize, moreSize: u32): i32 {
    // The size goes before the bytes, and Linux pads both together: 8 bytes are read as a sample of 12.
    const whole = ((size + moreSize + 4 + 7) & ~7) - 4;
    const length = HEADER + 4 + whole;
    if (this.head == this.tail) this.head = this.tail = 0;
    if (this.tail + length >= EVENT_BYTES) {
      this.lost++;
      return -ENOSPC;
    }
    store<u32>(this.data + this.tail, whole);
    memory.copy(this.data + this.tail + 4, from, size);
    memory.copy(this.data + this.tail + 4 + size, more, moreSize);
    memory.fill(this.data + this.tail + 4 + size + moreSize, 0, whole - size - moreSize);
    this.tail += length;
    return 0;
  }

  /** Copies the oldest sample out, at most `room` bytes, and drops it. Its size; -EAGAIN: there is none. */
  next(to: usize, room: u32): i32 {
    if (this.head == this.tail) return -EAGAIN;
    const size = load<u32>(this.data + this.head);
    memory.copy(to, this.data + this.head + 4, min(size, room));
    this.head += HEADER + 4 + size;
    return <i32>size;
  }
}

/** sizeof(struct perf_event_header), which user space does not get to see here but which takes its room */
const HEADER: u32 = 8;
/** room for samples, headers included (libbpf's usual eight pages) */
const EVENT_BYTES: u32 = 32768;

export function openPerfEvent(cpu: u32): i32 {
  const event = new PerfEvent();
  event.cpu = cpu;
  event.data = reserve(EVENT_BYTES);
  const file = new File();
  file.event = event;
  return open(file);
}

export function perfEventOf(fd: u32): PerfEvent | null {
  const file = fileAt(fd);
  return file == null ? null : file.event;
}

/** The descriptor of the program whose records begin at `records`; -1: none is open. */
export function descriptorOfCode(records: usize): i32 {
  for (let fd = FIRST; fd < files.length; fd++) {
    const program = programOf(fd);
    if (program != null && program.records == records) return fd;
  }
  return -1;
}
