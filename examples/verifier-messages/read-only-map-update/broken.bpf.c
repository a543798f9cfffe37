// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the map is declared as one that programs only read, and a helper is to write into it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, __u64);
} last SEC(".maps");

SEC("xdp")
int note(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&last, &key, &now, BPF_ANY); // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
