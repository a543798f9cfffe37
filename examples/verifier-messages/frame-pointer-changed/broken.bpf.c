// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Broken: room on the stack is not made by moving r10.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((naked))
int push(void)
{
	asm volatile("r10 += -8;"); // refused here
	asm volatile("*(u64 *)(r10 + 0) = r1;");
	asm volatile("r0 = 2; exit;");
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
