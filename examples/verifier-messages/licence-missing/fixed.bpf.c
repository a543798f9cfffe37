// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: a licence that is compatible with the GPL.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int say(struct xdp_md *ctx)
{
	bpf_printk("queue %d", ctx->rx_queue_index);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
