// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: a variable is subtracted from an address on the stack.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int back(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0; r2 = *(u32 *)(r1 + 16); r2 &= 7;");
	asm volatile("r3 = r10;");
	asm volatile("r3 -= r2;"); // refused here
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
