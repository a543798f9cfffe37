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

static long one(__u32 key, __u64 *sum)
{
	__u64 *packets = bpf_map_lookup_elem(&counts, &key); // from-call-null

	*sum += *packets; // refused: V110
	return 0;
}

SEC("xdp")
int all(struct xdp_md *ctx)
{
	__u64 sum = 0;

	bpf_loop(64, one, &sum, 0);
	return sum > 1000 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
