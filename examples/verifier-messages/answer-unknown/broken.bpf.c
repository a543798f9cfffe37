// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the answer is the time, which can be any number.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/ingress") __attribute__((naked))
int sample(void)
{
	asm volatile("call %[time];" : : [time] "i"(BPF_FUNC_ktime_get_ns));
	asm volatile("exit;"); // refused here
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
