// Packets' ways as data: right packets, right stages, the line of C that decided; the reader's packets; hostile networks.
import { beforeAll, describe, expect, test } from 'vitest';
import { readExample } from '../cli/examples.ts';
import { startLab } from '../cli/kernel.ts';
import type { LabEngine } from './lab.ts';
import { pathOf, type PathReport, type PathWay } from './path-report.ts';
import { readPcap } from './pcap.ts';

let lab: LabEngine;
beforeAll(async () => {
  lab = await startLab();
});
const { description, files } = readExample('xdp-drop');
const project = { files, main: 'drop.bpf.c' };
const lineWith = (text: string): number =>
  (files['drop.bpf.c'] ?? '').split('\n').findIndex((it) => it.includes(text)) + 1;
const stages = (way: PathWay | undefined): string => way?.steps.map(({ stage }) => stage).join(' ') ?? '';

describe('the example’s own network', () => {
  let report: PathReport;
  beforeAll(() => {
    report = pathOf(lab, project, description.network);
  });
  const sent = (traffic: number): PathWay | undefined => report.ways.find((way) => way.traffic === traffic);

  test('each entry of the traffic is a way, and the flood is one way of a thousand', () => {
    expect(report.diagnostics).toEqual([]);
    expect([0, 1, 2, 3].map((traffic) => sent(traffic)?.count)).toEqual([1, 1, 1, 1000]);
    expect(sent(3)?.summary).toBe('10.2.2.1.40000 > 10.2.2.2.53: UDP, length 47');
    expect(stages(sent(2))).toBe('nic_ring napi_poll xdp skb_alloc receive ip_rcv route udp socket_queue application');
  });

  test('a drop names its program, its answer and its line', () => {
    const last = sent(1)?.steps.at(-1);
    expect(last).toMatchObject({
      stage: 'xdp',
      verdict: 'drop',
      program: 'xdp_drop',
      answer: 'XDP_DROP',
      interface: 'eth0',
    });
    expect(last?.line).toEqual({ file: 'drop.bpf.c', line: lineWith('return XDP_DROP') });
  });

  test('an answer knows what it answers, and its bytes were seen at the interface', () => {
    const request = report.ways.findIndex((way) => way.traffic === 0);
    const answer = report.ways.find((way) => way.from === request);
    expect(answer?.summary).toContain('ICMP echo reply, id 7');
    expect(answer?.steps.at(-1)?.stage).toBe('wire');
    const capture = readPcap(report.capture ?? new Uint8Array(0), 100);
    // Two requests and an ARP answer in, two answers and an ARP question out: what XDP drops, nobody listening ever sees.
    expect('frames' in capture && capture.frames.length).toBe(6);
  });

  test('the stages’ counters are of all packets', () => {
    expect(report.stages.xdp?.packets).toBe(1004);
    expect(report.stages.skb_alloc?.packets).toBe(3);
    expect(report.drops).toEqual({ XDP_DROP: 1001 });
  });
});

describe('packets of the reader’s own', () => {
  const packet = { ipv4: { source: '10.2.2.1', destination: '10.2.2.2' }, udp: { source: 9, destination: 53 } };

  test('take the place of the network’s traffic', () => {
    const report = pathOf(lab, project, description.network, {
      packets: [{ ...packet, count: 5 }, { hex: '00'.repeat(20) }],
    });
    expect(report.ways.map(({ traffic, count }) => [traffic, count])).toEqual([
      [0, 5],
      [1, 1],
    ]);
    expect(report.drops['XDP_DROP']).toBe(5);
  });

  test('go through a program without a network of its own', () => {
    const report = pathOf(lab, project, undefined, { packets: [packet] });
    expect(report.ways[0]?.steps.at(-1)?.answer).toBe('XDP_DROP');
  });

  test('that cannot be packets end in a message', () => {
    const codes = (hex: string): string[] =>
      pathOf(lab, project, undefined, { packets: [{ hex }] }).diagnostics.map(({ code }) => code);
    expect(codes('zz')).toEqual(['S001']);
    expect(codes('00'.repeat(9000))).toEqual(['S002']);
  });
});

test('a program that is refused carries no packet', () => {
  const report = pathOf(lab, { files, main: 'no-null-check.bpf.c' }, description.network);
  expect(report.ways).toEqual([]);
  expect(report.diagnostics[0]?.severity).toBe('error');
});

test('whatever stands where a network should, it ends in messages', () => {
  for (const network of [
    7,
    'x',
    [],
    {},
    { interfaces: 'eth0' },
    { interfaces: [{ name: '<b>' }] },
    { interfaces: [], attach: [{}] },
  ]) {
    const { diagnostics } = pathOf(lab, project, network);
    expect(
      diagnostics.every(({ severity }) => severity === 'error'),
      JSON.stringify(network),
    ).toBe(true);
  }
});
