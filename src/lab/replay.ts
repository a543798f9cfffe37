// A capture (pcap) through an XDP program (or one of socket buffers), in slices: between two of them the caller can show progress, or stop.
import type { Kernel } from '../loader/kernel.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Fault, ReplayProgress } from './api.ts';
import { labDiagnostic } from './problems.ts';
import { faultOf } from './run.ts';

export interface ReplayResult {
  readonly packets: number;
  /** how often each return value came; those from 15 on are counted together as 15 */
  readonly verdicts: readonly number[];
  readonly fault: Fault | null;
  /** packets that a socket buffer cannot hold: nothing behind the Ethernet header */
  readonly short: number;
  /** the file ends inside a packet */
  readonly cut: boolean;
}

export interface Capture {
  /** offset of the first record */
  readonly start: number;
  /** the file's numbers are big-endian */
  readonly swapped: boolean;
}

const HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 1;
/** microseconds, nanoseconds (the pcap file format, draft-ietf-opsawg-pcap) */
const MAGIC = [0xa1b2c3d4, 0xa1b23c4d];

/** Reads a capture's head; a problem says what to do about it. */
export function openCapture(bytes: Uint8Array): Capture | { readonly problem: Diagnostic } {
  if (bytes.length < HEADER) return { problem: labDiagnostic('S012', {}) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) === 0x0a0d0d0a) return { problem: labDiagnostic('S011', {}) };
  const swapped = !MAGIC.includes(view.getUint32(0, true));
  if (swapped && !MAGIC.includes(view.getUint32(0))) return { problem: labDiagnostic('S012', {}) };
  const link = view.getUint32(20, !swapped) & 0xffff;
  if (link !== ETHERNET) return { problem: labDiagnostic('S013', { type: link }) };
  return { start: HEADER, swapped };
}

/** Bytes that one slice takes: some ten thousand packets, a few milliseconds. */
const SLICE = 4 << 20;
const COUNTERS = 18 * 8;

/** Runs program `fd` over every packet. The kernel's engine and budget hold; each `next()` does one slice, next(true) ends it. */
export function* replayCapture(
  kernel: Kernel,
  fd: number,
  bytes: Uint8Array,
  capture: Capture,
): Generator<ReplayProgress, ReplayResult, boolean> {
  const { exports, memory } = kernel;
  const buffer = exports.allocate(SLICE);
  const counters = exports.allocate(COUNTERS);
  try {
    new Uint8Array(memory.buffer).fill(0, counters, counters + COUNTERS);
    let at = capture.start;
    let packets = 0;
    let fault: Fault | null = null;
    const counter = (index: number): number =>
      Number(new DataView(memory.buffer).getBigUint64(counters + 8 * index, true));
    while (at + RECORD_HEADER <= bytes.length) {
      const slice = bytes.subarray(at, at + SLICE);
      new Uint8Array(memory.buffer).set(slice, buffer);
      packets += exports.replayPackets(fd, buffer, slice.length, capture.swapped, counters);
      fault = faultOf(kernel);
      const consumed = counter(16);
      at += consumed;
      if (fault !== null || consumed === 0) break;
      if (yield { done: at, total: bytes.length, packets }) break;
    }
    const verdicts = Array.from({ length: 16 }, (_, value) => counter(value));
    return { packets, verdicts, fault, short: counter(17), cut: fault === null && at < bytes.length };
  } finally {
    exports.release(buffer);
    exports.release(counters);
  }
}
