// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: two of the four words of an IPv6 address are read at once.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int by_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	return *(__u64 *)&sk->src_ip6[1] ? 2 : 0; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
