// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the function's parameter is the context, and nothing is passed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__noinline int queue_of(struct xdp_md *ctx)
{
	return ctx->rx_queue_index;
}

SEC("xdp")
int by_queue(struct xdp_md *ctx)
{
	return queue_of(0) ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
