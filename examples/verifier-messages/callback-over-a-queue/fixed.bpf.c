// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: those of a hash map can.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} waiting SEC(".maps");

static long add(struct bpf_map *map, void *key, __u64 *value, __u64 *sum)
{
	*sum += *value;
	return 0;
}

SEC("xdp")
int all(struct xdp_md *ctx)
{
	__u64 sum = 0;

	bpf_for_each_map_elem(&waiting, add, &sum, 0);
	return sum ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
