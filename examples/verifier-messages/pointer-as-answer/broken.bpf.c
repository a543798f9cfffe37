// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the program answers with the address of its context.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/ingress") __attribute__((naked))
int pass(void)
{
	asm volatile("r0 = r1;");
	asm volatile("exit;"); // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
