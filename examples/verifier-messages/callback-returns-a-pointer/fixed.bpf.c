// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: 0 goes on, 1 ends the loop.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

volatile const int number = 1;

static long step(__u32 index, void *unused)
{
	return number;
}

SEC("xdp")
int loop(struct xdp_md *ctx)
{
	bpf_loop(10, step, 0, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
