// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: data_end itself is moved; it only stands for the packet's end.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int trailer(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *data_end = (void *)(long)ctx->data_end;
	char *last = data_end - 4; // refused here

	return last > data ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
