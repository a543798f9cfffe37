// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the address of the map stands where the address of a value was meant.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("xdp")
int read_last(struct xdp_md *ctx)
{
	__u64 *values = (__u64 *)&counters;

	return values[1023] ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
