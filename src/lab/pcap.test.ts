// pcap files: what is written is read back, tcpdump's own files are read, and files that lie about their lengths end in a message.
import { describe, expect, test } from 'vitest';
import { Random, randomFrames } from './packets.ts';
import { readPcap, writePcap, type PcapContents } from './pcap.ts';
import { openCapture } from './replay.ts';

function contents(file: Uint8Array, most = 1000): PcapContents {
  const read = readPcap(file, most);
  if ('problem' in read) throw new Error(read.problem.message);
  return read;
}
const codeOf = (file: Uint8Array): string => {
  const read = readPcap(file, 10);
  return 'problem' in read ? read.problem.code : 'read';
};
const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/[0-9a-f]{2}/g) ?? [], (it) => parseInt(it, 16));

/** "tcpdump -w" of one ARP request: little-endian, microseconds */
const TCPDUMP = hex(
  'd4c3b2a1 02000400 00000000 00000000 00000400 01000000' +
    '15cd5b07 40e20100 2a000000 2a000000' +
    'ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a020201 000000000000 0a020202',
);

describe('pcap', () => {
  test('what is written is read back, times included', () => {
    const frames = randomFrames(7, 200).map((bytes, i) => ({ time: 100_000_000_000n + BigInt(i) * 1234n, bytes }));
    const file = writePcap(frames);
    expect(contents(file)).toEqual({ frames, more: false, cut: false });
    expect(openCapture(file)).toEqual({ start: 24, swapped: false });
  });

  test('a file of tcpdump’s, and the same from a machine of the other byte order', () => {
    const [frame] = contents(TCPDUMP).frames;
    expect(frame?.time).toBe(123_456_789_123_456_000n);
    expect(frame?.bytes).toHaveLength(42);
    const swapped = TCPDUMP.slice();
    for (const at of [0, 8, 12, 16, 20, 24, 28, 32, 36]) swapped.subarray(at, at + 4).reverse();
    for (const at of [4, 6]) swapped.subarray(at, at + 2).reverse();
    expect(contents(swapped)).toEqual(contents(TCPDUMP));
  });

  test('only so many frames are taken', () => {
    const frames = randomFrames(1, 5).map((bytes) => ({ time: 0n, bytes }));
    expect(contents(writePcap(frames), 3)).toMatchObject({ frames: { length: 3 }, more: true });
    expect(contents(writePcap(frames), 5)).toMatchObject({ frames: { length: 5 }, more: false });
  });

  test('what is no capture of Ethernet frames is said to be that', () => {
    expect(codeOf(new Uint8Array(0))).toBe('S012');
    expect(codeOf(new TextEncoder().encode('<script>alert(1)</script> and more'))).toBe('S012');
    expect(codeOf(hex('0a0d0d0a'.padEnd(60, '0')))).toBe('S011');
    const wireless = TCPDUMP.slice();
    wireless[20] = 105;
    expect(codeOf(wireless)).toBe('S013');
  });

  test('a record that lies about its length ends the reading, whatever it says', () => {
    for (const length of [0xffffffff, 0x7fffffff, 43, 262_145]) {
      const file = TCPDUMP.slice();
      new DataView(file.buffer).setUint32(32, length, true);
      expect(contents(file), String(length)).toEqual({ frames: [], more: false, cut: true });
    }
    for (let size = 24; size < TCPDUMP.length; size++) {
      expect(contents(TCPDUMP.subarray(0, size))).toEqual({ frames: [], more: false, cut: size > 24 });
    }
  });

  test('random bytes behind a good head never do more than end', () => {
    const random = new Random(3);
    for (let i = 0; i < 500; i++) {
      const file = Uint8Array.from([...TCPDUMP.subarray(0, 24), ...random.bytes(random.below(400))]);
      for (const { bytes } of contents(file).frames) expect(bytes.length).toBeLessThanOrEqual(file.length);
    }
  });
});
