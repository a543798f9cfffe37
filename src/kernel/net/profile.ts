// A sampling profiler, as perf_event_open(PERF_COUNT_SW_CPU_CLOCK) with a program on it is one: after every so many nanoseconds of the network
// path's work the program runs, and bpf_get_stackid finds what was being done. Taking a sample takes no simulated time.
//
// The stack is what the records tell: how the turn began, the stages that the packet has gone through so far and that call what comes next, and
// the stage that the time went to. A stage that returns before the next one (XDP, a hook, a lookup) is a leaf. An address stands for a stage
// (src/bpf/call-stack.ts reads it back).
import { EBADF, EINVAL } from '../generated/errno';
import {
  STAGE_application,
  STAGE_arp,
  STAGE_backlog,
  STAGE_cgroup_egress,
  STAGE_cgroup_ingress,
  STAGE_cgroup_socket,
  STAGE_clone,
  STAGE_fragment,
  STAGE_icmp,
  STAGE_nf_forward,
  STAGE_nf_local_in,
  STAGE_nf_local_out,
  STAGE_nf_postrouting,
  STAGE_nf_prerouting,
  STAGE_nic_ring,
  STAGE_packet_tap,
  STAGE_redirect,
  STAGE_route,
  STAGE_skb_alloc,
  STAGE_socket_filter,
  STAGE_socket_queue,
  STAGE_tc_egress,
  STAGE_tc_ingress,
  STAGE_tcp,
  STAGE_udp,
  STAGE_vlan,
  STAGE_wire,
  STAGE_xdp,
  STAGE_xdp_generic,
  VERDICT_drop,
  VERDICT_queued,
} from '../generated/network';
import { addressOfFunction, setCallStack } from '../helpers/stack';
import { allocateObject, freeObject } from '../memory/arena';
import { toVirtual } from '../memory/layout';
import { Program } from '../program';
import { programOf } from '../syscall/files';
import { releaseProgram } from '../syscall/programs';
import { runProgram } from '../vm/run';

const PROG_PERF_EVENT: i32 = 7;
/** struct bpf_perf_event_data on x86-64: pt_regs (ip at 128), sample_period at 168, addr */
const CONTEXT: u32 = 184;
const CONTEXT_IP: usize = 128;
const CONTEXT_PERIOD: usize = 168;
/** added to a stage's number where the packet begins there: it is sent, not received */
const SENT: i32 = 128;
/** numbers of what begins a turn, behind those of the stages: ROOT_ROOM for each */
const FIRST_ROOT: i32 = 64;
const ROOT_ROOM: i32 = 8;
/** an interrupt of a network card; packets that waited for this processor; a system call; a timer; a cpumap's thread */
export const ROOT_INTERRUPT: i32 = 0;
export const ROOT_BACKLOG: i32 = 1;
export const ROOT_SYSCALL: i32 = 2;
export const ROOT_TIMER: i32 = 3;
export const ROOT_CPUMAP: i32 = 4;
/** functions that each begins with, outermost first: src/bpf/call-stack.ts has their names */
const ROOT_DEPTHS: StaticArray<i32> = [4, 6, 2, 4, 2];
const MOST: i32 = 64;

export let profiling: bool = false;
let program: Program | null = null;
let period: u64 = 0;
let samples: u64 = 0;
/** nanoseconds of work since the last sample */
let work: u64 = 0;

/** the outermost function first: its number, and the packet that it is about (0: none); u32 each */
const frames: usize = memory.data(64 * 8);
let depth: i32 = 0;
/** the same as addresses, the innermost first, for the program */
const addresses: usize = memory.data(64 * 8);

export function resetProfile(): void {
  setCallStack(0, 0);
  profiling = false;
  program = null;
  period = 0;
  samples = 0;
  work = 0;
  depth = 0;
}

/** Runs the program behind `fd` every `nanoseconds` of work; 0: no more. 0 or -errno. */
export function profile(fd: u32, nanoseconds: u64): i32 {
  let next: Program | null = null;
  if (nanoseconds != 0) {
    next = programOf(fd);
    if (next == null) return -EBADF;
    if (next.type != PROG_PERF_EVENT) return -EINVAL;
    next.references++;
  }
  const old = program;
  program = next;
  period = nanoseconds;
  profiling = next != null;
  if (old != null) releaseProgram(old);
  return 0;
}

export function profileSamples(): u64 {
  return samples;
}

function push(number: i32, packet: u32): void {
  if (depth == MOST) return;
  const at = frames + ((<usize>depth) << 3);
  store<u32>(at, <u32>number);
  store<u32>(at, packet, 4);
  depth++;
}

/** Work begins anew: an interrupt, a process, a timer. */
export function beginTurn(root: i32): void {
  depth = 0;
  for (let i = 0; i < ROOT_DEPTHS[root]; i++) push(FIRST_ROOT + root * ROOT_ROOM + i, 0);
}

/** Does the stage return before what comes next? */
function isLeaf(stage: i32): bool {
  switch (stage) {
    case STAGE_xdp:
    case STAGE_skb_alloc:
    case STAGE_xdp_generic:
    case STAGE_vlan:
    case STAGE_packet_tap:
    case STAGE_tc_ingress:
    case STAGE_nf_prerouting:
    case STAGE_route:
    case STAGE_nf_local_in:
    case STAGE_fragment:
    case STAGE_nf_forward:
    case STAGE_cgroup_ingress:
    case STAGE_socket_filter:
    case STAGE_socket_queue:
    case STAGE_nf_local_out:
    case STAGE_nf_postrouting:
    case STAGE_cgroup_egress:
    case STAGE_tc_egress:
    case STAGE_redirect:
    case STAGE_backlog:
    case STAGE_clone:
    case STAGE_cgroup_socket:
    case STAGE_application:
      return true;
    default:
      return false;
  }
}

/** Stages that a packet passes in both directions: those that begin one's way are its sending. */
function isSending(stage: i32): bool {
  return stage == STAGE_udp || stage == STAGE_tcp || stage == STAGE_icmp || stage == STAGE_arp;
}

/** The packet has passed a stage, which took so long. */
export function stagePassed(packet: u32, stage: i32, verdict: i32, nanoseconds: u64): void {
  // The ring and the cable are no work of a processor.
  if (stage == STAGE_nic_ring) return;
  // What was called for this packet since has returned; what a new packet does is called from where the processor stands.
  let at = depth - 1;
  while (at >= 0 && load<u32>(frames + ((<usize>at) << 3), 4) != packet) at--;
  if (at >= 0) depth = at + 1;
  if (stage != STAGE_wire) {
    push(at < 0 && isSending(stage) ? stage + SENT : stage, packet);
    work += nanoseconds;
    for (; work >= period; work -= period) sample();
    if (isLeaf(stage)) depth--;
    // Dropped, or in a queue until another turn; what is put into a socket's queue is still acknowledged.
    if (verdict != VERDICT_drop && (verdict != VERDICT_queued || stage == STAGE_socket_queue)) return;
  }
  // Whoever called for this packet goes on with another one.
  while (depth > 0 && load<u32>(frames + ((<usize>(depth - 1)) << 3), 4) == packet && packet != 0) depth--;
}

function sample(): void {
  const runs = program;
  if (runs == null) return;
  for (let i = 0; i < depth; i++) {
    const number = <u64>load<u32>(frames + ((<usize>(depth - 1 - i)) << 3));
    store<u64>(addresses + ((<usize>i) << 3), addressOfFunction(number));
  }
  const context = allocateObject(CONTEXT);
  if (context == 0) return;
  memory.fill(context, 0, CONTEXT);
  store<u64>(context, load<u64>(addresses), CONTEXT_IP);
  store<u64>(context, period, CONTEXT_PERIOD);
  setCallStack(addresses, <u32>depth);
  runProgram(runs, toVirtual(context), 0);
  setCallStack(addresses, 0);
  freeObject(context);
  samples++;
}
