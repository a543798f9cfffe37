// A sampling program and the stacks that it finds: as many samples as there was work, each stack one that Linux could show, the same every time.
import { beforeAll, describe, expect, test } from 'vitest';
import { readExample } from '../cli/examples.ts';
import { startLab } from '../cli/kernel.ts';
import type { RunReport } from './api.ts';
import type { LabEngine } from './lab.ts';
import { profileRun } from './profile.ts';

const example = readExample('profile');
const text = example.files['profile.bpf.c'] ?? '';
const whole = { ...example.description.scenario, network: example.description.network };
const ping = { ipv4: { source: '10.2.2.3', destination: '10.2.2.2' }, icmp: { id: 7 } };

let lab: LabEngine;
beforeAll(async () => {
  lab = await startLab();
});

function sampled(source: string, scenario: Parameters<LabEngine['run']>[1] = whole): RunReport {
  const project = { files: { 'profile.bpf.c': source }, main: 'profile.bpf.c' };
  return profileRun(lab, scenario, lab.run(project, scenario));
}
/** "outer;inner" → samples */
function stacks({ maps }: RunReport): Map<string, number> {
  const entries = (name: string) => maps?.find((map) => map.name === name)?.entries ?? [];
  const counts = new Map(entries('samples').map(({ decoded }) => [decoded?.key, Number(decoded?.value)]));
  return new Map(
    entries('stacks').map(({ decoded }) => [
      (decoded?.value as string[]).toReversed().join(';'),
      counts.get(decoded?.key) ?? 0,
    ]),
  );
}

describe('a perf_event program', () => {
  test('takes a sample whenever so much work was done, and finds what was under way', () => {
    const report = sampled(text);
    expect(report.diagnostics).toEqual([]);
    const found = stacks(report);
    const { samples = 0, period, packets } = report.profile ?? {};
    expect([period, packets]).toEqual([99, 1090]);
    expect([...found.values()].reduce((sum, count) => sum + count, 0)).toBe(samples);
    expect(samples).toBeGreaterThan(2000);
    const softirq = 'asm_common_interrupt;common_interrupt;irq_exit_rcu;handle_softirqs;net_rx_action';
    for (const stack of [
      `${softirq};napi_build_skb`,
      `${softirq};__netif_receive_skb_core;ip_rcv;ip_route_input_slow`,
      `${softirq};__netif_receive_skb_core;ip_rcv;__udp4_lib_rcv;__skb_queue_tail`,
      `${softirq};process_backlog;__netif_receive_skb_core;ip_rcv;tcp_v4_rcv;__tcp_transmit_skb;ip_output`,
      'entry_SYSCALL_64_after_hwframe;do_syscall_64;__sys_recvfrom',
    ])
      expect([...found.keys()]).toContain(stack);
    // No stack grows from packet to packet: whatever was called returns.
    expect(Math.max(...[...found.keys()].map((stack) => stack.split(';').length))).toBeLessThanOrEqual(14);
    expect(sampled(text).maps).toEqual(report.maps);
  });

  test('costs the machine no time: with another period the same packets, and as many samples as fit', () => {
    const network = structuredClone(example.description.network) as { attach: { period: number }[] };
    const [attached] = network.attach;
    if (attached) attached.period = 990;
    const [often, seldom] = [sampled(text), sampled(text, { ...whole, network })];
    expect(seldom.profile?.packets).toBe(often.profile?.packets);
    expect((often.profile?.samples ?? 0) / (seldom.profile?.samples ?? 1)).toBeCloseTo(10, -1);
  });

  test('needs no network of its own: the reader’s packets go to one machine', () => {
    const report = sampled(text, { program: 'sample', packets: [{ ...ping, count: 500 }] });
    expect(report.diagnostics).toEqual([]);
    expect(report.profile?.samples).toBeGreaterThan(50);
    expect([...stacks(report).keys()].some((stack) => stack.includes('ip_rcv'))).toBe(true);
  });

  // As kernel/bpf/stackmap.c has it: which flags there are, frames left out, no stack of a process.
  test.each([
    ['0', 'samples', 'innermost function first'],
    ['1', 'samples', 'without it'],
    ['1ULL << 8', 'none', 'user space has no stack in a softirq'],
    ['200', 'none', 'more frames left out than there are'],
    ['1ULL << 12', 'none', 'an unknown flag'],
  ])('bpf_get_stackid with flags %s: %s (%s)', (flags, outcome) => {
    const report = sampled(text.replace('&stacks, 0', `&stacks, ${flags}`));
    expect(stacks(report).size > 0 ? 'samples' : 'none').toBe(outcome);
    expect(report.profile?.samples).toBeGreaterThan(2000);
  });

  test('bpf_get_stack writes as much as there is room for, and says how much', () => {
    const source = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct seen { __s64 length; __u64 first, last; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct seen); } seen SEC(".maps");
SEC("perf_event") int sample(void *ctx)
{
	__u64 stack[2] = { 1, 1 };
	__u32 key = 0;
	struct seen *value = bpf_map_lookup_elem(&seen, &key);
	if (!value)
		return 0;
	value->length = bpf_get_stack(ctx, stack, sizeof(stack), 0);
	value->first = stack[0];
	value->last = stack[1];
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
`;
    const value = sampled(source).maps?.[0]?.entries[0]?.decoded?.value as Record<'length' | 'first' | 'last', number>;
    expect(value.length).toBe(16);
    expect(String(value.first)).toMatch(/^1844674407/);
    expect(value.first).not.toBe(value.last);
  });
});
