// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a pointer is taken from a number; the other way round was meant.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int length(struct xdp_md *ctx)
{
	long data = ctx->data;
	long data_end = ctx->data_end;

	return 1500 - data > 0 ? XDP_PASS : XDP_DROP; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
