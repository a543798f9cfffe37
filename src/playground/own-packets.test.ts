// Packets from outside: what is within the bounds is taken, everything else is refused whole.
import { describe, expect, test } from 'vitest';
import { joined, PACKET_LIMIT, packetsFrom, packetsText, validPackets } from './own-packets.ts';

const packet = (hex: string, more: object = {}): unknown => ({ hex, ...more });

describe('packets', () => {
  test('what was kept is read back', () => {
    const packets = [{ hex: '00'.repeat(20) }, { hex: 'ff'.repeat(60), count: 5, cpu: 1 }];
    expect(packetsFrom(packetsText(packets))).toEqual(packets);
    expect(packetsFrom(packetsText([]))).toEqual([]);
  });

  test.each([
    ['no list', {}],
    ['too many', Array(PACKET_LIMIT.packets + 1).fill(packet('00'))],
    ['too long', [packet('00'.repeat(PACKET_LIMIT.bytes + 1))]],
    ['half a byte', [packet('000')]],
    ['no digits', [packet('<img src=x onerror=alert(1)>')]],
    ['no text', [packet(7 as never)]],
    ['null', [null]],
    ['sent too often', [packet('00', { count: 1e9 })]],
    ['never sent', [packet('00', { count: 0 })]],
    ['sent half', [packet('00', { count: 1.5 })]],
    ['on a processor that is not there', [packet('00', { cpu: 64 })]],
  ])('%s is refused', (_, data) => {
    expect(validPackets(data)).toBeNull();
  });

  test('what is no JSON is nothing', () => expect(packetsFrom('{')).toBeNull());

  test('members that nobody asked for are left behind', () => {
    expect(validPackets([packet('00', { expect: 'XDP_DROP', __proto__: { x: 1 } })])).toEqual([{ hex: '00' }]);
  });

  test('what comes in stands beside what is there, once', () => {
    expect(joined(null, [{ hex: '00' }])).toEqual([{ hex: '00' }]);
    expect(joined([{ hex: '01' }, { hex: '00' }], [{ hex: '00' }, { hex: '02' }])).toEqual([
      { hex: '01' },
      { hex: '00' },
      { hex: '02' },
    ]);
  });
});
