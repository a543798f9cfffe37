// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: pointer minus pointer is a length.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int length(struct xdp_md *ctx)
{
	long data = ctx->data;
	long data_end = ctx->data_end;

	return 1500 - (data_end - data) > 0 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
