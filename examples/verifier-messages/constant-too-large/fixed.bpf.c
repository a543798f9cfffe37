// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: an offset that stays inside the packet.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int far(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *data_end = (void *)(long)ctx->data_end;

	data += 0x20;
	if (data + 1 > data_end)
		return XDP_PASS;
	return *data ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
