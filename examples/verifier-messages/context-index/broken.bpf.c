// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a field of the context is chosen by a variable; the kernel rewrites such accesses when it
// loads the program, and must know which.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int pick(struct __sk_buff *skb)
{
	return skb->cb[skb->queue_mapping & 1] ? 2 : 0; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
