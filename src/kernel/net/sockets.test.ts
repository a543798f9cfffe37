// Programs of a cgroup that decide about its processes' sockets, held against what Linux 6.18 answered to the same commands
// (testing/sockets.txt, sockets.bpf.c, sockets.c).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../compiler/compile.ts';
import { linuxAbsence } from '../../judge/linux.ts';
import { judgePresent } from '../../judge/require.ts';
import { Network } from '../../lab/network.ts';
import { NetworkLinks } from '../../lab/network-links.ts';
import { Kernel } from '../../loader/kernel.ts';
import { loadObject, type LoadedObject } from '../../loader/load.ts';
import { isProblem } from '../../loader/problems.ts';
import { attachTypeOf } from '../../loader/sections.ts';

const here = (name: string): string => fileURLToPath(new URL(`testing/${name}`, import.meta.url));
const RECORD = here('sockets.recorded.json');
const recorded = JSON.parse(readFileSync(RECORD, 'utf8')) as { kernel: string; answers: Record<string, string[]> };
const scenarios = readFileSync(here('sockets.txt'), 'utf8')
  .split(/^# /m)
  .map((block) => {
    const [title = '', ...lines] = block.split('\n');
    return { title, lines: lines.map((line) => line.trim()).filter((line) => line !== '') };
  })
  .filter(({ lines }) => lines.length > 0);

let kernel: Kernel;
let object: Uint8Array;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(bytes));
  const source = readFileSync(here('sockets.bpf.c'), 'utf8');
  const compiled = compile({ files: new Map([['sockets.bpf.c', source]]), main: 'sockets.bpf.c' });
  expect(compiled.diagnostics).toEqual([]);
  object = compiled.object ?? new Uint8Array();
});

function load(): LoadedObject {
  kernel.boot({ seed: 1 });
  const loaded = loadObject(kernel, object, 'sockets.bpf.c');
  if (isProblem(loaded)) throw new Error(loaded.problem.message);
  return loaded;
}

const named = (loaded: LoadedObject, name: string): LoadedObject['programs'][number] => {
  const program = loaded.programs.find(({ linked }) => linked.name === name);
  if (!program) throw new Error(`sockets.bpf.c has no ${name}`);
  return program;
};

function simulate(lines: readonly string[]): string[] {
  const loaded = load();
  const network = new Network(kernel);
  const links = new NetworkLinks(kernel);
  const cgroup = network.cgroup('sockets');
  const folder = links.openCgroup(cgroup);
  const servers = new Map<string, number>();
  const seen = (name: string): number => {
    const { connections = 0, packets = 0 } = network.socket(servers.get(name) ?? -1) ?? {};
    return connections + packets;
  };
  return lines.map((line) => {
    const [command = '', a = '', b = '', c = '', d = ''] = line.split(' ');
    if (command === 'use') {
      const { fd, linked } = named(loaded, a);
      const link = links.create(fd, folder, attachTypeOf(linked.section));
      return String(link > 0 ? 0 : -link);
    }
    if (command === 'server') {
      const protocol = b === 'tcp' ? 'tcp' : 'udp';
      const number = network.server({
        protocol,
        address: c,
        port: Number(d),
        application: b === 'echo' ? 'echo' : 'sink',
        cgroup,
      });
      if (number >= 0) servers.set(a, number);
      return String(number >= 0 ? 0 : -number);
    }
    const protocol = command === 'echo' ? 'udp' : (a as 'tcp' | 'udp');
    const [address, port] = command === 'echo' ? [a, b] : [b, c];
    const before = new Map([...servers.keys()].map((name) => [name, seen(name)]));
    const refusals = (): number =>
      [...servers.values()].reduce((sum, number) => sum + (network.socket(number)?.refused ?? 0), 0);
    const refusedBefore = refusals();
    const client = network.client({ protocol, address, port: Number(port), payload: 1, cgroup });
    if (client < 0) return `error ${-client}`;
    expect(network.run(500_000_000n)).toBe(true);
    const result = network.socket(client);
    if ((result?.refused ?? 0) > 0) return 'error 1';
    if (command === 'echo') {
      if (refusals() > refusedBefore) return 'error 1';
      return (result?.packets ?? 0) > 0 ? 'answered' : 'lost';
    }
    return [...servers.keys()].find((name) => seen(name) > (before.get(name) ?? 0)) ?? 'none';
  });
}

/** The same lines to Linux: programs go over as instructions. */
function ask(lines: readonly string[], program: string): string[] {
  const loaded = load();
  const input = lines
    .map((line) => {
      const [command, name = ''] = line.split(' ');
      if (command !== 'use') return line;
      const { linked, instructions } = named(loaded, name);
      return `use ${linked.type.id} ${attachTypeOf(linked.section)} ${Buffer.from(instructions).toString('hex')}`;
    })
    .join('\n');
  const { stdout, status } = spawnSync(program, { input: `${input}\n`, encoding: 'utf8', timeout: 60_000 });
  expect(status).toBe(0);
  return stdout.trim().split('\n');
}

test('every program is used, every use has a program', () => {
  const used = scenarios.flatMap(({ lines }) =>
    lines.filter((line) => line.startsWith('use ')).map((line) => line.slice(4)),
  );
  expect([...new Set(used)].toSorted()).toEqual(
    load()
      .programs.map(({ linked }) => linked.name)
      .toSorted(),
  );
});

describe('as Linux', () => {
  test.each(scenarios)('$title', ({ title, lines }) => expect(simulate(lines)).toEqual(recorded.answers[title]));
});

const linux = judgePresent('bpf', await linuxAbsence());
test.skipIf(!linux)(
  'Linux says it again',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockets-'));
    try {
      const program = join(folder, 'sockets');
      execFileSync('cc', ['-O2', '-Wall', '-o', program, here('sockets.c')]);
      const answers = Object.fromEntries(scenarios.map(({ title, lines }) => [title, ask(lines, program)]));
      if (process.env['RECORD'] === '1')
        writeFileSync(RECORD, `${JSON.stringify({ kernel: release().split('-')[0], answers }, null, 2)}\n`);
      else expect(answers).toEqual(recorded.answers);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);
