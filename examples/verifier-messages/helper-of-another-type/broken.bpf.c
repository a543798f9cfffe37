// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: this helper reads from an sk_buff, and an XDP program runs before there is one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int protocol(struct xdp_md *ctx)
{
	__u8 byte = 0;

	bpf_skb_load_bytes(ctx, 23, &byte, sizeof(byte)); // refused here
	return byte == 17 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
