// Ten thousand generated packets, valid and broken, through XDP, tc, cgroup and socket programs: return value, outgoing packet and outgoing
// context must be those of Linux's own test run. What Linux 6.18 answered is kept as hashes; with ASK_LINUX=1 it is asked again, packet by
// packet.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { askLinux, linuxAbsence, type Step } from '../judge/linux.ts';
import { judgePresent } from '../judge/require.ts';
import { Kernel } from '../loader/kernel.ts';
import { loadObject, type LoadedProgram } from '../loader/load.ts';
import { isProblem } from '../loader/problems.ts';
import { Random, randomFrames } from './packets.ts';

const here = (name: string): string => fileURLToPath(new URL(`testing/${name}`, import.meta.url));
const linux = judgePresent('bpf', await linuxAbsence());
const PACKETS = 10_000;
/** the first is tried always, the others when Linux is asked */
const SEEDS = [20261122, 1, 777] as const;
const RECORD = here('differential.recorded.json');
const recorded = JSON.parse(readFileSync(RECORD, 'utf8')) as {
  kernel: string;
  seeds: Record<string, Record<string, string>>;
};

let kernel: Kernel;
let programs: readonly LoadedProgram[];
const NAMES = [
  'xdp_look',
  'xdp_parse',
  'xdp_change',
  'tc_look',
  'tc_change',
  'cgroup_look',
  'cgroup_way_out',
  'socket_look',
];

beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(bytes));
  const { object, diagnostics } = compile({
    files: new Map([['differential.bpf.c', readFileSync(here('differential.bpf.c'), 'utf8')]]),
    main: 'differential.bpf.c',
  });
  expect(diagnostics).toEqual([]);
  const loaded = loadObject(kernel, object ?? new Uint8Array(), 'differential.bpf.c');
  if (isProblem(loaded)) throw new Error(loaded.problem.message);
  programs = loaded.programs;
  for (const program of programs) expect(program.fd, program.linked.name).toBeGreaterThan(0);
});

/** A context to go with packet `i`, for three out of four: mark, priority, cb and their like; for XDP the packet's borders. */
function contextFor(type: number, i: number, length: number): Uint8Array | undefined {
  if (i % 4 === 0) return undefined;
  const random = new Random(i + 1);
  const bytes = new Uint8Array(type === 6 ? 24 : 192);
  const view = new DataView(bytes.buffer);
  if (type === 6) {
    view.setUint32(4, length, true);
    return bytes;
  }
  view.setUint32(8, random.next(), true);
  view.setUint32(32, random.next(), true);
  view.setUint32(48, random.next(), true);
  view.setUint32(64, random.next(), true);
  view.setUint32(152, random.next(), true);
  if (i % 4 === 2) {
    view.setUint32(160, length + random.below(1000), true);
    view.setUint32(164, random.below(65536), true);
    view.setUint32(176, random.below(65536), true);
  }
  return bytes;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** One line a packet: error, return value, packet and context that came out. */
function simulated(program: LoadedProgram, frames: readonly Uint8Array[]): string[] {
  const type = program.linked.type.id;
  return frames.map((packet, i) => {
    const context = contextFor(type, i, packet.length);
    const result = kernel.testRun(program.fd, { packet, ...(context ? { context } : {}) });
    if (result.error !== 0) return String(-result.error);
    return `0 ${result.retval >>> 0} ${hexOf(result.dataOut)} ${hexOf(result.contextOut)}`;
  });
}

async function asked(program: LoadedProgram, frames: readonly Uint8Array[]): Promise<string[]> {
  const type = program.linked.type.id;
  const lines: string[] = [];
  const batch = 500;
  for (let from = 0; from < frames.length; from += batch) {
    const steps: Step[] = [
      {
        do: 'load',
        type,
        insns: program.instructions,
        level: 0,
        attach: program.linked.name === 'cgroup_way_out' ? 1 : type === 6 ? 37 : 0,
      },
      ...frames.slice(from, from + batch).map((packet, i): Step => {
        const ctx = contextFor(type, from + i, packet.length);
        return { do: 'run', prog: 0, packet, ...(ctx ? { ctx } : {}) };
      }),
    ];
    const answers = (await askLinux(steps)) as { errno: number; retval?: number; dataOut?: string; ctxOut?: string }[];
    expect(answers[0]?.errno).toBe(0);
    for (const { errno, retval, dataOut, ctxOut } of answers.slice(1))
      lines.push(errno !== 0 ? String(errno) : `0 ${(retval ?? 0) >>> 0} ${dataOut ?? ''} ${ctxOut ?? ''}`);
  }
  return lines;
}

const hash = (lines: readonly string[]): string => createHash('sha256').update(lines.join('\n')).digest('hex');
const named = (name: string): LoadedProgram => {
  const program = programs.find(({ linked }) => linked.name === name);
  if (!program) throw new Error(`no program ${name}`);
  return program;
};

/** What is odd about a frame, by its own bytes. */
function kindsOf(frame: Uint8Array): string[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const at16 = (at: number): number => (at + 2 <= frame.length ? view.getUint16(at) : -1);
  const kinds: string[] = [];
  let at = 12;
  let tags = 0;
  while ([0x8100, 0x88a8, 0x9100].includes(at16(at))) {
    tags++;
    at += 4;
  }
  if (tags > 1) kinds.push('stacked VLAN tags');
  const type = at16(at);
  const ip = at + 2;
  if (type === 0x0800) {
    if (frame.length < ip + 20) return [...kinds, 'truncated'];
    if (at16(ip + 2) > frame.length - ip) kinds.push('wrong length');
    const words = (frame[ip] ?? 0) & 15;
    if (words < 5) kinds.push('wrong header length');
    if (words > 5) kinds.push('IPv4 options');
    if ((at16(ip + 6) & 0x3fff) !== 0) kinds.push('fragment');
    if ((frame[ip] ?? 0) >> 4 !== 4) kinds.push('wrong version');
  } else if (type === 0x86dd) {
    if (frame.length < ip + 40) return [...kinds, 'truncated'];
    if (at16(ip + 4) > frame.length - ip - 40) kinds.push('wrong length');
    if ([0, 43, 44, 60].includes(frame[ip + 6] ?? 59)) kinds.push('IPv6 extension headers');
  } else if (type === 0x0806 && frame.length < ip + 28) kinds.push('truncated');
  else if (type >= 0 && type < 0x0600) kinds.push('IEEE 802.3 length');
  return kinds;
}

describe.each(SEEDS)(`${PACKETS} packets of seed %i`, (seed) => {
  const frames = randomFrames(seed, PACKETS);
  const hashes = (recorded.seeds[seed] ??= {});

  test('are of every kind', () => {
    const types = new Set(frames.map((frame) => ((frame[12] ?? 0) << 8) | (frame[13] ?? 0)));
    for (const type of [0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8]) expect(types).toContain(type);
    expect(Math.min(...frames.map(({ length }) => length))).toBe(15);
    expect(Math.max(...frames.map(({ length }) => length))).toBeGreaterThan(900);
    expect(new Set(frames.map(hexOf)).size).toBeGreaterThan(9_990);
    const counts: Record<string, number> = {};
    for (const kind of frames.flatMap(kindsOf)) counts[kind] = (counts[kind] ?? 0) + 1;
    expect(Object.keys(counts)).toHaveLength(9);
    for (const [kind, count] of Object.entries(counts)) expect(count, kind).toBeGreaterThan(50);
  });

  test.skipIf(seed !== SEEDS[0] && !linux).each(NAMES)('%s: as Linux', (name) => {
    expect(hash(simulated(named(name), frames))).toBe(hashes[name]);
  });

  test.skipIf(!linux).each(NAMES)(
    '%s: Linux says it again, packet by packet',
    async (name) => {
      const program = named(name);
      const [ours, theirs] = [simulated(program, frames), await asked(program, frames)];
      const different = ours.flatMap((line, i) =>
        line === theirs[i]
          ? []
          : [{ packet: i, frame: hexOf(frames[i] ?? new Uint8Array()), ours: line, linux: theirs[i] }],
      );
      if (process.env['RECORD'] === '1') {
        hashes[name] = hash(theirs);
        writeFileSync(RECORD, `${JSON.stringify(recorded, null, 2)}\n`);
      }
      expect(different.slice(0, 3)).toEqual([]);
      expect(hash(theirs)).toBe(hashes[name]);
    },
    120_000,
  );
});
