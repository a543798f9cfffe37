// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: bpf_trace_printk() is for GPL-compatible programs, and this one says that it is not.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int say(struct xdp_md *ctx)
{
	bpf_printk("queue %d", ctx->rx_queue_index); // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Proprietary";
