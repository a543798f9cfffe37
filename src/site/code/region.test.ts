// A part of a file is found by what it declares, with the comment above it and its own line numbers.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { regionNamed } from './region.ts';

const drop = readFileSync(new URL('../../../examples/xdp-drop/drop.bpf.c', import.meta.url), 'utf8');

describe('drop.bpf.c', () => {
  test('a function', () => {
    const part = regionNamed(drop, 'count');
    expect(part?.text).toMatch(/^static __always_inline void count\(__u32 slot\)\n\{[\s\S]*\n\}$/);
    expect(part?.line).toBe(drop.split('\n').indexOf('static __always_inline void count(__u32 slot)') + 1);
  });
  test('a program with its section, blank lines inside it included', () => {
    expect(regionNamed(drop, 'xdp_drop')?.text).toMatch(/^SEC\("xdp"\)[\s\S]*return XDP_PASS;\n\}$/);
  });
  test('a map, a macro, a variable', () => {
    expect(regionNamed(drop, 'counters')?.text).toMatch(/^struct \{[\s\S]*\} counters SEC\("\.maps"\);$/);
    expect(regionNamed(drop, 'BLOCKED')?.text).toContain('#define BLOCKED');
    expect(regionNamed(drop, 'LICENSE')?.text).toMatch(/^char LICENSE/);
  });
  test('a name that is only used is not declared', () => expect(regionNamed(drop, 'bpf_htons')).toBeNull());
});

test('braces in strings, characters and comments do not count', () => {
  const text = 'int a(void)\n{\n\tputs("{"); // {\n\n\treturn \'{\';\n}\n\nint b(void)\n{\n}\n';
  expect(regionNamed(text, 'a')?.text.endsWith("return '{';\n}")).toBe(true);
  expect(regionNamed(text, 'b')?.line).toBe(8);
});
