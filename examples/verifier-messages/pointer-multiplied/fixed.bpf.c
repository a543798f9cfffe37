// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: a helper gives random numbers.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int sample(struct xdp_md *ctx)
{
	__u64 seed = bpf_get_prandom_u32();

	return (seed * 31 & 1) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
