// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the small ones are inlined, and no call is left of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define STEP static __always_inline

STEP int eight(int n)
{
	return n * 3 + 8;
}

STEP int seven(int n)
{
	return eight(n) * 3 + 7;
}

STEP int six(int n)
{
	return seven(n) * 3 + 6;
}

STEP int five(int n)
{
	return six(n) * 3 + 5;
}

STEP int four(int n)
{
	return five(n) * 3 + 4;
}

STEP int three(int n)
{
	return four(n) * 3 + 3;
}

STEP int two(int n)
{
	return three(n) * 3 + 2;
}

STEP int one(int n)
{
	return two(n) * 3 + 1;
}

SEC("xdp")
int mix(struct xdp_md *ctx)
{
	return one(ctx->rx_queue_index) & 1 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
