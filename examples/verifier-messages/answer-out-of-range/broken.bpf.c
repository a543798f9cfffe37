// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: this hook knows two answers, 0 and 1; XDP's 2 is none of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/ingress")
int pass(struct __sk_buff *skb)
{
	return XDP_PASS; // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
