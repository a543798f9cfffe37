// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: one field, by its name.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int any(struct __sk_buff *skb)
{
	return skb->len > 100 ? 2 : 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
