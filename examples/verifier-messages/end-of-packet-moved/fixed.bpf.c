// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the addition is on the side of the packet's start.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int trailer(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *data_end = (void *)(long)ctx->data_end;

	if (data + 4 > data_end)
		return XDP_PASS;
	return data[0] ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
