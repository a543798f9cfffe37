// Which helpers go with which map types. A map of a special type takes only its own helpers, and those take no other map.
import {
  MESSAGE_MAP_TYPE_FUNCTION,
  MESSAGE_MAP_WRITE_FORBIDDEN_PLAIN,
  MESSAGE_SOCKMAP_UPDATE,
  MESSAGE_TAIL_CALL_MIXED,
} from '../generated/verifier-messages';
import {
  PROGRAM_TYPE_FLOW_DISSECTOR,
  PROGRAM_TYPE_SCHED_ACT,
  PROGRAM_TYPE_SCHED_CLS,
  PROGRAM_TYPE_SK_LOOKUP,
  PROGRAM_TYPE_SK_REUSEPORT,
  PROGRAM_TYPE_SOCKET_FILTER,
  PROGRAM_TYPE_SOCK_OPS,
  PROGRAM_TYPE_XDP,
} from '../generated/contexts';
import { BPF_F_RDONLY_PROG } from '../generated/maps';
import { BpfMap } from '../maps/map';
import { SUB_FLAGS, SUB_HAS_TAIL_CALL, auxOf, AUX_MAP, env, subOf } from './environment';
import { fail, fail3 } from './fail';
import { call } from './call-meta';

const MAP_UPDATE: i32 = 2;
const MAP_DELETE: i32 = 3;

const PROG_ARRAY: i32 = 3;
const PERF_EVENT_ARRAY: i32 = 4;
const PERCPU_HASH: i32 = 5;
const PERCPU_ARRAY: i32 = 6;
const STACK_TRACE: i32 = 7;
const CGROUP_ARRAY: i32 = 8;
const LRU_PERCPU_HASH: i32 = 10;
const ARRAY_OF_MAPS: i32 = 12;
const HASH_OF_MAPS: i32 = 13;
const DEVMAP: i32 = 14;
export const SOCKMAP: i32 = 15;
const CPUMAP: i32 = 16;
export const XSKMAP: i32 = 17;
export const SOCKHASH: i32 = 18;
const CGROUP_STORAGE: i32 = 19;
const REUSEPORT_SOCKARRAY: i32 = 20;
const PERCPU_CGROUP_STORAGE: i32 = 21;
const QUEUE: i32 = 22;
const STACK: i32 = 23;
const SK_STORAGE: i32 = 24;
const DEVMAP_HASH: i32 = 25;
const RINGBUF: i32 = 27;
const INODE_STORAGE: i32 = 28;
const TASK_STORAGE: i32 = 29;
export const BLOOM_FILTER: i32 = 30;
const USER_RINGBUF: i32 = 31;
const CGRP_STORAGE: i32 = 32;

/** A map of sockets is changed only where the socket cannot be locked by somebody else at that moment. */
function mayChangeSocketMap(id: i32): bool {
  if (id != MAP_UPDATE && id != MAP_DELETE) return false;
  switch (env.program.type) {
    case PROGRAM_TYPE_SOCK_OPS:
      if (id == MAP_DELETE) return true;
      break;
    case PROGRAM_TYPE_SOCKET_FILTER:
    case PROGRAM_TYPE_SCHED_CLS:
    case PROGRAM_TYPE_SCHED_ACT:
    case PROGRAM_TYPE_XDP:
    case PROGRAM_TYPE_SK_REUSEPORT:
    case PROGRAM_TYPE_FLOW_DISSECTOR:
    case PROGRAM_TYPE_SK_LOOKUP:
      return true;
  }
  fail(MESSAGE_SOCKMAP_UPDATE);
  return false;
}
function mapTakes(type: i32, id: i32): bool {
  switch (type) {
    case PROG_ARRAY:
      return id == 12;
    case PERF_EVENT_ARRAY:
      return id == 22 || id == 25 || id == 111 || id == 55 || id == 121;
    case RINGBUF:
      return (id >= 130 && id <= 134) || (id >= 198 && id <= 200);
    case USER_RINGBUF:
      return id == 209;
    case STACK_TRACE:
      return id == 27;
    case CGROUP_ARRAY:
      return id == 33 || id == 37;
    case CGROUP_STORAGE:
    case PERCPU_CGROUP_STORAGE:
      return id == 81;
    case DEVMAP:
    case DEVMAP_HASH:
      return id == 51 || id == 1;
    case CPUMAP:
      return id == 51;
    case XSKMAP:
      return id == 51 || id == 1;
    case ARRAY_OF_MAPS:
    case HASH_OF_MAPS:
      return id == 1;
    case SOCKMAP:
      return id == 52 || id == 53 || id == 60 || id == 82 || id == 1 || mayChangeSocketMap(id);
    case SOCKHASH:
      return id == 72 || id == 70 || id == 71 || id == 82 || id == 1 || mayChangeSocketMap(id);
    case REUSEPORT_SOCKARRAY:
      return id == 82;
    case QUEUE:
    case STACK:
      return id == 89 || id == 88 || id == 87;
    case SK_STORAGE:
      return id == 107 || id == 108 || id == 194;
    case INODE_STORAGE:
      return id == 145 || id == 146 || id == 194;
    case TASK_STORAGE:
      return id == 156 || id == 157 || id == 194;
    case CGRP_STORAGE:
      return id == 210 || id == 211 || id == 194;
    case BLOOM_FILTER:
      return id == 89 || id == 87;
    default:
      return true;
  }
}
function helperTakes(id: i32, type: i32): bool {
  switch (id) {
    case 12:
      return type == PROG_ARRAY;
    case 22:
    case 25:
    case 55:
    case 111:
    case 121:
      return type == PERF_EVENT_ARRAY;
    case 130:
    case 131:
    case 134:
    case 198:
      return type == RINGBUF;
    case 209:
      return type == USER_RINGBUF;
    case 27:
      return type == STACK_TRACE;
    case 37:
    case 33:
      return type == CGROUP_ARRAY;
    case 51:
      return type == DEVMAP || type == DEVMAP_HASH || type == CPUMAP || type == XSKMAP;
    case 52:
    case 60:
    case 53:
      return type == SOCKMAP;
    case 72:
    case 71:
    case 70:
      return type == SOCKHASH;
    case 81:
      return type == CGROUP_STORAGE || type == PERCPU_CGROUP_STORAGE;
    case 82:
      return type == REUSEPORT_SOCKARRAY || type == SOCKMAP || type == SOCKHASH;
    case 88:
      return type == QUEUE || type == STACK;
    case 89:
    case 87:
      return type == QUEUE || type == STACK || type == BLOOM_FILTER;
    case 195:
      return type == PERCPU_ARRAY || type == PERCPU_HASH || type == LRU_PERCPU_HASH;
    case 107:
    case 108:
      return type == SK_STORAGE;
    case 145:
    case 146:
      return type == INODE_STORAGE;
    case 156:
    case 157:
      return type == TASK_STORAGE;
    case 210:
    case 211:
      return type == CGRP_STORAGE;
    default:
      return true;
  }
}

/** After the call's arguments are checked: do helper and map belong together? */
export function checkMapFunction(map: BpfMap, id: i32): i32 {
  if (!mapTakes(map.type, id) || !helperTakes(id, map.type)) return fail3(MESSAGE_MAP_TYPE_FUNCTION, map.type, id, id);
  if (
    id == 12 &&
    env.subprogramCount > 1 &&
    (load<i32>(subOf(0), SUB_FLAGS) & SUB_HAS_TAIL_CALL) == 0 &&
    !env.hasTailCall
  )
    return fail(MESSAGE_TAIL_CALL_MIXED);
  return 0;
}
function writesMap(id: i32): bool {
  return id == 2 || id == 3 || id == 87 || id == 88;
}
function remembersMap(id: i32): bool {
  return (id >= 1 && id <= 3) || id == 12 || (id >= 87 && id <= 89) || id == 164 || id == 51 || id == 195;
}
/** Notes which map the call was made with, for the rewriter; a read-only map cannot be changed. */
export function noteMap(instruction: i32): i32 {
  const map = call.mapObject;
  if (!remembersMap(call.id) || map == null) return 0;
  const readOnly = (map.flags & BPF_F_RDONLY_PROG) != 0 || map.type == DEVMAP || map.type == DEVMAP_HASH;
  if (readOnly && writesMap(call.id)) return fail(MESSAGE_MAP_WRITE_FORBIDDEN_PLAIN);
  const aux = auxOf(instruction);
  const before = load<i32>(aux, AUX_MAP);
  if (before == 0) store<i32>(aux, call.map, AUX_MAP);
  else if (before != call.map) store<i32>(aux, -1, AUX_MAP);
  return 0;
}
