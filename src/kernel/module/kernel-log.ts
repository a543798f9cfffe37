// The kernel log (dmesg): what printk wrote and the reports of faults, in one order. Entries, not text: a report is a record that
// src/explain/oops.ts renders.
//
// An entry: u32 bytes of the payload, u8 kind (ENTRY_…), u8 level (0 emergency … 7 debug), u16 CPU, u64 time in ns, the payload padded to 8.
import { clock, cpu } from '../cpu';

export const ENTRY_TEXT: u8 = 0;
/** see report.ts */
export const ENTRY_REPORT: u8 = 1;
const HEADER: usize = 16;
/** a line of printk (LOG_LINE_MAX) */
export const LINE: u32 = 976;
const MOST: usize = 1 << 20;

let buffer: usize = 0;
let room: usize = 0;
let used: usize = 0;
/** entries that found no room */
let lost: u32 = 0;

export function resetKernelLog(): void {
  used = 0;
  lost = 0;
}

export function kernelLogStart(): usize {
  return buffer;
}

export function kernelLogBytes(): u32 {
  return <u32>used;
}

export function lostEntries(): u32 {
  return lost;
}

/** Adds an entry of `size` bytes; where its payload goes, 0: the log is full. */
export function addEntry(kind: u8, level: u8, size: u32): usize {
  const whole = HEADER + ((<usize>size + 7) & ~7);
  if (used + whole > room) {
    const wanted = min<usize>(MOST, max<usize>(room * 2, used + whole + 65536));
    if (used + whole > wanted) {
      lost++;
      return 0;
    }
    const larger = heap.alloc(wanted);
    if (buffer != 0) {
      memory.copy(larger, buffer, used);
      heap.free(buffer);
    }
    buffer = larger;
    room = wanted;
  }
  const at = buffer + used;
  memory.fill(at, 0, whole);
  store<u32>(at, size);
  store<u8>(at, kind, 4);
  store<u8>(at, level, 5);
  store<u16>(at, <u16>cpu, 6);
  store<u64>(at, clock, 8);
  used += whole;
  return at + HEADER;
}

/** Adds lines of text; a trailing newline ends the last one. */
export function logText(level: u8, text: usize, size: u32): void {
  let from: u32 = 0;
  while (from < size) {
    let to = from;
    while (to < size && load<u8>(text + to) != 10) to++;
    const at = addEntry(ENTRY_TEXT, level, to - from);
    if (at != 0) memory.copy(at, text + from, to - from);
    from = to + 1;
  }
}

/** A line of the kernel's own. */
export function logLine(level: u8, text: string): void {
  const bytes = String.UTF8.encode(text);
  logText(level, changetype<usize>(bytes), <u32>bytes.byteLength);
}
