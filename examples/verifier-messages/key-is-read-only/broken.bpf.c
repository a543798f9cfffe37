// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the callback changes a key, by which the map finds its entry.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static long forget(struct bpf_map *map, __u32 *key, __u64 *value, void *unused)
{
	*key = 0; // refused here
	return 0;
}

SEC("xdp")
int reset(struct xdp_md *ctx)
{
	bpf_for_each_map_elem(&seen, forget, 0, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
