// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the offset is rounded, and added to the pointer.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int aligned(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	char *word = data + (14 & ~7L);

	if ((void *)(word + 8) > data_end)
		return XDP_PASS;
	return word[0] ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
