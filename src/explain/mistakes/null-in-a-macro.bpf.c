// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: none
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

#define COUNT(map, key)                                        \
	do {                                                   \
		__u64 *found = bpf_map_lookup_elem(&map, key); \
		*found += 1;                                   \
	} while (0)

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;

	COUNT(counts, &key); // from-call-null; refused: V110
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
