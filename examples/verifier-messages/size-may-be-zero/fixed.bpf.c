// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: 0 leaves before the call.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int copy(struct xdp_md *ctx)
{
	char text[64] = {};
	__u32 length = ctx->rx_queue_index & 63;

	if (length == 0)
		return XDP_PASS;
	bpf_xdp_load_bytes(ctx, 0, text, length);
	return text[0] ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
