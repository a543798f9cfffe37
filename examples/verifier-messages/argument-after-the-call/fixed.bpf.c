// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Fixed: r6 to r9 outlive a call.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int after(void)
{
	asm volatile("r6 = r1;");
	asm volatile("call %[time];" : : [time] "i"(BPF_FUNC_ktime_get_ns));
	asm volatile("r0 = *(u32 *)(r6 + 16);");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
