// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the index is checked before it is used.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int pick(struct xdp_md *ctx)
{
	char answers[16] = { XDP_PASS, XDP_PASS, XDP_PASS, XDP_DROP };
	__u32 queue = ctx->rx_queue_index;
	volatile char *chosen;

	if (queue >= sizeof(answers))
		return XDP_PASS;
	chosen = &answers[queue];
	return *chosen;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
