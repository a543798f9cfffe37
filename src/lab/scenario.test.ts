// Scenarios from files: good ones run, and whatever else a file says ends in a message that names the place, or in a result, within bounds.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readExample } from '../cli/examples.ts';
import { Kernel } from '../loader/kernel.ts';
import { runExample } from './example.ts';
import { LabEngine } from './lab.ts';
import { runScenario, type NetworkReport } from './scenario-run.ts';
import { checkScenario, parseScenario, SCENARIO_LIMIT, type NetworkScenario } from './scenario.ts';

let module: WebAssembly.Module;
let kernel: Kernel;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  module = await WebAssembly.compile(bytes);
  kernel = await Kernel.create(module);
});

function problems(value: unknown): string[] {
  const checked = checkScenario('s.json', value);
  return 'problems' in checked ? checked.problems.map(({ code, args }) => `${code} ${args['path'] ?? ''}`) : [];
}

function run(scenario: NetworkScenario, captures?: ReadonlyMap<string, Uint8Array>): NetworkReport {
  const checked = checkScenario('s.json', scenario);
  if ('problems' in checked) throw new Error(checked.problems[0]?.message);
  kernel.boot({ seed: 1 });
  return runScenario(kernel, null, checked.scenario, { file: 's.json', ...(captures ? { captures } : {}) });
}

const eth0 = {
  name: 'eth0',
  mac: '02:00:00:00:00:02',
  addresses: ['10.0.0.2/24'],
  wire: { '10.0.0.1': '02:00:00:00:00:01' },
};
const ping = { ipv4: { source: '10.0.0.1', destination: '10.0.0.2' }, icmp: {} };

describe('what is wrong is said with its place', () => {
  test.each<[string, unknown, string[]]>([
    ['not an object', [], ['S020 (top)']],
    ['nothing in it', {}, ['S023 interfaces']],
    ['an unknown key', { interfaces: [], foo: 1 }, ['S021 foo']],
    ['a negative size', { interfaces: [{ name: 'eth0', mtu: -1 }] }, ['S020 interfaces[0].mtu']],
    ['a ring of 10⁹', { interfaces: [{ name: 'eth0', ring: 1e9 }] }, ['S020 interfaces[0].ring']],
    ['a fraction', { interfaces: [{ name: 'eth0', queues: 1.5 }] }, ['S020 interfaces[0].queues']],
    ['no number', { interfaces: [{ name: 'eth0', queues: null }] }, ['S020 interfaces[0].queues']],
    [
      '10⁹ packets',
      { interfaces: [eth0], traffic: [{ interface: 'eth0', packet: ping, count: 1e9 }] },
      ['S020 traffic[0].count'],
    ],
    [
      'too many packets in all',
      { interfaces: [eth0], traffic: [1, 2].map(() => ({ interface: 'eth0', packet: ping, count: 600_000 })) },
      ['S022 traffic'],
    ],
    ['a name that leads nowhere', { interfaces: [{ ...eth0, peer: 'eth9' }] }, ['S024 interfaces[0].peer']],
    ['a name twice', { interfaces: [eth0, eth0] }, ['S025 interfaces']],
    [
      'interfaces that stand on one another',
      {
        interfaces: [
          { name: 'a', kind: 'vlan', lower: 'b', vlan: 1 },
          { name: 'b', kind: 'vlan', lower: 'a', vlan: 2 },
        ],
      },
      ['S026 interfaces[0].lower'],
    ],
    [
      'a program on nothing',
      { interfaces: [eth0], attach: [{ program: 'p', at: 'xdp' }] },
      ['S023 attach[0].interface'],
    ],
    ['traffic of nothing', { interfaces: [eth0], traffic: [{ interface: 'eth0' }] }, ['S023 traffic[0].packet']],
    ['300 interfaces', { interfaces: Array.from({ length: 300 }, (_, i) => ({ name: `e${i}` })) }, ['S022 interfaces']],
    [
      'a path that leaves the folder',
      { interfaces: [eth0], traffic: [{ interface: 'eth0', pcap: '../../etc/passwd' }] },
      ['S020 traffic[0].pcap'],
    ],
    ['a prototype', JSON.parse('{"interfaces":[],"__proto__":{"a":1}}'), ['S021 __proto__']],
  ])('%s', (_, value, expected) => expect(problems(value)).toEqual(expected));

  test('JSON with a mistake: its line and column', () => {
    const parsed = parseScenario('s.json', '{\n  "interfaces": [\n    { "name": }\n  ]\n}');
    expect('problems' in parsed && parsed.problems[0]?.args).toMatchObject({ line: 3 });
    expect('problems' in parseScenario('s.json', ' '.repeat(SCENARIO_LIMIT.file + 1))).toBe(true);
  });

  test('what only the kernel can know is said with its error', () => {
    const report = run({
      interfaces: [
        { name: 'a', kind: 'veth', peer: 'b' },
        { name: 'b', kind: 'nic' },
      ],
    });
    expect(report.problems.map(({ code, args }) => [code, args['path'], args['error']])).toEqual([
      ['S028', 'interfaces[0].peer', 'EINVAL'],
    ]);
  });
});

describe('hostile ones end within their bounds', () => {
  /** A capture's head, then records of so many bytes. */
  function pcap(records: number, size: number, says = size): Uint8Array {
    const bytes = new Uint8Array(24 + records * (16 + size));
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint32(20, 1, true);
    for (let i = 0; i < records; i++) view.setUint32(24 + i * (16 + size) + 8, says, true);
    return bytes;
  }
  const traffic = [{ interface: 'eth0', pcap: 'x.pcap' }];
  const replay = (bytes: Uint8Array): NetworkReport =>
    run({ interfaces: [eth0], traffic }, new Map([['x.pcap', bytes]]));

  test('captures: none, empty, of something else, cut, with lengths that lie, too big', () => {
    expect(run({ interfaces: [eth0], traffic }).problems[0]?.code).toBe('S029');
    expect(replay(new Uint8Array(0)).problems[0]?.code).toBe('S012');
    expect(replay(new Uint8Array(1000)).problems[0]?.code).toBe('S012');
    expect(replay(pcap(3, 60).subarray(0, 120)).counts?.packets).toBe(1);
    expect(replay(pcap(3, 60, 0xffffffff)).counts?.packets).toBe(0);
    expect(replay(pcap(3, 0)).counts?.drops).toMatchObject({ RX_LENGTH_ERROR: 3 });
    expect(replay(new Uint8Array(SCENARIO_LIMIT.capture + 1)).problems[0]?.code).toBe('S022');
  });

  test('a capture of 100,000 packets takes seconds and little memory', () => {
    const report = replay(pcap(100_000, 60));
    expect(report.problems).toEqual([]);
    expect(report.counts?.packets).toBeGreaterThanOrEqual(100_000);
    expect(kernel.memory.buffer.byteLength).toBeLessThan(200 << 20);
  });

  test('a capture at the limit, floods that answer themselves and captures of all of it: less than 200 MB of kernel', () => {
    const flood = run(
      {
        interfaces: [{ ...eth0, capture: true }],
        servers: [{ name: 'echo', protocol: 'udp', port: 7, application: 'echo' }],
        clients: [
          { name: 'c', protocol: 'udp', address: '10.0.0.2', port: 7, count: 100_000, interval: 1, payload: 1400 },
        ],
        traffic: [
          { ...traffic[0], interface: 'eth0' },
          { interface: 'eth0', packet: ping, count: 100_000, burst: 10_000 },
        ],
        record: [
          { file: 'all.pcap', interface: 'eth0' },
          { file: 'all.pcap', stage: 'nic_ring' },
        ],
        duration: 1000,
      },
      new Map([
        ['x.pcap', pcap(Math.floor((SCENARIO_LIMIT.capture - 24) / 1516), 1500).subarray(0, SCENARIO_LIMIT.capture)],
      ]),
    );
    expect(flood.problems).toEqual([]);
    expect(flood.framesLost).toBeGreaterThan(0);
    expect(flood.captures['all.pcap']?.length).toBeLessThanOrEqual(SCENARIO_LIMIT.recorded + 24);
    expect(kernel.memory.buffer.byteLength).toBeLessThan(200 << 20);
  });

  test('routes in a circle: the packet dies of its age', () => {
    const report = run({
      namespaces: ['a', 'b', 'c'],
      interfaces: [
        { name: 'a0', kind: 'veth', namespace: 'a', peer: 'b0', addresses: ['10.1.0.1/24'] },
        { name: 'b0', kind: 'veth', namespace: 'b', peer: 'a0', addresses: ['10.1.0.2/24'] },
        { name: 'a1', kind: 'veth', namespace: 'a', peer: 'c0', addresses: ['10.2.0.254/24'] },
        { name: 'c0', kind: 'veth', namespace: 'c', peer: 'a1', addresses: ['10.2.0.1/24'] },
      ],
      forwarding: ['a', 'b'],
      routes: [
        { to: '10.9.0.0/16', via: '10.1.0.2', namespace: 'a', interface: 'a0' },
        { to: '10.9.0.0/16', via: '10.1.0.1', namespace: 'b', interface: 'b0' },
        { to: '10.9.0.0/16', via: '10.2.0.254', namespace: 'c', interface: 'c0' },
      ],
      clients: [{ name: 'c', protocol: 'udp', address: '10.9.9.9', port: 9, namespace: 'c' }],
    });
    expect(report.counts?.stages.forward?.packets).toBe(64);
    expect(report.counts?.drops).toMatchObject({ IP_INHDR: 1 });
  });

  test('everything random: never an exception, never a packet left', () => {
    const words: unknown[] = [
      '',
      'eth0',
      '10.0.0.1/24',
      -1,
      0,
      1e9,
      1e400,
      null,
      true,
      [],
      {},
      [[[]]],
      'x'.repeat(1000),
    ];
    const keys = [
      'interfaces',
      'namespaces',
      'routes',
      'rules',
      'traffic',
      'attach',
      'servers',
      'clients',
      'expect',
      'duration',
    ];
    let state = 7;
    const next = (limit: number): number => (state = (state * 48271) % 0x7fffffff) % limit;
    for (let i = 0; i < 500; i++) {
      const scenario: Record<string, unknown> = { interfaces: [eth0] };
      for (let n = next(4); n >= 0; n--) {
        const value = words[next(words.length)];
        scenario[keys[next(keys.length)] ?? ''] = next(2)
          ? value
          : [{ ...eth0, [keys[next(keys.length)] ?? '']: value }];
      }
      const checked = checkScenario('s.json', scenario);
      if ('problems' in checked) {
        expect(checked.problems.length).toBeGreaterThan(0);
        continue;
      }
      kernel.boot({ seed: 1 });
      runScenario(kernel, null, checked.scenario, { file: 's.json' });
    }
  });
});

test('an example’s network keeps its promises, and one that does not is told', async () => {
  const lab = await LabEngine.create(module);
  const example = readExample('xdp-drop');
  const { failures, network } = runExample(lab, example);
  expect(failures).toEqual([]);
  expect(network?.counts?.drops).toEqual({ XDP_DROP: 1001 });
  const description = structuredClone(example.description) as {
    network: { expect: { drops: Record<string, number> } };
  };
  description.network.expect.drops = { XDP_DROP: 7 };
  const wrong = runExample(lab, { ...example, description: description as never });
  expect(wrong.failures).toEqual(['network: drops XDP_DROP: expected 7, got 1001']);
});

test('the same scenario and seed: the same report, on a machine of its own', async () => {
  const scenario: NetworkScenario = {
    interfaces: [{ ...eth0, queues: 4, capture: true }],
    servers: [{ name: 'web', protocol: 'tcp', port: 80, application: 'http' }],
    traffic: Array.from({ length: 20 }, (_, i) => ({
      interface: 'eth0',
      packet: {
        ipv4: { source: `10.0.0.${i + 3}`, destination: '10.0.0.2' },
        tcp: { source: 1000 + i, destination: 80 },
      },
    })),
    duration: 3000,
  };
  const text = (report: NetworkReport): string =>
    JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  const first = text(run(scenario));
  kernel = await Kernel.create(module);
  expect(text(run(scenario))).toBe(first);
  expect(first.length).toBeGreaterThan(10_000);
});
