// What do libbpf and this machine's Linux make of a whole object? bpftool loads it, runs its program over packets, and
// shows its maps; the pins stand in a folder of their own and go at the end.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './clang.ts';

const BPFTOOL = findProgram('bpftool') ?? '/usr/sbin/bpftool';
export const BPFFS = '/sys/fs/bpf';

export interface LibbpfRun {
  readonly retval: number;
  /** hex */
  readonly dataOut: string;
}

export interface LibbpfAnswer {
  readonly accepted: boolean;
  /** 0 or -errno, as libbpf names it */
  readonly errno: number;
  /** what libbpf printed, with the kernel's log inside */
  readonly output: string;
  /** the kernel log's last line before the counters; '' when accepted */
  readonly message: string;
  /** number of the C line that the log showed last; 0: none */
  readonly line: number;
  readonly runs: readonly LibbpfRun[];
  /** map name → what `bpftool -j map dump` prints, decoded by BTF */
  readonly maps: Readonly<Record<string, readonly { readonly key: unknown; readonly value: unknown }[]>>;
}

export function bpftool(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(BPFTOOL, [...args], { timeout: 60_000, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
  });
}

/** The part of libbpf's output that is the kernel's. */
function kernelLog(output: string): string[] {
  const lines = output.split('\n');
  const begin = lines.findIndex((line) => line.includes('-- BEGIN PROG LOAD LOG --'));
  const end = lines.findIndex((line) => line.includes('-- END PROG LOAD LOG --'));
  return begin < 0 || end < 0 ? [] : lines.slice(begin + 1, end);
}

/** A section of global variables is dumped as {".data": [{ variable: value }, …]}, without its only key: here as one record. */
function plainSection(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[name, variables] = ['', null], ...more] = Object.entries(value);
  if (more.length > 0 || !name.startsWith('.') || !Array.isArray(variables)) return value;
  return Object.assign({}, ...(variables as object[])) as unknown;
}

/** Loads one program's object, runs it over each packet in order (repeat 1), dumps its maps, and removes everything. */
export async function askLibbpf(
  object: Uint8Array,
  fileName: string,
  packets: readonly Uint8Array[] = [],
): Promise<LibbpfAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'meet-ebpf-libbpf-'));
  const pins = join(BPFFS, `meet-ebpf-${process.pid}-${Math.floor(performance.now() * 1000)}`);
  try {
    const file = join(folder, fileName);
    await writeFile(file, object);
    await mkdir(pins);
    const loaded = await bpftool(['prog', 'loadall', file, pins, 'pinmaps', join(pins, 'maps')]);
    const output = loaded.stdout + loaded.stderr;
    if (loaded.code !== 0) {
      const log = kernelLog(output).filter((line) => line !== '' && !line.startsWith('processed '));
      const source = log.filter((line) => line.startsWith('; ')).at(-1) ?? '';
      const errno = /failed to load: (-\d+)/.exec(output)?.[1];
      return {
        accepted: false,
        errno: errno === undefined ? -1 : Number(errno),
        output,
        message: log.at(-1) ?? '',
        line: Number(/ @ [^ ]+:(\d+)$/.exec(source)?.[1] ?? 0),
        runs: [],
        maps: {},
      };
    }
    const pinned = (await bpftool(['-j', '-f', 'prog', 'show'])).stdout;
    const program = (JSON.parse(pinned) as { pinned?: string[] }[])
      .flatMap((row) => row.pinned ?? [])
      .find((path) => path.startsWith(`${pins}/`));
    const runs: LibbpfRun[] = [];
    for (const packet of packets) {
      const input = join(folder, 'in');
      const out = join(folder, 'out');
      await writeFile(input, packet);
      const ran = await bpftool([
        'prog',
        'run',
        'pinned',
        program ?? '',
        'data_in',
        input,
        'data_out',
        out,
        'repeat',
        '1',
      ]);
      const retval = /Return value: (\d+)/.exec(ran.stdout)?.[1];
      if (retval === undefined) throw new Error(`bpftool prog run: ${ran.stdout}${ran.stderr}`);
      runs.push({ retval: Number(retval), dataOut: (await readFile(out)).toString('hex') });
    }
    const maps: Record<string, { key: unknown; value: unknown }[]> = {};
    const shown = (await bpftool(['-j', '-f', 'map', 'show'])).stdout;
    for (const row of JSON.parse(shown) as { name?: string; pinned?: string[] }[]) {
      const path = row.pinned?.find((pin) => pin.startsWith(`${pins}/maps/`));
      if (path === undefined || row.name === undefined) continue;
      const dump = JSON.parse((await bpftool(['-j', 'map', 'dump', 'pinned', path])).stdout) as {
        formatted?: { key?: unknown; value: unknown };
        key?: unknown;
        value: unknown;
      }[];
      maps[row.name] = dump.map((entry) => {
        const { key = 0, value } = entry.formatted ?? entry;
        return { key, value: plainSection(value) };
      });
    }
    return { accepted: true, errno: 0, output, message: '', line: 0, runs, maps };
  } finally {
    await rm(pins, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Why libbpf cannot be asked, null if it can. */
export async function libbpfAbsence(): Promise<string | null> {
  if (process.env['ASK_LINUX'] !== '1') return 'ASK_LINUX=1 was not set';
  const version = await bpftool(['version']);
  if (version.code !== 0) return 'bpftool is not installed';
  const mounted = (await readFile('/proc/mounts', 'utf8').catch(() => '')).includes(` ${BPFFS} bpf `);
  if (mounted) return null;
  const mount = await new Promise<boolean>((resolve) => {
    execFile('mount', ['-t', 'bpf', 'bpf', BPFFS], (error) => resolve(error === null));
  });
  return mount ? null : `${BPFFS} is not a bpf file system and could not be made one`;
}
