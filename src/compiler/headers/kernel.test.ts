// The kernel's own headers: each stands alone, all go together, and the real sources of a module find what they use.
import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { parseUnit } from '../front.ts';
import { KERNEL_BASE } from './kernel-base.ts';
import { KERNEL_NETWORK } from './kernel-network.ts';

const names = [...Object.keys(KERNEL_BASE), ...Object.keys(KERNEL_NETWORK)];
const problems = (text: string): string[] =>
  parseUnit({ files: new Map([['m.c', text]]), main: 'm.c', target: 'module' }).diagnostics.map((d) => d.message);

describe('kernel headers', () => {
  test('each stands alone', () => {
    expect(names.flatMap((name) => problems(`#include <${name}>\n`).map((message) => `${name}: ${message}`))).toEqual(
      [],
    );
  });

  test('all go together, in any order', () => {
    const all = names.map((name) => `#include <${name}>\n`);
    expect(problems(all.join(''))).toEqual([]);
    expect(problems(all.reverse().join(''))).toEqual([]);
  });

  test('are for kernel mode alone: a program of eBPF does not see them', () => {
    const bpf = parseUnit({ files: new Map([['m.c', '#include <linux/module.h>\n']]), main: 'm.c' });
    expect(bpf.diagnostics[0]?.message).toMatch(/linux\/module\.h/);
  });

  test('a function of eBPF’s helpers is none of the kernel’s', () => {
    const source = '#include <linux/module.h>\nint f(void) { return bpf_get_prandom_u32(); }\n';
    const { object, diagnostics } = compile({ files: new Map([['m.c', source]]), main: 'm.c', target: 'module' });
    expect(object).toBeNull();
    expect(diagnostics).toHaveLength(1);
  });
});
