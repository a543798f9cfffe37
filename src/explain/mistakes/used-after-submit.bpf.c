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

SEC("xdp")
int report(struct xdp_md *ctx)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0); // from-call-null, copied

	if (!event) // checked
		return XDP_PASS;
	event->time = bpf_ktime_get_ns();
	bpf_ringbuf_submit(event, 0); // invalidated
	event->queue = ctx->rx_queue_index; // refused: V408
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
