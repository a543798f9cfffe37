// A capture through an XDP program, as fast as it goes: one call for thousands of packets, only the verdicts are kept.
import { Program } from '../program';
import { clearFault, faultKind } from '../vm/fault';
import { runProgram } from '../vm/run';
import { XDP_LINEAR_MOST, openXdp } from './xdp-buffer';

/** counters of verdicts, u64 each: return values 0 to 14, then all others; behind them the bytes that were consumed */
const OTHERS: usize = 15;
const CONSUMED: usize = 16 * 8;
/** a pcap record: seconds, fraction, captured length, length on the wire; u32 each */
const RECORD_HEADER: usize = 16;
const CAPTURED: usize = 8;

/**
 * Runs `program` over the whole pcap records in `size` bytes at `from`; `swapped`: their numbers are big-endian. Adds return values
 * to `counters`. Returns the packets run; a fault (faultKind() then) ends it early. A packet is cut to what fits into a page.
 */
export function replay(program: Program, from: usize, size: usize, swapped: bool, counters: usize): u32 {
  const end = from + size;
  let at = from;
  let packets: u32 = 0;
  clearFault();
  while (at + RECORD_HEADER <= end) {
    const raw = load<u32>(at, CAPTURED);
    const length = swapped ? bswap<u32>(raw) : raw;
    const data = at + RECORD_HEADER;
    if (<usize>length > end - data) break;
    const value = runProgram(program, openXdp(data, min<u32>(length, XDP_LINEAR_MOST), 0, 0, 0), 0);
    if (faultKind() != 0) break;
    const counter = counters + (min<usize>(<usize>(<u32>value), OTHERS) << 3);
    store<u64>(counter, load<u64>(counter) + 1);
    packets++;
    at = data + <usize>length;
  }
  store<u64>(counters, <u64>(at - from), CONSUMED);
  return packets;
}
