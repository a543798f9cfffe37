// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the elements of a queue cannot be visited one by one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 64);
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

	bpf_for_each_map_elem(&waiting, add, &sum, 0); // refused here
	return sum ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
