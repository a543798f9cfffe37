// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the mark of a socket is the kernel's own; a tc program only reads it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int mark(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	sk->mark = 7; // refused here
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
