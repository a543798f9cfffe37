// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: static.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long step(__u32 index, __u64 *sum)
{
	*sum += index;
	return 0;
}

SEC("xdp")
int loop(struct xdp_md *ctx)
{
	__u64 sum = 0;

	bpf_loop(10, step, &sum, 0);
	return sum == 45 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
