// BPF_MAP_UPDATE_ELEM: most maps take bytes; those that hold kernel objects take file descriptors.
import { BpfMap } from './map';
import { ProgramArrayMap, MAP_TYPE_PROG_ARRAY, setProgram } from './program-array';

export function writeFromUser(map: BpfMap, key: usize, value: usize, flags: u64): i32 {
  if (map.type == MAP_TYPE_PROG_ARRAY)
    return setProgram(changetype<ProgramArrayMap>(map), load<u32>(key), load<u32>(value), flags);
  return map.write(key, value, flags);
}
