// Records of ring buffers and samples of perf events: read in order, decoded by BTF where it says what they are, left as bytes where it does not.
import { beforeAll, describe, expect, test } from 'vitest';
import { startLab } from '../cli/kernel.ts';
import type { RunReport } from './api.ts';
import type { LabEngine } from './lab.ts';

let lab: LabEngine;
beforeAll(async () => {
  lab = await startLab();
});

const HEAD = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct event { __u32 length; __u16 kind; char name[6]; };
`;
const RING = 'struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");\n';
const TAIL = '\nchar LICENSE[] SEC("license") = "GPL";\n';
const packet = { hex: '00'.repeat(60) };

function run(source: string, count = 1): RunReport {
  const report = lab.run(
    { files: { 't.bpf.c': HEAD + source + TAIL }, main: 't.bpf.c' },
    { packets: [{ ...packet, count }] },
  );
  expect(report.diagnostics.map(({ message }) => message)).toEqual([]);
  return report;
}
const RESERVED = `${RING}
const struct event *unused __attribute__((unused));
SEC("xdp") int send(struct xdp_md *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e)
		return XDP_PASS;
	e->length = ctx->data_end - ctx->data;
	e->kind = 7;
	__builtin_memcpy(e->name, "hello", 6);
	bpf_ringbuf_submit(e, 0);
	return XDP_PASS;
}`;

describe('a ring buffer', () => {
  test('gives each record as the struct that it is', () => {
    const { events, moreEvents } = run(RESERVED, 3);
    expect(events).toHaveLength(3);
    expect(moreEvents).toBe(0);
    expect(events[0]).toMatchObject({
      map: 'ring',
      length: 12,
      type: 'event',
      decoded: { length: 60, kind: 7, name: 'hello' },
    });
  });

  test('gives bytes where no struct fits', () => {
    const { events } = run(`${RING}
SEC("xdp") int send(struct xdp_md *ctx)
{
	__u64 five[5] = { 1, 2, 3, 4, 5 };
	bpf_ringbuf_output(&ring, five, sizeof(five), 0);
	return XDP_PASS;
}`);
    expect(events[0]).toMatchObject({ length: 40, type: null, decoded: null });
    expect(events[0]?.bytes.replaceAll(' ', '')).toBe(
      '01'.padEnd(16, '0') + '02'.padEnd(16, '0') + '03'.padEnd(16, '0') + '04'.padEnd(16, '0') + '05'.padEnd(16, '0'),
    );
  });

  test('that nobody emptied between is full in the end: what found no room is not there', () => {
    const { events } = run(RESERVED, 500);
    expect(events.length).toBeGreaterThan(100);
    expect(events.length).toBeLessThan(500);
  });
});

test('a program without records reports none', () => {
  const { events } = run('SEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }');
  expect(events).toEqual([]);
});

test('a perf event array is listened to on every processor', () => {
  const { events } = run(`
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");
const struct event *unused __attribute__((unused));
SEC("xdp") int send(struct xdp_md *ctx)
{
	struct event e = { .length = 5, .kind = 2, .name = "perf" };
	bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &e, sizeof(e));
	return XDP_PASS;
}`);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ map: 'perf', type: 'event', decoded: { length: 5, kind: 2, name: 'perf' } });
});
