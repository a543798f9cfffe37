// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int choose(struct xdp_md *ctx)
{
	__u32 answers[4] = { XDP_PASS, XDP_DROP, XDP_PASS, XDP_TX };
	__u32 queue = ctx->rx_queue_index; // from-context

	return answers[queue]; // computed; refused: V127
}

char LICENSE[] SEC("license") = "GPL";
