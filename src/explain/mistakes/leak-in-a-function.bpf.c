// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: none
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u64 time;
	__u32 length;
	__u32 queue;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

static __noinline int report(__u32 queue)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0); // reserved

	if (!event)
		return 1;
	event->queue = queue;
	return 0;
}

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	report(ctx->rx_queue_index);
	return XDP_PASS; // refused: V401
}

char LICENSE[] SEC("license") = "GPL";
