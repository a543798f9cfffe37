// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: nothing limits the index into the local array.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int pick(struct xdp_md *ctx)
{
	char answers[16] = { XDP_PASS, XDP_PASS, XDP_PASS, XDP_DROP };
	__u32 queue = ctx->rx_queue_index;
	volatile char *chosen;

	chosen = &answers[queue];
	return *chosen; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
