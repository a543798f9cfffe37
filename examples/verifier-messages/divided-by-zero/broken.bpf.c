// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the divisor is the constant 0.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int divide(void)
{
	asm volatile("r0 = 2;");
	asm volatile("r0 /= 0;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
