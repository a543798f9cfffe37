// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: one to read.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *dynptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *dynptr, __u32 offset, void *buffer, __u32 size) __ksym;

SEC("socket")
int look(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	__u8 *bytes;

	bpf_dynptr_from_skb(skb, 0, &packet);
	bytes = bpf_dynptr_slice(&packet, 0, 0, 14);
	return bytes && *bytes ? 0 : 14;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
