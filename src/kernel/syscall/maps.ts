// The map commands of bpf(2).
import { EBADF, EFAULT, EINVAL, ENOMEM, ENOTSUPP, EOPNOTSUPP, EPERM } from '../generated/errno';
import { BPF_F_LOCK, BPF_F_RDONLY, BPF_F_RDONLY_PROG, BPF_F_WRONLY, BPF_F_WRONLY_PROG } from '../generated/maps';
import {
  ATTR_MAP_CREATE_btf_fd_u32,
  ATTR_MAP_CREATE_btf_key_type_id_u32,
  ATTR_MAP_CREATE_btf_value_type_id_u32,
  ATTR_MAP_CREATE_inner_map_fd_u32,
  ATTR_MAP_CREATE_key_size_u32,
  ATTR_MAP_CREATE_map_extra_u64,
  ATTR_MAP_CREATE_map_flags_u32,
  ATTR_MAP_CREATE_map_name,
  ATTR_MAP_CREATE_map_type_u32,
  ATTR_MAP_CREATE_max_entries_u32,
  ATTR_MAP_CREATE_value_size_u32,
  ATTR_MAP_ELEM_flags_u64,
  ATTR_MAP_ELEM_key_ptr,
  ATTR_MAP_ELEM_map_fd_u32,
  ATTR_MAP_ELEM_value_ptr,
} from '../generated/syscall';
import { newMap } from '../maps/create';
import { BPF_MAP_FROZEN, BpfMap } from '../maps/map';
import { registerMap } from '../maps/registry';
import { offsetOfField } from '../maps/special-fields';
import { writeFromUser } from '../maps/user-write';
import { btfOf, mapOf, openMap, wrongFile } from './files';
import { verdictsOnly } from './programs';
import { nameAt, nothingBehind, pointerAt, u32At, u64At } from './user';

/** one above the highest map type */
const TYPES: u32 = 34;

export function mapCreate(): i64 {
  if (!nothingBehind(ATTR_MAP_CREATE_map_extra_u64 + 8)) return -EINVAL;
  const name = nameAt(ATTR_MAP_CREATE_map_name);
  if (name == null) return -EINVAL;
  const type = u32At(ATTR_MAP_CREATE_map_type_u32);
  if (type == 0 || type >= TYPES) return -EINVAL;
  const flags = u32At(ATTR_MAP_CREATE_map_flags_u32);
  if ((flags & (BPF_F_RDONLY | BPF_F_WRONLY)) == (BPF_F_RDONLY | BPF_F_WRONLY)) return -EINVAL;
  const program = BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;
  if ((flags & program) == program) return -EINVAL;
  const map = newMap(<i32>type, verdictsOnly);
  if (map == null) return -ENOTSUPP;
  map.name = name;
  map.type = <i32>type;
  map.keySize = u32At(ATTR_MAP_CREATE_key_size_u32);
  map.valueSize = u32At(ATTR_MAP_CREATE_value_size_u32);
  map.maxEntries = u32At(ATTR_MAP_CREATE_max_entries_u32);
  map.flags = flags;
  map.extra = u64At(ATTR_MAP_CREATE_map_extra_u64);
  const valueType = u32At(ATTR_MAP_CREATE_btf_value_type_id_u32);
  const keyType = u32At(ATTR_MAP_CREATE_btf_key_type_id_u32);
  if (keyType != 0 || valueType != 0) {
    if (valueType == 0) return -EINVAL;
    const btf = btfOf(u32At(ATTR_MAP_CREATE_btf_fd_u32));
    if (btf == null) return -EBADF;
    map.btf = btf.data;
    map.btfSize = btf.size;
    map.btfKeyTypeId = keyType;
    map.btfValueTypeId = valueType;
    map.lockOffset = offsetOfField(btf.data, btf.size, valueType, 'bpf_spin_lock');
    map.timerOffset = offsetOfField(btf.data, btf.size, valueType, 'bpf_timer');
  }
  const inner = u32At(ATTR_MAP_CREATE_inner_map_fd_u32);
  if (inner != 0) {
    map.innerMap = mapOf(inner);
    map.innerMissing = map.innerMap == null;
  }
  const error = map.create();
  if (error) return error;
  if (!registerMap(map)) return -ENOMEM;
  return openMap(map);
}

function checkedMap(end: i32): BpfMap | null {
  return nothingBehind(end) ? mapOf(u32At(ATTR_MAP_ELEM_map_fd_u32)) : null;
}

/** What to answer when there is no map: the attributes were wrong, or the descriptor. */
function noMap(end: i32): i64 {
  return nothingBehind(end) ? wrongFile(u32At(ATTR_MAP_ELEM_map_fd_u32)) : -EINVAL;
}

const AFTER_VALUE: i32 = ATTR_MAP_ELEM_value_ptr + 8;
const AFTER_FLAGS: i32 = ATTR_MAP_ELEM_flags_u64 + 8;

function keyPointer(map: BpfMap): usize {
  return pointerAt(ATTR_MAP_ELEM_key_ptr, map.keySize);
}

/** Maps without keys want a null pointer. */
function keyIsWrong(map: BpfMap, key: usize): bool {
  return map.keySize != 0 && key == 0;
}

export function mapLookup(): i64 {
  const map = checkedMap(AFTER_FLAGS);
  if (map == null) return noMap(AFTER_FLAGS);
  const flags = u64At(ATTR_MAP_ELEM_flags_u64);
  if (flags & ~(<u64>BPF_F_LOCK)) return -EINVAL;
  if (map.flags & BPF_F_WRONLY) return -EPERM;
  if (flags & BPF_F_LOCK && map.lockOffset < 0) return -EINVAL;
  const key = keyPointer(map);
  if (keyIsWrong(map, key)) return -EFAULT;
  const to = pointerAt(ATTR_MAP_ELEM_value_ptr, map.userValueSize());
  if (to == 0) return -EFAULT;
  return map.read(key, to, flags);
}

export function mapUpdate(): i64 {
  const map = checkedMap(AFTER_FLAGS);
  if (map == null) return noMap(AFTER_FLAGS);
  if (map.flags & BPF_F_RDONLY || map.frozen) return -EPERM;
  const flags = u64At(ATTR_MAP_ELEM_flags_u64);
  if (flags & BPF_F_LOCK && map.lockOffset < 0) return -EINVAL;
  const key = keyPointer(map);
  if (keyIsWrong(map, key)) return -EFAULT;
  const value = pointerAt(ATTR_MAP_ELEM_value_ptr, map.userValueSize());
  if (value == 0) return -EFAULT;
  return writeFromUser(map, key, value, flags);
}

export function mapDelete(): i64 {
  const end = ATTR_MAP_ELEM_key_ptr + 8;
  const map = checkedMap(end);
  if (map == null) return noMap(end);
  if (map.flags & BPF_F_RDONLY || map.frozen) return -EPERM;
  const key = keyPointer(map);
  return keyIsWrong(map, key) ? -EFAULT : map.remove(key);
}

export function mapNextKey(): i64 {
  const map = checkedMap(AFTER_VALUE);
  if (map == null) return noMap(AFTER_VALUE);
  if (map.flags & BPF_F_WRONLY) return -EPERM;
  const first = u64At(ATTR_MAP_ELEM_key_ptr) == 0;
  const key: usize = first ? 0 : keyPointer(map);
  if (!first && key == 0) return -EFAULT;
  const next = pointerAt(ATTR_MAP_ELEM_value_ptr, map.keySize);
  if (next == 0) return -EFAULT;
  return map.nextKey(key, next);
}

export function mapTake(): i64 {
  const map = checkedMap(AFTER_FLAGS);
  if (map == null) return noMap(AFTER_FLAGS);
  const flags = u64At(ATTR_MAP_ELEM_flags_u64);
  if (flags & ~(<u64>BPF_F_LOCK)) return -EINVAL;
  if (map.flags & (BPF_F_RDONLY | BPF_F_WRONLY) || map.frozen) return -EPERM;
  const key = keyPointer(map);
  if (keyIsWrong(map, key)) return -EFAULT;
  const to = pointerAt(ATTR_MAP_ELEM_value_ptr, map.userValueSize());
  if (to == 0) return -EFAULT;
  const error = map.take(key, to, flags);
  return error == -EOPNOTSUPP ? -ENOTSUPP : error;
}

export function mapFreeze(): i64 {
  if (!nothingBehind(ATTR_MAP_ELEM_map_fd_u32 + 4)) return -EINVAL;
  const map = mapOf(u32At(ATTR_MAP_ELEM_map_fd_u32));
  if (map == null) return wrongFile(u32At(ATTR_MAP_ELEM_map_fd_u32));
  // A frozen map may not be written, and that is what freezing asks for.
  if (map.frozen) return -EPERM;
  map.frozen = true;
  store<u8>(map.address, 1, BPF_MAP_FROZEN);
  return 0;
}
