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

static __always_inline void add(__u32 key, __u64 bytes)
{
	__u64 *sum = bpf_map_lookup_elem(&counts, &key); // from-call-null

	*sum += bytes; // refused: V110
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	add(ctx->rx_queue_index, ctx->data_end - ctx->data);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
