// A scenario's traffic: packets by fields, in bursts and at rates, and captures; with it the captures that the scenario writes, which are
// taken from the kernel while it works, as it keeps 4 MB of them at most.
import { NET_LIMIT } from '../bpf/network.ts';
import type { CapturedFrame } from './network-records.ts';
import { buildPacket } from './packet-build.ts';
import { writePcap } from './pcap.ts';
import { labDiagnostic } from './problems.ts';
import { openCapture } from './replay.ts';
import { Refused, type ScenarioNetwork } from './scenario-build.ts';
import { SCENARIO_LIMIT, type NetworkScenario, type RecordSpec } from './scenario.ts';

/** bytes of records that the kernel is given at once; fewer where what comes of them is captured and must fit its buffer */
const SLICE = 1 << 20;
const SLICE_CAPTURED = 1 << 16;
/** parts of the time that passes after the last packet, between which captures are taken */
const PARTS = 64n;
const RECORD_HEADER = 16;

/** Keeps the frames that interfaces with "capture" and the entries of "record" ask for. */
export class Recorder {
  /** of the interfaces with "capture": at most 4 MB */
  readonly frames: CapturedFrame[] = [];
  /** frames that found no room, here or in the kernel */
  lost = 0;
  readonly #built: ScenarioNetwork;
  readonly #captured: ReadonlySet<number>;
  readonly #entries: readonly { readonly spec: RecordSpec; readonly ifindex: number | undefined }[];
  readonly #files = new Map<string, CapturedFrame[]>();
  #frameBytes = 0;
  #fileBytes = 0;

  constructor(built: ScenarioNetwork, scenario: NetworkScenario) {
    this.#built = built;
    const { network, interfaces } = built;
    const captured = scenario.interfaces.filter(({ capture }) => capture === true);
    this.#captured = new Set(captured.map(({ name }) => interfaces.get(name) ?? 0));
    this.#entries = (scenario.record ?? []).map((spec) => ({
      spec,
      ifindex: spec.interface === undefined ? undefined : interfaces.get(spec.interface),
    }));
    for (const { spec, ifindex } of this.#entries) {
      this.#files.set(spec.file, []);
      if (spec.stage !== undefined) network.captureStage(spec.stage, spec.verdict);
      else if (ifindex !== undefined) network.capture(ifindex);
    }
  }

  get active(): boolean {
    return this.#entries.length > 0 || this.#captured.size > 0;
  }

  /** Takes what the kernel has captured since the last time. */
  take(): void {
    if (!this.active) return;
    for (const frame of this.#built.network.frames()) {
      const size = RECORD_HEADER + frame.bytes.length;
      if (frame.direction !== 'stage' && this.#captured.has(frame.ifindex)) {
        if (this.#frameBytes + size > NET_LIMIT.capture) this.lost++;
        else {
          this.frames.push(frame);
          this.#frameBytes += size;
        }
      }
      for (const { spec, ifindex } of this.#entries) {
        if (!this.#fits(frame, spec, ifindex)) continue;
        if (this.#fileBytes + size > SCENARIO_LIMIT.recorded) this.lost++;
        else {
          this.#files.get(spec.file)?.push(frame);
          this.#fileBytes += size;
        }
      }
    }
  }

  #fits(frame: CapturedFrame, spec: RecordSpec, ifindex: number | undefined): boolean {
    if (ifindex !== undefined && frame.ifindex !== ifindex) return false;
    if (spec.stage !== undefined)
      return frame.stage === spec.stage && (spec.verdict === undefined || frame.verdict === spec.verdict);
    return frame.direction !== 'stage' && (spec.direction === undefined || frame.direction === spec.direction);
  }

  /** The files as pcap, frames in the order of their time. */
  files(): Readonly<Record<string, Uint8Array>> {
    this.take();
    return Object.fromEntries(
      [...this.#files].map(([name, frames]) => [
        name,
        writePcap(frames.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))),
      ]),
    );
  }
}

export interface TrafficOptions {
  readonly file: string;
  /** captures that traffic names, by file name */
  readonly captures?: ReadonlyMap<string, Uint8Array> | undefined;
}

export type Traffic = NonNullable<NetworkScenario['traffic']>[number];

/** Nanoseconds between two packets on average. */
function gapOf(item: Traffic): number | undefined {
  return item.rate === undefined ? item.gap : Math.max(1, Math.round(1e9 / item.rate));
}

/** When packet `n` (from 0) of an entry is due that is sent from `start` on. Those of one burst come a nanosecond apart. */
export function dueTime(item: Traffic, n: number, start: bigint): bigint {
  const burst = item.burst ?? 1;
  const within = n % burst;
  const gap = BigInt(gapOf(item) ?? 1000);
  return start + BigInt(item.at ?? 0) * 1000n + gap * BigInt(n - within) + BigInt(within);
}

/** Sends one entry of the traffic, from `start` on; the number of its first packet. */
export function sendTraffic(
  built: ScenarioNetwork,
  recorder: Recorder,
  item: Traffic,
  i: number,
  start: bigint,
  options: TrafficOptions,
): number {
  const { network } = built;
  const path = `traffic[${i}]`;
  const ifindex = built.interfaces.get(item.interface) ?? 0;
  const first = network.exports.netPackets() + 1;
  const time = start + BigInt(item.at ?? 0) * 1000n;
  const slice = recorder.active ? SLICE_CAPTURED : SLICE;
  if (item.pcap !== undefined) {
    sendCapture(built, recorder, item.pcap, { path, ifindex, time, gap: gapOf(item), slice }, options);
    return first;
  }
  const frame = buildPacket(item.packet ?? {}, i);
  if (!(frame instanceof Uint8Array)) throw new Refused(frame);
  const count = item.count ?? 1;
  const gap = BigInt(gapOf(item) ?? 1000);
  const burst = item.burst ?? 1;
  const record = new Uint8Array(RECORD_HEADER + frame.length);
  new DataView(record.buffer).setUint32(8, frame.length, true);
  record.set(frame, RECORD_HEADER);
  const most = Math.max(1, Math.floor(slice / record.length));
  const many = Math.min(count, most, burst > 1 ? burst : most);
  const records = new Uint8Array(record.length * many);
  for (let n = 0; n < many; n++) records.set(record, n * record.length);
  for (let sent = 0; sent < count;) {
    const now = Math.min(many, count - sent, burst > 1 ? burst - (sent % burst) : many);
    const bytes = records.subarray(0, now * record.length);
    const between = burst > 1 ? 1n : gap;
    built.good(network.arriveAll(ifindex, bytes, { time: dueTime(item, sent, start), gap: between }), path);
    recorder.take();
    sent += now;
  }
  return first;
}

interface Replay {
  readonly path: string;
  readonly ifindex: number;
  readonly time: bigint;
  readonly gap: number | undefined;
  readonly slice: number;
}

/** The frames of a capture, with its own times or `gap` ns apart. */
function sendCapture(
  built: ScenarioNetwork,
  recorder: Recorder,
  name: string,
  { path, ifindex, time, gap, slice }: Replay,
  { file, captures }: TrafficOptions,
): void {
  const bytes = captures?.get(name);
  if (!bytes) throw new Refused(labDiagnostic('S029', { file, path: `${path}.pcap`, name }));
  if (bytes.length > SCENARIO_LIMIT.capture) {
    const place = `${path}.pcap (bytes)`;
    throw new Refused(labDiagnostic('S022', { file, path: place, count: bytes.length, most: SCENARIO_LIMIT.capture }));
  }
  const opened = openCapture(bytes);
  if ('problem' in opened) throw new Refused(opened.problem);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = !opened.swapped;
  const unit = view.getUint32(0, little) === 0xa1b23c4d ? 1 : 1000;
  const stamp = (at: number): bigint =>
    BigInt(view.getUint32(at, little)) * 1_000_000_000n + BigInt(view.getUint32(at + 4, little)) * BigInt(unit);
  let at = opened.start;
  let packets = 0;
  while (at + RECORD_HEADER <= bytes.length) {
    // Each slice begins when its first frame is due: how a capture is cut into slices changes nothing.
    const since = gap === undefined ? stamp(at) - stamp(opened.start) : BigInt(gap) * BigInt(packets);
    const consumed = built.good(
      built.network.arriveAll(ifindex, bytes.subarray(at, at + slice), {
        time: time + (since > 0n ? since : 0n),
        gap: BigInt(gap ?? 0),
        unit,
        bigEndian: opened.swapped,
      }),
      path,
    );
    recorder.take();
    // A record that says it is longer than a slice is none.
    if (consumed === 0) break;
    for (const end = at + consumed; at < end; packets++) at += RECORD_HEADER + view.getUint32(at + 8, little);
  }
}

/** Lets simulated time pass, and takes captures meanwhile. */
export function passTime(built: ScenarioNetwork, recorder: Recorder, nanoseconds: bigint): void {
  const { network } = built;
  const start = network.now();
  const parts = recorder.active ? PARTS : 1n;
  for (let part = 1n; part <= parts; part++) {
    network.exports.netPass(start + (nanoseconds * part) / parts);
    recorder.take();
  }
  recorder.lost += network.exports.netCaptureLost();
}
