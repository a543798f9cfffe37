// The conformance runner believes the files: what they expect, what they refuse, and nothing else. The suite itself is not part of
// the project; `lab conformance DIR` runs it.
import { beforeAll, describe, expect, it } from 'vitest';
import { testKernel } from '../jit/fuzz.ts';
import type { Kernel } from '../loader/kernel.ts';
import { parseConformance, runConformance } from './conformance.ts';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await testKernel();
});

const test = (text: string, engine: 'interpreter' | 'jit' = 'interpreter'): ReturnType<typeof runConformance> =>
  runConformance(kernel, text, engine, false);

describe.each(['interpreter', 'jit'] as const)('%s', (engine) => {
  it.each([
    ['a result', '-- asm\nmov %r0, -1\nexit\n-- result\n0xffffffffffffffff'],
    ['a decimal result and comments', '# head\n-- asm\nmov %r0, 7 # seven\nexit\n-- result\n7'],
    ['memory', '-- asm\nldxh %r0, [%r1+1]\nadd %r0, %r2\nexit\n-- mem\naa 01 02\ncc\n-- result\n0x205'],
    ['no memory', '-- asm\nmov %r0, %r2\njne %r1, 0, exit\nadd %r0, 5\nexit\n-- result\n0x5'],
    ['words', '-- raw\n0x00000007000000b7\n0x0000000000000095\n-- result\n0x7'],
    ['both forms', '-- asm\nmov %r0, 7\nexit\n-- raw\n0x00000007000000b7\n0x0000000000000095\n-- result\n0x7'],
    ['a refused instruction', '-- raw\n07 10 00 00 01 00 00 00\n95 00 00 00 00 00 00 00\n-- error\n'],
    ['refused assembly', '-- asm\nor %r0, %r50\nexit\n-- error\nInvalid register'],
    ['a fault', '-- asm\nldxb %r0, [%r1+4]\nexit\n-- mem\n00 00\n-- error\n'],
  ])('passes %s', (_name, text) => {
    expect(test(text, engine)).toBeNull();
  });

  it.each([
    ['another result', '-- asm\nmov %r0, 2\nexit\n-- result\n0x1', '0x1', '0x2'],
    ['a fault', '-- asm\nldxb %r0, [%r1+0]\nexit\n-- result\n0x1', '0x1', /fault at instruction 0: NULL pointer/],
    ['an error that does not come', '-- asm\nmov %r0, 2\nexit\n-- error\nInvalid', 'an error (Invalid)', '0x2'],
    ['another error', '-- asm\nfrob %r0\n-- error\nInvalid register', /Invalid register/, /Invalid mnemonic/],
    ['assembly that is none', '-- asm\nja nowhere\n-- result\n0x0', '0x0', /line 1 .*Invalid label: nowhere/],
    ['two programs in one', '-- asm\nexit\n-- raw\n0x00000007000000b7\n-- result\n0', 'a test', /not the same program/],
    ['an unknown directive', '-- asm\nexit\n-- frob\n-- result\n0', 'a test', /frob/],
    ['nothing', '', 'a test', /no instructions/],
    ['no expectation', '-- asm\nexit', 'a test', /no result/],
  ])('names %s', (_name, text, expected, actual) => {
    const failure = test(text, engine);
    expect(failure?.expected).toMatch(expected);
    expect(failure?.actual).toMatch(actual);
  });
});

describe('parseConformance', () => {
  it('reads negative and decimal results as 64 bits', () => {
    expect(parseConformance('-- asm\nexit\n-- result\n-2')).toMatchObject({ result: 0xfffffffffffffffen });
  });
});
