// The dump beside bpftool's own, of the same bytes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kernelBtf } from '../compiler/kernel-btf.ts';
import { findProgram } from '../judge/clang.ts';
import { judgePresent } from '../judge/require.ts';
import { isProblem, parseBtf } from '../lab/btf.ts';
import { dumpBtf } from './btf-dump.ts';

const BPFTOOL = findProgram('bpftool') ?? '/usr/sbin/bpftool';
const absence = existsSync(BPFTOOL) ? null : 'bpftool is not installed';

function dump(bytes: Uint8Array): string {
  const btf = parseBtf(bytes);
  if (isProblem(btf)) throw new Error(btf.problem.message);
  return dumpBtf(btf);
}

test('a type is a line, its members are lines below it', () => {
  const text = dump(kernelBtf(618));
  expect(text).toMatch(/^\[\d+\] STRUCT 'list_head' size=16 vlen=2\n\t'next' type_id=\d+ bits_offset=0\n\t'prev'/m);
  expect(text).toMatch(/\t'cloned' type_id=\d+ bits_offset=1008 bitfield_size=1\n/);
  expect(text).toMatch(/\] FUNC 'tcp_connect' type_id=\d+ linkage=static\n/);
});

describe.skipIf(!judgePresent('bpf', absence))('bpftool', () => {
  test.each([601, 618] as const)('prints the types of kernel %i the same way', (version) => {
    const folder = mkdtempSync(join(tmpdir(), 'meet-ebpf-btf-'));
    try {
      const file = join(folder, 'vmlinux.btf');
      writeFileSync(file, kernelBtf(version));
      const theirs = execFileSync(BPFTOOL, ['btf', 'dump', 'file', file], { encoding: 'utf8', maxBuffer: 64 << 20 });
      expect(dump(kernelBtf(version))).toBe(theirs);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
