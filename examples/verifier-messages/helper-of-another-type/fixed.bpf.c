// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the helper of XDP does the same.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int protocol(struct xdp_md *ctx)
{
	__u8 byte = 0;

	bpf_xdp_load_bytes(ctx, 23, &byte, sizeof(byte));
	return byte == 17 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
