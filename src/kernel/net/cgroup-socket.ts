// What programs of a cgroup say about its processes' sockets: creating one, giving it an address, connecting, sending a datagram and
// receiving one (Linux: __cgroup_bpf_run_filter_sk, __cgroup_bpf_run_filter_sock_addr). A program may refuse, and most may write another
// address into their context, which then holds.
import { COST_cgroup } from '../generated/costs';
import { EPERM } from '../generated/errno';
import { STAGE_cgroup_socket, VERDICT_consumed, VERDICT_pass } from '../generated/network';
import { allocateObject } from '../memory/arena';
import { toVirtual } from '../memory/layout';
import {
  SOCK_BOUND_DEV_IF,
  SOCK_FAMILY,
  SOCK_MARK,
  SOCK_PRIORITY,
  SOCK_PROTOCOL,
  SOCK_STATE,
  SOCK_TYPE,
} from '../memory/structures';
import { charge } from './account';
import {
  BPF_CGROUP_INET4_BIND,
  BPF_CGROUP_INET4_CONNECT,
  BPF_CGROUP_INET4_POST_BIND,
  BPF_CGROUP_INET_SOCK_CREATE,
  BPF_CGROUP_UDP4_RECVMSG,
  BPF_CGROUP_UDP4_SENDMSG,
} from './attach-cgroup';
import { attached, effectivePrograms } from './cgroup';
import { Attachment } from './device';
import { halted, noteRun, runOnPacket } from './programs';
import { mark } from './record';
import { INET } from './route';
import { Socket } from './socket';

/** struct bpf_sock_addr: size, and offsets */
const SOCK_ADDR: usize = 72;
const USER_FAMILY: usize = 0;
const USER_IP4: usize = 4;
const USER_IP6: usize = 8;
const USER_PORT: usize = 24;
const FAMILY: usize = 28;
const TYPE: usize = 32;
const PROTOCOL: usize = 36;
const MSG_SRC_IP4: usize = 40;
const MSG_SRC_IP6: usize = 44;
const SK: usize = 64;

/** struct bpf_sock: size, and offsets */
const SOCK: usize = 80;
const SOCK_BOUND: usize = 0;
const SOCK_MARK_AT: usize = 16;
const SOCK_PRIORITY_AT: usize = 20;
const SOCK_SRC_IP4: usize = 24;
const SOCK_SRC_IP6: usize = 28;
const SOCK_SRC_PORT: usize = 44;
const SOCK_STATE_AT: usize = 72;
const SOCK_RX_QUEUE: usize = 76;

/** the context that programs work on, in kernel memory */
let context: usize = 0;

/** address and port as the programs left them: 16 bytes (IPv4: the first four) as in a packet, port in host order */
export const address: usize = memory.data(16);
export let port: u32 = 0;

/** A kind of event of a socket's family: those of IPv6 stand behind those of IPv4. */
function kindOf(socket: Socket, four: u32): u32 {
  return socket.family == INET ? four : four + 1;
}

/** Runs the programs one after the other on the context; 0, or -EPERM when one of them said no. */
function ask(programs: Attachment[], socket: Socket, kind: u32): i32 {
  let error: i32 = 0;
  for (let i = 0; i < programs.length; i++) {
    charge(COST_cgroup, 1);
    const r0 = <u32>runOnPacket(programs[i].program, toVirtual(context), 0, context, 0);
    if (halted != 0) return -EPERM;
    noteRun(context, 0);
    const allowed = (r0 & 1) != 0;
    const verdict = allowed ? VERDICT_pass : VERDICT_consumed;
    mark(0, STAGE_cgroup_socket, verdict, r0, 0, kind, socket.number, socket.namespace);
    // The others are asked all the same; one no is enough.
    if (!allowed) error = -EPERM;
  }
  return error;
}

function fresh(size: usize): void {
  if (context == 0) context = allocateObject(SOCK);
  memory.fill(context, 0, size);
}

/** At boot: the arena is new. */
export function resetSocketContext(): void {
  context = 0;
}

/** `at`, `number`: the address and port in question; `source`: where a datagram is sent from, 0: not asked. */
function askAboutAddress(socket: Socket, kind: u32, at: usize, number: u32, source: usize): i32 {
  const four = socket.family == INET;
  memory.fill(address, 0, 16);
  if (at != 0) memory.copy(address, at, four ? 4 : 16);
  port = number;
  if (attached == 0) return 0;
  const programs = effectivePrograms(socket.cgroup, kind);
  if (programs.length == 0) return 0;
  fresh(SOCK_ADDR);
  const sk = socket.address;
  store<u32>(context, socket.family, USER_FAMILY);
  memory.copy(context + (four ? USER_IP4 : USER_IP6), address, four ? 4 : 16);
  store<u32>(context, <u32>bswap<u16>(<u16>number), USER_PORT);
  store<u32>(context, <u32>load<u16>(sk, SOCK_FAMILY), FAMILY);
  store<u32>(context, <u32>load<u16>(sk, SOCK_TYPE), TYPE);
  store<u32>(context, <u32>load<u16>(sk, SOCK_PROTOCOL), PROTOCOL);
  if (source != 0) memory.copy(context + (four ? MSG_SRC_IP4 : MSG_SRC_IP6), source, four ? 4 : 16);
  store<u64>(context, toVirtual(sk), SK);
  const error = ask(programs, socket, kind);
  memory.copy(address, context + (four ? USER_IP4 : USER_IP6), four ? 4 : 16);
  port = <u32>bswap<u16>(<u16>load<u32>(context, USER_PORT));
  if (source != 0) memory.copy(source, context + (four ? MSG_SRC_IP4 : MSG_SRC_IP6), four ? 4 : 16);
  return error;
}

function askAboutSocket(socket: Socket, kind: u32): i32 {
  if (attached == 0) return 0;
  const programs = effectivePrograms(socket.cgroup, kind);
  if (programs.length == 0) return 0;
  fresh(SOCK);
  const sk = socket.address;
  store<u32>(context, load<u32>(sk, SOCK_BOUND_DEV_IF), SOCK_BOUND);
  store<u32>(context, <u32>load<u16>(sk, SOCK_FAMILY), 4);
  store<u32>(context, <u32>load<u16>(sk, SOCK_TYPE), 8);
  store<u32>(context, <u32>load<u16>(sk, SOCK_PROTOCOL), 12);
  store<u32>(context, load<u32>(sk, SOCK_MARK), SOCK_MARK_AT);
  store<u32>(context, load<u32>(sk, SOCK_PRIORITY), SOCK_PRIORITY_AT);
  if (socket.family == INET) store<u32>(context, load<u32>(socket.local), SOCK_SRC_IP4);
  else memory.copy(context + SOCK_SRC_IP6, socket.local, 16);
  store<u32>(context, socket.localPort, SOCK_SRC_PORT);
  store<u32>(context, <u32>load<u8>(sk, SOCK_STATE), SOCK_STATE_AT);
  store<u32>(context, 0xffffffff, SOCK_RX_QUEUE);
  const error = ask(programs, socket, kind);
  store<u32>(sk, load<u32>(context, SOCK_BOUND), SOCK_BOUND_DEV_IF);
  store<u32>(sk, load<u32>(context, SOCK_MARK_AT), SOCK_MARK);
  store<u32>(sk, load<u32>(context, SOCK_PRIORITY_AT), SOCK_PRIORITY);
  return error;
}

/** socket(2): 0, or -EPERM. */
export function mayCreate(socket: Socket): i32 {
  return askAboutSocket(socket, BPF_CGROUP_INET_SOCK_CREATE);
}

/** bind(2) to `at` (0: any address): 0, or -EPERM; `address` and `port` are where the socket is bound to. */
export function mayBind(socket: Socket, at: usize, number: u32): i32 {
  return askAboutAddress(socket, kindOf(socket, BPF_CGROUP_INET4_BIND), at, number, 0);
}

/** The socket is bound: 0, or -EPERM. */
export function mayStayBound(socket: Socket): i32 {
  return askAboutSocket(socket, kindOf(socket, BPF_CGROUP_INET4_POST_BIND));
}

/** connect(2): 0, or -EPERM; `address` and `port` are where to. */
export function mayConnect(socket: Socket, at: usize, number: u32): i32 {
  return askAboutAddress(socket, kindOf(socket, BPF_CGROUP_INET4_CONNECT), at, number, 0);
}

/** sendto(2) of a datagram from `source` (16 bytes, which may be changed): 0, or -EPERM; `address` and `port` are where to. */
export function maySend(socket: Socket, at: usize, number: u32, source: usize): i32 {
  return askAboutAddress(socket, kindOf(socket, BPF_CGROUP_UDP4_SENDMSG), at, number, source);
}

/** recvfrom(2) of a datagram: `address` and `port` are where it seems to come from. */
export function nameSender(socket: Socket, at: usize, number: u32): void {
  askAboutAddress(socket, kindOf(socket, BPF_CGROUP_UDP4_RECVMSG), at, number, 0);
}
