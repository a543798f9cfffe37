// SPDX-License-Identifier: GPL-2.0-only OR MIT
// fix: none
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __noinline int decide(__u32 length)
{
	return length > 1000 ? 2 : 1; // from-constant
}

SEC("cgroup_skb/ingress")
int pass(struct __sk_buff *skb)
{
	return decide(skb->len); // from-call, copied; refused: V512
}

char LICENSE[] SEC("license") = "GPL";
