// bpf_get_stackid, bpf_get_stack: the kernel's call stack when a program runs. Whoever runs it says what the stack is (net/profile.ts);
// without that it is the stack of the test run. A process has none that is simulated.
import { EFAULT, EINVAL } from '../generated/errno';
import { BPF_F_STACK_BUILD_ID } from '../generated/maps';
import { BPF_F_FAST_STACK_CMP, BPF_F_REUSE_STACKID, StackTraceMap } from '../maps/stack-trace';
import { helperMemory } from '../memory/access';
import { FAULT_HELPER_MEMORY, raise } from '../vm/fault';
import { mapArgument, result } from './arguments';

const MAP_TYPE_STACK_TRACE: i32 = 7;
const BPF_F_SKIP_FIELD_MASK: u64 = 0xff;
const BPF_F_USER_STACK: u64 = 1 << 8;
const BPF_F_USER_BUILD_ID: u64 = 1 << 11;

/** where function `number` of src/bpf/call-stack.ts lies, and how large it is */
const TEXT: u64 = 0xffffffff81c00000;
const FUNCTION_SHIFT: u64 = 8;
/** a return address lies within its function, behind the call */
const INTO: u64 = 0x40;
/** the bpf() call that runs a program once: numbers of its functions, and how many they are */
const TEST_RUN: u64 = 104;
const TEST_RUN_DEPTH: u32 = 6;
const testRun: usize = memory.data(6 * 8);

/** addresses, u64 each, the innermost function first */
let stack: usize = testRun;
let depth: u32 = TEST_RUN_DEPTH;

/** An address in the function of that number. */
export function addressOfFunction(number: u64): u64 {
  return TEXT + (number << FUNCTION_SHIFT) + INTO;
}

/** The stack of what runs now; `count` 0: that of a test run, which runs everything that is not said to be called otherwise. */
export function setCallStack(at: usize, count: u32): void {
  stack = count == 0 ? testRun : at;
  depth = count == 0 ? TEST_RUN_DEPTH : count;
  if (load<u64>(testRun) != 0) return;
  for (let i: u32 = 0; i < TEST_RUN_DEPTH; i++)
    store<u64>(testRun + ((<usize>i) << 3), addressOfFunction(TEST_RUN + <u64>(TEST_RUN_DEPTH - 1 - i)));
}

/** bpf_get_stackid(context, map, flags): the stack's number, or -errno */
export function getStackId(_r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const map = mapArgument(r2);
  if (map == null) return 0;
  if (map.type != MAP_TYPE_STACK_TRACE) {
    raise(FAULT_HELPER_MEMORY, r2);
    return 0;
  }
  const known = BPF_F_SKIP_FIELD_MASK | BPF_F_USER_STACK | BPF_F_FAST_STACK_CMP | BPF_F_REUSE_STACKID;
  if (r3 & ~known) return result(-EINVAL);
  const skip = <u32>(r3 & BPF_F_SKIP_FIELD_MASK);
  // Build IDs are of user space's files, which are not simulated.
  if (r3 & BPF_F_USER_STACK || map.flags & (<u32>BPF_F_STACK_BUILD_ID) || depth <= skip) return result(-EFAULT);
  return result(changetype<StackTraceMap>(map).keep(stack + ((<usize>skip) << 3), depth - skip, r3));
}

/** bpf_get_stack(context, buffer, size, flags): bytes that were written, or -errno with the buffer cleared */
export function getStack(_r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const size = <u32>r3;
  const to = helperMemory(r2, size);
  if (to == 0) return 0;
  memory.fill(to, 0, size);
  const known = BPF_F_SKIP_FIELD_MASK | BPF_F_USER_STACK | BPF_F_USER_BUILD_ID;
  if (r4 & ~known || (r4 & BPF_F_USER_BUILD_ID && !(r4 & BPF_F_USER_STACK)) || size & 7) return result(-EINVAL);
  const skip = <u32>(r4 & BPF_F_SKIP_FIELD_MASK);
  if (r4 & BPF_F_USER_STACK || depth < skip) return result(-EFAULT);
  const bytes = min<u32>((depth - skip) << 3, size);
  memory.copy(to, stack + ((<usize>skip) << 3), bytes);
  return result(<i32>bytes);
}
