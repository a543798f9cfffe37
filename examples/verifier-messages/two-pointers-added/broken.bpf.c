// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: two addresses are added to find the middle; their sum points nowhere.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int middle(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *data_end = (void *)(long)ctx->data_end;
	long sum = (long)data + (long)data_end; // refused here

	return sum ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
