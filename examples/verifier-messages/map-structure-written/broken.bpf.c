// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the map is written where one of its values was meant.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("xdp")
int reset(struct xdp_md *ctx)
{
	*(__u32 *)&counters = 0; // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
