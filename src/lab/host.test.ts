// A host with two cables, in the simulator and in Linux: the same frames arrive, and what leaves and why frames are dropped must be the same
// (testing/host.c is Linux's side). What Linux 6.18 said is kept; with ASK_LINUX=1 it is asked again. Known differences are named.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { linuxAbsence } from '../judge/linux.ts';
import { judgePresent } from '../judge/require.ts';
import { Kernel } from '../loader/kernel.ts';
import { Network } from './network.ts';
import { randomFrames } from './packets.ts';
import { CONFIGURATIONS, frameOf, HOST, type Configuration } from './testing/host.ts';

const here = (name: string): string => fileURLToPath(new URL(`testing/${name}`, import.meta.url));
const RECORD = here('host.recorded.json');
const recorded = JSON.parse(readFileSync(RECORD, 'utf8')) as { kernel: string; answers: Record<string, string[][]> };
/** How frames fare differently, how many of the random ones do, and why: anything else is a mistake, and so is an entry that is out of date. */
const KNOWN = JSON.parse(readFileSync(here('host.differences.json'), 'utf8')) as readonly {
  readonly ours: string;
  readonly linux: string;
  readonly host: number;
  readonly router: number;
  readonly why: string;
}[];
const RANDOM = 1500;
const SEED = 618;

let kernel: Kernel;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(bytes));
});

/**
 * A frame as far as both must agree: not IPv4's identification, IPv6's flow label, TCP's sequence number, window and options, which each
 * machine chooses. Null: what only announces the machine (MLD).
 */
function comparable(frame: Uint8Array): string | null {
  const copy = frame.slice();
  const type = ((copy[12] ?? 0) << 8) | (copy[13] ?? 0);
  let transport = 0;
  let protocol = 0;
  if (type === 0x0800) {
    copy.set([0, 0], 18);
    copy.set([0, 0], 24);
    transport = 14 + ((copy[14] ?? 0) & 15) * 4;
    protocol = copy[23] ?? 0;
    // "unreachable" by route: Linux sends a few of them to each host, at a rate that no setting of a namespace changes (error_cost).
    if (protocol === 1 && copy[transport] === 3 && [0, 1, 13].includes(copy[transport + 1] ?? 0)) return null;
  } else if (type === 0x86dd) {
    copy.set([0x60, 0, 0, 0], 14);
    transport = 54;
    protocol = copy[20] ?? 0;
    // what announces the machine's groups (MLD), and questions for neighbours that timers repeat
    if (protocol === 0 && copy[62] === 143) return null;
    if (protocol === 58 && copy[54] === 135 && copy[0] === 0x33) return null;
  }
  const hex = Buffer.from(copy).toString('hex');
  if (protocol !== 6) return hex;
  const tcp = Buffer.from(copy.subarray(transport, transport + 20));
  const answers = ((tcp[13] ?? 0) & 4) !== 0;
  if (!answers) tcp.fill(0, 4, 8);
  return `${copy[0]?.toString(16)}… tcp ${tcp.subarray(0, 12).toString('hex')} flags ${tcp[13]}`;
}

function frames(configuration: Configuration): Uint8Array[] {
  return [
    ...configuration.cases.map(([, ...how]) => frameOf(...how)),
    ...randomFrames(SEED, RANDOM).map((frame, i) => {
      const copy = frame.slice();
      if (i % 8 !== 0) copy.set(HOST.mac, 0);
      return copy;
    }),
  ];
}

function simulate(configuration: Configuration): string[][] {
  kernel.boot({ seed: 1 });
  const network = new Network(kernel);
  const numbers = HOST.interfaces.map(({ name, mac, addresses, neighbours }) => {
    const ifindex = network.interface(name, { mac });
    for (const address of addresses) expect(network.address(ifindex, address)).toBe(0);
    for (const [address, hardware] of Object.entries(neighbours))
      expect(network.neighbour(ifindex, address, hardware)).toBe(0);
    network.capture(ifindex);
    return ifindex;
  });
  if (configuration.forwarding) network.forwarding(true);
  for (const [to, kind] of HOST.routes) expect(network.route(to, { kind })).toBe(0);
  for (const [protocol, address, port] of HOST.listen)
    expect(network.server({ protocol, address, port, application: 'sink' })).toBeGreaterThanOrEqual(0);
  network.errorLimits(false);
  network.trace(1_000_000, 4 << 20);
  return frames(configuration).map((frame) => {
    network.arrive(numbers[0] ?? 0, frame, network.now());
    expect(network.run(HOST.quiet)).toBe(true);
    const out = network.frames().flatMap(({ ifindex, direction, bytes }) => {
      const text = direction === 'out' ? comparable(bytes) : null;
      return text === null ? [] : [`out ${HOST.interfaces[numbers.indexOf(ifindex)]?.name ?? '?'} ${text}`];
    });
    const drops = network.steps().flatMap(({ verdict, reason }) => (verdict === 'drop' ? [`drop ${reason}`] : []));
    network.exports.netClearRecords();
    return [...out, ...drops];
  });
}

function ask(configuration: Configuration, program: string): string[][] {
  const setUp = [
    'sysctl ipv6/conf/default/accept_dad 0',
    'sysctl ipv6/conf/default/router_solicitations 0',
    'sysctl ipv6/conf/default/addr_gen_mode 1',
    'run ip link set lo up',
    ...HOST.interfaces.flatMap(({ name, mac, addresses, neighbours }) => [
      `tap ${name} ${mac}`,
      `run ip link set ${name} up`,
      ...addresses.map((address) => `run ip addr add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`),
      ...Object.entries(neighbours).map(([address, to]) => `run ip neigh add ${address} lladdr ${to} dev ${name}`),
    ]),
    ...HOST.routes.map(([to, kind]) => `run ip ${to.includes(':') ? '-6 ' : ''}route add ${kind} ${to}`),
    `sysctl ipv4/ip_forward ${configuration.forwarding ? 1 : 0}`,
    `sysctl ipv6/conf/all/forwarding ${configuration.forwarding ? 1 : 0}`,
    ...HOST.sysctls.map((line) => `sysctl ${line}`),
    ...HOST.listen.map(([protocol, address, port]) => `listen ${protocol} ${address} ${port}`),
  ];
  const all = frames(configuration);
  const lines = [...setUp, 'run sleep 1.2', ...all.map((frame) => `send eth0 ${Buffer.from(frame).toString('hex')}`)];
  const { stdout, stderr, status } = spawnSync(program, {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    timeout: 110_000,
    maxBuffer: 1 << 28,
  });
  expect([status, stderr]).toEqual([0, '']);
  const answers = stdout.split(/^\.\n/m).slice(0, -1);
  expect(answers.slice(0, setUp.length + 1).map((answer, i) => `${lines[i] ?? ''} ${answer}`.trim())).toEqual(
    lines.slice(0, setUp.length + 1),
  );
  return answers.slice(setUp.length + 1).map((answer) =>
    answer
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => {
        const [kind, name = '', hex = ''] = line.split(' ');
        if (kind !== 'out') return [line];
        const text = comparable(Buffer.from(hex, 'hex'));
        return text === null ? [] : [`out ${name} ${text}`];
      }),
  );
}

/** A frame's fate in short: frames that leave are told by their number alone. */
const short = (lines: readonly string[]): string =>
  lines.map((line) => (line.startsWith('out') ? 'out' : line)).join(', ') || 'nothing';

describe.each(CONFIGURATIONS)('$title', (configuration) => {
  const theirs = recorded.answers[configuration.title] ?? [];
  const differ = (ours: readonly string[], i: number): boolean => JSON.stringify(ours) !== JSON.stringify(theirs[i]);
  let ours: string[][];
  beforeAll(() => {
    ours = simulate(configuration);
    expect(theirs).toHaveLength(ours.length);
  });

  test.each(configuration.cases.map(([title], i) => [title, i] as const))('%s: as Linux', (_, i) =>
    expect(ours[i]).toEqual(theirs[i]),
  );

  test(`${RANDOM} frames, whole and broken: as Linux, but for what is known`, () => {
    const found: Record<string, number> = {};
    ours.forEach((lines, i) => {
      if (i < configuration.cases.length || !differ(lines, i)) return;
      const kind = `${short(lines)} | ${short(theirs[i] ?? [])}`;
      found[kind] = (found[kind] ?? 0) + 1;
    });
    const known = KNOWN.map(({ ours: here, linux: there, ...counts }) => [
      `${here} | ${there}`,
      configuration.forwarding ? counts.router : counts.host,
    ]).filter(([, count]) => count !== 0);
    expect(found).toEqual(Object.fromEntries(known));
  });
});

/** Its frames come and go by TAP devices, and the kernel's reasons for drops by tracefs. */
const linux = judgePresent(
  'bpf',
  (await linuxAbsence()) ?? (existsSync('/dev/net/tun') ? null : 'there is no /dev/net/tun to make a cable of'),
);
test.skipIf(!linux)(
  'Linux says it again',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'host-'));
    try {
      const program = join(folder, 'host');
      execFileSync('cc', ['-O2', '-Wall', '-o', program, here('host.c')]);
      const answers = Object.fromEntries(CONFIGURATIONS.map((one) => [one.title, ask(one, program)]));
      if (process.env['RECORD'] === '1')
        writeFileSync(RECORD, `${JSON.stringify({ kernel: release().split('-')[0], answers }, null, 1)}\n`);
      else expect(answers).toEqual(recorded.answers);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  240_000,
);
