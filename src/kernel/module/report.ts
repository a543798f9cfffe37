// What the kernel reports when something went wrong, as a record of machine state; src/explain/oops.ts makes Linux's text of it. Every value
// is read from registers, page tables and memory at the moment of the fault; the call trace is walked from the stack.
//
// The record (payload of an ENTRY_REPORT), little-endian, offsets in bytes:
//     0 u32 kind (REPORT_…)   4 u32 page fault error code   8 u64 address that was touched   16 u64 RIP   24 u64 × 12 r0 to r11
//   120 u64 EFLAGS   128 u64 CR2   136 u64 CR3   144 u64 GS base   152 u64 FS base   160 u32 CPU   164 u32 PID   168 comm, 16 bytes
//   184 u32 taint   188 u32 number of this oops   192 u64 PGD   200 u64 PUD   208 u64 PMD   216 u64 PTE   224 u32 levels of the walk
//   228 u32 uid   232 u32 readable bytes around RIP (0 or 64)   236 u32 preempt_count   240 those bytes, 42 before RIP
//   304 u32 line   308 u32 seconds (soft lockup); 1: the cut was said (warning)   312 u64 stack's lowest address   320 u64 its end   328 u32 1: on an interrupt stack
//   332 u32 trace entries   336 u32 offset of the "Modules linked in" text   340 u32 its bytes   344 u32 offset of the file's name   348 u32 bytes
//   352 trace entries, then the two texts
// A trace entry: u64 address (or address of struct pt_regs' copy), u64 offset in the symbol, u64 symbol's size, u8 what (TRACE_…), u8 1: certain,
// u8 bytes of the name, u8 of the module's name, u32 bytes in all, then the names, padded to 8. TRACE_USER has 21 u64 behind it: struct pt_regs.
import { cpu } from '../cpu';
import { REGISTERS } from '../memory/layout';
import { pageTableRoot, peek, tableEntry } from '../memory/pages';
import { CRED_UID, TASK_COMM, TASK_CRED, TASK_PID } from '../memory/structures';
import { current } from '../memory/tasks';
import { ENTRY_REPORT, addEntry } from './kernel-log';
import { dieCount, perCpuBase, preemptCount, taint } from './machine';
import { moduleName, moduleNameSize, modulesLine, modulesLineSize } from './modules';
import { REGISTERS_SIZE, STACK_SIZE, isInterruptStack, stackOf } from './stacks';
import { symbolAt } from './symbols';
import { isText } from './text';

export const REPORT_PAGE_FAULT: u32 = 1;
export const REPORT_GENERAL_PROTECTION: u32 = 2;
export const REPORT_DIVIDE: u32 = 3;
export const REPORT_OPCODE: u32 = 4;
export const REPORT_BUG: u32 = 5;
export const REPORT_WARNING: u32 = 6;
export const REPORT_STACK_GUARD: u32 = 7;
export const REPORT_SOFT_LOCKUP: u32 = 8;
/** "BUG: scheduling while atomic" */
export const REPORT_SCHEDULING: u32 = 9;
/** "BUG: sleeping function called from invalid context" */
export const REPORT_SLEEPING: u32 = 10;
/** dump_stack() */
export const REPORT_STACK: u32 = 11;

const TRACE_CALL: u8 = 0;
const TRACE_RIP: u8 = 1;
const TRACE_IRQ: u8 = 2;
const TRACE_IRQ_END: u8 = 3;
const TRACE_TASK: u8 = 4;
const TRACE_TASK_END: u8 = 5;
const TRACE_USER: u8 = 6;

const HEADER: usize = 352;
const ENTRY: usize = 32;
/** of the processor: always set, interrupts on */
const EFLAGS_ON: u64 = 0x202;
const CODE_BEFORE: u64 = 42;
const CODE_BYTES: usize = 64;

const MOST_ENTRIES: i32 = 96;
const scratch: usize = memory.data(32768);
const SCRATCH: usize = 32768;
let used: usize = 0;
let entries: i32 = 0;
let lostTrace: bool = false;

function addTrace(what: u8, address: u64, certain: bool): void {
  if (entries >= MOST_ENTRIES || used + 600 > SCRATCH) return;
  const at = scratch + used;
  memory.fill(at, 0, ENTRY);
  store<u64>(at, address);
  store<u8>(at, what, 24);
  store<u8>(at, certain ? 1 : 0, 25);
  let size = ENTRY;
  if (what == TRACE_USER) {
    const registers = peek(address, <u32>REGISTERS_SIZE);
    if (registers != 0) memory.copy(at + size, registers, <usize>REGISTERS_SIZE);
    else memory.fill(at + size, 0, <usize>REGISTERS_SIZE);
    size += <usize>REGISTERS_SIZE;
  } else if (what == TRACE_CALL || what == TRACE_RIP) {
    const symbol = symbolAt(address);
    if (symbol != null) {
      store<u64>(at, address - symbol.address, 8);
      store<u64>(at, symbol.size, 16);
      const name = min<u32>(symbol.nameSize, 255);
      memory.copy(at + size, symbol.name, name);
      size += name;
      const owner = moduleNameSize(symbol.module);
      memory.copy(at + size, moduleName(symbol.module), owner);
      size += owner;
      store<u8>(at, <u8>name, 26);
      store<u8>(at, <u8>owner, 27);
    }
  }
  size = (size + 7) & ~7;
  store<u32>(at, <u32>size, 28);
  used += size;
  entries++;
}

/** Prints what looks like a return address on one stack from `from` on; where the chain of frames leads next. */
function walk(from: u64, to: u64, frame: u64, firstSlot: u64): u64 {
  let base = frame;
  let slot = firstSlot;
  for (let at = from; at < to; at += 8) {
    const word = peek(at, 8);
    if (word == 0) {
      // Beyond a guard page the stack goes on.
      at = (at | 4095) - 7;
      continue;
    }
    const value = load<u64>(word);
    const certain = at == slot;
    if (certain) {
      const next = base == 0 ? 0 : peek(base, 8);
      // From the slot that has no frame of its own to the first frame; later from frame to frame.
      if (slot != base + 8) slot = base + 8;
      else {
        base = next == 0 ? 0 : load<u64>(next);
        slot = base + 8;
      }
    }
    if (isText(value)) addTrace(TRACE_CALL, value, certain);
  }
  if (slot >= to && slot < to + 16) {
    // The last frame of an interrupt stack returns to what was interrupted.
    const next = peek(base, 8);
    return next == 0 ? 0 : load<u64>(next);
  }
  return base;
}

/** Registers that kernel-mode code has, or had when it was left for the body of a native. */
function register(number: usize): u64 {
  return load<u64>(REGISTERS + (number << 3));
}

/** The next report's frames cannot be followed: everything on the stack is a guess. */
export function loseTrace(): void {
  lostTrace = true;
}

function takeTrace(rip: u64, bare: bool): void {
  used = 0;
  entries = 0;
  addTrace(TRACE_RIP, rip, true);
  let sp = register(11);
  let frame = register(10);
  // Before a frame is entered, the return address is where the stack pointer points.
  let slot = bare ? sp : frame + 8;
  const lost = lostTrace;
  lostTrace = false;
  if (lost) {
    frame = 0;
    slot = 0;
  }
  let low = stackOf(sp);
  if (low == 0) return;
  if (isInterruptStack(low)) {
    addTrace(TRACE_IRQ, 0, true);
    const top = low + STACK_SIZE;
    frame = walk(sp & ~7, top - 16, frame, slot);
    addTrace(TRACE_IRQ_END, 0, true);
    // The word at the end says where the interrupted stack was left.
    const link = peek(top - 8, 8);
    sp = link == 0 ? 0 : load<u64>(link);
    low = stackOf(sp);
    slot = frame + 8;
  }
  if (low == 0) return;
  addTrace(TRACE_TASK, 0, true);
  const end = low + STACK_SIZE - REGISTERS_SIZE;
  walk(max<u64>(sp & ~7, low), end, frame, slot);
  // Who never followed the frames to their end does not meet what user space left there.
  if (!lost) addTrace(TRACE_USER, end, true);
  addTrace(TRACE_TASK_END, 0, true);
}

function userFs(): u64 {
  return 0x00007f0000000740;
}

/**
 * Writes a report. `bare`: the function at `rip` has no frame yet, so its return address is on top of the stack.
 * @param address what was touched (page fault, general protection)
 * @param file linear address of a name that ends with 0; 0: none
 */
export function report(
  kind: u32,
  rip: u64,
  address: u64,
  code: u32,
  bare: bool,
  file: usize,
  line: u32,
  seconds: u32,
): void {
  takeTrace(rip, bare);
  let fileSize: u32 = 0;
  if (file != 0) while (fileSize < 255 && load<u8>(file + fileSize) != 0) fileSize++;
  const modules = modulesLineSize();
  const at = addEntry(
    ENTRY_REPORT,
    kind == REPORT_SOFT_LOCKUP || kind == REPORT_STACK_GUARD ? 0 : 1,
    <u32>(HEADER + used) + modules + fileSize,
  );
  if (at == 0) return;
  store<u32>(at, kind);
  store<u32>(at, code, 4);
  store<u64>(at, address, 8);
  store<u64>(at, rip, 16);
  memory.copy(at + 24, REGISTERS, 96);
  store<u64>(at, EFLAGS_ON, 120);
  store<u64>(at, address, 128);
  store<u64>(at, pageTableRoot(), 136);
  store<u64>(at, perCpuBase(), 144);
  store<u64>(at, userFs(), 152);
  store<u32>(at, cpu, 160);
  store<u32>(at, load<u32>(current, TASK_PID), 164);
  memory.copy(at + 168, current + TASK_COMM, 16);
  store<u32>(at, taint, 184);
  store<u32>(at, dieCount, 188);
  let levels: u32 = 0;
  for (let i = 0; i < 4; i++) {
    const entry = tableEntry(address, i);
    store<u64>(at + 192 + ((<usize>i) << 3), entry);
    levels++;
    if (!(entry & 1)) break;
  }
  store<u32>(at, levels, 224);
  const cred = load<u64>(current, TASK_CRED);
  const uid = peek(cred + <u64>CRED_UID, 4);
  store<u32>(at, uid == 0 ? 0 : load<u32>(uid), 228);
  store<u32>(at, preemptCount(), 236);
  const bytes = peek(rip - CODE_BEFORE, <u32>CODE_BYTES);
  if (bytes != 0) {
    store<u32>(at, <u32>CODE_BYTES, 232);
    memory.copy(at + 240, bytes, CODE_BYTES);
  }
  store<u32>(at, line, 304);
  store<u32>(at, seconds, 308);
  const low = stackOf(register(11));
  store<u64>(at, low, 312);
  store<u64>(at, low == 0 ? 0 : low + STACK_SIZE, 320);
  store<u32>(at, isInterruptStack(low) ? 1 : 0, 328);
  store<u32>(at, <u32>entries, 332);
  memory.copy(at + HEADER, scratch, used);
  let text = HEADER + used;
  store<u32>(at, <u32>text, 336);
  store<u32>(at, modules, 340);
  memory.copy(at + text, modulesLine(), modules);
  text += modules;
  store<u32>(at, <u32>text, 344);
  store<u32>(at, fileSize, 348);
  memory.copy(at + text, file, fileSize);
}
