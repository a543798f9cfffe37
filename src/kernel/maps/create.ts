// The right object for a map type.
import { BpfMap } from './map';
import { ArrayMap, PerCpuArrayMap } from './array';
import { HashMap } from './hash';
import { ProgramArrayMap } from './program-array';

/** enum bpf_map_type */
export const MAP_HASH: i32 = 1;
export const MAP_ARRAY: i32 = 2;
export const MAP_PROG_ARRAY: i32 = 3;
export const MAP_PERCPU_HASH: i32 = 5;
export const MAP_PERCPU_ARRAY: i32 = 6;
export const MAP_LRU_HASH: i32 = 9;
export const MAP_LRU_PERCPU_HASH: i32 = 10;

/** A map of that type, not created yet; null: the type is not simulated. */
export function newMap(type: i32): BpfMap | null {
  if (type == MAP_ARRAY) return new ArrayMap();
  if (type == MAP_PERCPU_ARRAY) return new PerCpuArrayMap();
  if (type == MAP_PROG_ARRAY) return new ProgramArrayMap();
  if (type == MAP_HASH || type == MAP_PERCPU_HASH || type == MAP_LRU_HASH || type == MAP_LRU_PERCPU_HASH) {
    const map = new HashMap();
    map.lru = type == MAP_LRU_HASH || type == MAP_LRU_PERCPU_HASH;
    map.perCpu = type == MAP_PERCPU_HASH || type == MAP_LRU_PERCPU_HASH;
    return map;
  }
  return null;
}
