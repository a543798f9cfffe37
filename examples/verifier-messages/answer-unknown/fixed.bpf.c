// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: one of the two answers that this hook knows.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/ingress") __attribute__((naked))
int sample(void)
{
	asm volatile("call %[time];" : : [time] "i"(BPF_FUNC_ktime_get_ns));
	asm volatile("r0 &= 1;");
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
