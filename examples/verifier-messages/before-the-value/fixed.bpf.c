// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: what is used as index is what was checked; for queue 0 it wraps to a very large number,
// and leaves.
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
	__u32 before = queue - 1;

	if (!counted || before >= 7)
		return XDP_PASS;
	counted->packets[before] += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
