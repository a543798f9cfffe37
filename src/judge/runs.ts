// What does Linux make of thousands of small objects? A typed client of runs.c: one process, which libbpf loads each object in and the
// kernel runs its program over packets. Ten times as fast as bpftool (libbpf.ts), which shows maps as well.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hex } from './linux.ts';
import { buildWithLibbpf } from './objects.ts';

const SOURCE = fileURLToPath(new URL('runs.c', import.meta.url));
const decoder = new TextDecoder();

export interface RunsAnswer {
  readonly accepted: boolean;
  /** what libbpf and the kernel said, the end of it; '' when accepted */
  readonly output: string;
  /** for each packet "RETVAL:BYTES", hexadecimal */
  readonly runs: readonly string[];
}

/** Ask objectsAbsence() before, and close() at the end. */
export class LinuxRunner {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #folder: string;
  #files = 0;
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];

  private constructor(program: string, folder: string) {
    this.#folder = folder;
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(line));
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`src/judge/runs.c ended: ${code ?? signal}`));
    });
  }

  static async create(): Promise<LinuxRunner> {
    return new LinuxRunner(await buildWithLibbpf(SOURCE), await mkdtemp(join(tmpdir(), 'meet-ebpf-runs-')));
  }

  /** Loads an object of one program and runs it over each packet (at most 2048 bytes) in turn. */
  async run(object: Uint8Array, packets: readonly Uint8Array[]): Promise<RunsAnswer> {
    const file = join(this.#folder, `random${this.#files++}.bpf.o`);
    await writeFile(file, object);
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${[file, ...packets.map(hex)].join(' ')}\n`);
    });
    await rm(file);
    const [word, ...rest] = line.split(' ');
    if (word === 'accepted') return { accepted: true, output: '', runs: rest };
    return { accepted: false, output: decoder.decode(Buffer.from(rest[1] ?? '', 'hex')), runs: [] };
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
