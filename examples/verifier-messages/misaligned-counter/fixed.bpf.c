// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the larger member stands first, and so at a multiple of 8.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct traffic {
	__u64 packets;
	char padding[12];
} __attribute__((packed));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic);
} counters SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct traffic *traffic = bpf_map_lookup_elem(&counters, &key);

	if (traffic)
		__sync_fetch_and_add((__u64 *)(void *)&traffic->packets, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
