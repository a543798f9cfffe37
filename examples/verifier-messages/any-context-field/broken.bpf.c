// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: which field of the context is read is decided when the program runs.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int any(struct __sk_buff *skb)
{
	__u32 *fields = (__u32 *)skb;

	return fields[skb->queue_mapping & 1] > 100 ? 2 : 0; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
