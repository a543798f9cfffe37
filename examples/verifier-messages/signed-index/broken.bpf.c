// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: for queue 0 the index is -1.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct per_queue {
	__u8 seen[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct per_queue);
} queues SEC(".maps");

SEC("xdp")
int count_before(struct xdp_md *ctx)
{
	__u32 key = 0, queue = ctx->rx_queue_index & 15;
	struct per_queue *counted = bpf_map_lookup_elem(&queues, &key);
	long before = queue;

	if (!counted)
		return XDP_PASS;
	before -= 1;
	counted->seen[before] = 1; // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
