// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: for queue 0 the element before it would lie in front of the map value.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct per_queue {
	__u64 packets[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct per_queue);
} queues SEC(".maps");

SEC("xdp")
int move_back(struct xdp_md *ctx)
{
	__u32 key = 0, queue = ctx->rx_queue_index;
	struct per_queue *counted = bpf_map_lookup_elem(&queues, &key);

	if (!counted || queue >= 8)
		return XDP_PASS;
	*(&counted->packets[queue] - 1) += 1; // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
