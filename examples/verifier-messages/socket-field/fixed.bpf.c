// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: each word by itself, as the structure has them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int by_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	return sk->src_ip6[1] || sk->src_ip6[2] ? 2 : 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
