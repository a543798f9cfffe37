// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: bpf_loop() does the rounds, and its body is verified once.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long step(__u32 round, void *unused)
{
	return bpf_get_prandom_u32() == 0;
}

SEC("xdp")
int rounds(struct xdp_md *ctx)
{
	bpf_loop(9000, step, 0, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
