// A capture through an XDP program, or one that sees socket buffers, as fast as it goes: one call for thousands of packets, of which
// only the verdicts are kept.
import { Program } from '../program';
import { clearFault, faultKind } from '../vm/fault';
import { runProgram } from '../vm/run';
import { LOOPBACK } from '../memory/devices';
import { PROG_TC, PROG_TC_ACTION } from '../rewrite/context';
import { ETHERNET_HEADER, openSkb } from './skb-buffer';
import { XDP_LINEAR_MOST, openXdp } from './xdp-buffer';

/** enum bpf_prog_type */
const PROG_XDP: i32 = 6;

/** counters, u64 each: return values 0 to 14, all others, bytes that were consumed, packets too short for a socket buffer */
const OTHERS: usize = 15;
const CONSUMED: usize = 16 * 8;
const SHORT: usize = 17 * 8;
/** a pcap record: seconds, fraction, captured length, length on the wire; u32 each */
const RECORD_HEADER: usize = 16;
const CAPTURED: usize = 8;

/** The context of one packet for the program's type; 0: it has no byte behind the Ethernet header. */
function contextOf(program: Program, data: usize, length: u32): u64 {
  const size = min<u32>(length, XDP_LINEAR_MOST);
  if (program.type == PROG_XDP) return openXdp(data, size, 0, 0, 0);
  if (size <= ETHERNET_HEADER) return 0;
  return openSkb(data, size, LOOPBACK, program.type == PROG_TC || program.type == PROG_TC_ACTION);
}

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
    const context = contextOf(program, data, length);
    let counter = counters + SHORT;
    if (context != 0) {
      const value = runProgram(program, context, 0);
      if (faultKind() != 0) break;
      counter = counters + (min<usize>(<usize>(<u32>value), OTHERS) << 3);
      packets++;
    }
    store<u64>(counter, load<u64>(counter) + 1);
    at = data + <usize>length;
  }
  store<u64>(counters, <u64>(at - from), CONSUMED);
  return packets;
}
