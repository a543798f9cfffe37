// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: every loop has a round at least.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long first(__u32 round, __u64 *sum)
{
	*sum += round;
	return 0;
}

static long second(__u32 round, __u64 *sum)
{
	*sum -= round;
	return 0;
}

SEC("xdp")
int loops(struct xdp_md *ctx)
{
	__u64 sum = 0;

	bpf_loop(4, first, &sum, 0);
	bpf_loop(2, second, &sum, 0);
	return sum ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
