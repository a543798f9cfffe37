// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: each field is named by itself.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int pick(struct __sk_buff *skb)
{
	return skb->cb[0] || skb->cb[1] ? 2 : 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
