// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: & 31 lets 16 to 31 through, and the array has 16 elements.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int pick(struct xdp_md *ctx)
{
	char answers[16] = { XDP_PASS, XDP_PASS, XDP_PASS, XDP_DROP };
	volatile char *chosen = &answers[ctx->rx_queue_index & 31];

	return *chosen; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
