// Packets by their fields: bytes that a stack would send, lines that tcpdump would print, and messages for bad input.
import { describe, expect, test } from 'vitest';
import type { PacketSpec } from './api.ts';
import { formatHex, formatIpv6, parseIpv4, parseIpv6, parseMac } from './addresses.ts';
import { buildPacket, checksum, MAX_FRAME } from './packet-build.ts';
import { describePacket } from './packet-describe.ts';

function bytesOf(spec: PacketSpec): Uint8Array {
  const built = buildPacket(spec, 0);
  if (!(built instanceof Uint8Array)) throw new Error(built.message);
  return built;
}

const ipv4 = { source: '10.2.2.1', destination: '10.2.2.2' };

describe('bytes', () => {
  test('an IPv4 header sums to zero, and so does each transport segment with its pseudo header', () => {
    for (const upper of [
      { icmp: { id: 7, sequence: 1 } },
      { udp: { source: 40000, destination: 53 }, payload: 'odd' },
      { tcp: { source: 40000, destination: 80, flags: 'SA' } },
    ]) {
      const frame = bytesOf({ ipv4, ...upper });
      expect(checksum(frame.subarray(14, 34))).toBe(0);
      const segment = frame.subarray(34);
      const pseudo =
        'icmp' in upper
          ? []
          : [...frame.subarray(26, 34), 0, frame[23] ?? 0, segment.length >> 8, segment.length & 255];
      expect(checksum([...pseudo, ...segment])).toBe(0);
    }
  });

  test('lengths agree with what follows', () => {
    const frame = bytesOf({ ipv4, udp: { source: 1, destination: 2 }, payload: 'hello' });
    const view = new DataView(frame.buffer, frame.byteOffset);
    expect(view.getUint16(16)).toBe(frame.length - 14);
    expect(view.getUint16(38)).toBe(frame.length - 34);
  });

  // RFC 1071, section 3, and a header whose checksum is printed in many textbooks
  test('the checksum is the Internet checksum', () => {
    expect(checksum([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])).toBe(0xffff - 0xddf2);
    const header = [0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7];
    expect(checksum(header)).toBe(0xb861);
  });

  test('hex goes in as it is', () => {
    expect(formatHex(bytesOf({ hex: 'DE AD be ef' }))).toBe('deadbeef');
  });
});

describe('descriptions', () => {
  test.each<[PacketSpec, string]>([
    [{ ipv4, icmp: { id: 8, sequence: 3 } }, '10.2.2.1 > 10.2.2.2: ICMP echo request, id 8, seq 3, length 98'],
    [{ ipv4, udp: { source: 4000, destination: 53 } }, '10.2.2.1.4000 > 10.2.2.2.53: UDP, length 42'],
    [
      { ipv4, tcp: { source: 4000, destination: 80, flags: 'SA' } },
      '10.2.2.1.4000 > 10.2.2.2.80: TCP, flags [S.], length 54',
    ],
    [{ arp: { operation: 'request', source: '10.2.2.1', target: '10.2.2.2' } }, 'ARP, who-has 10.2.2.2 tell 10.2.2.1'],
    [{ vlan: { id: 42 }, ipv4, icmp: {} }, '10.2.2.1 > 10.2.2.2: vlan 42, ICMP echo request, id 1, seq 1, length 102'],
    [
      { ipv6: { source: 'fd00::1', destination: 'fd00::2' }, icmp: {} },
      'fd00::1 > fd00::2: ICMP echo request, id 1, seq 1, length 118',
    ],
    [{ ipv4, icmp: {}, truncate: 30 }, '02:00:00:00:00:01 > 02:00:00:00:00:02: truncated IPv4, length 30'],
    [{ hex: '0011' }, '? > ?: truncated frame, length 2'],
  ])('%j', (spec, line) => expect(describePacket(bytesOf(spec)).summary).toBe(line));

  test('any bytes give a line', () => {
    let seed = 1;
    for (let i = 0; i < 2000; i++) {
      const bytes = Uint8Array.from({ length: i % 80 }, () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16);
      expect(describePacket(bytes).summary).not.toMatch(/undefined|NaN/);
    }
  });
});

describe('addresses', () => {
  test.each(['::', '::1', 'fd00::1', '2001:db8:0:1:1:1:1:1', '2001:db8::1:0:0:1', 'fe80::1:2:3'])(
    '%s survives',
    (text) => expect(formatIpv6(parseIpv6(text) ?? new Uint8Array(0))).toBe(text),
  );
  test.each(['1.2.3', '1.2.3.256', 'a.b.c.d', ''])('%s is no IPv4 address', (text) =>
    expect(parseIpv4(text)).toBeNull(),
  );
  test.each(['1::2::3', '12345::', ':', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9'])('%s is no IPv6 address', (text) =>
    expect(parseIpv6(text)).toBeNull(),
  );
  test.each(['02:00:00:00:00', 'zz:00:00:00:00:00'])('%s is no Ethernet address', (text) =>
    expect(parseMac(text)).toBeNull(),
  );
});

describe('bad input becomes a diagnostic that says what to write', () => {
  test.each<[PacketSpec, string, RegExp]>([
    [{ ipv4: { source: '10.2.2', destination: '10.2.2.2' } }, 'S001', /write it like 10\.2\.2\.1/],
    [{ hex: 'xyz' }, 'S001', /hex bytes/],
    [{ ipv4, tcp: { source: 1, destination: 2, flags: 'SQ' } }, 'S001', /TCP flag/],
    [{ ipv4, udp: { source: 1, destination: 2 }, payload: 'x'.repeat(5000) }, 'S002', new RegExp(String(MAX_FRAME))],
  ])('%j', (spec, code, text) => {
    const built = buildPacket(spec, 0);
    expect(built).toMatchObject({ code });
    expect((built as { message: string }).message).toMatch(text);
  });
});
