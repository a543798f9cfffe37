// What a scenario says about its machine and its traffic's pace, the captures that it writes, and where it expects Linux to differ.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { judgePresent } from '../judge/require.ts';
import { findProgram } from '../judge/clang.ts';
import { compile } from '../compiler/compile.ts';
import { Kernel } from '../loader/kernel.ts';
import { isProblem } from '../loader/problems.ts';
import { loadInto } from './kernel-types.ts';
import type { PacketSpec } from './api.ts';
import { buildPacket } from './packet-build.ts';
import { readPcap, writePcap, type PcapFrame } from './pcap.ts';
import { runScenario, type NetworkReport } from './scenario-run.ts';
import { dueTime } from './scenario-traffic.ts';
import { bootOptions, checkScenario, type NetworkScenario } from './scenario.ts';

const tcpdump = judgePresent('tcpdump', findProgram('tcpdump') ? null : 'tcpdump is not installed');
let kernel: Kernel;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(bytes));
});

const THEIRS = '02:00:00:00:00:01';
const eth0 = { name: 'eth0', mac: '02:00:00:00:00:02', addresses: ['10.0.0.2/24'], wire: { '10.0.0.1': THEIRS } };
const ping: PacketSpec = { ipv4: { source: '10.0.0.1', destination: '10.0.0.2' }, icmp: {} };
const udp: PacketSpec = {
  ethernet: { source: THEIRS, destination: eth0.mac },
  ipv4: { source: '10.0.0.1', destination: '10.0.0.2' },
  udp: { source: 4000, destination: 53 },
  payload: 'hello',
};

function run(scenario: NetworkScenario, source = '', captures?: ReadonlyMap<string, Uint8Array>): NetworkReport {
  const checked = checkScenario('s.json', scenario);
  if ('problems' in checked) throw new Error(checked.problems[0]?.message);
  kernel.boot(bootOptions(checked.scenario));
  const text = `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n${source}\nchar LICENSE[] SEC("license") = "GPL";\n`;
  const { object } = compile({ files: new Map([['t.bpf.c', text]]), main: 't.bpf.c' });
  const loaded = source === '' ? null : loadInto(kernel, object ?? new Uint8Array(), 't.bpf.c');
  if (loaded && isProblem(loaded)) throw new Error(loaded.problem.message);
  return runScenario(kernel, loaded, checked.scenario, { file: 's.json', ...(captures ? { captures } : {}) });
}

function problems(value: unknown): string[] {
  const checked = checkScenario('s.json', value);
  return 'problems' in checked ? checked.problems.map(({ message }) => message) : [];
}

function framesOf(report: NetworkReport, file: string): readonly PcapFrame[] {
  const read = readPcap(report.captures[file] ?? new Uint8Array(), 1_000_000);
  if ('problem' in read) throw new Error(read.problem.message);
  expect(read.cut).toBe(false);
  return read.frames;
}
const protocols = (frames: readonly PcapFrame[]): number[] => frames.map(({ bytes }) => bytes[23] ?? 0);

describe('the machine', () => {
  test('kernel version: what only one of the two has is refused by the other', () => {
    const probe = 'SEC("xdp") int p(struct xdp_md *ctx) { return bpf_get_prandom_u32() & 1 ? 1 : 2; }';
    for (const version of ['6.18', '6.1'] as const) {
      run({ kernel: version, interfaces: [eth0] }, probe);
      expect(kernel.version).toBe(version === '6.1' ? 601 : 618);
    }
    expect(problems({ kernel: '5.15', interfaces: [] })).toEqual([
      's.json: kernel: here stands "5.15"; write one of "6.18", "6.1"',
    ]);
  });

  test('processors and seed decide what a program sees', () => {
    const source = `
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
SEC("xdp") int p(struct xdp_md *ctx)
{
	__u32 key = 0, other = 1;
	__u64 cpu = bpf_get_smp_processor_id(), random = bpf_get_prandom_u32(), *most = bpf_map_lookup_elem(&seen, &key);
	if (most && cpu > *most)
		*most = cpu;
	bpf_map_update_elem(&seen, &other, &random, 0);
	return XDP_DROP;
}`;
    const seen = (scenario: Partial<NetworkScenario>): unknown[] => {
      const traffic = Array.from({ length: 64 }, (_, i) => ({
        interface: 'eth0',
        packet: {
          ipv4: { source: `10.0.0.${i + 3}`, destination: '10.0.0.2' },
          udp: { source: 99 + i, destination: 9 },
        },
      }));
      const report = run(
        {
          interfaces: [{ ...eth0, queues: 4 }],
          attach: [{ program: 'p', at: 'xdp', interface: 'eth0' }],
          traffic,
          ...scenario,
        },
        source,
      );
      expect(report.counts?.drops).toEqual({ XDP_DROP: 64 });
      return report.maps[0]?.entries.map(({ decoded }) => decoded?.value) ?? [];
    };
    const [first, , again] = [seen({ cpus: 4 }), seen({ cpus: 4, seed: 2 }), seen({ cpus: 4 })];
    expect(first[0]).toBe(3);
    expect(seen({ cpus: 1 })[0]).toBe(0);
    expect(again).toEqual(first);
    expect(seen({ cpus: 4, seed: 2 })[1]).not.toEqual(first[1]);
  });
});

describe('pace', () => {
  const item = (more: object): NonNullable<NetworkScenario['traffic']>[number] => ({
    interface: 'eth0',
    packet: ping,
    ...more,
  });
  test.each<[string, object, number[]]>([
    ['one a microsecond, if nothing is said', {}, [0, 1000, 2000, 3000, 4000]],
    ['a gap', { gap: 70 }, [0, 70, 140, 210, 280]],
    ['a rate', { rate: 2_000_000 }, [0, 500, 1000, 1500, 2000]],
    ['a rate that is no whole number of nanoseconds', { rate: 3_000_000 }, [0, 333, 666, 999, 1332]],
    ['bursts of two', { rate: 1_000_000, burst: 2 }, [0, 1, 2000, 2001, 4000]],
    ['a burst larger than everything', { gap: 10, burst: 100 }, [0, 1, 2, 3, 4]],
    ['a beginning', { at: 3, gap: 1 }, [3000, 3001, 3002, 3003, 3004]],
  ])('%s', (_, more, expected) => {
    expect(expected.map((__, n) => Number(dueTime(item(more), n, 0n)))).toEqual(expected);
    const report = run({
      interfaces: [eth0],
      traffic: [item({ count: 5, ...more })],
      record: [{ file: 'ring.pcap', stage: 'nic_ring' }],
    });
    // behind them comes the answer to the machine's ARP question
    const frames = framesOf(report, 'ring.pcap').slice(0, expected.length);
    const times = frames.map(({ time }) => Number(time % 1_000_000_000n));
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual(expected.map((time) => time - (expected[0] ?? 0)));
  });

  test('a burst overruns a ring that the same rate, evenly spread, does not', () => {
    const missed = (burst: number): number =>
      run({
        interfaces: [{ ...eth0, ring: 16 }],
        traffic: [{ interface: 'eth0', packet: udp, count: 1000, rate: 100_000, burst }],
      }).interfaces['eth0']?.counters['rx_missed'] ?? -1;
    expect(missed(1)).toBe(0);
    expect(missed(200)).toBeGreaterThan(500);
  });

  test('how a capture is cut into slices changes nothing', () => {
    const frame = buildPacket(udp, 0) as Uint8Array;
    const frames = Array.from({ length: 5000 }, (_, i) => ({ time: BigInt(i) * 3_001n, bytes: frame }));
    const times = (record: NetworkScenario['record']): string => {
      const captures = new Map([['in.pcap', writePcap(frames)]]);
      const traffic = [{ interface: 'eth0', pcap: 'in.pcap' }];
      const report = run({ interfaces: [eth0], traffic, ...(record ? { record } : {}) }, '', captures);
      return report.steps
        .filter(({ stage }) => stage === 'nic_ring')
        .map(({ time }) => time)
        .join();
    };
    // With a recorder the slices are smaller.
    expect(times([{ file: 'a.pcap', interface: 'eth0' }])).toBe(times(undefined));
  });

  test('what contradicts itself is refused', () => {
    expect(problems({ interfaces: [eth0], traffic: [item({ gap: 1, rate: 1 })] })).toEqual([
      's.json: traffic[0]: gap and rate cannot stand side by side; leave one of them out',
    ]);
    expect(problems({ interfaces: [eth0], traffic: [{ interface: 'eth0', pcap: 'a.pcap', burst: 2 }] })).toEqual([
      's.json: traffic[0]: pcap and burst cannot stand side by side; leave one of them out',
    ]);
  });
});

describe('captures', () => {
  const DROP_UDP = `
SEC("xdp") int drop_udp(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	if (data + 24 > end) return XDP_PASS;
	return data[23] == 17 ? XDP_DROP : XDP_PASS;
}`;
  const scenario: NetworkScenario = {
    interfaces: [eth0],
    attach: [{ program: 'drop_udp', at: 'xdp', interface: 'eth0' }],
    rules: [{ hook: 'LOCAL_OUT', target: 'DROP', protocol: 'icmp', destination: '10.0.0.3' }],
    traffic: [
      { interface: 'eth0', packet: ping, count: 3 },
      { interface: 'eth0', packet: udp, count: 4 },
      { interface: 'eth0', packet: { ...ping, ipv4: { source: '10.0.0.3', destination: '10.0.0.2' } }, at: 50 },
    ],
    record: [
      { file: 'dropped.pcap', stage: 'xdp', verdict: 'drop' },
      { file: 'passed.pcap', stage: 'xdp', verdict: 'pass' },
      { file: 'out.pcap', interface: 'eth0', direction: 'out' },
      { file: 'both.pcap', interface: 'eth0' },
      { file: 'rule.pcap', stage: 'nf_local_out', verdict: 'drop' },
    ],
  };

  test('of what a stage lets pass and drops, and of what an interface sees', () => {
    const report = run(scenario, DROP_UDP);
    expect(report.problems).toEqual([]);
    expect(report.framesLost).toBe(0);
    const dropped = framesOf(report, 'dropped.pcap');
    const sent = buildPacket(udp, 0) as Uint8Array;
    expect(dropped.map(({ bytes }) => [...bytes])).toEqual(Array.from({ length: 4 }, () => [...sent]));
    // three pings, the answer to the machine's own ARP question, the last ping
    expect(protocols(framesOf(report, 'passed.pcap'))).toEqual([1, 1, 1, 0, 1]);
    expect(framesOf(report, 'out.pcap').map(({ bytes }) => bytes[13])).toEqual([6, 0, 0, 0]);
    // what XDP drops is never seen at the interface, as with tcpdump on Linux
    expect(protocols(framesOf(report, 'both.pcap')).filter((protocol) => protocol === 17)).toEqual([]);
    const both = framesOf(report, 'both.pcap').map(({ time }) => time);
    expect(both).toEqual(both.toSorted((a, b) => Number(a - b)));
    // The answer that a rule stopped has no link-layer header yet.
    const [stopped] = framesOf(report, 'rule.pcap');
    expect([...(stopped?.bytes.slice(0, 14) ?? [])]).toEqual([...new Array<number>(12).fill(0), 8, 0]);
    expect([...(stopped?.bytes.slice(26, 34) ?? [])]).toEqual([10, 0, 0, 2, 10, 0, 0, 3]);
  });

  test('a flood is recorded whole, beyond what the kernel keeps at once, and listening changes nothing', () => {
    const flood: NetworkScenario = {
      interfaces: [eth0],
      attach: [{ program: 'drop_udp', at: 'xdp', interface: 'eth0' }],
      traffic: [{ interface: 'eth0', packet: udp, count: 100_000, rate: 10_000_000 }],
      record: [{ file: 'dropped.pcap', stage: 'xdp', verdict: 'drop' }],
    };
    const report = run(flood, DROP_UDP);
    expect(report.framesLost).toBe(0);
    expect(framesOf(report, 'dropped.pcap')).toHaveLength(100_000);
    const { record: _, ...quiet } = flood;
    expect(run(quiet, DROP_UDP).counts).toEqual(report.counts);
  });

  test.skipIf(!tcpdump)('tcpdump reads them', () => {
    const { captures } = run(scenario, DROP_UDP);
    const say = (file: string): string[] => {
      const input = Buffer.from(captures[file] ?? []);
      const { stdout, stderr } = spawnSync('tcpdump', ['-nttr', '-'], { input, encoding: 'utf8' });
      expect(stderr).toContain('link-type EN10MB (Ethernet)');
      return stdout.trim().split('\n');
    };
    expect(say('dropped.pcap')[3]).toMatch(/^100\.\d+ IP 10\.0\.0\.1\.4000 > 10\.0\.0\.2\.53:/);
    expect(say('passed.pcap')).toHaveLength(5);
    expect(say('out.pcap')[0]).toContain('ARP, Request who-has 10.0.0.1 tell 10.0.0.2');
  });

  test('names that lead nowhere, and nothing to record', () => {
    expect(problems({ interfaces: [eth0], record: [{ file: '../x.pcap', interface: 'eth0' }] })[0]).toContain(
      'record[0].file',
    );
    expect(
      problems({
        interfaces: [eth0],
        record: [{ file: 'a.pcap' }, { file: 'a.pcap', interface: 'eth7' }, { file: 'a.pcap', stage: 'nowhere' }],
      })[0],
    ).toContain('record[2].stage');
    expect(problems({ interfaces: [eth0], record: [{ file: 'a.pcap' }] })[0]).toContain(
      'record[0].interface is missing',
    );
    expect(problems({ interfaces: [eth0], record: [{ file: 'a.pcap', stage: 'xdp', direction: 'in' }] })[0]).toContain(
      'direction and stage cannot stand side by side',
    );
  });
});

test('a cgroup’s programs decide about the sockets of its servers and clients', () => {
  const report = run(
    {
      interfaces: [eth0],
      cgroups: ['box'],
      servers: [
        { name: 'web', protocol: 'tcp', port: 8080, application: 'http' },
        { name: 'forbidden', protocol: 'tcp', port: 7000, application: 'http', cgroup: 'box' },
      ],
      clients: [
        { name: 'led', protocol: 'tcp', address: '10.0.0.2', port: 80, cgroup: 'box' },
        { name: 'free', protocol: 'tcp', address: '10.0.0.2', port: 80 },
      ],
      attach: [
        { program: 'lead', at: 'cgroup-connect4', cgroup: 'box' },
        { program: 'forbid', at: 'cgroup-bind4', cgroup: 'box' },
      ],
      expect: {
        servers: { forbidden: { refused: 1 }, web: { connections: 1 } },
        clients: { free: { connections: 0 } },
      },
    },
    `
SEC("cgroup/connect4") int lead(struct bpf_sock_addr *ctx) { ctx->user_port = __builtin_bswap16(8080); return 1; }
SEC("cgroup/bind4") int forbid(struct bpf_sock_addr *ctx) { return 0; }`,
  );
  expect([...report.problems, ...report.failures]).toEqual([]);
  expect(report.clients['led']).toMatchObject({ connections: 1, refused: 0 });
  const asked = report.steps.filter(({ stage }) => stage === 'cgroup_socket');
  expect(asked.map(({ program }) => report.programs[program])).toEqual(['forbid', 'lead']);
});

describe('Linux beside the simulator', () => {
  const because = 'an invented reason, long enough to be one';
  test('the simulator is held to its own value, the difference is told', () => {
    const scenario = (simulator: number, stage: string): NetworkScenario => ({
      interfaces: [eth0],
      traffic: [{ interface: 'eth0', packet: udp, expect: { simulator: stage, linux: 'udp', because } }],
      expect: { drops: { NO_SOCKET: { simulator, linux: 2, because } } },
    });
    const good = run(scenario(1, 'udp NO_SOCKET'));
    expect(good.failures).toEqual([]);
    expect(good.differences).toEqual([
      { what: 'traffic[0]', simulator: 'udp NO_SOCKET', linux: 'udp', because },
      { what: 'drops NO_SOCKET', simulator: 1, linux: 2, because },
    ]);
    expect(run(scenario(3, 'icmp')).failures).toEqual([
      'traffic[0]: expected "icmp", got "udp NO_SOCKET"',
      'drops NO_SOCKET: expected 3, got 1',
    ]);
  });

  test('a difference that is none, or has no reason, is refused', () => {
    const drops = (value: unknown): string[] => problems({ interfaces: [eth0], expect: { drops: { XDP: value } } });
    expect(drops({ simulator: 1, linux: 1, because })).toEqual([
      's.json: expect.drops.XDP: simulator and Linux expect the same here; write 1 alone',
    ]);
    expect(drops({ simulator: 1, linux: 2 })[0]).toContain('expect.drops.XDP: here stands an object; write');
  });
});
