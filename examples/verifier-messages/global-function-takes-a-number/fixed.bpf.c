// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the number itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__noinline int is_large(__u64 bytes)
{
	return bytes > 1000;
}

SEC("xdp")
int large(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	return is_large(data_end - data) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
