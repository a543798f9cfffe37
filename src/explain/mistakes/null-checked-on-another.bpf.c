// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("xdp")
int compare(struct xdp_md *ctx)
{
	__u32 one = 1, two = 2;
	__u64 *first = bpf_map_lookup_elem(&counts, &one);
	__u64 *second = bpf_map_lookup_elem(&counts, &two); // from-call-null

	if (!first)
		return XDP_PASS;
	return *first < *second ? XDP_DROP : XDP_PASS; // refused: V110
}

char LICENSE[] SEC("license") = "GPL";
