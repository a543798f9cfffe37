// Do the example's loaders work on real Linux, in each of the languages that can be built here? Each one is built from
// a copy of examples/ and runs its demo: network namespaces and a veth pair of its own, pings from two addresses.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clangAbsence, findProgram } from './clang.ts';
import { libbpfAbsence } from './libbpf.ts';
import { judgePresent } from './require.ts';

/** Debian's golang-github-cilium-ebpf-dev, where the Makefile looks for it. */
const GO_LIBRARY = '/usr/share/gocode/src/github.com/cilium/ebpf';

function goAbsence(): string | null {
  if (findProgram('go') === null) return 'go is not installed (golang-go)';
  return existsSync(GO_LIBRARY) ? null : `${GO_LIBRARY} is not there (golang-github-cilium-ebpf-dev)`;
}

const linux = judgePresent('bpf', await libbpfAbsence()) && judgePresent('clang', clangAbsence());

/** Exit status and what was printed, both streams in one. */
function make(folder: string, ...words: string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile('make', ['-s', '-C', folder, ...words], { timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({
        status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
        output: stdout + stderr,
      }),
    );
  });
}

describe.skipIf(!linux)('the loader of xdp-drop on Linux', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meet-ebpf-loaders-'));
    await cp('examples', folder, { recursive: true });
    // Built once, before three demos at a time would each build it.
    expect(await make(join(folder, 'xdp-drop'), 'drop.bpf.o')).toMatchObject({ status: 0 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const demo = async (loader: string) => {
    const { status, output } = await make(join(folder, 'xdp-drop'), 'demo', `LOADER=${loader}`);
    expect(output).toContain('dropped=3 passed=3');
    expect(status, output).toBe(0);
  };
  it.concurrent('in C', () => demo('drop'));
  it.concurrent('in C++', () => demo('drop-cpp'));
  const inGo = linux && judgePresent('go', goAbsence()) ? it.concurrent : it.skip;
  inGo('in Go', () => demo('drop-go'));
});
