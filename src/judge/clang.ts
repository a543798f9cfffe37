// What object does clang make of this C? The reference for our own compiler.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Only 19: the figures of other versions differ, and a reference that changes with the machine is none. */
export const CLANG = 'clang-19';

/** Full path of a program on PATH, or null. */
export function findProgram(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && existsSync(path)) return path;
  }
  return null;
}

/** Why clang cannot be asked, null if it can. */
export function clangAbsence(): string | null {
  return findProgram(CLANG) === null ? `${CLANG} is not installed` : null;
}

export interface ClangOptions {
  /** further files by name, reachable with #include "name" */
  readonly files?: Readonly<Record<string, string>>;
  readonly includeFolders?: readonly string[];
  /** optimisation, -O2 unless said otherwise */
  readonly optimize?: string;
  readonly cpu?: 'v1' | 'v2' | 'v3' | 'v4';
  readonly defines?: Readonly<Record<string, string>>;
  /** further flags, last on the command line */
  readonly flags?: readonly string[];
  /** base name of the source, as BTF and messages show it */
  readonly name?: string;
}

export interface ClangAnswer {
  /** the ELF object, null when clang refused or was asked for messages only (-fsyntax-only) */
  readonly object: Uint8Array | null;
  readonly exitCode: number;
  /** clang's messages as it printed them */
  readonly messages: string;
}

/** Compiles for the BPF target with debug information (`-g`: BTF). A refusal is an answer, not an exception. */
export async function compileWithClang(source: string, options: ClangOptions = {}): Promise<ClangAnswer> {
  const clang = findProgram(CLANG);
  if (clang === null) throw new Error(`${CLANG} is not installed: ask clangAbsence() first`);
  const folder = await mkdtemp(join(tmpdir(), 'meet-ebpf-clang-'));
  try {
    const name = options.name ?? 'program.bpf.c';
    await writeFile(join(folder, name), source);
    for (const [file, text] of Object.entries(options.files ?? {})) await writeFile(join(folder, file), text);
    const out = join(folder, 'program.bpf.o');
    const flags = [
      '-target',
      'bpf',
      '-g',
      options.optimize ?? '-O2',
      ...(options.cpu ? [`-mcpu=${options.cpu}`] : []),
      // linux/if.h and friends reach for glibc's 32-bit stubs without it
      '-D__x86_64__',
      ...Object.entries(options.defines ?? {}).map(([key, value]) => `-D${key}=${value}`),
      `-I${folder}`,
      ...(options.includeFolders ?? []).map((path) => `-I${path}`),
      '-I/usr/include/x86_64-linux-gnu',
      ...(options.flags ?? []),
    ];
    const { code, messages } = await new Promise<{ code: number; messages: string }>((resolve) => {
      execFile(clang, [...flags, '-c', name, '-o', out], { cwd: folder, timeout: 60_000 }, (error, _stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, messages: stderr }),
      );
    });
    const object = code === 0 && existsSync(out) ? new Uint8Array(await readFile(out)) : null;
    return { object, exitCode: code, messages };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
