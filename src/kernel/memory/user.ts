// Memory of user space, as the kernel sees it: other addresses, which programs may only read through helpers.
import { allocateObject } from './arena';
import { MEMORY_LIMIT } from './layout';
import { SHADOW_USER, conceal, shadowOf } from './shadow';

/** user address of linear address 0 */
const USER_BASE: u64 = 0x00007f0000000000;
/** end of user space (TASK_SIZE_MAX of x86-64) */
export const USER_END: u64 = 0x00007ffffffff000;

/** Puts `size` bytes where a process could have them; their user address. 0: no memory. */
export function giveUserMemory(from: usize, size: u32): u64 {
  const at = allocateObject(size);
  if (at == 0) return 0;
  memory.copy(at, from, size);
  conceal(at, size, SHADOW_USER);
  return USER_BASE + <u64>at;
}

/** Linear address of `size` bytes at a user address; 0: not mapped. */
export function userMemory(address: u64, size: u32): usize {
  const linear = address - USER_BASE;
  if (linear >= MEMORY_LIMIT || linear + <u64>size > MEMORY_LIMIT) return 0;
  for (let at = (<usize>linear) & ~7; at < <usize>linear + size; at += 8) if (shadowOf(at) != SHADOW_USER) return 0;
  return <usize>linear;
}
