// How the rest of the kernel calls kernel-mode code: the simulated kernel's own C (src/kernel/linux) and modules.
//
// The packet path (src/kernel/net) meets this file in module/network.ts alone. After every call ask machineState(): a fault may have killed
// the machine (PANICKED) or left it hanging (HUNG); an oops in a system call only kills the task. Addresses read from simulated
// memory may be wild once a module is loaded: take them through kernelAccess (memory/pages.ts), never through toLinear.
import { advanceClock, cpu } from '../cpu';
import { COST_kernel_instruction } from '../generated/costs';
import { REGISTERS } from '../memory/layout';
import { kernelAccess, peek } from '../memory/pages';
import { TASK_COMM, TASK_PID } from '../memory/structures';
import { current, endCurrent } from '../memory/tasks';
import {
  FAULT_DIVIDE,
  FAULT_GENERAL_PROTECTION,
  FAULT_PAGE,
  clearFault,
  errorCode,
  faultAddress,
  faultKind,
} from '../vm/fault';
import { STATUS_BUDGET, STATUS_EXIT, execute, executed, resumeAt, setResume } from '../vm/interpreter';
import { addressOf, hasStrayed, push, recordAt, ripOfFault, ripOfNative } from '../vm/kernel-mode';
import { charge } from '../net/account';
import { logLine } from './kernel-log';
import {
  ALIVE,
  HUNG,
  PANICKED,
  SOFTIRQ,
  TAINT_DIE,
  TAINT_SOFT_LOCKUP,
  addTaint,
  announceTask,
  countDeath,
  inInterrupt,
  machineState,
  panicOnOops,
  perCpuBase,
  preemptCount,
  setPreemptCount,
  stopMachine,
} from './machine';
import {
  REPORT_DIVIDE,
  REPORT_GENERAL_PROTECTION,
  REPORT_OPCODE,
  REPORT_PAGE_FAULT,
  REPORT_SOFT_LOCKUP,
  REPORT_STACK_GUARD,
  loseTrace,
  report,
} from './report';
import { REGISTERS_SIZE, STACK_SIZE, interruptStackTop, stackOf, taskStackTop } from './stacks';
import { addressOfSymbol, symbolAt } from './symbols';

const STACK_POINTER: usize = REGISTERS + 88;
const FRAME_POINTER: usize = REGISTERS + 80;
const REGISTER_BYTES: usize = 96;

/** instructions after which a CPU counts as stuck: at a nanosecond each, less than Linux's 20 s, but the reader waits for it */
let budget: i64 = 50_000_000;
/** what the watchdog says then (Linux: the first of its checks, 4 s apart, that finds more than 20 s) */
const STUCK_SECONDS: u32 = 26;
/** what writing a report to the log takes, about as on a real console */
const REPORT_TIME: u64 = 40_000;
const SLICE: i64 = 1 << 20;

/** calls into kernel mode inside one another */
let depth: i32 = 0;
/** r0 of the system call that ended last; -EINTR when its task died */
let result: u64 = 0;
/** the system call's task was killed by an oops */
let killed: bool = false;
/** an oops is being handled (a fault of BUG() and its kin has its report already) */
let reported: bool = false;

export function resetCalls(): void {
  depth = 0;
  result = 0;
  killed = false;
  reported = false;
}

export function setKernelBudget(instructions: i64): void {
  budget = instructions;
}

export function imageLoaded(): bool {
  return perCpuBase() != 0;
}

/** Was the task of the last system call killed? */
export function taskKilled(): bool {
  return killed;
}

/** A native made the report itself (BUG); the fault that it raises needs no second one. */
export function markReported(): void {
  reported = true;
}

/** instructions that are paid for */
let charged: u64 = 0;

/** What was run since the last time is paid for now, so that it counts where it was run. */
export function chargeInstructions(): void {
  if (executed > charged) charge(COST_kernel_instruction, executed - charged);
  charged = executed;
}

/** What was run since then was somebody else's, who paid for it. */
export function skipInstructions(): void {
  charged = executed;
}

/** Runs from `address` until the instruction that gives control back; false after a fault. */
function run(address: u64): bool {
  const back = resumeAt;
  setResume(recordAt(address));
  depth++;
  let left = budget;
  let status = STATUS_BUDGET;
  if (depth == 1) skipInstructions();
  while (left > 0 && status == STATUS_BUDGET) {
    status = execute(min<i64>(left, SLICE));
    left -= SLICE;
  }
  chargeInstructions();
  depth--;
  const good = status == STATUS_EXIT;
  if (!good && machineState() == ALIVE) fail(status == STATUS_BUDGET);
  setResume(back);
  return good;
}

/** What follows a fault: the report, then a panic or the end of the task. */
function fail(stuck: bool): void {
  if (stuck) {
    advanceClock(<u64>STUCK_SECONDS * 1_000_000_000);
    report(REPORT_SOFT_LOCKUP, addressOf(resumeAt), 0, 0, false, 0, 0, STUCK_SECONDS);
    addTaint(TAINT_SOFT_LOCKUP);
    stopMachine(HUNG);
    return;
  }
  const kind = faultKind();
  const address = faultAddress();
  const code = errorCode();
  const rip = ripOfFault(resumeAt);
  const stray = hasStrayed();
  clearFault();
  advanceClock(REPORT_TIME);
  let guard = false;
  if (!reported) {
    countDeath();
    // The function has no frame yet when its first instruction faults; nor has what is no function.
    const symbol = symbolAt(rip);
    // So does a call through NULL: Linux's unwinder knows that one, and is lost with any other wild address.
    const bare = symbol != null ? symbol.address == rip : rip == 0;
    if (stray && rip != 0) loseTrace();
    const low = stackOf(load<u64>(STACK_POINTER));
    guard = kind == FAULT_PAGE && low != 0 && address < low && address >= low - STACK_SIZE;
    if (guard) report(REPORT_STACK_GUARD, rip, address, 0, bare, 0, 0, 0);
    else if (kind == FAULT_PAGE) report(REPORT_PAGE_FAULT, rip, address, code, bare, 0, 0, 0);
    else if (kind == FAULT_GENERAL_PROTECTION) report(REPORT_GENERAL_PROTECTION, rip, address, 0, bare, 0, 0, 0);
    else if (kind == FAULT_DIVIDE) report(REPORT_DIVIDE, rip, 0, 0, bare, 0, 0, 0);
    else report(REPORT_OPCODE, rip, 0, 0, bare, 0, 0, 0);
  }
  reported = false;
  addTaint(TAINT_DIE);
  // The handler of a double fault runs on a stack of its own, which counts as an interrupt.
  if (guard || inInterrupt()) panic('Fatal exception in interrupt');
  else if (panicOnOops) panic('Fatal exception');
  else die();
}

/** The kernel's last words; nothing runs after them. */
export function panic(why: string): void {
  logLine(0, 'Kernel panic - not syncing: ' + why);
  logLine(0, 'Kernel Offset: disabled');
  logLine(0, '---[ end Kernel panic - not syncing: ' + why + ' ]---');
  stopMachine(PANICKED);
}

/** make_task_dead: the task never goes back to user space. Its locks stay locked. */
function die(): void {
  const count = preemptCount();
  const name = currentName();
  if (count != 0) {
    logLine(6, 'note: ' + name + ' exited with preempt_count ' + count.toString());
    setPreemptCount(0);
  }
  if (!endCurrent()) {
    panic('Attempted to kill init! exitcode=0x00000009');
    return;
  }
  killed = true;
}

/** "insmod[84]" */
export function currentName(): string {
  return (
    String.UTF8.decodeUnsafe(current + TASK_COMM, nameLength(current + TASK_COMM)) +
    '[' +
    load<u32>(current, TASK_PID).toString() +
    ']'
  );
}

function nameLength(at: usize): usize {
  let size: usize = 0;
  while (size < 15 && load<u8>(at + size) != 0) size++;
  return size;
}

function setArguments(a1: u64, a2: u64, a3: u64, a4: u64, a5: u64): void {
  store<u64>(REGISTERS, a1, 8);
  store<u64>(REGISTERS, a2, 16);
  store<u64>(REGISTERS, a3, 24);
  store<u64>(REGISTERS, a4, 32);
  store<u64>(REGISTERS, a5, 40);
}

const REGISTER_STACK: usize = 8;
const suspended: usize = memory.data(768);

/** Keeps the registers of what is interrupted; false: too many calls inside one another. */
function suspend(): bool {
  if (<usize>depth >= REGISTER_STACK) return false;
  memory.copy(suspended + <usize>depth * REGISTER_BYTES, REGISTERS, REGISTER_BYTES);
  return true;
}

function resume(): void {
  memory.copy(REGISTERS, suspended + <usize>depth * REGISTER_BYTES, REGISTER_BYTES);
}

/** Calls a function on the stack that is in use; for natives, and for the machine between two system calls. */
export function callKernel(address: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64): u64 {
  if (machineState() != ALIVE || !suspend()) return 0;
  const outermost = depth == 0;
  if (outermost) openTaskStack(0, 0, 0, 0);
  setArguments(a1, a2, a3, a4, a5);
  let value: u64 = 0;
  let leave = outermost ? leaveAddress('entry_SYSCALL_64_after_hwframe') : 0;
  let good: bool = true;
  if (!outermost) {
    // The native that calls gets a frame as if it were C; behind its one instruction stands the one that comes back here.
    good = push(load<u64>(FRAME_POINTER));
    store<u64>(FRAME_POINTER, load<u64>(STACK_POINTER));
    leave = ripOfNative() + 8;
  }
  if (good && push(leave) && run(address)) value = load<u64>(REGISTERS);
  resume();
  return value;
}

function leaveAddress(entry: string): u64 {
  return addressOfSymbol(entry) + 8;
}

/** A user's registers as system calls leave them, and where they lie at the end of the task's stack. */
function openTaskStack(number: i64, a1: u64, a2: u64, a3: u64): u64 {
  announceTask();
  const top = taskStackTop(current);
  const registers = top - REGISTERS_SIZE;
  const at = kernelAccess(registers, <u32>REGISTERS_SIZE, true);
  memory.fill(at, 0, <usize>REGISTERS_SIZE);
  // struct pt_regs: r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss
  const pid = <u64>load<u32>(current, TASK_PID);
  const ip: u64 = 0x401000 + <u64>(number & 0x3ff) * 8 + 7;
  store<u64>(at, 0x246, 48);
  store<u64>(at, number < 0 ? 0 : 0xffffffffffffffda, 80);
  store<u64>(at, number < 0 ? 0 : ip, 88);
  store<u64>(at, a3, 96);
  store<u64>(at, a2, 104);
  store<u64>(at, a1, 112);
  store<u64>(at, <u64>number, 120);
  store<u64>(at, ip, 128);
  store<u64>(at, 0x33, 136);
  store<u64>(at, 0x246, 144);
  store<u64>(at, 0x00007ffe00000000 + pid * 0x1000 + 0xf48, 152);
  store<u64>(at, 0x2b, 160);
  memory.fill(REGISTERS, 0, REGISTER_BYTES);
  store<u64>(STACK_POINTER, registers);
  store<u64>(FRAME_POINTER, 0);
  return registers;
}

/**
 * A system call of the current task, in C from do_syscall_64 on. The value that the task would see; -EINTR (-4) when an oops killed it or
 * the machine: taskKilled() and machineState() say.
 */
export function kernelSystemCall(number: i64, a1: u64, a2: u64, a3: u64): i64 {
  killed = false;
  result = <u64>-4;
  if (machineState() != ALIVE || depth != 0 || !imageLoaded()) return -4;
  const registers = openTaskStack(number, a1, a2, a3);
  setArguments(registers, <u64>number, 0, 0, 0);
  if (push(leaveAddress('entry_SYSCALL_64_after_hwframe')) && run(addressOfSymbol('do_syscall_64')))
    result = load<u64>(REGISTERS);
  return <i64>result;
}

/** An interrupt of whatever runs: `entry` is called on the CPU's interrupt stack. 0 after a fault. */
function interrupt(entry: u64, argument: u64): u64 {
  if (machineState() != ALIVE || entry == 0 || !suspend()) return 0;
  if (depth == 0) openTaskStack(-35, 0, 0, 0);
  const leave = leaveAddress('asm_common_interrupt');
  const sp = load<u64>(STACK_POINTER);
  const top = interruptStackTop(cpu);
  let value: u64 = 0;
  let good: bool = true;
  if (stackOf(sp) != top - STACK_SIZE) {
    // The interrupted stack gets the frame that leads back to it.
    if (depth == 0) {
      good = push(leave) && push(load<u64>(FRAME_POINTER));
      store<u64>(FRAME_POINTER, load<u64>(STACK_POINTER));
    }
    const link = kernelAccess(top - 8, 8, true);
    if (link != 0) store<u64>(link, load<u64>(STACK_POINTER));
    store<u64>(STACK_POINTER, top - 8);
  }
  setArguments(argument, 0, 0, 0, 0);
  if (good && push(leave) && run(entry)) value = load<u64>(REGISTERS);
  resume();
  return value;
}

// ---- packets ----

/** Takes a packet through the C road in a softirq. */
export function deliverPacket(skb: u64): void {
  announceTask();
  interrupt(addressOfSymbol('common_interrupt'), skb);
}

/** Did anybody register a hook (NF_INET_…) for IPv4? */
export function hooksWaiting(hook: u32): bool {
  const list = addressOfSymbol('nf_hooks_ipv4');
  const at = list == 0 ? 0 : peek(list + <u64>hook * 8, 8);
  return at != 0 && load<u64>(at) != 0;
}

/** What the hooks say: NF_DROP 0, NF_ACCEPT 1 (also when there is none), or -1 when the machine died of it. */
export function runHooks(hook: u32, skb: u64, input: u64, output: u64): i32 {
  if (!hooksWaiting(hook)) return 1;
  const verdict = callKernelInSoftirq(addressOfSymbol('nf_hook_ipv4'), <u64>hook, skb, input, output);
  return machineState() == ALIVE ? <i32>verdict : -1;
}

function callKernelInSoftirq(address: u64, a1: u64, a2: u64, a3: u64, a4: u64): u64 {
  const before = preemptCount();
  setPreemptCount(before + SOFTIRQ);
  const value = callKernel(address, a1, a2, a3, a4, 0);
  if (machineState() == ALIVE) setPreemptCount(before);
  return value;
}
