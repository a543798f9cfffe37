// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the context is passed on.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__noinline int queue_of(struct xdp_md *ctx)
{
	return ctx->rx_queue_index;
}

SEC("xdp")
int by_queue(struct xdp_md *ctx)
{
	return queue_of(ctx) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
