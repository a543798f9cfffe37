// Helpers that ask about the machine: time, chance, processor.
import { cpu, nextRandom, readClock } from '../cpu';

/** bpf_ktime_get_ns(): nanoseconds since boot */
export function getTime(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return readClock();
}

/** bpf_get_prandom_u32() */
export function random(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return <u64>nextRandom();
}

/** bpf_get_smp_processor_id() */
export function getCpu(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return <u64>cpu;
}
