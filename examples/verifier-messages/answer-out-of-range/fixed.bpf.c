// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: 1 lets the packet pass.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/ingress")
int pass(struct __sk_buff *skb)
{
	return 1;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
