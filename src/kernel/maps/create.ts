// The right object for a map type.
import { ArrayMap, PerCpuArrayMap } from './array';
import { BloomFilterMap } from './bloom';
import { CpuArray, DeviceArray, DeviceHash } from './devices';
import { HashMap } from './hash';
import { declaredMap } from './declared';
import { BpfMap } from './map';
import { ArrayOfMaps, HashOfMaps } from './nested';
import { PerfEventArrayMap } from './perf-events';
import { ProgramArrayMap } from './program-array';
import { QueueMap } from './queue';
import { RingBufferMap } from './ring-buffer';
import { StackTraceMap } from './stack-trace';
import { CgroupStorageMap, LocalStorageMap } from './storage';
import { TrieMap } from './trie';

function hashMap(lru: bool, perCpu: bool): HashMap {
  const map = new HashMap();
  map.lru = lru;
  map.perCpu = perCpu;
  return map;
}

function queue(lastInFirstOut: bool): QueueMap {
  const map = new QueueMap();
  map.lastInFirstOut = lastInFirstOut;
  return map;
}

function cgroupStorage(perCpu: bool): CgroupStorageMap {
  const map = new CgroupStorageMap();
  map.perCpu = perCpu;
  return map;
}

/** A map of that type (enum bpf_map_type), not created yet; one that is not simulated only with `declared`, otherwise null. */
export function newMap(type: i32, declared: bool): BpfMap | null {
  const map = simulatedMap(type);
  return map == null && declared ? declaredMap(type) : map;
}

export function isSimulated(type: i32): bool {
  return simulatedMap(type) != null;
}

function simulatedMap(type: i32): BpfMap | null {
  switch (type) {
    case 1:
      return hashMap(false, false);
    case 2:
      return new ArrayMap();
    case 3:
      return new ProgramArrayMap();
    case 4:
      return new PerfEventArrayMap();
    case 5:
      return hashMap(false, true);
    case 6:
      return new PerCpuArrayMap();
    case 7:
      return new StackTraceMap();
    case 9:
      return hashMap(true, false);
    case 10:
      return hashMap(true, true);
    case 11:
      return new TrieMap();
    case 12:
      return new ArrayOfMaps();
    case 13:
      return new HashOfMaps();
    case 14:
      return new DeviceArray();
    case 16:
      return new CpuArray();
    case 19:
      return cgroupStorage(false);
    case 21:
      return cgroupStorage(true);
    case 24:
    case 29:
      return new LocalStorageMap();
    case 22:
      return queue(false);
    case 23:
      return queue(true);
    case 25:
      return new DeviceHash();
    case 27:
      return new RingBufferMap();
    case 30:
      return new BloomFilterMap();
    default:
      return null;
  }
}
