// The kernel's trace of the network as data: each packet's stages, decoded from records of fixed size (RECORD in src/bpf/network.ts).
import { DROP_REASONS, RECORD, STAGE, VERDICT, type StageName, type VerdictName } from '../bpf/network.ts';

/** One stage of one packet's way. */
export interface TraceStep {
  /** number of the packet, from 1 in the order of arrival and making */
  readonly packet: number;
  readonly stage: StageName;
  readonly verdict: VerdictName;
  /** simulated nanoseconds since boot, at the stage's end */
  readonly time: bigint;
  readonly cpu: number;
  /** of a drop: the reason's name; else '' */
  readonly reason: string;
  /** what the verdict says beyond its name: a program's return value, a port, a type; see the stage */
  readonly value: number;
  readonly ifindex: number;
  readonly namespace: number;
  /** bytes of the packet, from where the stage sees it */
  readonly length: number;
  /** simulated nanoseconds since the step before */
  readonly cost: number;
  /** number of the program that decided, 0: none; the instruction (slot of the loaded program) that gave its value, -1: not known */
  readonly program: number;
  readonly instruction: number;
  /** bytes of the packet that the program changed */
  readonly changed: number;
  /** packet that this one was made from, rule, socket or cgroup that decided; see the stage */
  readonly detail: number;
}

const STAGES = new Map<number, StageName>(Object.entries(STAGE).map(([name, id]) => [id, name as StageName]));
const VERDICTS = new Map<number, VerdictName>(Object.entries(VERDICT).map(([name, id]) => [id, name as VerdictName]));

export function decodeRecords(bytes: Uint8Array): TraceStep[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const steps: TraceStep[] = [];
  for (let at = 0; at + RECORD.size <= bytes.length; at += RECORD.size) {
    const verdict = VERDICTS.get(view.getUint8(at + RECORD.verdict_u8)) ?? 'pass';
    const value = view.getUint32(at + RECORD.value_u32, true);
    steps.push({
      packet: view.getUint32(at + RECORD.packet_u32, true),
      stage: STAGES.get(view.getUint16(at + RECORD.stage_u16, true)) ?? 'receive',
      verdict,
      time: view.getBigUint64(at + RECORD.time_u64, true),
      cpu: view.getUint8(at + RECORD.cpu_u8),
      reason: verdict === 'drop' ? (DROP_REASONS[value] ?? String(value)) : '',
      value,
      ifindex: view.getUint32(at + RECORD.ifindex_u32, true),
      namespace: view.getUint16(at + RECORD.namespace_u16, true),
      length: view.getUint32(at + RECORD.length_u32, true),
      cost: view.getUint32(at + RECORD.cost_u32, true),
      program: view.getUint32(at + RECORD.program_u32, true),
      instruction: view.getInt32(at + RECORD.instruction_i32, true),
      changed: view.getUint16(at + RECORD.changed_u16, true),
      detail: view.getUint32(at + RECORD.detail_u32, true),
    });
  }
  return steps;
}

/** A frame that somebody listening at an interface saw, or at a stage. */
export interface CapturedFrame {
  readonly time: bigint;
  readonly ifindex: number;
  /** into or out of the interface; `stage`: it left the stage with the verdict below */
  readonly direction: 'in' | 'out' | 'stage';
  readonly stage: StageName | null;
  readonly verdict: VerdictName | null;
  readonly packet: number;
  readonly bytes: Uint8Array;
}

const DIRECTIONS = ['in', 'out', 'stage'] as const;

export function decodeCapture(bytes: Uint8Array): CapturedFrame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: CapturedFrame[] = [];
  for (let at = 0; at + 24 <= bytes.length;) {
    const size = view.getUint32(at + 16, true);
    const direction = DIRECTIONS[view.getUint8(at + 12)] ?? 'in';
    const atStage = direction === 'stage';
    frames.push({
      time: view.getBigUint64(at, true),
      ifindex: view.getUint32(at + 8, true),
      direction,
      stage: atStage ? (STAGES.get(view.getUint8(at + 13)) ?? null) : null,
      verdict: atStage ? (VERDICTS.get(view.getUint8(at + 14)) ?? null) : null,
      packet: view.getUint32(at + 20, true),
      bytes: bytes.slice(at + 24, at + 24 + size),
    });
    at += 24 + ((size + 7) & ~7);
  }
  return frames;
}
