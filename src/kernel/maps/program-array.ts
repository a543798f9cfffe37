// BPF_MAP_TYPE_PROG_ARRAY: programs to tail-call. User space stores file descriptors and reads program numbers.
import { E2BIG, EINVAL, ENOENT, EOPNOTSUPP } from '../generated/errno';
import { Program } from '../program';
import { programOf, wrongFile } from '../syscall/files';
import { releaseProgram } from '../syscall/programs';
import { mapAt } from './registry';
import { BpfMap } from './map';

export const MAP_TYPE_PROG_ARRAY: i32 = 3;

export class ProgramArrayMap extends BpfMap {
  programs: StaticArray<Program | null> = new StaticArray<Program | null>(0);
  /** type of the programs in it, decided by the first one or by the first program that uses the map; 0: not yet */
  ownerType: i32 = 0;

  create(): i32 {
    if (this.maxEntries == 0 || this.keySize != 4 || this.valueSize != 4) return -EINVAL;
    this.programs = new StaticArray<Program | null>(this.maxEntries);
    return 0;
  }

  /** Programs and array may hold each other: without a descriptor nobody can use the array, so it lets go. */
  forgotten(): void {
    this.destroy();
  }

  destroy(): void {
    for (let i = 0; i < this.programs.length; i++) this.drop(i);
  }

  drop(index: u32): void {
    const program = this.programs[index];
    this.programs[index] = null;
    if (program) releaseProgram(program);
  }

  remove(key: usize): i32 {
    const index = load<u32>(key);
    if (index >= this.maxEntries) return -E2BIG;
    if (this.programs[index] == null) return -ENOENT;
    this.drop(index);
    return 0;
  }

  read(key: usize, to: usize, _flags: u64): i32 {
    const index = load<u32>(key);
    const program = index < this.maxEntries ? this.programs[index] : null;
    if (program == null) return -ENOENT;
    store<u32>(to, program.id);
    return 0;
  }

  update(_key: usize, _value: usize, _flags: u64): i32 {
    return -EOPNOTSUPP;
  }

  nextKey(key: usize, next: usize): i32 {
    const index = key == 0 ? u32.MAX_VALUE : load<u32>(key);
    if (index >= this.maxEntries) {
      store<u32>(next, 0);
      return 0;
    }
    if (index == this.maxEntries - 1) return -ENOENT;
    store<u32>(next, index + 1);
    return 0;
  }
}

/** The program at `index` of the map that a program passed; null: the tail call falls through. */
export function programAt(address: u64, index: u32): Program | null {
  const map = mapAt(address);
  if (map == null || map.type != MAP_TYPE_PROG_ARRAY) return null;
  const programs = changetype<ProgramArrayMap>(map).programs;
  return index < <u32>programs.length ? programs[index] : null;
}

/** Stores the program that `fd` refers to. All programs of one array have the same type (Linux: bpf_prog_map_compatible). */
export function setProgram(map: ProgramArrayMap, index: u32, fd: u32, flags: u64): i32 {
  if (flags != 0) return -EINVAL;
  if (index >= map.maxEntries) return -E2BIG;
  const program = programOf(fd);
  if (program == null) return wrongFile(fd);
  if (map.ownerType == 0) map.ownerType = program.type;
  if (map.ownerType != program.type) return -EINVAL;
  program.references++;
  map.drop(index);
  map.programs[index] = program;
  return 0;
}
