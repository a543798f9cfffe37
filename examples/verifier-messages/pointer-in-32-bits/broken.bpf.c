// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: the address is handled in 32 bits, and half of it is lost.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int narrow(void)
{
	asm volatile("r2 = *(u32 *)(r1 + 0);");
	asm volatile("w2 += 14;"); // refused here
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
