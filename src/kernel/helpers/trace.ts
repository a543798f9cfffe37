// bpf_printk: lines for whoever reads the trace, in the order in which they were printed.
import { EINVAL } from '../generated/errno';
import { clock, cpu } from '../cpu';
import { helperMemory } from '../memory/access';
import { TRACE, TRACE_SIZE } from '../memory/layout';
import { format, parameters } from './format';
import { result } from './arguments';

/** A line: length of the text u32, CPU u32, time u64, then the text without terminator, rounded up to 8 bytes. */
const HEADER: usize = 16;
/** Linux's buffer for one line */
const LINE: u32 = 1024;
/** what is kept; older lines go first */
const BUFFER_SIZE: usize = TRACE_SIZE;
const buffer: usize = TRACE;
let used: usize = 0;
/** lines that found no room */
export let lostLines: u32 = 0;

export function resetTrace(): void {
  used = 0;
  lostLines = 0;
}

export function traceStart(): usize {
  return buffer;
}

export function traceSize(): u32 {
  return <u32>used;
}

/** Room for one more line's text, 0 when the buffer is full: then the line is counted as lost. */
function openLine(): usize {
  if (used + HEADER + LINE > BUFFER_SIZE) {
    lostLines++;
    return 0;
  }
  return buffer + used + HEADER;
}

function closeLine(length: u32): void {
  const text = buffer + used + HEADER;
  // The trace file adds the line's end itself.
  if (length > 0 && load<u8>(text + length - 1) == 10) length--;
  store<u32>(buffer + used, length);
  store<u32>(buffer + used, cpu, 4);
  store<u64>(buffer + used, clock, 8);
  used += HEADER + ((<usize>length + 7) & ~7);
}

/** Prints; `count` parameters are in place. Length of the text or -errno. */
export function printLine(text: usize, size: u32, count: i32): i32 {
  const needed = format(text, size, count, 0, 0);
  if (needed < 0) return needed;
  const line = openLine();
  const length = format(text, size, count, line != 0 ? line : lost, LINE);
  if (line != 0) closeLine(min<u32>(<u32>length, LINE - 1));
  return length;
}

/** where a line goes that is lost, so that its length is still known */
const lost: usize = memory.data(1024);

/** bpf_trace_printk(format, size, a, b, c): length of the text or -errno */
export function tracePrintk(r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const text = helperMemory(r1, <u32>r2);
  if (text == 0) return 0;
  if (<u32>r2 == 0) return result(-EINVAL);
  store<u64>(parameters, r3);
  store<u64>(parameters, r4, 8);
  store<u64>(parameters, r5, 16);
  return result(printLine(text, <u32>r2, 3));
}
