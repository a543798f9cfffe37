// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: XDP has no socket buffer, so bpf_dynptr_from_skb() is not offered to it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *dynptr) __ksym;

SEC("xdp")
int look(struct xdp_md *ctx)
{
	struct bpf_dynptr packet;

	return bpf_dynptr_from_skb((void *)ctx, 0, &packet) ? XDP_ABORTED : XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
