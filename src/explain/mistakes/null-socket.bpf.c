// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: accepted
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int local(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk; // from-context

	return sk->family == 2 ? 0 : 2; // refused: V110
}

char LICENSE[] SEC("license") = "GPL";
