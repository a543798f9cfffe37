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

struct counter {
	__u64 packets;
	__u64 bytes;
};

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = 1;
	struct counter *counter = bpf_map_lookup_elem(&counts, &key); // from-call-null

	if (!counter) // checked
		return XDP_PASS;
	counter->packets += 1;
	counter->bytes += ctx->data_end - ctx->data; // refused: V102
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
