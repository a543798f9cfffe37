// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: 320 bytes in one function and 320 in the other are more than 512 together.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline int head(struct xdp_md *ctx)
{
	char bytes[320] = {};

	bpf_xdp_load_bytes(ctx, 0, bytes, sizeof(bytes));
	return bytes[0];
}

SEC("xdp")
int both(struct xdp_md *ctx)
{
	char bytes[320] = {};

	bpf_xdp_load_bytes(ctx, 320, bytes, sizeof(bytes));
	return bytes[0] + head(ctx) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
