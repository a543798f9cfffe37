// The lab's answers to what a reader may write: each ends in a result or in a diagnostic, never in an exception.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { LabEngine } from './lab.ts';

let lab: LabEngine;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  lab = await LabEngine.create(await WebAssembly.compile(bytes));
});

const PACKET = { ipv4: { source: '10.2.2.1', destination: '10.2.2.2' }, icmp: {} };
const HEAD = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n';
const run = (body: string) => lab.run({ files: { 'a.bpf.c': HEAD + body }, main: 'a.bpf.c' }, { packets: [PACKET] });
const codes = (body: string): string[] => run(body).diagnostics.map((diagnostic) => diagnostic.code);

test('a program runs', () => {
  const report = run('SEC("xdp") int f(struct xdp_md *ctx) { bpf_printk("hello %d", 7); return XDP_PASS; }');
  expect(report.diagnostics).toEqual([]);
  expect(report.packets?.map((packet) => packet.verdict)).toEqual(['XDP_PASS']);
  expect(report.trace).toEqual(['hello 7']);
});

test('a helper that is not simulated is named before anything runs', () => {
  const body =
    'SEC("xdp") int f(struct xdp_md *ctx) { struct bpf_fib_lookup p = {}; return bpf_fib_lookup(ctx, &p, sizeof(p), 0) ? XDP_DROP : XDP_PASS; }';
  const report = run(body);
  expect(report.verified?.[0]?.accepted).toBe(true);
  expect(report.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['L017']);
  expect(report.packets).toBeNull();
});

test('an endless loop is refused', () => {
  const report = run('SEC("xdp") int f(struct xdp_md *ctx) { for (;;) ; return 0; }');
  expect(report.verified?.[0]?.accepted).toBe(false);
  expect(report.diagnostics).toHaveLength(1);
});

test('a NULL of one’s own function is called a NULL, and its check is offered', () => {
  const body = `struct rule { int is; long packets; }; struct rule one;
static __noinline struct rule *find(int a) { return a == 7 ? &one : (void *)0; }
SEC("xdp") int f(struct xdp_md *ctx) {
  struct rule *rule = find(ctx->ingress_ifindex);
  rule->packets++;
  return XDP_PASS;
}`;
  const [refusal] = run(body).diagnostics;
  expect(refusal).toMatchObject({ code: 'V110', span: { line: 8 } });
  expect(refusal?.notes.at(-1)?.message).toBe("Linux says: R0 invalid mem access 'scalar'");
  expect(refusal?.fixes?.[0]?.text).toContain('if (!rule)');
});

test.each([
  ['no program', 'int f(void) { return 0; }', 'L003'],
  [
    'a function of twenty thousand statements on one line, and no program',
    `int f(int a) { ${'a += a * 3; '.repeat(20_000)} return a; }`,
    'L003',
  ],
  ['a section that Linux does not know', 'SEC("nonsense") int f(void *ctx) { return 0; }', 'L004'],
])('%s', (_name, body, code) => expect(codes(body)).toEqual([code]));

test('a scenario with a bad address says what to write', () => {
  const source = `${HEAD}SEC("xdp") int f(struct xdp_md *ctx) { return XDP_PASS; }`;
  const bad = { ipv4: { source: '10.2.2', destination: '10.2.2.2' } };
  const report = lab.run({ files: { 'a.bpf.c': source }, main: 'a.bpf.c' }, { packets: [bad] });
  expect(report.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['S001']);
});

test('packets reach the processor that the scenario names, and per-CPU maps keep them apart', () => {
  const source = `${HEAD}struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
    SEC("xdp") int f(struct xdp_md *ctx) { __u32 key = 0; __u64 *n = bpf_map_lookup_elem(&seen, &key); if (n) (*n)++; return bpf_get_smp_processor_id(); }`;
  const packets = [{ ...PACKET, count: 3 }, { ...PACKET, cpu: 1 }, PACKET];
  const report = lab.run({ files: { 'a.bpf.c': source }, main: 'a.bpf.c' }, { packets });
  expect(report.packets?.map((packet) => packet.retval)).toEqual([0, 0, 0, 1, 0]);
  const [entry] = report.maps?.[0]?.entries ?? [];
  expect(entry?.decoded?.value).toEqual([4, 1]);
  expect(entry?.value).toBe('04000000000000000100000000000000');
});

test('the same scenario gives the same report', () => {
  const body = 'SEC("xdp") int f(struct xdp_md *ctx) { return bpf_get_prandom_u32() & 1 ? XDP_DROP : XDP_PASS; }';
  expect(run(body)).toEqual(run(body));
});
