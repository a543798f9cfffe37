// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: after & 63 the size can be 0, and this helper does not take 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int copy(struct xdp_md *ctx)
{
	char text[64] = {};
	__u32 length = ctx->rx_queue_index & 63;

	bpf_xdp_load_bytes(ctx, 0, text, length); // refused here
	return text[0] ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
