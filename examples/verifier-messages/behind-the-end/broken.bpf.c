// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: data_end points behind the packet; it is there to be compared with, not to be read.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int first_byte(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *data_end = (void *)(long)ctx->data_end;

	return *data_end ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
