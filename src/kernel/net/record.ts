// The trace: what happened to each packet, stage by stage, as records of fixed size (RECORD in src/bpf/network.ts) in a bounded buffer.
// What finds no room is counted. Tracing changes nothing but the trace.
import { clock, cpu } from '../cpu';
import {
  NET_LIMIT_trace,
  RECORD_changed_u16,
  RECORD_cost_u32,
  RECORD_cpu_u8,
  RECORD_detail_u32,
  RECORD_ifindex_u32,
  RECORD_instruction_i32,
  RECORD_length_u32,
  RECORD_namespace_u16,
  RECORD_packet_u32,
  RECORD_program_u32,
  RECORD_size,
  RECORD_stage_u16,
  RECORD_time_u64,
  RECORD_value_u32,
  RECORD_verdict_u8,
  VERDICT_drop,
} from '../generated/network';
import { countDrop, countStage } from './account';
import { packetOf } from './buffers';
import { captureFrameAt, captureSkbAt, listening } from './capture';
import { profiling, stagePassed } from './profile';

let buffer: usize = 0;
let used: usize = 0;
let room: usize = 0;
export let lostRecords: u32 = 0;
export let tracing: bool = false;
/** packets up to this number are traced */
let lastTraced: u32 = 0;

/** packets so far: each frame that arrives or is made has a number of its own */
export let packets: u32 = 0;
/** when the stage began that the next record ends */
let began: u64 = 0;

let programId: u32 = 0;
let instruction: i32 = -1;
let changed: u32 = 0;

export function resetRecords(): void {
  used = 0;
  lostRecords = 0;
  packets = 0;
  began = 0;
  programId = 0;
  instruction = -1;
  changed = 0;
  lastTraced = 0;
  room = 0;
  tracing = false;
}

/** Keeps records of packets 1 to `last`, at most `limit` bytes of them. */
export function setTracing(last: u32, limit: u32): void {
  lastTraced = last;
  room = min<usize>(limit, NET_LIMIT_trace);
  tracing = last > 0;
  if (tracing && buffer == 0) buffer = heap.alloc(NET_LIMIT_trace);
}

export function recordStart(): usize {
  return buffer;
}

export function recordBytes(): u32 {
  return <u32>used;
}

/** The host has taken the records; numbers of packets go on. */
export function clearRecords(): void {
  used = 0;
  lostRecords = 0;
}

export function nextPacket(): u32 {
  packets++;
  return packets;
}

export function isTraced(packet: u32): bool {
  return tracing && packet <= lastTraced;
}

/** Work on a packet begins now: what was before is not its cost. */
export function beginWork(): void {
  began = clock;
}

/** The next record is of this program's verdict, given by this instruction of the loaded program, after so many changed bytes. */
export function noteProgram(id: u32, at: i32, bytes: u32): void {
  programId = id;
  instruction = at;
  changed = bytes;
}

/** A packet has passed a stage. */
export function mark(
  packet: u32,
  stage: i32,
  verdict: i32,
  value: u32,
  ifindex: u32,
  length: u32,
  detail: u32,
  namespace: u32,
): void {
  const cost = clock > began ? clock - began : 0;
  if (profiling) stagePassed(packet, stage, verdict, cost);
  began = clock;
  countStage(stage, cost);
  if (verdict == VERDICT_drop) countDrop(<i32>min<u32>(value, 159));
  if (tracing && packet <= lastTraced) {
    if (used + RECORD_size > room) lostRecords++;
    else {
      const at = buffer + used;
      used += RECORD_size;
      store<u32>(at + RECORD_packet_u32, packet);
      store<u16>(at + RECORD_stage_u16, <u16>stage);
      store<u8>(at + RECORD_verdict_u8, <u8>verdict);
      store<u8>(at + RECORD_cpu_u8, <u8>cpu);
      store<u64>(at + RECORD_time_u64, clock);
      store<u32>(at + RECORD_value_u32, value);
      store<u32>(at + RECORD_ifindex_u32, ifindex);
      store<u32>(at + RECORD_program_u32, programId);
      store<i32>(at + RECORD_instruction_i32, instruction);
      store<u32>(at + RECORD_cost_u32, <u32>cost);
      store<u32>(at + RECORD_length_u32, length);
      store<u32>(at + RECORD_detail_u32, detail);
      store<u16>(at + RECORD_changed_u16, <u16>min<u32>(changed, 0xffff));
      store<u16>(at + RECORD_namespace_u16, <u16>namespace);
    }
  }
  programId = 0;
  instruction = -1;
  changed = 0;
}

/** The packet of an sk_buff has passed a stage. */
export function markSkb(
  skb: usize,
  stage: i32,
  verdict: i32,
  value: u32,
  ifindex: u32,
  length: u32,
  detail: u32,
  namespace: u32,
): void {
  if (listening) captureSkbAt(stage, verdict, ifindex, skb);
  mark(packetOf(skb), stage, verdict, value, ifindex, length, detail, namespace);
}

/** A frame of `length` bytes at `frame`, without an sk_buff, has passed a stage. */
export function markFrame(
  packet: u32,
  stage: i32,
  verdict: i32,
  value: u32,
  ifindex: u32,
  frame: usize,
  length: u32,
  detail: u32,
  namespace: u32,
): void {
  if (listening) captureFrameAt(stage, verdict, ifindex, frame, length, packet);
  mark(packet, stage, verdict, value, ifindex, length, detail, namespace);
}
