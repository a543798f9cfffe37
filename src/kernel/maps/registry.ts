// Every map that exists: by number, and by the pointer that programs have.
import { MEMORY_LIMIT, VIRTUAL_BASE } from '../memory/layout';
import { shadowOf } from '../memory/shadow';
import { dropTimersOf } from '../helpers/timers';
import { freeObject } from '../memory/arena';
import { BPF_MAP_MARK, BPF_MAP_OBJECT, BpfMap, MARK } from './map';

let maps: Array<BpfMap | null> = [];

export function resetMaps(): void {
  // Number 0 is no map, as in Linux.
  maps = [null];
}

/** Gives a new map its number and its structure. False: no memory. */
export function registerMap(map: BpfMap): bool {
  map.id = maps.length;
  if (!map.publish()) return false;
  maps.push(map);
  return true;
}

export function mapById(id: i32): BpfMap | null {
  return id > 0 && id < maps.length ? maps[id] : null;
}

/** The first number above `id` that a map has; 0: none. */
export function nextMapId(id: u32): i32 {
  if (id >= <u32>maps.length) return 0;
  for (let next = <i32>id + 1; next < maps.length; next++) if (maps[next] != null) return next;
  return 0;
}

/** The map whose struct bpf_map is at virtual `address`; null: that is no map. */
export function mapAt(address: u64): BpfMap | null {
  const linear = address - VIRTUAL_BASE;
  if (linear >= MEMORY_LIMIT || linear & 7 || shadowOf(<usize>linear) != 8) return null;
  const at = <usize>linear;
  if (load<u64>(at, BPF_MAP_MARK) != (MARK ^ linear)) return null;
  return changetype<BpfMap>(<usize>load<u32>(at, BPF_MAP_OBJECT));
}

export function holdMap(map: BpfMap): void {
  map.references++;
}

/** Lets go of a map; the last one frees it. */
export function releaseMap(map: BpfMap): void {
  if (--map.references > 0) return;
  dropTimersOf(map);
  map.destroy();
  store<u64>(map.address, 0, BPF_MAP_MARK);
  freeObject(map.address);
  maps[map.id] = null;
}
