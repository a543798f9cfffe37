// BPF_PROG_TEST_RUN of raw tracepoint and syscall programs: the context is the caller's bytes (Linux: bpf_prog_test_run_raw_tp,
// bpf_prog_test_run_syscall).
import { EFAULT, EINVAL, ENOMEM, ENXIO } from '../generated/errno';
import {
  ATTR_TEST_RUN_batch_size_u32,
  ATTR_TEST_RUN_cpu_u32,
  ATTR_TEST_RUN_ctx_in_ptr,
  ATTR_TEST_RUN_ctx_out_ptr,
  ATTR_TEST_RUN_ctx_size_in_u32,
  ATTR_TEST_RUN_data_in_ptr,
  ATTR_TEST_RUN_data_out_ptr,
  ATTR_TEST_RUN_duration_u32,
  ATTR_TEST_RUN_flags_u32,
  ATTR_TEST_RUN_repeat_u32,
} from '../generated/syscall';
import { cpu, cpus, setCpu } from '../cpu';
import { allocateObject, freeObject } from '../memory/arena';
import { toVirtual } from '../memory/layout';
import { Program } from '../program';
import { runRepeatedly } from './test-run';
import { pointerAt, u32At, u64At } from './user';

/** BPF_F_TEST_RUN_ON_CPU */
const ON_CPU: u32 = 1;
/** arguments of a tracepoint: MAX_BPF_FUNC_ARGS of 8 bytes */
const MOST_ARGUMENTS: u32 = 96;
/** U16_MAX: the largest context of a syscall program */
const MOST_CONTEXT: u32 = 0xffff;

function takesPacket(): bool {
  return (
    u64At(ATTR_TEST_RUN_data_in_ptr) != 0 ||
    u64At(ATTR_TEST_RUN_data_out_ptr) != 0 ||
    u64At(ATTR_TEST_RUN_ctx_out_ptr) != 0 ||
    u32At(ATTR_TEST_RUN_duration_u32) != 0 ||
    u32At(ATTR_TEST_RUN_repeat_u32) != 0 ||
    u32At(ATTR_TEST_RUN_batch_size_u32) != 0
  );
}

function runOn(program: Program, size: u32, writesBack: bool): i64 {
  let copy: usize = 0;
  const given = size == 0 ? 0 : pointerAt(ATTR_TEST_RUN_ctx_in_ptr, size);
  if (size != 0) {
    if (given == 0) return -EFAULT;
    copy = allocateObject(size);
    if (copy == 0) return -ENOMEM;
    memory.copy(copy, given, size);
  }
  const answer = runRepeatedly(program, copy == 0 ? 0 : toVirtual(copy), <u64>size);
  if (writesBack && copy != 0) memory.copy(given, copy, size);
  if (copy != 0) freeObject(copy);
  return answer;
}

export function runRawTracepoint(program: Program): i64 {
  if (takesPacket()) return -EINVAL;
  const size = u32At(ATTR_TEST_RUN_ctx_size_in_u32);
  if (size > MOST_ARGUMENTS || size < program.contextBytes) return -EINVAL;
  const flags = u32At(ATTR_TEST_RUN_flags_u32);
  const on = u32At(ATTR_TEST_RUN_cpu_u32);
  if (flags & ~ON_CPU || (!(flags & ON_CPU) && on != 0)) return -EINVAL;
  if (on >= cpus) return -ENXIO;
  const before = cpu;
  if (flags & ON_CPU) setCpu(on);
  const answer = runOn(program, size, false);
  setCpu(before);
  return answer;
}

export function runSyscall(program: Program): i64 {
  if (takesPacket() || u32At(ATTR_TEST_RUN_flags_u32) != 0) return -EINVAL;
  const size = u32At(ATTR_TEST_RUN_ctx_size_in_u32);
  if (size > MOST_CONTEXT || size < program.contextBytes) return -EINVAL;
  return runOn(program, size, true);
}
