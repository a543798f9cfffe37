// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: the packet's mark may be written.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int mark(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	skb->mark = 7;
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
