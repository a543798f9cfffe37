// The network path: that packets go where Linux sends them, that programs decide what they decide there, and that the figures come from the
// work that was done.
import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { COST, COSTS } from '../bpf/costs.ts';
import { compile } from '../compiler/compile.ts';
import { Kernel } from '../loader/kernel.ts';
import { loadObject, type LoadedProgram } from '../loader/load.ts';
import { isProblem } from '../loader/problems.ts';
import type { PacketSpec } from './api.ts';
import { Network } from './network.ts';
import { ATTACH, NetworkLinks } from './network-links.ts';
import type { TraceStep } from './network-records.ts';
import { buildPacket } from './packet-build.ts';

let kernel: Kernel;
let network: Network;
let links: NetworkLinks;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(bytes));
});
beforeEach(() => boot());

function boot(cpus = 2): void {
  kernel.boot({ seed: 1, cpus });
  network = new Network(kernel);
  links = new NetworkLinks(kernel);
}

const HEAD = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
`;
const OURS = '02:00:00:00:00:02';
const THEIRS = '02:00:00:00:00:01';

function load(source: string): LoadedProgram[] {
  const { object, diagnostics } = compile({
    files: new Map([['t.bpf.c', `${HEAD}${source}\nchar LICENSE[] SEC("license") = "GPL";\n`]]),
    main: 't.bpf.c',
  });
  expect(diagnostics).toEqual([]);
  const loaded = loadObject(kernel, object ?? new Uint8Array(), 't.bpf.c');
  if (isProblem(loaded)) throw new Error(loaded.problem.message);
  for (const program of loaded.programs) expect(program.fd).toBeGreaterThan(0);
  // as they stand in the source, whatever their sections
  return loaded.programs.toSorted(
    (a, b) => source.indexOf(` ${a.linked.name}(`) - source.indexOf(` ${b.linked.name}(`),
  );
}
const fd = (source: string): number => load(source)[0]?.fd ?? -1;

function packet(spec: PacketSpec): Uint8Array {
  const bytes = buildPacket({ ethernet: { source: THEIRS, destination: OURS, ...spec.ethernet }, ...spec }, 0);
  if (!(bytes instanceof Uint8Array)) throw new Error(bytes.message);
  return bytes;
}
const UDP: PacketSpec = {
  ipv4: { source: '10.0.0.1', destination: '10.0.0.2' },
  udp: { source: 4000, destination: 53 },
  payload: 'hello',
};
const PING: PacketSpec = { ipv4: { source: '10.0.0.1', destination: '10.0.0.2' }, icmp: {} };

/** A host with one NIC, 10.0.0.2 and fd00::2; .1 and ::1 are at the other end of the cable. */
function host(options: { queues?: number; ring?: number } = {}): number {
  const eth0 = network.interface('eth0', { mac: OURS, ...options });
  for (const address of ['10.0.0.2/24', 'fd00::2/64']) expect(network.address(eth0, address)).toBe(0);
  expect(network.wireHost(eth0, '10.0.0.1', THEIRS)).toBe(0);
  expect(network.wireHost(eth0, 'fd00::1', THEIRS)).toBe(0);
  network.trace(1000);
  return eth0;
}

/** Sends frames and lets the machine work; what came of the first of them. */
function send(ifindex: number, ...frames: Uint8Array[]): TraceStep[] {
  const first = network.arrive(ifindex, frames[0] ?? new Uint8Array(), network.now());
  for (const frame of frames.slice(1)) network.arrive(ifindex, frame, network.now());
  expect(network.run()).toBe(true);
  const steps = network.steps();
  network.exports.netClearRecords();
  return steps.filter((step) => step.packet === first);
}
const last = (steps: readonly TraceStep[]): string => {
  const step = steps.at(-1);
  return step ? `${step.stage} ${step.verdict} ${step.reason}`.trim() : '';
};
const stages = (steps: readonly TraceStep[]): string[] => steps.map(({ stage }) => stage);

describe('the way in and back', () => {
  test('a ping is answered', () => {
    const eth0 = host();
    network.capture(eth0);
    const steps = send(eth0, packet(PING));
    expect(stages(steps)).toEqual(['nic_ring', 'napi_poll', 'skb_alloc', 'receive', 'ip_rcv', 'route', 'icmp']);
    const out = network.frames().filter(({ direction }) => direction === 'out');
    // an ARP question first, then the echo reply with the addresses the other way round
    expect(out.map(({ bytes }) => bytes[13])).toEqual([6, 0]);
    const reply = out[1]?.bytes ?? new Uint8Array();
    const asked = packet(PING);
    expect([...reply.slice(26, 34)]).toEqual([...asked.slice(30, 34), ...asked.slice(26, 30)]);
    expect(reply[34]).toBe(0);
    expect([...reply.slice(38)]).toEqual([...asked.slice(38)]);
    expect(network.exports.netBuffers()).toBe(0);
  });

  test('IPv6, too, by neighbour discovery', () => {
    const eth0 = host();
    network.capture(eth0);
    send(eth0, packet({ ipv6: { source: 'fd00::1', destination: 'fd00::2' }, icmp: {} }));
    const out = network.frames().filter(({ direction }) => direction === 'out');
    expect(out.map(({ bytes }) => bytes[54])).toEqual([135, 129]);
  });

  test.each<[string, PacketSpec, (frame: Uint8Array) => void, string]>([
    [
      'to another hardware address',
      { ...PING, ethernet: { destination: '02:00:00:00:00:09' } },
      () => undefined,
      'ip_rcv drop OTHERHOST',
    ],
    ['a wrong header checksum', PING, (f) => f.set([1], 24), 'ip_rcv drop IP_CSUM'],
    ['version 5', PING, (f) => f.set([0x55], 14), 'ip_rcv drop IP_INHDR'],
    ['a header of 16 bytes', PING, (f) => f.set([0x44], 14), 'ip_rcv drop IP_INHDR'],
    ['longer than the frame', PING, (f) => f.set([0x10], 16), 'ip_rcv drop IP_CSUM'],
    [
      'from our own address',
      { ...PING, ipv4: { source: '10.0.0.2', destination: '10.0.0.2' } },
      () => undefined,
      'route drop IP_LOCAL_SOURCE',
    ],
    [
      'from a group',
      { ...PING, ipv4: { source: '224.0.0.1', destination: '10.0.0.2' } },
      () => undefined,
      'route drop IP_INVALID_SOURCE',
    ],
    [
      'from the loopback net',
      { ...PING, ipv4: { source: '127.0.0.1', destination: '10.0.0.2' } },
      () => undefined,
      'route drop IP_LOCALNET',
    ],
    [
      'to elsewhere without forwarding',
      { ...PING, ipv4: { source: '10.0.0.1', destination: '8.8.8.8' } },
      () => undefined,
      'route drop IP_INADDRERRORS',
    ],
    [
      'a protocol that nobody has',
      { ipv4: { source: '10.0.0.1', destination: '10.0.0.2', protocol: 200 }, payload: 'x' },
      () => undefined,
      'ip_rcv drop IP_NOPROTO',
    ],
    ['a UDP port that nobody has', UDP, () => undefined, 'udp drop NO_SOCKET'],
    ['a wrong UDP checksum', UDP, (f) => f.set([1, 1], 40), 'udp drop UDP_CSUM'],
    ['a UDP length beyond the packet', UDP, (f) => f.set([1], 38), 'udp drop PKT_TOO_SMALL'],
    [
      'a TCP port that nobody has',
      { ipv4: { source: '10.0.0.1', destination: '10.0.0.2' }, tcp: { source: 1, destination: 2 } },
      () => undefined,
      'tcp drop NO_SOCKET',
    ],
    [
      'a wrong TCP checksum',
      { ipv4: { source: '10.0.0.1', destination: '10.0.0.2' }, tcp: { source: 1, destination: 2 } },
      (f) => f.set([9], 50),
      'tcp drop TCP_CSUM',
    ],
    ['a wrong ICMP checksum', PING, (f) => f.set([9], 36), 'icmp drop ICMP_CSUM'],
    [
      'a protocol above Ethernet that nobody has',
      { ethernet: { type: 0x88b5 }, payload: 'some bytes' },
      () => undefined,
      'receive drop UNHANDLED_PROTO',
    ],
  ])('%s', (_, spec, spoil, expected) => {
    const eth0 = host();
    const frame = packet(spec);
    spoil(frame);
    expect(last(send(eth0, frame))).toBe(expected);
    expect(network.exports.netBuffers()).toBe(0);
  });

  test('fragments are put together, whatever their order', () => {
    const eth0 = host();
    const server = network.server({ protocol: 'udp', port: 53, application: 'sink' });
    const whole = packet({ ...UDP, payload: 'abcdefgh'.repeat(8) });
    const piece = (from: number, to: number, more: boolean): Uint8Array => {
      const body = whole.slice(34 + from, 34 + to);
      const frame = new Uint8Array(34 + body.length);
      frame.set(whole.slice(0, 34));
      frame.set(body, 34);
      const view = new DataView(frame.buffer);
      view.setUint16(16, 20 + body.length);
      view.setUint16(20, (from >> 3) | (more ? 0x2000 : 0));
      view.setUint16(24, 0);
      let sum = 0;
      for (let i = 14; i < 34; i += 2) sum += view.getUint16(i);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
      view.setUint16(24, ~sum & 0xffff);
      return frame;
    };
    send(eth0, piece(48, 72, false), piece(0, 24, true), piece(24, 48, true));
    expect(network.socket(server)).toMatchObject({ packets: 1, bytes: 64 });
    // and what never gets whole is dropped after 30 s
    send(eth0, piece(0, 24, true));
    expect(network.exports.netBuffers()).toBe(1);
    expect(network.run(31_000_000_000n)).toBe(true);
    expect(network.counts().drops).toMatchObject({ FRAG_REASM_TIMEOUT: 1 });
    expect(network.exports.netBuffers()).toBe(0);
  });

  test('a neighbour that does not answer: three questions, then the packet is gone', () => {
    host();
    network.client({ protocol: 'udp', address: '10.0.0.77', port: 9 });
    expect(network.run(10_000_000_000n)).toBe(true);
    expect(network.counts().drops).toMatchObject({ NEIGH_FAILED: 1 });
    expect(network.counts().stages.arp?.packets).toBe(3);
  });

  test('a tag leads to its VLAN interface, also inside another one', () => {
    const eth0 = host();
    const tagged = network.interface('eth0.7', { kind: 'vlan', mac: OURS });
    expect(network.vlan(tagged, eth0, 7)).toBe(0);
    expect(network.address(tagged, '10.7.0.2/24')).toBe(0);
    const seven = { ...PING, vlan: { id: 7 }, ipv4: { source: '10.7.0.1', destination: '10.7.0.2' } };
    expect(last(send(eth0, packet(seven)))).toBe('icmp consumed');
    expect(last(send(eth0, packet({ ...seven, vlan: { id: 8 } })))).toBe('ip_rcv drop OTHERHOST');
    const stacked = packet(seven);
    const double = Uint8Array.from([...stacked.slice(0, 12), 0x88, 0xa8, 0, 5, ...stacked.slice(12)]);
    const outer = network.interface('eth0.5', { kind: 'vlan', mac: OURS });
    const inner = network.interface('eth0.5.7', { kind: 'vlan', mac: OURS });
    expect(network.vlan(outer, eth0, 5, 0x88a8)).toBe(0);
    expect(network.vlan(inner, outer, 7)).toBe(0);
    expect(network.address(inner, '10.7.1.2/24')).toBe(0);
    expect(last(send(eth0, double))).toBe('icmp consumed');
  });
});

/** Two containers and a router between them. */
function routed(): { a: number; b: number; server: number } {
  const a = network.namespace('a');
  const b = network.namespace('b');
  const ends: [string, string, number, string, string][] = [
    ['a0', 'ra', a, '10.1.0.1/24', '10.1.0.254/24'],
    ['b0', 'rb', b, '10.2.0.1/24', '10.2.0.254/24'],
  ];
  for (const [inside, outside, namespace, address, router] of ends) {
    const x = network.interface(inside, { kind: 'veth', namespace });
    const y = network.interface(outside, { kind: 'veth' });
    expect([network.pair(x, y), network.address(x, address), network.address(y, router)]).toEqual([0, 0, 0]);
    expect(network.route('0.0.0.0/0', { via: router.split('/')[0] ?? '', interface: x, namespace })).toBe(0);
  }
  expect(network.forwarding(true)).toBe(0);
  network.trace(1000);
  return { a, b, server: network.server({ protocol: 'tcp', port: 80, application: 'http', namespace: b }) };
}

describe('containers', () => {
  test('a page is fetched through a router', () => {
    const { a, server } = routed();
    const client = network.client({ protocol: 'tcp', address: '10.2.0.1', port: 80, namespace: a });
    expect(network.run(1_000_000_000n)).toBe(true);
    expect(network.socket(client)).toMatchObject({ connections: 1, bytes: 106 });
    expect(network.socket(server)).toMatchObject({ connections: 1, sent_bytes: 106 });
    expect(network.exports.netBuffers()).toBe(0);
  });

  test('a rule in FORWARD stops it; the client tries again', () => {
    const { a } = routed();
    const rule = network.rule({ hook: 'FORWARD', target: 'DROP', protocol: 6, destinationPort: 80 });
    const client = network.client({ protocol: 'tcp', address: '10.2.0.1', port: 80, namespace: a });
    expect(network.run(8_000_000_000n)).toBe(true);
    expect(network.exports.netRuleHits(0, rule)).toBe(4n); // at 0, 1, 3 and 7 s
    expect(network.exports.netRemoveRule(0, rule)).toBe(0);
    expect(network.run(20_000_000_000n)).toBe(true);
    expect(network.socket(client)).toMatchObject({ connections: 1, bytes: 106 });
  });

  test('hops are counted down, and the sender is told', () => {
    const { a } = routed();
    network.route('10.3.0.0/24', { via: '10.2.0.1', interface: 5 });
    network.client({ protocol: 'udp', address: '10.9.9.9', port: 9, namespace: a });
    expect(network.run(1_000_000_000n)).toBe(true);
    expect(network.counts().drops).toMatchObject({ IP_INNOROUTES: 1 });
  });

  test('programs of a cgroup see what its sockets send and receive', () => {
    const { a, b } = routed();
    const box = network.cgroup('box');
    const server = network.server({ protocol: 'udp', port: 53, application: 'echo', namespace: b, cgroup: box });
    const [ingress, egress] = load(`
SEC("cgroup_skb/ingress") int in(struct __sk_buff *skb) { return skb->len != 28 + 77; }
SEC("cgroup_skb/egress") int out(struct __sk_buff *skb) { return skb->len != 28 + 33; }`);
    const at = links.openCgroup(box);
    links.create(ingress?.fd ?? -1, at, ATTACH.cgroup_ingress);
    links.create(egress?.fd ?? -1, at, ATTACH.cgroup_egress);
    const clients = [77, 33, 20].map((payload) =>
      network.client({ protocol: 'udp', address: '10.2.0.1', port: 53, payload, namespace: a }),
    );
    expect(network.run(1_000_000_000n)).toBe(true);
    expect(clients.map((client) => network.socket(client)?.packets)).toEqual([0, 0, 1]);
    expect(network.socket(server)).toMatchObject({ packets: 2, drops: 1 });
    expect(network.counts().drops).toMatchObject({ BPF_CGROUP_EGRESS: 1 });
  });

  test('a socket filter decides for its socket, and may cut', () => {
    const { a, b } = routed();
    const server = network.server({ protocol: 'udp', port: 53, application: 'sink', namespace: b });
    links.socketFilter(server, fd(`SEC("socket") int f(struct __sk_buff *skb) { return skb->len > 28 ? 0 : 12; }`));
    for (const payload of [10, 100])
      network.client({ protocol: 'udp', address: '10.2.0.1', port: 53, payload, namespace: a });
    expect(network.run(1_000_000_000n)).toBe(true);
    expect(network.socket(server)).toMatchObject({ packets: 1, bytes: 4, drops: 1 });
  });
});

describe('XDP', () => {
  test('drops before there is an sk_buff, and the record names the line', () => {
    const eth0 = host();
    const [program] = load(`SEC("xdp") int drop(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	if (ip->protocol == 17)
		return XDP_DROP;
	return XDP_PASS;
}`);
    if (!program) throw new Error('no program');
    expect(links.create(program.fd, eth0, ATTACH.xdp)).toBeGreaterThan(0);
    const dropped = send(eth0, packet(UDP));
    expect(stages(dropped)).toEqual(['nic_ring', 'napi_poll', 'xdp']);
    expect(last(dropped)).toBe('xdp drop XDP_DROP');
    expect(network.counts().allocations).toBe(0);
    const step = dropped.at(-1);
    const line = program.linked.lines.filter(({ instruction }) => instruction <= (step?.instruction ?? -1)).at(-1);
    expect([15, 16]).toContain(line?.line); // if (ip->protocol == 17) return XDP_DROP
    expect(last(send(eth0, packet(PING)))).toBe('icmp consumed');
    expect(network.device(eth0)).toMatchObject({ xdp_drop: 1, xdp_pass: 2 });
  });

  test('sends back, with what it changed', () => {
    const eth0 = host();
    network.capture(eth0);
    links.xdp(
      eth0,
      fd(`SEC("xdp") int back(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, t;
	if (data + 14 > end) return XDP_DROP;
	for (int i = 0; i < 6; i++) { t = data[i]; data[i] = data[i + 6]; data[i + 6] = t; }
	return XDP_TX;
}`),
    );
    const steps = send(eth0, packet(PING));
    expect(steps.find(({ stage }) => stage === 'xdp')).toMatchObject({ verdict: 'redirect', value: 3, changed: 2 });
    const sent = network.frames().at(-1)?.bytes ?? new Uint8Array();
    const asked = packet(PING);
    expect([...sent]).toEqual([...asked.slice(6, 12), ...asked.slice(0, 6), ...asked.slice(12)]);
    expect(network.counts().allocations).toBe(0);
  });

  test('redirects by a devmap, and by a cpumap to a processor that makes the sk_buff', () => {
    const eth0 = host();
    const eth1 = network.interface('eth1', { kind: 'nic' });
    network.capture(eth1);
    const { object } = compile({
      files: new Map([
        [
          't.bpf.c',
          `${HEAD}
struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, __u32); } ports SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_CPUMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, __u32); } cpus SEC(".maps");
SEC("xdp") int away(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	if (data + 24 > end) return XDP_PASS;
	return data[23] == 17 ? bpf_redirect_map(&ports, 2, 0) : bpf_redirect_map(&cpus, 1, XDP_DROP);
}
char LICENSE[] SEC("license") = "GPL";`,
        ],
      ]),
      main: 't.bpf.c',
    });
    const loaded = loadObject(kernel, object ?? new Uint8Array(), 't.bpf.c');
    if (isProblem(loaded)) throw new Error(loaded.problem.message);
    const [ports, cpus] = loaded.maps;
    const word = (value: number): Uint8Array => Uint8Array.of(value, 0, 0, 0);
    expect(kernel.updateElement(ports?.fd ?? -1, word(2), word(eth1))).toBe(0);
    expect(kernel.updateElement(cpus?.fd ?? -1, word(1), word(64))).toBe(0);
    links.xdp(eth0, loaded.programs[0]?.fd ?? -1);
    expect(stages(send(eth0, packet(UDP)))).toEqual([
      'nic_ring',
      'napi_poll',
      'xdp',
      'redirect',
      'driver_xmit',
      'wire',
    ]);
    expect(network.frames().map(({ ifindex }) => ifindex)).toEqual([eth1]);
    const steps = send(eth0, packet(PING));
    expect(stages(steps)).toEqual([
      'nic_ring',
      'napi_poll',
      'xdp',
      'cpumap',
      'cpumap',
      'receive',
      'ip_rcv',
      'route',
      'icmp',
    ]);
    expect([steps[3]?.cpu, steps[4]?.cpu]).toEqual([0, 1]);
  });

  test('a veth takes XDP_TX only when somebody polls at its other end', () => {
    const a = network.namespace('a');
    const va = network.interface('va', { kind: 'veth', namespace: a });
    const vb = network.interface('vb', { kind: 'veth' });
    network.pair(va, vb);
    network.address(va, '10.0.0.1/24');
    network.address(vb, '10.0.0.2/24');
    const back = fd(`SEC("xdp") int back(struct xdp_md *ctx) { return XDP_TX; }`);
    const pass = fd(`SEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }`);
    links.xdp(vb, back);
    network.client({ protocol: 'icmp', address: '10.0.0.2', namespace: a });
    expect(network.run(100_000_000n)).toBe(true);
    expect(network.counts().drops).toMatchObject({ XDP_TX_FAILED: 1 });
    links.xdp(va, pass);
    // the question is asked again after a second, and comes back as it went
    expect(network.run(1_100_000_000n)).toBe(true);
    expect(network.device(va)).toMatchObject({ xdp_pass: 1 });
  });
});

describe('tc', () => {
  test('direct packet access, verdicts in the order of tcx and clsact', () => {
    const eth0 = host();
    const [next, shot, ok] = load(`
SEC("tcx/ingress") int next(struct __sk_buff *skb) { skb->mark = 5; return TCX_NEXT; }
SEC("tc") int shot(struct __sk_buff *skb) { return skb->mark == 5 && skb->protocol == bpf_htons(ETH_P_IP) ? TC_ACT_SHOT : TC_ACT_OK; }
SEC("tcx/ingress") int ok(struct __sk_buff *skb) { return TC_ACT_OK; }`);
    links.create(next?.fd ?? -1, eth0, ATTACH.tcx_ingress);
    links.clsact(eth0);
    links.filter(eth0, 'ingress', shot?.fd ?? -1);
    expect(last(send(eth0, packet(PING)))).toBe('tc_ingress drop TC_INGRESS');
    // a tcx program that decides leaves nothing to clsact
    links.create(ok?.fd ?? -1, eth0, ATTACH.tcx_ingress);
    expect(last(send(eth0, packet(PING)))).toBe('icmp consumed');
  });

  test('redirects into a container, and sends copies', () => {
    const eth0 = host();
    const a = network.namespace('a');
    const inside = network.interface('a0', { kind: 'veth', namespace: a, mac: OURS });
    const outside = network.interface('ra', { kind: 'veth' });
    network.pair(inside, outside);
    network.address(inside, '10.0.0.2/24');
    const server = network.server({ protocol: 'udp', port: 53, application: 'sink', namespace: a });
    const [peer, copy] = load(`
SEC("tc") int peer(struct __sk_buff *skb) { return bpf_redirect_peer(${outside}, 0); }
SEC("tc") int copy(struct __sk_buff *skb) { bpf_clone_redirect(skb, ${outside}, 0); bpf_skb_change_tail(skb, 40, 0); return TC_ACT_SHOT; }`);
    links.clsact(eth0);
    links.filter(eth0, 'ingress', peer?.fd ?? -1);
    expect(last(send(eth0, packet(UDP)))).toBe('application consumed');
    links.filter(eth0, 'ingress', copy?.fd ?? -1);
    expect(last(send(eth0, packet(UDP)))).toBe('tc_ingress drop TC_INGRESS');
    expect(network.socket(server)).toMatchObject({ packets: 2, bytes: 10 });
  });

  test('egress sees what leaves, and a program may change it', () => {
    const eth0 = host();
    network.capture(eth0);
    links.create(
      fd(`SEC("tcx/egress") int out(struct __sk_buff *skb) {
	__u8 ttl = 7;
	if (skb->protocol == bpf_htons(ETH_P_IP)) bpf_skb_store_bytes(skb, 22, &ttl, 1, 0);
	return TCX_PASS;
}`),
      eth0,
      ATTACH.tcx_egress,
    );
    send(eth0, packet(PING));
    expect(network.frames().at(-1)?.bytes[22]).toBe(7);
  });
});

/** Simulated ns, allocations and missed frames of a burst of UDP that is dropped at a place. */
function burst(
  place: 'xdp' | 'generic' | 'tc' | 'rule' | 'filter' | 'none',
  gap = 2000n,
  free: readonly number[] = [],
) {
  boot();
  const eth0 = host();
  for (const kind of free) network.exports.netPrice(kind, 0n);
  network.trace(0);
  const server = network.server({ protocol: 'udp', port: 53, application: 'sink' });
  if (place === 'xdp' || place === 'generic') {
    links.xdp(eth0, fd(`SEC("xdp") int d(struct xdp_md *ctx) { return XDP_DROP; }`), place === 'xdp' ? 4 : 2);
  }
  if (place === 'tc')
    links.create(fd(`SEC("tc") int d(struct __sk_buff *skb) { return TC_ACT_SHOT; }`), eth0, ATTACH.tcx_ingress);
  if (place === 'rule') network.rule({ hook: 'PRE_ROUTING', target: 'DROP', protocol: 17, destinationPort: 53 });
  if (place === 'filter') links.socketFilter(server, fd(`SEC("socket") int d(struct __sk_buff *skb) { return 0; }`));
  const frame = packet(UDP);
  const record = new Uint8Array(16 + frame.length);
  new DataView(record.buffer).setUint32(8, frame.length, true);
  record.set(frame, 16);
  const records = new Uint8Array(record.length * 1000);
  for (let i = 0; i < 1000; i++) records.set(record, i * record.length);
  expect(network.arriveAll(eth0, records, { gap })).toBe(records.length);
  expect(network.run()).toBe(true);
  const { nanoseconds, allocations, work, bytesCopied } = network.counts();
  return { nanoseconds, allocations, bytesCopied, work, missed: network.device(eth0)?.rx_missed ?? 0 };
}

describe('what it costs is counted', () => {
  test('the earlier a packet is dropped, the cheaper; without an sk_buff the figure falls', () => {
    const [xdp, tc, rule, filter, none] = (['xdp', 'tc', 'rule', 'filter', 'none'] as const).map((place) =>
      burst(place),
    );
    const costs = [xdp, tc, rule, filter, none].map((figures) => figures?.nanoseconds ?? 0);
    expect([...costs].sort((a, b) => a - b)).toEqual(costs);
    expect([xdp?.allocations, tc?.allocations, rule?.allocations]).toEqual([0, 1000, 1000]);
    // the published measurements that fix the scale: 24 million drops a second in XDP, 4.8 million in iptables' raw table
    expect((xdp?.nanoseconds ?? 0) / 1000).toBeGreaterThan(20);
    expect((xdp?.nanoseconds ?? 0) / 1000).toBeLessThan(45);
  });

  test('behind the allocation (generic mode) XDP loses its lead: it is dearer than tc', () => {
    const [native, generic, tc] = (['xdp', 'generic', 'tc'] as const).map((place) => burst(place));
    expect(native?.nanoseconds).toBeLessThan(tc?.nanoseconds ?? 0);
    expect(generic?.nanoseconds).toBeGreaterThan(tc?.nanoseconds ?? 0);
    expect([native?.allocations, generic?.allocations]).toEqual([0, 2000]);
  });

  test('with the price of an sk_buff taken away, only what allocates gets cheaper', () => {
    boot();
    const eth0 = host();
    const total = (): number => network.counts().nanoseconds;
    send(eth0, packet(UDP));
    const before = total();
    send(eth0, packet(UDP));
    const dear = total() - before;
    network.exports.netPrice(4, 0n);
    const middle = total();
    send(eth0, packet(UDP));
    expect(total() - middle).toBeLessThan(dear);
  });

  test('and tc, which drops behind the sk_buff, costs less by exactly what making its sk_buffs costs; XDP costs what it did', () => {
    const withoutBuffers = (place: 'xdp' | 'tc'): { saved: number; expected: number } => {
      const dear = burst(place);
      const parts = COSTS.filter(({ name }) => /^(skb|buffer)_alloc$/.test(name));
      const free = burst(
        place,
        2000n,
        parts.map(({ name }) => COST[name] ?? -1),
      );
      const expected =
        parts.reduce((sum, { name, picoseconds }) => sum + (dear.work[name] ?? 0) * picoseconds, 0) / 1000;
      return { saved: dear.nanoseconds - free.nanoseconds, expected };
    };
    const tc = withoutBuffers('tc');
    expect(tc.expected).toBeGreaterThan(20_000);
    expect(Math.abs(tc.saved - tc.expected)).toBeLessThan(1000);
    expect(withoutBuffers('xdp')).toEqual({ saved: 0, expected: 0 });
  });

  test('what cannot be taken in time is missed by the ring; XDP keeps up for longer', () => {
    expect(burst('none', 100n).missed).toBeGreaterThan(0);
    expect(burst('tc', 60n).missed).toBeGreaterThan(0);
    expect(burst('xdp', 60n).missed).toBe(0);
  });
});

describe('bounds', () => {
  test('a loop of redirects between two interfaces ends', () => {
    const va = network.interface('va', { kind: 'veth' });
    const vb = network.interface('vb', { kind: 'veth' });
    network.pair(va, vb);
    network.address(va, '10.0.0.1/24');
    network.neighbour(va, '10.0.0.9', THEIRS);
    links.clsact(vb);
    links.filter(
      vb,
      'ingress',
      fd(
        `SEC("tc") int r(struct __sk_buff *skb) { bpf_clone_redirect(skb, ${vb}, 0); return bpf_redirect(${vb}, 0); }`,
      ),
    );
    links.clsact(va);
    links.filter(
      va,
      'ingress',
      fd(
        `SEC("tc") int r(struct __sk_buff *skb) { bpf_clone_redirect(skb, ${va}, 0); return bpf_redirect(${va}, 0); }`,
      ),
    );
    network.client({ protocol: 'udp', address: '10.0.0.9', port: 9 });
    network.run(1_000_000_000n);
    expect(network.exports.netBuffers()).toBe(0);
    expect(network.counts().packets).toBeLessThan(400_000);
    expect(kernel.memory.buffer.byteLength).toBeLessThan(200 << 20);
  });

  test('SYNs without end fill the backlog, not the memory', () => {
    const eth0 = host({ ring: 1024 });
    network.trace(0);
    network.server({ protocol: 'tcp', port: 80, application: 'http' });
    for (let port = 1; port < 1000; port++) {
      const syn = packet({
        ipv4: { source: '10.0.0.1', destination: '10.0.0.2' },
        tcp: { source: port, destination: 80 },
      });
      network.arrive(eth0, syn, network.now());
    }
    network.run();
    expect(network.counts().drops).toMatchObject({ TCP_LISTEN_OVERFLOW: 999 - 128 });
  });

  test('interfaces, namespaces and sockets run out politely', () => {
    const ENOSPC = -28;
    const results = Array.from({ length: 300 }, (_, i) => network.interface(`if${i}`, { kind: 'dummy' }));
    expect(results.at(-1)).toBe(ENOSPC);
    expect(Array.from({ length: 80 }, (_, i) => network.namespace(`n${i}`)).at(-1)).toBe(ENOSPC);
    expect(network.interface('x'.repeat(16))).toBe(-22);
    expect(network.interface('')).toBe(-22);
    expect(network.interface('x', { mtu: -1 })).toBe(-22);
    expect(network.interface('x', { ring: 1e9 })).toBe(-22);
  });
});

test('the same seed, the same bytes', () => {
  const once = (): string => {
    boot(4);
    const eth0 = host({ queues: 4 });
    network.capture(eth0);
    network.server({ protocol: 'tcp', port: 80, application: 'http' });
    for (let i = 0; i < 50; i++) {
      const frame = packet({
        ipv4: { source: `10.0.0.${i + 3}`, destination: '10.0.0.2' },
        tcp: { source: 1000 + i, destination: 80 },
      });
      network.arrive(eth0, frame, network.now());
    }
    network.run(3_000_000_000n);
    const { exports } = network;
    const parts = [
      kernel.read(exports.netRecords(), exports.netRecordBytes()),
      kernel.read(exports.netCaptured(), exports.netCapturedBytes()),
    ];
    return parts.map((bytes) => Buffer.from(bytes).toString('base64')).join();
  };
  const first = once();
  expect(first.length).toBeGreaterThan(10_000);
  expect(once()).toBe(first);
});
