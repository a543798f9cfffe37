// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: what a lookup gave may be NULL, and it is passed on to another helper.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

SEC("xdp")
int follow(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;
	__u32 *first = bpf_map_lookup_elem(&next, &key);
	__u32 *second;

	second = bpf_map_lookup_elem(&next, first); // refused here
	return second ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
