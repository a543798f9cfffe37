// Helpers on maps.
import { waitForLock } from '../cpu';
import { helperMemory } from '../memory/access';
import { toVirtual } from '../memory/layout';
import { mapArgument, result } from './arguments';

/** bpf_map_lookup_elem(map, key): address of the value, or 0 */
export function mapLookup(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const key = helperMemory(r2, map.keySize);
  if (key == 0) return 0;
  const value = map.lookup(key);
  return value == 0 ? 0 : toVirtual(value);
}

/** bpf_map_lookup_percpu_elem(map, key, cpu): address of that CPU's value, or 0 */
export function mapLookupOn(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const key = helperMemory(r2, map.keySize);
  if (key == 0) return 0;
  const value = map.lookupOn(key, <u32>r3);
  return value == 0 ? 0 : toVirtual(value);
}

/** bpf_map_update_elem(map, key, value, flags): 0 or -errno */
export function mapUpdate(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const key = helperMemory(r2, map.keySize);
  const value = helperMemory(r3, map.valueSize);
  return key == 0 || value == 0 ? 0 : result(map.update(key, value, r4));
}

/** bpf_map_delete_elem(map, key): 0 or -errno */
export function mapDelete(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const key = helperMemory(r2, map.keySize);
  return key == 0 ? 0 : result(map.remove(key));
}

/** bpf_map_push_elem(map, value, flags): 0 or -errno */
export function mapPush(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const value = helperMemory(r2, map.valueSize);
  return value == 0 ? 0 : result(map.push(value, r3));
}

/** bpf_map_pop_elem(map, value): 0 or -errno */
export function mapPop(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const value = helperMemory(r2, map.valueSize);
  return value == 0 ? 0 : result(map.pop(value, true));
}

/** bpf_map_peek_elem(map, value): 0 or -errno */
export function mapPeek(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r1);
  if (map == null) return 0;
  const value = helperMemory(r2, map.valueSize);
  return value == 0 ? 0 : result(map.pop(value, false));
}

/** bpf_spin_lock(lock): where it is taken already, another processor has it, and this one waits (vm/race.ts does the call again). */
export function spinLock(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const lock = helperMemory(r1, 4);
  if (lock == 0) return 0;
  if (load<u32>(lock) != 0) waitForLock();
  else store<u32>(lock, 1);
  return 0;
}

/** bpf_spin_unlock(lock) */
export function spinUnlock(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const lock = helperMemory(r1, 4);
  if (lock != 0) store<u32>(lock, 0);
  return 0;
}
