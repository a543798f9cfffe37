// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a program cannot move a packet to another queue by writing the queue's number into the
// context.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int first_queue(struct xdp_md *ctx)
{
	ctx->rx_queue_index = 0; // refused here
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
