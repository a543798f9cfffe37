// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: an address is multiplied to make a number of it that looks random.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int sample(struct xdp_md *ctx)
{
	__u64 seed = (__u64)(long)(void *)(long)ctx->data;

	return (seed * 31 & 1) ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
