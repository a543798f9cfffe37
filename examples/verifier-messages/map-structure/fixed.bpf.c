// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: a value comes from a lookup.
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
	__u32 key = 1023;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);

	return value && *value ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
