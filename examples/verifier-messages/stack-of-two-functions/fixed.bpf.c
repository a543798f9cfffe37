// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: one array in the caller, for both.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline int head(struct xdp_md *ctx, char *bytes)
{
	bpf_xdp_load_bytes(ctx, 0, bytes, 320);
	return bytes[0];
}

SEC("xdp")
int both(struct xdp_md *ctx)
{
	char bytes[320] = {};

	bpf_xdp_load_bytes(ctx, 320, bytes, sizeof(bytes));
	return bytes[0] + head(ctx, bytes) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
