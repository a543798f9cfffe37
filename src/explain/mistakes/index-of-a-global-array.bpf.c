// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 packets[8];

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index; // from-context

	packets[queue] += 1; // computed; refused: V106
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
