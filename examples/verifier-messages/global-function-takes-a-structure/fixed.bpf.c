// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: its address is passed.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair {
	__u32 a, b;
};

__noinline int sum(const struct pair *pair)
{
	return pair ? pair->a + pair->b : 0;
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	struct pair pair = { .a = ctx->rx_queue_index, .b = 1 };

	return sum(&pair) > 8 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
