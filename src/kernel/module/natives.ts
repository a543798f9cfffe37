// The bodies of the kernel functions that the machine itself brings; the numbers are those of src/bpf/kernel-api.ts. Arguments come in r1
// to r5; what `...` stands for lies on the stack above the return address.
import { advanceClock, clock, nextRandom, readClock } from '../cpu';
import { partialSum, foldSum } from '../memory/checksum';
import { deviceAt } from '../memory/devices';
import { REGISTERS, VIRTUAL_BASE, toVirtual } from '../memory/layout';
import { kernelAccess, peek } from '../memory/pages';
import { isFreedTwice, slabAllocate, slabFree, slabSize } from '../memory/slab';
import { nextTask, taskOf } from '../memory/tasks';
import { userMemory } from '../memory/user';
import { FAULT_OPCODE, faultKind, raise } from '../vm/fault';
import { setNative } from '../vm/kernel-mode';
import { markReported, panic } from './call';
import { LINE, logText } from './kernel-log';
import { TAINT_WARN, addTaint, countDeath, preemptCount } from './machine';
import { formatKernel } from './print-format';
import { REPORT_BUG, REPORT_SCHEDULING, REPORT_SLEEPING, REPORT_STACK, REPORT_WARNING, report } from './report';

type Native = (r1: u64, r2: u64, r3: u64, r4: u64, r5: u64) => u64;

const STACK_POINTER: usize = REGISTERS + 88;
const line: usize = memory.data(1024);
/** GFP_… bits: __GFP_ZERO, __GFP_DIRECT_RECLAIM (the caller may sleep) */
const GFP_ZERO: u64 = 0x100;
const GFP_DIRECT_RECLAIM: u64 = 0x400;
const PAGE: u64 = 4096;
const DEFAULT_LEVEL: u8 = 4;
/** nanoseconds that a line of printk takes */
const PRINT_TIME: u64 = 1000;

/** Kernel address of the first argument of `...`; the return address is below it. */
function variadic(): u64 {
  return load<u64>(STACK_POINTER) + 8;
}

/** Address of the instruction that called the native. */
function caller(): u64 {
  const at = peek(load<u64>(STACK_POINTER), 8);
  return at == 0 ? 0 : load<u64>(at) - 8;
}

/** Makes the call itself the place of what happens: takes the return address off the stack. */
function leaveToCaller(): u64 {
  const rip = caller();
  store<u64>(STACK_POINTER, load<u64>(STACK_POINTER) + 8);
  return rip;
}

/** Copies a kernel text of at most 255 bytes to `line`, with a terminator. */
function takeText(address: u64): void {
  let n: usize = 0;
  while (n < 255) {
    const at = peek(address + <u64>n, 1);
    if (at == 0 || load<u8>(at) == 0) break;
    store<u8>(line + n, load<u8>(at));
    n++;
  }
  store<u8>(line + n, 0);
}

// ---- printing ----

function printk(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  let length = min<u32>(formatKernel(line, LINE, r1, variadic()), LINE - 1);
  advanceClock(PRINT_TIME);
  let from = line;
  let level = DEFAULT_LEVEL;
  // KERN_…: a byte 1 and the level
  if (length >= 2 && load<u8>(from) == 1) {
    const c = load<u8>(from, 1);
    if (c >= 48 && c <= 55) level = c - 48;
    from += 2;
    length -= 2;
  }
  logText(level, from, length);
  return <u64>length;
}

function formatTo(to: u64, size: u64, format: u64, parameters: u64): u64 {
  const length = formatKernel(line, LINE, format, parameters);
  if (size == 0) return <u64>length;
  const kept = min<u64>(min<u64>(<u64>length, size - 1), <u64>(LINE - 1));
  if (!copyOut(to, line, kept)) return 0;
  const end = kernelAccess(to + kept, 1, true);
  if (end == 0) return 0;
  store<u8>(end, 0);
  return <u64>length;
}

function snprintf(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return formatTo(r1, r2, r3, variadic());
}

function sprintf(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return formatTo(r1, 0x7fffffff, r2, variadic());
}

function vsnprintf(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  return formatTo(r1, r2, r3, r4);
}

function panicNow(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const length = min<u32>(formatKernel(line, LINE, r1, variadic()), LINE - 1);
  panic(String.UTF8.decodeUnsafe(line, length));
  markReported();
  raise(FAULT_OPCODE, 0);
  return 0;
}

function dumpStack(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const rip = leaveToCaller();
  report(REPORT_STACK, rip, 0, 0, false, 0, 0, 0);
  store<u64>(STACK_POINTER, load<u64>(STACK_POINTER) - 8);
  return 0;
}

function bug(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const rip = leaveToCaller();
  takeText(r1);
  countDeath();
  report(REPORT_BUG, rip, 0, 0, false, line, <u32>r2, 0);
  markReported();
  raise(FAULT_OPCODE, 0);
  return 0;
}

function warn(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const rip = leaveToCaller();
  takeText(r1);
  report(REPORT_WARNING, rip, 0, 0, false, line, <u32>r2, 0);
  addTaint(TAINT_WARN);
  store<u64>(STACK_POINTER, load<u64>(STACK_POINTER) - 8);
  return 0;
}

/** As warn(), behind a text of the caller's own that has the "cut here" line already. */
function warnSaid(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const rip = leaveToCaller();
  takeText(r1);
  report(REPORT_WARNING, rip, 0, 0, false, line, <u32>r2, 1);
  addTaint(TAINT_WARN);
  store<u64>(STACK_POINTER, load<u64>(STACK_POINTER) - 8);
  return 0;
}

// ---- memory ----

function allocate(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if ((r2 & GFP_DIRECT_RECLAIM) != 0 && preemptCount() != 0) {
    const rip = leaveToCaller();
    report(REPORT_SLEEPING, rip, 0, 0, false, 0, 0, 0);
    store<u64>(STACK_POINTER, load<u64>(STACK_POINTER) - 8);
  }
  return slabAllocate(r1, (r2 & GFP_ZERO) != 0);
}

function release(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  // SLUB notices an object that it gave out last being freed once more.
  if (isFreedTwice(r1) || !slabFree(r1)) {
    if (faultKind() == 0) raise(FAULT_OPCODE, 0);
  }
  return 0;
}

function sizeOfObject(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return <u64>slabSize(r1);
}

/** Copies to kernel memory, page by page: what comes before a bad page arrives. False after a fault. */
function copyOut(to: u64, from: usize, size: u64): bool {
  let done: u64 = 0;
  while (done < size) {
    const part = min<u64>(size - done, PAGE - ((to + done) & (PAGE - 1)));
    const at = kernelAccess(to + done, <u32>part, true);
    if (at == 0) return false;
    memory.copy(at, from + <usize>done, <usize>part);
    done += part;
  }
  return true;
}

function copyBytes(to: u64, from: u64, size: u64): u64 {
  let done: u64 = 0;
  while (done < size) {
    const a = to + done;
    const b = from + done;
    const part = min<u64>(min<u64>(size - done, PAGE - (a & (PAGE - 1))), PAGE - (b & (PAGE - 1)));
    const source = kernelAccess(b, <u32>part, false);
    if (source == 0) return 0;
    const target = kernelAccess(a, <u32>part, true);
    if (target == 0) return 0;
    memory.copy(target, source, <usize>part);
    done += part;
  }
  return to;
}

function copyMemory(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return copyBytes(r1, r2, r3);
}

function moveMemory(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (r1 <= r2 || r1 - r2 >= r3) return copyBytes(r1, r2, r3);
  for (let i = r3; i > 0; i--) {
    const source = kernelAccess(r2 + i - 1, 1, false);
    const target = source == 0 ? 0 : kernelAccess(r1 + i - 1, 1, true);
    if (target == 0) return 0;
    store<u8>(target, load<u8>(source));
  }
  return r1;
}

function fillMemory(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  let done: u64 = 0;
  while (done < r3) {
    const part = min<u64>(r3 - done, PAGE - ((r1 + done) & (PAGE - 1)));
    const at = kernelAccess(r1 + done, <u32>part, true);
    if (at == 0) return 0;
    memory.fill(at, <u8>r2, <usize>part);
    done += part;
  }
  return r1;
}

/** A byte, or -1 after a fault. */
function byteOf(address: u64): i32 {
  const at = kernelAccess(address, 1, false);
  return at == 0 ? -1 : <i32>load<u8>(at);
}

function compareBytes(a: u64, b: u64, most: u64, text: bool): u64 {
  for (let i: u64 = 0; i < most; i++) {
    const x = byteOf(a + i);
    const y = x < 0 ? -1 : byteOf(b + i);
    if (y < 0) return 0;
    if (x != y) return x < y ? 0xffffffffffffffff : 1;
    if (text && x == 0) break;
  }
  return 0;
}

function compareMemory(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return compareBytes(r1, r2, r3, false);
}

function compareText(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return compareBytes(r1, r2, 0xffffffffffffffff, true);
}

function compareSomeText(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  return compareBytes(r1, r2, r3, true);
}

function lengthUpTo(r1: u64, most: u64): u64 {
  let n: u64 = 0;
  while (n < most) {
    const c = byteOf(r1 + n);
    if (c < 0) return 0;
    if (c == 0) break;
    n++;
  }
  return n;
}

function textLength(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return lengthUpTo(r1, 0xffffffffffffffff);
}

function textLengthUpTo(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return lengthUpTo(r1, r2);
}

// ---- time and chance ----

/** The simulated machine has nobody else to run: the time passes. */
function sleepNow(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  advanceClock((r1 & 0xffffffff) * 1_000_000);
  return 0;
}

function scheduledWhileAtomic(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const rip = leaveToCaller();
  report(REPORT_SCHEDULING, rip, 0, 0, false, 0, 0, 0);
  addTaint(TAINT_WARN);
  store<u64>(STACK_POINTER, load<u64>(STACK_POINTER) - 8);
  return 0;
}

function mightSleep(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  if (preemptCount() == 0) return 0;
  const rip = leaveToCaller();
  report(REPORT_SLEEPING, rip, 0, 0, false, 0, 0, 0);
  store<u64>(STACK_POINTER, load<u64>(STACK_POINTER) - 8);
  return 0;
}

function now(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return readClock();
}

function jiffies(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  // HZ=250; the counter begins five minutes before it wraps, as Linux's does
  return 0xfffedb08 + clock / 4_000_000;
}

function random(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return <u64>nextRandom();
}

function delay(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  advanceClock(r1 * 1000);
  return 0;
}

// ---- user space: the bytes that could not be copied ----

function copyToUser(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (r3 > 0x10000000) return r3;
  const target = userMemory(r1, <u32>r3);
  if (target == 0) return r3;
  let done: u64 = 0;
  while (done < r3) {
    const part = min<u64>(r3 - done, PAGE - ((r2 + done) & (PAGE - 1)));
    const source = kernelAccess(r2 + done, <u32>part, false);
    if (source == 0) return 0;
    memory.copy(target + <usize>done, source, <usize>part);
    done += part;
  }
  return 0;
}

function copyFromUser(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  if (r3 > 0x10000000) return r3;
  const source = userMemory(r2, <u32>r3);
  if (source == 0) return r3;
  copyOut(r1, source, r3);
  return 0;
}

// ---- the machine's own structures ----

function checksum(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const size = min<u32>(<u32>r2, 15) * 4;
  const at = kernelAccess(r1, max<u32>(size, 1), false);
  return at == 0 ? 0 : <u64>foldSum(partialSum(at, size, 0));
}

function deviceByIndex(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return deviceAt(<u32>r1);
}

function taskByPid(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const task = taskOf(<u32>r1);
  return task == 0 ? 0 : toVirtual(task);
}

function taskAfter(r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const task = nextTask(r1 == 0 ? 0 : <usize>(r1 - VIRTUAL_BASE));
  return task == 0 ? 0 : toVirtual(task);
}

function set(number: i32, body: Native): void {
  setNative(number, body.index);
}

export function resetNatives(): void {
  set(1, printk);
  set(2, snprintf);
  set(3, sprintf);
  set(4, panicNow);
  set(5, dumpStack);
  set(6, bug);
  set(7, warn);
  set(8, allocate);
  set(9, release);
  set(10, sizeOfObject);
  set(11, copyMemory);
  set(12, moveMemory);
  set(13, fillMemory);
  set(14, compareMemory);
  set(15, textLength);
  set(16, textLengthUpTo);
  set(17, compareText);
  set(18, compareSomeText);
  set(19, sleepNow);
  set(20, scheduledWhileAtomic);
  set(21, mightSleep);
  set(22, now);
  set(23, random);
  set(24, copyToUser);
  set(25, copyFromUser);
  set(26, delay);
  set(27, vsnprintf);
  set(28, checksum);
  set(29, jiffies);
  set(30, deviceByIndex);
  set(31, taskByPid);
  set(36, warnSaid);
  set(37, taskAfter);
}
