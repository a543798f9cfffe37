// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: first the question, then the arithmetic.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct traffic {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct traffic);
} counters SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;
	void *value = bpf_map_lookup_elem(&counters, &key);
	__u64 *bytes;

	if (!value)
		return XDP_PASS;
	bytes = value + 8;
	*bytes += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
