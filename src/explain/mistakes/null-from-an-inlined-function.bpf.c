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

static __always_inline __u64 *counter(__u32 key)
{
	return bpf_map_lookup_elem(&counts, &key); // from-call-null
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u64 *packets = counter(ctx->rx_queue_index);

	*packets += 1; // refused: V110
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
