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
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i < 4; i++) {
		__u32 key = i;
		__u64 *packets = bpf_map_lookup_elem(&counts, &key); // from-call-null

		if (i == 3)
			sum += *packets; // refused: V110
	}
	return sum > 100 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
