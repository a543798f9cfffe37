// Comparing a packet pointer with the packet's end: how many bytes behind it are surely there.
import { MAX_PACKET_OFF } from '../generated/limits';
import { BPF_JGE, BPF_JGT, BPF_JLE, BPF_JLT } from '../generated/opcodes';
import {
  AT_PKT_END,
  BEYOND_PKT_END,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  REG_id,
  REG_mask,
  REG_off,
  REG_range,
  REG_type,
  REG_umax,
  REG_value,
} from '../generated/verifier-records';
import { flip } from './branch-outcome';
import { beginRegisters, nextRegister } from './every-register';
import { currentFrame, registerOf } from './layout';

/** Every pointer of `state` with the compared one's identity may be read up to it (one byte further when it is below the end). */
function extendRanges(state: usize, off: i32, umax: u64, id: u32, type: i32, oneMore: bool): void {
  if (off < 0 || (off == 0 && oneMore)) return;
  if (umax > <u64>MAX_PACKET_OFF || umax + <u64>off > <u64>MAX_PACKET_OFF) return;
  const range = oneMore ? off + 1 : off;
  beginRegisters(state);
  for (let r = nextRegister(); r != 0; r = nextRegister()) {
    if (load<i32>(r, REG_type) == type && load<u32>(r, REG_id) == id && load<i32>(r, REG_range) < range)
      store<i32>(r, range, REG_range);
  }
}
function markEnd(state: usize, number: i32, beyond: bool): void {
  const r = registerOf(currentFrame(state), number);
  if (load<i32>(r, REG_type) == PTR_TO_PACKET) store<i32>(r, beyond ? BEYOND_PKT_END : AT_PKT_END, REG_range);
}
/** An unmodified ctx->data: the end of the metadata. */
function isStart(r: usize): bool {
  return (
    load<i32>(r, REG_type) == PTR_TO_PACKET &&
    load<u32>(r, REG_id) == 0 &&
    load<i32>(r, REG_off) == 0 &&
    load<u64>(r, REG_mask) == 0 &&
    load<u64>(r, REG_value) == 0
  );
}
function isPair(pointer: usize, end: usize): bool {
  const type = load<i32>(pointer, REG_type);
  return (
    (type == PTR_TO_PACKET && load<i32>(end, REG_type) == PTR_TO_PACKET_END) ||
    (type == PTR_TO_PACKET_META && isStart(end))
  );
}

/** `d OP s` between registers `dn` and `sn`: `here` falls through, `there` jumps. False: not such a comparison. */
export function matchPacketPointers(
  operation: i32,
  dn: i32,
  d: usize,
  sn: i32,
  s: usize,
  here: usize,
  there: usize,
): bool {
  let pointer = d;
  let number = dn;
  if (!isPair(d, s)) {
    if (!isPair(s, d)) return false;
    pointer = s;
    number = sn;
    operation = flip(operation);
  }
  const off = load<i32>(pointer, REG_off);
  const umax = load<u64>(pointer, REG_umax);
  const id = load<u32>(pointer, REG_id);
  const type = load<i32>(pointer, REG_type);
  switch (operation) {
    case BPF_JGT:
      extendRanges(here, off, umax, id, type, false);
      markEnd(there, number, true);
      return true;
    case BPF_JLT:
      extendRanges(there, off, umax, id, type, true);
      markEnd(here, number, false);
      return true;
    case BPF_JGE:
      extendRanges(here, off, umax, id, type, true);
      markEnd(there, number, false);
      return true;
    case BPF_JLE:
      extendRanges(there, off, umax, id, type, false);
      markEnd(here, number, true);
      return true;
    default:
      return false;
  }
}
