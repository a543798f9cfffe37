// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the offset stands in the access itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int queue(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;

	return queue ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
