// Kernel stacks: 16 kB each, with nothing mapped below. A CPU has one for interrupts, a task one for its system calls.
import { MAP_DATA, VMALLOC_BASE, frameOf, mapPages } from '../memory/pages';

export const STACK_SIZE: u64 = 0x4000;
/** a stack and the pages without memory between two of them */
const STRIDE: u64 = 0x8000;
const CPUS: u64 = 8;
const TASKS: i32 = 8;
const FIRST_TASK: u64 = VMALLOC_BASE + CPUS * STRIDE;
/** struct pt_regs */
export const REGISTERS_SIZE: u64 = 168;

/** linear addresses of the tasks that own a stack; 0: free */
const owners: StaticArray<usize> = new StaticArray<usize>(8);

export function resetStacks(): void {
  for (let i = 0; i < TASKS; i++) owners[i] = 0;
}

export function openStacks(): void {
  for (let i: u64 = 0; i < CPUS; i++) mapPages(VMALLOC_BASE + i * STRIDE, 4, MAP_DATA);
}

/** End of a CPU's interrupt stack, where it begins to grow downwards. */
export function interruptStackTop(cpu: u32): u64 {
  return VMALLOC_BASE + (<u64>cpu % CPUS) * STRIDE + STACK_SIZE;
}

/** End of a task's stack; it gets one when it has none. 0: too many tasks are in the kernel. */
export function taskStackTop(task: usize): u64 {
  let free = -1;
  for (let i = 0; i < TASKS; i++) {
    if (owners[i] == task) return FIRST_TASK + <u64>i * STRIDE + STACK_SIZE;
    if (owners[i] == 0 && free < 0) free = i;
  }
  // Nobody is in the middle of a system call between two of them: the oldest stack can change hands.
  if (free < 0) free = 0;
  owners[free] = task;
  const low = FIRST_TASK + <u64>free * STRIDE;
  mapPages(low, 4, MAP_DATA);
  memory.fill(frameOf(low), 0, <usize>STACK_SIZE);
  return low + STACK_SIZE;
}

/** Lowest address of the stack that `address` lies in, or in whose guard pages it lies; 0: in none. */
export function stackOf(address: u64): u64 {
  const offset = address - VMALLOC_BASE;
  if (offset >= (CPUS + <u64>TASKS) * STRIDE) return 0;
  // The guard below a stack is the upper half of the one before it.
  return VMALLOC_BASE + ((offset + STACK_SIZE) / STRIDE) * STRIDE;
}

export function isInterruptStack(low: u64): bool {
  return low >= VMALLOC_BASE && low < FIRST_TASK;
}
