// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the packet's own socket was lent, not looked up; there is nothing to give back.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int release(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 0;
	bpf_sk_release(sk); // refused here
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
