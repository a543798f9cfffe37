// Helpers that ask about the machine and who runs on it.
import { EINVAL } from '../generated/errno';
import { clock, cpu, nextRandom, readClock } from '../cpu';
import { helperMemory } from '../memory/access';
import { toLinear, toVirtual } from '../memory/layout';
import { CRED_GID, CRED_UID, TASK_COMM, TASK_CRED, TASK_PID, TASK_TGID } from '../memory/structures';
import { COMM_SIZE, current, currentCgroup, recordSignal } from '../memory/tasks';
import { result } from './arguments';

/** nanoseconds of a tick (HZ=250), which coarse clocks and jiffies count */
const TICK: u64 = 4_000_000;
/** jiffies at boot: they start five minutes before they overflow 32 bits (INITIAL_JIFFIES) */
const FIRST_JIFFY: u64 = 0xffffffff - 300 * 250 + 1;
/** wall-clock time at boot, 1 January 2026 0:00 UTC, in TAI: 37 s ahead */
const BOOT_TAI: u64 = (1_767_225_600 + 37) * 1_000_000_000;
const MOST_SIGNAL: u32 = 64;

/** bpf_ktime_get_ns(), bpf_ktime_get_boot_ns(): nanoseconds since boot (the machine never sleeps) */
export function getTime(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return readClock();
}

/** bpf_ktime_get_coarse_ns(): the same at the last tick */
export function getCoarseTime(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return (readClock() / TICK) * TICK;
}

/** bpf_ktime_get_tai_ns(): atomic time since 1970 */
export function getAtomicTime(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return BOOT_TAI + readClock();
}

/** bpf_jiffies64() */
export function getJiffies(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return FIRST_JIFFY + clock / TICK;
}

/** bpf_get_prandom_u32() */
export function random(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return <u64>nextRandom();
}

/** bpf_get_smp_processor_id() */
export function getCpu(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return <u64>cpu;
}

/** bpf_get_numa_node_id(): one node */
export function getNode(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return 0;
}

/** bpf_get_current_pid_tgid(): process in the upper half, thread in the lower */
export function getPid(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return ((<u64>load<u32>(current, TASK_TGID)) << 32) | (<u64>load<u32>(current, TASK_PID));
}

/** bpf_get_current_uid_gid(): group in the upper half, user in the lower */
export function getUid(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const cred = toLinear(load<u64>(current, TASK_CRED));
  return ((<u64>load<u32>(cred, CRED_GID)) << 32) | (<u64>load<u32>(cred, CRED_UID));
}

/** bpf_get_current_comm(to, size): 0; the name is cut or padded to the size */
export function getName(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const size = <u32>r2;
  const to = helperMemory(r1, size);
  if (to == 0 || size == 0) return to == 0 ? 0 : result(-EINVAL);
  memory.fill(to, 0, size);
  const most = min(size, COMM_SIZE) - 1;
  for (let i: u32 = 0; i < most; i++) {
    const c = load<u8>(current + TASK_COMM + i);
    if (c == 0) break;
    store<u8>(to + i, c);
  }
  return 0;
}

/** bpf_get_current_task(), bpf_get_current_task_btf() */
export function getTask(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return toVirtual(current);
}

/** bpf_get_current_cgroup_id() */
export function getCgroup(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return currentCgroup;
}

/** bpf_send_signal(signal), bpf_send_signal_thread(signal): 0; -EINVAL for no such signal. Signal 0 is a test only. */
export function sendSignal(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const signal = <u32>r1;
  if (signal > MOST_SIGNAL) return result(-EINVAL);
  if (signal != 0) recordSignal(signal);
  return 0;
}
