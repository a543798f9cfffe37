// Which register types each kind of helper argument accepts, in Linux's order (the refusal lists them).
import {
  ARG_CONST_ALLOC_SIZE_OR_ZERO,
  ARG_CONST_MAP_PTR,
  ARG_CONST_SIZE,
  ARG_CONST_SIZE_OR_ZERO,
  ARG_PTR_TO_BTF_ID,
  ARG_PTR_TO_BTF_ID_OR_NULL,
  ARG_PTR_TO_BTF_ID_SOCK_COMMON,
  ARG_PTR_TO_BTF_ID_SOCK_COMMON_OR_NULL,
  ARG_PTR_TO_CONST_STR,
  ARG_PTR_TO_CTX,
  ARG_PTR_TO_CTX_OR_NULL,
  ARG_PTR_TO_DYNPTR,
  ARG_PTR_TO_FIXED_SIZE_MEM_RDONLY,
  ARG_PTR_TO_FUNC,
  ARG_PTR_TO_KPTR,
  ARG_PTR_TO_MAP_KEY,
  ARG_PTR_TO_MAP_VALUE,
  ARG_PTR_TO_MAP_VALUE_OR_NULL,
  ARG_PTR_TO_UNINIT_MAP_VALUE,
  ARG_PTR_TO_MEM_OR_NULL,
  ARG_PTR_TO_MEM_RDONLY,
  ARG_PTR_TO_MEM_RDONLY_OR_NULL,
  ARG_PTR_TO_PERCPU_BTF_ID,
  ARG_PTR_TO_RINGBUF_MEM,
  ARG_PTR_TO_SOCKET,
  ARG_PTR_TO_SOCK_COMMON,
  ARG_PTR_TO_SPIN_LOCK,
  ARG_PTR_TO_STACK_OR_NULL,
  ARG_PTR_TO_TIMER,
} from '../generated/helpers';
import {
  MESSAGE_ARGUMENT_EXPECTED,
  MESSAGE_ARGUMENT_EXPECTED_LAST,
  MESSAGE_ARGUMENT_TYPE,
} from '../generated/verifier-messages';
import {
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  DYNPTR_FLAGS,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  MEM_RDONLY,
  MEM_RINGBUF,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_SOCKET,
  PTR_TO_SOCK_COMMON,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_TRUSTED,
  REG_type,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import { fail1, fail2 } from './fail';

const MEMORY: StaticArray<i32> = [
  PTR_TO_STACK,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_MEM | MEM_RINGBUF,
  PTR_TO_BUF,
  PTR_TO_BTF_ID | PTR_TRUSTED,
];
const SCALAR: StaticArray<i32> = [SCALAR_VALUE];
const MAP: StaticArray<i32> = [CONST_PTR_TO_MAP];
const CONTEXT: StaticArray<i32> = [PTR_TO_CTX];
const RING: StaticArray<i32> = [PTR_TO_MEM | MEM_RINGBUF];
const FUNCTION: StaticArray<i32> = [PTR_TO_FUNC];
const STACK: StaticArray<i32> = [PTR_TO_STACK];
const VALUE: StaticArray<i32> = [PTR_TO_MAP_VALUE];
const LOCK: StaticArray<i32> = [PTR_TO_MAP_VALUE, PTR_TO_BTF_ID | MEM_ALLOC];
const SOCKETS: StaticArray<i32> = [PTR_TO_SOCK_COMMON, PTR_TO_SOCKET, PTR_TO_TCP_SOCK, PTR_TO_XDP_SOCK];
const FULL_SOCKET: StaticArray<i32> = [PTR_TO_SOCKET];
const BTF_SOCKETS: StaticArray<i32> = [
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_XDP_SOCK,
  PTR_TO_BTF_ID,
  PTR_TO_BTF_ID | PTR_TRUSTED,
];
const BTF: StaticArray<i32> = [PTR_TO_BTF_ID, PTR_TO_BTF_ID | PTR_TRUSTED, PTR_TO_BTF_ID | MEM_RCU];
const PERCPU: StaticArray<i32> = [
  PTR_TO_BTF_ID | MEM_PERCPU,
  PTR_TO_BTF_ID | MEM_PERCPU | MEM_RCU,
  PTR_TO_BTF_ID | MEM_PERCPU | PTR_TRUSTED,
];
const DYNPTR: StaticArray<i32> = [PTR_TO_STACK, CONST_PTR_TO_DYNPTR];

function accepted(argument: i32): StaticArray<i32> {
  switch (argument) {
    case ARG_CONST_SIZE:
    case ARG_CONST_SIZE_OR_ZERO:
    case ARG_CONST_ALLOC_SIZE_OR_ZERO:
      return SCALAR;
    case ARG_CONST_MAP_PTR:
      return MAP;
    case ARG_PTR_TO_CTX:
    case ARG_PTR_TO_CTX_OR_NULL:
      return CONTEXT;
    case ARG_PTR_TO_RINGBUF_MEM:
      return RING;
    case ARG_PTR_TO_FUNC:
      return FUNCTION;
    case ARG_PTR_TO_STACK_OR_NULL:
      return STACK;
    case ARG_PTR_TO_CONST_STR:
    case ARG_PTR_TO_TIMER:
      return VALUE;
    case ARG_PTR_TO_KPTR:
    case ARG_PTR_TO_SPIN_LOCK:
      return LOCK;
    case ARG_PTR_TO_SOCK_COMMON:
      return SOCKETS;
    case ARG_PTR_TO_SOCKET:
      return FULL_SOCKET;
    case ARG_PTR_TO_BTF_ID_SOCK_COMMON:
    case ARG_PTR_TO_BTF_ID_SOCK_COMMON_OR_NULL:
      return BTF_SOCKETS;
    case ARG_PTR_TO_BTF_ID:
    case ARG_PTR_TO_BTF_ID_OR_NULL:
      return BTF;
    case ARG_PTR_TO_PERCPU_BTF_ID:
      return PERCPU;
    case ARG_PTR_TO_DYNPTR:
      return DYNPTR;
    default:
      return MEMORY;
  }
}
export function argumentMayBeNull(argument: i32): bool {
  switch (argument) {
    case ARG_PTR_TO_MAP_VALUE_OR_NULL:
    case ARG_PTR_TO_MEM_OR_NULL:
    case ARG_PTR_TO_MEM_RDONLY_OR_NULL:
    case ARG_PTR_TO_CTX_OR_NULL:
    case ARG_PTR_TO_STACK_OR_NULL:
    case ARG_PTR_TO_BTF_ID_SOCK_COMMON_OR_NULL:
    case ARG_PTR_TO_BTF_ID_OR_NULL:
      return true;
    default:
      return false;
  }
}
function isReadOnlyArgument(argument: i32): bool {
  return (
    argument == ARG_PTR_TO_MEM_RDONLY ||
    argument == ARG_PTR_TO_MEM_RDONLY_OR_NULL ||
    argument == ARG_PTR_TO_FIXED_SIZE_MEM_RDONLY
  );
}

function isMapArgument(argument: i32): bool {
  return (
    argument == ARG_PTR_TO_MAP_KEY ||
    argument == ARG_PTR_TO_MAP_VALUE ||
    argument == ARG_PTR_TO_MAP_VALUE_OR_NULL ||
    argument == ARG_PTR_TO_UNINIT_MAP_VALUE
  );
}

/** The register's type is one that the argument takes. */
export function checkArgumentType(r: usize, number: i32, argument: i32): i32 {
  const types = accepted(argument);
  let type = load<i32>(r, REG_type);
  if (isReadOnlyArgument(argument)) type &= ~MEM_RDONLY;
  if (argumentMayBeNull(argument)) type &= ~PTR_MAYBE_NULL;
  // a dynptr's slice is memory like any other, but no key or value of a map
  if (types == MEMORY && !isMapArgument(argument)) type &= ~DYNPTR_FLAGS;
  for (let i = 0; i < types.length; i++) if (types[i] == type) return 0;
  fail2(MESSAGE_ARGUMENT_TYPE, number, load<i32>(r, REG_type));
  for (let i = 0; i < types.length - 1; i++) fail1(MESSAGE_ARGUMENT_EXPECTED, types[i]);
  return fail1(MESSAGE_ARGUMENT_EXPECTED_LAST, types[types.length - 1]);
}
