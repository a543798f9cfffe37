// What do libbpf and this machine's Linux make of the programs of an object, one by one? A typed client of objects.c, which is built
// on demand outside the tree and needs libbpf's headers (Debian: libbpf-dev).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from './clang.ts';
import { unhex } from './linux.ts';

const SOURCE = fileURLToPath(new URL('objects.c', import.meta.url));
const run = promisify(execFile);

export interface ObjectProgram {
  readonly name: string;
  readonly section: string;
  /** 0 or -errno of loading it */
  readonly errno: number;
  /** relocated, map and BTF descriptors filled in; before the kernel rewrote anything */
  readonly instructions: Uint8Array;
  /** what libbpf printed about it, with the kernel's log */
  readonly output: string;
}

export interface ObjectAnswer {
  /** 0 or -errno of opening the object */
  readonly errno: number;
  /** 0 or -errno of loading it as a whole; programs in SEC("?…") are left out */
  readonly loaded: number;
  readonly programs: readonly ObjectProgram[];
  readonly output: string;
}

/** Builds a C program that uses libbpf into the user's cache; the file's name carries its hash, so an old one is never used. */
export async function buildWithLibbpf(path: string): Promise<string> {
  const source = await readFile(path);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'meet-ebpf');
  const program = join(
    cache,
    `${basename(path, '.c')}-${createHash('sha256').update(source).digest('hex').slice(0, 16)}`,
  );
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const fresh = `${program}.${process.pid}`;
  await run(findProgram('gcc') ?? 'cc', ['-O1', '-Wall', '-o', fresh, path, '-lbpf', '-lelf', '-lz']);
  await rename(fresh, program);
  return program;
}

/** Why libbpf cannot be asked, null if it can. */
export function objectsAbsence(): string | null {
  if (process.env['ASK_LINUX'] !== '1') return 'ASK_LINUX=1 was not set';
  return existsSync('/usr/include/bpf/libbpf.h') ? null : 'libbpf-dev is not installed';
}

/** @param types a kernel's BTF to relocate against, instead of the running kernel's */
export async function askObject(object: Uint8Array, fileName: string, types?: Uint8Array): Promise<ObjectAnswer> {
  const program = await buildWithLibbpf(SOURCE);
  const folder = await mkdtemp(join(tmpdir(), 'meet-ebpf-object-'));
  try {
    const file = join(folder, fileName);
    await writeFile(file, object);
    if (types) await writeFile(join(folder, 'types.btf'), types);
    const words = types ? [file, join(folder, 'types.btf')] : [file];
    const { stdout, stderr } = await run(program, words, { timeout: 60_000, maxBuffer: 64 << 20 });
    const messages = new Map(
      stderr
        .split(/^== /m)
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
    );
    const programs: ObjectProgram[] = [];
    for (const line of stdout.split('\n')) {
      const [word, name = '', section = '', errno = '0', bytes = ''] = line.split(' ');
      if (word !== 'program') continue;
      programs.push({
        name,
        section,
        errno: Number(errno),
        instructions: unhex(bytes),
        output: messages.get(name) ?? '',
      });
    }
    return {
      errno: Number(/^open (-?\d+)/.exec(stdout)?.[1] ?? -1),
      loaded: Number(/^load (-?\d+)/m.exec(stdout)?.[1] ?? -1),
      programs,
      output: stderr,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
