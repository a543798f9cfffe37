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

static __noinline int add(__u64 *counter, __u64 number)
{
	*counter += number; // refused: V110
	return 0;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;
	__u64 *packets = bpf_map_lookup_elem(&counts, &key); // from-call-null, copied

	add(packets, 1); // from-argument
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
