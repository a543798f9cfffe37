// Fields and bytes: every field reads what was built, writes what it reads, and changes nothing beside it; broken frames never break the reader.
import { describe, expect, test } from 'vitest';
import type { PacketSpec } from './api.ts';
import { buildPacket } from './packet-build.ts';
import { layersOf, mend, parseBytes, readField, writeField, type Field } from './packet-fields.ts';
import { Random, randomFrame } from './packets.ts';

const build = (spec: PacketSpec): Uint8Array => {
  const bytes = buildPacket(spec, 0);
  if (!(bytes instanceof Uint8Array)) throw new Error(bytes.message);
  return bytes;
};
const ENDS = { source: '10.2.2.1', destination: '10.2.2.2' };
const ENDS6 = { source: 'fd00::1', destination: 'fd00::2' };
const SPECS: Readonly<Record<string, PacketSpec>> = {
  icmp: { ipv4: ENDS, icmp: { id: 7, sequence: 3 } },
  udp: { ipv4: { ...ENDS, ttl: 9 }, udp: { source: 40000, destination: 53 }, payload: 'hello' },
  tcp: { ipv4: ENDS, tcp: { source: 51515, destination: 80, flags: 'SA' } },
  arp: { arp: { operation: 'request', source: '10.2.2.1', target: '10.2.2.2' } },
  vlan: { vlan: { id: 100, priority: 5 }, ipv4: ENDS, udp: { source: 1, destination: 2 } },
  ipv6: { ipv6: ENDS6, udp: { source: 1, destination: 2 }, payload: 'odd' },
  icmpv6: { ipv6: ENDS6, icmp: {} },
};
const fieldsOf = (bytes: Uint8Array): Field[] => layersOf(bytes).flatMap(({ fields }) => fields);
const text = (bytes: Uint8Array, layer: string, name: string): string => {
  const field = fieldsOf(bytes).find((it) => it.layer === layer && it.name === name);
  return field ? readField(bytes, field) : 'none';
};
const changed = (bytes: Uint8Array, layer: string, name: string, to: string): Uint8Array => {
  const field = fieldsOf(bytes).find((it) => it.layer === layer && it.name === name);
  const after = field && writeField(bytes, field, to);
  if (!after) throw new Error(`${layer}.${name} does not take ${to}`);
  return after;
};

describe('fields', () => {
  test('read what the packet was built of', () => {
    const udp = build(SPECS['udp'] ?? {});
    expect(layersOf(udp).map(({ name }) => name)).toEqual(['ethernet', 'ipv4', 'udp', 'payload']);
    expect([text(udp, 'ethernet', 'type'), text(udp, 'ipv4', 'ttl'), text(udp, 'udp', 'destination-port')]).toEqual([
      '0x0800',
      '9',
      '53',
    ]);
    expect(text(udp, 'payload', 'data')).toBe('68 65 6c 6c 6f');
    const tcp = build(SPECS['tcp'] ?? {});
    expect(text(tcp, 'tcp', 'flags')).toBe('SA');
    const vlan = build(SPECS['vlan'] ?? {});
    expect([text(vlan, 'vlan', 'vlan'), text(vlan, 'vlan', 'priority')]).toEqual(['100', '5']);
    expect(text(build(SPECS['ipv6'] ?? {}), 'ipv6', 'destination')).toBe('fd00::2');
    expect(text(build(SPECS['arp'] ?? {}), 'arp', 'target')).toBe('10.2.2.2');
  });

  test('a field that is changed says so, and every other stays', () => {
    const before = build(SPECS['udp'] ?? {});
    const after = changed(before, 'ipv4', 'destination', '10.2.2.99');
    for (const field of fieldsOf(before)) {
      const other = field.layer === 'ipv4' && field.name === 'destination' ? '10.2.2.99' : readField(before, field);
      expect(readField(after, field), `${field.layer}.${field.name}`).toBe(other);
    }
  });

  test('what does not fit is refused', () => {
    const bytes = build(SPECS['tcp'] ?? {});
    const refuses = (layer: string, name: string, to: string): boolean => {
      const field = fieldsOf(bytes).find((it) => it.layer === layer && it.name === name);
      return field !== undefined && writeField(bytes, field, to) === null;
    };
    for (const to of ['256', '-1', '1.5', '', 'x', '0x100', '1e9', '<b>'])
      expect(refuses('ipv4', 'ttl', to), to).toBe(true);
    for (const to of ['10.2.2', '10.2.2.256', 'fd00::1', '']) expect(refuses('ipv4', 'source', to), to).toBe(true);
    for (const to of ['SX', '2']) expect(refuses('tcp', 'flags', to), to).toBe(true);
    expect(refuses('ethernet', 'source', '02:00:00:00:00')).toBe(true);
  });

  test('another type makes other layers of the same bytes', () => {
    const bytes = build(SPECS['udp'] ?? {});
    const names = (it: Uint8Array): string[] => layersOf(it).map(({ name }) => name);
    expect(names(changed(bytes, 'ethernet', 'type', '0x88b5'))).toEqual(['ethernet', 'payload']);
    expect(names(changed(bytes, 'ipv4', 'protocol', '6'))).toEqual(['ethernet', 'ipv4', 'tcp']);
  });
});

describe('mending', () => {
  test.each(Object.entries(SPECS))('%s: what a sender’s stack made is right already', (_, spec) => {
    const bytes = build(spec);
    expect(mend(bytes)).toEqual(bytes);
  });

  test.each(['icmp', 'udp', 'tcp', 'ipv6', 'icmpv6'])('%s: lengths and checksums follow what is changed', (name) => {
    const spec = SPECS[name] ?? {};
    const bytes = build(spec);
    const layer = spec.ipv6 ? 'ipv6' : 'ipv4';
    const to = spec.ipv6 ? 'fd00::77' : '10.2.2.77';
    const expected = build(
      spec.ipv6
        ? { ...spec, ipv6: { ...ENDS6, source: to } }
        : { ...spec, ipv4: { ...ENDS, ...spec.ipv4, source: to } },
    );
    expect(mend(changed(bytes, layer, 'source', to))).toEqual(expected);
  });

  test('a longer payload makes a longer packet', () => {
    const bytes = build(SPECS['udp'] ?? {});
    const longer = mend(changed(bytes, 'payload', 'data', '68 65 6c 6c 6f 20 79 6f 75'));
    expect(longer).toEqual(build({ ...SPECS['udp'], payload: 'hello you' }));
  });

  test('what is cut off, or a fragment, keeps what it says', () => {
    const cut = build(SPECS['udp'] ?? {}).subarray(0, 30);
    expect(mend(cut)).toEqual(Uint8Array.from(cut));
    const fragment = changed(build(SPECS['udp'] ?? {}), 'ipv4', 'more-fragments', '1');
    expect(text(mend(fragment), 'udp', 'checksum')).toBe(text(fragment, 'udp', 'checksum'));
  });
});

describe('frames by the thousand', () => {
  test('layers cover every byte once; every field writes what it reads; mending twice is mending once', () => {
    const random = new Random(11);
    for (let i = 0; i < 3000; i++) {
      const whole = randomFrame(random);
      const bytes = whole.subarray(0, random.once(4) ? random.below(whole.length + 1) : whole.length);
      let at = 0;
      for (const layer of layersOf(bytes)) {
        expect(layer.from).toBe(at);
        at = layer.to;
        for (const field of layer.fields) {
          expect(field.bit + field.bits).toBeLessThanOrEqual(bytes.length * 8);
          expect(writeField(bytes, field, readField(bytes, field))).toEqual(Uint8Array.from(bytes));
        }
      }
      expect(at).toBe(bytes.length);
      const mended = mend(bytes);
      expect(mended).toHaveLength(bytes.length);
      expect(mend(mended)).toEqual(mended);
    }
  });
});

test('bytes are read as people paste them', () => {
  expect(parseBytes('45 00:0x1f,FF-0a\n')).toEqual(Uint8Array.of(0x45, 0, 0x1f, 0xff, 0x0a));
  for (const bad of ['4', 'zz', '4 5 0', '<script>']) expect(parseBytes(bad), bad).toBeNull();
});
