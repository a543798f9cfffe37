// Captures in the classic pcap format (draft-ietf-opsawg-pcap): written so that Wireshark and tcpdump read them, and read from files
// that anybody may have written: every length is held against the file's end before it is believed.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { labDiagnostic } from './problems.ts';

const HEADER = 24;
const RECORD_HEADER = 16;
const LINKTYPE_ETHERNET = 1;
/** time stamps in microseconds and in nanoseconds */
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const PCAPNG = 0x0a0d0d0a;
/** bytes of a packet that a reader has to expect at most (tcpdump's own default) */
const SNAPLEN = 262_144;
const SECOND = 1_000_000_000n;

export interface PcapFrame {
  /** nanoseconds; of a simulated machine since it was booted */
  readonly time: bigint;
  readonly bytes: Uint8Array;
}

export interface PcapContents {
  readonly frames: readonly PcapFrame[];
  /** there are more frames than were asked for */
  readonly more: boolean;
  /** the file ends inside a record, or a record lies about its length: everything before it was read */
  readonly cut: boolean;
}

/** A pcap file of Ethernet frames with time stamps in nanoseconds, little-endian. */
export function writePcap(frames: readonly PcapFrame[]): Uint8Array<ArrayBuffer> {
  const size = frames.reduce((sum, { bytes }) => sum + RECORD_HEADER + bytes.length, HEADER);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, NANOSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAPLEN, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);
  let at = HEADER;
  for (const { time, bytes } of frames) {
    view.setUint32(at, Number(BigInt.asUintN(32, time / SECOND)), true);
    view.setUint32(at + 4, Number(time % SECOND), true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, bytes.length, true);
    file.set(bytes, at + RECORD_HEADER);
    at += RECORD_HEADER + bytes.length;
  }
  return file;
}

/** The first `most` frames of a capture; a problem says what the file is instead, and what to do about it. */
export function readPcap(file: Uint8Array, most: number): PcapContents | { readonly problem: Diagnostic } {
  if (file.length < HEADER) return { problem: labDiagnostic('S012', {}) };
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (view.getUint32(0) === PCAPNG) return { problem: labDiagnostic('S011', {}) };
  const magic = [MICROSECONDS, NANOSECONDS];
  const little = magic.includes(view.getUint32(0, true));
  if (!little && !magic.includes(view.getUint32(0))) return { problem: labDiagnostic('S012', {}) };
  const link = view.getUint32(20, little) & 0xffff;
  if (link !== LINKTYPE_ETHERNET) return { problem: labDiagnostic('S013', { type: link }) };
  const unit = view.getUint32(0, little) === NANOSECONDS ? 1n : 1000n;

  const frames: PcapFrame[] = [];
  let at = HEADER;
  for (; at + RECORD_HEADER <= file.length;) {
    const length = view.getUint32(at + 8, little);
    if (length > SNAPLEN || length > file.length - at - RECORD_HEADER) break;
    if (frames.length === most) return { frames, more: true, cut: false };
    frames.push({
      time: BigInt(view.getUint32(at, little)) * SECOND + BigInt(view.getUint32(at + 4, little)) * unit,
      bytes: file.slice(at + RECORD_HEADER, at + RECORD_HEADER + length),
    });
    at += RECORD_HEADER + length;
  }
  return { frames, more: false, cut: at < file.length };
}
