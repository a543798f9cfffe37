// A suggested fix, put into the C, must be taken by compiler and verifier, and must let things pass as that type of program does.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { LabEngine } from '../lab/lab.ts';
import { applyFixes } from './testing/apply-fixes.ts';

let lab: LabEngine;
beforeAll(async () => {
  const bytes = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  lab = await LabEngine.create(await WebAssembly.compile(bytes));
});

const HEAD = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
`;

const LOOKUP = `	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	*value += 1;
`;
const HEADER = (type: string): string => `	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return ${type};
`;

test('in a function that is inlined the statement gets a condition: what it returns is not known', () => {
  const text = `${HEAD}static __always_inline void count(__u32 key)
{
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	(*value)++;
}
SEC("xdp") int f(struct xdp_md *ctx)
{
	if (ctx->ingress_ifindex == 7)
		count(1);
	return XDP_PASS;
}
`;
  const check = (source: string) => lab.check({ files: { 'a.bpf.c': source }, main: 'a.bpf.c' }).diagnostics;
  const [refusal] = check(text);
  expect(refusal?.fixes?.map((fix) => fix.text)).toEqual(['\tif (value)\n']);
  expect(check(applyFixes(text, refusal?.fixes ?? []))).toEqual([]);
});

/** name, program, what the inserted line returns */
const CASES: readonly (readonly [string, string, string])[] = [
  ['null in XDP', `SEC("xdp") int f(struct xdp_md *ctx)\n{\n${LOOKUP}	return XDP_DROP;\n}`, 'XDP_PASS'],
  ['null in tc', `SEC("tc") int f(struct __sk_buff *ctx)\n{\n${LOOKUP}	return 2;\n}`, '0'],
  [
    'null in a cgroup’s program',
    `SEC("cgroup_skb/egress") int f(struct __sk_buff *ctx)\n{\n${LOOKUP}	return 0;\n}`,
    '1',
  ],
  [
    'null in a tracepoint',
    `SEC("tracepoint/syscalls/sys_enter_openat") int f(void *ctx)\n{\n${LOOKUP}	return 0;\n}`,
    '0',
  ],
  ['packet in XDP', `SEC("xdp") int f(struct xdp_md *ctx)\n{\n${HEADER('XDP_DROP')}	return XDP_TX;\n}`, 'XDP_PASS'],
  ['packet in tc', `SEC("tc") int f(struct __sk_buff *ctx)\n{\n${HEADER('2')}	return 0;\n}`, '0'],
  [
    'null in a function',
    `static __attribute__((noinline)) int count(__u32 key)\n{\n	__u64 *value = bpf_map_lookup_elem(&counts, &key);\n	*value += 1;\n	return 7;\n}\nSEC("xdp") int f(struct xdp_md *ctx)\n{\n	return count(ctx->ingress_ifindex) ? XDP_PASS : XDP_DROP;\n}`,
    '0',
  ],
];

test.each(CASES)('%s', (_, body, result) => {
  const source = HEAD + body;
  const verify = (text: string) => lab.run({ files: { 'a.bpf.c': text }, main: 'a.bpf.c' }, { packets: [] });
  const before = verify(source);
  const fixes = before.diagnostics.flatMap((diagnostic) => diagnostic.fixes ?? []);
  expect(fixes).toHaveLength(1);
  expect(fixes[0]?.text).toMatch(new RegExp(`return ${result};`));
  const after = verify(applyFixes(source, fixes));
  expect(after.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(after.verified?.map(({ accepted }) => accepted)).toEqual([true]);
});
