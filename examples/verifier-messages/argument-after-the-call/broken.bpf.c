// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a call leaves nothing in r1 to r5, and r1 is used after it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int after(void)
{
	asm volatile("call %[time];" : : [time] "i"(BPF_FUNC_ktime_get_ns));
	asm volatile("r0 = *(u32 *)(r1 + 16);"); // refused here
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
