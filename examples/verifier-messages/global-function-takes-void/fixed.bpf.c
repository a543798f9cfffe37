// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the type says how large it is.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__noinline int first(const __u32 *bytes)
{
	return bytes ? *bytes : 0;
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	__u32 number = ctx->rx_queue_index;

	return first(&number) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
