// A capture through an XDP program, as fast as it goes: one call for thousands of packets, only the verdicts are kept.
import { Program } from '../program';
import { clearFault, faultKind } from '../vm/fault';
import { runProgram } from '../vm/run';
import { XDP_LINEAR_MOST, openXdp } from './xdp-buffer';

/** counters of verdicts, u64 each: return values 0 to 14, then all others */
const COUNTERS: u64 = 16;

/**
 * Runs `program` over the records in `size` bytes at `from`: length (u32), bytes, padding to four. Counts return values at
 * `counters`. Returns the packets run; a fault (faultKind() then) ends it early. A packet is cut to what fits into a page.
 */
export function replay(program: Program, from: usize, size: usize, counters: usize): u32 {
  const end = from + size;
  let at = from;
  let packets: u32 = 0;
  clearFault();
  while (at + 4 <= end) {
    const length = load<u32>(at);
    if (at + 4 + length > end) break;
    const value = runProgram(program, openXdp(at + 4, min<u32>(length, XDP_LINEAR_MOST), 0, 0, 0), 0);
    if (faultKind() != 0) return packets;
    const counter = counters + (<usize>min<u64>(<u64>(<u32>value), COUNTERS - 1) << 3);
    store<u64>(counter, load<u64>(counter) + 1);
    packets++;
    at += 4 + ((<usize>length + 3) & ~3);
  }
  return packets;
}
