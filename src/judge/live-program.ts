// One program on this machine's Linux, loaded from its object and kept for a while: packets through it, its maps read and written, as a
// loader in user space would. Nothing is attached anywhere; close() removes everything. Ask libbpfAbsence() before.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BPFFS, bpftool } from './libbpf.ts';

const hexWords = (bytes: Uint8Array): string[] => [
  'hex',
  ...Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')),
];

/** What bpftool's JSON says of bytes: ["0x01", …], for each processor where a map has them so. */
function bytesOf(value: unknown): Uint8Array {
  return Uint8Array.from(value as string[], (byte) => Number.parseInt(byte, 16));
}

export class LiveProgram {
  readonly #folder: string;
  readonly #pins: string;
  readonly #program: string;

  private constructor(folder: string, pins: string, program: string) {
    this.#folder = folder;
    this.#pins = pins;
    this.#program = program;
  }

  /** null: Linux refuses it; askLibbpf() (libbpf.ts) tells why */
  static async load(object: Uint8Array, fileName: string): Promise<LiveProgram | null> {
    const folder = await mkdtemp(join(tmpdir(), 'meet-ebpf-live-'));
    const pins = join(BPFFS, `meet-ebpf-${process.pid}-${Math.floor(performance.now() * 1000)}`);
    const file = join(folder, fileName);
    await writeFile(file, object);
    await mkdir(pins);
    const loaded = await bpftool(['prog', 'loadall', file, pins, 'pinmaps', join(pins, 'maps')]);
    const pinned = loaded.code === 0 ? (await bpftool(['-j', '-f', 'prog', 'show'])).stdout : '[]';
    const program = (JSON.parse(pinned) as { pinned?: string[] }[])
      .flatMap((row) => row.pinned ?? [])
      .find((path) => path.startsWith(`${pins}/`));
    const live = new LiveProgram(folder, pins, program ?? '');
    if (program !== undefined) return live;
    await live.close();
    return null;
  }

  /** What the program returns for a packet. */
  async run(packet: Uint8Array): Promise<number> {
    const input = join(this.#folder, 'in');
    await writeFile(input, packet);
    const ran = await bpftool(['prog', 'run', 'pinned', this.#program, 'data_in', input, 'repeat', '1']);
    const value = /Return value: (\d+)/.exec(ran.stdout)?.[1];
    if (value === undefined) throw new Error(`bpftool prog run: ${ran.stdout}${ran.stderr}`);
    return Number(value);
  }

  async write(map: string, key: Uint8Array, value: Uint8Array): Promise<void> {
    await this.#map('update', map, 'key', ...hexWords(key), 'value', ...hexWords(value));
  }

  async delete(map: string, key: Uint8Array): Promise<void> {
    await this.#map('delete', map, 'key', ...hexWords(key));
  }

  /** null: there is no such entry */
  async read(map: string, key: Uint8Array): Promise<Uint8Array | null> {
    const path = join(this.#pins, 'maps', map);
    const found = await bpftool(['-j', 'map', 'lookup', 'pinned', path, 'key', ...hexWords(key)]);
    if (found.code !== 0) return null;
    const { value } = JSON.parse(found.stdout) as { value?: unknown };
    return value === undefined ? null : bytesOf(value);
  }

  /** Bytes of a map's keys and values. */
  async sizes(map: string): Promise<{ readonly key: number; readonly value: number }> {
    const shown = (await bpftool(['-j', 'map', 'show', 'pinned', join(this.#pins, 'maps', map)])).stdout;
    const { bytes_key: key, bytes_value: value } = JSON.parse(shown) as { bytes_key: number; bytes_value: number };
    return { key, value };
  }

  async close(): Promise<void> {
    await rm(this.#pins, { recursive: true, force: true });
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #map(what: string, map: string, ...words: readonly string[]): Promise<void> {
    const done = await bpftool(['map', what, 'pinned', join(this.#pins, 'maps', map), ...words]);
    if (done.code !== 0) throw new Error(`bpftool map ${what} ${map}: ${done.stdout}${done.stderr}`);
  }
}
