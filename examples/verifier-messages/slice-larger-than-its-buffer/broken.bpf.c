// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a slice of 64 bytes, and a buffer of 16 for it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_xdp(struct xdp_md *xdp, __u64 flags, struct bpf_dynptr *dynptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *dynptr, __u32 offset, void *buffer, __u32 size) __ksym;

SEC("xdp")
int look(struct xdp_md *ctx)
{
	struct bpf_dynptr packet;
	__u8 buffer[16] = {}, *bytes;

	bpf_dynptr_from_xdp(ctx, 0, &packet);
	bytes = bpf_dynptr_slice(&packet, 0, buffer, 64); // refused here
	return bytes && *bytes ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
