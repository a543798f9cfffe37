// Ring buffers and perf buffers: how programs send records to user space.
import { EAGAIN, EFAULT, EINVAL } from '../generated/errno';
import { cpu } from '../cpu';
import { PerfEventArrayMap } from '../maps/perf-events';
import { BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP, RingBufferMap, bufferOf } from '../maps/ring-buffer';
import { helperMemory } from '../memory/access';
import { toLinear, toVirtual } from '../memory/layout';
import { FAULT_HELPER_MEMORY, raise } from '../vm/fault';
import { mapArgument, result } from './arguments';
import { packetLength, packetStart } from './packet';

const WAKEUP: u64 = BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP;
const MAP_TYPE_RINGBUF: i32 = 27;
const MAP_TYPE_PERF_EVENT_ARRAY: i32 = 4;
/** flags of perf output: the low half numbers the entry, all ones is this CPU's; packet programs add a length in bits 32 to 51 */
const BPF_F_INDEX_MASK: u64 = 0xffffffff;
const BPF_F_CTXLEN_MASK: u64 = 0xfffff00000000;

/** The ring buffer a program passed; null after raising a fault. */
export function ringArgument(address: u64): RingBufferMap | null {
  const map = mapArgument(address);
  if (map == null) return null;
  if (map.type == MAP_TYPE_RINGBUF) return changetype<RingBufferMap>(map);
  raise(FAULT_HELPER_MEMORY, address);
  return null;
}

/** bpf_ringbuf_output(map, data, size, flags): 0, -EINVAL for wrong flags, -EAGAIN when there is no room */
export function ringOutput(r1: u64, r2: u64, r3: u64, r4: u64, _r5: u64): u64 {
  const ring = ringArgument(r1);
  if (ring == null) return 0;
  const data = helperMemory(r2, <u32>r3);
  if (data == 0) return 0;
  if (r4 & ~WAKEUP) return result(-EINVAL);
  const record = ring.reserveRecord(r3);
  if (record == 0) return result(-EAGAIN);
  memory.copy(record, data, <usize>r3);
  ring.commit(record, false, r4);
  return 0;
}

/** bpf_ringbuf_reserve(map, size, flags): address of the record, or 0 */
export function ringReserve(r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64): u64 {
  const ring = ringArgument(r1);
  if (ring == null || r3 != 0) return 0;
  const record = ring.reserveRecord(r2);
  return record == 0 ? 0 : toVirtual(record);
}

function finish(address: u64, discard: bool, flags: u64): u64 {
  const ring = bufferOf(address);
  if (ring == null) raise(FAULT_HELPER_MEMORY, address);
  else ring.commit(toLinear(address), discard, flags);
  return 0;
}

/** bpf_ringbuf_submit(record, flags) */
export function ringSubmit(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return finish(r1, false, r2);
}

/** bpf_ringbuf_discard(record, flags) */
export function ringDiscard(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return finish(r1, true, r2);
}

/** bpf_ringbuf_query(map, what): bytes waiting, size, consumer's and producer's position */
export function ringQuery(r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  const ring = ringArgument(r1);
  return ring == null ? 0 : ring.query(r2);
}

/** bpf_perf_event_output(context, map, flags, data, size): 0 or -errno */
export function perfOutput(_r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  const map = mapArgument(r2);
  if (map == null) return 0;
  if (map.type != MAP_TYPE_PERF_EVENT_ARRAY) {
    raise(FAULT_HELPER_MEMORY, r2);
    return 0;
  }
  const data = helperMemory(r4, <u32>r5);
  if (data == 0) return 0;
  if (r3 & ~(BPF_F_INDEX_MASK | BPF_F_CTXLEN_MASK)) return result(-EINVAL);
  // The packet's first bytes may follow the data.
  const extra = <u32>((r3 & BPF_F_CTXLEN_MASK) >> 32);
  if (extra > packetLength()) return result(-EFAULT);
  const index = <u32>r3 == <u32>BPF_F_INDEX_MASK ? cpu : <u32>r3;
  return result(changetype<PerfEventArrayMap>(map).output(index, cpu, data, <u32>r5, packetStart(), extra));
}
