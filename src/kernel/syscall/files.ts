// File descriptors: what each refers to. One process, so one table.
import { Program } from '../program';
import { BpfMap } from '../maps/map';
import { holdMap, releaseMap } from '../maps/registry';

export const FILE_NONE: i32 = 0;
export const FILE_MAP: i32 = 1;
export const FILE_PROGRAM: i32 = 2;
export const FILE_BTF: i32 = 3;

/** Raw BTF as it was loaded. */
export class BtfObject {
  id: i32 = 0;
  data: usize = 0;
  size: u32 = 0;
}

class File {
  kind: i32 = FILE_NONE;
  map: BpfMap | null = null;
  program: Program | null = null;
  btf: BtfObject | null = null;
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

export function fileKind(fd: u32): i32 {
  const file = fileAt(fd);
  return file == null ? FILE_NONE : file.kind;
}

export function openMap(map: BpfMap): i32 {
  const file = new File();
  file.kind = FILE_MAP;
  file.map = map;
  holdMap(map);
  return open(file);
}

export function openProgram(program: Program): i32 {
  const file = new File();
  file.kind = FILE_PROGRAM;
  file.program = program;
  program.references++;
  return open(file);
}

export function openBtf(btf: BtfObject): i32 {
  const file = new File();
  file.kind = FILE_BTF;
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
  if (map) releaseMap(map);
  const program = file.program;
  if (program) program.references--;
  return true;
}
