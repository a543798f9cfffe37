// Helpers whose prototype differs by program type or by map: what the call at hand is declared as.
import { BLOOM_FILTER, SOCKHASH, SOCKMAP } from './map-functions';
import {
  ARG_DONTCARE,
  ARG_PTR_TO_BTF_ID_SOCK_COMMON,
  ARG_PTR_TO_MAP_VALUE,
  ARG_PTR_TO_UNINIT_MAP_VALUE,
  helperArgument,
  helperArgumentCount,
} from '../generated/helpers';
import { call } from './call-meta';
import { env } from './environment';

const GET_CGROUP_CLASSID: i32 = 17;
const MAP_PEEK: i32 = 89;
const TC: i32 = 3;
const TC_ACTION: i32 = 4;

/** The class of the running task, for types that have no packet of their own to ask about. */
function asksForCurrent(id: i32): bool {
  const type = env.program.type;
  return id == GET_CGROUP_CLASSID && type != TC && type != TC_ACTION;
}
export function declaredArgumentCount(id: i32): i32 {
  return asksForCurrent(id) ? 0 : helperArgumentCount(id);
}
/** ARG_… of argument `position` of helper call.id, as far as the arguments before it tell. */
export function declaredArgument(position: i32): i32 {
  if (asksForCurrent(call.id)) return ARG_DONTCARE;
  // a bloom filter is asked whether it has this value: it is read, not filled
  if (call.id == MAP_PEEK && position == 1 && call.mapObject != null && call.mapObject!.type == BLOOM_FILTER)
    return ARG_PTR_TO_MAP_VALUE;
  const argument = helperArgument(call.id, position);
  // the value of a map of sockets is a socket
  return argument == ARG_PTR_TO_MAP_VALUE && holdsSockets() ? ARG_PTR_TO_BTF_ID_SOCK_COMMON : argument;
}
function holdsSockets(): bool {
  const map = call.mapObject;
  return map != null && (map.type == SOCKMAP || map.type == SOCKHASH);
}
/** The helper fills a value, but this map's values are sockets. */
export function cannotFill(argument: i32): bool {
  return argument == ARG_PTR_TO_UNINIT_MAP_VALUE && holdsSockets();
}
