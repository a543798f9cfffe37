// The state of the simulated machine that decides how a fault ends: is it dead, in an interrupt, tainted?
import { cpu } from '../cpu';
import { toVirtual } from '../memory/layout';
import { kernelAccess, peek } from '../memory/pages';
import { current } from '../memory/tasks';
import { addressOfSymbol } from './symbols';

/** struct pcpu_hot of src/kernel/linux: what a CPU keeps to itself */
const CURRENT_TASK: u64 = 0;
const PREEMPT_COUNT: u64 = 8;
const CPU_NUMBER: u64 = 12;

/** preempt_count: bits that say in what the CPU is (include/linux/preempt.h's layout) */
export const SOFTIRQ: u32 = 0x100;
export const HARDIRQ: u32 = 0x10000;
const INTERRUPT_MASK: u32 = 0xffff00;

/** taint bits (Documentation/admin-guide/tainted-kernels.rst) */
export const TAINT_PROPRIETARY: u32 = 1 << 0;
export const TAINT_FORCED: u32 = 1 << 1;
export const TAINT_DIE: u32 = 1 << 7;
export const TAINT_WARN: u32 = 1 << 9;
export const TAINT_OUT_OF_TREE: u32 = 1 << 12;
export const TAINT_UNSIGNED: u32 = 1 << 13;
export const TAINT_SOFT_LOCKUP: u32 = 1 << 14;

export const ALIVE: i32 = 0;
/** panic: nothing runs any more */
export const PANICKED: i32 = 1;
/** a CPU that never comes back; on this machine everything waits for it */
export const HUNG: i32 = 2;
let state: i32 = ALIVE;
export let taint: u32 = 0;
/** oopses so far: the number in "[#1]" */
export let dieCount: u32 = 0;
export let panicOnOops: bool = false;
/** linear address of the text that /proc/modules' order gives "Modules linked in:" */
let perCpu: u64 = 0;

export function resetMachineState(): void {
  state = ALIVE;
  taint = 0;
  dieCount = 0;
  perCpu = 0;
}

export function setPanicOnOops(on: bool): void {
  panicOnOops = on;
}

export function machineState(): i32 {
  return state;
}

export function stopMachine(how: i32): void {
  if (state == ALIVE) state = how;
}

export function addTaint(bits: u32): void {
  taint |= bits;
}

export function countDeath(): void {
  dieCount++;
}

/** Address of this CPU's own data; 0: the kernel image is not there. */
export function perCpuBase(): u64 {
  if (perCpu == 0) perCpu = addressOfSymbol('pcpu_hot');
  return perCpu;
}

/** Tells kernel-mode code who runs where. */
export function announceTask(): void {
  const base = perCpuBase();
  const at = base == 0 ? 0 : kernelAccess(base, 16, true);
  if (at == 0) return;
  store<u64>(at, toVirtual(current), <usize>CURRENT_TASK);
  store<u32>(at, cpu, <usize>CPU_NUMBER);
}

export function preemptCount(): u32 {
  const base = perCpuBase();
  const at = base == 0 ? 0 : peek(base + PREEMPT_COUNT, 4);
  return at == 0 ? 0 : load<u32>(at);
}

export function setPreemptCount(count: u32): void {
  const base = perCpuBase();
  const at = base == 0 ? 0 : kernelAccess(base + PREEMPT_COUNT, 4, true);
  if (at != 0) store<u32>(at, count);
}

export function inInterrupt(): bool {
  return (preemptCount() & INTERRUPT_MASK) != 0;
}
