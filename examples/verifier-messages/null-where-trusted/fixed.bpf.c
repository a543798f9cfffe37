// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the context.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *dynptr) __ksym;

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;

	return bpf_dynptr_from_skb(skb, 0, &packet) ? 2 : 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
