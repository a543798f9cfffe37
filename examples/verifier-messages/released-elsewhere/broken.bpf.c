// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: what is submitted is the place behind the event, not the event.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int report(struct xdp_md *ctx)
{
	__u64 *event = bpf_ringbuf_reserve(&events, 2 * sizeof(*event), 0);

	if (!event)
		return XDP_PASS;
	*event++ = bpf_ktime_get_ns();
	*event = ctx->rx_queue_index;
	bpf_ringbuf_submit(event, 0); // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
