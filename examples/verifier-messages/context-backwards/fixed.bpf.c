// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: only fields of the context itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct around {
	__u64 before;
	struct xdp_md ctx;
};

SEC("xdp")
int outside(struct xdp_md *ctx)
{
	return ctx->rx_queue_index ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
