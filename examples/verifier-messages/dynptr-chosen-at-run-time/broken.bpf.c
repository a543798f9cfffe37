// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: which of two dynptrs is meant is known at run time only.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern __u32 bpf_dynptr_size(const struct bpf_dynptr *dynptr) __ksym;
extern int bpf_dynptr_from_xdp(struct xdp_md *xdp, __u64 flags, struct bpf_dynptr *dynptr) __ksym;

SEC("xdp")
int look(struct xdp_md *ctx)
{
	struct bpf_dynptr packets[2];

	bpf_dynptr_from_xdp(ctx, 0, &packets[0]);
	bpf_dynptr_from_xdp(ctx, 0, &packets[1]);
	return bpf_dynptr_size(&packets[bpf_get_prandom_u32() & 1]) > 60 ? XDP_PASS : XDP_DROP; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
