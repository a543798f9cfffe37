// BPF_PROG_TEST_RUN: which program types have one, and what they share.
import { EBADF, EFAULT, EINVAL, ENOSPC, ENOTSUPP } from '../generated/errno';
import {
  ATTR_TEST_RUN_batch_size_u32,
  ATTR_TEST_RUN_ctx_in_ptr,
  ATTR_TEST_RUN_ctx_out_ptr,
  ATTR_TEST_RUN_ctx_size_in_u32,
  ATTR_TEST_RUN_ctx_size_out_u32,
  ATTR_TEST_RUN_duration_u32,
  ATTR_TEST_RUN_prog_fd_u32,
  ATTR_TEST_RUN_repeat_u32,
  ATTR_TEST_RUN_retval_u32,
} from '../generated/syscall';
import { clock } from '../cpu';
import { REDIRECT_NONE, noteRedirect } from '../helpers/redirect';
import { CgroupStorageMap } from '../maps/storage';
import { Program } from '../program';
import { clearFault, faultKind } from '../vm/fault';
import { runProgram } from '../vm/run';
import { programOf } from './files';
import { nothingBehind, pointerAt, setU32, u32At, u64At } from './user';
import { runSkb } from './skb-run';
import { runRawTracepoint, runSyscall } from './tracing-run';
import { runXdp } from './xdp-run';

/** enum bpf_map_type */
const MAP_TYPE_CGROUP_STORAGE: i32 = 19;
const MAP_TYPE_PERCPU_CGROUP_STORAGE: i32 = 21;

/** enum bpf_prog_type */
const PROG_SOCKET: i32 = 1;
const PROG_TC: i32 = 3;
const PROG_TC_ACTION: i32 = 4;
const PROG_XDP: i32 = 6;
const PROG_CGROUP_SKB: i32 = 8;
const PROG_LWT_IN: i32 = 10;
const PROG_LWT_XMIT: i32 = 12;
const PROG_RAW_TRACEPOINT: i32 = 17;
const PROG_RAW_TRACEPOINT_WRITABLE: i32 = 24;
const PROG_SYSCALL: i32 = 31;

export function testRun(): i64 {
  if (!nothingBehind(ATTR_TEST_RUN_batch_size_u32 + 4)) return -EINVAL;
  const hasInput = u64At(ATTR_TEST_RUN_ctx_in_ptr) != 0;
  if ((u32At(ATTR_TEST_RUN_ctx_size_in_u32) != 0) != hasInput) return -EINVAL;
  const hasOutput = u64At(ATTR_TEST_RUN_ctx_out_ptr) != 0;
  if ((u32At(ATTR_TEST_RUN_ctx_size_out_u32) != 0) != hasOutput) return -EINVAL;
  const program = programOf(u32At(ATTR_TEST_RUN_prog_fd_u32));
  if (program == null) return -EBADF;
  if (program.missing != 0) return -ENOTSUPP;
  clearFault();
  noteRedirect(REDIRECT_NONE, 0);
  switch (program.type) {
    case PROG_XDP:
      return runXdp(program);
    case PROG_SOCKET:
    case PROG_TC:
    case PROG_TC_ACTION:
    case PROG_CGROUP_SKB:
      return runSkb(program);
    case PROG_RAW_TRACEPOINT:
    case PROG_RAW_TRACEPOINT_WRITABLE:
      return runRawTracepoint(program);
    case PROG_SYSCALL:
      return runSyscall(program);
    default:
      return program.type >= PROG_LWT_IN && program.type <= PROG_LWT_XMIT ? runSkb(program) : -ENOTSUPP;
  }
}

/**
 * Runs `program` as often as the caller wants, on the same context each time, as Linux does: what it changes adds up.
 * 0, or -EFAULT after a fault; the fault's record says more.
 */
export function runRepeatedly(program: Program, r1: u64, r2: u64): i64 {
  const times = max<u32>(1, u32At(ATTR_TEST_RUN_repeat_u32));
  const start = clock;
  for (let i = 0; i < program.maps.length; i++) {
    const map = program.maps[i];
    if (map.type == MAP_TYPE_CGROUP_STORAGE || map.type == MAP_TYPE_PERCPU_CGROUP_STORAGE)
      changetype<CgroupStorageMap>(map).renew();
  }
  let value: u64 = 0;
  for (let i: u32 = 0; i < times; i++) {
    value = runProgram(program, r1, r2);
    if (faultKind() != 0) return -EFAULT;
  }
  returned = value;
  setU32(ATTR_TEST_RUN_retval_u32, <u32>value);
  setU32(ATTR_TEST_RUN_duration_u32, <u32>((clock - start) / <u64>times));
  return 0;
}

/** r0 of the last run, of which the system call gives the low half */
export let returned: u64 = 0;

/** Copies a context of `size` bytes out; -ENOSPC when the caller's is smaller (Linux: bpf_ctx_finish). */
export function finishContext(context: usize, size: u32): i64 {
  const room = u32At(ATTR_TEST_RUN_ctx_size_out_u32);
  const copied = min<u32>(room, size);
  const to = pointerAt(ATTR_TEST_RUN_ctx_out_ptr, copied);
  if (to == 0) return -EFAULT;
  memory.copy(to, context, copied);
  setU32(ATTR_TEST_RUN_ctx_size_out_u32, size);
  return room < size ? -ENOSPC : 0;
}
