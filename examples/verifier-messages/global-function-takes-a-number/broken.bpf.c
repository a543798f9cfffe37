// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the prototype asks for a number, and an address is passed.
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

	return is_large((long)data_end) ? XDP_DROP : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
