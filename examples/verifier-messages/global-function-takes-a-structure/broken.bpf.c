// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a structure passed by value is none of the kinds of arguments that a global function may
// have.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair {
	__u32 a, b;
};

__noinline int sum(struct pair pair)
{
	return pair.a + pair.b;
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	struct pair pair = { .a = ctx->rx_queue_index, .b = 1 };

	return sum(pair) > 8 ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
