// The public conformance suite, where BPF_CONFORMANCE names its folder: every file passes in the interpreter and in the
// JIT's checked mode. With the verifier in front, Linux's 13 refusals are refused and nothing else is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testKernel } from '../jit/fuzz.ts';
import { judgePresent } from '../judge/require.ts';
import type { Kernel } from '../loader/kernel.ts';
import { runConformance } from './conformance.ts';

const folder = process.env['BPF_CONFORMANCE'] ?? '';
const present = judgePresent('conformance', folder === '' ? 'BPF_CONFORMANCE names no folder' : null);

/** Shifts by more than the width (or less than nothing) and calls through a register: Linux 6.18 refuses them. */
const REFUSED_BY_LINUX = [
  ...['arsh', 'lsh', 'rsh'].flatMap((shift) =>
    ['32', '64'].flatMap((width) => ['high', 'neg'].map((size) => `${shift}${width}-imm-${size}.data`)),
  ),
  'callx.data',
].sort();

describe.skipIf(!present)('bpf_conformance', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await testKernel();
  });
  const files = present ? readdirSync(folder).filter((name) => name.endsWith('.data')) : [];
  const failures = (engine: 'interpreter' | 'jit', verify: boolean): string[] =>
    files.filter((name) => runConformance(kernel, readFileSync(join(folder, name), 'utf8'), engine, verify)).sort();

  it('is there', () => {
    expect(files.length).toBeGreaterThanOrEqual(313);
  });
  describe.each(['interpreter', 'jit'] as const)('%s', (engine) => {
    it('passes every test', () => {
      expect(failures(engine, false)).toEqual([]);
    });
    it('refuses what Linux refuses, no more and no less, once the verifier is asked', () => {
      expect(failures(engine, true)).toEqual(REFUSED_BY_LINUX);
    });
  });
});
