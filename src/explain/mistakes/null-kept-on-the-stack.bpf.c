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
int sum(struct xdp_md *ctx)
{
	__u32 k1 = 1, k2 = 2, k3 = 3, k4 = 4, k5 = 5, k6 = 6;
	__u64 *v1 = bpf_map_lookup_elem(&counts, &k1); // from-call-null, saved
	__u64 *v2 = bpf_map_lookup_elem(&counts, &k2);
	__u64 *v3 = bpf_map_lookup_elem(&counts, &k3);
	__u64 *v4 = bpf_map_lookup_elem(&counts, &k4);
	__u64 *v5 = bpf_map_lookup_elem(&counts, &k5);
	__u64 *v6 = bpf_map_lookup_elem(&counts, &k6);

	if (!v2 || !v3 || !v4 || !v5 || !v6)
		return XDP_PASS;
	*v2 = *v3 + *v4 + *v5 + *v6;
	*v1 = 1; // from-stack; refused: V110
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
