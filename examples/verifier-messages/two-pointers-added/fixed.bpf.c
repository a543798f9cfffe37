// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the difference is a number, and a number can be added to a pointer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int middle(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	char *data_end = (void *)(long)ctx->data_end;
	__u32 half = ((__u64)data_end - (__u64)data) / 2 & 0x7ff;
	char *middle = data + half;

	if (middle + 1 > data_end)
		return XDP_PASS;
	return *middle ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
