// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the pointer is moved, and compared with NULL only then: NULL plus 8 is no longer NULL.
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
	__u64 *bytes = value + 8; // refused here

	if (bytes)
		*bytes += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
