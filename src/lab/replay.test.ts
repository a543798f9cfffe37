// Captures: both byte orders, files that are cut or are none, progress between slices, faults.
import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../bpf/assemble.ts';
import { encodeInstructions } from '../bpf/instruction.ts';
import { udpCapture } from '../jit/bench.ts';
import { testKernel } from '../jit/fuzz.ts';
import { useEngine } from '../loader/engine.ts';
import type { Kernel } from '../loader/kernel.ts';
import { loadRaw } from './raw.ts';
import { openCapture, replayCapture, type ReplayResult } from './replay.ts';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await testKernel();
});

function replay(bytes: Uint8Array, assembly: string, type = 'xdp'): ReplayResult & { slices: number } {
  kernel.boot({ seed: 1 });
  const instructions = encodeInstructions(assemble(assembly).instructions);
  const loaded = loadRaw(kernel, { type, instructions }, { unverified: true });
  if ('message' in loaded) throw new Error(loaded.message);
  useEngine(kernel, 'interpreter', [loaded.fd]);
  const capture = openCapture(bytes);
  if ('problem' in capture) throw new Error(capture.problem.message);
  const steps = replayCapture(kernel, loaded.fd, bytes, capture);
  let slices = 0;
  let step = steps.next(false);
  for (; !step.done; step = steps.next(false)) slices++;
  return { ...step.value, slices };
}

/** The same capture, as a big-endian machine writes it. */
function swapped(bytes: Uint8Array): Uint8Array {
  const other = bytes.slice();
  const [from, to] = [new DataView(bytes.buffer), new DataView(other.buffer)];
  const word = (at: number): void => to.setUint32(at, from.getUint32(at, true));
  for (const at of [0, 8, 12, 16, 20]) word(at);
  for (const at of [4, 6]) to.setUint16(at, from.getUint16(at, true));
  for (let at = 24; at < bytes.length; at += 16 + from.getUint32(at + 8, true))
    for (let field = 0; field < 16; field += 4) word(at + field);
  return other;
}

describe('replayCapture', () => {
  it('counts verdicts, in both byte orders', () => {
    const bytes = udpCapture(300);
    for (const capture of [bytes, swapped(bytes)]) {
      const result = replay(capture, 'mov %r0, 2\nexit');
      expect(result).toMatchObject({ packets: 300, fault: null, cut: false, short: 0 });
      expect(result.verdicts[2]).toBe(300);
    }
  });

  it('stops between slices', () => {
    expect(replay(udpCapture(120_000), 'mov %r0, 1\nexit').slices).toBeGreaterThan(1);
  });

  it('says that a file is cut', () => {
    const bytes = udpCapture(3);
    expect(replay(bytes.subarray(0, bytes.length - 1), 'mov %r0, 1\nexit')).toMatchObject({ packets: 2, cut: true });
  });

  it('counts large and negative return values together', () => {
    expect(replay(udpCapture(5), 'mov %r0, -1\nexit', 'tc').verdicts[15]).toBe(5);
  });

  it('ends at a fault', () => {
    const result = replay(udpCapture(5), 'mov %r1, 0\nldxb %r0, [%r1+0]\nexit');
    expect(result).toMatchObject({ packets: 0, fault: { kind: 'NULL pointer', instruction: 1 } });
  });
});

describe('openCapture', () => {
  it.each([
    ['0a0d0d0a00000000000000000000000000000000000000000000', /pcapng/],
    ['00000000000000000000000000000000000000000000000000', /no pcap/],
    ['d4c3b2a102000400000000000000000000000400650000000000', /link type 101/],
    ['d4c3', /no pcap/],
  ])('%s is refused', (hex, message) => {
    const capture = openCapture(new Uint8Array(Buffer.from(hex, 'hex')));
    expect('problem' in capture && capture.problem.message).toMatch(message);
  });
});
