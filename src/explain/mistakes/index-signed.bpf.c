// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct table {
	__u64 packets[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct table);
} tables SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = 0;
	int queue = ctx->rx_queue_index; // from-context
	struct table *table = bpf_map_lookup_elem(&tables, &key);

	if (!table || queue > 7) // checked
		return XDP_PASS;
	table->packets[queue] += 1; // computed; refused: V205
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
