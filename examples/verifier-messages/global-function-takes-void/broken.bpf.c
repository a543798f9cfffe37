// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a global function is verified without its callers, and void says nothing about how much
// may be read.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__noinline int first(const void *bytes)
{
	return bytes ? *(const __u32 *)bytes : 0;
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	__u32 number = ctx->rx_queue_index;

	return first(&number) ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
