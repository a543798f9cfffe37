// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the callback reads 8 bytes of a key of 4.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static long sum_up(struct bpf_map *map, void *key, void *value, void *sum)
{
	*(__u64 *)sum += *(__u64 *)key; // refused here
	return 0;
}

SEC("xdp")
int keys(struct xdp_md *ctx)
{
	__u64 sum = 0;

	bpf_for_each_map_elem(&seen, sum_up, &sum, 0);
	return sum ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
