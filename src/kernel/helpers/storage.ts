// Helpers on storage that hangs on tasks, sockets and cgroups.
import { EINVAL } from '../generated/errno';
import { CREATE, CgroupStorageMap, LocalStorageMap } from '../maps/storage';
import { helperMemory } from '../memory/access';
import { toLinear, toVirtual } from '../memory/layout';
import { FAULT_HELPER_MEMORY, raise } from '../vm/fault';
import { mapArgument, result } from './arguments';

const MAP_TYPE_CGROUP_STORAGE: i32 = 19;
const MAP_TYPE_PERCPU_CGROUP_STORAGE: i32 = 21;
const MAP_TYPE_SK_STORAGE: i32 = 24;
const MAP_TYPE_TASK_STORAGE: i32 = 29;

function storageArgument(address: u64): LocalStorageMap | null {
  const map = mapArgument(address);
  if (map == null) return null;
  if (map.type == MAP_TYPE_SK_STORAGE || map.type == MAP_TYPE_TASK_STORAGE) return changetype<LocalStorageMap>(map);
  raise(FAULT_HELPER_MEMORY, address);
  return null;
}

/** bpf_task_storage_get, bpf_sk_storage_get(map, object, initial, flags): address of the object's value, or 0 */
export function storageGet(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const map = storageArgument(r1);
  if (map == null || r2 == 0 || r4 & ~CREATE) return 0;
  const initial: usize = r3 == 0 ? 0 : helperMemory(r3, map.valueSize);
  const value = map.valueFor(toLinear(r2), initial, (r4 & CREATE) != 0);
  return value == 0 ? 0 : toVirtual(value);
}

/** bpf_task_storage_delete, bpf_sk_storage_delete(map, object): 0, -ENOENT, or -EINVAL without an object */
export function storageDelete(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const map = storageArgument(r1);
  if (map == null) return 0;
  return r2 == 0 ? result(-EINVAL) : result(map.drop(toLinear(r2)));
}

/** bpf_get_local_storage(map, flags): address of the value of the cgroup attachment that runs */
export function cgroupStorage(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  if (map.type != MAP_TYPE_CGROUP_STORAGE && map.type != MAP_TYPE_PERCPU_CGROUP_STORAGE) {
    raise(FAULT_HELPER_MEMORY, r1);
    return 0;
  }
  return toVirtual(changetype<CgroupStorageMap>(map).current());
}
