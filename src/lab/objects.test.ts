// What libbpf reads in an object besides instructions: how maps are declared and filled, what comes from the running kernel, which programs
// are loaded by themselves. What it refuses is refused here, by the same rule.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { clangAbsence, compileWithClang } from '../judge/clang.ts';
import { judgePresent } from '../judge/require.ts';
import type { RunReport, Scenario } from './api.ts';
import { loadInto } from './kernel-types.ts';
import { LabEngine } from './lab.ts';

let lab: LabEngine;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  lab = await LabEngine.create(await WebAssembly.compile(bytes));
});

const HEAD = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n';
const PACKET = { ipv4: { source: '10.2.2.1', destination: '10.2.2.2' }, icmp: {} };

function run(body: string, scenario: Partial<Scenario> = {}): RunReport {
  return lab.run({ files: { 'a.bpf.c': HEAD + body }, main: 'a.bpf.c' }, { packets: [PACKET], ...scenario });
}
const errors = (report: RunReport): string[] =>
  report.diagnostics.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code} ${message}`);
const verdicts = (report: RunReport): unknown[] => [errors(report), report.packets?.map(({ verdict }) => verdict)];
const value = (report: RunReport, map: string): unknown =>
  report.maps?.find(({ name }) => name === map)?.entries[0]?.decoded?.value;

const PASS = 'SEC("xdp") int f(struct xdp_md *ctx) { return XDP_PASS; }\n';
const map = (fields: string, name = 'm'): string => `struct { ${fields} } ${name} SEC(".maps");\n${PASS}`;
const ARRAY = '__uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);';

describe('what libbpf refuses', () => {
  test.each([
    ['maps of the old kind', `struct { int type, key_size; } m SEC("maps") = { 1, 4 };\n${PASS}`, /^L021 .*'m'/],
    ['a field that no map has', map(`${ARRAY} __type(key, int); __type(value, int); __uint(colour, 3);`), /^L007 .*'colour'/],
    ['two sizes of a key', map(`${ARRAY} __type(key, int); __uint(key_size, 8); __type(value, int);`), /^L007 .*key_size: 4 and 8/],
    ['a strange way of pinning', map(`${ARRAY} __type(key, int); __type(value, int); __uint(pinning, 2);`), /^L007 .*pinning value 2/],
    ['a section with a name behind a slash', 'SEC("xdp/mine") int f(struct xdp_md *ctx) { return XDP_PASS; }', /^L004 .*xdp\/mine/],
    ['an option that the kernel was not built with', `extern int CONFIG_NO_SUCH __kconfig;\nSEC("xdp") int f(struct xdp_md *ctx) { return CONFIG_NO_SUCH; }`, /^L012 .*CONFIG_NO_SUCH/],
    ['an option in a type that cannot hold it', `extern int CONFIG_SMP __kconfig;\nSEC("xdp") int f(struct xdp_md *ctx) { return CONFIG_SMP; }`, /^L019 .*CONFIG_SMP/],
    ['a kernel function that there is not', `extern int no_such_function(void) __ksym;\nSEC("xdp") int f(struct xdp_md *ctx) { return no_such_function(); }`, /^L012 .*no_such_function/],
    ['a function that is nowhere', `int nowhere(void);\nSEC("xdp") int f(struct xdp_md *ctx) { return nowhere(); }`, /^L010 .*nowhere/],
  ])('%s', (_name, body, message) => {
    const report = run(body);
    expect(errors(report)).toEqual([expect.stringMatching(message)]);
  }); // prettier-ignore

  test.skipIf(!judgePresent('clang', clangAbsence()))('maps without BTF', async () => {
    const source = HEAD + map(`${ARRAY} __type(key, int); __type(value, int);`);
    const { object } = await compileWithClang(source, { flags: ['-g0'] });
    const loaded = loadInto(lab.kernel, object ?? new Uint8Array(0), 'a.bpf.o');
    expect('problem' in loaded && loaded.problem.code).toBe('L006');
  });
});

describe('what it does', () => {
  test('programs in a map’s initialiser are what a tail call reaches', () => {
    const body = `int last(struct xdp_md *ctx);
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __uint(key_size, 4);
  __array(values, int(void *));
} steps SEC(".maps") = { .values = { [2] = (void *)&last } };
SEC("xdp") int last(struct xdp_md *ctx) { return XDP_DROP; }
SEC("xdp") int first(struct xdp_md *ctx) { bpf_tail_call(ctx, &steps, 2); return XDP_ABORTED; }`;
    expect(verdicts(run(body, { program: 'first' }))).toEqual([[], ['XDP_DROP']]);
  });

  test('maps in a map’s initialiser are found at their places', () => {
    const body = `struct inner { ${ARRAY} __type(key, int); __type(value, long); } inner SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 3); __type(key, int);
  __array(values, struct inner);
} outer SEC(".maps") = { .values = { [1] = &inner } };
SEC("xdp") int f(struct xdp_md *ctx)
{
  int one = 1, zero = 0;
  void *map = bpf_map_lookup_elem(&outer, &one);
  long *value = map ? bpf_map_lookup_elem(map, &zero) : 0;
  if (!value) return XDP_ABORTED;
  *value += 5;
  return bpf_map_lookup_elem(&outer, &zero) ? XDP_DROP : XDP_PASS;
}`;
    const report = run(body);
    expect(verdicts(report)).toEqual([[], ['XDP_PASS']]);
    expect(value(report, 'inner')).toBe(5);
  });

  test('the kernel’s configuration is read by the program', () => {
    const body = `extern int LINUX_KERNEL_VERSION __kconfig;
extern int CONFIG_HZ __kconfig;
extern _Bool CONFIG_SMP __kconfig;
extern _Bool CONFIG_NO_SUCH __kconfig __weak;
long version, hz, flags;
SEC("xdp") int f(struct xdp_md *ctx)
{
  version = LINUX_KERNEL_VERSION; hz = CONFIG_HZ; flags = CONFIG_SMP * 2 + CONFIG_NO_SUCH;
  return XDP_PASS;
}`;
    const report = run(body);
    expect(verdicts(report)).toEqual([[], ['XDP_PASS']]);
    expect(value(report, 'a.bss')).toEqual({ version: (6 << 16) | (18 << 8), hz: 250, flags: 2 });
  });

  test('an optional program is loaded when it is asked for', () => {
    const body = `${PASS}SEC("?xdp") int g(struct xdp_md *ctx) { return XDP_DROP; }`;
    expect(verdicts(run(body))).toEqual([[], ['XDP_PASS']]);
    expect(verdicts(run(body, { program: 'g' }))).toEqual([[], ['XDP_DROP']]);
  });

  test('global data keeps names and first values, also in sections of its own', () => {
    const body = `int counter = 40; const volatile int step = 2; long last;
int rare SEC(".data.rare") = 7;
SEC("xdp") int f(struct xdp_md *ctx) { counter += step; last = rare; rare = 8; return XDP_PASS; }`;
    const report = run(body);
    expect(verdicts(report)).toEqual([[], ['XDP_PASS']]);
    expect(report.maps?.map(({ name }) => name).toSorted()).toEqual(['.data.rare', 'a.bss', 'a.data', 'a.rodata']);
    expect(value(report, 'a.data')).toEqual({ counter: 42 });
    expect(value(report, 'a.rodata')).toEqual({ step: 2 });
    expect(value(report, 'a.bss')).toEqual({ last: 7 });
    expect(value(report, '.data.rare')).toEqual({ rare: 8 });
  });

  test('a data map has eight characters of the object’s name', () => {
    const name = 'a-long-name-indeed.bpf.c';
    const text = `${HEAD}int counter = 1;\nSEC("xdp") int f(struct xdp_md *ctx) { return counter; }`;
    const { object } = compile({ files: new Map([[name, text]]), main: name });
    const loaded = loadInto(lab.kernel, object ?? new Uint8Array(0), name);
    expect('maps' in loaded && loaded.maps.map(({ definition }) => definition.name)).toEqual(['a_long_n.data']);
  });
});
