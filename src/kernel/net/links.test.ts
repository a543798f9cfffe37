// Attaching and replacing programs, held against what Linux 6.18 answered to the same commands (testing/links.txt, links.c).
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../bpf/assemble.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import { Network } from '../../lab/network.ts';
import { NetworkLinks } from '../../lab/network-links.ts';
import { linuxAbsence } from '../../judge/linux.ts';
import { judgePresent } from '../../judge/require.ts';
import { Kernel } from '../../loader/kernel.ts';

const here = (name: string): string => fileURLToPath(new URL(`testing/${name}`, import.meta.url));
const recorded = JSON.parse(readFileSync(here('links.recorded.json'), 'utf8')) as {
  answers: Record<string, string[]>;
};
const scenarios = readFileSync(here('links.txt'), 'utf8')
  .split(/^# /m)
  .map((block) => {
    const [title = '', ...lines] = block.split('\n');
    return { title, lines: lines.map((line) => line.trim()).filter((line) => line !== '') };
  })
  .filter(({ lines }) => lines.length > 0);

const wasm = new WebAssembly.Module(readFileSync(new URL('../generated/kernel.wasm', import.meta.url)));
const WHERE: Readonly<Record<string, number>> = {
  xdp: 37,
  tcx_ingress: 46,
  tcx_egress: 47,
  cgroup_ingress: 0,
  cgroup_egress: 1,
};
const TYPES: Readonly<Record<string, readonly [number, number, number]>> = {
  xdp: [6, 2, 37],
  devmap: [6, 2, 35],
  tc: [3, -1, 0],
  cgroup: [8, 1, 0],
};

async function simulate(lines: readonly string[]): Promise<string[]> {
  const kernel = await Kernel.create(wasm);
  kernel.boot({ seed: 1 });
  const network = new Network(kernel);
  const links = new NetworkLinks(kernel);
  const va = network.interface('va', { kind: 'veth' });
  const vb = network.interface('vb', { kind: 'veth' });
  expect(network.pair(va, vb)).toBe(0);
  const cgroup = links.openCgroup(network.cgroup('links'));
  const names = new Map<string, number>();
  const ids = new Map<number, string>();
  const fd = (name: string | undefined): number => names.get(name ?? '') ?? -1;
  const target = (where: string): number => (where.startsWith('cgroup') ? cgroup : va);
  /** a descriptor is kept under its name; what Linux would say: 0 or the error number */
  const keep = (name: string, descriptor: number): string => {
    if (descriptor < 0) return String(-descriptor);
    names.set(name, descriptor);
    const id = kernel.exports.programId(descriptor);
    if (id > 0) ids.set(id, name);
    return '0';
  };
  return lines.map((line) => {
    const [command = '', a = '', b = '', c = '', d = '', e = ''] = line.split(' ');
    const error = (value: number): string => String(value === 0 ? 0 : -value);
    switch (command) {
      case 'prog': {
        const [type, value, attach] = TYPES[b] ?? [6, 2, 37];
        return keep(
          a,
          kernel.loadProgram({
            type,
            name: a,
            license: 'GPL',
            instructions: encodeInstructions(assemble(`mov %r0, ${value}\nexit`).instructions),
            expectedAttachType: attach,
          }),
        );
      }
      case 'link':
        return keep(a, links.create(fd(b), target(c), WHERE[c] ?? -1, Number(d)));
      case 'linkat':
        return keep(a, links.create(fd(b), target(c), WHERE[c] ?? -1, Number(d), fd(e)));
      case 'update':
        return error(links.update(fd(a), fd(b), Number(c), d === '' ? 0 : fd(d)));
      case 'detach':
        return error(links.detach(fd(a)));
      case 'close':
        return error(Number(kernel.exports.close(fd(a))));
      case 'xdp':
        return error(links.xdp(va, a === '-' ? -1 : fd(a), Number(b), c === '' ? -1 : fd(c)));
      case 'attach':
        return error(links.attach(target(b), fd(a), WHERE[b] ?? -1, Number(c), d === '' ? 0 : fd(d)));
      case 'unattach':
        return error(links.unattach(target(b), a === '-' ? 0 : fd(a), WHERE[b] ?? -1));
      case 'pin':
        return error(links.pin(fd(a), `/sys/fs/bpf/${b}`));
      case 'get':
        return keep(a, links.get(`/sys/fs/bpf/${b}`));
      case 'unpin':
        return error(links.unpin(`/sys/fs/bpf/${a}`));
      case 'query': {
        const found = links.query(target(a), WHERE[a] ?? -1);
        return typeof found === 'number' ? error(found) : ['0', ...found.map((id) => ids.get(id) ?? '?')].join(' ');
      }
      default:
        throw new Error(`no command ${command}`);
    }
  });
}

const together = (lines: readonly string[], answers: readonly string[]): string[] =>
  lines.map((line, i) => `${line} → ${answers[i] ?? ''}`);

describe.each(scenarios)('$title', ({ title, lines }) => {
  test('as Linux answered', async () => {
    expect(together(lines, await simulate(lines))).toEqual(together(lines, recorded.answers[title] ?? []));
  });
});

const linux = judgePresent('bpf', await linuxAbsence());
test.skipIf(!linux)(
  'Linux says it again',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'links-'));
    try {
      const program = join(folder, 'links');
      execFileSync('gcc', ['-O2', '-o', program, here('links.c')]);
      expect(existsSync(program)).toBe(true);
      for (const { title, lines } of scenarios) {
        const run = spawnSync(program, { input: `${lines.join('\n')}\n`, encoding: 'utf8', timeout: 20_000 });
        expect(run.status).toBe(0);
        expect(together(lines, run.stdout.trim().split('\n'))).toEqual(together(lines, recorded.answers[title] ?? []));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
