// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a register has 64 bits, and it is shifted by 64.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int shift(void)
{
	asm volatile("r0 = 2;");
	asm volatile("r0 <<= 64;"); // refused here
	asm volatile("exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
