// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: each field by its name.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int any(struct __sk_buff *skb)
{
	return (skb->queue_mapping & 1 ? skb->pkt_type : skb->len) > 100 ? 2 : 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
