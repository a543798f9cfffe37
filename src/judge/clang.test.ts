// Does clang answer as the client says: an object for good C, its words for bad C?
import { describe, expect, test } from 'vitest';
import { clangAbsence, compileWithClang } from './clang.ts';
import { judgePresent } from './require.ts';

describe.skipIf(!judgePresent('clang', clangAbsence()))('clang', () => {
  test('makes an ELF object for eBPF', async () => {
    const { object, messages } = await compileWithClang(
      '__attribute__((section("xdp"))) int pass(void *ctx) { return 2; }',
    );
    expect(messages).toBe('');
    expect([...(object?.subarray(0, 4) ?? [])]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
    // e_machine: EM_BPF
    expect(object?.[18]).toBe(247);
  });

  test('refuses in its own words', async () => {
    const { object, messages } = await compileWithClang('int f( { return 2; }', { name: 'bad.c' });
    expect(object).toBeNull();
    expect(messages).toContain('bad.c:1:8: error: expected parameter declarator');
  });
});
