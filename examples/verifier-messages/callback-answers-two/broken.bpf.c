// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a callback of bpf_loop() answers 0 (go on) or 1 (stop), and this one answers 2.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long step(__u32 index, void *unused)
{
	return 2; // refused here
}

SEC("xdp")
int loop(struct xdp_md *ctx)
{
	bpf_loop(10, step, 0, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
