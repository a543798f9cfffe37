// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the pointer to the context is moved, and used where it points then.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int queue(struct xdp_md *ctx)
{
	__u32 *field = &ctx->rx_queue_index;

	asm volatile("" : "+r"(field));
	return *field ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
